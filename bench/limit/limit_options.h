#ifndef WEIR_BENCH_LIMIT_LIMIT_OPTIONS_H
#define WEIR_BENCH_LIMIT_LIMIT_OPTIONS_H

/* limit_options: what the command line of `weir bench limit` asks for.
 *
 * Owner     texts point into argv and into `lists`, which free releases.
 * Errors    parse prints one line and returns the status to exit with. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/gen/mix.h"
#include "bench/host/bench_args.h"
#include "bench/limit/search.h"

#define WEIR_LIMIT_LIST_MAX 16

/* A frame's words, and what they mean in bytes. */
struct weir_limit_frame {
    const char *spec;
    double mean_bytes;
    uint32_t most_bytes;
};

struct weir_limit_options {
    bool help;
    struct weir_bench_args bench;
    const char *device; /* -i; NULL: a link of the bench's own */
    const char *from;   /* --from; NULL: by xdp */
    const char *way;
    struct weir_limit_frame frames[WEIR_LIMIT_LIST_MAX];
    size_t frames_count;
    const char *targets[WEIR_LIMIT_LIST_MAX]; /* NULL: no file */
    size_t targets_count;
    uint32_t workers[WEIR_LIMIT_LIST_MAX]; /* 0: the recorder's default */
    size_t workers_count;
    uint64_t ring_bytes;
    uint32_t flows;   /* 0: the generator's default */
    const char *skew; /* NULL: none */
    struct weir_search_config search;
    char *lists[3];
};

/* weir_limit_options_parse: WEIR_EXIT_OK, or the status. */
int weir_limit_options_parse(struct weir_limit_options *out, int argc,
                             char **argv);
void weir_limit_options_free(struct weir_limit_options *options);

/* weir_limit_options_help: prints the command's help. */
void weir_limit_options_help(void);

#endif
