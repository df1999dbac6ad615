#ifndef WEIR_PIPELINE_WRITER_H
#define WEIR_PIPELINE_WRITER_H

/* writer: a capture file without a device.
 *
 *   open -> dump's functions -> close
 *
 * It is only a link type with a dump, which writes frames of any origin:
 * those of another handle, or bytes that the program made.
 *
 * Owner     who opened it closes it.
 * Threads   one at a time: the second of two at once gets -EBUSY.
 * Errors    -errno with a text; -EINVAL for a NULL. */

#include <stdint.h>

#include "base/err.h"
#include "base/linktype.h"
#include "sink/dump.h"

struct weir_writer;

/* Zeros are the defaults, but for the link type. */
struct weir_writer_config {
    uint16_t linktype; /* WEIR_LINKTYPE_*, or any other; 0 is BSD loopback's */
    uint32_t snaplen;  /* in the file's header, and the longest frame; 0: what
                          the link type can have */
    const char *name;  /* the interface's, in a pcapng; NULL: none.  At most 63
                          bytes */
    /* weir_dump_open with that path and config; NULL: the dump is opened by
     * the caller. */
    const char *path;
    struct weir_dump_config dump;
};

/* weir_writer_open: *out must be NULL (-EBUSY: it is a writer already, and
 * goes on), and is set only on 0. */
int weir_writer_open(struct weir_writer **out,
                     const struct weir_writer_config *config,
                     struct weir_err *err);

/* weir_writer_dump: the writer's own; NULL for NULL. */
struct weir_dump *weir_writer_dump(struct weir_writer *writer);

/* weir_writer_close: closes an open dump as weir_dump_close does, and returns
 * its error.  Accepts NULL and *writer NULL; *writer is NULL then, but for
 * -EBUSY. */
int weir_writer_close(struct weir_writer **writer, struct weir_err *err);

#endif
