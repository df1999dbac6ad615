#ifndef WEIR_CLI_RECORD_REPORT_H
#define WEIR_CLI_RECORD_REPORT_H

/* record_report: what is said of one recording: its plan, and its end.
 *
 * Shared with record_run.c, which opens and closes what the struct holds.
 *
 * Threads   the control thread, before the pipeline starts or after join. */

#include <stdbool.h>

#include "cli/record_lanes.h"
#include "cli/record_sinks.h"
#include "pipeline/runner.h"
#include "ring/stop.h"
#include "sink/live_line.h"

struct record_options;

struct record_run {
    const struct record_options *options;
    struct weir_stop stop, abandon;
    struct record_lanes lanes;
    struct record_sinks sinks;
    struct weir_runner *runner;
    struct weir_live_line line;
    bool line_open;
    bool warned_of_merged[WEIR_LANES_MAX]; /* by interface; the stats
                                              thread's */
    int signals;                           /* signalfd */
    enum weir_format format;
    int stops; /* INT and TERM so far */
};

/* record_complain: one line on stderr. */
void record_complain(const struct record_run *r, const struct weir_err *err);

/* record_refuse: -EINVAL if the path, under whatever name, is what was read
 * or written; option names it in the text. */
int record_refuse(const struct record_run *r, const char *option,
                  const char *path, struct weir_err *err);

/* record_report_check: 0 if what is to be written at the end can be, as far as
 * that is known at the start. */
int record_report_check(const struct record_run *r, struct weir_err *err);

/* record_show_plan: --dry-run, on standard output. */
void record_show_plan(const struct record_run *r);

/* record_report: the summary, what is wrong, and the report file.  Returns
 * the exit status. */
int record_report(struct record_run *r);

#endif
