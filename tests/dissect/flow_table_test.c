#include <criterion/criterion.h>
#include <errno.h>

#include "base/err.h"
#include "tests/dissect/flow_hand.h"
#include "tests/support/random.h"

#define SECOND INT64_C(1000000000)
#define NOW    (INT64_C(1700000000) * SECOND)
#define IDLE   (60 * SECOND)
#define ACTIVE (300 * SECOND)

static struct weir_flow_table *open_table(uint32_t flows, int64_t idle_ns,
                                          int64_t active_ns)
{
    const struct weir_flow_table_config config = {
        .flows = flows,
        .idle_ns = idle_ns,
        .active_ns = active_ns,
        .seed = 5,
    };
    struct weir_flow_table *table = NULL;
    cr_assert_eq(weir_flow_table_open(&table, &config, NULL), 0);
    return table;
}

static bool count(struct weir_flow_table *table, uint32_t flow, bool back,
                  int64_t time_ns)
{
    const struct flow_hand_frame what = {
        .flow = flow, .back = back, .time_ns = time_ns, .payload = 100};
    return flow_hand_count(table, &what);
}

static struct weir_flow get(const struct weir_flow_table *table, uint32_t i)
{
    struct weir_flow flow;
    weir_flow_table_get(table, i, &flow);
    return flow;
}

Test(flow_table, both_directions)
{
    struct weir_flow_table *t = open_table(100, IDLE, ACTIVE);
    for (uint32_t flow = 0; flow < 20; flow++) {
        cr_assert(count(t, flow, false, NOW));
        cr_assert(count(t, flow, true, NOW + 5));
        cr_assert(count(t, flow, false, NOW + 9));
    }
    cr_assert_eq(weir_flow_table_flows(t), 20);
    cr_assert_eq(weir_flow_table_room(t), 80);
    for (uint32_t i = 0; i < 20; i++) {
        struct weir_flow flow = get(t, i);
        bool back;
        cr_assert_eq(flow_hand_number(&flow, &back), i);
        cr_assert(!back);
        cr_assert_eq(flow.sent[0].frames, 2);
        cr_assert_eq(flow.sent[1].frames, 1);
        cr_assert_eq(flow.first_ns, NOW);
        cr_assert_eq(flow.last_ns, NOW + 9);
    }
    weir_flow_table_clear(t);
    cr_assert_eq(weir_flow_table_flows(t), 0);
    weir_flow_table_close(t);
}

/* The frame that comes last may be the first. */
Test(flow_table, who_began)
{
    struct weir_flow_table *t = open_table(100, IDLE, ACTIVE);
    struct weir_flow flow;
    bool back;
    count(t, 1, false, NOW);
    count(t, 1, true, NOW - 1);
    flow = get(t, 0);
    (void)flow_hand_number(&flow, &back);
    cr_assert(back);
    cr_assert_eq(flow.first_ns, NOW - 1);
    /* At the same time, whichever is counted first: the lesser end. */
    count(t, 1, false, NOW - 1);
    flow = get(t, 0);
    (void)flow_hand_number(&flow, &back);
    cr_assert(!back);
    count(t, 1, true, NOW - 1);
    flow = get(t, 0);
    (void)flow_hand_number(&flow, &back);
    cr_assert(!back);
    weir_flow_table_close(t);
}

Test(flow_table, idle_time_is_in_the_flow_and_more_is_not)
{
    struct weir_flow_table *t = open_table(100, IDLE, ACTIVE);
    weir_flow_table_set_origin(t, NOW);
    count(t, 2, false, NOW);
    count(t, 2, true, NOW + IDLE);
    cr_assert_eq(weir_flow_table_flows(t), 1);
    count(t, 2, true, NOW + 2 * IDLE + 1);
    cr_assert_eq(weir_flow_table_flows(t), 2);
    weir_flow_table_close(t);
}

Test(flow_table, active_time_cuts_where_it_is_counted_from)
{
    struct weir_flow_table *t = open_table(100, IDLE, ACTIVE);
    weir_flow_table_set_origin(t, NOW);
    count(t, 2, false, NOW + ACTIVE - 1);
    count(t, 2, false, NOW + ACTIVE);
    cr_assert_eq(weir_flow_table_flows(t), 2);
    count(t, 2, false, NOW - 1); /* before the origin, too */
    cr_assert_eq(weir_flow_table_flows(t), 3);
    for (uint32_t i = 0; i < 3; i++)
        cr_assert_eq(get(t, i).sent[0].frames, 1);
    weir_flow_table_close(t);
}

