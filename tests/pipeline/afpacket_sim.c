/* afpacket_sim: a seeded scheduler steps a played kernel, the afpacket source
 * over it and the stages behind it, in any order.
 *
 * After every step the ledger must hold; at the end it must balance with what
 * the kernel counted, and the sink must have got each frame that the kernel
 * took, once and in order, also from blocks that were turned in place, and
 * branches what the sink got.
 * The filter changes at any step: what is delivered passed that of its batch,
 * and what all take is not missing.
 * Usage: afpacket_sim [FIRST_SEED [SEEDS]]. */

#include <inttypes.h>
#include <stdio.h>

#include "pipeline/lane.h"
#include "pipeline/outlet.h"
#include "pipeline/stats.h"
#include "tests/pipeline/afpacket_play.h"
#include "tests/pipeline/sim_branches.h"
#include "tests/support/seeds.h"

#define STAGES_MAX (7 + SIM_BRANCHES_MAX)

struct sim {
    struct play play;
    struct sim_branches branches;
    struct weir_assembly *assembly;
    uint64_t stop_step, abandon_step;
    uint32_t change_odds; /* at one in so many steps; 0: never */
    bool ended[STAGES_MAX];
    uint32_t running; /* stages that have not */
    uint64_t notices;
    int64_t now_ns;
};

/* Stages: capture, workers, outlet, stats, branches, and the kernel last. */
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
    if (stage == workers + 2) {
        struct weir_err text;
        while (weir_stats_notice(weir_assembly_stats(s->assembly), &text))
            s->notices++;
        return weir_stats_step(weir_assembly_stats(s->assembly));
    }
    if (stage < workers + 3 + s->branches.count)
        return weir_branch_step(
            weir_assembly_branch(s->assembly, stage - workers - 3));
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
    if (s->play.sink.fault != NULL)
        return s->play.sink.fault;
    return sim_branches_wrong(&s->branches, s->assembly);
}

static const char *run(struct sim *s)
{
    const uint32_t stages = s->play.config.workers + 4 + s->branches.count;
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
        if (s->change_odds > 0 &&
            random_below(&s->play.random, s->change_odds) == 0) {
            const char *fault = play_change(&s->play, s->assembly);
            if (fault != NULL)
                return fault;
        }
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

/* What many runs came to. */
struct seen {
    uint64_t in_place; /* blocks */
    uint64_t lossy;    /* runs */
    uint64_t changes;
    uint64_t tested; /* frames that workers refused */
    struct sim_branches_seen branches;
};

static const char *simulate(uint64_t seed, struct seen *seen)
{
    struct sim s = {0};
    struct weir_err err;
    struct weir_progress progress;
    if (!play_open(&s.play, seed))
        return "does not open";
    sim_branches_choose(&s.branches, &s.play.random.state, false,
                        PLAY_FRAMES_MAX, &s.play.config);
    if (s.branches.count > 0) {
        s.play.sink.on_record = sim_branches_note;
        s.play.sink.record_context = &s.branches.watches[0];
    }
    if (weir_assembly_open(&s.assembly, &s.play.config, &err) != 0)
        return "does not open";
    weir_assembly_set_sink(s.assembly, 0, &s.play.sink.sink);
    if (weir_assembly_start(s.assembly, &err) != 0)
        return "does not start";
    s.stop_step = random_below(&s.play.random, 4000);
    s.abandon_step = random_below(&s.play.random, 8) == 0
                         ? random_below(&s.play.random, 5000)
                         : UINT64_MAX;
    s.change_odds = random_below(&s.play.random, 2) *
                    (1 + random_below(&s.play.random, 400));
    const char *fault = run(&s);
    weir_assembly_progress(s.assembly, &progress);
    if (fault == NULL)
        fault =
            play_wrong(&s.play, &progress, weir_stop_is_set(&s.play.abandon));
    if (fault == NULL)
        fault = sim_branches_wrong_end(&s.branches, s.assembly,
                                       weir_stop_is_set(&s.play.abandon),
                                       &s.notices);
    if (fault == NULL && s.notices != 0)
        fault = "not a notice for each branch that failed alone";
    if (fault != NULL)
        return fault;
    seen->in_place += s.play.sink.in_place;
    seen->changes += s.play.filters.generation;
    seen->tested += progress.ledger.excluded[WEIR_EXCLUDED_FILTER];
    seen->lossy += progress.ledger.kernel_dropped > 0;
    sim_branches_add(&s.branches, s.assembly, &seen->branches);
    weir_assembly_close(s.assembly);
    sim_branches_close(&s.branches);
    play_close(&s.play);
    return NULL;
}

int main(int argc, char **argv)
{
    struct seeds seeds = seeds_start(argc, argv, 300, 10);
    struct seen seen = {0};
    while (seeds_next(&seeds))
        seeds_told(&seeds, simulate(seeds.seed, &seen));
    printf("%" PRIu64 " blocks in place, %" PRIu64 " runs with loss; %" PRIu64
           " changes, %" PRIu64 " frames tested and refused\n",
           seen.in_place, seen.lossy, seen.changes, seen.tested);
    bool saw_all = sim_branches_saw_all(&seen.branches) && seen.in_place > 0 &&
                   seen.lossy > 0 && seen.changes > 0 && seen.tested > 0;
    if (seeds.count >= 100 && !saw_all)
        seeds_told(&seeds, "so far something of all that has not been");
    return seeds_end(&seeds);
}
