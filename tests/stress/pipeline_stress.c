/* pipeline_stress: the whole pipeline in its threads, over and over.
 *
 * A source and a sink that wait, fail and end where the seed says, and a
 * control thread that stops, rotates, abandons and reads progress at any
 * moment.  What is delivered is checked frame by frame, the ledger must
 * balance, and under ThreadSanitizer nothing may race.
 * Usage: pipeline_stress [FIRST_SEED [SEEDS]]. */

#include <poll.h>
#include <time.h>

#include "base/linktype.h"
#include "pipeline/runner.h"
#include "ring/stop.h"
#include "ring/summary.h"
#include "tests/pipeline/fake_sink.h"
#include "tests/pipeline/fake_source.h"
#include "tests/pipeline/fake_tap.h"
#include "tests/pipeline/sim_branches.h"
#include "tests/support/seeds.h"

#define BLOCK_BYTES          16384
#define FRAMES_PER_LEASE_MAX 60
#define LANES_MAX            3
#define HOLD_NS              1000000

struct stress {
    uint64_t random;
    struct weir_stop stop, abandon;
    struct weir_source *sources[LANES_MAX];
    struct fake_sink sinks[LANES_MAX];
    struct weir_runner_config config;
    struct sim_branches branches;
    struct fake_taps taps;
    bool silent;
    uint64_t listens;   /* every so many intervals it takes its time */
    uint64_t notices;   /* by the stats thread */
    uint64_t intervals; /* by the stats thread */
};

static uint64_t pick(struct stress *s, uint64_t below)
{
    return fake_random(&s->random) % below;
}

static void on_interval(void *context, const struct weir_progress *progress,
                        int64_t elapsed_ns)
{
    struct stress *s = context;
    (void)progress;
    (void)elapsed_ns;
    const struct timespec slow = {.tv_nsec = 20000000};
    if (s->intervals++ % s->listens == 0)
        nanosleep(&slow, NULL);
}

static void on_notice(void *context, const char *text)
{
    struct stress *s = context;
    (void)text;
    s->notices++;
}

/* What all lanes of a recording have in common. */
struct common {
    uint64_t seed;
    uint64_t frames;
    bool live, silent, second_iface;
    bool lends; /* a source's records are the file's */
};

static void open_source(struct stress *s, uint32_t lane, uint32_t workers,
                        const struct common *common)
{
    uint64_t frames = common->frames;
    s->sources[lane] = fake_source_open(&(struct fake_source_config){
        .seed = common->seed + 1 + UINT64_C(100) * lane,
        .lane = (uint8_t)lane,
        .leases = weir_lane_batches(workers, true),
        .block_bytes = BLOCK_BYTES,
        .frames = frames,
        .fail_at = pick(s, 4) == 0 ? pick(s, frames) : UINT64_MAX,
        .frames_per_lease_max = FRAMES_PER_LEASE_MAX,
        .wait_percent =
            common->silent && lane == 0 ? 100 : (uint32_t)pick(s, 10),
        .real_clock = common->live,
        .hold_ns = HOLD_NS,
        .live = common->live,
        .second_iface = common->second_iface,
        .records = common->lends ? WEIR_RECORDS_PCAP_NS : WEIR_RECORDS_OTHER,
    });
}

static void open_sink(struct stress *s, uint32_t outlet,
                      const struct common *common)
{
    uint64_t frames = common->frames;
    fake_sink_open(
        &s->sinks[outlet],
        &(struct fake_sink_config){
            .seed = common->seed + 2 + UINT64_C(100) * outlet,
            .format = s->config.assembly.account.format,
            .second_iface = common->second_iface,
            .clocked = common->live,
            .taps = &s->taps,
            .fail_at = pick(s, 4) == 0 ? pick(s, frames) : UINT64_MAX,
            .done_at = pick(s, 4) == 0 ? pick(s, frames) : UINT64_MAX,
            .on_record = s->branches.count > 0 ? sim_branches_note : NULL,
            .record_context = &s->branches.watches[outlet],
        });
}

