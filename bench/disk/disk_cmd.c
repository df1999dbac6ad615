#include "bench/disk/disk_cmd.h"

#include <stdio.h>
#include <string.h>

#include "base/args.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/output.h"
#include "bench/disk/disk.h"
#include "bench/host/interrupt.h"
#include "bench/host/machine.h"
#include "bench/host/rig.h"
#include "bench/limit/search.h"
#include "bench/results/results.h"
#include "bench/trial/trial.h"
#include "ring/stop.h"

#define COMMAND "weir bench disk"

#define FRAME_DEFAULT   1514
#define FRAME_LEAST     60
#define FRAME_MOST      9014
#define ROUNDS_DEFAULT  5
#define TRIALS_DEFAULT  6
#define SECONDS_DEFAULT (5 * WEIR_NS_PER_S)
#define SECONDS_LEAST   (50 * WEIR_NS_PER_MS)
#define SECONDS_MOST    (600 * WEIR_NS_PER_S)
#define RING_DEFAULT    (512 * WEIR_ARGS_MIB)
#define MTU_LEAST       1500
#define HEADER          14

enum {
    OPTION_FRAME = 256,
    OPTION_ROUNDS,
    OPTION_TRIALS,
    OPTION_SECONDS,
    OPTION_RING,
    OPTION_WAY,
};

struct command {
    struct weir_bench_args bench;
    struct weir_disk_config disk;
    struct weir_rig *rig;
    struct weir_trial_place place;
    bool help;
};

static const char *const ways[] = {"auto", "xdp", "txring", "mmsg", NULL};

static struct weir_stop interrupted;

static const char help[] =
    "usage: weir bench disk [OPTION...]\n"
    "\n"
    "In rounds: what a disk takes by O_DIRECT, with one, two and four writes\n"
    "of 1 MiB on their way, into a file whose room is set aside; and the\n"
    "highest load that weir records there without loss, in bytes of the file\n"
    "that are written while frames are sent.\n"
    "\n"
    "  -w FOLDER             on the disk (.)\n"
    "  --frame BYTES         without CRC (1514)\n"
    "  --rounds N            of the disk alone and of a search (5)\n"
    "  --trials N            of each search, at most (6)\n"
    "  --seconds S           of each trial, and of the disk alone (5)\n"
    "  --ring SIZE           the kernel's buffer, in MiB (512)\n"
    "  --way WAY             of the generator: xdp, txring, mmsg, auto (auto)\n"
    "\n" WEIR_BENCH_ARGS_HELP "  -h, --help            this text\n"
    "\n"
    "Needs root, and room for one trial at the disk's full rate, twice.\n";

static int take_number(struct weir_args *args, uint64_t min, uint64_t max,
                       uint32_t *out)
{
    uint64_t n = 0;
    int ret = weir_args_number(args, args->value, min, max, &n);
    if (ret == 0)
        *out = (uint32_t)n;
    return ret;
}

static int take(void *context, struct weir_args *args, int option)
{
    struct command *c = context;
    struct weir_disk_config *d = &c->disk;
    int ret = 0;
    switch (option) {
    case 'w':
        d->folder = args->value;
        return 0;
    case OPTION_FRAME:
        return take_number(args, FRAME_LEAST, FRAME_MOST, &d->frame_bytes);
    case OPTION_ROUNDS:
        return take_number(args, 1, WEIR_DISK_ROUNDS_MAX, &d->rounds);
    case OPTION_TRIALS:
        return take_number(args, 1, WEIR_SEARCH_TRIALS_MAX, &d->trials);
    case OPTION_SECONDS:
        return weir_args_duration(args, args->value, SECONDS_LEAST,
                                  SECONDS_MOST, &d->duration_ns);
    case OPTION_RING:
        return weir_args_size(args, args->value, WEIR_ARGS_MIB,
                              2 * WEIR_ARGS_MIB, 2048 * WEIR_ARGS_MIB,
                              &d->ring_bytes);
    case OPTION_WAY:
        d->way = args->value;
        ret = weir_args_choice(args, args->value, ways);
        return ret < 0 ? ret : 0;
    default:
        return weir_bench_args_take(&c->bench, args, option);
    }
}

