#ifndef WEIR_RING_LEASE_H
#define WEIR_RING_LEASE_H

/* lease: a loan of memory full of frames, from a source.
 *
 * The memory is a kernel block or a block of the source's own.  How records
 * lie in it is the source's business: it puts a walk function into the
 * lease, and everybody reads frames through that.  A lease can be walked
 * any number of times, by one thread after another, and always gives the
 * same frames.
 *
 * Owner     the source lends; who holds the batch holds the lease; it goes
 *           home with the batch, and only the capture thread gives it back.
 * Threads   one holder at a time.
 * Errors    none: a source lends only what it has checked, and a record
 *           that does not fit its lease ends the walk (and so breaks the
 *           ledger, loudly). */

#include <stdbool.h>
#include <stdint.h>

#include "ring/frame.h"

struct weir_lease;

/* weir_lease_walk: a place in a lease; start at all zero. */
struct weir_walk {
    uint32_t offset; /* bytes behind us */
    uint32_t frames; /* frames behind us */
};

/* weir_walk_fn: writes up to max of the next frames to out and moves *walk
 * behind them.  Returns how many; 0 only at the end of the lease. */
typedef uint32_t weir_walk_fn(const struct weir_lease *lease,
                              struct weir_walk *walk, struct weir_frame *out,
                              uint32_t max);

/* How the records lie, where that is also how a file has them: then the
 * lease's bytes can be written as they are. */
enum weir_records {
    WEIR_RECORDS_OTHER = 0,
    WEIR_RECORDS_PCAP,    /* host byte order, microseconds, 16-byte headers */
    WEIR_RECORDS_PCAP_NS, /* the same with nanoseconds */
    WEIR_RECORDS_PCAPNG,  /* what weir_in_place_fn makes */
};

/* Direct writes begin and end at multiples of this. */
#define WEIR_LEASE_ALIGN 4096

/* weir_in_place_fn: turns the lease, where it lies, into bytes of a pcapng
 * file in the host's byte order: first `preface` bytes of other blocks, then
 * one Enhanced Packet Block for each frame in order, the last of them
 * stretched so that `bytes` is a multiple of WEIR_LEASE_ALIGN.  A later walk
 * gives the same frames as before.  Sets records to WEIR_RECORDS_PCAPNG.
 * Returns false, with nothing changed, if this lease cannot be turned.
 * Threads: who holds the lease, once. */
typedef bool weir_in_place_fn(struct weir_lease *lease);

/* A lease holds at most this many frames, and each of them, where it lies,
 * takes its caplen and at least so many bytes more of the source's block_bytes:
 * batches' chunks are sized by both.  A source whose frames lie anywhere counts
 * them as if. */
#define WEIR_LEASE_FRAMES_MAX       16384
#define WEIR_LEASE_RECORD_BYTES_MIN 16

struct weir_lease {
    weir_walk_fn *walk;
    const void *walk_context; /* immutable while the lease is out */
    uint8_t *base;
    uint32_t bytes;   /* of base that are in use, or count as such */
    uint32_t frames;  /* exactly what a whole walk gives */
    uint32_t room;    /* of base; bytes may grow to it in place */
    uint32_t preface; /* bytes before the first record; 0 but in place */
    enum weir_records records;
    weir_in_place_fn *in_place; /* NULL: cannot be turned */
    void *owner;                /* the source's own handle of the memory */

    /* Of a live source whose kernel counts, else 0.  begin_ns is the time of
     * the lease's first frame.  lost_before: frames that the kernel dropped
     * since the lease before this one; kernel_dropped: since open. */
    int64_t begin_ns;
    uint64_t kernel_dropped;
    uint64_t lost_before;

    /* The generation of the screen by which the kernel has tested all of its
     * frames for certain; 0: of none that was put while the source runs. */
    uint64_t screened;
};

#endif
