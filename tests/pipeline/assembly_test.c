#include "pipeline/assembly.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "base/linktype.h"
#include "capture/source_synth.h"
#include "pipeline/lane.h"
#include "pipeline/outlet.h"
#include "pipeline/stats.h"
#include "ring/stop.h"
#include "ring/summary.h"
#include "sink/null_sink.h"
#include "tests/pipeline/fake_sink.h"
#include "tests/pipeline/fake_source.h"

#define LANES       3
#define WORKERS     2
#define FRAMES      5000
#define ALL_FRAMES  UINT64_C(15000)
#define BLOCK_BYTES 16384

static struct weir_stop stop, abandon;
static struct weir_source *sources[LANES];
static struct fake_sink sinks[LANES];
static struct weir_assembly *a;
static struct weir_err err;

static void begin(void)
{
    cr_assert_eq(weir_stop_open(&stop, &err), 0);
    cr_assert_eq(weir_stop_open(&abandon, &err), 0);
    for (uint8_t i = 0; i < LANES; i++)
        sources[i] = fake_source_open(&(struct fake_source_config){
            .seed = i,
            .lane = i,
            .leases = weir_lane_batches(WORKERS, false),
            .block_bytes = BLOCK_BYTES,
            .frames = FRAMES,
            .fail_at = UINT64_MAX,
            .frames_per_lease_max = 40,
        });
}

static void end(void)
{
    weir_assembly_close(a);
    for (int i = 0; i < LANES; i++)
        fake_source_close(sources[i]);
    weir_stop_close(&abandon);
    weir_stop_close(&stop);
}

TestSuite(assembly, .init = begin, .fini = end);

static void assemble(bool apart, uint64_t frames_max)
{
    const struct weir_assembly_config config = {
        .sources = sources,
        .lanes = LANES,
        .outlets_apart = apart,
        .stop = &stop,
        .abandon = &abandon,
        .workers = WORKERS,
        .block_bytes = BLOCK_BYTES,
        .account = {.format = WEIR_FORMAT_PCAPNG},
        .frames_max = frames_max,
        .talkers = 64,
    };
    cr_assert_eq(weir_assembly_open(&a, &config, &err), 0);
    cr_assert_eq(weir_assembly_outlets(a), apart ? LANES : 1);
    for (uint32_t i = 0; i < weir_assembly_outlets(a); i++) {
        fake_sink_open(&sinks[i],
                       &(struct fake_sink_config){.format = WEIR_FORMAT_PCAPNG,
                                                  .fail_at = UINT64_MAX,
                                                  .done_at = UINT64_MAX});
        weir_assembly_set_sink(a, i, &sinks[i].sink);
    }
}

/* All stages but the statistics, until they have ended. */
static void run_to_the_end(void)
{
    int64_t now_ns = 0;
    for (bool ended = false; !ended;) {
        ended = true;
        now_ns += INT64_C(1000000000); /* a summary is due at each step */
        for (uint32_t i = 0; i < LANES; i++) {
            struct weir_lane *lane = weir_assembly_lane(a, i);
            ended &= weir_lane_capture(lane, now_ns, now_ns) == WEIR_STEP_ENDED;
            for (uint32_t k = 0; k < WORKERS; k++)
                ended &= weir_lane_work(lane, k, now_ns) == WEIR_STEP_ENDED;
        }
        for (uint32_t i = 0; i < weir_assembly_outlets(a); i++)
            ended &= weir_outlet_step(weir_assembly_outlet(a, i), now_ns) ==
                     WEIR_STEP_ENDED;
        cr_assert_lt(now_ns, INT64_C(1000000000) * 100000);
    }
}

static uint64_t delivered(void)
{
    struct weir_progress p;
    uint64_t by_sinks = 0;
    weir_assembly_progress(a, &p);
    cr_assert(weir_ledger_balanced(&p.ledger));
    for (uint32_t i = 0; i < weir_assembly_outlets(a); i++) {
        cr_assert_null(sinks[i].fault, "%s", sinks[i].fault);
        by_sinks += sinks[i].delivered;
    }
    cr_assert_eq(p.ledger.delivered, by_sinks);
    return by_sinks;
}

static void expect_statistics_of(uint64_t frames)
{
    while (weir_stats_step(weir_assembly_stats(a)) != WEIR_STEP_ENDED)
        continue;
    cr_assert_eq(weir_summary_total(weir_assembly_summary(a)).frames, frames);
}

