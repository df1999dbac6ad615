/* lane_sim: a seeded scheduler steps the stages of lanes in any order.
 *
 * One lane or several, with an outlet each or one for all.  With every other
 * seed idle stages sleep, as the pipeline's threads do, until their bell rings
 * or what else they wait for happens: a lost wake-up never ends.  After every
 * step the ledger of each lane must hold; at the end they must balance, the
 * statistics must count exactly the delivered frames, and the sinks must have
 * got each lane's frames in their turn.  Sources and sinks fail, wait and end
 * wherever the seed says, and so do branches, which must get what the file
 * has.  Usage: lane_sim [FIRST_SEED [SEEDS]]. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "pipeline/lane.h"
#include "pipeline/outlet.h"
#include "pipeline/stats.h"
#include "tests/pipeline/fake_source.h"
#include "tests/pipeline/lane_scene.h"
#include "tests/pipeline/lane_verdict.h"
#include "tests/support/seeds.h"

#define JUMP_NS 200000000

static uint32_t stats_stage(const struct scene *s)
{
    return s->config.lanes * (1 + s->config.workers) +
           weir_assembly_outlets(s->assembly);
}

static struct weir_branch *branch_of(struct scene *s, uint32_t stage)
{
    return stage > stats_stage(s)
               ? weir_assembly_branch(s->assembly, stage - stats_stage(s) - 1)
               : NULL;
}

/* Stages are numbered lane by lane, capture first; then outlets, stats,
 * branches. */
static enum weir_step step_stage(struct scene *s, uint32_t stage)
{
    uint32_t in_lane = 1 + s->config.workers;
    uint32_t lane = stage / in_lane, place = stage % in_lane;
    uint32_t outlet = stage - s->config.lanes * in_lane;
    if (lane < s->config.lanes && place == 0) {
        enum weir_step step = weir_lane_capture(
            weir_assembly_lane(s->assembly, lane), s->now_ns, s->now_ns);
        sim_changes_note(&s->changes, lane, s->sources[lane]);
        return step;
    }
    if (lane < s->config.lanes)
        return weir_lane_work(weir_assembly_lane(s->assembly, lane), place - 1,
                              s->now_ns);
    if (outlet < weir_assembly_outlets(s->assembly))
        return weir_outlet_step(weir_assembly_outlet(s->assembly, outlet),
                                s->now_ns);
    if (branch_of(s, stage) != NULL)
        return weir_branch_step(branch_of(s, stage));
    struct weir_err text;
    while (weir_stats_notice(weir_assembly_stats(s->assembly), &text))
        if (strcmp(text.text, FAKE_NO_MEMORY) == 0)
            s->refused++;
        else
            s->notices++;
    return weir_stats_step(weir_assembly_stats(s->assembly));
}

static struct weir_lane *capture_of(struct scene *s, uint32_t stage)
{
    uint32_t in_lane = 1 + s->config.workers;
    return stage < s->config.lanes * in_lane && stage % in_lane == 0
               ? weir_assembly_lane(s->assembly, stage / in_lane)
               : NULL;
}

static struct weir_outlet *outlet_of(struct scene *s, uint32_t stage)
{
    uint32_t first = s->config.lanes * (1 + s->config.workers);
    return stage >= first && stage - first < weir_assembly_outlets(s->assembly)
               ? weir_assembly_outlet(s->assembly, stage - first)
               : NULL;
}

static struct weir_bell *bell_of(struct scene *s, uint32_t stage)
{
    uint32_t in_lane = 1 + s->config.workers;
    if (capture_of(s, stage) != NULL)
        return weir_lane_capture_bell(capture_of(s, stage));
    if (outlet_of(s, stage) != NULL)
        return weir_outlet_bell(outlet_of(s, stage));
    if (stage < s->config.lanes * in_lane)
        return weir_lane_work_bell(
            weir_assembly_lane(s->assembly, stage / in_lane),
            stage % in_lane - 1);
    if (branch_of(s, stage) != NULL)
        return weir_branch_bell(branch_of(s, stage));
    return weir_stats_bell(weir_assembly_stats(s->assembly));
}