/* A frame between two that are apart makes them one, in a merge. */
Test(flow_table, merge_joins)
{
    struct weir_flow_table *a = open_table(100, IDLE, ACTIVE);
    struct weir_flow_table *b = open_table(100, IDLE, ACTIVE);
    weir_flow_table_set_origin(a, NOW);
    weir_flow_table_set_origin(b, NOW);
    count(a, 3, false, NOW);
    count(a, 3, false, NOW + 2 * IDLE);
    count(a, 4, false, NOW);
    count(b, 3, true, NOW + IDLE);
    weir_flow_table_merge(a, b, false);
    cr_assert_eq(weir_flow_table_flows(a), 2);
    for (uint32_t i = 0; i < 2; i++) {
        struct weir_flow flow = get(a, i);
        bool back;
        if (flow_hand_number(&flow, &back) == 4)
            continue;
        cr_assert_eq(flow.sent[0].frames, 2);
        cr_assert_eq(flow.sent[1].frames, 1);
        cr_assert_eq(flow.first_ns, NOW);
        cr_assert_eq(flow.last_ns, NOW + 2 * IDLE);
    }
    weir_flow_table_close(a);
    weir_flow_table_close(b);
}

Test(flow_table, times_at_the_ends_of_the_world)
{
    static const int64_t times[] = {INT64_MIN, INT64_MIN + 1, -1,       0,
                                    1,         INT64_MAX - 1, INT64_MAX};
    static const int64_t origins[] = {INT64_MIN, 0, NOW, INT64_MAX};
    for (size_t o = 0; o < sizeof origins / sizeof origins[0]; o++) {
        struct weir_flow_table *t = open_table(100, IDLE, 1000 * IDLE);
        uint64_t frames = 0;
        weir_flow_table_set_origin(t, origins[o]);
        for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
            cr_assert(count(t, 1, false, times[i]));
        for (uint32_t i = 0; i < weir_flow_table_flows(t); i++)
            frames += get(t, i).sent[0].frames;
        cr_assert_eq(frames, sizeof times / sizeof times[0]);
        cr_assert_geq(weir_flow_table_flows(t), 3);
        weir_flow_table_close(t);
    }
}

/* More bytes than 32 bits hold, with and without a merge. */
Test(flow_table, sums_are_wide)
{
    struct weir_flow_table *a = open_table(16, IDLE, ACTIVE);
    struct weir_flow_table *b = open_table(16, IDLE, ACTIVE);
    const struct flow_hand_frame what = {.flow = 1, .payload = 60000};
    uint64_t n = 100000;
    for (uint64_t i = 0; i < n; i++)
        flow_hand_count(a, &what);
    for (int i = 0; i < 3; i++)
        weir_flow_table_merge(b, a, false);
    struct weir_flow flow = get(b, 0);
    struct weir_flow_sums one = flow_hand_sums(&what);
    cr_assert_eq(flow.sent[0].frames, 3 * n);
    cr_assert_eq(flow.sent[0].bytes, 3 * n * one.bytes);
    cr_assert_eq(flow.sent[0].wire, 3 * n * one.wire);
    weir_flow_table_merge(b, a, true);
    cr_assert_eq(get(b, 0).sent[0].bytes, 2 * n * one.bytes);
    weir_flow_table_close(a);
    weir_flow_table_close(b);
}

Test(flow_table, a_full_table_refuses_frames_of_new_flows)
{
    struct weir_flow_table *t = open_table(16, IDLE, ACTIVE);
    for (uint32_t flow = 0; flow < 16; flow++)
        cr_assert(count(t, flow, false, NOW));
    cr_assert_eq(weir_flow_table_room(t), 0);
    for (uint32_t flow = 0; flow < 40; flow++)
        cr_assert_eq(count(t, flow, false, NOW + 1), flow < 16);
    cr_assert_eq(weir_flow_table_flows(t), 16);
    weir_flow_table_close(t);
}

static struct weir_flow_sums sums_in(const struct weir_flow_table *t)
{
    uint64_t flows;
    struct weir_flow_sums all = weir_flow_table_evicted(t, &flows);
    for (uint32_t i = 0; i < weir_flow_table_flows(t); i++) {
        struct weir_flow flow = get(t, i);
        for (int side = 0; side < 2; side++) {
            all.frames += flow.sent[side].frames;
            all.bytes += flow.sent[side].bytes;
            all.wire += flow.sent[side].wire;
        }
    }
    return all;
}