/* All batches, and so all leases, come home while it does nothing at all. */
Test(assembly, statistics_that_never_come_hold_up_no_frame)
{
    assemble(false, 0);
    run_to_the_end();
    cr_assert_eq(delivered(), ALL_FRAMES);
    expect_statistics_of(ALL_FRAMES);
}

Test(assembly, outlets_apart_have_their_lanes_frames)
{
    assemble(true, 0);
    run_to_the_end();
    cr_assert_eq(delivered(), ALL_FRAMES);
    for (uint32_t i = 0; i < LANES; i++) {
        cr_assert_eq(sinks[i].delivered, FRAMES);
        cr_assert_eq(sinks[i].lane_delivered[i], FRAMES);
    }
    expect_statistics_of(ALL_FRAMES);
}

Test(assembly, a_count_is_exact_over_all_outlets)
{
    assemble(true, 1234);
    run_to_the_end();
    cr_assert_eq(delivered(), 1234);
    expect_statistics_of(1234);
}

Test(assembly, lanes_are_counted_apart_and_together)
{
    struct weir_progress p;
    assemble(false, 0);
    run_to_the_end();
    for (uint32_t i = 0; i < LANES; i++) {
        weir_assembly_lane_progress(a, i, &p);
        cr_assert(weir_ledger_balanced(&p.ledger));
        cr_assert_eq(p.ledger.received, FRAMES);
        cr_assert_eq(p.ledger.delivered, sinks[0].lane_delivered[i]);
    }
    weir_assembly_progress(a, &p);
    cr_assert_eq(p.ledger.received, ALL_FRAMES);
    cr_assert_eq(p.hurried, 0);
    expect_statistics_of(ALL_FRAMES);
}

/* So many steps of all stages but the statistics; true if the worker has
 * ended. */
static bool go_on(int steps)
{
    struct weir_lane *lane = weir_assembly_lane(a, 0);
    bool ended = false;
    while (steps-- > 0) {
        weir_lane_capture(lane, 0, 0);
        ended = weir_lane_work(lane, 0, 0) == WEIR_STEP_ENDED;
        weir_outlet_step(weir_assembly_outlet(a, 0), 0);
    }
    return ended;
}

/* One worker, small tables for flows, and nobody who merges them. */
static bool worker_ends(uint64_t frames)
{
    struct weir_flows_config flows = {.batch_frames = 40,
                                      .workers = 1,
                                      .outlets = 1,
                                      .idle_ns = WEIR_FLOW_TIMEOUT_MIN_NS,
                                      .active_ns = WEIR_FLOW_TIMEOUT_MIN_NS};
    flows.memory_bytes = weir_flows_memory_min(&flows);
    fake_source_close(sources[0]);
    sources[0] = fake_source_open(&(struct fake_source_config){
        .leases = weir_lane_batches(1, false),
        .block_bytes = BLOCK_BYTES,
        .frames = frames,
        .fail_at = UINT64_MAX,
        .frames_per_lease_max = 40,
    });
    const struct weir_assembly_config config = {
        .sources = sources,
        .lanes = 1,
        .stop = &stop,
        .abandon = &abandon,
        .workers = 1,
        .block_bytes = BLOCK_BYTES,
        .account = {.format = WEIR_FORMAT_PCAPNG},
        .talkers = 64,
        .flows = flows,
    };
    cr_assert_eq(weir_assembly_open(&a, &config, &err), 0);
    fake_sink_open(&sinks[0],
                   &(struct fake_sink_config){.format = WEIR_FORMAT_PCAPNG,
                                              .fail_at = UINT64_MAX,
                                              .done_at = UINT64_MAX});
    weir_assembly_set_sink(a, 0, &sinks[0].sink);
    return go_on(1000);
}

/* It waits with a batch in hand, but not before its end. */
Test(assembly, a_worker_ends_though_its_flows_are_not_merged_yet)
{
    uint64_t waiting = 0;
    for (uint64_t frames = 1; frames < 1000; frames++) {
        struct weir_progress p;
        bool ended = worker_ends(frames);
        weir_assembly_progress(a, &p);
        cr_assert_eq(ended, p.ledger.in_flight == 0, "%d frames", (int)frames);
        waiting = p.ledger.in_flight;
        while (weir_stats_step(weir_assembly_stats(a)) != WEIR_STEP_ENDED)
            go_on(1);
        weir_assembly_close(a);
        a = NULL;
    }
    cr_assert_gt(waiting, 0);
}

