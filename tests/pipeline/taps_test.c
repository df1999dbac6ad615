#include "pipeline/taps.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/linktype.h"
#include "pipeline/account.h"
#include "ring/iface.h"
#include "ring/summary.h"
#include "tests/sink/frames.h"

#define FRAMES 150
#define BYTES  60

static uint8_t data[FRAMES][BYTES];
static struct weir_frame frames[FRAMES];
static struct weir_ifaces *ifaces;
static struct weir_summary *summary;
static uint8_t *room;
static unsigned turned;
static struct weir_taps *taps;
static struct weir_err err;

/* A tap that takes out what `out` says of the frames that it sees, counted
 * from the first. */
struct picky {
    bool out[FRAMES];
    uint32_t seen[FRAMES]; /* the first byte of each */
    uint32_t n;
    uint32_t vectors;
    const struct weir_frame *first; /* of the first vector */
};

static uint64_t pick(void *state, const struct weir_tap_vector *v)
{
    struct picky *picky = state;
    uint64_t bits = 0;
    if (picky->vectors++ == 0)
        picky->first = v->frames;
    cr_assert_geq(v->count, 1);
    cr_assert_leq(v->count, WEIR_TAP_VECTOR);
    cr_assert_eq(v->lane, 3);
    cr_assert_eq(v->worker, 5);
    for (uint32_t i = 0; i < v->count; i++) {
        cr_assert_eq(v->linktypes[i], WEIR_LINKTYPE_ETHERNET);
        cr_assert_eq(v->dissections[i].layers_count, 1);
        if (picky->out[picky->n])
            bits |= UINT64_C(1) << i;
        picky->seen[picky->n++] = v->frames[i].data[0];
    }
    return bits;
}

static uint32_t walk(const struct weir_lease *lease, struct weir_walk *at,
                     struct weir_frame *out, uint32_t max)
{
    uint32_t n = 0;
    while (n < max && at->frames < lease->frames)
        out[n++] = frames[at->frames++];
    return n;
}

static bool in_place(struct weir_lease *lease)
{
    lease->records = WEIR_RECORDS_PCAPNG;
    turned++;
    return true;
}

static void setup(void)
{
    struct weir_summary_config config = {.talkers = 64, .seed = 1};
    cr_assert_eq(weir_summary_open(&summary, &config, NULL), 0);
    ifaces = test_ifaces(1, 0);
    for (uint32_t i = 0; i < FRAMES; i++) {
        memset(data[i], 0x88, BYTES); /* an EtherType that nobody knows */
        data[i][0] = (uint8_t)i;
        frames[i] = (struct weir_frame){.data = data[i],
                                        .time_ns = 1000 + i,
                                        .caplen = BYTES,
                                        .len = BYTES};
    }
    room = aligned_alloc(WEIR_LEASE_ALIGN, 262144);
    cr_assert_not_null(room);
    turned = 0;
    taps = NULL;
}

static void teardown(void)
{
    weir_taps_close(taps);
    weir_summary_close(summary);
    free(ifaces);
    free(room);
}

TestSuite(taps, .init = setup, .fini = teardown);

static struct weir_tap_config tap_of(const char *name, bool excludes,
                                     struct picky *picky)
{
    return (struct weir_tap_config){
        .name = name, .context = picky, .excludes = excludes, .tap = pick};
}

static void open_taps(const struct weir_tap_config *configs, uint32_t n)
{
    cr_assert_eq(weir_taps_check(configs, n, &err), 0, "%s", err.text);
    cr_assert_eq(weir_taps_open(&taps, configs, n, 3, 5, &err), 0);
}

static void expect_counts(uint32_t i, uint64_t offered, uint64_t excluded)
{
    struct weir_tap_counts counts = {.offered = 0};
    weir_taps_publish(taps);
    weir_taps_counts(taps, i, &counts);
    cr_assert_eq(counts.offered, offered);
    cr_assert_eq(counts.excluded, excluded);
}

