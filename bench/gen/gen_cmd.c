#include "bench/gen/gen_cmd.h"

#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/args.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/output.h"
#include "bench/gen/gen.h"
#include "bench/gen/gen_options.h"
#include "sink/pace.h"

#define COMMAND "weir bench gen"

/* The asked rate was missed: the time was longer by that. */
#define LIMITED_PERCENT 102

/* Shared with the child that gen starts. */
static atomic_bool *stop;

static void on_signal(int signal)
{
    (void)signal;
    atomic_store_explicit(stop, true, memory_order_relaxed);
}

/* Without SA_RESTART: what waits or sends in the kernel comes back. */
static int catch_signals(struct weir_err *err)
{
    void *shared = mmap(NULL, sizeof *stop, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return weir_err_sys(err, -errno, "shared memory");
    stop = shared;
    struct sigaction action = {.sa_handler = on_signal};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    return 0;
}

static bool stopped(void)
{
    return atomic_load_explicit(stop, memory_order_relaxed);
}

/* A line or the end of standard input, or a signal. */
static void hold(void)
{
    char c = '\0';
    puts("ready");
    if (!weir_output_flush())
        return;
    while (!stopped() && c != '\n') {
        ssize_t n = read(STDIN_FILENO, &c, 1);
        if (n == 0 || (n < 0 && errno != EINTR))
            break;
    }
}

/* n of something a second, for all frames; null if there is no time between
 * the first burst (of one frame, most often) and the last, which the duration
 * does not hold. */
static json_t *rate_of(const struct weir_gen_counts *counts, uint32_t burst,
                       double n)
{
    if (counts->sent <= burst || counts->duration_ns <= 0)
        return json_null();
    uint64_t between = (counts->sent - 1) / burst * burst;
    return json_real(n * (double)between / (double)counts->sent * 1e9 /
                     (double)counts->duration_ns);
}

static int print_counts(const struct weir_gen_options *options,
                        const struct weir_gen *gen,
                        const struct weir_gen_counts *counts,
                        struct weir_err *err)
{
    char size[16];
    snprintf(size, sizeof size, "%u", options->plan.mix.parts[0].size);
    double frames = (double)counts->sent;
    double bits = 8 * ((double)counts->bytes + WEIR_PACE_WIRE_BYTES * frames);
    bool limited = (double)counts->duration_ns * 100 >
                       (double)counts->asked_ns * LIMITED_PERCENT &&
                   counts->asked_ns > 0;
    json_t *line = json_pack(
        "{s:s, s:s, s:s, s:I, s:I, s:I, s:o, s:o, s:I, s:I, s:I, s:b}", "type",
        "gen", "way", weir_gen_way_name(weir_gen_way_of(gen)), "frame",
        options->frame != NULL ? options->frame : size, "sent",
        (json_int_t)counts->sent, "refused", (json_int_t)counts->refused,
        "duration_ns", (json_int_t)counts->duration_ns, "offered_pps",
        rate_of(counts, options->burst, frames), "offered_bits",
        rate_of(counts, options->burst, bits), "bytes",
        (json_int_t)counts->bytes, "late_frames",
        (json_int_t)counts->late_frames, "late_most_ns",
        (json_int_t)counts->late_most_ns, "limited", (int)limited);
    char *text = line != NULL ? json_dumps(line, JSON_REAL_PRECISION(9)) : NULL;
    json_decref(line);
    if (text == NULL)
        return weir_err_set(err, -ENOMEM, "no memory for the result");
    puts(text);
    free(text);
    return 0;
}

static int run(const struct weir_gen_options *options, struct weir_plan *plan,
               struct weir_err *err)
{
    const struct weir_gen_config config = {
        .device = options->device,
        .way = options->way,
        .plan = plan,
        .burst = options->burst,
        .frames_max = options->frames_max,
        .duration_ns = options->duration_ns,
        .stop = stop,
    };
    struct weir_gen *gen = NULL;
    struct weir_gen_counts counts = {0};
    int ret = weir_gen_open(&gen, &config, err);
    if (ret != 0)
        return ret;
    if (options->hold)
        hold();
    ret = weir_gen_run(gen, &counts, err);
    if (ret == 0)
        ret = print_counts(options, gen, &counts, err);
    weir_gen_close(gen);
    return ret;
}

int weir_bench_gen(int argc, char **argv)
{
    struct weir_gen_options options;
    struct weir_plan *plan = NULL;
    struct weir_err err = {0};
    int status = weir_gen_options_parse(&options, argc, argv);
    if (status != WEIR_EXIT_OK)
        return status;
    weir_output_start();
    if (options.help) {
        weir_gen_options_help();
        return weir_output_finish(COMMAND, WEIR_EXIT_OK);
    }
    /* Sleeps end when they should, not up to 50 us later. */
    (void)prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
    int ret = catch_signals(&err);
    if (ret == 0)
        ret = weir_plan_open(&plan, &options.plan, &err);
    if (ret == 0)
        ret = run(&options, plan, &err);
    weir_plan_close(plan);
    if (ret != 0) {
        fprintf(stderr, COMMAND ": %s\n", err.text);
        status = WEIR_EXIT_FAILED;
    }
    return weir_output_finish(COMMAND, status);
}
