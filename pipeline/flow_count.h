#ifndef WEIR_PIPELINE_FLOW_COUNT_H
#define WEIR_PIPELINE_FLOW_COUNT_H

/* flow_count: counts frames into their flows, in vectors.
 *
 * While one vector is dissected and its flows' buckets are fetched, the flows
 * of the one before it are, so no frame waits for memory.
 *
 * Who has a flow need not be counted as a talker, too: its table's flows are,
 * by those who merge it (pipeline/flows.h), and here the few frames that found
 * no room in it.
 *
 * Threads   one at a time; the table is the caller's meanwhile.
 * Owner     a frame that was added borrows its bytes until it was counted: one
 *           vector later.
 * Units     frames; bytes as on the wire. */

#include <stddef.h>

#include "base/bytes.h"
#include "dissect/flow_table.h"
#include "ring/summary.h"

/* What frames were to the flows, and the bytes of those without room. */
struct weir_flow_kinds {
    uint64_t frames[WEIR_FLOW_KINDS];
    uint64_t untracked_bytes;
};

struct weir_flow_count {
    struct weir_flow_table *table; /* NULL: nothing is counted */
    struct weir_summary *talkers;  /* of frames without room; or NULL */
    const struct weir_flow_aim *aim;
    struct weir_flow_kinds kinds;
    unsigned filling; /* which of the two is being filled */
    struct weir_flow_vector vectors[2];
};

/* weir_flow_count_none: nothing is to be counted, and only asked of table and
 * kinds. */
static inline void weir_flow_count_none(struct weir_flow_count *count)
{
    count->table = NULL;
    count->talkers = NULL;
    count->kinds = (struct weir_flow_kinds){.untracked_bytes = 0};
}

static inline void weir_flow_count_begin(struct weir_flow_count *count,
                                         struct weir_flow_table *table)
{
    weir_flow_count_none(count);
    count->table = table;
    count->aim = weir_flow_table_aim(table);
    count->filling = 0;
    count->vectors[0].n = 0;
    count->vectors[1].n = 0;
}

/* What is added to until the next turn: at most WEIR_FLOW_VECTOR frames. */
static inline struct weir_flow_vector *
weir_flow_count_filling(struct weir_flow_count *count)
{
    return &count->vectors[count->filling];
}

/* weir_flow_count_usual: usual frames, those of v[0 .. n) that are not in
 * `but`, a bit for each, by their paths, to what is being filled. */
static inline void weir_flow_count_usual(struct weir_flow_count *count,
                                         const struct weir_frame *v,
                                         const struct weir_tally *tallies,
                                         uint32_t n, uint64_t but)
{
    const struct weir_flow_aim *aim = count->aim;
    struct weir_flow_vector *filling = weir_flow_count_filling(count);
    struct weir_flow_frame *f = filling->frames + filling->n;
    for (uint32_t i = 0; i < n; i++) {
        const uint64_t path = tallies[i].path;
        const bool tcp = path == WEIR_USUAL_PATH(IP, TCP);
        if (but >> i & 1)
            continue;
        if (tcp || path == WEIR_USUAL_PATH(IP, UDP))
            weir_flow_frame_make_plain(&aim->hash, f, tcp, &v[i]);
        else
            weir_flow_frame_make_usual(&aim->hash, f, path, &v[i]);
        weir_flow_prefetch(aim, f++);
    }
    filling->n = (uint32_t)(f - filling->frames);
}

/* weir_flow_count_add: any frame to what is being filled. */
static inline enum weir_flow_kind
weir_flow_count_add(struct weir_flow_count *count,
                    const struct weir_dissection *d,
                    const struct weir_frame *frame)
{
    struct weir_flow_vector *filling = weir_flow_count_filling(count);
    struct weir_flow_frame *f = &filling->frames[filling->n];
    enum weir_flow_kind kind =
        weir_flow_frame_make(&count->aim->hash, f, d, frame);
    if (__builtin_expect(kind != WEIR_FLOW_TRACKED, 0)) {
        count->kinds.frames[kind]++;
        return kind;
    }
    weir_flow_prefetch(count->aim, f);
    filling->n++;
    return kind;
}

/* weir_flow_count_refuse: a frame that found no room. */
static inline __attribute__((cold)) void
weir_flow_count_refuse(struct weir_flow_count *count,
                       const struct weir_flow_frame *frame)
{
    count->kinds.frames[WEIR_FLOW_TRACKED]--;
    count->kinds.frames[WEIR_FLOW_UNTRACKED]++;
    count->kinds.untracked_bytes += frame->wire;
    if (count->talkers == NULL)
        return;
    struct weir_talker talker = {
        .sum = {.frames = 1, .bytes = frame->wire},
        .kind = frame->addresses != NULL ? 6 : 4,
    };
    if (frame->addresses != NULL)
        memcpy(talker.address, frame->addresses, 16);
    else
        weir_store_32(talker.address,
                      htobe32((uint32_t)(frame->ends[frame->side] >> 16)));
    weir_summary_count_talkers(count->talkers, &talker, 1);
}

/* weir_flow_count_turn: the next vector begins; what was added before the
 * last turn is counted. */
static inline void weir_flow_count_turn(struct weir_flow_count *count)
{
    struct weir_flow_vector *filled = weir_flow_count_filling(count);
    struct weir_flow_vector *sought = &count->vectors[1 - count->filling];
    count->kinds.frames[WEIR_FLOW_TRACKED] += filled->n;
    weir_flow_table_seek(count->table, filled);
    uint64_t refused = weir_flow_table_add(count->table, sought);
    for (; refused != 0; refused &= refused - 1) {
        unsigned i = (unsigned)__builtin_ctzll(refused);
        weir_flow_count_refuse(count, &sought->frames[i]);
    }
    sought->n = 0;
    count->filling = 1 - count->filling;
}

/* weir_flow_count_end: all that was added is counted. */
static inline void weir_flow_count_end(struct weir_flow_count *count)
{
    weir_flow_count_turn(count);
    weir_flow_count_turn(count);
}

#endif
