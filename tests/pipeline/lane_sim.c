/* lane_sim: a seeded scheduler steps the stages of a lane in any order.
 *
 * After every step the ledger must hold; at the end it must balance, the
 * statistics must count exactly the delivered frames, and the sink must have
 * got each frame in its turn.  Sources and sinks fail, wait and end wherever
 * the seed says.  Usage: lane_sim [FIRST_SEED [SEEDS]]. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/linktype.h"
#include "pipeline/lane.h"
#include "ring/stop.h"
#include "ring/summary.h"
#include "tests/pipeline/fake.h"

#define BLOCK_BYTES 16384

struct sim {
    uint64_t random;
    struct weir_stop stop, abandon;
    struct weir_source *source;
    struct fake_sink sink;
    struct weir_lane_config config;
    struct weir_lane *lane;
    uint64_t stop_step, abandon_step; /* UINT64_MAX: never */
    int64_t now_ns;
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

static const char *open_sim(struct sim *s, uint64_t seed)
{
    struct weir_err err;
    memset(s, 0, sizeof *s);
    s->random = seed;
    if (weir_stop_open(&s->stop, &err) != 0 ||
        weir_stop_open(&s->abandon, &err) != 0)
        return "no events";
    bool second_iface = pick(s, 2) == 0, one_linktype = pick(s, 2) == 0;
    bool filtered = pick(s, 2) == 0;
    enum weir_format format = (enum weir_format)(WEIR_FORMAT_PCAP + pick(s, 3));
    uint32_t workers = 1 + (uint32_t)pick(s, 4);
    s->source = fake_source_open(&(struct fake_source_config){
        .seed = seed + 1,
        .leases = weir_lane_batches(workers),
        .block_bytes = BLOCK_BYTES,
        .frames = pick(s, 4000),
        .fail_at = sometimes(s, 4, 3000),
        .frames_per_lease_max = 1 + (uint32_t)pick(s, 60),
        .wait_percent = (uint32_t)pick(s, 90),
        .live = pick(s, 2) == 0,
        .second_iface = second_iface,
        .filtered = filtered,
    });
    fake_sink_open(&s->sink, &(struct fake_sink_config){
                                 .seed = seed + 2,
                                 .format = format,
                                 .one_linktype = one_linktype,
                                 .second_iface = second_iface,
                                 .filtered = filtered,
                                 .fail_at = sometimes(s, 4, 3000),
                                 .done_at = sometimes(s, 4, 3000),
                             });
    s->config = (struct weir_lane_config){
        .source = s->source,
        .sink = &s->sink.sink,
        .stop = &s->stop,
        .abandon = &s->abandon,
        .workers = workers,
        .block_bytes = BLOCK_BYTES,
        .account = {.format = format,
                    .one_linktype = one_linktype,
                    .linktype = WEIR_LINKTYPE_ETHERNET},
        .frames_max = pick(s, 3) == 0 ? 1 + pick(s, 3000) : 0,
        .duration_ns = pick(s, 4) == 0 ? 1 + (int64_t)pick(s, 5000) : 0,
        .talkers = 64,
        .seed = seed,
    };
    s->stop_step = sometimes(s, 3, 2000);
    s->abandon_step = sometimes(s, 6, 2000);
    return weir_lane_open(&s->lane, &s->config, &err) == 0 ? NULL : "no lane";
}

static enum weir_step step_stage(struct sim *s, uint32_t stage)
{
    uint32_t workers = s->config.workers;
    if (stage == 0)
        return weir_lane_capture(s->lane, s->now_ns);
    if (stage <= workers)
        return weir_lane_work(s->lane, stage - 1, s->now_ns);
    if (stage == workers + 1)
        return weir_lane_write(s->lane, s->now_ns);
    return weir_lane_stats(s->lane);
}

static const char *check_step(struct sim *s)
{
    struct weir_progress p;
    weir_lane_progress(s->lane, &p);
    if (!weir_ledger_holds(&p.ledger))
        return "the ledger does not hold";
    if (p.ledger.in_flight > p.ledger.received)
        return "more in flight than was received";
    return s->sink.fault;
}

static const char *run(struct sim *s)
{
    uint32_t stages = s->config.workers + 3;
    uint64_t ended = 0;
    /* Some stages are slow: a stage is skipped this often. */
    uint32_t lazy[8];
    for (uint32_t i = 0; i < stages; i++)
        lazy[i] = (uint32_t)pick(s, 95);
    for (uint64_t n = 0; ended != (UINT64_C(1) << stages) - 1; n++) {
        if (n > 4000000)
            return "does not end";
        if (n == s->stop_step)
            weir_stop_set(&s->stop);
        if (n == s->abandon_step)
            weir_stop_set(&s->abandon);
        if (pick(s, 500) == 0)
            weir_lane_rotate(s->lane);
        s->now_ns += (int64_t)pick(s, 20);
        uint32_t stage = (uint32_t)pick(s, stages);
        if (pick(s, 100) < lazy[stage])
            continue;
        if (step_stage(s, stage) == WEIR_STEP_ENDED)
            ended |= UINT64_C(1) << stage;
        const char *fault = check_step(s);
        if (fault != NULL)
            return fault;
    }
    return NULL;
}

static const char *check_end(struct sim *s)
{
    struct weir_progress p;
    weir_lane_progress(s->lane, &p);
    struct weir_sum total = weir_summary_total(weir_lane_summary(s->lane));
    struct weir_err err = {.text = ""};
    if (!weir_ledger_balanced(&p.ledger))
        return "the ledger does not balance";
    if (p.ledger.delivered != s->sink.delivered)
        return "delivered is not what the sink got";
    if (p.delivered_bytes != s->sink.delivered_bytes)
        return "delivered bytes are not what the sink got";
    if (total.frames != p.ledger.delivered || total.bytes != p.delivered_bytes)
        return "the statistics are not those of the delivered frames";
    if (s->config.frames_max > 0 && p.ledger.delivered > s->config.frames_max)
        return "more than -c frames";
    if (!s->sink.finished)
        return "the sink was not finished";
    if (p.ledger.lost[WEIR_LOST_WRITE] > 0 &&
        weir_lane_sink_error(s->lane, &err) == 0)
        return "frames lost by a sink that says nothing";
    if (p.ledger.lost[WEIR_LOST_ABANDONED] > 0 && s->abandon_step == UINT64_MAX)
        return "abandoned by nobody";
    return NULL;
}

static const char *simulate(uint64_t seed)
{
    struct sim s;
    const char *fault = open_sim(&s, seed);
    if (fault != NULL)
        return fault;
    fault = run(&s);
    if (fault == NULL)
        fault = check_end(&s);
    if (fault == NULL) {
        weir_lane_close(s.lane);
        fake_source_close(s.source);
        weir_stop_close(&s.stop);
        weir_stop_close(&s.abandon);
    }
    return fault;
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
    uint64_t seeds = argc > 2 ? strtoull(argv[2], NULL, 0) : 3000;
    uint64_t failed = 0;
    printf("seeds %" PRIu64 " to %" PRIu64 "\n", first, first + seeds - 1);
    for (uint64_t seed = first; seed < first + seeds; seed++) {
        const char *fault = simulate(seed);
        if (fault == NULL)
            continue;
        printf("seed %" PRIu64 ": %s\n", seed, fault);
        if (++failed == 10)
            break;
    }
    puts(failed == 0 ? "1 passed, 0 failed" : "0 passed, 1 failed");
    return failed == 0 ? 0 : 1;
}
