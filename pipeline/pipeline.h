#ifndef WEIR_PIPELINE_PIPELINE_H
#define WEIR_PIPELINE_PIPELINE_H

/* pipeline: capture, dissection, accounting and recording, embedded.
 *
 *                        taps, in the workers
 *   sources > capture > workers > writer > files
 *                                     > sinks of the embedder's
 *
 *   open > start > ... > stop > join > close
 *
 * It runs in threads of its own.  Whoever opened it may go on with something
 * else, look at the progress from any thread, change the filter, and stop it.
 * Every frame is accounted for: see struct weir_ledger.
 *
 * Units     bytes, frames, nanoseconds, milliseconds where the name says so.
 * Owner     who opened it.  What a config points to is read at open only, but
 *           for events, contexts and texts of taps and sinks: those are
 *           borrowed until close.
 * Threads   open, start, join, close, set_*: control calls, from any thread,
 *           one after another (a second waits); stop, abandon, rotate, done_fd,
 *           progress and the counts: any thread at any time between open and
 *           close.  The pipeline's threads have all signals blocked.
 * Callbacks taps run in the workers, take and finish in the sink's own thread,
 *           on_interval and on_notice in the statistics', create, merge and
 *           destroy in the control call.  A control call from within one of
 *           them is -EDEADLK, and nothing happens.  They may stop, abandon,
 *           rotate and look (done_fd, progress, the counts, linktype and
 *           iface_name); but for create, which has no pipeline yet, and
 *           destroy, which has none any more: there all that is -EINVAL, or
 *           does nothing.
 * Order     a sink gets the frames of one interface in the order of capture
 *           (of one lane, if it has several).  Taps see a worker's frames in
 *           that order, and there is none across workers: who needs a flow's
 *           frames in theirs takes lanes with one worker each: lanes of one
 *           interface share its frames by flow.
 * Stop      loses nothing that the kernel had accepted: all of that goes the
 *           whole way, at the pace of the slowest sink that is waited for.  So
 *           join may take longer than duration_ns.  Abandon gives up what is
 *           in flight, and counts it; a take that is running is waited for.
 * Errors    0 or more, or -errno with a text; -EINVAL for NULL and for what
 *           contradicts itself; -EDEADLK as above; -EALREADY for a second
 *           start; -ESHUTDOWN for changes once it has been stopped.  What goes
 *           wrong while it runs ends it, and join tells.
 * Progress  nothing is allocated between start and join but by changes. */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/format.h"
#include "pipeline/delivery.h"
#include "pipeline/progress.h"
#include "pipeline/tap.h"
#include "ring/event.h"

struct weir_pipeline;

/* Where frames come from: a device or a file. */
struct weir_pipeline_source {
    const char *device; /* "eth0", "any" */
    const char *file;   /* pcap or pcapng; "-": standard input.  Alone. */
    uint32_t lanes;     /* of an Ethernet device or loopback: each has a socket,
                           and workers, of its own; a flow's frames are in one.
                           0: 1; all devices have 64 together at most */
};

/* The pipeline's own file.
 *
 * Without a limit it is called path, and replaces a file of that name; those
 * that weir_pipeline_rotate begins get the first number that nobody has before
 * their ending: x-1.pcapng, x-2.pcapng, ... of x.pcapng.
 * With one, each has its number, from 1 in each run, and the local time at
 * which it begins: x_00001_20261122040000.pcapng (as of dumpcap -b), and never
 * the name of another: a -1, -2, ... goes before the ending then. */
struct weir_pipeline_file {
    const char *path;        /* "-": standard output; NULL: none */
    enum weir_format format; /* 0: by the path's ending, else pcapng */
    /* When the next one begins; 0: no such limit. */
    uint64_t bytes_max;  /* behind the record that makes it so long */
    uint64_t frames_max; /* behind so many */
    int64_t duration_ns; /* from its begin, by the times of frames */
    uint32_t ring;       /* with such a limit: the newest so many of this run
                            are kept, 100000 at most; 0: all */
};

