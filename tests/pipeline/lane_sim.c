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
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/linktype.h"
#include "pipeline/assembly.h"
#include "pipeline/lane.h"
#include "pipeline/outlet.h"
#include "pipeline/stats.h"
#include "ring/stop.h"
#include "ring/summary.h"
#include "tests/pipeline/fake.h"
#include "tests/pipeline/flows_check.h"
#include "tests/pipeline/sim_branches.h"
#include "tests/pipeline/sleeper.h"

#define BLOCK_BYTES          16384
#define FRAMES_PER_LEASE_MAX 60
#define LANES_MAX            3
#define HOLD_NS              50000 /* whole microseconds, as all times here */
#define JUMP_NS              200000000
#define WORKERS_MAX          4
#define FRAMES_MAX           UINT64_C(4000) /* of a lane */
#define STAGES_MAX           (LANES_MAX * (WORKERS_MAX + 2) + 1 + SIM_BRANCHES_MAX)
#define PATIENCE             20000 /* steps that all but a few lazy do much in */

struct sim {
    uint64_t random;
    struct weir_stop stop, abandon;
    struct weir_source *sources[LANES_MAX];
    struct fake_sink sinks[LANES_MAX];
    struct weir_assembly_config config;
    struct weir_assembly *assembly;
    struct sim_branches branches;
    struct flows_check *flows;
    bool flows_same; /* nothing is taken out of the flows again */
    uint64_t stop_step, abandon_step; /* UINT64_MAX: never */
    uint64_t jump_step;  /* the clock moves on by more than any wait */
    uint64_t stats_step; /* the statistics do nothing before this one */
    int64_t now_ns;
    uint64_t notices;
    bool sleepy;
    struct sleeper sleepers[STAGES_MAX];
};

static uint64_t pick(struct sim *s, uint64_t below)
{
    return fake_random(&s->random) % below;
}

/* One in `odds` seeds gets a number below `below`, the others none. */
static uint64_t sometimes(struct sim *s, uint64_t odds, uint64_t below)
{
    uint64_t value = pick(s, below);
    return pick(s, odds) == 0 ? value : UINT64_MAX;
}

/* What all lanes of a recording have in common. */
struct common {
    bool clocked, silent;
    bool live, second_iface, one_linktype, filtered;
    enum weir_format format;
    enum weir_records records;
};

static void open_source(struct sim *s, uint64_t seed, uint32_t lane,
                        const struct common *common)
{
    s->sources[lane] = fake_source_open(&(struct fake_source_config){
        .seed = seed + 1 + UINT64_C(100) * lane,
        .lane = (uint8_t)lane,
        .leases = weir_lane_batches(s->config.workers, true),
        .block_bytes = BLOCK_BYTES,
        .frames = 1 + pick(s, FRAMES_MAX),
        .fail_at = sometimes(s, 4, 3000),
        .frames_per_lease_max = 1 + (uint32_t)pick(s, FRAMES_PER_LEASE_MAX),
        .wait_percent =
            common->silent && lane == 0 ? 100 : (uint32_t)pick(s, 90),
        .live = common->live,
        .clock_ns = common->clocked ? &s->now_ns : NULL,
        .hold_ns = HOLD_NS,
        .second_iface = common->second_iface,
        .filtered = common->filtered,
        .records = common->records,
    });
}

static void open_sink(struct sim *s, uint64_t seed, uint32_t outlet,
                      const struct common *common)
{
    fake_sink_open(
        &s->sinks[outlet],
        &(struct fake_sink_config){
            .seed = seed + 2 + UINT64_C(100) * outlet,
            .format = common->format,
            .one_linktype = common->one_linktype,
            .second_iface = common->second_iface,
            .filtered = common->filtered,
            .clocked = common->clocked,
            .fail_at = sometimes(s, 4, 3000),
            .done_at = sometimes(s, 4, 3000),
            .keep_percent = (uint32_t)(pick(s, 2) * pick(s, 101)),
            .move_percent = (uint32_t)pick(s, 101),
            .on_frame = s->flows != NULL ? flows_check_frame : NULL,
            .context = s->flows,
            .on_record = s->branches.count > 0 ? sim_branches_note : NULL,
            .record_context = &s->branches.watches[outlet],
        });
    const struct fake_sink_config *config = &s->sinks[outlet].config;
    s->flows_same &=
        config->fail_at == UINT64_MAX && config->done_at == UINT64_MAX;
    weir_assembly_set_sink(s->assembly, outlet, &s->sinks[outlet].sink);
}

