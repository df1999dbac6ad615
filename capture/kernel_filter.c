#include "capture/kernel_filter.h"

#include <errno.h>
#include <linux/if_arp.h>
#include <linux/if_packet.h>
#include <linux/membarrier.h>
#include <pcap/pcap.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"

/* A field of a cooked header and the kernel's name for it. */
struct field {
    uint8_t offset;
    uint8_t size; /* BPF_B, BPF_H or BPF_W */
    uint8_t ancillary;
};

struct cooked_header {
    uint32_t bytes;
    uint32_t count;
    struct field fields[4];
};

/* https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html and ..._SLL2;
 * the ancillary data: linux/filter.h. */
static const struct cooked_header headers[] = {
    [WEIR_COOKED_SLL] = {16,
                         3,
                         {{0, BPF_H, SKF_AD_PKTTYPE},
                          {2, BPF_H, SKF_AD_HATYPE},
                          {14, BPF_H, SKF_AD_PROTOCOL}}},
    [WEIR_COOKED_SLL2] = {20,
                          4,
                          {{0, BPF_H, SKF_AD_PROTOCOL},
                           {4, BPF_W, SKF_AD_IFINDEX},
                           {8, BPF_H, SKF_AD_HATYPE},
                           {10, BPF_B, SKF_AD_PKTTYPE}}},
};

static uint32_t ancillary(uint32_t what)
{
    return (uint32_t)SKF_AD_OFF + what;
}

static int load_absolute(struct sock_filter *insn,
                         const struct cooked_header *header)
{
    if (insn->k >= header->bytes) {
        insn->k -= header->bytes;
        return 0;
    }
    for (uint32_t i = 0; i < header->count; i++) {
        const struct field *field = &header->fields[i];
        if (insn->k == field->offset && BPF_SIZE(insn->code) == field->size) {
            insn->k = ancillary(field->ancillary);
            return 0;
        }
    }
    return -ENOTSUP;
}

/* One instruction of the compiled program, for a cooked frame. */
static int translate(struct sock_filter *insn,
                     const struct cooked_header *header)
{
    const uint16_t class = BPF_CLASS(insn->code);
    if (class == BPF_RET) {
        if (BPF_RVAL(insn->code) != BPF_K)
            return -ENOTSUP;
        /* The bytes to keep; libpcap asks for at least one of the payload,
         * and 0 would reject. */
        if (insn->k != 0)
            insn->k = insn->k > header->bytes ? insn->k - header->bytes : 1;
        return 0;
    }
    if (class != BPF_LD && class != BPF_LDX)
        return 0;
    switch (BPF_MODE(insn->code)) {
    case BPF_ABS:
        /* libpcap asks for ancillary data itself, for the direction. */
        return insn->k >= ancillary(0) ? 0 : load_absolute(insn, header);
    case BPF_IND:
    case BPF_MSH:
        if (insn->k < header->bytes || insn->k > INT32_MAX)
            return -ENOTSUP;
        insn->k -= header->bytes;
        return 0;
    case BPF_LEN:
        return class == BPF_LD ? 0 : -ENOTSUP;
    default:
        return 0;
    }
}

static bool loads_length(const struct sock_filter *insn)
{
    return BPF_CLASS(insn->code) == BPF_LD && BPF_MODE(insn->code) == BPF_LEN;
}

static void append(struct weir_kernel_filter *out, uint16_t code, uint32_t k,
                   uint8_t jt, uint8_t jf)
{
    WEIR_ASSERT(out->count < BPF_MAXINSNS);
    out->program[out->count++] =
        (struct sock_filter){.code = code, .jt = jt, .jf = jf, .k = k};
}

/* Outgoing frames of loopback and CAN devices are rejected; all others go on
 * behind this. */
static void append_no_copies(struct weir_kernel_filter *out)
{
    append(out, BPF_LD | BPF_B | BPF_ABS, ancillary(SKF_AD_PKTTYPE), 0, 0);
    append(out, BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 0, 4);
    append(out, BPF_LD | BPF_H | BPF_ABS, ancillary(SKF_AD_HATYPE), 0, 0);
    append(out, BPF_JMP | BPF_JEQ | BPF_K, ARPHRD_LOOPBACK, 1, 0);
    append(out, BPF_JMP | BPF_JEQ | BPF_K, ARPHRD_CAN, 0, 1);
    append(out, BPF_RET | BPF_K, 0, 0, 0);
}

