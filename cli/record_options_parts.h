#ifndef WEIR_CLI_RECORD_OPTIONS_PARTS_H
#define WEIR_CLI_RECORD_OPTIONS_PARTS_H

/* record_options_parts: what the files that parse the options of `weir record`
 * share; for them alone. */

struct record_options;
struct weir_args;

/* Options without a letter. */
enum long_only {
    OPT_WORKERS = 256,
    OPT_CPUS,
    OPT_STATS,
    OPT_REPORT,
    OPT_FORMAT,
    OPT_WRITE,
    OPT_FLUSH,
    OPT_SYNTH,
    OPT_DRY_RUN,
    OPT_SOURCE,
    OPT_QUEUE,
    OPT_BLOCK_SIZE,
    OPT_RETIRE_TIMEOUT,
    OPT_LANES,
    OPT_FANOUT,
    OPT_LANE_FILES,
    OPT_HELP,
};

/* record_set_source: an option of the capture: 0, -EINVAL with a text, or 1:
 * it is none of those. */
int record_set_source(struct record_options *o, struct weir_args *args,
                      int option);

/* record_set_cpus: --cpus. */
int record_set_cpus(struct record_options *o, struct weir_args *args);

#endif