/* Tables so small that they are handed over after nearly every batch, and
 * now and then too small a total. */
static void choose_flows(struct sim *s)
{
    static struct flows_check check;
    struct weir_flows_config *flows = &s->config.flows;
    if (pick(s, 3) == 0)
        return;
    *flows = (struct weir_flows_config){
        .batch_frames = FRAMES_PER_LEASE_MAX,
        .workers = s->config.lanes * s->config.workers,
        .outlets = s->config.outlets_apart ? s->config.lanes : 1,
        .idle_ns = WEIR_FLOW_TIMEOUT_MIN_NS,
        .active_ns = WEIR_FLOW_TIMEOUT_MIN_NS * (1 + (int64_t)pick(s, 4)),
    };
    flows->memory_bytes = weir_flows_memory_min(flows) + pick(s, 1u << 20);
    s->flows = &check;
    check.n = 0;
    check.bytes = 0;
}

static const char *open_sim(struct sim *s, uint64_t seed)
{
    struct weir_err err;
    memset(s, 0, sizeof *s);
    s->random = seed;
    if (weir_stop_open(&s->stop, &err) != 0 ||
        weir_stop_open(&s->abandon, &err) != 0)
        return "no events";
    struct common common = {
        .live = pick(s, 2) == 0,
        .second_iface = pick(s, 2) == 0,
        .one_linktype = pick(s, 2) == 0,
        .filtered = pick(s, 2) == 0,
        .format = (enum weir_format)(WEIR_FORMAT_PCAP + pick(s, 3)),
    };
    if (!common.second_iface && common.format == WEIR_FORMAT_PCAP)
        common.records = WEIR_RECORDS_PCAP;
    if (!common.second_iface && common.format == WEIR_FORMAT_PCAP_NS)
        common.records = WEIR_RECORDS_PCAP_NS;
    s->config = (struct weir_assembly_config){
        .sources = s->sources,
        .lanes = 1 + (uint32_t)pick(s, LANES_MAX),
        .outlets_apart = pick(s, 2) == 0,
        .stop = &s->stop,
        .abandon = &s->abandon,
        .workers = 1 + (uint32_t)pick(s, WORKERS_MAX),
        .block_bytes = BLOCK_BYTES,
        .account = {.format = common.format,
                    .one_linktype = common.one_linktype,
                    .linktype = WEIR_LINKTYPE_ETHERNET},
        .frames_max = pick(s, 3) == 0 ? 1 + pick(s, 3000) : 0,
        .duration_ns = pick(s, 4) == 0 ? 1 + (int64_t)pick(s, 500000) : 0,
        .talkers = 64,
        .seed = seed,
    };
    /* Stamps that are no clock's are for lanes that can be waited for. */
    common.clocked = common.live;
    common.silent = common.live && pick(s, 4) == 0;
    s->sleepy = seed % 2 == 0;
    s->jump_step = sometimes(s, 3, 20000);
    s->stop_step = common.silent ? pick(s, 20000) : sometimes(s, 3, 2000);
    s->abandon_step = sometimes(s, 6, 2000);
    if (pick(s, 3) == 0)
        s->stats_step = pick(s, PATIENCE);
    if (pick(s, 6) == 0) {
        s->abandon_step = pick(s, PATIENCE);
        s->stats_step = s->abandon_step + PATIENCE;
    }
    for (uint32_t i = 0; i < s->config.lanes; i++)
        open_source(s, seed, i, &common);
    choose_flows(s);
    s->flows_same = s->abandon_step == UINT64_MAX;
    sim_branches_choose(&s->branches, &s->random, false, LANES_MAX * FRAMES_MAX,
                        &s->config);
    if (weir_assembly_open(&s->assembly, &s->config, &err) != 0)
        return "no assembly";
    for (uint32_t i = 0; i < weir_assembly_outlets(s->assembly); i++)
        open_sink(s, seed, i, &common);
    return NULL;
}

