#ifndef WEIR_BENCH_GEN_GEN_XDP_H
#define WEIR_BENCH_GEN_GEN_XDP_H

/* gen_xdp: what the BPF program of the way xdp (gen_xdp.bpf.c) and the
 * program that runs it (gen_xdp.c) share: no more than integers.
 *
 * Order     the fields of the state are written by one side at a time: before
 *           the first run by the program that runs it, then by the BPF
 *           program.  Others that look at them meanwhile see each whole. */

#include <stdint.h>

#include "bench/gen/wire.h"

/* Frames that one reading of the clock may stamp. */
#define WEIR_GEN_XDP_STAMP_FRAMES 16

/* Constants to the verifier, which drops the code for what is not so. */
struct weir_gen_xdp_config {
    struct weir_wire_layout at;
    uint32_t size_max; /* of the frame that the program is given */
    uint32_t rows_count;
    uint32_t burst;
    uint32_t paced;
    uint64_t frames_max;
    uint64_t duration_ns;
};

struct weir_gen_xdp_state {
    uint64_t due_ns;   /* no frame before that; UINT64_MAX: no more at all */
    uint64_t start_ns; /* of the first frame; 0: not yet */
    uint64_t last_ns;
    uint64_t last_due_ns;
    uint64_t sent;
    uint64_t bytes;
    uint64_t late_frames;
    uint64_t late_most_ns;
    uint64_t now_ns; /* the clock's last reading */
    uint64_t own_ns; /* of struct weir_pace */
    uint32_t own_part;
    uint32_t left;
    uint32_t cursor;     /* row of the next frame */
    uint32_t done;       /* frames_max or duration_ns is reached */
    uint32_t now_frames; /* that may still have now_ns as their stamp */
    uint32_t rows[WEIR_WIRE_ROWS_MAX];
    struct weir_wire_form forms[WEIR_WIRE_FORMS_MAX];
};

#endif
