#ifndef WEIR_CLI_REPLAY_OPTIONS_H
#define WEIR_CLI_REPLAY_OPTIONS_H

/* replay_options: the command line of `weir replay`.
 *
 * Owner     filter is from malloc; other texts point into argv.
 * Threads   one.
 * Errors    a line on stderr, and WEIR_EXIT_USAGE. */

#include <stdbool.h>
#include <stdint.h>

#include "cli/replay_pace.h"

struct weir_replay_options {
    const char *path;
    const char *device;
    const char *report; /* NULL: none */
    char *filter;       /* NULL: all frames */
    struct weir_replay_pace_config pace;
    uint64_t passes;     /* UINT64_MAX: for ever */
    uint64_t frames_max; /* UINT64_MAX: all */
    int64_t stats_ns;    /* --stats; 0: silent */
    bool quiet;
    bool preload;
    bool bypass; /* the queueing discipline */
    bool help;
};

/* weir_replay_options_parse: returns an exit status of base/args.h.  After
 * help nothing else is set. */
int weir_replay_options_parse(struct weir_replay_options *out, int argc,
                              char **argv);

/* weir_replay_options_help: for standard output. */
void weir_replay_options_help(void);

#endif
