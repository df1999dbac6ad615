#ifndef WEIR_SINK_FILE_SINK_H
#define WEIR_SINK_FILE_SINK_H

/* file_sink: delivered frames into pcap or pcapng files.
 *
 * The sink.h contract, and:
 * Progress  one write() for each chunk, or for each part of it where a file
 *           ends within.  All memory is taken at open.
 * Order     the frames are in the files in the order of the batches; every
 *           cut is between the same two frames however they were batched.
 * Files     mode 0600 and new: an existing file is replaced only under a
 *           plain name without rotation, as tcpdump does.  A file begun
 *           for the next frame (behind a cut by size or packets) is made
 *           when that comes; one for the next period of a live recording at
 *           the period's begin.
 * Errors    beside sink.h's: -EPIPE the reader closed the pipe, -ECANCELED
 *           it did not read and `abandon` was set.  SIGPIPE is ignored by
 *           the program. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "ring/iface.h"
#include "sink/encode.h"
#include "sink/naming.h"
#include "sink/outfile.h"
#include "sink/rotation.h"
#include "sink/sink.h"

struct weir_stop;

/* A ring of more files is refused. */
#define WEIR_FILE_SINK_RING_MAX 100000

struct weir_file_sink_config {
    const char *path; /* "-": standard output.  Copied. */
    enum weir_format format;
    const struct weir_ifaces *ifaces; /* outlives the sink */
    /* Frames come as time goes by: files begin by the clock where no frame
     * does it, and statistics blocks have the kernel's counts. */
    bool live;
    struct weir_outfile_not input; /* the file that is read */
    enum weir_naming_manner naming;
    uint32_t naming_files; /* tcpdump's -W, as it shapes names */
    uint32_t ring_files;   /* the newest so many are kept; 0: all */
    struct weir_rotation_limits limits;
    const struct weir_stop *abandon; /* do not wait for a pipe's reader any
                                        more; may be NULL, outlives the sink */
};

/* weir_file_sink_open: returns 0 or -errno with a text that names the file;
 * *out is set only on 0.  The interfaces known by now are declared in the
 * first file. */
int weir_file_sink_open(struct weir_sink **out,
                        const struct weir_file_sink_config *config,
                        struct weir_err *err);

/* weir_file_sink_linktype: the one link type that a pcap holds, that of the
 * recording's interface 0; -1 for a pcapng, which holds any, and while no
 * interface is known.  Threads: any. */
int weir_file_sink_linktype(const struct weir_sink *sink);

/* What has been written; [w], or any thread after finish. */
struct weir_file_sink_report {
    uint64_t files;   /* begun; a ring may have removed some */
    uint64_t bytes;   /* of all of them */
    const char *path; /* of the newest; valid until close */
};

void weir_file_sink_report(const struct weir_sink *sink,
                           struct weir_file_sink_report *out);

#endif