/* Tables that are handed over all the time. */
static void choose_flows(struct stress *s, struct weir_assembly_config *config)
{
    struct weir_flows_config *flows = &config->flows;
    if (pick(s, 3) == 0)
        return;
    *flows = (struct weir_flows_config){
        .batch_frames = FRAMES_PER_LEASE_MAX,
        .workers = config->lanes * config->workers,
        .outlets = config->outlets_apart ? config->lanes : 1,
        .idle_ns = WEIR_FLOW_TIMEOUT_MIN_NS,
        .active_ns = WEIR_FLOW_TIMEOUT_MIN_NS,
    };
    flows->memory_bytes = weir_flows_memory_min(flows) + (1u << 20);
}

static void configure(struct stress *s, uint64_t seed)
{
    struct common common = {.seed = seed,
                            .frames = 20000 + pick(s, 100000),
                            .live = pick(s, 2) == 0,
                            .second_iface = pick(s, 2) == 0};
    /* One that gives nothing ends when it is stopped. */
    common.silent = s->silent = common.live && pick(s, 3) == 0;
    common.lends = !common.second_iface && pick(s, 2) == 0;
    s->config = (struct weir_runner_config){
        .assembly = {.sources = s->sources,
                     .lanes = 1 + (uint32_t)pick(s, LANES_MAX),
                     .outlets_apart = pick(s, 2) == 0,
                     .stop = &s->stop,
                     .abandon = &s->abandon,
                     .workers = 1 + (uint32_t)pick(s, 3),
                     .block_bytes = BLOCK_BYTES,
                     .account = {.format = common.lends ? WEIR_FORMAT_PCAP_NS
                                                        : WEIR_FORMAT_PCAPNG},
                     .talkers = 64,
                     .seed = seed},
        .interval_ns = 1000000,
        .on_interval = on_interval,
        .on_notice = on_notice,
        .context = s,
    };
    choose_flows(s, &s->config.assembly);
    s->listens = pick(s, 3) == 0 ? 1 + pick(s, 5) : UINT64_MAX;
    sim_branches_choose(&s->branches, &s->random, true, common.frames,
                        &s->config.assembly);
    fake_taps_choose(&s->taps, &s->random, common.frames + 1,
                     &s->config.assembly);
    s->taps.second_iface = common.second_iface;
    common.frames /= s->config.assembly.lanes;
    for (uint32_t i = 0; i < s->config.assembly.lanes; i++) {
        open_source(s, i, s->config.assembly.workers, &common);
        open_sink(s, i, &common);
    }
}

/* Meddles until the pipeline is done. */
static const char *meddle(struct stress *s, struct weir_runner *p)
{
    struct weir_assembly *a = weir_runner_assembly(p);
    struct pollfd done = {.fd = weir_runner_done_fd(p), .events = POLLIN};
    uint64_t stop_at = s->silent || pick(s, 3) == 0 ? pick(s, 40) : UINT64_MAX;
    uint64_t abandon_at = pick(s, 5) == 0 ? pick(s, 40) : UINT64_MAX;
    for (uint64_t n = 0; poll(&done, 1, 1) == 0; n++) {
        struct weir_progress progress;
        weir_assembly_progress(a, &progress);
        if (progress.ledger.in_flight > progress.ledger.received)
            return "more in flight than was received";
        if (n == stop_at)
            weir_stop_set(&s->stop);
        if (n == abandon_at)
            weir_stop_set(&s->abandon);
        weir_assembly_rotate(a);
        if (n > 60000)
            return "does not end";
    }
    return NULL;
}

/* Every delivered frame is in a flow or in a counter. */
static bool flows_add_up(struct weir_flows *flows, uint64_t delivered)
{
    struct weir_flow_kinds kinds = weir_flows_kinds(flows);
    const struct weir_flow_table *total = weir_flows_total(flows);
    uint64_t evicted, all = 0;
    struct weir_flow_sums sums = weir_flow_table_evicted(total, &evicted);
    for (int i = 0; i < WEIR_FLOW_KINDS; i++)
        all += kinds.frames[i];
    for (uint32_t i = 0; i < weir_flow_table_flows(total); i++) {
        struct weir_flow flow;
        weir_flow_table_get(total, i, &flow);
        sums.frames += flow.sent[0].frames + flow.sent[1].frames;
    }
    return all == delivered && sums.frames == kinds.frames[WEIR_FLOW_TRACKED];
}