/* All stages in turn until all have ended; counts what the operator hears. */
static int count_notices(void)
{
    struct weir_err text;
    int notices = 0;
    for (int64_t now_ns = 0;; now_ns++) {
        for (uint32_t i = 0; i < LANES; i++) {
            struct weir_lane *lane = weir_assembly_lane(a, i);
            weir_lane_capture(lane, now_ns, now_ns);
            for (uint32_t k = 0; k < WORKERS; k++)
                weir_lane_work(lane, k, now_ns);
        }
        weir_outlet_step(weir_assembly_outlet(a, 0), now_ns);
        while (weir_stats_notice(weir_assembly_stats(a), &text)) {
            cr_assert_str_eq(text.text, "fake: failed as told; what else is "
                                        "recorded goes on");
            notices++;
        }
        if (weir_stats_step(weir_assembly_stats(a)) == WEIR_STEP_ENDED)
            return notices;
    }
}

static int notices_of(const uint64_t fail_at[LANES])
{
    for (uint8_t i = 0; i < LANES; i++) {
        fake_source_close(sources[i]);
        sources[i] = fake_source_open(&(struct fake_source_config){
            .seed = i,
            .lane = i,
            .leases = weir_lane_batches(WORKERS, false),
            .block_bytes = BLOCK_BYTES,
            .frames = FRAMES,
            .fail_at = fail_at[i],
            .frames_per_lease_max = 40,
        });
    }
    assemble(false, 0);
    int notices = count_notices();
    weir_assembly_close(a);
    a = NULL;
    return notices;
}

/* The failure of the last one is the recording's end, and no notice. */
Test(assembly, a_source_that_fails_is_told_of_if_others_go_on)
{
    cr_expect_eq(notices_of((uint64_t[]){10, UINT64_MAX, 20}), 2);
    cr_expect_eq(notices_of((uint64_t[]){10, 4000, 20}), 2);
    cr_expect_eq(notices_of((uint64_t[]){UINT64_MAX, 10, UINT64_MAX}), 1);
}

static struct weir_source *synth(struct weir_ifaces *shared, const char *filter)
{
    struct weir_synth_config config;
    struct weir_source *source = NULL;
    cr_assert_eq(
        weir_synth_parse("frames=1400,proto=udp,size=100", &config, &err), 0);
    cr_assert_eq(
        weir_synth_source_open(&source, &config,
                               &(struct weir_source_config){
                                   .leases = weir_lane_batches(WORKERS, false),
                                   .block_bytes = BLOCK_BYTES,
                                   .filter = filter,
                                   .ifaces = shared,
                               },
                               &err),
        0);
    return source;
}

/* Lanes of one interface: what is tested of frames is their own lane's. */
Test(assembly, each_lane_has_a_filter_of_its_own)
{
    static struct weir_ifaces shared;
    static const char *const filters[LANES] = {"", "udp", "tcp"};
    struct weir_source *fakes[LANES];
    memcpy(fakes, sources, sizeof fakes);
    for (int i = 0; i < LANES; i++)
        sources[i] = synth(&shared, filters[i]);
    assemble(false, 0);
    struct weir_sink *sink = NULL;
    cr_assert_eq(weir_null_sink_open(&sink, &err), 0);
    weir_assembly_set_sink(a, 0, sink);
    run_to_the_end();
    for (uint32_t i = 0; i < LANES; i++) {
        struct weir_progress p;
        weir_assembly_lane_progress(a, i, &p);
        cr_assert(weir_ledger_balanced(&p.ledger));
        cr_assert_eq(p.ledger.delivered, i == 2 ? 0 : 1400);
    }
    cr_assert_eq(weir_ifaces_count(&shared), 1);
    cr_assert_str_empty(shared.at[0].filter_text);
    weir_assembly_close(a);
    a = NULL;
    sink->ops->close(sink);
    for (int i = 0; i < LANES; i++)
        sources[i]->ops->close(sources[i]);
    memcpy(sources, fakes, sizeof fakes);
}

Test(assembly, has_one_lane_at_least_and_not_too_many)
{
    struct weir_assembly_config config = {.sources = sources, .workers = 1};
    struct weir_assembly *none = NULL;
    cr_assert_eq(weir_assembly_open(&none, &config, &err), -EINVAL);
    config.lanes = WEIR_LANES_MAX + 1;
    cr_assert_eq(weir_assembly_open(&none, &config, &err), -EINVAL);
    cr_assert_null(none);
}
