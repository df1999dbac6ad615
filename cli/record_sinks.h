#ifndef WEIR_CLI_RECORD_SINKS_H
#define WEIR_CLI_RECORD_SINKS_H

/* record_sinks: where one recording's frames go: a file for all lanes or one
 * for each, or none.
 *
 * Owner     it owns the sinks.
 * Threads   the control thread, but for record_sinks_bytes: any. */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "cli/record_lanes.h"
#include "ring/stop.h"
#include "sink/encode.h"
#include "sink/sink.h"

struct record_options;
struct weir_file_sink_config;
struct weir_report_write;

struct record_sinks {
    uint32_t count;
    bool files; /* else nothing is written */
    struct weir_sink *sinks[WEIR_LANES_MAX];
    char *paths[WEIR_LANES_MAX]; /* of several */
};

/* record_sinks_path: the name of lane N's file: "_laneN" before the suffix of
 * -w's name.  The caller frees it; NULL without memory. */
char *record_sinks_path(const char *output, uint32_t lane);

/* record_sinks_config: what -w and its companions ask for. */
void record_sinks_config(const struct record_options *options,
                         const struct record_lanes *lanes,
                         const struct weir_stop *abandon,
                         struct weir_file_sink_config *out);

/* record_sinks_open: `count` sinks, files or not.  *sinks is all zero before;
 * close also what an error has left. */
int record_sinks_open(struct record_sinks *sinks,
                      const struct record_options *options,
                      const struct record_lanes *lanes,
                      const struct weir_stop *abandon, uint32_t count,
                      struct weir_err *err);
void record_sinks_close(struct record_sinks *sinks);

/* record_sinks_bytes: written to all files. */
uint64_t record_sinks_bytes(const struct record_sinks *sinks);

/* record_sinks_report: how blocks got to them, after the end. */
void record_sinks_report(const struct record_sinks *sinks,
                         struct weir_report_write *out);

#endif
