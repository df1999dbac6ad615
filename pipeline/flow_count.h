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
 * Which frames found no room can be noted, by their number among those that
 * passed; and who takes frames out of the flows again leaves those alone.
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
    /* A bit for each frame, or NULL: to be set for those without room; and
     * set for those that are not to be counted.  With either, which frames the
     * vectors' are. */
    uint64_t *refused;
    const uint64_t *left;
    uint32_t passed; /* before those that are being added */
    uint32_t places[2][WEIR_FLOW_VECTOR];
    const struct weir_frame *added[WEIR_FLOW_VECTOR]; /* before the usual */
};

/* weir_flow_count_none: nothing is to be counted, and only asked of table and
 * kinds. */
static inline void weir_flow_count_none(struct weir_flow_count *count)
{
    count->table = NULL;
    count->talkers = NULL;
    count->refused = NULL;
    count->left = NULL;
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

/* weir_flow_count_note: sets the bits of frames that find no room, in bits
 * that are all 0.  weir_flow_count_leave: frames from number `first` on, of
 * which those with a bit are not counted, but as untracked.  Frames are
 * numbered by weir_flow_count_usual. */
static inline void weir_flow_count_note(struct weir_flow_count *count,
                                        uint64_t *refused)
{
    count->refused = refused;
    count->passed = 0;
}

static inline void weir_flow_count_leave(struct weir_flow_count *count,
                                         const uint64_t *left, uint32_t first)
{
    count->left = left;
    count->passed = first;
}

static inline bool weir_flow_count_numbers(const struct weir_flow_count *count)
{
    return count->refused != NULL || count->left != NULL;
}

/* What is added to until the next turn: at most WEIR_FLOW_VECTOR frames. */
static inline struct weir_flow_vector *
weir_flow_count_filling(struct weir_flow_count *count)
{
    return &count->vectors[count->filling];
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

/* Takes out of what is being filled the frames that are left alone. */
static inline void weir_flow_count_skip(struct weir_flow_count *count)
{
    struct weir_flow_vector *filling = weir_flow_count_filling(count);
    const uint32_t *places = count->places[count->filling];
    uint32_t kept = 0;
    for (uint32_t i = 0; i < filling->n; i++) {
        if ((count->left[places[i] / 64] >> places[i] % 64 & 1) == 0) {
            filling->frames[kept++] = filling->frames[i];
            continue;
        }
        count->kinds.frames[WEIR_FLOW_TRACKED]++;
        weir_flow_count_refuse(count, &filling->frames[i]);
    }
    filling->n = kept;
}

/* Numbers what is being filled: the first `added` were added one by one. */
static inline __attribute__((cold)) void
weir_flow_count_number(struct weir_flow_count *count,
                       const struct weir_frame *v, uint32_t n, uint64_t but,
                       uint32_t added)
{
    uint32_t *places = count->places[count->filling];
    for (uint32_t i = 0; i < added; i++)
        *places++ = count->passed + (uint32_t)(count->added[i] - v);
    for (uint32_t i = 0; i < n; i++)
        if ((but >> i & 1) == 0)
            *places++ = count->passed + i;
    count->passed += n;
    if (count->left != NULL)
        weir_flow_count_skip(count);
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
    const uint32_t added = filling->n;
    struct weir_flow_frame *f = filling->frames + added;
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
    if (__builtin_expect(weir_flow_count_numbers(count), 0))
        weir_flow_count_number(count, v, n, but, added);
}

/* weir_flow_count_add: any frame to what is being filled, before the usual
 * ones; if frames are numbered, one of the v that those are of. */
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
    if (weir_flow_count_numbers(count))
        count->added[filling->n] = frame;
    filling->n++;
    return kind;
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
        if (count->refused == NULL)
            continue;
        uint32_t place = count->places[1 - count->filling][i];
        count->refused[place / 64] |= UINT64_C(1) << place % 64;
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
