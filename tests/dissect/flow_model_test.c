/* Flows against a model that has all frames before it, sorts them by key and
 * time, and cuts where flow_table.h says; whatever way the frames take
 * through tables, what comes out is the same. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "tests/dissect/flow_hand.h"
#include "tests/support/random.h"

#define FRAMES  3000
#define WORKERS 4
#define ROUNDS  60

struct load {
    struct flow_hand_frame frames[FRAMES];
    bool taken[FRAMES]; /* counted, and taken out again */
    uint32_t n;
};

struct rules {
    int64_t idle_ns;
    int64_t active_ns;
    int64_t origin_ns;
};

/* A flow and where it is in the order of the comparison. */
struct found {
    uint32_t number;
    bool back;
    struct weir_flow flow;
};

static int64_t cell_of(const struct rules *rules, int64_t time_ns)
{
    int64_t since = time_ns - rules->origin_ns;
    int64_t cell = since / rules->active_ns;
    return since % rules->active_ns < 0 ? cell - 1 : cell;
}

static int by_flow_and_time(const void *a, const void *b)
{
    const struct flow_hand_frame *x = a, *y = b;
    if (x->flow != y->flow)
        return x->flow < y->flow ? -1 : 1;
    return x->time_ns < y->time_ns ? -1 : x->time_ns > y->time_ns;
}

static int by_number_and_time(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    if (x->number != y->number)
        return x->number < y->number ? -1 : 1;
    return x->flow.first_ns < y->flow.first_ns ? -1 : 1;
}

static void model_add(struct found *found, const struct flow_hand_frame *f)
{
    struct weir_flow *flow = &found->flow;
    struct weir_flow_sums sums = flow_hand_sums(f);
    bool first = flow->sent[0].frames + flow->sent[1].frames == 0;
    /* The beginner's end is the lesser one but in every fifth flow. */
    bool lesser = (f->flow % 5 == 0) == f->back;
    if (first || (f->time_ns == flow->first_ns && lesser))
        found->back = f->back;
    if (first)
        flow->first_ns = f->time_ns;
    flow->last_ns = f->time_ns;
    flow->tcp_flags[f->back] |= f->tcp_flags;
    flow->sent[f->back].frames += sums.frames;
    flow->sent[f->back].bytes += sums.bytes;
    flow->sent[f->back].wire += sums.wire;
}

/* sent and flags are by direction here, not by who began. */
static uint32_t model(const struct load *load, const struct rules *rules,
                      struct found *out)
{
    static struct flow_hand_frame sorted[FRAMES];
    uint32_t n = 0, flows = 0;
    for (uint32_t i = 0; i < load->n; i++)
        if (!load->taken[i])
            sorted[n++] = load->frames[i];
    qsort(sorted, n, sizeof sorted[0], by_flow_and_time);
    for (uint32_t i = 0; i < n; i++) {
        const struct flow_hand_frame *f = &sorted[i];
        const struct flow_hand_frame *before = f - 1;
        if (i == 0 || before->flow != f->flow ||
            f->time_ns - before->time_ns > rules->idle_ns ||
            cell_of(rules, f->time_ns) != cell_of(rules, before->time_ns)) {
            memset(&out[flows], 0, sizeof out[flows]);
            out[flows++].number = f->flow;
        }
        model_add(&out[flows - 1], f);
    }
    return flows;
}

static uint32_t found_in(const struct weir_flow_table *table, struct found *out)
{
    uint32_t n = weir_flow_table_flows(table);
    for (uint32_t i = 0; i < n; i++) {
        struct weir_flow flow;
        weir_flow_table_get(table, i, &flow);
        memset(&out[i], 0, sizeof out[i]);
        out[i].number = flow_hand_number(&flow, &out[i].back);
        out[i].flow.first_ns = flow.first_ns;
        out[i].flow.last_ns = flow.last_ns;
        for (int side = 0; side < 2; side++) {
            int way = out[i].back ? 1 - side : side;
            out[i].flow.sent[way] = flow.sent[side];
            out[i].flow.tcp_flags[way] = flow.tcp_flags[side];
        }
    }
    qsort(out, n, sizeof *out, by_number_and_time);
    return n;
}

