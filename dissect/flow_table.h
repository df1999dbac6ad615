#ifndef WEIR_DISSECT_FLOW_TABLE_H
#define WEIR_DISSECT_FLOW_TABLE_H

/* flow_table: flows and what each end of them sent, in a fixed amount of
 * memory.
 *
 * Frames are counted in vectors, and tables merge; the flows that come out do
 * not depend on how frames were spread over tables, nor on the order in which
 * tables were merged.  A flow is
 *   - of one key (flow_key.h),
 *   - of one cell of active_ns, counted from the origin: nothing that is
 *     reported of a flow is longer than that;
 *   - without a gap: two frames of a key and a cell are of one flow if they
 *     are, or other frames between them are, at most idle_ns apart.
 * So a table holds several flows of a key, apart in time.  A table that
 * frames are counted into may hold two that are one (a late frame closed the
 * gap); merging joins them.
 *
 * Who began a flow is the end that sent its first frame; of two at the same
 * time, the lesser end.
 *
 * A frame that finds no room is refused, and the caller counts it as
 * untracked.  A flow that finds none in a merge evicts: of the flows in its
 * bucket the one whose last frame is the oldest goes, and is counted.
 *
 * Units     frames; bytes; nanoseconds since 1970.
 * Owner     one holder at a time; it goes over links like a batch.
 * Threads   one at a time.
 * Progress  no allocation after open; O(1) a frame.
 * Errors    none after open. */

#include <stdbool.h>
#include <stdint.h>

#include "dissect/flow_key.h"

struct weir_err;
struct weir_flow_table;

/* Frames that are counted at once. */
#define WEIR_FLOW_VECTOR 64

#define WEIR_FLOW_TABLE_FLOWS_MIN 16u
#define WEIR_FLOW_TABLE_FLOWS_MAX (UINT32_C(1) << 26)

/* The least and the greatest idle_ns and active_ns: a millisecond and a leap
 * year; and active_ns is at most so many times idle_ns: as many flows of one
 * key may stand beside each other. */
#define WEIR_FLOW_TIMEOUT_MIN_NS INT64_C(1000000)
#define WEIR_FLOW_TIMEOUT_MAX_NS (INT64_C(366) * 24 * 3600 * 1000000000)
#define WEIR_FLOW_TIMEOUT_RATIO  1000

struct weir_flow_table_config {
    uint32_t flows; /* room, WEIR_FLOW_TABLE_FLOWS_MIN to _MAX */
    int64_t idle_ns;
    int64_t active_ns;
    uint64_t seed; /* the same in tables that merge, unknown to senders */
    /* Every page is written to at open, so that no frame waits for one; else
     * pages come as flows do, and never more than the table's. */
    bool touched;
};

/* What one end sent. */
struct weir_flow_sums {
    uint64_t frames;
    uint64_t bytes; /* of IP packets */
    uint64_t wire;  /* of frames */
};

/* A flow as it is reported; [0] is the end that began it. */
struct weir_flow {
    int64_t first_ns;
    int64_t last_ns;
    struct weir_flow_sums sent[2];
    uint8_t tcp_flags[2]; /* all that were set in any frame */
    uint8_t version;      /* 4 or 6 */
    uint8_t protocol;     /* IP's number */
    uint16_t tags[2];     /* outer and inner, WEIR_FLOW_TAGGED or 0 */
    uint16_t ports[2];
    uint8_t addresses[2][16]; /* of IPv4 the first four bytes, the rest 0 */
};

/* weir_flow_table_bytes: the memory of a table for so many flows.
 * weir_flow_table_fit: the flows for which so much memory is enough; 0 if it
 * is not for WEIR_FLOW_TABLE_FLOWS_MIN. */
uint64_t weir_flow_table_bytes(uint32_t flows);
uint32_t weir_flow_table_fit(uint64_t bytes);

/* weir_flow_table_open: returns 0, -EINVAL or -ENOMEM.  All memory is taken
 * here. */
int weir_flow_table_open(struct weir_flow_table **out,
                         const struct weir_flow_table_config *config,
                         struct weir_err *err);
void weir_flow_table_close(struct weir_flow_table *table); /* accepts NULL */

/* What frames for a table are made with, and where their flows are looked for
 * first; constant until close, but for the salt. */
struct weir_flow_aim {
    struct weir_flow_hash hash;
    const uint8_t *buckets; /* lines of 64 bytes */
    uint32_t buckets_count;
    uint32_t salt; /* of the cell that was looked at last */
};
const struct weir_flow_aim *
weir_flow_table_aim(const struct weir_flow_table *table);

/* weir_flow_prefetch: starts to fetch where the frame's flow is looked for,
 * if it is in the same cell as the last one. */
static inline void weir_flow_prefetch(const struct weir_flow_aim *aim,
                                      const struct weir_flow_frame *frame)
{
    uint64_t hash = frame->hash ^ aim->salt;
    __builtin_prefetch(aim->buckets + (hash * aim->buckets_count >> 32) * 64);
}

/* weir_flow_table_set_origin: where cells are counted from, 0 unless it is set.
 * Only while the table is empty; the same in tables that merge. */
void weir_flow_table_set_origin(struct weir_flow_table *table,
                                int64_t origin_ns);

/* Frames whose flows are being fetched. */
struct weir_flow_vector {
    uint32_t n;
    uint32_t places[WEIR_FLOW_VECTOR]; /* the table's */
    struct weir_flow_frame frames[WEIR_FLOW_VECTOR];
};

/* weir_flow_table_seek: starts to fetch the flows of a vector's n frames.
 * weir_flow_table_add: adds them; other vectors may have been sought and
 * added in between.  Returns those that found no room, a bit for each by its
 * place in the vector. */
void weir_flow_table_seek(struct weir_flow_table *table,
                          struct weir_flow_vector *vector);
uint64_t weir_flow_table_add(struct weir_flow_table *table,
                             const struct weir_flow_vector *vector);

/* weir_flow_table_merge: adds from's flows to into, or takes them out again
 * (what is taken out may be added later).  A flow that found no room is
 * evicted; no flow is left behind.  Sums are modulo 2^64: once everything has
 * been merged, a flow of which nothing is left has 0 frames, and
 * weir_flow_table_settle removes it. */
void weir_flow_table_merge(struct weir_flow_table *into,
                           const struct weir_flow_table *from, bool take);

/* weir_flow_table_settle: at the end, if anything was taken out: empty flows
 * are removed, a flow that was evicted before it was taken out is taken from
 * the evicted ones, and no flow ends behind last_ns, the time of the last
 * frame that counts; INT64_MIN: none of them has a time, and flows keep theirs,
 * which frames without one are counted at: 0.  The flags of what was taken out
 * remain. */
void weir_flow_table_settle(struct weir_flow_table *table, int64_t last_ns);

void weir_flow_table_clear(struct weir_flow_table *table);

/* weir_flow_table_flows: how many it holds; _room: how many more it can. */
uint32_t weir_flow_table_flows(const struct weir_flow_table *table);
uint32_t weir_flow_table_room(const struct weir_flow_table *table);

/* weir_flow_table_get: flow number index, in no order.
 * weir_flow_table_fetch: it will be asked for soon. */
void weir_flow_table_get(const struct weir_flow_table *table, uint32_t index,
                         struct weir_flow *out);
void weir_flow_table_fetch(const struct weir_flow_table *table, uint32_t index);

/* weir_flow_table_evicted: flows that went, and what they had counted. */
struct weir_flow_sums
weir_flow_table_evicted(const struct weir_flow_table *table, uint64_t *flows);

#endif
