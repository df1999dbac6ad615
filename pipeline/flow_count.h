#ifndef WEIR_PIPELINE_FLOW_COUNT_H
#define WEIR_PIPELINE_FLOW_COUNT_H

/* flow_count: counts a vector of frames into their flows.
 *
 * A frame is added while its dissection is at hand; the vector is counted at
 * once, so that the flows' memory is fetched ahead.
 *
 * Threads   one at a time; the table is the caller's meanwhile.
 * Units     frames; bytes as on the wire. */

#include "dissect/flow_table.h"

/* What frames were to the flows, and the bytes of those without room. */
struct weir_flow_kinds {
    uint64_t frames[WEIR_FLOW_KINDS];
    uint64_t untracked_bytes;
};

struct weir_flow_count {
    struct weir_flow_table *table;
    struct weir_flow_kinds kinds;
    uint32_t n;
    struct weir_flow_frame frames[WEIR_FLOW_VECTOR];
};

static inline void weir_flow_count_begin(struct weir_flow_count *count,
                                         struct weir_flow_table *table)
{
    count->table = table;
    count->kinds = (struct weir_flow_kinds){.untracked_bytes = 0};
    count->n = 0;
}

/* weir_flow_count_add: at most WEIR_FLOW_VECTOR before they are counted. */
static inline void weir_flow_count_add(struct weir_flow_count *count,
                                       const struct weir_dissection *d,
                                       const struct weir_frame *frame)
{
    enum weir_flow_kind kind = weir_flow_frame_make(
        weir_flow_table_hash(count->table), &count->frames[count->n], d, frame);
    count->kinds.frames[kind]++;
    count->n += kind == WEIR_FLOW_TRACKED;
}

/* weir_flow_count_end: counts what was added. */
static inline void weir_flow_count_end(struct weir_flow_count *count)
{
    uint64_t refused =
        weir_flow_table_count(count->table, count->frames, count->n);
    for (; refused != 0; refused &= refused - 1) {
        unsigned i = (unsigned)__builtin_ctzll(refused);
        count->kinds.frames[WEIR_FLOW_TRACKED]--;
        count->kinds.frames[WEIR_FLOW_UNTRACKED]++;
        count->kinds.untracked_bytes += count->frames[i].wire;
    }
    count->n = 0;
}

#endif
