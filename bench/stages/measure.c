#include "bench/stages/measure.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/err.h"
#include "bench/stages/cycles.h"

#define CLOCK_TRIES 2000
#define ONCE_LEAST  3

struct run {
    const struct weir_stage *stage;
    const struct weir_measure_config *config;
    void *state;
    double *samples;
    uint64_t clock_ns;
    uint64_t taken;
    uint64_t count;
    struct weir_cycles_counts cycles;
};

/* What two readings of the clock are apart with nothing between them. */
static uint64_t clock_cost(void)
{
    int64_t least = INT64_MAX;
    for (int i = 0; i < CLOCK_TRIES; i++) {
        int64_t start = weir_clock_mono_ns();
        int64_t apart = weir_clock_mono_ns() - start;
        if (apart < least)
            least = apart;
    }
    return (uint64_t)least;
}

/* One sample; returns the time of the run itself, or -errno. */
static int64_t take(struct run *r, bool keep, struct weir_err *err)
{
    const struct weir_stage *stage = r->stage;
    int ret = stage->prepare == NULL ? 0 : stage->prepare(r->state, err);
    if (ret != 0)
        return ret;
    struct weir_cycles_counts before = weir_cycles_read(r->config->cycles);
    int64_t start = weir_clock_mono_ns();
    int64_t count = stage->run(r->state, err);
    int64_t spent = weir_clock_mono_ns() - start;
    struct weir_cycles_counts after = weir_cycles_read(r->config->cycles);
    if (count <= 0)
        return count < 0 ? count : weir_err_set(err, -EBADMSG, "no work done");
    if (!keep)
        return spent;
    int64_t own = spent - (int64_t)r->clock_ns;
    r->samples[r->taken++] = own > 0 ? (double)own / (double)count : 0;
    r->count += (uint64_t)count;
    r->cycles.cycles += after.cycles - before.cycles;
    r->cycles.instructions += after.instructions - before.instructions;
    r->cycles.missed_ns += after.missed_ns - before.missed_ns;
    return spent;
}

/* Untimed rounds are bounded by the clock too: prepare may cost more than the
 * run does. */
static int take_many(struct run *r, struct weir_err *err)
{
    const int64_t time_ns = r->config->time_ns;
    const int64_t patience = r->stage->once ? 4 : 8;
    const uint64_t least = r->stage->once ? ONCE_LEAST : 1;
    const int64_t start = weir_clock_mono_ns();
    int64_t warm = 0;
    while (!r->stage->once && warm < time_ns / 10 &&
           weir_clock_mono_ns() - start < time_ns) {
        int64_t spent = take(r, false, err);
        if (spent < 0)
            return (int)spent;
        warm += spent;
    }
    const int64_t begin = weir_clock_mono_ns();
    int64_t sum = 0;
    while (r->taken < WEIR_MEASURE_SAMPLES_MAX) {
        int64_t passed = weir_clock_mono_ns() - begin;
        bool enough = r->taken >= least && sum >= time_ns;
        bool late = r->taken >= 1 && passed >= patience * time_ns;
        if (enough || late)
            break;
        int64_t spent = take(r, true, err);
        if (spent < 0)
            return (int)spent;
        sum += spent;
    }
    return 0;
}

static void settle(struct run *r, struct weir_measure *out)
{
    bool counted = r->cycles.cycles > 0 && r->cycles.missed_ns == 0;
    *out = (struct weir_measure){
        .samples = r->taken,
        .count = r->count,
        .clock_ns = (double)r->clock_ns,
        .cycles = counted ? (double)r->cycles.cycles / (double)r->count : -1,
        .instructions =
            counted ? (double)r->cycles.instructions / (double)r->count : -1,
    };
    if (r->stage->bytes != NULL)
        out->bytes = r->stage->bytes(r->state);
    if (r->stage->file_bytes != NULL)
        out->file_bytes = r->stage->file_bytes(r->state);
    weir_spread_make(&out->ns, r->samples, r->taken);
}

int weir_measure_stage(struct weir_measure *out, const struct weir_stage *stage,
                       const struct weir_measure_config *config,
                       struct weir_err *err)
{
    struct weir_stage_setup setup = config->setup;
    setup.stage = stage;
    struct run r = {
        .stage = stage,
        .config = config,
        .clock_ns = clock_cost(),
        .samples = malloc(WEIR_MEASURE_SAMPLES_MAX * sizeof(double)),
    };
    int ret;
    if (r.samples == NULL) {
        ret = weir_err_sys(err, -ENOMEM, "samples");
        goto out;
    }
    ret = stage->open(&r.state, &setup, err);
    if (ret != 0)
        goto out;
    ret = take_many(&r, err);
    if (ret == 0)
        ret = stage->check(r.state, err);
    if (ret == 0)
        settle(&r, out);
    stage->close(r.state);

out:
    free(r.samples);
    return ret == 0 ? 0 : weir_err_wrap(err, ret, "stage %s", stage->name);
}
