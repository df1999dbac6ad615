#ifndef WEIR_CLI_RECORD_FLOWS_H
#define WEIR_CLI_RECORD_FLOWS_H

/* record_flows: the flows of one recording, at its end.
 *
 * Threads   the control thread, after join, once. */

struct record_run;
struct weir_err;
struct weir_progress;
struct weir_report_flows;

/* record_flows_finish: all that was counted, once, before what follows. */
void record_flows_finish(const struct record_run *r,
                         const struct weir_progress *p,
                         struct weir_report_flows *out);

/* record_flows: to where --flows or `weir flows` has them.  Returns 0 or
 * -errno with a text; a reader of standard output that has gone is none. */
int record_flows(const struct record_run *r, const struct weir_progress *p,
                 struct weir_err *err);

/* record_flows_warn: a line on stderr if there was no room for all of them:
 * neither a table cut off by `head` nor CSV says so. */
void record_flows_warn(const struct record_run *r,
                       const struct weir_report_flows *of);

#endif
