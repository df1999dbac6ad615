#ifndef WEIR_TESTS_FUZZ_READING_H
#define WEIR_TESTS_FUZZ_READING_H

/* reading: what one way of reading a file gave, in a few numbers.
 *
 * Threads   any; plain data. */

#include <stdint.h>

#include "ring/frame.h"

struct reading {
    uint64_t frames;
    uint64_t hash;    /* of everything in them */
    uint64_t hash_at; /* after frames_at frames */
    uint64_t frames_at;
    int result;
};

static inline void reading_mix(struct reading *reading, uint64_t value)
{
    reading->hash = (reading->hash ^ value) * UINT64_C(0x100000001b3);
}

/* reading_take: looks at every byte. */
static inline void reading_take(struct reading *reading,
                                const struct weir_frame *frame)
{
    reading_mix(reading, (uint64_t)frame->time_ns);
    reading_mix(reading, frame->caplen);
    reading_mix(reading, frame->len);
    reading_mix(reading, frame->iface);
    reading_mix(reading, frame->flags);
    for (uint32_t i = 0; i < frame->caplen; i++)
        reading_mix(reading, frame->data[i]);
    reading->frames++;
    if (reading->frames == reading->frames_at)
        reading->hash_at = reading->hash;
}

#endif
