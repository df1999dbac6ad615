#include "bench/stages/scaling.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "bench/results/results.h"
#include "bench/stages/crew.h"
#include "bench/stages/input.h"
#include "bench/stages/spread.h"
#include "bench/stages/stage.h"

/* One worker's own; on its own lines. */
struct worker {
    _Alignas(128) void *state;
    double rate; /* frames a second */
};

struct team {
    const struct weir_stage *stage;
    int64_t time_ns;
    _Atomic uint32_t running; /* that have not stopped */
    struct worker workers[WEIR_CREW_MAX];
};

/* Goes on until each has had its time, so that none is ever alone while
 * another is timed. */
static int work(void *context, uint32_t member)
{
    struct team *team = context;
    struct worker *w = &team->workers[member];
    uint64_t frames = 0;
    int64_t start = 0;
    int64_t now = weir_clock_mono_ns();
    const int64_t warm = now + team->time_ns / 10;
    bool timed = false;
    while (!timed ||
           atomic_load_explicit(&team->running, memory_order_relaxed) > 0) {
        int64_t n = team->stage->run(w->state, NULL);
        if (n <= 0)
            break;
        now = weir_clock_mono_ns();
        if (start == 0) {
            start = now >= warm ? now : 0;
            continue;
        }
        frames += (uint64_t)n;
        if (!timed && now - start >= team->time_ns) {
            w->rate = (double)frames * 1e9 / (double)(now - start);
            timed = true;
            atomic_fetch_sub_explicit(&team->running, 1, memory_order_relaxed);
        }
    }
    if (timed)
        return 0;
    atomic_fetch_sub_explicit(&team->running, 1, memory_order_relaxed);
    return -EBADMSG;
}

/* The rate of `count` workers together. */
static int run_team(struct team *team, uint32_t count, double *rate,
                    struct weir_err *err)
{
    struct weir_crew *crew;
    atomic_store_explicit(&team->running, count, memory_order_relaxed);
    int ret = weir_crew_open(&crew, count, 0, work, team, err);
    if (ret != 0)
        return ret;
    ret = weir_crew_join(crew);
    weir_crew_close(crew);
    if (ret != 0)
        return weir_err_set(err, ret, "scaling: no work done");
    *rate = 0;
    for (uint32_t i = 0; i < count && ret == 0; i++) {
        *rate += team->workers[i].rate;
        ret = team->stage->check(team->workers[i].state, err);
    }
    return ret;
}

/* rates[n - 1][round] of n workers. */
typedef double scaling_rates[WEIR_CREW_MAX][WEIR_SCALING_ROUNDS_MAX];

static int tell(const struct weir_scaling_config *config, uint32_t workers,
                scaling_rates *rates, struct weir_results *results, FILE *out,
                struct weir_err *err)
{
    for (uint32_t n = 2; n <= workers; n++) {
        const double *over = (*rates)[n - 1];
        const double *under = (*rates)[0];
        double ratios[WEIR_SCALING_ROUNDS_MAX];
        struct weir_spread spread;
        char name[96];
        bool usual = strcmp(config->input->frame, "60") == 0;
        (void)snprintf(name, sizeof name, "stage %s: %u over 1, rate%s%s",
                       config->stage->name, n, usual ? "" : ", frame ",
                       usual ? "" : config->input->frame);
        for (uint32_t i = 0; i < config->rounds; i++)
            ratios[i] = over[i] / under[i];
        weir_spread_make(&spread, ratios, config->rounds);
        fprintf(out, "%s: %.2f (%.2f to %.2f, %u round%s)\n", name, spread.p50,
                spread.least, spread.most, config->rounds,
                config->rounds == 1 ? "" : "s");
        int ret = results == NULL
                      ? 0
                      : weir_results_ratio(results, name, over, under,
                                           config->rounds, "more", err);
        if (ret != 0)
            return ret;
    }
    return 0;
}

static int scale(const struct weir_scaling_config *config, uint32_t workers,
                 struct weir_results *results, FILE *out, struct weir_err *err)
{
    const struct weir_stage *stage = config->stage;
    const struct weir_stage_setup setup = {.stage = stage,
                                           .input = config->input};
    scaling_rates *rates = calloc(1, sizeof *rates);
    struct team *team = aligned_alloc(128, sizeof *team);
    uint32_t opened = 0;
    int ret = 0;
    if (rates == NULL || team == NULL) {
        ret = weir_err_sys(err, -ENOMEM, "scaling");
        goto out;
    }
    *team = (struct team){.stage = stage, .time_ns = config->time_ns};
    while (opened < workers && ret == 0) {
        ret = stage->open(&team->workers[opened].state, &setup, err);
        opened += ret == 0;
    }
    for (uint32_t i = 0; i < config->rounds && ret == 0; i++)
        for (uint32_t k = 0; k < workers && ret == 0; k++) {
            uint32_t n = (i + k) % workers; /* turns with the rounds */
            ret = run_team(team, n + 1, &(*rates)[n][i], err);
        }
    if (ret == 0)
        ret = tell(config, workers, rates, results, out, err);
    for (uint32_t i = 0; i < opened; i++)
        stage->close(team->workers[i].state);

out:
    free(team);
    free(rates);
    return ret;
}

int weir_scaling_run(const struct weir_scaling_config *config,
                     struct weir_results *results, FILE *out,
                     struct weir_err *err)
{
    uint32_t workers = config->workers;
    if (workers > weir_crew_cores())
        workers = weir_crew_cores();
    if (workers > WEIR_CREW_MAX)
        workers = WEIR_CREW_MAX;
    if (workers < 2)
        return weir_err_set(err, -EOPNOTSUPP,
                            "scaling: there is only one core for it");
    return scale(config, workers, results, out, err);
}
