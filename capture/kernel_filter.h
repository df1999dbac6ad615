#ifndef WEIR_CAPTURE_KERNEL_FILTER_H
#define WEIR_CAPTURE_KERNEL_FILTER_H

/* kernel_filter: a compiled filter made ready for the kernel, and put there.
 *
 * libpcap compiles for frames as it hands them to its callers.  On a socket
 * of the type SOCK_DGRAM (the device `any`, ppp, ...) the kernel sees each
 * frame from its network header on: there the cooked header, which libpcap
 * makes up afterwards, is not yet, and its fields must be asked for as
 * ancillary data, all offsets and lengths are less, and the answer too.
 *
 * SO_ATTACH_FILTER replaces the old program at once, without a moment in
 * between in which nothing or everything passes; pcap_setfilter rejects all
 * frames in between and loses them uncounted.
 *
 * Owner     the caller.
 * Threads   plain data; one at a time per struct. */

#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>

struct bpf_insn;
struct weir_err;

/* What stands before the network header in the frames that libpcap gives,
 * and is missing in the kernel. */
enum weir_cooked {
    WEIR_COOKED_NOT = 0,
    WEIR_COOKED_SLL = 1,  /* LINKTYPE_LINUX_SLL, 16 bytes */
    WEIR_COOKED_SLL2 = 2, /* LINKTYPE_LINUX_SLL2, 20 bytes */
};

struct weir_kernel_filter_config {
    enum weir_cooked cooked;
    /* Reject what loopback and CAN devices send: they give each such frame
     * again as received, and libpcap would throw the first of the two away
     * uncounted, when the kernel has counted it. */
    bool no_copies;
    /* Frames are marked with their direction, and WEIR_FRAME_RETAGGED: what
     * kernel_view.h goes by. */
    bool marked;
};

struct weir_kernel_filter {
    uint32_t count;
    struct sock_filter program[BPF_MAXINSNS];
};

/* weir_kernel_filter_make: from what pcap_compile made on the live handle.
 * Returns 0, or -ENOTSUP if the kernel cannot be asked that (a header field
 * that it does not know, or a program that is too long): the frames must
 * then be filtered in weir. */
int weir_kernel_filter_make(struct weir_kernel_filter *out,
                            const struct bpf_insn *compiled, uint32_t count,
                            const struct weir_kernel_filter_config *config);

/* weir_kernel_filter_attach: returns 0 or what the kernel says, -errno.  A
 * packet that is on its way through the old program on another processor
 * may still come, see weir_kernel_filter_settle. */
int weir_kernel_filter_attach(int fd, const struct weir_kernel_filter *filter);

/* weir_kernel_filter_try: whether the kernel takes it: 0 or -errno.  No socket
 * that receives has it then. */
int weir_kernel_filter_try(const struct weir_kernel_filter *filter);

/* weir_kernel_filter_reject_all: from now on nothing passes. */
int weir_kernel_filter_reject_all(int fd);

/* weir_kernel_filter_settle: returns when no processor uses a program any
 * more that was replaced before the call; 10 to 30 ms. */
void weir_kernel_filter_settle(void);

#endif
