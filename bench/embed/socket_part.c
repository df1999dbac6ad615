/* Live frames, by weir_socket and by libpcap. */

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

#include "base/args.h"
#include "base/clock.h"
#include "base/output.h"
#include "base/version.h"
#include "bench/embed/embed_cmd.h"
#include "bench/embed/socket_run.h"
#include "bench/host/bench_args.h"
#include "bench/host/rig.h"
#include "bench/results/results.h"
#include "bench/stages/session.h"
#include "bench/stages/spread.h"

#define COMMAND "weir bench embed socket"

#define RATE        200000
#define RATE_MAX    UINT64_C(1000000000)
#define SECONDS     3
#define SECONDS_MAX 3600
#define ROUNDS      7
#define ROUNDS_MAX  32
#define MTU         1500

enum {
    OPTION_RATE = 256,
    OPTION_SECONDS,
    OPTION_ROUNDS,
    OPTION_WAY,
    OPTION_RESULTS,
};

static const struct option options[] = {
    {"rate", required_argument, NULL, OPTION_RATE},
    {"seconds", required_argument, NULL, OPTION_SECONDS},
    {"rounds", required_argument, NULL, OPTION_ROUNDS},
    {"way", required_argument, NULL, OPTION_WAY},
    {"results", required_argument, NULL, OPTION_RESULTS},
    {"help", no_argument, NULL, 'h'},
    {0},
};

/* At the rate that is asked for, and at full speed. */
enum { PACED, FULL, LOADS };

struct command {
    uint64_t rate;
    uint64_t seconds;
    uint64_t rounds;
    const char *way;
    const char *results;
    struct weir_bench_cpus listener;
    struct weir_bench_cpus generator;
    struct weir_socket_found found[LOADS][WEIR_BY_COUNT][ROUNDS_MAX];
};

static int print_help(void)
{
    weir_output_start();
    printf("usage: weir bench embed socket [OPTION...]\n"
           "\n"
           "Takes live 60-byte frames by weir_socket_next_batch, "
           "weir_socket_next,\n"
           "pcap_dispatch and pcap_next_ex, each in a process of its own, in "
           "turn, from rings\n"
           "of the same size: at a rate, and at full speed.  Needs root, as "
           "limit does.\n"
           "\n"
           "  --rate PPS      frames a second, %d by default\n"
           "  --seconds S     of sending, %d by default\n"
           "  --rounds N      of each function, in turn, %d by default\n"
           "  --way WAY       how frames are sent: xdp, txring, mmsg, or auto, "
           "the\n"
           "                  default: the fastest\n"
           "  --results FILE  append the results as JSON lines; - is the\n"
           "                  standard output\n"
           "  -h, --help      this text\n",
           RATE, SECONDS, ROUNDS);
    return weir_output_finish(COMMAND, WEIR_EXIT_OK);
}