/* Whatever goes, the parts add up; and the youngest stays. */
Test(flow_table, a_merge_into_a_full_table_evicts_and_counts)
{
    struct weir_flow_table *a = open_table(64, IDLE, ACTIVE);
    struct weir_flow_table *b = open_table(1000, IDLE, ACTIVE);
    uint64_t flows;
    for (uint32_t flow = 0; flow < 1000; flow++)
        for (uint32_t i = 0; i <= flow % 3; i++)
            count(b, flow, false, NOW + flow);
    weir_flow_table_merge(a, b, false);
    struct weir_flow_sums all = sums_in(b), rest = sums_in(a);
    cr_assert_eq(rest.frames, all.frames);
    cr_assert_eq(rest.bytes, all.bytes);
    cr_assert_eq(rest.wire, all.wire);
    cr_assert_eq(weir_flow_table_flows(a), 64);
    (void)weir_flow_table_evicted(a, &flows);
    cr_assert_eq(flows, 1000 - 64);
    bool found = false, back;
    for (uint32_t i = 0; i < 64; i++) {
        struct weir_flow flow = get(a, i);
        found |= flow_hand_number(&flow, &back) == 999;
    }
    cr_assert(found);

    /* And when all is taken out again, nothing is left. */
    weir_flow_table_merge(a, b, true);
    weir_flow_table_settle(a, NOW + 1000);
    rest = sums_in(a);
    cr_assert_eq(weir_flow_table_flows(a), 0);
    cr_assert_eq(rest.frames, 0);
    cr_assert_eq(rest.bytes, 0);
    weir_flow_table_close(a);
    weir_flow_table_close(b);
}

/* It was taken out before it has come: what is evicted meanwhile are others. */
Test(flow_table, a_flow_that_owes_is_not_evicted)
{
    struct weir_flow_table *a = open_table(16, IDLE, ACTIVE);
    struct weir_flow_table *one = open_table(16, IDLE, ACTIVE);
    struct weir_flow_table *many = open_table(64, IDLE, ACTIVE);
    uint64_t flows;
    count(one, 1, false, NOW);
    for (uint32_t flow = 2; flow < 50; flow++)
        count(many, flow, false, NOW + flow);
    weir_flow_table_merge(a, one, true);
    weir_flow_table_merge(a, many, false);
    weir_flow_table_merge(a, one, false);
    weir_flow_table_settle(a, NOW + 50);
    struct weir_flow_sums gone = weir_flow_table_evicted(a, &flows);
    cr_assert_eq(weir_flow_table_flows(a), 15);
    cr_assert_eq(gone.frames, 48 - 15);
    cr_assert_eq(flows, 48 - 15);
    for (uint32_t i = 0; i < 15; i++) {
        struct weir_flow flow = get(a, i);
        bool back;
        cr_assert_neq(flow_hand_number(&flow, &back), 1);
    }
    weir_flow_table_close(a);
    weir_flow_table_close(one);
    weir_flow_table_close(many);
}

/* A long frame was evicted and is taken out; two short ones came since. */
Test(flow_table, what_a_flow_owes_in_bytes_was_evicted)
{
    struct weir_flow_table *a = open_table(16, IDLE, ACTIVE);
    struct weir_flow_table *one = open_table(16, IDLE, ACTIVE);
    struct weir_flow_table *many = open_table(64, IDLE, ACTIVE);
    struct flow_hand_frame what = {.flow = 1, .time_ns = NOW, .payload = 1400};
    uint64_t flows;
    cr_assert(flow_hand_count(one, &what));
    for (uint32_t flow = 2; flow < 50; flow++)
        count(many, flow, false, NOW + 1);
    weir_flow_table_merge(a, one, false);
    weir_flow_table_merge(a, many, false);
    weir_flow_table_merge(a, one, true);
    weir_flow_table_clear(one);
    what.payload = 10;
    cr_assert(flow_hand_count(one, &what));
    cr_assert(flow_hand_count(one, &what));
    weir_flow_table_merge(a, one, false);
    weir_flow_table_settle(a, NOW + 1);
    for (uint32_t i = 0; i < weir_flow_table_flows(a); i++)
        cr_assert_lt(get(a, i).sent[0].bytes + get(a, i).sent[1].bytes, 10000);
    struct weir_flow_sums gone = weir_flow_table_evicted(a, &flows);
    cr_assert_lt(gone.bytes, UINT32_MAX);
    cr_assert_lt(gone.frames, 50);
    weir_flow_table_close(a);
    weir_flow_table_close(one);
    weir_flow_table_close(many);
}

Test(flow_table, no_flow_ends_behind_the_last_frame_that_counts)
{
    struct weir_flow_table *a = open_table(64, IDLE, ACTIVE);
    struct weir_flow_table *b = open_table(64, IDLE, ACTIVE);
    count(a, 1, false, NOW);
    count(a, 1, true, NOW + 5);
    count(b, 1, true, NOW + 5);
    weir_flow_table_merge(a, b, true);
    weir_flow_table_settle(a, NOW + 3);
    struct weir_flow flow = get(a, 0);
    cr_assert_eq(flow.sent[0].frames, 1);
    cr_assert_eq(flow.sent[1].frames, 0);
    cr_assert_eq(flow.last_ns, NOW + 3);
    weir_flow_table_close(a);
    weir_flow_table_close(b);
}

