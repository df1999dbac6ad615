/* What an outlet hands to its branches, and what it costs. */

#include "pipeline/outlet_branch.h"

#include <criterion/criterion.h>
#include <errno.h>

#include "base/err.h"
#include "base/linktype.h"
#include "pipeline/assembly.h"
#include "pipeline/lane.h"
#include "pipeline/outlet.h"
#include "pipeline/stats.h"
#include "ring/stop.h"
#include "tests/pipeline/fake_branch.h"
#include "tests/pipeline/fake_sink.h"
#include "tests/pipeline/fake_source.h"

#define FRAMES      UINT64_C(5000)
#define BLOCK_BYTES 16384
#define WORKERS     1
#define PARCELS     8

static struct weir_stop stop, abandon;
static struct weir_source *source;
static struct fake_sink sink;
static struct fake_file file;
static struct fake_branch fakes[3];
static struct weir_branch_config branches[3];
static struct fake_source_config source_config;
static struct fake_sink_config sink_config;
static struct weir_assembly_config config;
static struct weir_assembly *assembly;
static struct weir_err err;
static int64_t now_ns;

static void begin(void)
{
    cr_assert_eq(weir_stop_open(&stop, &err), 0);
    cr_assert_eq(weir_stop_open(&abandon, &err), 0);
    fake_file_open(&file, FRAMES);
    source_config = (struct fake_source_config){
        .leases = weir_lane_batches(WORKERS, true),
        .block_bytes = BLOCK_BYTES,
        .frames = FRAMES,
        .fail_at = UINT64_MAX,
        .frames_per_lease_max = 40,
    };
    sink_config = (struct fake_sink_config){
        .format = WEIR_FORMAT_PCAPNG,
        .fail_at = UINT64_MAX,
        .done_at = UINT64_MAX,
        .on_record = fake_file_note,
        .record_context = &file,
    };
    for (int i = 0; i < 3; i++) {
        fakes[i] = (struct fake_branch){.files = &file, .fail_at = UINT64_MAX};
        branches[i] = (struct weir_branch_config){.name = "fake",
                                                  .take = fake_branch_take,
                                                  .finish = fake_branch_finish,
                                                  .context = &fakes[i],
                                                  .when_full = WEIR_BRANCH_SKIP,
                                                  .parcels = PARCELS};
    }
    config = (struct weir_assembly_config){
        .sources = &source,
        .lanes = 1,
        .stop = &stop,
        .abandon = &abandon,
        .workers = WORKERS,
        .block_bytes = BLOCK_BYTES,
        .account = {.format = WEIR_FORMAT_PCAPNG},
        .talkers = 64,
        .branches = branches,
        .branches_count = 1,
    };
    now_ns = 0;
}

static void end(void)
{
    weir_assembly_close(assembly);
    fake_source_close(source);
    fake_file_close(&file);
    weir_stop_close(&abandon);
    weir_stop_close(&stop);
}

TestSuite(outlet_branch, .init = begin, .fini = end);

/* Leases whose records are the file's. */
static void lend(void)
{
    source_config.records = WEIR_RECORDS_PCAP_NS;
    sink_config.format = WEIR_FORMAT_PCAP_NS;
    config.account.format = WEIR_FORMAT_PCAP_NS;
}

static void assemble(void)
{
    source = fake_source_open(&source_config);
    cr_assert_eq(weir_assembly_open(&assembly, &config, &err), 0, "%s",
                 err.text);
    fake_sink_open(&sink, &sink_config);
    weir_assembly_set_sink(assembly, 0, &sink.sink);
}

/* Capture, worker and outlet, until none has anything to do. */
static void run(void)
{
    struct weir_lane *lane = weir_assembly_lane(assembly, 0);
    struct weir_outlet *outlet = weir_assembly_outlet(assembly, 0);
    for (int idle = 0; idle < 4; now_ns += 1000) {
        enum weir_step steps[] = {
            weir_lane_capture(lane, now_ns, now_ns),
            weir_lane_work(lane, 0, now_ns),
            weir_outlet_step(outlet, now_ns),
        };
        idle++;
        for (int i = 0; i < 3; i++)
            if (steps[i] == WEIR_STEP_WORKED)
                idle = 0;
    }
}

static struct weir_progress progress(void)
{
    struct weir_progress p;
    weir_assembly_progress(assembly, &p);
    cr_assert(weir_ledger_holds(&p.ledger));
    cr_assert_null(sink.fault, "%s", sink.fault);
    return p;
}