Test(taps, each_sees_what_those_before_it_left)
{
    struct picky a = {.out = {[0] = true, [2] = true}};
    struct picky b = {.out = {[1] = true}};
    struct picky c = {.n = 0};
    const struct weir_tap_config configs[] = {
        tap_of("a", true, &a), tap_of("b", true, &b), tap_of("c", true, &c)};
    open_taps(configs, 3);
    cr_assert(weir_taps_excludes(taps));
    /* 0 1 2 3 4 > 1 3 4 > 1 4 */
    cr_assert_eq(weir_taps_show(taps, ifaces->at, frames, 5), 1u | 4 | 8);
    cr_assert_eq(a.first, frames, "the first one's frames are not copied");
    cr_assert_eq(b.n, 3);
    cr_assert_eq(b.seen[0], 1);
    cr_assert_eq(b.seen[1], 3);
    cr_assert_eq(b.seen[2], 4);
    cr_assert_eq(c.n, 2);
    cr_assert_eq(c.seen[1], 4);
    expect_counts(0, 5, 2);
    expect_counts(1, 3, 1);
    expect_counts(2, 2, 0);
    cr_assert_eq(frames[1].data[0], 1, "the caller's are as they were");
}

Test(taps, one_that_takes_all_leaves_nothing_to_see)
{
    struct picky a = {.n = 0}, b = {.n = 0};
    memset(a.out, true, sizeof a.out);
    const struct weir_tap_config configs[] = {tap_of("a", true, &a),
                                              tap_of("b", true, &b)};
    open_taps(configs, 2);
    cr_assert_eq(weir_taps_show(taps, ifaces->at, frames, 64), UINT64_MAX);
    cr_assert_eq(b.vectors, 0);
    expect_counts(0, 64, 64);
    expect_counts(1, 0, 0);
}

Test(taps, one_that_only_looks_excludes_nothing)
{
    struct picky a = {.n = 0};
    memset(a.out, true, sizeof a.out);
    const struct weir_tap_config config = tap_of("a", false, &a);
    open_taps(&config, 1);
    cr_assert_not(weir_taps_excludes(taps));
    cr_assert_eq(weir_taps_show(taps, ifaces->at, frames, 64), 0);
    expect_counts(0, 64, 0);
}

static uint64_t all_bits(void *state, const struct weir_tap_vector *v)
{
    (void)state;
    (void)v;
    return UINT64_MAX;
}

Test(taps, bits_behind_the_vector_mean_nothing)
{
    const struct weir_tap_config config = {
        .name = "a", .excludes = true, .tap = all_bits};
    open_taps(&config, 1);
    cr_assert_eq(weir_taps_show(taps, ifaces->at, frames, 1), 1);
    cr_assert_eq(weir_taps_show(taps, ifaces->at, frames, 63), UINT64_MAX >> 1);
    expect_counts(0, 64, 64);
}

static int refuse(void *context, uint32_t lane, uint32_t worker, void **state,
                  struct weir_err *why)
{
    (void)state;
    const char *text = context;
    return text == NULL
               ? -EPERM
               : weir_err_set(why, -EPERM, "%s of %u.%u", text, lane, worker);
}

static unsigned destroyed;

static void count_destroyed(void *context, void *state)
{
    (void)context;
    (void)state;
    destroyed++;
}

static int give_none(void *context, uint32_t lane, uint32_t worker,
                     void **state, struct weir_err *why)
{
    (void)context;
    (void)lane;
    (void)worker;
    (void)why;
    *state = NULL;
    return 0;
}