static bool same_sums(struct weir_flow_sums a, struct weir_flow_sums b)
{
    return a.frames == b.frames && a.bytes == b.bytes && a.wire == b.wire;
}

static void expect_same(const struct found *a, const struct found *b,
                        bool taken)
{
    cr_assert_eq(a->number, b->number);
    cr_assert(same_sums(a->flow.sent[0], b->flow.sent[0]) &&
                  same_sums(a->flow.sent[1], b->flow.sent[1]),
              "flow %u", a->number);
    if (taken)
        return; /* times and flags of what was taken out remain */
    cr_assert_eq(a->flow.first_ns, b->flow.first_ns, "flow %u", a->number);
    cr_assert_eq(a->flow.last_ns, b->flow.last_ns, "flow %u", a->number);
    cr_assert_eq(a->back, b->back, "flow %u", a->number);
    cr_assert_arr_eq(a->flow.tcp_flags, b->flow.tcp_flags, 2);
}

struct run {
    struct weir_flow_table *workers[WORKERS];
    struct weir_flow_table *rest;
    struct weir_flow_table *total;
};

static struct weir_flow_table *open_table(const struct rules *rules,
                                          uint32_t flows)
{
    const struct weir_flow_table_config config = {
        .flows = flows,
        .idle_ns = rules->idle_ns,
        .active_ns = rules->active_ns,
        .seed = 11,
    };
    struct weir_flow_table *table = NULL;
    cr_assert_eq(weir_flow_table_open(&table, &config, NULL), 0);
    weir_flow_table_set_origin(table, rules->origin_ns);
    return table;
}

static void open_run(struct run *run, const struct rules *rules)
{
    for (uint32_t w = 0; w < WORKERS; w++)
        run->workers[w] = open_table(rules, 256);
    run->rest = open_table(rules, FRAMES);
    run->total = open_table(rules, FRAMES);
}

static void close_run(struct run *run)
{
    for (uint32_t w = 0; w < WORKERS; w++)
        weir_flow_table_close(run->workers[w]);
    weir_flow_table_close(run->rest);
    weir_flow_table_close(run->total);
}

static void hand_over(struct run *run, struct weir_flow_table *table)
{
    weir_flow_table_merge(run->total, table, false);
    weir_flow_table_clear(table);
}

static uint32_t make_vector(const struct load *load, uint32_t from, uint32_t n,
                            const struct weir_flow_hash *hash, bool taken,
                            struct weir_flow_frame *out)
{
    static struct flow_hand hands[WEIR_FLOW_VECTOR];
    uint32_t made = 0;
    for (uint32_t i = from; i < from + n; i++)
        if (!taken || load->taken[i]) {
            flow_hand_make(&hands[made], hash, &load->frames[i], &out[made]);
            made++;
        }
    return made;
}

/* Vectors of any length go to any worker, which hands over when it likes. */
static void spread(struct run *run, const struct load *load,
                   struct random *random, uint32_t workers)
{
    struct weir_flow_frame v[WEIR_FLOW_VECTOR];
    for (uint32_t at = 0; at < load->n;) {
        uint32_t n = 1 + random_below(random, WEIR_FLOW_VECTOR);
        struct weir_flow_table *table =
            run->workers[random_below(random, workers)];
        if (n > load->n - at)
            n = load->n - at;
        if (weir_flow_table_room(table) < n || random_below(random, 20) == 0)
            hand_over(run, table);
        const struct weir_flow_hash *hash = &weir_flow_table_aim(table)->hash;
        uint32_t made = make_vector(load, at, n, hash, false, v);
        cr_assert_eq(flow_hand_count_all(table, v, made), 0);
        made = make_vector(load, at, n, hash, true, v);
        cr_assert_eq(flow_hand_count_all(run->rest, v, made), 0);
        if (random_below(random, 10) == 0) {
            weir_flow_table_merge(run->total, run->rest, true);
            weir_flow_table_clear(run->rest);
        }
        at += n;
    }
    for (uint32_t w = 0; w < workers; w++)
        hand_over(run, run->workers[w]);
    weir_flow_table_merge(run->total, run->rest, true);
}

