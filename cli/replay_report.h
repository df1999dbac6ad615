#ifndef WEIR_CLI_REPLAY_REPORT_H
#define WEIR_CLI_REPLAY_REPORT_H

/* replay_report: what became of a replay, in words and as JSON.
 *
 * Threads   one.
 * Errors    0 or -errno, with the file's name. */

#include <stdbool.h>
#include <stdio.h>

struct weir_err;
struct weir_replay;

/* weir_replay_report_text: some lines; quiet, only those of what was not
 * sent. */
void weir_replay_report_text(FILE *out, const struct weir_replay *replay);

/* weir_replay_report_json: one object, to a file; "-" is standard output. */
int weir_replay_report_json(const char *path, const struct weir_replay *replay,
                            struct weir_err *err);

/* weir_replay_report_all_sent: each frame that was asked for. */
bool weir_replay_report_all_sent(const struct weir_replay *replay);

#endif