Test(taps, a_state_that_cannot_be_made_ends_the_opening)
{
    char text[] = "no lock";
    const struct weir_tap_config configs[] = {
        {.name = "a",
         .tap = all_bits,
         .create = give_none,
         .destroy = count_destroyed},
        {.name = "b", .tap = all_bits, .create = refuse, .context = text},
    };
    destroyed = 0;
    cr_assert_eq(weir_taps_open(&taps, configs, 2, 3, 5, &err), -EPERM);
    cr_assert_str_eq(err.text, "tap b: no lock of 3.5");
    cr_assert_eq(destroyed, 1, "those before it are destroyed");
    cr_assert_null(taps);
    const struct weir_tap_config mute = {
        .name = "b", .tap = all_bits, .create = refuse};
    cr_assert_eq(weir_taps_open(&taps, &mute, 1, 0, 0, &err), -EPERM);
    cr_assert_str_eq(err.text, "tap b: Operation not permitted");
}

static void expect_wrong(const struct weir_tap_config *configs, uint32_t n,
                         const char *text)
{
    cr_assert_eq(weir_taps_check(configs, n, &err), -EINVAL);
    cr_assert_str_eq(err.text, text);
}

Test(taps, what_cannot_be_is_said_by_name)
{
    struct weir_tap_config configs[WEIR_TAPS_MAX + 1] = {
        {.name = "a", .tap = all_bits}, {.name = "a", .tap = all_bits}};
    cr_assert_eq(weir_taps_check(NULL, 0, &err), 0);
    expect_wrong(configs, WEIR_TAPS_MAX + 1, "9 taps: 8 are possible");
    expect_wrong(configs, 2, "two taps are named a");
    expect_wrong(NULL, 2, "2 taps, but none are given");
    configs[1].tap = NULL;
    configs[1].name = "b";
    expect_wrong(configs, 2, "tap b has no function");
    configs[1].name = "";
    expect_wrong(configs, 2, "tap 1 has no name");
    configs[0].name = NULL;
    expect_wrong(configs, 1, "tap 0 has no name");
}

static struct weir_batch make_batch(void)
{
    struct weir_batch batch = {
        .lease = {.walk = walk,
                  .base = room,
                  .bytes = FRAMES * (BYTES + 84),
                  .room = 131072,
                  .frames = FRAMES,
                  .begin_ns = 1000},
        .ifaces = ifaces,
        .ifaces_count = 1,
        .chunk = {.buf = room + 131072, .capacity = 131072},
    };
    batch.chunk.bytes = batch.chunk.buf;
    return batch;
}

static struct weir_account account(const struct weir_account_config *config,
                                   struct weir_batch *batch)
{
    struct weir_account a;
    weir_account_batch(config, batch, &batch->chunk, summary, NULL, taps, &a);
    batch->passed = (uint32_t)a.passed;
    cr_assert_eq(weir_summary_total(summary).frames, a.passed);
    cr_assert_eq(a.passed + a.excluded[WEIR_EXCLUDED_TAP], FRAMES);
    return a;
}

/* Whatever is asked of a batch later, its taps are not asked again, and what
 * they took out stays out; with bits in words' middles and over their ends. */
Test(taps, what_was_taken_out_stays_out)
{
    const struct weir_account_config config = {.format = WEIR_FORMAT_PCAP_NS};
    struct weir_batch batch = make_batch();
    struct picky picky = {.n = 0};
    uint64_t random = 7;
    uint32_t out = 0;
    for (uint32_t i = 0; i < FRAMES; i++) {
        random = random * UINT64_C(6364136223846793005) + 1;
        picky.out[i] = random >> 63 != 0 || (i > 60 && i < 68);
        out += picky.out[i];
    }
    const struct weir_tap_config tap = tap_of("a", true, &picky);
    open_taps(&tap, 1);
    struct weir_account a = account(&config, &batch);
    cr_assert_eq(a.excluded[WEIR_EXCLUDED_TAP], out);
    cr_assert_eq(picky.n, FRAMES);
    cr_assert(batch.tapped);
    uint8_t *buf = malloc(131072);
    cr_assert_not_null(buf);
    for (uint32_t kept = 0; kept <= batch.passed; kept++) {
        struct weir_chunk again = {.buf = buf, .capacity = 131072};
        struct weir_account first, rest;
        weir_account_encode(&config, &batch, kept, &again);
        cr_assert_eq(again.frames, kept);
        cr_assert_eq(memcmp(buf, batch.chunk.bytes, again.len), 0);
        weir_summary_clear(summary);
        weir_account_split(&config, &batch, kept, summary, NULL, &first, &rest);
        cr_assert_eq(first.passed, kept);
        cr_assert_eq(rest.passed, batch.passed - kept);
        cr_assert_eq(rest.excluded[WEIR_EXCLUDED_TAP], out);
        cr_assert_eq(weir_summary_total(summary).frames, rest.passed);
    }
    cr_assert_eq(picky.n, FRAMES, "it is not asked again");
    free(buf);
}

