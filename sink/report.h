#ifndef WEIR_SINK_REPORT_H
#define WEIR_SINK_REPORT_H

/* report: what a recording was, for people and for programs.
 *
 * A report is made at the end and borrows everything it points to.  Both forms
 * use the ledger's names (ring/ledger.h), and the names in the JSON never
 * change:
 *
 *   { "version", "source", "duration_ns", "frames", "bytes",
 *     "ledger": { "received", "written",
 *                 "excluded": { "filter", "surplus", "link_type", "outgoing" },
 *                 "lost": { "write", "abandoned" }, "in_flight",
 *                 "kernel_seen", "kernel_dropped",
 *                 "discards": { "outgoing", "unread" }, "balanced" },
 *     "protocols": [ { "name", "frames", "bytes", "children": [ … ] } ],
 *     "sizes": [ { "min", "max", "frames", "bytes" } ],
 *     "talkers": [ { "address", "frames", "bytes" } ],
 *     "malformed": { reason: frames }, "oversized",
 *     "write": { "mode", "in_place", "compacted", "copied",
 *                "padding_bytes" },
 *     "starved", "freezes", "write_ns", "threads": [ { "name", "cpu_ns" } ],
 *     "late", "late_ns", "hurried",
 *     "copied_for_sinks": { "blocks", "frames" },
 *     "flows": { "count", "evicted": { "flows", "packets", "bytes",
 *                                      "wire_bytes" },
 *                "untracked": { "packets", "wire_bytes" }, "not_ip",
 *                "malformed", "truncated" },
 *     "lanes": [ { "name", "interface", "ledger": { … }, "starved",
 *                  "freezes" } ] }
 *
 * kernel_seen and kernel_dropped are null where no kernel counts.  The ledger
 * also has "interface_dropped" where the interface dropped frames, and
 * "kernel_derived": true where a discard was not counted but derived;
 * "talkers_other" has the frames and bytes of the talkers that are not
 * listed, if any.  "malformed" has the reasons that were met, "truncated"
 * among them.  oversized: frames that are longer than their interface can
 * send: something has merged them before they were captured.  write: how
 * blocks got to the files (file_sink.h); null where there is none.  starved:
 * times that every batch was out, so that the source had to wait.  freezes:
 * times that the kernel's ring was full (of the afpacket source, else 0).
 * write_ns: what the writer spent in the sink.  late: blocks of several lanes
 * in one file that begin before what was written before them ends, by late_ns
 * at most; hurried: blocks that did not wait for a silent lane.
 * copied_for_sinks: blocks that could have been written as they lay in the
 * source's memory, but were copied because sinks beside the writer held their
 * part of it, and the frames in them (`copied` of write is another thing).
 * flows: how many there are, and the frames that are of none of them, or of
 * flows that had to go; null where none are counted.
 * lanes, with their ledgers, are there if there are several.  A number above
 * 2^63 - 1 is written as a real.
 *
 * Units     frames; bytes as on the wire; nanoseconds.
 * Threads   one at a time; nobody changes the summary meanwhile.
 * Progress  may allocate and may block on what it writes to: never called by
 *           a packet thread. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "ring/ledger.h"
#include "ring/summary.h"
#include "sink/proto_tree.h"

struct weir_err;

#define WEIR_REPORT_TALKERS 10

/* A thread of the recording and its time on a CPU. */
struct weir_report_thread {
    const char *name;
    int64_t cpu_ns;
};

/* How blocks got to the files. */
struct weir_report_write {
    const char *mode; /* NULL: there is no file */
    uint64_t in_place;
    uint64_t compacted;
    uint64_t copied;
    uint64_t padding_bytes;
};

/* Flows, and what had no room among them or is of none. */
struct weir_report_flows {
    bool counted; /* false: nobody asked for flows */
    uint64_t count;
    uint64_t evicted;
    uint64_t evicted_packets;
    uint64_t evicted_bytes;
    uint64_t evicted_wire_bytes;
    uint64_t untracked; /* frames */
    uint64_t untracked_wire_bytes;
    uint64_t not_ip;
    uint64_t malformed;
    uint64_t truncated;
};

/* One of several lanes. */
struct weir_report_lane {
    const char *name;      /* the interface's, with a number if it has more */
    const char *interface; /* any bytes */
    struct weir_ledger ledger;
    uint64_t starved;
    uint64_t freezes;
};

struct weir_report {
    const char *version;
    const char *source; /* as the operator named it; any bytes */
    int64_t duration_ns;
    struct weir_sum delivered;
    struct weir_ledger ledger;
    const struct weir_summary *summary;
    weir_name_fn *proto_name;
    weir_name_fn *outcome_name;
    size_t talkers; /* how many to list; 0: WEIR_REPORT_TALKERS */
    bool writes;    /* there is a file; else delivered means counted */
    struct weir_report_write write;
    uint64_t oversized;
    uint64_t starved;
    uint64_t freezes;
    int64_t write_ns;
    const struct weir_report_thread *threads;
    size_t threads_count;
    uint64_t late;
    int64_t late_ns;
    uint64_t hurried;
    uint64_t copied_blocks; /* for sinks beside the writer, */
    uint64_t copied_frames; /* and what was in them */
    struct weir_report_flows flows;
    const struct weir_report_lane *lanes;
    size_t lanes_count;
};

/* weir_report_json: the JSON text, with a line feed at its end, in *out; the
 * caller frees it.  Returns 0 or -ENOMEM. */
int weir_report_json(const struct weir_report *report, char **out,
                     struct weir_err *err);

/* weir_report_ledger_json: the "ledger" alone, as one line without its end;
 * the caller frees it.  Returns 0 or -ENOMEM. */
int weir_report_ledger_json(const struct weir_ledger *of, char **out,
                            struct weir_err *err);

/* weir_report_json_write: to a file as whole.h has it.  Returns 0 or -errno,
 * with the file's name in err. */
int weir_report_json_write(const struct weir_report *report, const char *path,
                           struct weir_err *err);

/* weir_report_text: the summary for people; the first lines are tcpdump's.
 * columns: of the terminal, 0 for 80; less than 60 counts as 60.  Returns 0,
 * -ENOMEM, or -EIO if out has an error. */
int weir_report_text(const struct weir_report *report, uint32_t columns,
                     FILE *out, struct weir_err *err);

/* weir_talker_text: the address.  out has WEIR_TALKER_TEXT_MAX bytes. */
#define WEIR_TALKER_TEXT_MAX 48
char *weir_talker_text(char *out, const struct weir_talker *talker);

/* weir_report_talkers: the greatest talkers, at most report->talkers, in
 * *out, which the caller frees; *other is what they leave.  Returns 0 or
 * -ENOMEM. */
int weir_report_talkers(const struct weir_report *report,
                        struct weir_talker **out, size_t *count,
                        struct weir_sum *other, struct weir_err *err);

/* weir_report_outcome: its name, "outcome_N" if it has none.  out has
 * WEIR_TALKER_TEXT_MAX bytes and is used if need be. */
const char *weir_report_outcome(const struct weir_report *report,
                                uint8_t outcome, char *out);

#endif