static const char *check_branches(struct stress *s, struct weir_assembly *a)
{
    struct weir_err err;
    const char *fault = sim_branches_wrong_end(
        &s->branches, a, weir_stop_is_set(&s->abandon), &s->notices);
    /* A lane's failure is told if another goes on. */
    uint64_t failed = 0;
    for (uint32_t i = 0; i < weir_assembly_lanes(a); i++)
        failed += weir_lane_source_error(weir_assembly_lane(a, i), &err) != 0;
    if (fault == NULL &&
        (s->notices > failed || s->notices >= weir_assembly_lanes(a)))
        fault = "more notices than lanes and branches that failed alone";
    return fault;
}

static const char *check(struct stress *s, struct weir_runner *p)
{
    struct weir_progress progress;
    struct weir_assembly *a = weir_runner_assembly(p);
    uint64_t delivered = 0, bytes = 0, late = 0, descents = 0;
    for (uint32_t i = 0; i < weir_assembly_outlets(a); i++) {
        if (s->sinks[i].fault != NULL)
            return s->sinks[i].fault;
        delivered += s->sinks[i].delivered;
        bytes += s->sinks[i].delivered_bytes;
        late += s->sinks[i].late;
        descents += s->sinks[i].descents;
    }
    for (uint32_t i = 0; i < weir_assembly_lanes(a); i++) {
        weir_assembly_lane_progress(a, i, &progress);
        if (!weir_ledger_balanced(&progress.ledger))
            return "the ledger of a lane does not balance";
    }
    weir_assembly_progress(a, &progress);
    struct weir_sum total = weir_summary_total(weir_assembly_summary(a));
    if (!weir_ledger_balanced(&progress.ledger))
        return "the ledger does not balance";
    if (progress.ledger.delivered != delivered)
        return "delivered is not what the sinks got";
    if (total.frames != delivered || total.bytes != bytes)
        return "the statistics are not those of the delivered frames";
    if (weir_assembly_lanes(a) > weir_assembly_outlets(a) &&
        progress.late != late)
        return "late is not what the sink saw";
    if (descents > 0 && progress.hurried == 0)
        return "out of order, though all lanes were waited for";
    struct weir_flows *flows = weir_assembly_flows(a);
    if (flows != NULL) {
        weir_flows_finish(flows, progress.time_max_ns);
        if (!flows_add_up(flows, delivered))
            return "the flows do not add up";
    }
    if (s->intervals == 0)
        return "no interval was told";
    const char *fault = fake_taps_wrong_end(&s->taps, a);
    return fault != NULL ? fault : check_branches(s, a);
}

static const char *stress(uint64_t seed, struct sim_branches_seen *seen)
{
    struct stress s = {.random = seed};
    struct weir_err err;
    struct weir_runner *p;
    if (weir_stop_open(&s.stop, &err) != 0 ||
        weir_stop_open(&s.abandon, &err) != 0)
        return "no events";
    configure(&s, seed);
    if (weir_runner_open(&p, &s.config, &err) != 0)
        return "no pipeline";
    struct weir_assembly *a = weir_runner_assembly(p);
    for (uint32_t i = 0; i < weir_assembly_outlets(a); i++) {
        s.branches.watches[i].outlet = weir_assembly_outlet(a, i);
        weir_assembly_set_sink(a, i, &s.sinks[i].sink);
    }
    if (weir_runner_start(p, &err) != 0)
        return "no threads";
    const char *fault = meddle(&s, p);
    if (fault != NULL)
        return fault;
    weir_runner_join(p);
    fault = check(&s, p);
    sim_branches_add(&s.branches, a, seen);
    weir_runner_close(p);
    if (fault == NULL && !fake_taps_destroyed(&s.taps))
        fault = "a tap's state was not destroyed";
    fake_taps_close(&s.taps);
    sim_branches_close(&s.branches);
    for (uint32_t i = 0; i < s.config.assembly.lanes; i++)
        fake_source_close(s.sources[i]);
    weir_stop_close(&s.stop);
    weir_stop_close(&s.abandon);
    return fault;
}

int main(int argc, char **argv)
{
    struct seeds seeds = seeds_start(argc, argv, 25, 1);
    struct sim_branches_seen seen = {0};
    while (seeds_next(&seeds))
        seeds_told(&seeds, stress(seeds.seed, &seen));
    (void)sim_branches_saw_all(&seen);
    return seeds_end(&seeds);
}
