#include "bench/embed/swap_run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/err.h"
#include "bench/embed/alone.h"
#include "bench/host/rig.h"
#include "bench/trial/gen_job.h"
#include "bench/trial/mark_find.h"
#include "pipeline/pipeline.h"

/* By the lowest byte of the mark's number in the UDP payload. */
static const char *const filters[] = {"udp[17] & 3 != 1", "udp[17] & 3 != 2"};

static bool is_both(uint64_t number)
{
    return number % 4 == 0 || number % 4 == 3;
}

/* How many of the first n numbers. */
static uint64_t both_of(uint64_t n)
{
    return n / 4 * 2 + (n % 4 >= 1);
}

/* Swaps come in this part of the time of sending. */
#define SWAPPING_PERCENT 90

/* Behind the time of sending, the generator is given up. */
#define PATIENCE_NS (20 * WEIR_NS_PER_S)

struct run {
    const struct weir_swap_config *config;
    struct weir_swap_found *out;
    struct weir_gen_job *gen;
    struct weir_pipeline *pipeline;
    struct weir_err *err;
};

static int create(void *context, uint32_t lane, uint32_t worker, void **state,
                  struct weir_err *err)
{
    (void)context;
    (void)lane;
    (void)worker;
    *state = calloc(1, sizeof(uint64_t));
    return *state != NULL ? 0 : weir_err_sys(err, -ENOMEM, "witness");
}

static uint64_t look(void *state, const struct weir_tap_vector *v)
{
    uint64_t both = 0;
    for (uint32_t i = 0; i < v->count; i++) {
        uint64_t number;
        both +=
            weir_mark_find(v->frames[i].data, v->frames[i].caplen, &number) &&
            is_both(number);
    }
    *(uint64_t *)state += both;
    return 0;
}

static void merge(void *context, void *state)
{
    *(uint64_t *)context += *(const uint64_t *)state;
}

static void destroy(void *context, void *state)
{
    (void)context;
    free(state);
}

static int open_pipeline(struct run *r)
{
    const struct weir_tap_config witness = {
        .name = "witness",
        .context = &r->out->both_seen,
        .create = create,
        .tap = look,
        .merge = merge,
        .destroy = destroy,
    };
    const struct weir_pipeline_source source = {
        .device = r->config->place.near,
    };
    const struct weir_pipeline_config config = {
        .sources = &source,
        .sources_count = 1,
        .filter = filters[0],
        .taps = &witness,
        .taps_count = 1,
    };
    return weir_pipeline_open(&r->pipeline, &config, r->err);
}

static void sleep_until(int64_t at_ns)
{
    const struct timespec at = {.tv_sec = at_ns / WEIR_NS_PER_S,
                                .tv_nsec = at_ns % WEIR_NS_PER_S};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
        continue;
}

/* Evenly, as long as frames are sent. */
static int swap(struct run *r)
{
    const uint32_t swaps = r->config->swaps;
    const int64_t begun_ns = weir_clock_mono_ns();
    const int64_t all_ns =
        r->config->traffic.duration_ns / 100 * SWAPPING_PERCENT;
    for (uint32_t i = 1; i <= swaps; i++) {
        sleep_until(begun_ns + all_ns / swaps * i);
        int done = weir_gen_job_done(r->gen, 0, r->err);
        if (done != 0)
            return done < 0 ? done : 0;
        int64_t ret =
            weir_pipeline_set_filter(r->pipeline, filters[i % 2], r->err);
        if (ret < 0)
            return (int)ret;
    }
    return 0;
}

static int send_all(struct run *r)
{
    weir_gen_job_go(r->gen);
    int ret = swap(r);
    if (ret != 0)
        return ret;
    ret = weir_gen_job_done(
        r->gen, r->config->traffic.duration_ns + PATIENCE_NS, r->err);
    if (ret == 0)
        return weir_err_set(r->err, -ETIMEDOUT, "the generator does not end");
    return ret < 0 ? ret : weir_gen_job_finish(r->gen, &r->out->sent, r->err);
}

static int note(struct run *r)
{
    struct weir_progress p;
    int ret = weir_pipeline_progress(r->pipeline, &p);
    if (ret < 0)
        return ret;
    r->out->received = p.ledger.received;
    r->out->kernel_dropped = p.ledger.kernel_dropped;
    r->out->tested = p.ledger.excluded[WEIR_EXCLUDED_FILTER];
    r->out->swaps = p.filter_generation;
    r->out->both_sent = both_of(r->out->sent.frames);
    return 0;
}

/* In the near namespace. */
static int run_near(void *context)
{
    struct run *r = context;
    int ret = open_pipeline(r);
    if (ret < 0)
        return ret;
    const int64_t cpu_ns = weir_alone_cpu_ns();
    ret = weir_pipeline_start(r->pipeline, r->err);
    if (ret == 0) {
        ret = send_all(r);
        weir_pipeline_stop(r->pipeline);
        const int joined =
            weir_pipeline_join(r->pipeline, ret == 0 ? r->err : NULL);
        ret = ret != 0 ? ret : joined;
    }
    r->out->cpu_ns = weir_alone_cpu_ns() - cpu_ns;
    if (ret == 0)
        ret = note(r);
    const int closed =
        weir_pipeline_close(&r->pipeline, ret == 0 ? r->err : NULL);
    return ret != 0 ? ret : closed;
}

int weir_swap_run(struct weir_swap_found *out,
                  const struct weir_swap_config *config, struct weir_err *err)
{
    struct run run = {.config = config, .out = out, .err = err};
    memset(out, 0, sizeof *out);
    int ret =
        weir_gen_job_start(&run.gen, &config->place, &config->traffic, err);
    if (ret == 0) {
        ret = weir_gen_job_ready(run.gen, WEIR_GEN_JOB_READY_NS, err);
        if (ret == 0)
            ret = weir_err_set(err, -ETIMEDOUT, "the generator is not ready");
        else if (ret > 0)
            ret = 0;
    }
    if (ret == 0)
        ret = weir_rig_enter(config->place.near_fd, run_near, &run, err);
    weir_gen_job_close(run.gen);
    return ret;
}
