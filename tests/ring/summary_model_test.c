/* A summary against a naive model that never runs out of room, over random
 * operations. */

#include <criterion/criterion.h>
#include <stdbool.h>
#include <string.h>

#include "ring/summary.h"
#include "tests/support/random.h"

#define SUMMARIES  3
#define TALKERS    400
#define PATHS      40
#define LENGTHS    5
#define OPERATIONS 1500

static const uint32_t lengths[LENGTHS] = {60, 64, 576, 1514, 70000};
static const uint8_t kinds[4] = {0, 1, 4, 6};

/* Talker t has kind kinds[t % 4] and an address made of t. */
struct model {
    struct weir_sum total;
    struct weir_sum talked;
    struct weir_sum talkers[TALKERS];
    struct weir_sum paths[PATHS];
    struct weir_sum outcomes[WEIR_OUTCOMES_MAX];
    struct weir_sum sizes[WEIR_SIZE_CLASSES];
};

/* The model is an array of sums: merging and taking out is the same for all
 * of them. */
#define MODEL_SUMS (sizeof(struct model) / sizeof(struct weir_sum))

static void model_add(struct model *to, const struct model *what, bool take)
{
    struct weir_sum *a = (struct weir_sum *)to;
    const struct weir_sum *b = (const struct weir_sum *)what;
    for (size_t i = 0; i < MODEL_SUMS; i++) {
        a[i].frames += take ? -b[i].frames : b[i].frames;
        a[i].bytes += take ? -b[i].bytes : b[i].bytes;
    }
}

static void add(struct weir_sum *sum, uint32_t len)
{
    sum->frames++;
    sum->bytes += len;
}

static bool same(struct weir_sum a, struct weir_sum b)
{
    return a.frames == b.frames && a.bytes == b.bytes;
}

static void address_of(uint32_t t, uint8_t out[16])
{
    /* Bytes that repeat between kinds, and a long way between addresses of
     * the same kind. */
    memset(out, 0, 16);
    out[0] = (uint8_t)(t / 4);
    out[1] = (uint8_t)(t / 4 >> 8);
    if (kinds[t % 4] == 6)
        out[15] = (uint8_t)(t * 7);
}

/* The model's number of a path: any 64 bits will do, 0 and ~0 too. */
static weir_path path_of(uint32_t p)
{
    return p == 0 ? 0 : p == 1 ? ~(weir_path)0 : p * UINT64_C(0x010203);
}

static void count_random(struct random *random, uint32_t universe,
                         struct weir_summary *summary, struct model *model)
{
    struct weir_tally tallies[256];
    uint8_t addresses[256][16];
    uint32_t n = random_below(random, 257);
    uint32_t path = random_below(random, PATHS);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t t = random_below(random, universe);
        uint32_t len = lengths[random_below(random, LENGTHS)];
        uint8_t outcome = (uint8_t)random_below(random, WEIR_OUTCOMES_MAX);
        if (random_below(random, 4) == 0)
            path = random_below(random, PATHS);
        address_of(t, addresses[i]);
        tallies[i] = (struct weir_tally){
            .path = path_of(path),
            .address = kinds[t % 4] ? addresses[i] : NULL,
            .len = len,
            .kind = kinds[t % 4],
            .outcome = outcome,
        };
        add(&model->total, len);
        add(&model->paths[path], len);
        add(&model->outcomes[outcome], len);
        unsigned size = 0;
        while (len > weir_size_class_max[size])
            size++;
        add(&model->sizes[size], len);
        if (kinds[t % 4] != 0) {
            add(&model->talked, len);
            add(&model->talkers[t], len);
        }
    }
    weir_summary_count(summary, tallies, n);
}

static void check_path(void *context, weir_path path, struct weir_sum sum,
                       int overflow)
{
    struct model *left = context;
    cr_assert_eq(overflow, 0);
    uint32_t p = 0;
    while (p < PATHS && path_of(p) != path)
        p++;
    cr_assert_lt(p, PATHS, "a path that was never counted");
    cr_assert(same(sum, left->paths[p]), "path %u", p);
    left->paths[p] = (struct weir_sum){0};
}

static void check_rest(const struct weir_summary *summary,
                       const struct model *model)
{
    cr_assert(same(weir_summary_total(summary), model->total));
    for (unsigned i = 0; i < WEIR_OUTCOMES_MAX; i++)
        cr_assert(same(weir_summary_outcome(summary, (uint8_t)i),
                       model->outcomes[i]));
    for (unsigned i = 0; i < WEIR_SIZE_CLASSES; i++)
        cr_assert(same(weir_summary_size(summary, i), model->sizes[i]));
    struct model left = *model;
    weir_summary_paths(summary, check_path, &left);
    for (unsigned i = 0; i < PATHS; i++)
        cr_assert(same(left.paths[i], (struct weir_sum){0}), "path %u", i);
}