static int take(void *context, struct weir_args *args, int option)
{
    struct command *c = context;
    switch (option) {
    case OPTION_RATE:
        return weir_args_number(args, args->value, 1, RATE_MAX, &c->rate);
    case OPTION_SECONDS:
        return weir_args_number(args, args->value, 1, SECONDS_MAX, &c->seconds);
    case OPTION_ROUNDS:
        return weir_args_number(args, args->value, 1, ROUNDS_MAX, &c->rounds);
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

static double cpu_of(const struct weir_socket_found *f)
{
    return f->frames > 0 ? (double)f->cpu_ns / (double)f->frames : 0;
}

static double loss_of(const struct weir_socket_found *f)
{
    const double sent = (double)f->sent.frames;
    return sent > 0 ? (sent - (double)f->frames) / sent : 0;
}

static double pps_of(const struct weir_socket_found *f)
{
    return f->sent.duration_ns > 0
               ? (double)f->frames * 1e9 / (double)f->sent.duration_ns
               : 0;
}

static struct weir_spread
spread_of(const struct command *c, int load, enum weir_socket_way_of by,
          double (*figure)(const struct weir_socket_found *))
{
    double values[ROUNDS_MAX];
    struct weir_spread spread;
    for (uint64_t i = 0; i < c->rounds; i++)
        values[i] = figure(&c->found[load][by][i]);
    weir_spread_make(&spread, values, c->rounds);
    return spread;
}

static json_t *round_json(const struct weir_socket_found *f)
{
    return json_pack("{s:I, s:f, s:I, s:I, s:f, s:f, s:f}", "sent",
                     (json_int_t)f->sent.frames, "offered_pps",
                     f->sent.offered_pps, "frames", (json_int_t)f->frames,
                     "kernel_dropped", (json_int_t)f->dropped, "loss_fraction",
                     loss_of(f), "pps", pps_of(f), "cpu_ns", cpu_of(f));
}

static json_t *line_json(const struct command *c, int load,
                         enum weir_socket_way_of by)
{
    json_t *rounds = json_array();
    for (uint64_t i = 0; i < c->rounds; i++)
        if (json_array_append_new(rounds, round_json(&c->found[load][by][i])) !=
            0) {
            json_decref(rounds);
            return NULL;
        }
    const struct weir_spread cpu = spread_of(c, load, by, cpu_of);
    const struct weir_spread loss = spread_of(c, load, by, loss_of);
    const struct weir_spread pps = spread_of(c, load, by, pps_of);
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:I, s:o, s:o, s:{s:f, s:f, s:f}, "
        "s:{s:f, s:f, s:f}, s:{s:f, s:f, s:f}}",
        "type", "socket", "function", weir_socket_way_name(by), "version",
        by <= WEIR_BY_NEXT ? WEIR_VERSION : pcap_lib_version(), "frame", "60",
        "generator", c->found[load][by][0].sent.way, "duration_s",
        (json_int_t)c->seconds, "load_pps",
        load == PACED ? json_integer((json_int_t)c->rate) : json_null(),
        "rounds", rounds, "median", "cpu_ns", cpu.p50, "loss_fraction",
        loss.p50, "pps", pps.p50, "least", "cpu_ns", cpu.least, "loss_fraction",
        loss.least, "pps", pps.least, "most", "cpu_ns", cpu.most,
        "loss_fraction", loss.most, "pps", pps.most);
}

static void print_row(FILE *out, const struct command *c, int load,
                      enum weir_socket_way_of by)
{
    const struct weir_spread cpu = spread_of(c, load, by, cpu_of);
    const struct weir_spread loss = spread_of(c, load, by, loss_of);
    const struct weir_spread pps = spread_of(c, load, by, pps_of);
    fprintf(out, "%-24s %9.2f %7.2f to %7.2f %9.3f %10.4f\n",
            weir_socket_way_name(by), cpu.p50, cpu.least, cpu.most,
            pps.p50 / 1e6, 100 * loss.p50);
}

/* How many times `over` is better than `under`. */
static int tell_ratio(const struct command *c, int load,
                      enum weir_socket_way_of over,
                      enum weir_socket_way_of under, FILE *out,
                      struct weir_results *results, struct weir_err *err)
{
    double of_over[ROUNDS_MAX], of_under[ROUNDS_MAX], ratios[ROUNDS_MAX];
    struct weir_spread spread;
    char name[160];
    for (uint64_t i = 0; i < c->rounds; i++) {
        of_over[i] = cpu_of(&c->found[load][over][i]);
        of_under[i] = cpu_of(&c->found[load][under][i]);
        ratios[i] = of_over[i] > 0 ? of_under[i] / of_over[i] : 0;
    }
    weir_spread_make(&spread, ratios, c->rounds);
    (void)snprintf(name, sizeof name, "embed socket, %s: %s over %s, CPU",
                   load == PACED ? "paced" : "full speed",
                   weir_socket_way_name(under), weir_socket_way_name(over));
    fprintf(out, "%s: %.2f (%.2f to %.2f)\n", name, spread.p50, spread.least,
            spread.most);
    return results == NULL
               ? 0
               : weir_results_ratio(results, name, of_under, of_over, c->rounds,
                                    "more", err);
}

static int tell_load(const struct command *c, int load, FILE *out,
                     struct weir_results *results, struct weir_err *err)
{
    int rc = 0;
    if (load == PACED)
        fprintf(out, "at %" PRIu64 " frames a second\n", c->rate);
    else
        fprintf(out, "\nat full speed\n");
    fprintf(out, "%-24s %9s %18s %9s %10s\n", "function", "CPU ns",
            "least to most", "Mpps", "loss %");
    for (enum weir_socket_way_of by = 0; by < WEIR_BY_COUNT && rc == 0; by++) {
        print_row(out, c, load, by);
        if (results != NULL)
            rc = weir_results_add(results, line_json(c, load, by), err);
    }
    for (enum weir_socket_way_of over = 0; over <= WEIR_BY_NEXT; over++)
        for (enum weir_socket_way_of under = WEIR_BY_NEXT + 1;
             under < WEIR_BY_COUNT && rc == 0; under++)
            rc = tell_ratio(c, load, over, under, out, results, err);
    return rc;
}

static int run_rounds(struct command *c, const struct weir_rig *rig,
                      struct weir_err *err)
{
    struct weir_socket_run_config config = {
        .place = {.near_fd = weir_rig_near(rig),
                  .far_fd = weir_rig_far(rig),
                  .near = WEIR_RIG_NEAR,
                  .far = WEIR_RIG_FAR,
                  .generator_cpus = c->generator.cpu,
                  .generator_cpus_count = c->generator.count},
        .traffic = {.way = c->way,
                    .duration_ns = (int64_t)c->seconds * WEIR_NS_PER_S},
        .cpus = c->listener,
    };
    int rc = weir_trial_way(&config.traffic.way, &config.place, &config.traffic,
                            err);
    for (int load = 0; load < LOADS; load++)
        for (uint64_t i = 0; rc == 0 && i < WEIR_BY_COUNT * c->rounds; i++) {
            /* Who is first turns with the rounds. */
            const uint64_t round = i / WEIR_BY_COUNT;
            config.by = (i + round) % WEIR_BY_COUNT;
            config.traffic.load_pps = load == PACED ? c->rate : 0;
            rc = weir_socket_run(&c->found[load][config.by][round], &config,
                                 err);
        }
    return rc;
}

static int run(void *context, struct weir_results *results,
               struct weir_err *err)
{
    struct command *c = context;
    struct weir_rig *rig = NULL;
    FILE *out = weir_results_people(c->results);
    int rc = weir_rig_open(&rig, MTU, err);
    if (rc == 0)
        rc = run_rounds(c, rig, err);
    for (int load = 0; load < LOADS && rc == 0; load++)
        rc = tell_load(c, load, out, results, err);
    (void)fflush(out);
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

int weir_embed_socket(int argc, char **argv)
{
    static struct command c = {
        .rate = RATE, .seconds = SECONDS, .rounds = ROUNDS, .way = "auto"};
    struct weir_bench_cpus allowed;
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
    weir_bench_cpus_split(&allowed, &c.listener, &c.generator);
    const struct weir_session session = {.command = COMMAND,
                                         .name = "embed",
                                         .results = c.results,
                                         .argc = argc + 1,
                                         .argv = argv - 1};
    return weir_session_run(&session, run, &c);
}