static struct weir_branch_counts counts(uint32_t i)
{
    struct weir_branch_counts c;
    weir_branch_counts(weir_assembly_branch(assembly, i), &c);
    cr_assert(weir_branch_holds(&c));
    cr_assert_null(fakes[i].fault, "%s", fakes[i].fault);
    return c;
}

/* The branches go on; then all must be balanced. */
static struct weir_progress finish(void)
{
    for (bool ended = false; !ended;) {
        ended = true;
        for (uint32_t i = 0; i < config.branches_count; i++)
            ended &= weir_branch_step(weir_assembly_branch(assembly, i)) ==
                     WEIR_STEP_ENDED;
        run();
    }
    while (weir_stats_step(weir_assembly_stats(assembly)) != WEIR_STEP_ENDED)
        continue;
    struct weir_progress p = progress();
    cr_assert(weir_ledger_balanced(&p.ledger));
    for (uint32_t i = 0; i < config.branches_count; i++) {
        const struct weir_branch_counts c = counts(i);
        cr_assert(weir_branch_balanced(&c, p.ledger.delivered));
        cr_assert_eq(c.taken.frames, fakes[i].frames);
        cr_assert(fakes[i].finished);
    }
    return p;
}

/* Buffers are exchanged, so one that stands still costs no batch and no
 * lease. */
Test(outlet_branch, one_that_stands_still_costs_the_file_nothing)
{
    assemble();
    run();
    const struct weir_progress p = progress();
    const struct weir_branch_counts c = counts(0);
    cr_assert_eq(p.ledger.delivered, FRAMES);
    cr_assert_eq(p.copied_blocks, 0);
    cr_assert_eq(c.taken.frames, 0);
    cr_assert_gt(c.in_flight.frames, 0);
    cr_assert_eq(c.skipped.frames, FRAMES - c.in_flight.frames);
    finish();
    cr_assert_eq(fakes[0].parcels, PARCELS);
}

Test(outlet_branch, holds_leases_up_to_its_mark_and_gets_copies_behind_it)
{
    lend();
    branches[0].leases_percent = 40;
    assemble();
    struct weir_lane *lane = weir_assembly_lane(assembly, 0);
    const uint32_t batches = weir_lane_batches(WORKERS, false);
    run();
    const struct inlet *in = &weir_assembly_outlet(assembly, 0)->inlets[0];
    cr_assert_eq(in->taken - in->home, batches * 40 / 100);
    struct weir_progress p = progress();
    cr_assert_eq(p.ledger.delivered, FRAMES);
    cr_assert_eq(p.starved, 0);
    cr_assert_geq(p.copied_blocks, PARCELS - batches * 40 / 100);
    cr_assert_gt(p.copied_frames, p.copied_blocks);
    cr_assert_gt(weir_lane_lent(lane), 0);
    finish();
    cr_assert_eq(fakes[0].parcels, PARCELS);
}

/* Those that keep up get every frame, and leases as they are, though each
 * time the outlet looks they have one, and others are on the way. */
static void keep_up(void)
{
    lend();
    assemble();
    struct weir_lane *lane = weir_assembly_lane(assembly, 0);
    struct weir_outlet *outlet = weir_assembly_outlet(assembly, 0);
    uint64_t batches = 0;
    while (progress().ledger.delivered < FRAMES) {
        for (int i = 0; i < 2; i++) {
            weir_lane_capture(lane, now_ns, now_ns);
            batches += weir_lane_work(lane, 0, now_ns) == WEIR_STEP_WORKED;
        }
        weir_outlet_step(outlet, now_ns);
        weir_lane_capture(lane, now_ns, now_ns);
        batches += weir_lane_work(lane, 0, now_ns) == WEIR_STEP_WORKED;
        for (uint32_t i = 0; i < config.branches_count; i++)
            weir_branch_step(weir_assembly_branch(assembly, i));
    }
    cr_assert_eq(progress().copied_blocks, 0);
    cr_assert_eq(weir_lane_lent(lane), batches);
    finish();
    for (uint32_t i = 0; i < config.branches_count; i++)
        cr_assert_eq(fakes[i].frames, FRAMES);
}

Test(outlet_branch, one_that_keeps_up_costs_no_copy)
{
    branches[0].leases_percent = 50;
    branches[0].when_full = WEIR_BRANCH_WAIT;
    keep_up();
}