/* Frames that were not selected have no number among those that were shown. */
Test(taps, what_was_not_selected_was_not_shown)
{
    const struct weir_account_config config = {.format = WEIR_FORMAT_PCAP_NS};
    struct weir_batch batch = make_batch();
    struct picky picky = {.out = {[70] = true}};
    const struct weir_tap_config tap = tap_of("a", true, &picky);
    struct weir_account a;
    ifaces->at[0].copies = true;
    for (uint32_t i = 0; i < FRAMES; i += 2)
        frames[i].flags = WEIR_FRAME_COPY;
    open_taps(&tap, 1);
    weir_account_batch(&config, &batch, &batch.chunk, summary, NULL, taps, &a);
    cr_assert_eq(picky.n, FRAMES / 2);
    cr_assert_eq(a.passed, FRAMES / 2 - 1);
    struct weir_chunk again = {.buf = room, .capacity = 131072};
    weir_account_encode(&config, &batch, UINT32_MAX, &again);
    cr_assert_eq(again.len, batch.chunk.len);
    cr_assert_eq(memcmp(room, batch.chunk.bytes, again.len), 0);
}

Test(taps, one_that_only_looks_leaves_a_lease_as_it_is)
{
    struct weir_account_config config = {.format = WEIR_FORMAT_PCAP_NS};
    struct weir_batch batch = make_batch();
    struct picky picky = {.n = 0};
    const struct weir_tap_config tap = tap_of("a", false, &picky);
    memset(picky.out, true, sizeof picky.out);
    open_taps(&tap, 1);
    batch.lease.records = WEIR_RECORDS_PCAP_NS;
    account(&config, &batch);
    cr_assert_eq(batch.chunk.bytes, room);
    weir_summary_clear(summary);
    picky.n = 0;
    config.format = WEIR_FORMAT_PCAPNG;
    config.in_place_min = 1;
    batch = make_batch();
    batch.lease.in_place = in_place;
    account(&config, &batch);
    cr_assert_eq(turned, 1);
    cr_assert_eq(batch.chunk.bytes, room);
}

static uint32_t copied_of(const struct weir_account_config *config,
                          enum weir_records records, struct picky *picky)
{
    struct weir_batch batch = make_batch();
    weir_summary_clear(summary);
    picky->n = 0;
    batch.lease.in_place = in_place;
    batch.lease.records = records;
    account(config, &batch);
    return batch.chunk.bytes == batch.chunk.buf ? batch.chunk.frames : 0;
}

Test(taps, where_one_takes_a_frame_out_the_others_are_copied)
{
    struct weir_account_config config = {.format = WEIR_FORMAT_PCAPNG,
                                         .in_place_min = 1};
    struct picky picky = {.out = {[149] = true}};
    const struct weir_tap_config tap = tap_of("a", true, &picky);
    open_taps(&tap, 1);
    cr_assert_eq(copied_of(&config, WEIR_RECORDS_OTHER, &picky), FRAMES - 1);
    cr_assert_eq(turned, 0);
    picky.out[149] = false;
    cr_assert_eq(copied_of(&config, WEIR_RECORDS_OTHER, &picky), 0);
    cr_assert_eq(turned, 1, "it could have, and did not");
    config.format = WEIR_FORMAT_PCAP_NS;
    cr_assert_eq(copied_of(&config, WEIR_RECORDS_PCAP_NS, &picky), FRAMES);
}
