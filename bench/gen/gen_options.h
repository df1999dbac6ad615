#ifndef WEIR_BENCH_GEN_GEN_OPTIONS_H
#define WEIR_BENCH_GEN_GEN_OPTIONS_H

/* gen_options: the command line of `weir bench gen`.
 *
 * Owner     the caller; texts point into argv.
 * Threads   one.
 * Errors    a line on stderr, and WEIR_EXIT_USAGE. */

#include <stdbool.h>
#include <stdint.h>

#include "bench/gen/gen.h"
#include "bench/gen/plan.h"

struct weir_gen_options {
    const char *device;
    const char *frame; /* NULL: the least size */
    enum weir_gen_way way;
    uint64_t frames_max; /* UINT64_MAX: none was given */
    int64_t duration_ns; /* INT64_MAX: none was given */
    uint32_t burst;
    bool hold;
    bool help;
    struct weir_plan_config plan;
};

/* weir_gen_options_parse: returns an exit status of base/args.h.  After help
 * nothing else is set. */
int weir_gen_options_parse(struct weir_gen_options *out, int argc, char **argv);

/* weir_gen_options_help: for standard output. */
void weir_gen_options_help(void);

#endif