/* None of which has a time: they are counted at 0, and stay there. */
Test(flow_table, without_a_last_frame_flows_keep_their_times)
{
    struct weir_flow_table *a = open_table(64, IDLE, ACTIVE);
    struct weir_flow_table *b = open_table(64, IDLE, ACTIVE);
    count(a, 1, false, 0);
    count(a, 1, false, 0);
    count(b, 1, false, 0);
    weir_flow_table_merge(a, b, true);
    weir_flow_table_settle(a, INT64_MIN);
    struct weir_flow flow = get(a, 0);
    cr_assert_eq(flow.sent[0].frames, 1);
    cr_assert_eq(flow.first_ns, 0);
    cr_assert_eq(flow.last_ns, 0);
    weir_flow_table_close(a);
    weir_flow_table_close(b);
}

/* Without the seed nobody can choose flows that meet in a bucket: those that
 * do under one seed are spread by another. */
Test(flow_table, flows_that_meet_under_one_seed_do_not_under_another)
{
    struct weir_flow_hash known, secret;
    uint32_t buckets[64] = {0}, found = 0;
    struct weir_flow_frame f;
    struct flow_hand hand;
    weir_flow_hash_init(&known, 1);
    weir_flow_hash_init(&secret, 2);
    for (uint32_t flow = 0; flow < 400000 && found < 1000; flow++) {
        const struct flow_hand_frame what = {.flow = flow};
        flow_hand_make(&hand, &known, &what, &f);
        if (f.hash >> 24 != 0)
            continue;
        flow_hand_make(&hand, &secret, &what, &f);
        buckets[f.hash >> 26]++;
        found++;
    }
    cr_assert_geq(found, 1000);
    for (uint32_t i = 0; i < 64; i++)
        cr_assert_lt(buckets[i], 50, "bucket %u has %u of %u", i, buckets[i],
                     found);
}

/* All in one bucket, the worst that a hash could do: slow, and right. */
Test(flow_table, one_hash_for_all)
{
    struct weir_flow_table *t = open_table(300, IDLE, ACTIVE);
    struct weir_flow_table *all = open_table(300, IDLE, ACTIVE);
    struct weir_flow_frame f;
    struct flow_hand hand;
    for (int round = 0; round < 2; round++)
        for (uint32_t flow = 0; flow < 300; flow++) {
            const struct flow_hand_frame what = {.flow = flow, .time_ns = NOW};
            flow_hand_make(&hand, &weir_flow_table_aim(t)->hash, &what, &f);
            f.hash = UINT32_MAX;
            cr_assert_eq(flow_hand_count_all(t, &f, 1), 0);
        }
    cr_assert_eq(weir_flow_table_flows(t), 300);
    weir_flow_table_merge(all, t, false);
    weir_flow_table_merge(all, t, true);
    cr_assert_eq(weir_flow_table_flows(all), 300);
    weir_flow_table_settle(all, NOW);
    cr_assert_eq(weir_flow_table_flows(all), 0);
    weir_flow_table_merge(all, t, false);
    cr_assert_eq(sums_in(all).frames, 600);
    weir_flow_table_close(t);
    weir_flow_table_close(all);
}

Test(flow_table, memory_is_what_was_asked_for)
{
    static const uint64_t sizes[] = {4096, 1u << 20, 100000001,
                                     UINT64_C(1) << 40};
    cr_assert_eq(weir_flow_table_fit(0), 0);
    cr_assert_eq(weir_flow_table_fit(1000), 0);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        uint32_t flows = weir_flow_table_fit(sizes[i]);
        cr_assert_leq(weir_flow_table_bytes(flows), sizes[i]);
        if (flows < WEIR_FLOW_TABLE_FLOWS_MAX)
            cr_assert_gt(weir_flow_table_bytes(flows + 1), sizes[i]);
    }
}

static void refused(uint32_t flows, int64_t idle_ns, int64_t active_ns)
{
    const struct weir_flow_table_config config = {
        .flows = flows, .idle_ns = idle_ns, .active_ns = active_ns};
    struct weir_flow_table *table = NULL;
    struct weir_err err = {.text = ""};
    cr_assert_eq(weir_flow_table_open(&table, &config, &err), -EINVAL);
    cr_assert_null(table);
    cr_assert_neq(err.text[0], '\0');
}

Test(flow_table, bad_configurations)
{
    refused(15, IDLE, ACTIVE);
    refused(WEIR_FLOW_TABLE_FLOWS_MAX + 1, IDLE, ACTIVE);
    refused(16, 0, ACTIVE);
    refused(16, IDLE, WEIR_FLOW_TIMEOUT_MAX_NS + 1);
    refused(16, SECOND, 1001 * SECOND);
    refused(16, -1, -1);
}
