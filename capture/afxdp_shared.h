#ifndef WEIR_CAPTURE_AFXDP_SHARED_H
#define WEIR_CAPTURE_AFXDP_SHARED_H

/* afxdp_shared: what the XDP program (afxdp.bpf.c) and the process that it
 * runs for (afxdp_program.c) have in common: integers in mapped memory.
 *
 * Threads   each field has the one writer that is named here; others load it
 *           whole.
 * Order     the program sets `unstamped` before the frame that it is about is
 *           in the socket's ring. */

#include <stdint.h>

struct weir_afxdp_state {
    uint32_t intake;    /* by the process; 0: the host gets every frame */
    uint32_t unstamped; /* by the program; the driver leaves no room for a
                           time stamp in front of its frames */
    uint32_t tagless;   /* by the program; the driver does not say what VLAN
                           tags the hardware took out */
};

/* Of one CPU, which alone writes it, in a cache line of its own. */
struct weir_afxdp_counts {
    uint64_t redirected; /* to the socket of their queue */
    uint64_t passed;     /* to the host: their queue has no socket */
    uint64_t untagged;   /* redirected, without the VLAN tag that they had */
    uint64_t reserved[13];
};

/* What a stamped frame has in front of its first byte: CLOCK_MONOTONIC in
 * nanoseconds. */
typedef uint64_t weir_afxdp_stamp;

#endif
