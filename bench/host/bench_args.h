#ifndef WEIR_BENCH_HOST_BENCH_ARGS_H
#define WEIR_BENCH_HOST_BENCH_ARGS_H

/* bench_args: the command line of a bench command, the options that every
 * one has, and what follows from them; no command needs a find of the
 * recorder, a choice of CPUs or a --results of its own.
 *
 *     static const struct option options[] = {
 *         WEIR_BENCH_ARGS_OPTIONS,
 *         {"help", no_argument, NULL, 'h'},
 *         {0},
 *     };
 *     static int take(void *context, struct weir_args *args, int option)
 *     {
 *         struct command *c = context;
 *         switch (option) {
 *         ...
 *         default:
 *             return weir_bench_args_take(&c->bench, args, option);
 *         }
 *     }
 *     weir_args_start(&args, "weir bench x", argc, argv, "h", options);
 *     status = weir_bench_args_read(&args, &c.help, take, &c);
 *     ...
 *     if (weir_bench_args_settle(&c.bench, &err) != 0)
 *         (one line, WEIR_EXIT_FAILED)
 *
 * Owner     the caller; the texts point into argv.
 * Threads   one.
 * Errors    take: as base/args.h, in args.err; settle: 0 or -errno, with
 *           words. */

#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct weir_args;
struct weir_err;

enum {
    WEIR_BENCH_ARGS_WEIR = 0x1000,
    WEIR_BENCH_ARGS_RESULTS,
    WEIR_BENCH_ARGS_RECORDER_CPUS,
    WEIR_BENCH_ARGS_GENERATOR_CPUS,
};

/* clang-format off */
#define WEIR_BENCH_ARGS_OPTIONS                                             \
    {"weir", required_argument, NULL, WEIR_BENCH_ARGS_WEIR},                \
    {"results", required_argument, NULL, WEIR_BENCH_ARGS_RESULTS},          \
    {"recorder-cpus", required_argument, NULL,                              \
     WEIR_BENCH_ARGS_RECORDER_CPUS},                                        \
    {"generator-cpus", required_argument, NULL,                             \
     WEIR_BENCH_ARGS_GENERATOR_CPUS}

/* For --help. */
#define WEIR_BENCH_ARGS_HELP                                                \
    "  --weir PATH           the recorder; by default beside this\n"        \
    "                        program, in ../cli, or by PATH\n"              \
    "  --results FILE        append the results as JSON lines; - is the\n"  \
    "                        standard output\n"                             \
    "  --recorder-cpus LIST  CPUs of what is measured (0-2,5); by\n"        \
    "                        default all but the last that is allowed\n"    \
    "  --generator-cpus LIST CPUs of what sends; by default the last\n"
/* clang-format on */

#define WEIR_BENCH_CPUS_MAX 1024

/* cpus: a list in rising order, for struct weir_job_config. */
struct weir_bench_cpus {
    size_t count;
    uint16_t cpu[WEIR_BENCH_CPUS_MAX];
};

struct weir_bench_args {
    const char *weir_asked; /* --weir, or NULL */
    const char *results;    /* --results, or NULL */
    char weir[PATH_MAX];    /* by settle: the recorder's absolute path */

    /* By settle, if not by options: the last allowed CPU sends, the others
     * record; where there is only one it does both. */
    struct weir_bench_cpus recorder;
    struct weir_bench_cpus generator;
    bool shared; /* a CPU is in both: to be said with the figures */
};

/* weir_bench_args_take: an option from weir_args_next.  What is none of the
 * options above (WEIR_ARGS_BAD) is -EINVAL, and args.err stays; so is, with
 * words, a CPU that this process may not use. */
int weir_bench_args_take(struct weir_bench_args *bench, struct weir_args *args,
                         int option);

/* weir_bench_args_read: the line from weir_args_start to its end, of options
 * alone; calls take for each but -h, which ends it and sets *help.  take
 * returns 0, or -EINVAL with words in args.err.  Returns WEIR_EXIT_OK, or
 * WEIR_EXIT_USAGE, and has said why. */
typedef int weir_bench_take_fn(void *context, struct weir_args *args,
                               int option);
int weir_bench_args_read(struct weir_args *args, bool *help,
                         weir_bench_take_fn *take, void *context);

/* weir_bench_args_settle: finds the recorder, and the CPUs that were not asked
 * for. */
int weir_bench_args_settle(struct weir_bench_args *bench, struct weir_err *err);

/* weir_bench_cpus_allowed: those that this process may use. */
int weir_bench_cpus_allowed(struct weir_bench_cpus *out, struct weir_err *err);

/* weir_bench_cpus_parse: "0-2,5".  Returns 0 or -EINVAL. */
int weir_bench_cpus_parse(struct weir_bench_cpus *out, const char *text);

/* weir_bench_cpus_split: the rule above. */
void weir_bench_cpus_split(const struct weir_bench_cpus *allowed,
                           struct weir_bench_cpus *recorder,
                           struct weir_bench_cpus *generator);

#endif