static uint32_t talker_number(const struct weir_talker *talker)
{
    for (uint32_t t = 0; t < TALKERS; t++) {
        uint8_t address[16];
        address_of(t, address);
        if (kinds[t % 4] == talker->kind &&
            memcmp(address, talker->address, 16) == 0)
            return t;
    }
    cr_assert(false, "a talker that was never counted");
    return 0;
}

/* exact: nothing was evicted, so every talker has its very sum. */
static void check_talkers(const struct weir_summary *summary,
                          const struct model *model, bool exact)
{
    static struct weir_talker talkers[TALKERS];
    struct weir_sum sum;
    size_t n = weir_summary_talkers(summary, talkers, TALKERS, &sum);
    size_t expected = 0;
    for (uint32_t t = 0; t < TALKERS; t++)
        expected += model->talkers[t].frames > 0;
    if (exact) {
        cr_assert(same(sum, (struct weir_sum){0}));
        cr_assert_eq(n, expected);
    }
    for (size_t i = 0; i < n; i++) {
        const struct weir_sum *true_sum =
            &model->talkers[talker_number(&talkers[i])];
        cr_assert_leq(talkers[i].sum.frames, true_sum->frames);
        cr_assert_leq(talkers[i].sum.bytes, true_sum->bytes);
        if (exact)
            cr_assert(same(talkers[i].sum, *true_sum));
        sum.frames += talkers[i].sum.frames;
        sum.bytes += talkers[i].sum.bytes;
        if (i > 0)
            cr_assert_geq(talkers[i - 1].sum.bytes, talkers[i].sum.bytes);
    }
    cr_assert(same(sum, model->talked), "talkers and other are not all");
}

/* Summaries 1 and 2 are merged into 0; what was merged since they were last
 * changed may be taken out again, once. */
static void run(uint64_t seed, uint32_t room, uint32_t universe, bool exact)
{
    struct random random = random_start("summary_model", seed);
    const struct weir_summary_config config = {.talkers = room,
                                               .seed = random_next(&random)};
    static struct model models[SUMMARIES];
    struct weir_summary *summaries[SUMMARIES];
    uint32_t merged[SUMMARIES] = {0};
    memset(models, 0, sizeof models);
    for (int i = 0; i < SUMMARIES; i++)
        cr_assert_eq(weir_summary_open(&summaries[i], &config, NULL), 0);

    for (int op = 0; op < OPERATIONS; op++) {
        uint32_t i = random_below(&random, SUMMARIES);
        switch (random_below(&random, 8)) {
        case 0:
            if (i == 0)
                break;
            weir_summary_merge(summaries[0], summaries[i]);
            model_add(&models[0], &models[i], false);
            merged[i]++;
            break;
        case 1:
            if (merged[i] == 0)
                break;
            weir_summary_subtract(summaries[0], summaries[i]);
            model_add(&models[0], &models[i], true);
            merged[i]--;
            break;
        case 2:
            if (random_below(&random, 8) != 0)
                break;
            weir_summary_clear(summaries[i]);
            memset(&models[i], 0, sizeof models[i]);
            for (int j = 0; j < SUMMARIES; j++)
                if (i == 0 || j == (int)i)
                    merged[j] = 0;
            break;
        default:
            count_random(&random, universe, summaries[i], &models[i]);
            merged[i] = 0;
            break;
        }
        check_rest(summaries[i], &models[i]);
        if (op % 16 == 0 || exact)
            check_talkers(summaries[i], &models[i], exact);
    }
    for (int i = 0; i < SUMMARIES; i++) {
        check_talkers(summaries[i], &models[i], exact);
        weir_summary_close(summaries[i]);
    }
}

Test(summary_model, a_full_pair_of_buckets_is_exact)
{
    /* Seven of ten numbers talk, and a pair of buckets has eight entries. */
    run(1, 64, 10, true);
    run(2, 64, 10, true);
}

Test(summary_model, a_roomy_table_is_exact)
{
    run(3, 65536, TALKERS, true);
}

Test(summary_model, a_crowded_table_conserves_every_frame)
{
    run(4, 64, TALKERS, false);
    run(5, 128, TALKERS, false);
}
