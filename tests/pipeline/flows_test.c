/* Feeds hand over, wait, and count what finds no room. */

#include <criterion/criterion.h>

#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "pipeline/flows.h"
#include "ring/summary.h"

#define BATCH 16

static struct weir_flows_config config_of(uint64_t more)
{
    struct weir_flows_config config = {
        .batch_frames = BATCH,
        .workers = 1,
        .outlets = 1,
        .idle_ns = WEIR_FLOWS_IDLE_NS,
        .active_ns = WEIR_FLOWS_ACTIVE_NS,
        .seed = 3,
    };
    config.memory_bytes = weir_flows_memory_min(&config) + more;
    return config;
}

static struct weir_flows *open_flows(uint64_t more)
{
    const struct weir_flows_config config = config_of(more);
    struct weir_flows *flows = NULL;
    cr_assert_eq(weir_flows_open(&flows, &config, NULL), 0);
    return flows;
}

static struct weir_flow_feed *add(struct weir_flows *flows,
                                  enum weir_flow_feed_kind kind)
{
    struct weir_flow_feed *feed = NULL;
    cr_assert_eq(weir_flows_add(flows, kind, NULL, &feed, NULL), 0);
    return feed;
}

static struct weir_summary *talkers;

static void open_talkers(struct weir_flows *flows)
{
    const struct weir_summary_config config = {.talkers = 4096, .seed = 1};
    cr_assert_eq(weir_summary_open(&talkers, &config, NULL), 0);
    weir_flows_set_talkers(flows, talkers);
}

/* 0.0.0.N has sent so many frames of 60 bytes. */
static void assert_talkers(const uint64_t expected[256])
{
    struct weir_talker found[64];
    struct weir_sum other;
    uint64_t left[256];
    size_t n = weir_summary_talkers(talkers, found, 64, &other);
    memcpy(left, expected, sizeof left);
    for (size_t i = 0; i < n; i++) {
        cr_assert_eq(found[i].kind, 4);
        cr_assert_eq(memcmp(found[i].address, "\0\0\0", 3), 0);
        cr_assert_eq(found[i].sum.frames, left[found[i].address[3]]);
        cr_assert_eq(found[i].sum.bytes, 60 * found[i].sum.frames);
        left[found[i].address[3]] = 0;
    }
    for (size_t i = 0; i < 256; i++)
        cr_assert_eq(left[i], 0, "%zu", i);
    cr_assert_eq(other.frames, 0);
    weir_summary_close(talkers);
}

/* Adds one frame of each of n flows, from number `first` on; those of every
 * third are no usual ones. */
static void add_frames(struct weir_flow_count *c, uint8_t first, uint32_t n)
{
    static const uint8_t head[42] = {
        [12] = 8, [14] = 0x45, [17] = 28, [23] = 17, [39] = 8};
    uint8_t data[WEIR_FLOW_VECTOR][sizeof head];
    struct weir_frame frames[WEIR_FLOW_VECTOR];
    struct weir_tally tallies[WEIR_FLOW_VECTOR];
    uint64_t others = 0;
    cr_assert_leq(n, WEIR_FLOW_VECTOR);
    for (uint32_t i = 0; i < n; i++) {
        struct weir_dissection d;
        memcpy(data[i], head, sizeof head);
        data[i][29] = (uint8_t)(first + i);
        frames[i] = (struct weir_frame){
            .data = data[i], .caplen = sizeof head, .len = 60, .time_ns = 7};
        weir_dissect(&d, data[i], sizeof head, 60, 1);
        tallies[i].path = d.path;
        if ((first + i) % 3 != 0)
            continue;
        others |= UINT64_C(1) << i;
        weir_flow_count_add(c, &d, &frames[i]);
    }
    weir_flow_count_usual(c, frames, tallies, n, others);
    weir_flow_count_end(c);
}

static void count(struct weir_flow_feed *feed, uint8_t first, uint32_t n)
{
    struct weir_flow_count c;
    weir_flow_count_begin(&c, weir_flow_feed_table(feed));
    c.talkers = talkers; /* of frames without room */
    add_frames(&c, first, n);
    weir_flow_feed_note(feed, &c.kinds);
}

static uint64_t frames(const struct weir_flows *flows)
{
    const struct weir_flow_table *total = weir_flows_total(flows);
    uint64_t all = 0;
    for (uint32_t i = 0; i < weir_flow_table_flows(total); i++) {
        struct weir_flow flow;
        weir_flow_table_get(total, i, &flow);
        all += flow.sent[0].frames + flow.sent[1].frames;
    }
    return all;
}

Test(flows, a_feed_waits_for_its_spare)
{
    struct weir_flows *flows = open_flows(0);
    struct weir_flow_feed *feed = add(flows, WEIR_FLOW_FEED_WORKER);
    open_talkers(flows);
    weir_flows_begin(flows, 7);
    cr_assert(weir_flow_feed_ready(feed));
    count(feed, 0, BATCH);
    cr_assert(weir_flow_feed_ready(feed), "there is a spare");
    count(feed, 20, BATCH);
    cr_assert_not(weir_flow_feed_ready(feed), "it is out");
    count(feed, 40, 3); /* not waited for: no room */
    cr_assert(weir_flows_step(flows));
    cr_assert(weir_flow_feed_ready(feed));
    count(feed, 0, 1);
    cr_assert_not(weir_flows_ended(flows));
    weir_flow_feed_end(feed);
    while (weir_flows_step(flows))
        continue;
    cr_assert(weir_flows_ended(flows));
    weir_flows_finish(flows, 7);

    struct weir_flow_kinds kinds = weir_flows_kinds(flows);
    uint64_t evicted;
    struct weir_flow_sums gone =
        weir_flow_table_evicted(weir_flows_total(flows), &evicted);
    cr_assert_eq(kinds.frames[WEIR_FLOW_UNTRACKED], 3);
    cr_assert_eq(kinds.untracked_bytes, 180);
    cr_assert_eq(kinds.frames[WEIR_FLOW_TRACKED], 2 * BATCH + 1);
    cr_assert_eq(frames(flows) + gone.frames, 2 * BATCH + 1);
    uint64_t expected[256] = {[0] = 2};
    for (unsigned i = 1; i < BATCH; i++)
        expected[i] = 1;
    for (unsigned i = 20; i < 20 + BATCH; i++)
        expected[i] = 1;
    for (unsigned i = 40; i < 43; i++)
        expected[i] = 1;
    assert_talkers(expected);
    weir_flows_close(flows);
}