/* The outlet polls its sink, which has something to settle; or it waits for a
 * branch, and all is abandoned. */
static bool polls_readable(struct scene *s, const struct weir_outlet *outlet)
{
    uint32_t i = 0;
    if (weir_outlet_fd(outlet) == s->abandon.fd)
        return weir_stop_is_set(&s->abandon);
    while (weir_assembly_outlet(s->assembly, i) != outlet)
        i++;
    return weir_outlet_fd(outlet) >= 0 && fake_sink_readable(&s->sinks[i]);
}

/* Its bell, or what else the stage waits for. */
static bool wakes(struct scene *s, uint32_t stage)
{
    const struct sleeper *sleeper = &s->sleepers[stage];
    const struct weir_outlet *outlet = outlet_of(s, stage);
    struct weir_capture_wait wait = {.timeout_ns = -1};
    if (sleeper_rung(sleeper))
        return true;
    if (outlet != NULL)
        return s->now_ns >= weir_outlet_deadline(outlet) ||
               polls_readable(s, outlet);
    if (sleeper->capture == NULL)
        return false;
    weir_lane_capture_wait(sleeper->capture, s->now_ns, &wait);
    return (wait.stoppable && weir_stop_is_set(&s->stop)) ||
           (wait.abandonable && weir_stop_is_set(&s->abandon)) ||
           (wait.timeout_ns >= 0 && wait.timeout_ns <= WEIR_NS_PER_MS &&
            scene_pick(s, 10) == 0);
}

/* An idle outlet that sleeps would be woken, and idle, again and again. */
static bool spins(struct scene *s, uint32_t stage)
{
    const struct weir_outlet *outlet = outlet_of(s, stage);
    return outlet != NULL && s->sleepers[stage].state != SLEEPER_ASLEEP &&
           (s->now_ns >= weir_outlet_deadline(outlet) ||
            polls_readable(s, outlet));
}

/* Steps a stage, unless it sleeps. */
static enum weir_step run_stage(struct scene *s, uint32_t stage)
{
    struct sleeper *sleeper = &s->sleepers[stage];
    if (!s->sleepy)
        return step_stage(s, stage);
    if (sleeper->state == SLEEPER_ASLEEP) {
        if (!wakes(s, stage))
            return WEIR_STEP_IDLE;
        sleeper_wake(sleeper);
    }
    sleeper->bell = bell_of(s, stage);
    sleeper->capture = capture_of(s, stage);
    enum weir_step step = step_stage(s, stage);
    sleeper_note(sleeper, step);
    return step;
}

/* Where the statistics sleep on long after all was abandoned, nobody has
 * waited for them to end the workers. */
static const char *check_abandoned(const struct scene *s, uint64_t n,
                                   uint64_t ended)
{
    uint32_t in_lane = 1 + s->config.workers;
    if (n < SCENE_PATIENCE || n - SCENE_PATIENCE != s->abandon_step ||
        n > s->stats_step)
        return NULL;
    for (uint32_t i = 0; i < s->config.lanes * in_lane; i++)
        if (i % in_lane != 0 && (ended >> i & 1) == 0)
            return "a worker goes on that was told to abandon";
    return NULL;
}

/* What is to happen at step n, whosever it is. */
static const char *pass(struct scene *s, uint64_t n, uint64_t ended)
{
    if (n > 40000000)
        return "does not end";
    if (n == s->stop_step)
        weir_stop_set(&s->stop);
    if (n == s->abandon_step)
        weir_stop_set(&s->abandon);
    if (scene_pick(s, 500) == 0)
        weir_assembly_rotate(s->assembly);
    if (scene_pick(s, 20) == 0)
        fake_sink_move(
            &s->sinks[scene_pick(s, weir_assembly_outlets(s->assembly))]);
    s->now_ns += 1000 * (int64_t)scene_pick(s, 3);
    if (n == s->jump_step)
        s->now_ns += JUMP_NS;
    const char *fault = sim_changes_make(&s->changes, &s->random, s->assembly);
    return fault != NULL ? fault : check_abandoned(s, n, ended);
}

