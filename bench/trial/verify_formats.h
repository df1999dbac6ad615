#ifndef WEIR_BENCH_TRIAL_VERIFY_FORMATS_H
#define WEIR_BENCH_TRIAL_VERIFY_FORMATS_H

/* verify_formats: the frames in a file of each format, one after another, and
 * what is kept of them: verify's own.
 *
 * Threads   one.
 * Errors    false: the file ends within a record, or goes on with what is no
 *           record; what was before has been counted. */

#include <stdbool.h>
#include <stdint.h>

#include "base/assert.h"
#include "bench/trial/mark_find.h"
#include "bench/trial/verify.h"
#include "bench/trial/window.h"

struct weir_verify {
    struct weir_verify_counts counts;
    uint64_t frames_max;
    uint64_t last; /* the number before, in this file */
    uint64_t *bits;
    struct weir_window window;
};

/* The window is at the file's first byte. */
bool weir_verify_pcap(struct weir_verify *verify);
bool weir_verify_pcapng(struct weir_verify *verify);

/* Blocks of a TPACKET_V3 ring, 1 MiB each, as stenographer writes them. */
bool weir_verify_blocks(struct weir_verify *verify);

#define WEIR_VERIFY_BLOCK_BYTES      (UINT32_C(1) << 20)
#define WEIR_VERIFY_BLOCK_HEAD_BYTES 48 /* struct tpacket_block_desc */

/* weir_verify_is_block: the WEIR_VERIFY_BLOCK_HEAD_BYTES begin one. */
bool weir_verify_is_block(const uint8_t *bytes);

static inline void weir_verify_frame(struct weir_verify *verify,
                                     const uint8_t *data, uint32_t caplen)
{
    struct weir_verify_counts *counts = &verify->counts;
    uint64_t number = 0;
    WEIR_DCHECK(data >= verify->window.buffer + verify->window.start &&
                data + caplen <= verify->window.buffer + verify->window.end);
    counts->frames++;
    if (!weir_mark_find(data, caplen, &number)) {
        counts->foreign++;
        return;
    }
    if (number >= verify->frames_max) {
        counts->beyond++;
        return;
    }
    uint64_t bit = UINT64_C(1) << (number & 63);
    uint64_t *word = &verify->bits[number >> 6];
    counts->misplaced += number < verify->last;
    counts->repeated += (*word & bit) != 0;
    counts->distinct += (*word & bit) == 0;
    *word |= bit;
    verify->last = number;
}

#endif