Test(flows, an_outlets_feed_takes_out)
{
    struct weir_flows *flows = open_flows(1 << 16);
    struct weir_flow_feed *worker = add(flows, WEIR_FLOW_FEED_WORKER);
    struct weir_flow_feed *rest = add(flows, WEIR_FLOW_FEED_OUTLET_TAKES);
    open_talkers(flows);
    weir_flows_begin(flows, 7);
    count(rest, 4, 6); /* before what it takes them out of has come */
    weir_flow_feed_end(rest);
    cr_assert(weir_flows_step(flows));
    count(worker, 0, 10);
    weir_flow_feed_end(worker);
    cr_assert(weir_flows_step(flows));
    weir_flows_finish(flows, 7);
    cr_assert_eq(frames(flows), 4);
    /* What is taken out is in a summary of its own. */
    const uint64_t expected[256] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    assert_talkers(expected);
    cr_assert_eq(weir_flow_table_flows(weir_flows_total(flows)), 4);
    struct weir_flow_kinds kinds = weir_flows_kinds(flows);
    cr_assert_eq(kinds.frames[WEIR_FLOW_TRACKED], 4);
    weir_flows_close(flows);
}

/* A worker has a table full, and its spare is out: of frames 0 .. 19 some are
 * of flows that it has.  Then those from number `kept` on are not delivered. */
static void refuse_and_take(uint32_t kept)
{
    struct weir_flows *flows = open_flows(1 << 16);
    struct weir_flow_feed *worker = add(flows, WEIR_FLOW_FEED_WORKER);
    struct weir_flow_feed *rest = add(flows, WEIR_FLOW_FEED_OUTLET_TAKES);
    struct weir_flow_count c;
    uint64_t refused[1] = {0}, expected = 0;
    weir_flows_begin(flows, 7);
    struct weir_flow_table *table = weir_flow_feed_table(worker);
    uint32_t room = weir_flow_table_room(table);
    for (uint32_t i = 0; i < room; i += 4)
        count(worker, (uint8_t)(10 + i), room - i < 4 ? room - i : 4);
    cr_assert_eq(weir_flow_table_room(table), 0);
    cr_assert_lt(room, 246);

    weir_flow_count_begin(&c, table);
    weir_flow_count_note(&c, refused);
    add_frames(&c, 0, 20);
    weir_flow_feed_note(worker, &c.kinds);
    cr_assert_eq(c.kinds.frames[WEIR_FLOW_UNTRACKED], 10);
    cr_assert_eq(refused[0], 0x3ff);

    weir_flow_count_begin(&c, weir_flow_feed_table(rest));
    weir_flow_count_leave(&c, refused, kept);
    add_frames(&c, (uint8_t)kept, 20 - kept);
    weir_flow_feed_note(rest, &c.kinds);
    weir_flow_feed_end(rest);
    weir_flow_feed_end(worker);
    while (weir_flows_step(flows))
        continue;
    weir_flows_finish(flows, 7);

    struct weir_flow_kinds kinds = weir_flows_kinds(flows);
    expected = kept < 10 ? kept : 10;
    cr_assert_eq(kinds.frames[WEIR_FLOW_UNTRACKED], expected);
    cr_assert_eq(kinds.untracked_bytes, 60 * expected);
    cr_assert_eq(kinds.frames[WEIR_FLOW_TRACKED], room + kept - expected);
    cr_assert_eq(frames(flows), room + kept - expected);
    struct weir_flow flow;
    for (uint32_t i = 0; i < weir_flow_table_flows(weir_flows_total(flows));
         i++) {
        weir_flow_table_get(weir_flows_total(flows), i, &flow);
        uint8_t number = flow.addresses[flow.sent[0].frames == 0][3];
        cr_assert_eq(flow.sent[0].frames + flow.sent[1].frames,
                     1 + (number >= 10 && number < kept));
    }
    weir_flows_close(flows);
}

Test(flows, frames_that_were_refused_are_not_taken_out)
{
    for (uint32_t kept = 0; kept <= 20; kept++)
        refuse_and_take(kept);
}

Test(flows, the_first_time_is_where_cells_begin)
{
    struct weir_flows *flows = open_flows(0);
    cr_assert_eq(weir_flows_origin(flows), 0);
    weir_flows_begin(flows, INT64_MIN);
    cr_assert_eq(weir_flows_origin(flows), INT64_MIN + 1);
    weir_flows_begin(flows, 5);
    cr_assert_eq(weir_flows_origin(flows), INT64_MIN + 1);
    weir_flows_close(flows);
}

Test(flows, too_little_memory)
{
    struct weir_flows_config config = config_of(0);
    struct weir_flows *flows = NULL;
    struct weir_err err = {.text = ""};
    config.memory_bytes--;
    cr_assert_eq(weir_flows_open(&flows, &config, &err), -EINVAL);
    cr_assert_null(flows);
    cr_assert_neq(err.text[0], '\0');
}