static void compare(const struct load *load, const struct rules *rules,
                    struct random *random, bool taken)
{
    static struct found expected[FRAMES], got[FRAMES];
    uint32_t workers = 1 + random_below(random, WORKERS);
    struct run run;
    open_run(&run, rules);
    spread(&run, load, random, workers);
    weir_flow_table_settle(run.total, INT64_MAX);
    uint32_t n = model(load, rules, expected);
    cr_assert_eq(weir_flow_table_flows(run.total), n, "%u flows, not %u",
                 weir_flow_table_flows(run.total), n);
    cr_assert_eq(found_in(run.total, got), n);
    for (uint32_t i = 0; i < n; i++)
        expect_same(&got[i], &expected[i], taken);
    uint64_t evicted = 1;
    (void)weir_flow_table_evicted(run.total, &evicted);
    cr_assert_eq(evicted, 0);
    close_run(&run);
}

/* Times that mostly grow, with frames that come late, and pauses. */
static void make_load(struct load *load, struct random *random,
                      const struct rules *rules)
{
    uint32_t flows = 1 + random_below(random, 40);
    int64_t now_ns = rules->origin_ns;
    uint32_t step = (uint32_t)(rules->idle_ns / 200);
    load->n = 1 + random_below(random, FRAMES);
    for (uint32_t i = 0; i < load->n; i++) {
        uint32_t chance = random_below(random, 100);
        now_ns += random_below(random, step);
        if (chance == 0)
            now_ns += 2 * rules->idle_ns;
        int64_t late_ns = chance < 20 ? random_below(random, 100 * step) : 0;
        load->frames[i] = (struct flow_hand_frame){
            .flow = random_below(random, flows),
            .back = random_below(random, 3) == 0,
            .tcp_flags = (uint8_t)(1u << random_below(random, 8)),
            .payload = (uint16_t)random_below(random, 60000),
            .time_ns = now_ns - late_ns,
        };
        load->taken[i] = false;
    }
}

static struct rules make_rules(struct random *random)
{
    int64_t idle_ns = WEIR_FLOW_TIMEOUT_MIN_NS;
    idle_ns += random_below(random, 60 * WEIR_FLOW_TIMEOUT_MIN_NS);
    int64_t active_ns = idle_ns / 2 + random_below(random, (uint32_t)idle_ns);
    if (active_ns < WEIR_FLOW_TIMEOUT_MIN_NS)
        active_ns = WEIR_FLOW_TIMEOUT_MIN_NS;
    active_ns *= random_below(random, 2) == 0 ? 1 : 50;
    return (struct rules){
        .idle_ns = idle_ns,
        .active_ns = active_ns,
        .origin_ns = INT64_C(1700000000000000000),
    };
}

Test(flow_model, any_spread_gives_the_same_flows)
{
    static struct load load;
    struct random random = random_start("flow_model", 1);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct rules rules = make_rules(&random);
        make_load(&load, &random, &rules);
        compare(&load, &rules, &random, false);
        compare(&load, &rules, &random, false);
    }
}

/* What is taken out is behind all that stays, as behind a limit: else a flow
 * could be held together by frames that are gone. */
Test(flow_model, what_is_taken_out_leaves_the_rest)
{
    static struct load load;
    struct random random = random_start("flow_model", 2);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct rules rules = make_rules(&random);
        make_load(&load, &random, &rules);
        uint32_t limit = random_below(&random, load.n);
        int64_t last_ns = INT64_MIN;
        for (uint32_t i = 0; i < load.n; i++) {
            load.taken[i] = i >= limit;
            if (i >= limit && load.frames[i].time_ns < last_ns)
                load.frames[i].time_ns = last_ns;
            if (load.frames[i].time_ns > last_ns)
                last_ns = load.frames[i].time_ns;
        }
        compare(&load, &rules, &random, true);
    }
}