static void close_sim(struct sim *s)
{
    weir_assembly_close(s->assembly);
    sim_branches_close(&s->branches);
    for (uint32_t i = 0; i < s->config.lanes; i++)
        fake_source_close(s->sources[i]);
    weir_stop_close(&s->stop);
    weir_stop_close(&s->abandon);
}

static uint32_t stats_stage(const struct sim *s)
{
    return s->config.lanes * (1 + s->config.workers) +
           weir_assembly_outlets(s->assembly);
}

static struct weir_branch *branch_of(struct sim *s, uint32_t stage)
{
    return stage > stats_stage(s)
               ? weir_assembly_branch(s->assembly, stage - stats_stage(s) - 1)
               : NULL;
}

/* Stages are numbered lane by lane, capture first; then outlets, stats,
 * branches. */
static enum weir_step step_stage(struct sim *s, uint32_t stage)
{
    uint32_t in_lane = 1 + s->config.workers;
    uint32_t lane = stage / in_lane, place = stage % in_lane;
    uint32_t outlet = stage - s->config.lanes * in_lane;
    if (lane < s->config.lanes && place == 0)
        return weir_lane_capture(weir_assembly_lane(s->assembly, lane),
                                 s->now_ns, s->now_ns);
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
        s->notices++;
    return weir_stats_step(weir_assembly_stats(s->assembly));
}

static struct weir_lane *capture_of(struct sim *s, uint32_t stage)
{
    uint32_t in_lane = 1 + s->config.workers;
    return stage < s->config.lanes * in_lane && stage % in_lane == 0
               ? weir_assembly_lane(s->assembly, stage / in_lane)
               : NULL;
}

static struct weir_outlet *outlet_of(struct sim *s, uint32_t stage)
{
    uint32_t first = s->config.lanes * (1 + s->config.workers);
    return stage >= first && stage - first < weir_assembly_outlets(s->assembly)
               ? weir_assembly_outlet(s->assembly, stage - first)
               : NULL;
}

static struct weir_bell *bell_of(struct sim *s, uint32_t stage)
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
static bool polls_readable(struct sim *s, const struct weir_outlet *outlet)
{
    uint32_t i = 0;
    if (weir_outlet_fd(outlet) == s->abandon.fd)
        return weir_stop_is_set(&s->abandon);
    while (weir_assembly_outlet(s->assembly, i) != outlet)
        i++;
    return weir_outlet_fd(outlet) >= 0 && fake_sink_readable(&s->sinks[i]);
}

/* Its bell, or what else the stage waits for. */
static bool wakes(struct sim *s, uint32_t stage)
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
            pick(s, 10) == 0);
}

/* An idle outlet that sleeps would be woken, and idle, again and again. */
static bool spins(struct sim *s, uint32_t stage)
{
    const struct weir_outlet *outlet = outlet_of(s, stage);
    return outlet != NULL && s->sleepers[stage].state != SLEEPER_ASLEEP &&
           (s->now_ns >= weir_outlet_deadline(outlet) ||
            polls_readable(s, outlet));
}

/* Steps a stage, unless it sleeps. */
static enum weir_step run_stage(struct sim *s, uint32_t stage)
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
static const char *check_abandoned(const struct sim *s, uint64_t n,
                                   uint64_t ended)
{
    uint32_t in_lane = 1 + s->config.workers;
    if (n < PATIENCE || n - PATIENCE != s->abandon_step || n > s->stats_step)
        return NULL;
    for (uint32_t i = 0; i < s->config.lanes * in_lane; i++)
        if (i % in_lane != 0 && (ended >> i & 1) == 0)
            return "a worker goes on that was told to abandon";
    return NULL;
}

