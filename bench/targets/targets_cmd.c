#include "bench/targets/targets_cmd.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/args.h"
#include "base/err.h"
#include "base/output.h"
#include "bench/host/bench_args.h"
#include "bench/host/machine.h"
#include "bench/results/results.h"
#include "bench/stages/scratch.h"
#include "bench/targets/child.h"
#include "bench/targets/memory.h"
#include "bench/targets/steps.h"
#include "bench/targets/told.h"

#define COMMAND "weir bench targets"

enum {
    OPTION_TARGET = 256,
    OPTION_ROUNDS,
    OPTION_FRAMES,
    OPTION_SECONDS,
    OPTION_FOLDER,
};

struct command {
    struct weir_targets_options options;
    struct weir_bench_args checked; /* the common options, looked at */
    struct weir_results *results;
    char found[PATH_MAX]; /* the steps' results */
    long taken;           /* of them, in bytes: that are in the results */
    uint32_t failed;
    bool interrupted;
};

static const char help[] =
    "usage: weir bench targets [OPTION...]\n"
    "\n"
    "Measures, by the other commands, what weir is to reach, and judges it:\n"
    "the figure, what it is held against, the bound, met or missed, by how\n"
    "much.  Without root what is live is left out.\n"
    "\n"
    "  --target LIST         of 1 to 6; all by default:\n"
    "                        1 60-byte frames live to memory\n"
    "                        2 1514-byte frames live to a disk\n"
    "                        3 a file copied, with flows\n"
    "                        4 the flows of a file alone\n"
    "                        5 a second worker, and the capture thread\n"
    "                        6 memory\n"
    "  --rounds N            of everything (5)\n"
    "  --frames N            of the files of 3 and 4 (10000000)\n"
    "  --seconds S           of live loads; by default each command's own\n"
    "  --folder FOLDER       on the disk of 2 (.)\n"
    "\n" WEIR_BENCH_ARGS_HELP "  -h, --help            this text\n"
    "\n"
    "Exit status: 0, also if a target is missed, or has no figure for want of "
    "a\n"
    "peer or of root; 1 if a command failed; 2 wrong usage.\n";

static int take_targets(struct command *c, struct weir_args *args)
{
    memset(c->options.targets, 0, sizeof c->options.targets);
    for (const char *p = args->value; *p != '\0'; p++) {
        if (*p < '1' || *p > '0' + WEIR_TARGETS ||
            (p[1] != ',' && p[1] != '\0'))
            return weir_err_set(&args->err, -EINVAL,
                                "%s: '%s' is no list of 1 to %d", args->option,
                                args->value, WEIR_TARGETS);
        c->options.targets[*p - '1'] = true;
        p += p[1] == ',';
    }
    return 0;
}

/* Words go on to other commands, so they are only looked at. */
static int take_number(struct weir_args *args, uint64_t min, uint64_t max,
                       const char **out)
{
    uint64_t n;
    *out = args->value;
    return weir_args_number(args, args->value, min, max, &n);
}

static int take(void *context, struct weir_args *args, int option)
{
    struct command *c = context;
    struct weir_targets_options *o = &c->options;
    int64_t ns;
    switch (option) {
    case OPTION_TARGET:
        return take_targets(c, args);
    case OPTION_ROUNDS:
        return take_number(args, 1, 32, &o->rounds);
    case OPTION_FRAMES:
        return take_number(args, 1000, 100000000, &o->frames);
    case OPTION_SECONDS:
        o->seconds = args->value;
        return weir_args_duration(args, args->value, 50000000,
                                  INT64_C(600000000000), &ns);
    case OPTION_FOLDER:
        o->folder = args->value;
        return 0;
    case WEIR_BENCH_ARGS_WEIR:
        o->weir = args->value;
        break;
    case WEIR_BENCH_ARGS_RESULTS:
        o->results = args->value;
        break;
    case WEIR_BENCH_ARGS_RECORDER_CPUS:
        o->recorder_cpus = args->value;
        break;
    case WEIR_BENCH_ARGS_GENERATOR_CPUS:
        o->generator_cpus = args->value;
        break;
    default:
        break;
    }
    return weir_bench_args_take(&c->checked, args, option);
}