static const char *run(struct scene *s)
{
    uint32_t stages = stats_stage(s) + 1 + s->branches.count;
    uint64_t ended = 0;
    /* Some stages are slow: a stage is skipped this often. */
    uint32_t lazy[SCENE_STAGES_MAX];
    for (uint32_t i = 0; i < stages; i++)
        lazy[i] = (uint32_t)scene_pick(s, 95);
    for (uint64_t n = 0; ended != (UINT64_C(1) << stages) - 1; n++) {
        const char *fault = pass(s, n, ended);
        if (fault != NULL)
            return fault;
        uint32_t stage = (uint32_t)scene_pick(s, stages);
        if (scene_pick(s, 100) < lazy[stage] ||
            (stage == stats_stage(s) && n < s->stats_step))
            continue;
        enum weir_step step = run_stage(s, stage);
        sim_branches_keep_up(&s->branches, s->assembly);
        if (step == WEIR_STEP_ENDED)
            ended |= UINT64_C(1) << stage;
        fault = verdict_step(s);
        if (fault != NULL)
            return fault;
        if (step == WEIR_STEP_IDLE && spins(s, stage))
            return "idle, and yet awake at once";
    }
    return NULL;
}

/* What many runs came to. */
struct seen {
    struct sim_branches_seen branches;
    uint64_t in_place; /* leases */
    uint64_t tapped;   /* frames */
    uint64_t changes;
    uint64_t refused; /* changes */
    uint64_t unmade;  /* that a kernel did not take at once */
    uint64_t tested;  /* frames that workers found unwanted, with changes */
};

static const char *simulate(uint64_t seed, struct seen *seen)
{
    struct scene s;
    const char *fault = scene_open(&s, seed);
    if (fault == NULL)
        fault = run(&s);
    if (fault == NULL)
        fault = verdict_end(&s);
    if (fault != NULL)
        return fault;
    sim_branches_add(&s.branches, s.assembly, &seen->branches);
    struct weir_progress p;
    weir_assembly_progress(s.assembly, &p);
    seen->tapped += p.ledger.excluded[WEIR_EXCLUDED_TAP];
    seen->changes += s.changes.done;
    seen->refused += s.changes.refused;
    seen->unmade += s.refused;
    if (s.changes.done > 0)
        seen->tested += p.ledger.excluded[WEIR_EXCLUDED_FILTER];
    for (uint32_t i = 0; i < s.config.lanes; i++)
        seen->in_place += fake_source_turned(s.sources[i]);
    return scene_close(&s);
}

int main(int argc, char **argv)
{
    struct seeds seeds = seeds_start(argc, argv, 1500, 10);
    struct seen seen = {.in_place = 0};
    while (seeds_next(&seeds))
        seeds_told(&seeds, simulate(seeds.seed, &seen));
    printf("%" PRIu64 " leases in place, %" PRIu64 " frames taken out\n",
           seen.in_place, seen.tapped);
    printf("%" PRIu64 " changes, %" PRIu64 " refused, %" PRIu64
           " not taken at once; %" PRIu64 " frames unwanted by then\n",
           seen.changes, seen.refused, seen.unmade, seen.tested);
    bool saw_all = sim_branches_saw_all(&seen.branches) &&
                   seen.branches.prompt > 0 && seen.in_place > 0 &&
                   seen.tapped > 0 && seen.changes > 0 && seen.refused > 0 &&
                   seen.unmade > 0 && seen.tested > 0;
    if (seeds.count >= 1000 && !saw_all)
        seeds_told(&seeds, "so far not all was seen");
    return seeds_end(&seeds);
}