/* What is to happen at step n, whosever it is. */
static const char *pass(struct sim *s, uint64_t n, uint64_t ended)
{
    if (n > 40000000)
        return "does not end";
    if (n == s->stop_step)
        weir_stop_set(&s->stop);
    if (n == s->abandon_step)
        weir_stop_set(&s->abandon);
    if (pick(s, 500) == 0)
        weir_assembly_rotate(s->assembly);
    if (pick(s, 20) == 0)
        fake_sink_move(&s->sinks[pick(s, weir_assembly_outlets(s->assembly))]);
    s->now_ns += 1000 * (int64_t)pick(s, 3);
    if (n == s->jump_step)
        s->now_ns += JUMP_NS;
    return check_abandoned(s, n, ended);
}

static const char *check_step(struct sim *s)
{
    struct weir_progress p;
    for (uint32_t i = 0; i < s->config.lanes; i++) {
        weir_assembly_lane_progress(s->assembly, i, &p);
        if (!weir_ledger_holds(&p.ledger))
            return "the ledger of a lane does not hold";
        if (p.ledger.in_flight > p.ledger.received)
            return "more in flight than was received";
    }
    weir_assembly_progress(s->assembly, &p);
    if (!weir_ledger_holds(&p.ledger))
        return "the ledger does not hold";
    for (uint32_t i = 0; i < weir_assembly_outlets(s->assembly); i++)
        if (s->sinks[i].fault != NULL)
            return s->sinks[i].fault;
    return sim_branches_wrong(&s->branches, s->assembly);
}

static const char *run(struct sim *s)
{
    uint32_t stages = stats_stage(s) + 1 + s->branches.count;
    uint64_t ended = 0;
    /* Some stages are slow: a stage is skipped this often. */
    uint32_t lazy[STAGES_MAX];
    for (uint32_t i = 0; i < stages; i++)
        lazy[i] = (uint32_t)pick(s, 95);
    for (uint64_t n = 0; ended != (UINT64_C(1) << stages) - 1; n++) {
        const char *fault = pass(s, n, ended);
        if (fault != NULL)
            return fault;
        uint32_t stage = (uint32_t)pick(s, stages);
        if (pick(s, 100) < lazy[stage] ||
            (stage == stats_stage(s) && n < s->stats_step))
            continue;
        enum weir_step step = run_stage(s, stage);
        if (step == WEIR_STEP_ENDED)
            ended |= UINT64_C(1) << stage;
        fault = check_step(s);
        if (fault != NULL)
            return fault;
        if (step == WEIR_STEP_IDLE && spins(s, stage))
            return "idle, and yet awake at once";
    }
    return NULL;
}

/* Each lane's ledger balances, and says what the sinks got of the lane. */
static const char *check_lane(struct sim *s, uint32_t lane)
{
    struct weir_progress p;
    uint64_t delivered = 0;
    weir_assembly_lane_progress(s->assembly, lane, &p);
    for (uint32_t i = 0; i < weir_assembly_outlets(s->assembly); i++)
        delivered += s->sinks[i].lane_delivered[lane];
    if (!weir_ledger_balanced(&p.ledger))
        return "the ledger of a lane does not balance";
    if (p.ledger.delivered != delivered)
        return "delivered of a lane is not what the sink got";
    return NULL;
}

static const char *check_sinks(struct sim *s, const struct weir_progress *p)
{
    uint64_t delivered = 0, bytes = 0, late = 0, descents = 0;
    bool failed = false;
    for (uint32_t i = 0; i < weir_assembly_outlets(s->assembly); i++) {
        struct weir_err err = {.text = ""};
        delivered += s->sinks[i].delivered;
        bytes += s->sinks[i].delivered_bytes;
        failed |=
            weir_outlet_error(weir_assembly_outlet(s->assembly, i), &err) != 0;
        late += s->sinks[i].late;
        descents += s->sinks[i].descents;
        if (!s->sinks[i].finished)
            return "a sink was not finished";
    }
    if (p->late !=
        (s->config.lanes > weir_assembly_outlets(s->assembly) ? late : 0))
        return "late is not what the sinks saw";
    if (descents > 0 && p->hurried == 0)
        return "out of order, though all lanes were waited for";
    if (p->hurried > 0 && !s->sources[0]->live)
        return "hurried, where nothing can be lost by waiting";
    if (p->ledger.delivered != delivered)
        return "delivered is not what the sinks got";
    if (p->delivered_bytes != bytes)
        return "delivered bytes are not what the sinks got";
    if (p->ledger.lost[WEIR_LOST_WRITE] > 0 && !failed)
        return "frames lost by a sink that says nothing";
    return NULL;
}

