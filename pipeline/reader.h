#ifndef WEIR_PIPELINE_READER_H
#define WEIR_PIPELINE_READER_H

/* reader: a capture file, frame by frame.
 *
 *   open -> (filter | next | next_batch | dump's)* -> close
 *
 * A pcap or a pcapng as libpcap reads them, sections and interfaces of any
 * mix among them, from a file, a pipe or standard input.
 *
 * Frames    lie in the reader's memory and are not copied: those of one call
 *           are valid until the next call of next, next_batch or close.
 * Owner     who opened it closes it.
 * Threads   one at a time: the second of two at once gets -EBUSY.
 * Order     of the file.
 * Progress  next reads in the caller's thread.  It waits for a pipe only.
 * Errors    -errno with a text; -EINVAL for a NULL.  What is wrong with the
 *           file is -EBADMSG with its name, the offset and the number of the
 *           frame, after all whole frames before that were given; it is said
 *           again by each further call.  A malformed frame is none. */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/linktype.h"
#include "pipeline/next.h"
#include "ring/event.h"
#include "ring/frame.h"
#include "sink/dump.h"

struct weir_reader;

/* Zeros are the defaults, but for the path. */
struct weir_reader_config {
    const char *path;   /* "-": standard input, which stays open */
    const char *filter; /* as weir_reader_filter's; NULL: none */
    /* Ends a wait, also that of open (-ECANCELED), and what comes behind it;
     * NULL: nothing does.  Borrowed until close. */
    const struct weir_event *stop;
    /* How long next waits for a pipe: WEIR_NEXT_NOTHING then.  0: as long as
     * it takes; less than 0: not at all.  Open waits as long as it takes, for
     * a FIFO's writer and for the header: stop ends that, or, where there is
     * none, a signal. */
    int timeout_ms;
};

/* weir_reader_open: *out must be NULL (-EBUSY: it is a reader already, and
 * goes on), and is set only on 0.  The file's header has been read then, of a
 * pcapng as far as the first interface.  -ECANCELED: the stop event ended a
 * wait; -EINTR: there is none, and a signal did, of a handler without
 * SA_RESTART. */
int weir_reader_open(struct weir_reader **out,
                     const struct weir_reader_config *config,
                     struct weir_err *err);

/* weir_reader_filter: takes the place of the filter there was, from the next
 * frame on.  In libpcap's language; NULL or "" takes all.  -EINVAL and
 * -ENOTSUP, with a text that quotes it: it is wrong, it asks for what the link
 * type of an interface known by now does not have, or for what only a kernel
 * knows, and nothing has changed.  Of an interface that comes later and does
 * not have what it asks for, it takes no frame. */
int weir_reader_filter(struct weir_reader *reader, const char *text,
                       struct weir_err *err);

/* weir_reader_next: returns enum weir_next, or -errno; *frame is set with
 * WEIR_NEXT_FRAME, else NULL.
 * weir_reader_next_batch: the same for *count frames, at least one with
 * WEIR_NEXT_FRAME and at most WEIR_READER_BATCH_MAX. */
#define WEIR_READER_BATCH_MAX 64
int weir_reader_next(struct weir_reader *reader,
                     const struct weir_frame **frame, struct weir_err *err);
int weir_reader_next_batch(struct weir_reader *reader,
                           const struct weir_frame **frames, uint32_t *count,
                           struct weir_err *err);

/* What a file says of an interface. */
struct weir_reader_iface {
    char name[64];     /* "": none */
    uint32_t snaplen;  /* 0: no limit */
    uint16_t linktype; /* LINKTYPE_* */
    uint8_t fcs_bytes; /* frame check sequence at the end; 0: not known */
    uint8_t tsresol;   /* as pcapng's if_tsresol: 6 microseconds, 9 nano-,
                          with 0x80 a power of 2 */
};

/* weir_reader_iface: of interface `index`, which a frame's `iface` is.  A pcap
 * has one.  -ENOENT: it is not known yet.
 * weir_reader_ifaces: how many are known by now. */
int weir_reader_iface(struct weir_reader *reader, uint32_t index,
                      struct weir_reader_iface *out, struct weir_err *err);
int weir_reader_ifaces(struct weir_reader *reader, struct weir_err *err);

/* weir_reader_count: frames that next has given, to *given, and that a filter
 * took out, to *filtered.  Either may be NULL. */
int weir_reader_count(struct weir_reader *reader, uint64_t *given,
                      uint64_t *filtered, struct weir_err *err);

/* weir_reader_dump: the reader's own; NULL for NULL. */
struct weir_dump *weir_reader_dump(struct weir_reader *reader);

/* weir_reader_close: accepts NULL and *reader NULL; *reader is NULL then,
 * but for -EBUSY.  Another error is that of an open dump. */
int weir_reader_close(struct weir_reader **reader, struct weir_err *err);

#endif