/* The jump at `from` led to the compiled program's instruction `to`. */
static int jump(uint8_t *distance, const uint16_t *place, uint32_t from,
                uint32_t to)
{
    const uint32_t new_distance = (uint32_t)place[to] - place[from] - 1;
    if (new_distance > UINT8_MAX)
        return -ENOTSUP;
    *distance = (uint8_t)new_distance;
    return 0;
}

/* Instructions have been added in between: jumps lead further. */
static int relocate(struct weir_kernel_filter *out, const uint16_t *place,
                    uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct sock_filter *insn = &out->program[place[i]];
        if (BPF_CLASS(insn->code) != BPF_JMP)
            continue;
        if (BPF_OP(insn->code) == BPF_JA) {
            if (insn->k >= count - i - 1)
                return -ENOTSUP;
            insn->k = (uint32_t)place[i + 1 + insn->k] - place[i] - 1;
            continue;
        }
        if (insn->jt >= count - i - 1 || insn->jf >= count - i - 1 ||
            jump(&insn->jt, place, i, i + 1 + insn->jt) != 0 ||
            jump(&insn->jf, place, i, i + 1 + insn->jf) != 0)
            return -ENOTSUP;
    }
    return 0;
}

int weir_kernel_filter_make(struct weir_kernel_filter *out,
                            const struct bpf_insn *compiled, uint32_t count,
                            const struct weir_kernel_filter_config *config)
{
    uint16_t place[BPF_MAXINSNS]; /* where each instruction has gone */
    const struct cooked_header *header = &headers[config->cooked];
    const bool cooked = config->cooked != WEIR_COOKED_NOT;
    out->count = 0;
    if (config->no_copies)
        append_no_copies(out);
    for (uint32_t i = 0; i < count; i++) {
        if (out->count + 2 > BPF_MAXINSNS)
            return -ENOTSUP;
        struct sock_filter insn = {
            .code = compiled[i].code,
            .jt = compiled[i].jt,
            .jf = compiled[i].jf,
            .k = compiled[i].k,
        };
        if (cooked && translate(&insn, header) != 0)
            return -ENOTSUP;
        place[i] = (uint16_t)out->count;
        append(out, insn.code, insn.k, insn.jt, insn.jf);
        if (cooked && loads_length(&insn))
            append(out, BPF_ALU | BPF_ADD | BPF_K, header->bytes, 0, 0);
    }
    return relocate(out, place, count);
}

static int attach(int fd, struct sock_filter *program, uint32_t count)
{
    const struct sock_fprog fprog = {
        .len = (unsigned short)count,
        .filter = program,
    };
    if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &fprog, sizeof fprog) != 0)
        return -errno;
    return 0;
}

int weir_kernel_filter_attach(int fd, const struct weir_kernel_filter *filter)
{
    /* The kernel's struct is not const, but the kernel only reads. */
    struct sock_filter *program = (struct sock_filter *)filter->program;
    return attach(fd, program, filter->count);
}

int weir_kernel_filter_try(const struct weir_kernel_filter *filter)
{
    /* What is checked is the same for every kind of socket (net/core/filter.c,
     * bpf_check_classic); this one has no name that anybody could send to. */
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    const int rc = weir_kernel_filter_attach(fd, filter);
    (void)close(fd);
    return rc;
}

int weir_kernel_filter_reject_all(int fd)
{
    struct sock_filter none = {.code = BPF_RET | BPF_K, .k = 0};
    return attach(fd, &none, 1);
}

void weir_kernel_filter_settle(void)
{
    /* The kernel replaces the program's pointer and frees the old one after
     * an RCU grace period (net/core/filter.c, __sk_attach_prog); this
     * command waits for just such a period (kernel/sched/membarrier.c). */
    if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) == 0)
        return;
    /* Not offered (nohz_full): longer than any frame takes. */
    const struct timespec wait = {.tv_nsec = 30000000L};
    nanosleep(&wait, NULL);
}
