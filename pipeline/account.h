#ifndef WEIR_PIPELINE_ACCOUNT_H
#define WEIR_PIPELINE_ACCOUNT_H

/* account: everything that is done once per frame, for one batch.
 *
 * Walk the lease, test the filter, cut to the snapshot length, show it to taps,
 * dissect, count, encode: in vectors, so that a vector stays in the first
 * cache.  The workers do this for every batch.  The writer does parts of it
 * again: it counts the frames of a batch that were not delivered after all, so
 * that they can be taken out of the statistics, and encodes those that a sink
 * has moved, for the sinks beside it.  Both go through here, so both count, and
 * encode, the same.
 *
 * Threads   one holder of the batch and of the summary at a time.
 * Progress  no allocation, no system call.
 * Errors    none: what is wrong with a frame is an outcome. */

#include <stdbool.h>
#include <stdint.h>

#include "pipeline/flow_count.h"
#include "ring/batch.h"
#include "ring/ledger.h"
#include "sink/encode.h"

struct weir_summary;
struct weir_taps;

/* What all batches are processed under; immutable while any is in flight.  What
 * may change meanwhile is in the batch. */
struct weir_account_config {
    enum weir_format format;
    /* A pcap file holds one link type; frames of others are excluded. */
    bool one_linktype;
    uint16_t linktype;
    /* A lease whose frames take so many bytes each, on average, is turned
     * into the file's records where it lies, if it can be (ring/lease.h);
     * the sink's.  0: none is. */
    uint32_t in_place_min;
    /* No lease becomes the chunk: what would have is copied. */
    bool lends_none;
};

struct weir_account {
    uint64_t passed;
    uint64_t passed_bytes;
    uint64_t excluded[WEIR_EXCLUDED_COUNT];
    uint64_t malformed;
    uint64_t truncated;
    uint64_t cut;        /* passed frames that the snapshot length shortened */
    uint64_t oversized;  /* longer than their link's frame_max */
    bool copied;         /* for lends_none alone */
    int64_t time_min_ns; /* as in struct weir_batch */
    int64_t time_max_ns;
    struct weir_flow_kinds flows; /* of what was counted into flows */
};

/* weir_account_batch: shows the selected frames to the taps, and adds those
 * that passed to the summary, to the flows and to the chunk; each but the
 * summary may be NULL.  A lease whose records
 * are the file's already becomes the chunk as it is, with whatever fractions of
 * a second its records claim, and so does one that is turned in place.  The
 * talkers of frames that are in the flows are not in the summary: who merges
 * the flows counts them (pipeline/flows.h).  Sets *out; and where the batch
 * says that it refuses, the bits of frames whose flows found no room.  What
 * taps took out, the batch remembers for the functions below. */
void weir_account_batch(const struct weir_account_config *config,
                        struct weir_batch *batch, struct weir_chunk *chunk,
                        struct weir_summary *summary,
                        struct weir_flow_table *flows, struct weir_taps *taps,
                        struct weir_account *out);

/* weir_account_split: the batch's first `kept` passed frames were delivered,
 * the others not.  Adds the others to the summary and, if it is not NULL, to
 * the flows, but for those that the batch has refused: they count as untracked
 * once more.  Sets *kept_out and *rest_out (excluded, malformed, truncated,
 * oversized and flows are only set in the rest). */
void weir_account_split(const struct weir_account_config *config,
                        const struct weir_batch *batch, uint32_t kept,
                        struct weir_summary *summary,
                        struct weir_flow_table *flows,
                        struct weir_account *kept_out,
                        struct weir_account *rest_out);

/* weir_account_encode: the batch's first `frames` passed frames, as
 * weir_account_batch encodes them, into an empty chunk's own buffer. */
void weir_account_encode(const struct weir_account_config *config,
                         const struct weir_batch *batch, uint32_t frames,
                         struct weir_chunk *chunk);

/* weir_account_flows: adds the batch's first `kept` passed frames to the
 * flows, and to nothing else. */
void weir_account_flows(const struct weir_account_config *config,
                        const struct weir_batch *batch, uint32_t kept,
                        struct weir_flow_table *flows,
                        struct weir_flow_kinds *out);

#endif