/* What becomes of frames for which a sink has no memory: the pipeline waits,
 * its own file, too (and a kernel drops, which is counted), or the sink goes
 * without them, and that is counted. */
enum weir_pipeline_full { WEIR_PIPELINE_WAIT = 0, WEIR_PIPELINE_SKIP };

/* weir_pipeline_take_fn: may take its time.  Returns 0, or -errno with a
 * text; then it is not called again. */
typedef int weir_pipeline_take_fn(void *context,
                                  const struct weir_delivery *delivery,
                                  struct weir_err *err);

/* weir_pipeline_finish_fn: the last call; behind an error, too. */
typedef int weir_pipeline_finish_fn(void *context, struct weir_err *err);

struct weir_pipeline_sink {
    const char *name;
    weir_pipeline_take_fn *take;
    weir_pipeline_finish_fn *finish; /* may be NULL */
    void *context;
    enum weir_pipeline_full when_full;
    bool ends_all;   /* an error ends the pipeline; else this sink alone */
    uint32_t blocks; /* that it may have at a time; 0: 8; 1024 at most, each
                        with half a MiB more memory than a block */
};

/* What became of the frames that were delivered:
 *   delivered = taken + skipped + given_up + in_flight */
struct weir_pipeline_sink_counts {
    uint64_t delivered;
    uint64_t taken;
    uint64_t skipped;
    uint64_t given_up; /* abandoned, or behind an error */
    uint64_t in_flight;
};

/* Called every interval_ns, and once more at the end. */
typedef void weir_pipeline_interval_fn(void *context,
                                       const struct weir_progress *progress,
                                       int64_t elapsed_ns);

/* Something that an operator should hear of: a link that is down, say. */
typedef void weir_pipeline_notice_fn(void *context, const char *text);

struct weir_pipeline_config {
    const struct weir_pipeline_source *sources;
    uint32_t sources_count; /* 1 to 64, a file alone */
    const char *filter;     /* libpcap's language; NULL: all frames */
    uint32_t snaplen;       /* 0: all of each frame */
    bool no_promisc;
    uint32_t timeout_ms;   /* a frame of a quiet link waits at most so long in
                              the kernel, whose timer is fixed at open; 0:
                              100; 60000 at most */
    uint64_t buffer_bytes; /* of each kernel ring; 0: 64 MiB (libpcap's: 16).
                              The least is (9 + 4 * workers) * 128 KiB; of
                              libpcap's any, but less than 2 GiB */
    uint32_t workers;    /* of each lane, 64 at most; 0: what the host has CPUs
                            for */
    uint64_t frames_max; /* it stops after so many; 0: no limit */
    int64_t duration_ns; /* and after this long */
    struct weir_pipeline_file file;
    enum weir_format format; /* that sinks get, where no file is written; 0:
                                pcapng */
    const struct weir_tap_config *taps;
    uint32_t taps_count; /* at most WEIR_TAPS_MAX */
    const struct weir_pipeline_sink *sinks;
    uint32_t sinks_count;    /* at most 8 */
    struct weir_event *stop; /* stops it, and ends an open that waits for a
                                pipe; NULL: weir_pipeline_stop alone */
    int64_t interval_ns;     /* 0: on_interval is called at the end only */
    weir_pipeline_interval_fn *on_interval; /* may be NULL */
    weir_pipeline_notice_fn *on_notice;     /* may be NULL */
    void *context;                          /* of these two */
};

/* weir_pipeline_open: opens sources and files; no frame is taken in yet.  *out
 * must be NULL (-EBUSY: it is a pipeline already, and goes on), and is set only
 * on 0.
 * -ENODEV, -EPERM, -ENOENT, -EINVAL (the filter), -ECANCELED (stopped while it
 * waited for a pipe), ... as the text says. */
int weir_pipeline_open(struct weir_pipeline **out,
                       const struct weir_pipeline_config *config,
                       struct weir_err *err);

