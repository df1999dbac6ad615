/* A filter that is swapped under full load, against the same load without. */

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/args.h"
#include "base/clock.h"
#include "base/output.h"
#include "bench/embed/embed_cmd.h"
#include "bench/embed/swap_run.h"
#include "bench/host/bench_args.h"
#include "bench/host/rig.h"
#include "bench/results/results.h"
#include "bench/stages/session.h"
#include "bench/stages/spread.h"

#define COMMAND "weir bench embed swap"

#define SWAPS       1000
#define SWAPS_MAX   100000
#define SECONDS     5
#define SECONDS_MAX 3600
#define ROUNDS      5
#define ROUNDS_MAX  32
#define RATE_MAX    UINT64_C(1000000000)
#define MTU         1500

enum {
    OPTION_SWAPS = 256,
    OPTION_SECONDS,
    OPTION_ROUNDS,
    OPTION_RATE,
    OPTION_WAY,
    OPTION_RESULTS,
};

static const struct option options[] = {
    {"swaps", required_argument, NULL, OPTION_SWAPS},
    {"seconds", required_argument, NULL, OPTION_SECONDS},
    {"rounds", required_argument, NULL, OPTION_ROUNDS},
    {"rate", required_argument, NULL, OPTION_RATE},
    {"way", required_argument, NULL, OPTION_WAY},
    {"results", required_argument, NULL, OPTION_RESULTS},
    {"help", no_argument, NULL, 'h'},
    {0},
};

/* With swaps and without, in turn. */
enum { WITH, WITHOUT, KINDS };

struct command {
    uint64_t swaps;
    uint64_t seconds;
    uint64_t rounds;
    uint64_t rate;
    const char *way;
    const char *results;
    struct weir_bench_cpus generator;
    struct weir_swap_found found[KINDS][ROUNDS_MAX];
};

static int print_help(void)
{
    weir_output_start();
    printf("usage: weir bench embed swap [OPTION...]\n"
           "\n"
           "Swaps the filter of an embedded pipeline while the generator sends "
           "60-byte\n"
           "frames to it, and counts the frames that both filters take: none "
           "may be lost\n"
           "but those that the kernel says it dropped.  In turn, the same "
           "without swaps.\n"
           "Needs root, as limit does.\n"
           "\n"
           "  --swaps N       evenly over the time, %d by default\n"
           "  --seconds S     of sending, %d by default\n"
           "  --rounds N      with and without, in turn, %d by default\n"
           "  --rate PPS      frames a second; by default as many as go\n"
           "  --way WAY       how frames are sent: xdp, txring, mmsg, or auto, "
           "the\n"
           "                  default: the fastest\n"
           "  --results FILE  append the results as JSON lines; - is the\n"
           "                  standard output\n"
           "  -h, --help      this text\n",
           SWAPS, SECONDS, ROUNDS);
    return weir_output_finish(COMMAND, WEIR_EXIT_OK);
}

static int take(void *context, struct weir_args *args, int option)
{
    struct command *c = context;
    switch (option) {
    case OPTION_SWAPS:
        return weir_args_number(args, args->value, 1, SWAPS_MAX, &c->swaps);
    case OPTION_SECONDS:
        return weir_args_number(args, args->value, 1, SECONDS_MAX, &c->seconds);
    case OPTION_ROUNDS:
        return weir_args_number(args, args->value, 1, ROUNDS_MAX, &c->rounds);
    case OPTION_RATE:
        return weir_args_number(args, args->value, 1, RATE_MAX, &c->rate);
    case OPTION_WAY:
        c->way = args->value;
        return 0;
    case OPTION_RESULTS:
        c->results = args->value;
        return 0;
    default:
        return -EINVAL;
    }
}

static double loss_of(const struct weir_swap_found *f)
{
    const double sent = (double)f->both_sent;
    return sent > 0 ? (sent - (double)f->both_seen) / sent : 0;
}

/* Frames that neither came nor are among those that the kernel dropped. */
static uint64_t unexplained(const struct weir_swap_found *f)
{
    const uint64_t came = f->both_seen + f->kernel_dropped;
    return came < f->both_sent ? f->both_sent - came : 0;
}

static double cpu_of(const struct weir_swap_found *f)
{
    return f->received > 0 ? (double)f->cpu_ns / (double)f->received : 0;
}

static double pps_of(const struct weir_swap_found *f)
{
    return f->sent.offered_pps;
}

static struct weir_spread
spread_of(const struct command *c, int kind,
          double (*figure)(const struct weir_swap_found *))
{
    double values[ROUNDS_MAX];
    struct weir_spread spread;
    for (uint64_t i = 0; i < c->rounds; i++)
        values[i] = figure(&c->found[kind][i]);
    weir_spread_make(&spread, values, c->rounds);
    return spread;
}

static json_t *round_json(const struct weir_swap_found *f)
{
    return json_pack("{s:I, s:f, s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:I, s:f}",
                     "sent", (json_int_t)f->sent.frames, "offered_pps",
                     f->sent.offered_pps, "received", (json_int_t)f->received,
                     "kernel_dropped", (json_int_t)f->kernel_dropped, "tested",
                     (json_int_t)f->tested, "both_sent",
                     (json_int_t)f->both_sent, "both_seen",
                     (json_int_t)f->both_seen, "swaps", (json_int_t)f->swaps,
                     "loss_fraction", loss_of(f), "unexplained",
                     (json_int_t)unexplained(f), "cpu_ns", cpu_of(f));
}

