#ifndef WEIR_BENCH_RESULTS_RESULTS_H
#define WEIR_BENCH_RESULTS_RESULTS_H

/* results: what a bench measured, as JSON lines: one object a line.
 *
 * Every line has "type"; what reads results skips types and keys that it does
 * not know, so both may grow, and none is ever renamed.  A key's last word is
 * its unit: _ns, _s, _pps (frames a second), _bits (a second), _bytes,
 * _fraction (0 to 1).  "frame" is the generator's word for the size: "60",
 * "imix", a mix's file name.  A figure that could not be had is null.
 *
 *   bench   "command": what started the commands of the lines behind it
 *           ("./dev bench --quick")
 *   run     first line of a command's results: "bench" (its name), "time"
 *           (RFC 3339, UTC), "command", "weir" (version), "commit" or null,
 *           "host": { "cpu", "cores", "memory_bytes", "kernel",
 *           "hypervisor" or null, "settings": { name: text } }
 *   note    "text": something that the reader of the figures must know
 *   skip    "what", "why": a part that was left out (a peer not installed)
 *   trial   one offered load:
 *           "row" (which of the rows it belongs to), "frame", "target"
 *           ("none", or the file system's type), "folder" (of the files, as
 *           it was given; not there without files), "workers", "generator"
 *           ("xdp", "txring", "mmsg"), "load_pps" (null: full speed),
 *           "offered_pps", "duration_s", "sent",
 *           "before": { "qdisc", "device", "backlog" }, "kernel_seen",
 *           "kernel_dropped", "received", "excluded" (frames), "distinct"
 *           (in the file; null without one), "loss_fraction", "valid",
 *           "void" (why, or null), "limit" (the stage, or null),
 *           "threads": [ { "name", "busy_fraction", "waiting_fraction" } ],
 *           "cpu_ns" (of the recorder, from its being ready to its being
 *           quiet, per sent frame), "memory_bytes";
 *           "why" (what the search wanted of it), "discards", "lost" (by the
 *           ledger), "generator_limited", "starved" (times that the pool was
 *           empty), "write_s" (inside the sink's write), "drain_s" (from the
 *           end of sending until all was quiet), "stop_s" (until it had
 *           ended, its file being on the disk), "stage" (as "limit", or what
 *           is behind a "cpu" or "ring": bench/limit/verdict.h)
 *   limit   the end of a row's search: "row", "frame", "target", "folder",
 *           "workers", "generator", "ndr_pps", "pdr_pps" (null: none was
 *           lossless),
 *           "ndr_bits", "ndr_width_fraction" (the search's last interval),
 *           "limit" (the stage above NDR), "generator_limited" (bool),
 *           "cpu_ns" (at NDR), "trials", "void_trials"; "stage", "hiccups"
 *           (loads that were good in spite of a failure), "confirmed" (by a
 *           long trial), "shortened" (some trials, to the target's room),
 *           "end" ("done", "trials", "time", "interrupted", "failed"),
 *           "ring_bytes", "ring_s" (that it holds at NDR), "drain_s" and
 *           "stop_s" (there)
 *   stage   "stage", "frame", "ns": { "least", "p10", "p50", "p90", "p99",
 *           "most" } (per frame), "cycles", "instructions" (per frame or
 *           null), "floor": { "name", "ns" } or null, "flows"; and what
 *           bench/stages/line.h adds
 *   peer    "task" ("copy", "live, 300 kpps"), "frame", "peer", "version",
 *           "command", "flags" (why these), "does" (what it did for that:
 *           "records", "records, dissects, accounts"), "load_pps" (null: not
 *           live, or full speed), "frames" (in the file; live: at most sent),
 *           "rounds": [ { "pps" (live: that are in the file),
 *           "loss_fraction" or null, "cpu_ns" (a frame; live: that is in the
 *           file, without the ring's set-up), "memory_bytes" (null: nobody
 *           saw it), "duration_s", "capture_fraction" (of a core, by weir's
 *           capture thread; live), those who tell flows "flows" and
 *           "flow_bytes" (of IP), and live "sent", "recorded" (distinct),
 *           "repeated", "offered_pps", "limited", "says_captured",
 *           "says_dropped" (its own words, or null), "job_cpu_ns" (a frame,
 *           with set-up and end), "quiet_s" } ], "median", "least", "most":
 *           the first six
 *   pace    frames sent at a pace: "task", "frame", "peer", "version",
 *           "command", "does", "asked_pps", "rounds": [ { "p50_ns", "p99_ns",
 *           "most_ns" (how far from what was asked the gaps between frames
 *           were, by the receiver's stamps), "pps", "cpu_ns" (a frame) } ],
 *           "median", "least", "most": the same
 *   disk    "frame", "target" (the file system's type), "folder",
 *           "generator", "duration_s", "rounds": [ { "raw_bytes_s" (of the
 *           disk alone, by writes on their way: { "1", "2", "4" }),
 *           "best_bytes_s" (of these), "file_bytes_s" (the most that was
 *           recorded without loss, of what was written while frames were
 *           sent; 0: at no load), "load_pps", "cpu_ns" (then), "write" (how:
 *           "direct", "cached"), "generator_limited" } ], and
 *           of the rounds' medians "best_bytes_s", "file_bytes_s", "load_pps";
 *           "generator_limited" (in any round)
 *   target  what weir is to reach: "target" (its number), "name", "against"
 *           (what it is held against), "bound" (null: only shown), "better"
 *           ("more" or "less"), "value", "least", "most", "rounds" (of its
 *           ratio or peer line), "met" (null: no figure, or no bound),
 *           "margin_fraction" (of the bound; negative: missed by so much),
 *           "remark"
 *   swap    a filter that was swapped under load: "frame", "generator",
 *           "swaps" (asked for; 0: the same without), "duration_s",
 *           "load_pps" (null: full speed), "rounds": [ { "sent",
 *           "offered_pps", "received", "kernel_dropped", "tested" (the
 *           kernel let them through, weir did not), "both_sent" (that both
 *           filters take), "both_seen", "swaps" (made), "loss_fraction" (of
 *           those), "unexplained" (neither seen nor dropped by the kernel),
 *           "cpu_ns" (a frame received) } ], "median", "least", "most":
 *           "loss_fraction" and "cpu_ns"
 *   ratio   two figures of one run: "name" ("offline copy: weir over
 *           tcpdump, rate"), "value" (median), "least", "most" (of the
 *           rounds), "rounds", "better" ("more" or "less")
 *
 * Owner     add takes the line, also when it fails.
 * Threads   one.
 * Errors    -errno with the file's name; a line is written at once and
 *           whole, so that what was measured stays if the bench is killed.
 *           What is left of a line that did not fit is taken back; behind a
 *           line without an end (a bench that was killed) a new one begins. */

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