static const char *check_flows(struct sim *s, const struct weir_progress *p)
{
    static const uint16_t linktypes[] = {WEIR_LINKTYPE_ETHERNET,
                                         FAKE_SECOND_LINKTYPE};
    struct weir_flows *flows = weir_assembly_flows(s->assembly);
    if (flows == NULL)
        return s->flows == NULL ? NULL : "no flows";
    weir_flows_finish(flows, p->time_max_ns);
    if (s->flows->n != p->ledger.delivered)
        return "the flows' check has not seen all frames";
    return flows_check_end(s->flows, flows, &s->config.flows, linktypes,
                           s->flows_same);
}

static const char *check_end(struct sim *s)
{
    struct weir_progress p;
    weir_assembly_progress(s->assembly, &p);
    struct weir_sum total =
        weir_summary_total(weir_assembly_summary(s->assembly));
    for (uint32_t i = 0; i < s->config.lanes; i++) {
        const char *fault = check_lane(s, i);
        if (fault != NULL)
            return fault;
    }
    if (!weir_ledger_balanced(&p.ledger))
        return "the ledger does not balance";
    if (total.frames != p.ledger.delivered || total.bytes != p.delivered_bytes)
        return "the statistics are not those of the delivered frames";
    if (s->config.frames_max > 0 && p.ledger.delivered > s->config.frames_max)
        return "more than -c frames";
    if (p.ledger.lost[WEIR_LOST_ABANDONED] > 0 && s->abandon_step == UINT64_MAX)
        return "abandoned by nobody";
    struct weir_err err;
    uint64_t failed = 0;
    for (uint32_t i = 0; i < s->config.lanes; i++)
        failed += weir_lane_source_error(weir_assembly_lane(s->assembly, i),
                                         &err) != 0;
    const char *fault = sim_branches_wrong_end(
        &s->branches, s->assembly, s->abandon_step != UINT64_MAX, &s->notices);
    if (fault != NULL)
        return fault;
    /* The last one's failure is the recording's. */
    if (s->notices > failed || s->notices >= s->config.lanes)
        return "a notice of nothing";
    fault = check_flows(s, &p);
    return fault != NULL ? fault : check_sinks(s, &p);
}

static const char *simulate(uint64_t seed, struct sim_branches_seen *seen)
{
    struct sim s;
    const char *fault = open_sim(&s, seed);
    if (fault == NULL)
        fault = run(&s);
    if (fault == NULL)
        fault = check_end(&s);
    if (fault != NULL)
        return fault;
    sim_branches_add(&s.branches, s.assembly, seen);
    close_sim(&s);
    return NULL;
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
    uint64_t seeds = argc > 2 ? strtoull(argv[2], NULL, 0) : 1500;
    uint64_t failed = 0;
    struct sim_branches_seen seen = {0};
    printf("seeds %" PRIu64 " to %" PRIu64 "\n", first, first + seeds - 1);
    for (uint64_t seed = first; seed < first + seeds; seed++) {
        const char *fault = simulate(seed, &seen);
        if (fault == NULL)
            continue;
        printf("seed %" PRIu64 ": %s\n", seed, fault);
        if (++failed == 10)
            break;
    }
    if (!sim_branches_saw_all(&seen) && seeds >= 1000)
        failed++;
    puts(failed == 0 ? "1 passed, 0 failed" : "0 passed, 1 failed");
    return failed == 0 ? 0 : 1;
}
