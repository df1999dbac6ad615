#ifndef WEIR_PIPELINE_AHEAD_H
#define WEIR_PIPELINE_AHEAD_H

/* ahead: asks for the next vector's memory while this one is worked on.
 *
 * Where a record begins is known only when the one before it was read, so a
 * walk through memory that no cache holds waits for each record in turn: 95
 * ns a frame, measured with frames of mixed sizes.  But the next vector will
 * take about as much of the lease as this one did.  That much is asked for,
 * a part with each frame of this vector, so that requests never queue up:
 *
 *   frames of one size     the places where the next headers will be, three
 *                          lines of each;
 *   frames of mixed sizes  every line, for nobody knows which hold headers.
 *                          To stream what was not needed costs a fraction
 *                          of one wait.
 *
 * Threads   one at a time.
 * Progress  a few instructions a frame; a wrong guess costs time only. */

#include <stdint.h>

#include "ring/lease.h"

#define AHEAD_LINE 64

/* A record's header and the frame's own, up to TCP's. */
#define AHEAD_LINES_HEADERS UINT32_C(3)

struct ahead {
    const uint8_t *at;
    uint32_t step;
    uint32_t more; /* lines at each step, behind the headers' */
    uint32_t left; /* steps */
};

/* ahead_aim: the vector v[0 .. n) reached from `from` to `to` in the lease,
 * n > 0. */
static inline void ahead_aim(struct ahead *ahead,
                             const struct weir_lease *lease, uint32_t from,
                             uint32_t to, const struct weir_frame *v,
                             uint32_t n)
{
    uint32_t differ = 0;
    for (uint32_t i = 1; i < n; i++)
        differ |= v[i].caplen ^ v[0].caplen;
    uint32_t step = (to - from) / n;
    uint32_t lines = step / AHEAD_LINE + 1;
    if (differ == 0 || lines < AHEAD_LINES_HEADERS)
        lines = AHEAD_LINES_HEADERS;
    /* Inside the lease. */
    uint32_t rest = lease->bytes - to;
    uint32_t steps = 0;
    if (step > 0 && rest >= lines * AHEAD_LINE)
        steps = (rest - lines * AHEAD_LINE) / step + 1;
    *ahead = (struct ahead){
        .at = lease->base + to,
        .step = step,
        .more = lines - AHEAD_LINES_HEADERS,
        .left = steps < n ? steps : n,
    };
}

static inline void ahead_step(struct ahead *ahead)
{
    if (ahead->left == 0)
        return;
    ahead->left--;
    const uint8_t *line = ahead->at;
    __builtin_prefetch(line);
    __builtin_prefetch(line += AHEAD_LINE);
    __builtin_prefetch(line += AHEAD_LINE);
    for (uint32_t left = ahead->more; left > 0; left--)
        __builtin_prefetch(line += AHEAD_LINE);
    ahead->at += ahead->step;
}

#endif