Test(outlet_branch, nor_do_several_though_their_parts_are_small)
{
    config.branches_count = 3;
    for (int i = 0; i < 3; i++)
        branches[i].when_full = WEIR_BRANCH_WAIT;
    source_config.live = true;
    keep_up();
}

Test(outlet_branch, several_share_what_they_get)
{
    lend();
    config.branches_count = 2;
    branches[1].parcels = 3;
    branches[1].when_full = WEIR_BRANCH_WAIT;
    assemble();
    run();
    cr_assert_lt(progress().ledger.delivered, FRAMES);
    finish();
    cr_assert_eq(fakes[1].frames, FRAMES);
}

/* Back-pressure: nothing is delivered that such a branch could not get. */
Test(outlet_branch, one_that_is_waited_for_gets_all)
{
    branches[0].when_full = WEIR_BRANCH_WAIT;
    assemble();
    run();
    struct weir_outlet *outlet = weir_assembly_outlet(assembly, 0);
    cr_assert_eq(counts(0).in_flight.frames, progress().ledger.delivered);
    cr_assert_eq(weir_outlet_fd(outlet), abandon.fd);
    const uint64_t before = progress().ledger.delivered;
    weir_branch_step(weir_assembly_branch(assembly, 0));
    run();
    cr_assert_gt(progress().ledger.delivered, before);
    finish();
    cr_assert_eq(fakes[0].frames, FRAMES);
}

/* Nothing is left that such a branch would have to be waited for. */
Test(outlet_branch, a_file_is_finished_though_branches_are_at_work)
{
    branches[0].when_full = WEIR_BRANCH_WAIT;
    source_config.frames = PARCELS;
    source_config.frames_per_lease_max = 1;
    assemble();
    run();
    cr_assert_eq(counts(0).in_flight.frames, PARCELS);
    cr_assert(sink.finished);
    cr_assert_eq(weir_outlet_fd(weir_assembly_outlet(assembly, 0)), -1);
    finish();
    cr_assert_eq(fakes[0].frames, PARCELS);
}

Test(outlet_branch, abandoned_the_outlet_waits_for_none)
{
    branches[0].when_full = WEIR_BRANCH_WAIT;
    sink_config.keep_percent = 100;
    assemble();
    run();
    weir_stop_set(&abandon);
    run();
    cr_assert(sink.finished, "though the branch has done nothing");
    const struct weir_progress p = finish();
    cr_assert_lt(p.ledger.delivered, FRAMES);
    cr_assert_eq(counts(0).given_up.frames, p.ledger.delivered);
}

Test(outlet_branch, gets_what_a_limit_lets_through)
{
    branches[0].when_full = WEIR_BRANCH_WAIT;
    config.frames_max = 1234;
    lend();
    assemble();
    finish();
    cr_assert_eq(fakes[0].frames, 1234);
}

Test(outlet_branch, gets_what_a_failing_writer_has_written)
{
    branches[0].when_full = WEIR_BRANCH_WAIT;
    sink_config.fail_at = 2345;
    sink_config.keep_percent = 50;
    assemble();
    const struct weir_progress p = finish();
    cr_assert_gt(p.ledger.lost[WEIR_LOST_WRITE], 0);
    cr_assert_gt(fakes[0].frames, 0);
    cr_assert_eq(fakes[0].frames, p.ledger.delivered);
}

/* Of a chunk whose parts were moved for the disk nothing is left. */
Test(outlet_branch, gets_its_frames_from_a_chunk_that_the_sink_has_moved)
{
    branches[0].when_full = WEIR_BRANCH_WAIT;
    source_config.filtered = true;
    sink_config.filtered = true;
    sink_config.move_percent = 50;
    sink_config.keep_percent = 50;
    sink_config.done_at = 3333;
    assemble();
    finish();
    cr_assert_eq(fakes[0].frames, 3333);
}

Test(outlet_branch, wants_a_format)
{
    struct weir_assembly *none = NULL;
    source = fake_source_open(&source_config);
    config.account.format = WEIR_FORMAT_NONE;
    cr_assert_eq(weir_assembly_open(&none, &config, &err), -EINVAL);
    config.account.format = WEIR_FORMAT_PCAPNG;
    branches[0].take = NULL;
    cr_assert_eq(weir_assembly_open(&none, &config, &err), -EINVAL);
    cr_assert_null(none);
}