/* weir_pipeline_start: its threads run, and it takes frames in.  With an error
 * there is nothing to be done but close. */
int weir_pipeline_start(struct weir_pipeline *p, struct weir_err *err);

/* weir_pipeline_stop: asks for the end, and does not wait for it.
 * weir_pipeline_abandon: now, whatever is in flight. */
int weir_pipeline_stop(struct weir_pipeline *p);
int weir_pipeline_abandon(struct weir_pipeline *p);

/* weir_pipeline_done_fd: becomes readable, and stays so, when all has ended.
 * weir_pipeline_join: waits for that, merges the taps' states, and returns 0,
 * or the first thing that went wrong: of a source, the file, a sink; -EPROTO if
 * the ledger does not balance; -ECANCELED if it was abandoned.  The error of a
 * sink that does not end all is among them, with "sink" and its name before
 * the text, although the recording is whole.  Again: the same answer. */
int weir_pipeline_done_fd(const struct weir_pipeline *p);
int weir_pipeline_join(struct weir_pipeline *p, struct weir_err *err);

/* weir_pipeline_close: of one that runs, stops and joins it first, and returns
 * what that does.  Accepts NULL, and *p NULL; sets *p to NULL, but for
 * -EDEADLK. */
int weir_pipeline_close(struct weir_pipeline **p, struct weir_err *err);

/* Changes, while it runs or before.  Each takes effect in every lane at the
 * begin of a batch; no frame is lost by it that both the old and the new one
 * take.  They return the change's generation, from 1 on, which progress tells
 * when it is in effect everywhere.
 * weir_pipeline_set_filter: NULL or "": all frames.  -EINVAL: the text is
 * wrong, and nothing changes; -ENOTSUP: only a kernel could test it (ifindex,
 * and but of afpacket inbound and outbound).
 * weir_pipeline_set_snaplen: with a file or a sink at most what it was at open,
 * for what comes before their frames says that; 0: all of each frame.
 * -ENOTSUP: longer than at open, of a device that libpcap captures from.
 * weir_pipeline_set_timeout: how long a frame waits until it goes on with those
 * behind it, of devices that libpcap captures from: not longer than at open,
 * nor shorter than the kernel's own timer, half of that.  -ENOTSUP: there are
 * none, and the kernel's timer is all that counts. */
int64_t weir_pipeline_set_filter(struct weir_pipeline *p, const char *filter,
                                 struct weir_err *err);
int64_t weir_pipeline_set_snaplen(struct weir_pipeline *p, uint32_t snaplen,
                                  struct weir_err *err);
int64_t weir_pipeline_set_timeout(struct weir_pipeline *p, uint32_t timeout_ms,
                                  struct weir_err *err);

/* weir_pipeline_rotate: the next file begins now; nothing where a pipe, a
 * device or standard output is written.  -EINVAL: no file is, or it does not
 * run. */
int weir_pipeline_rotate(struct weir_pipeline *p);

/* weir_pipeline_progress: the ledger and the rest, count by count; the sums
 * are those of one moment, and hold, after join.  weir_pipeline_count_tap,
 * weir_pipeline_count_sink: of the i-th of the config. */
int weir_pipeline_progress(const struct weir_pipeline *p,
                           struct weir_progress *out);
int weir_pipeline_count_tap(const struct weir_pipeline *p, uint32_t i,
                            struct weir_tap_counts *out);
int weir_pipeline_count_sink(const struct weir_pipeline *p, uint32_t i,
                             struct weir_pipeline_sink_counts *out);

/* weir_pipeline_linktype: of an interface's number, as frames have it, a
 * LINKTYPE_ value.  weir_pipeline_iface_name: its name, "" if it has none,
 * valid until close.  -EINVAL and NULL if there is no such (yet). */
int weir_pipeline_linktype(const struct weir_pipeline *p, uint16_t iface);
const char *weir_pipeline_iface_name(const struct weir_pipeline *p,
                                     uint16_t iface);

#endif