struct weir_err;
struct weir_results;

/* weir_results_open: appends to the file, "-" is standard output (what stdio
 * holds for it goes out first, before each line). */
int weir_results_open(struct weir_results **out, const char *path,
                      struct weir_err *err);

/* weir_results_people: where a command's words for people go: standard output,
 * but for results that go there (path: --results, or NULL), since lines of
 * JSON with a table between them are none. */
FILE *weir_results_people(const char *path);

/* weir_results_add: one line.  A NULL line (jansson out of memory, or given a
 * text that is not UTF-8) is -ENOMEM; NULL results take and forget it, for
 * commands without --results. */
int weir_results_add(struct weir_results *results, json_t *line,
                     struct weir_err *err);

/* weir_results_text: a JSON string of any bytes: what is not UTF-8 becomes
 * U+FFFD.  JSON's null for NULL; NULL only without memory. */
json_t *weir_results_text(const char *text);

/* weir_results_note, weir_results_skip: lines of these types. */
int weir_results_note(struct weir_results *results, struct weir_err *err,
                      const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int weir_results_skip(struct weir_results *results, const char *what,
                      const char *why, struct weir_err *err);

/* weir_results_ratio: of `count` rounds, over[i] / under[i] each; the value is
 * their median.  A round in which either is not positive and finite has none;
 * the values are null if no round has. */
int weir_results_ratio(struct weir_results *results, const char *name,
                       const double *over, const double *under, size_t count,
                       const char *better, struct weir_err *err);

/* weir_results_close: accepts NULL. */
int weir_results_close(struct weir_results *results, struct weir_err *err);

#endif
