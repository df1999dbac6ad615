#ifndef WEIR_SINK_DUMP_IMPL_H
#define WEIR_SINK_DUMP_IMPL_H

/* dump_impl: a dump within its handle, for the handle's own files only.
 *
 * Owner     the handle embeds it, and calls init before anybody sees it and
 *           fini in its close.
 * Threads   as dump.h; init and fini are called by who closes the handle, or
 *           within the handle's guard, which fini does not enter.
 * Errors    as dump.h. */

#include <stdbool.h>
#include <stdint.h>

#include "ring/batch.h"
#include "ring/guard.h"
#include "ring/iface.h"
#include "sink/dump.h"
#include "sink/outfile.h"
#include "sink/section.h"

/* What the dump has of its handle; all pointers outlive it. */
struct weir_dump_owner {
    struct weir_guard *guard;
    /* Interface 0 says a pcap's link type.  The table may grow. */
    const struct weir_ifaces *ifaces;
    /* What an interface's snapshot length is at most; 0: as it is.  The
     * handle may change it; the next file that is opened has it. */
    uint32_t snaplen;
    struct weir_outfile_not input; /* the file that the handle reads */
    bool live;    /* captured on this host: a pcapng says its system */
    bool as_read; /* frames come from a file, whatever their lengths are */
};

/* Of the buffer: one longest frame with its header, and more. */
#define DUMP_BUFFER_BYTES UINT32_C(524288)

struct weir_dump {
    struct weir_dump_owner owner;
    bool open;
    bool sync;
    uint32_t snaplen; /* that was asked for; 0: none was */
    int failed;       /* nothing more may be written: that -errno */
    struct weir_outfile out;
    struct weir_section section;
    struct weir_chunk chunk; /* records that are not in the file yet */
    uint64_t written;        /* frames that are */
};

/* weir_dump_init: closed, and ready to be opened. */
void weir_dump_init(struct weir_dump *dump,
                    const struct weir_dump_owner *owner);

/* weir_dump_fini: closes, as weir_dump_close; harmless when it is closed. */
int weir_dump_fini(struct weir_dump *dump, struct weir_err *err);

/* Of the dump's own files.  dump_enter: 0, or what is returned then.
 * dump_leave: returns rc.  dump_check: a file is open, and may be written. */
int dump_enter(struct weir_dump *dump, struct weir_err *err);
int dump_leave(struct weir_dump *dump, int rc);
int dump_check(const struct weir_dump *dump, struct weir_err *err);

/* dump_put_out: the buffer to the file, and with `declares` all interfaces
 * that are known behind it. */
int dump_put_out(struct weir_dump *dump, bool declares, struct weir_err *err);

#endif