static int parse(struct command *c, int argc, char **argv)
{
    static const struct option options[] = {
        WEIR_BENCH_ARGS_OPTIONS,
        {"target", required_argument, NULL, OPTION_TARGET},
        {"rounds", required_argument, NULL, OPTION_ROUNDS},
        {"frames", required_argument, NULL, OPTION_FRAMES},
        {"seconds", required_argument, NULL, OPTION_SECONDS},
        {"folder", required_argument, NULL, OPTION_FOLDER},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    struct weir_args args;
    weir_args_start(&args, COMMAND, argc, argv, "h", options);
    return weir_bench_args_read(&args, &c->options.help, take, c);
}

/* What a step has found goes on at once, so that it stays whatever comes. */
static int found_take(struct command *c, struct weir_err *err)
{
    char *line = NULL;
    size_t room = 0;
    int ret = 0;
    FILE *file = fopen(c->found, "re");
    if (file == NULL)
        return 0;
    if (fseek(file, c->taken, SEEK_SET) != 0)
        ret = weir_err_sys(err, -errno, "%s", c->found);
    while (ret == 0 && getline(&line, &room, file) > 0) {
        json_t *object = json_loads(line, 0, NULL);
        c->taken += (long)strlen(line);
        if (object != NULL)
            ret = weir_results_add(c->results, object, err);
    }
    free(line);
    (void)fclose(file);
    return ret;
}

/* Half of the load that a disk took without loss; 0: it is not known. */
static double half_load(const struct command *c)
{
    struct weir_lines lines;
    double load = 0;
    size_t at = 0;
    const json_t *disk;
    if (weir_lines_open(&lines, c->found, NULL) != 0)
        return 0;
    while ((disk = weir_lines_next(&lines, "disk", &at)) != NULL)
        load = weir_line_number(disk, "load_pps") / 2;
    weir_lines_close(&lines);
    return isfinite(load) ? load : 0;
}

static int step_run(struct command *c, struct weir_step *step,
                    struct weir_err *err)
{
    char what[64];
    snprintf(what, sizeof what, "target %d, %s", step->target, step->command);
    if (step->root && geteuid() != 0) {
        fprintf(stderr, COMMAND ": %s: left out: it needs root\n", what);
        return weir_results_skip(c->results, what, "it needs root", err);
    }
    const bool quiet =
        c->options.results != NULL && strcmp(c->options.results, "-") == 0;
    int status = weir_child_run(step, quiet, &c->interrupted, err);
    if (status < 0)
        return status;
    int ret = found_take(c, err);
    if (ret != 0 || status == WEIR_EXIT_OK)
        return ret;
    c->failed++;
    fprintf(stderr, COMMAND ": %s: exit status %d\n", what, status);
    return weir_results_skip(c->results, what, "something of it failed", err);
}

static int steps_run(struct command *c, struct weir_err *err)
{
    int ret = 0;
    for (size_t i = 0; ret == 0 && i < WEIR_STEPS && !c->interrupted; i++) {
        struct weir_step step;
        if (weir_step_make(&step, i, &c->options, c->found, half_load(c)))
            ret = step_run(c, &step, err);
    }
    return ret;
}

static int judge(struct command *c, struct weir_err *err)
{
    struct weir_lines lines;
    FILE *out = weir_results_people(c->options.results);
    int ret = 0;
    if (c->options.targets[5])
        ret = weir_targets_memory(c->found, c->checked.weir, err);
    if (ret == 0)
        ret = found_take(c, err);
    if (ret == 0)
        ret = weir_lines_open(&lines, c->found, err);
    if (ret != 0)
        return ret;
    ret = weir_targets_told(&lines, c->options.targets, c->results, out, err);
    weir_lines_close(&lines);
    if (ret == 0 && c->interrupted)
        ret = weir_err_set(err, -ECANCELED, "interrupted");
    if (ret == 0 && c->failed > 0)
        ret = weir_err_set(err, -EIO, "%u could not be measured whole",
                           c->failed);
    return ret;
}

static int run(struct command *c, int argc, char **argv, struct weir_err *err)
{
    struct weir_scratch scratch;
    int ret = weir_bench_args_settle(&c->checked, err);
    if (ret == 0)
        ret = weir_scratch_open(&scratch, weir_scratch_folder(), 0, err);
    if (ret != 0)
        return ret;
    snprintf(c->found, sizeof c->found, "%.4000s/found.jsonl", scratch.path);
    /* There from the start: with nothing in it if nothing is measured. */
    FILE *file = fopen(c->found, "we");
    if (file == NULL || fclose(file) != 0)
        ret = weir_err_sys(err, -errno, "%s", c->found);
    if (ret == 0 && c->options.results != NULL)
        ret = weir_results_open(&c->results, c->options.results, err);
    if (ret == 0 && c->results != NULL)
        ret = weir_results_add(c->results,
                               weir_machine_run("targets", argc, argv), err);
    if (ret == 0)
        ret = steps_run(c, err);
    if (ret == 0)
        ret = judge(c, err);
    int rc = weir_results_close(c->results, ret == 0 ? err : NULL);
    weir_scratch_close(&scratch);
    return ret != 0 ? ret : rc;
}

int weir_bench_targets(int argc, char **argv)
{
    static struct command c = {
        .options = {.targets = {true, true, true, true, true, true},
                    .rounds = "5",
                    .frames = "10000000",
                    .folder = "."},
    };
    struct weir_err err = {.text = ""};
    int status = parse(&c, argc, argv);
    if (status != WEIR_EXIT_OK)
        return status;
    weir_output_start();
    if (c.options.help) {
        fputs(help, stdout);
    } else if (run(&c, argc, argv, &err) != 0) {
        (void)fflush(stdout);
        fprintf(stderr, COMMAND ": %s\n", err.text);
        status = WEIR_EXIT_FAILED;
    }
    return weir_output_finish(COMMAND, status);
}
