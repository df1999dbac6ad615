#ifndef WEIR_SINK_FILE_SINK_H
#define WEIR_SINK_FILE_SINK_H

/* file_sink: delivered frames into pcap or pcapng files.
 *
 * The sink.h contract, and:
 * Threads   as in sink.h.
 * Progress  one write for each chunk, or for each part of it where a file
 *           ends within.  All memory is taken at open.
 * Writes    a pcapng of a live recording is written directly (O_DIRECT)
 *           where that can be: chunks are kept and go to the disk while
 *           others come (flight.h), where a file ends within one they are
 *           waited for.  Other live recordings leave the page cache behind
 *           them, for they are larger than it; a file made of a file stays
 *           in it: who makes one reads it next.
 * Order     the frames are in the files in the order of the batches; every
 *           cut is between the same two frames however they were batched.
 * Files     mode 0600 and new: an existing file is replaced only under a
 *           plain name without rotation, as tcpdump does.  A file begun
 *           for the next frame (behind a cut by size or packets) is made
 *           when that comes; one for the next period of a live recording at
 *           the period's begin.  A rotated file gets its name when its head
 *           is written, where the file system has files without a name; the
 *           next one is then opened ahead, in a tick.  The last file is on the
 *           disk when finish returns; no other is waited for.
 * Errors    beside sink.h's: -EPIPE the reader closed the pipe, -ECANCELED
 *           it did not read and `abandon` was set.  SIGPIPE is ignored by
 *           the program, or blocked in the thread that calls. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "ring/iface.h"
#include "sink/encode.h"
#include "sink/naming.h"
#include "sink/outfile.h"
#include "sink/rotation.h"
#include "sink/sink.h"

struct weir_disk;
struct weir_stop;

enum weir_write {
    WEIR_WRITE_AUTO = 0,
    WEIR_WRITE_ONLY_DIRECT, /* or an error: pcapng only */
    WEIR_WRITE_ONLY_CACHED,
};

/* A frame takes so many bytes of a lease, and more, on average: then turning
 * it where it lies costs less than copying it: at 512 bytes, where the stages
 * worker_turned and worker_copied of weir bench cross (503 and 520 in two
 * runs), and there the file is a tenth larger.  A TPACKET_V3 frame of 424
 * captured bytes takes 512.
 * Through the page cache every byte is copied once more anyway, so there the
 * frames must be larger. */
#define WEIR_IN_PLACE_MIN_DIRECT 512
#define WEIR_IN_PLACE_MIN_CACHED 1108

/* A ring of more files is refused. */
#define WEIR_FILE_SINK_RING_MAX 100000

struct weir_file_sink_config {
    const char *path; /* "-": standard output.  Copied. */
    enum weir_format format;
    const struct weir_ifaces *ifaces; /* outlives the sink */
    uint32_t snaplen; /* that frames were cut to; 0: to their interface's */
    /* Frames come as time goes by: files begin by the clock where no frame
     * does it, and statistics blocks have the kernel's counts. */
    bool live;
    struct weir_outfile_not input; /* the file that is read */
    enum weir_naming_manner naming;
    uint32_t naming_files; /* tcpdump's -W, as it shapes names */
    uint32_t ring_files;   /* the newest so many are kept; 0: all */
    struct weir_rotation_limits limits;
    enum weir_write write;
    struct weir_disk *disk; /* for direct files; NULL: the kernel's.  The
                               sink's once it is open */
    const struct weir_stop *abandon; /* do not wait for a pipe's reader any
                                        more; may be NULL, outlives the sink */
    const struct weir_stop *stop;    /* in its place while it is opened; NULL:
                                        abandon is */
};

/* weir_file_sink_open: returns 0 or -errno with a text that names the file;
 * *out is set only on 0.  The interfaces known by now are declared in the
 * first file. */
int weir_file_sink_open(struct weir_sink **out,
                        const struct weir_file_sink_config *config,
                        struct weir_err *err);

/* weir_file_sink_check: whether open would fail now, as far as that is known
 * without making a file; it does not take the disk, and waits for no pipe. */
int weir_file_sink_check(const struct weir_file_sink_config *config,
                         struct weir_err *err);

/* What has been written; [w], or any thread after finish. */
struct weir_file_sink_report {
    uint64_t files;   /* begun; a ring may have removed some */
    uint64_t bytes;   /* of all of them */
    const char *path; /* of the newest; valid until close */
    const char *mode; /* weir_file_sink_mode's names, or "pipe" */
    /* Blocks (batches) that were written as they lay in the source's memory;
     * whose frames the workers had copied; and that the sink copied once
     * more, for a file ended within. */
    uint64_t in_place;
    uint64_t compacted;
    uint64_t copied;
    uint64_t padding_bytes; /* of direct files, part of bytes */
};

/* weir_file_sink_mode: what config->write comes to for files made where
 * config->path says, without making one: "direct", "dontcache", "cached". */
const char *weir_file_sink_mode(const struct weir_file_sink_config *config);

void weir_file_sink_report(const struct weir_sink *sink,
                           struct weir_file_sink_report *out);

#endif
