/* afpacket_sim: a seeded scheduler steps a played kernel, the afpacket source
 * over it and the stages behind it, in any order.
 *
 * After every step the ledger must hold; at the end it must balance with what
 * the kernel counted, and the sink must have got each frame that the kernel
 * took, once and in order, also from blocks that were turned in place.
 * Usage: afpacket_sim [FIRST_SEED [SEEDS]]. */

#include <inttypes.h>
#include <stdio.h>

#include "pipeline/lane.h"
#include "pipeline/outlet.h"
#include "pipeline/stats.h"
#include "tests/pipeline/afpacket_play.h"
#include "tests/support/seeds.h"

#define STAGES_MAX 8

struct sim {
    struct play play;
    struct weir_assembly *assembly;
    uint64_t stop_step, abandon_step;
    bool ended[STAGES_MAX];
    uint32_t running; /* stages that have not */
    int64_t now_ns;
};

/* Stages: capture, workers, outlet, stats, and the kernel last. */
static enum weir_step step_stage(struct sim *s, uint32_t stage)
{
    const uint32_t workers = s->play.config.workers;
    struct weir_lane *lane = weir_assembly_lane(s->assembly, 0);
    if (stage == 0)
        return weir_lane_capture(lane, s->now_ns, s->now_ns);
    if (stage <= workers)
        return weir_lane_work(lane, stage - 1, s->now_ns);
    if (stage == workers + 1)
        return weir_outlet_step(weir_assembly_outlet(s->assembly, 0),
                                s->now_ns);
    if (stage == workers + 2)
        return weir_stats_step(weir_assembly_stats(s->assembly));
    play_kernel(&s->play);
    return WEIR_STEP_WORKED;
}

static const char *check_step(struct sim *s)
{
    struct weir_progress p;
    weir_assembly_progress(s->assembly, &p);
    if (!weir_ledger_holds(&p.ledger))
        return "the ledger does not hold";
    if (p.ledger.received > s->play.kernel.accepted)
        return "more than the kernel took";
    return s->play.sink.fault;
}

static const char *run(struct sim *s)
{
    const uint32_t stages = s->play.config.workers + 4;
    uint32_t lazy[STAGES_MAX] = {0};
    for (uint32_t i = 0; i < stages; i++)
        lazy[i] = random_below(&s->play.random, 95);
    s->running = stages - 1; /* the kernel goes on */
    for (uint64_t n = 0; s->running > 0; n++) {
        if (n > 4000000)
            return "does not end";
        if (n == s->stop_step)
            weir_stop_set(&s->play.stop);
        if (n == s->abandon_step)
            weir_stop_set(&s->play.abandon);
        /* The counts are read every 250 ms. */
        s->now_ns += random_below(&s->play.random, 2000000);
        const uint32_t stage = random_below(&s->play.random, stages);
        if (random_below(&s->play.random, 100) < lazy[stage])
            continue;
        if (step_stage(s, stage) == WEIR_STEP_ENDED && !s->ended[stage]) {
            s->ended[stage] = true;
            s->running--;
        }
        const char *fault = check_step(s);
        if (fault != NULL)
            return fault;
    }
    return NULL;
}

static const char *simulate(uint64_t seed, uint64_t *in_place, uint64_t *lossy)
{
    struct sim s = {0};
    struct weir_err err;
    struct weir_progress progress;
    if (!play_open(&s.play, seed) ||
        weir_assembly_open(&s.assembly, &s.play.config, &err) != 0)
        return "does not open";
    weir_assembly_set_sink(s.assembly, 0, &s.play.sink.sink);
    s.stop_step = random_below(&s.play.random, 4000);
    s.abandon_step = random_below(&s.play.random, 8) == 0
                         ? random_below(&s.play.random, 5000)
                         : UINT64_MAX;
    const char *fault = run(&s);
    weir_assembly_progress(s.assembly, &progress);
    if (fault == NULL)
        fault =
            play_wrong(&s.play, &progress, weir_stop_is_set(&s.play.abandon));
    if (fault != NULL)
        return fault;
    *in_place += s.play.sink.in_place;
    *lossy += progress.ledger.kernel_dropped > 0;
    weir_assembly_close(s.assembly);
    play_close(&s.play);
    return NULL;
}

int main(int argc, char **argv)
{
    struct seeds seeds = seeds_start(argc, argv, 300, 10);
    uint64_t in_place = 0, lossy = 0;
    while (seeds_next(&seeds))
        seeds_told(&seeds, simulate(seeds.seed, &in_place, &lossy));
    printf("%" PRIu64 " blocks in place, %" PRIu64 " runs with loss\n",
           in_place, lossy);
    if (seeds.count >= 100 && (in_place == 0 || lossy == 0))
        seeds_told(&seeds, "so far no block in place, or no run with loss");
    return seeds_end(&seeds);
}
