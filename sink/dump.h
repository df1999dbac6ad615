#ifndef WEIR_SINK_DUMP_H
#define WEIR_SINK_DUMP_H

/* dump: a capture file that is written by hand, frame by frame.
 *
 *   open -> (frame | bytes | flush)* -> close -> open ...
 *
 * It is part of a socket, a reader or a writer, its handle, and writes frames
 * of that handle's link types.
 *
 * Files     as `weir record -w` makes them: new, mode 0600 and locked while
 *           they are open; an existing regular file is replaced by a new one
 *           (-EBUSY while somebody records to it), a FIFO or a device is
 *           written as it is.  The file that the handle reads is refused.
 * Buffer    of its own, taken at open.  What was given is in the file after
 *           flush or close, or when the buffer is full.
 * Owner     the handle; a pointer to it is valid until the handle's close,
 *           which closes an open dump as weir_dump_close does.
 * Threads   one at a time, the handle's: used by two at once, or together
 *           with its handle, the second gets -EBUSY.
 * Units     bytes; nanoseconds since 1970 UTC.
 * Errors    -errno with a text that names the file; -EINVAL for a NULL, -EBADF
 *           if no file is open.  A frame that an error was returned for is not
 *           in the file.  After a failed write a regular file is cut behind its
 *           last whole frame; what was not written is kept, and tried again by
 *           the next flush or close.  A pipe or a device may end within a
 *           frame then, so nothing more is written to it, and all but close
 *           give that error again.  SIGPIPE is not raised: the error is
 *           -EPIPE.
 * Progress  a write waits for the disk, or for the pipe's reader until the
 *           stop event is set (-ECANCELED).  Nothing is allocated between open
 *           and close. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/format.h"
#include "ring/event.h"
#include "ring/frame.h"

struct weir_dump;

/* Zeros are the defaults. */
struct weir_dump_config {
    /* WEIR_FORMAT_NONE: by the path: a name that ends in ".pcapng" is one,
     * all others are a pcap of microseconds. */
    enum weir_format format;
    /* In the file's header, if it is less than the handle's; 0: the handle's.
     * No frame is cut: see weir_dump_frame. */
    uint32_t snaplen;
    /* close returns when a regular file is on the disk. */
    bool sync;
    /* Ends a wait for a pipe's reader; NULL: wait for ever.  Borrowed until
     * close. */
    const struct weir_event *stop;
};

/* A time instead of a frame's own, or of now: either part, or both. */
struct weir_dump_time {
    bool has_seconds;
    bool has_fraction;
    int64_t seconds;      /* since 1970 UTC */
    uint32_t fraction_ns; /* less than 10^9; it counts forward from seconds,
                             before 1970, too */
};

/* weir_dump_open: path "-" is standard output, which stays open at close.
 * config may be NULL.  -EBUSY: it is open already, and goes on. */
int weir_dump_open(struct weir_dump *dump, const char *path,
                   const struct weir_dump_config *config, struct weir_err *err);

/* weir_dump_frame: header and bytes exactly as they are, but for what `time`
 * says; it may be NULL.  frame->iface is an interface of the handle.
 *   Time      a frame's own is clamped to what the format has: a pcap to 1970
 *             to 2106, a pcapng to its interface's first second and later; a
 *             pcap of microseconds drops the rest.  One of `time` that the
 *             format does not have is -ERANGE.
 *   Link type a pcap has one, that of interface 0: frames of another are
 *             -EINVAL.  A pcapng has its interfaces.
 *   Length    -EMSGSIZE above what the link type can have (262144, but for a
 *             few), or above the snapshot length of the file's header, beyond
 *             which readers see nothing; -EINVAL for a caplen above len.  A
 *             reader's frames may have both, as the file that it reads. */
int weir_dump_frame(struct weir_dump *dump, const struct weir_frame *frame,
                    const struct weir_dump_time *time, struct weir_err *err);

/* weir_dump_bytes: a frame of interface 0 that is all of bytes[0 .. len), at
 * this moment but for what `time` says; it may be NULL.  Errors as
 * weir_dump_frame's.  bytes may be NULL if len is 0. */
int weir_dump_bytes(struct weir_dump *dump, const void *bytes, size_t len,
                    const struct weir_dump_time *time, struct weir_err *err);

/* weir_dump_flush: all that was given is in the file, as far as the kernel is
 * concerned. */
int weir_dump_flush(struct weir_dump *dump, struct weir_err *err);

/* weir_dump_is_open: 1, or 0; -EINVAL for NULL, -EBUSY as above.
 * weir_dump_count: frames given since open, to *frames; those of them that
 * are in the file, to *written.  Either may be NULL.  After close, those of
 * the last file. */
int weir_dump_is_open(struct weir_dump *dump, struct weir_err *err);
int weir_dump_count(struct weir_dump *dump, uint64_t *frames, uint64_t *written,
                    struct weir_err *err);

/* weir_dump_close: flushes and closes; the dump may be opened again, whatever
 * is returned.  An error says how many frames are not in the file.  Returns 0
 * for NULL, and if no file is open. */
int weir_dump_close(struct weir_dump *dump, struct weir_err *err);

#endif