static json_t *line_json(const struct command *c, int kind)
{
    json_t *rounds = json_array();
    for (uint64_t i = 0; i < c->rounds; i++)
        if (json_array_append_new(rounds, round_json(&c->found[kind][i])) !=
            0) {
            json_decref(rounds);
            return NULL;
        }
    const struct weir_spread loss = spread_of(c, kind, loss_of);
    const struct weir_spread cpu = spread_of(c, kind, cpu_of);
    return json_pack(
        "{s:s, s:s, s:s, s:I, s:I, s:o, s:o, s:{s:f, s:f}, s:{s:f, s:f}, "
        "s:{s:f, s:f}}",
        "type", "swap", "frame", "60", "generator", c->found[kind][0].sent.way,
        "swaps", (json_int_t)(kind == WITH ? c->swaps : 0), "duration_s",
        (json_int_t)c->seconds, "load_pps",
        c->rate > 0 ? json_integer((json_int_t)c->rate) : json_null(), "rounds",
        rounds, "median", "loss_fraction", loss.p50, "cpu_ns", cpu.p50, "least",
        "loss_fraction", loss.least, "cpu_ns", cpu.least, "most",
        "loss_fraction", loss.most, "cpu_ns", cpu.most);
}

static void print_row(FILE *out, const struct command *c, int kind)
{
    const struct weir_spread loss = spread_of(c, kind, loss_of);
    const struct weir_spread cpu = spread_of(c, kind, cpu_of);
    const struct weir_spread pps = spread_of(c, kind, pps_of);
    uint64_t amiss = 0, swaps = 0;
    for (uint64_t i = 0; i < c->rounds; i++) {
        amiss += unexplained(&c->found[kind][i]);
        swaps += c->found[kind][i].swaps;
    }
    fprintf(out,
            "%-8s %7" PRIu64 " %9.3f %10.4f %% (%.4f to %.4f) %10" PRIu64
            " %9.1f\n",
            kind == WITH ? "swaps" : "none", swaps, pps.p50 / 1e6,
            100 * loss.p50, 100 * loss.least, 100 * loss.most, amiss, cpu.p50);
}

static int run_rounds(struct command *c, const struct weir_rig *rig,
                      struct weir_err *err)
{
    struct weir_swap_config config = {
        .place = {.near_fd = weir_rig_near(rig),
                  .far_fd = weir_rig_far(rig),
                  .near = WEIR_RIG_NEAR,
                  .far = WEIR_RIG_FAR,
                  .generator_cpus = c->generator.cpu,
                  .generator_cpus_count = c->generator.count},
        .traffic = {.way = c->way,
                    .load_pps = c->rate,
                    .duration_ns = (int64_t)c->seconds * WEIR_NS_PER_S},
    };
    int rc = weir_trial_way(&config.traffic.way, &config.place, &config.traffic,
                            err);
    for (uint64_t i = 0; rc == 0 && i < KINDS * c->rounds; i++) {
        /* Who is first turns with the rounds. */
        const uint64_t round = i / KINDS;
        const uint64_t kind = (i + round) % KINDS;
        config.swaps = kind == WITH ? (uint32_t)c->swaps : 0;
        rc = weir_swap_run(&c->found[kind][round], &config, err);
    }
    return rc;
}

static int tell(const struct command *c, struct weir_results *results,
                struct weir_err *err)
{
    FILE *out = weir_results_people(c->results);
    fprintf(out, "%-8s %7s %9s %33s %10s %9s\n", "filter", "times", "Mpps sent",
            "lost of what both take", "unexplained", "CPU ns");
    int rc = 0;
    for (int kind = 0; rc == 0 && kind < KINDS; kind++) {
        print_row(out, c, kind);
        if (results != NULL)
            rc = weir_results_add(results, line_json(c, kind), err);
    }
    (void)fflush(out);
    for (uint64_t i = 0; rc == 0 && i < c->rounds; i++)
        if (unexplained(&c->found[WITH][i]) > 0)
            rc = weir_err_set(err, -EIO,
                              "frames are missing that both filters take, and "
                              "that the kernel did not drop");
    return rc;
}

static int run(void *context, struct weir_results *results,
               struct weir_err *err)
{
    struct command *c = context;
    struct weir_rig *rig = NULL;
    int rc = weir_rig_open(&rig, MTU, err);
    if (rc == 0)
        rc = run_rounds(c, rig, err);
    if (rc == 0)
        rc = tell(c, results, err);
    weir_rig_close(rig);
    return rc;
}

static bool is_way(const char *way)
{
    static const char *const ways[] = {"auto", "xdp", "txring", "mmsg"};
    for (int i = 0; i < 4; i++)
        if (strcmp(way, ways[i]) == 0)
            return true;
    return false;
}

int weir_embed_swap(int argc, char **argv)
{
    static struct command c = {
        .swaps = SWAPS, .seconds = SECONDS, .rounds = ROUNDS, .way = "auto"};
    struct weir_bench_cpus allowed, recorder;
    struct weir_args args;
    struct weir_err err;
    bool help = false;
    weir_args_start(&args, COMMAND, argc, argv, "h", options);
    const int status = weir_bench_args_read(&args, &help, take, &c);
    if (status != WEIR_EXIT_OK)
        return status;
    if (help)
        return print_help();
    if (!is_way(c.way)) {
        fprintf(stderr, COMMAND ": --way: '%s' is not one\n", c.way);
        return WEIR_EXIT_USAGE;
    }
    if (weir_bench_cpus_allowed(&allowed, &err) != 0) {
        fprintf(stderr, COMMAND ": %s\n", err.text);
        return WEIR_EXIT_FAILED;
    }
    weir_bench_cpus_split(&allowed, &recorder, &c.generator);
    const struct weir_session session = {.command = COMMAND,
                                         .name = "embed",
                                         .results = c.results,
                                         .argc = argc + 1,
                                         .argv = argv - 1};
    return weir_session_run(&session, run, &c);
}