static int parse(struct command *c, int argc, char **argv)
{
    static const struct option options[] = {
        WEIR_BENCH_ARGS_OPTIONS,
        {"frame", required_argument, NULL, OPTION_FRAME},
        {"rounds", required_argument, NULL, OPTION_ROUNDS},
        {"trials", required_argument, NULL, OPTION_TRIALS},
        {"seconds", required_argument, NULL, OPTION_SECONDS},
        {"ring", required_argument, NULL, OPTION_RING},
        {"way", required_argument, NULL, OPTION_WAY},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    struct weir_args args;
    weir_args_start(&args, COMMAND, argc, argv, "hw:", options);
    return weir_bench_args_read(&args, &c->help, take, c);
}

static int place_open(struct command *c, struct weir_err *err)
{
    const uint32_t bytes = c->disk.frame_bytes - HEADER;
    int ret =
        weir_rig_open(&c->rig, bytes > MTU_LEAST ? bytes : MTU_LEAST, err);
    if (ret != 0)
        return ret;
    c->place = (struct weir_trial_place){
        .near_fd = weir_rig_near(c->rig),
        .far_fd = weir_rig_far(c->rig),
        .near = WEIR_RIG_NEAR,
        .far = WEIR_RIG_FAR,
        .generator_cpus = c->bench.generator.cpu,
        .generator_cpus_count = c->bench.generator.count,
    };
    const struct weir_trial_traffic traffic = {.way = c->disk.way,
                                               .duration_ns = WEIR_NS_PER_S};
    return weir_trial_way(&c->disk.way, &c->place, &traffic, err);
}

static int run(struct command *c, int argc, char **argv, struct weir_err *err)
{
    struct weir_results *results = NULL;
    int ret = weir_interrupt_open(&interrupted, false, err);
    if (ret == 0)
        ret = weir_bench_args_settle(&c->bench, err);
    if (ret == 0)
        ret = place_open(c, err);
    if (ret == 0 && c->bench.results != NULL)
        ret = weir_results_open(&results, c->bench.results, err);
    if (ret == 0 && results != NULL)
        ret = weir_results_add(results, weir_machine_run("disk", argc, argv),
                               err);
    if (ret == 0 && c->bench.shared)
        ret = weir_results_note(results, err,
                                "disk: a CPU both sends and records");
    c->disk.bench = &c->bench;
    c->disk.place = &c->place;
    c->disk.stop = &interrupted;
    c->disk.results = results;
    c->disk.out = weir_results_people(c->bench.results);
    if (ret == 0)
        ret = weir_disk_run(&c->disk, err);
    int rc = weir_results_close(results, ret == 0 ? err : NULL);
    weir_rig_close(c->rig);
    return ret != 0 ? ret : rc;
}

int weir_bench_disk(int argc, char **argv)
{
    static struct command c = {
        .disk = {.folder = ".",
                 .frame_bytes = FRAME_DEFAULT,
                 .rounds = ROUNDS_DEFAULT,
                 .trials = TRIALS_DEFAULT,
                 .duration_ns = SECONDS_DEFAULT,
                 .ring_bytes = RING_DEFAULT,
                 .way = "auto"},
    };
    struct weir_err err = {.text = ""};
    int status = parse(&c, argc, argv);
    if (status != WEIR_EXIT_OK)
        return status;
    weir_output_start();
    if (c.help) {
        fputs(help, stdout);
    } else if (run(&c, argc, argv, &err) != 0) {
        (void)fflush(stdout);
        fprintf(stderr, COMMAND ": %s\n", err.text);
        status = WEIR_EXIT_FAILED;
    }
    return weir_output_finish(COMMAND, status);
}
