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
    uint32_t cpus;      /* by the process, before any intake */
    uint32_t unstamped; /* by the program; the driver leaves no room for a
                           time stamp in front of its frames */
    uint32_t tagless;   /* by the program; the driver does not say what VLAN
                           tags the hardware took out */
};

/* Of one queue and one CPU, which alone writes it, in a cache line of its own:
 * number queue * cpus + cpu.  All of a queue's have the same intake. */
struct weir_afxdp_cell {
    uint64_t intake;     /* by the process; 0: the host gets every frame */
    uint64_t redirected; /* to the socket of the queue */
    uint64_t passed;     /* to the host */
    uint64_t untagged;   /* redirected, without the VLAN tag that they had */
    uint64_t reserved[12];
};

/* What a stamped frame has in front of its first byte: CLOCK_MONOTONIC in
 * nanoseconds. */
typedef uint64_t weir_afxdp_stamp;

#endif
