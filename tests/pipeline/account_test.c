#include "pipeline/account.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/pcapng_encode.h"
#include "capture/filter.h"
#include "ring/iface.h"
#include "ring/summary.h"
#include "sink/direct.h"
#include "sink/encode_lease.h"
#include "tests/sink/frames.h"

#define FRAMES 100
#define BYTES  300

static uint8_t data[FRAMES][BYTES];
static struct weir_frame frames[FRAMES];
static struct weir_ifaces *ifaces;
static struct weir_summary *summary;
static uint8_t *room;
static bool refuses;
static unsigned turned;

static uint32_t walk(const struct weir_lease *lease, struct weir_walk *at,
                     struct weir_frame *out, uint32_t max)
{
    uint32_t n = 0;
    while (n < max && at->frames < lease->frames)
        out[n++] = frames[at->frames++];
    return n;
}

/* As a kernel's block is turned: a block before the records, and the last
 * record up to a page's end. */
static bool in_place(struct weir_lease *lease)
{
    if (refuses)
        return false;
    turned++;
    const struct weir_pcapng_isb isb = {.iface = 0};
    uint32_t len = weir_pcapng_encode_isb(lease->base, &isb);
    lease->preface = len;
    for (uint32_t i = 0; i < lease->frames; i++)
        len += weir_pcapng_encode_epb(lease->base + len, 0, frames[i].time_ns,
                                      0, data[i], BYTES, BYTES);
    lease->bytes = weir_direct_pad(lease->base, len);
    lease->records = WEIR_RECORDS_PCAPNG;
    return true;
}

static void setup(void)
{
    struct weir_summary_config config = {.talkers = 64, .seed = 1};
    cr_assert_eq(weir_summary_open(&summary, &config, NULL), 0);
    ifaces = test_ifaces(1, 0);
    for (uint32_t i = 0; i < FRAMES; i++) {
        memset(data[i], (int)i, BYTES);
        frames[i] = (struct weir_frame){.data = data[i],
                                        .time_ns = 1000 + i,
                                        .caplen = BYTES,
                                        .len = BYTES};
    }
    room = aligned_alloc(WEIR_LEASE_ALIGN, 262144);
    cr_assert_not_null(room);
    refuses = false;
    turned = 0;
}

static void teardown(void)
{
    weir_summary_close(summary);
    free(ifaces);
    free(room);
}

TestSuite(account, .init = setup, .fini = teardown);

static struct weir_batch make_batch(void)
{
    struct weir_batch batch = {
        .lease = {.walk = walk,
                  .base = room,
                  .bytes = FRAMES * (BYTES + 84),
                  .room = 131072,
                  .frames = FRAMES,
                  .in_place = in_place,
                  .begin_ns = 1000},
        .ifaces = ifaces,
        .ifaces_count = 1,
        .chunk = {.buf = room + 131072, .capacity = 131072},
    };
    batch.chunk.bytes = batch.chunk.buf;
    return batch;
}

static struct weir_account_config config_of(void)
{
    return (struct weir_account_config){.format = WEIR_FORMAT_PCAPNG,
                                        .in_place_min = 340};
}

static struct weir_account run(const struct weir_account_config *config,
                               struct weir_batch *batch)
{
    struct weir_account a;
    weir_account_batch(config, batch, &batch->chunk, summary, NULL, NULL, &a);
    cr_assert_eq(weir_summary_total(summary).frames, a.passed);
    return a;
}

static void assert_compact(const struct weir_batch *batch, uint32_t n)
{
    cr_assert_eq(turned, 0);
    cr_assert_eq(batch->chunk.bytes, batch->chunk.buf);
    cr_assert_eq(batch->chunk.frames, n);
    cr_assert_eq(batch->chunk.preface, 0);
}

Test(account, large_frames_are_turned_where_they_lie)
{
    struct weir_account_config config = config_of();
    struct weir_batch batch = make_batch();
    struct weir_account a = run(&config, &batch);
    cr_assert_eq(a.passed, FRAMES);
    cr_assert_eq(turned, 1);
    cr_assert_eq(batch.chunk.bytes, room);
    cr_assert_eq(batch.chunk.len, batch.lease.bytes);
    cr_assert_eq(batch.chunk.preface, batch.lease.preface);
    cr_assert_eq(batch.chunk.frames, FRAMES);
}

/* As a worker does where sinks hold as many leases as they may. */
Test(account, where_no_lease_may_be_lent_it_is_copied_and_counted)
{
    struct weir_account_config config = config_of();
    struct weir_batch batch = make_batch();
    config.lends_none = true;
    struct weir_account a = run(&config, &batch);
    assert_compact(&batch, FRAMES);
    cr_assert(a.copied);
}

Test(account, what_was_not_to_be_lent_anyway_is_no_copy_for_others)
{
    struct weir_account_config config = config_of();
    struct weir_batch batch = make_batch();
    config.lends_none = true;
    batch.snaplen = BYTES - 1;
    cr_assert_not(run(&config, &batch).copied, "cut");
    weir_summary_clear(summary);
    batch = make_batch();
    batch.lease.bytes = FRAMES * 340 - 1;
    cr_assert_not(run(&config, &batch).copied, "small frames");
}

/* A pcap's records, whatever fractions of a second they claim. */
Test(account, a_verbatim_copy_is_the_lease_to_the_byte)
{
    struct weir_account_config config = config_of();
    struct weir_batch batch = make_batch();
    config.format = WEIR_FORMAT_PCAP_NS;
    config.lends_none = true;
    batch.lease.records = WEIR_RECORDS_PCAP_NS;
    memset(room, 0x7e, batch.lease.bytes);
    cr_assert(run(&config, &batch).copied);
    cr_assert_eq(batch.chunk.bytes, batch.chunk.buf);
    cr_assert_eq(batch.chunk.len, batch.lease.bytes);
    cr_assert_eq(batch.chunk.frames, FRAMES);
    cr_assert_eq(memcmp(batch.chunk.bytes, room, batch.lease.bytes), 0);
}

Test(account, the_first_frames_are_encoded_again_as_they_were)
{
    struct weir_account_config config = config_of();
    struct weir_batch batch = make_batch();
    struct weir_filter *filter = NULL;
    uint8_t *buf = malloc(131072);
    cr_assert_not_null(buf);
    cr_assert_eq(weir_filter_compile(&filter, "ether[20] != 7", 1, 0, NULL), 0);
    ifaces->at[0].filter = filter;
    batch.lease.lost_before = 5;
    run(&config, &batch);
    for (uint32_t n = 0; n <= FRAMES; n += 3) {
        struct weir_chunk again = {.buf = buf, .capacity = 131072};
        weir_account_encode(&config, &batch, n, &again);
        cr_assert_eq(again.frames, n < FRAMES ? n : FRAMES - 1);
        cr_assert_eq(memcmp(again.buf, batch.chunk.bytes, again.len), 0);
        cr_assert(n < FRAMES || again.len == batch.chunk.len);
    }
    weir_filter_free(filter);
    free(buf);
}

Test(account, small_frames_are_copied)
{
    struct weir_account_config config = config_of();
    struct weir_batch batch = make_batch();
    batch.lease.bytes = FRAMES * 340 - 1;
    run(&config, &batch);
    assert_compact(&batch, FRAMES);
}

Test(account, other_files_have_other_records)
{
    struct weir_account_config config = config_of();
    config.format = WEIR_FORMAT_PCAP;
    struct weir_batch batch = make_batch();
    run(&config, &batch);
    assert_compact(&batch, FRAMES);
}

Test(account, a_sink_that_wants_none_gets_none)
{
    struct weir_account_config config = config_of();
    config.in_place_min = 0;
    struct weir_batch batch = make_batch();
    run(&config, &batch);
    assert_compact(&batch, FRAMES);
}

Test(account, a_lease_that_cannot_be_turned_is_copied)
{
    struct weir_account_config config = config_of();
    struct weir_batch batch = make_batch();
    refuses = true;
    struct weir_account a = run(&config, &batch);
    cr_assert_eq(a.passed, FRAMES);
    assert_compact(&batch, FRAMES);
}

Test(account, cut_frames_are_copied)
{
    struct weir_account_config config = config_of();
    struct weir_batch batch = make_batch();
    batch.snaplen = BYTES - 1;
    struct weir_account a = run(&config, &batch);
    cr_assert_eq(a.cut, FRAMES);
    assert_compact(&batch, FRAMES);
    struct weir_encoded record;
    weir_encoded_read(WEIR_FORMAT_PCAPNG, batch.chunk.bytes, &record);
    cr_assert_eq(record.bytes, 32 + BYTES);
    cr_assert_eq(record.len, BYTES);
}

Test(account, a_snapshot_length_that_cuts_nothing_does_not_matter)
{
    struct weir_account_config config = config_of();
    struct weir_batch batch = make_batch();
    batch.snaplen = BYTES;
    run(&config, &batch);
    cr_assert_eq(turned, 1);
}

Test(account, where_a_frame_is_left_out_the_others_are_copied)
{
    struct weir_account_config config = config_of();
    struct weir_batch batch = make_batch();
    struct weir_filter *filter = NULL;
    cr_assert_eq(weir_filter_compile(&filter, "ether[20] != 7", 1, 0, NULL), 0);
    ifaces->at[0].filter = filter;
    struct weir_account a = run(&config, &batch);
    cr_assert_eq(a.excluded[WEIR_EXCLUDED_FILTER], 1);
    assert_compact(&batch, FRAMES - 1);
    weir_filter_free(filter);
}

Test(account, a_frame_passes_its_interfaces_filter_and_its_sources)
{
    struct weir_account_config config = config_of();
    struct weir_batch batch = make_batch();
    struct weir_filter *of_iface = NULL, *of_source = NULL;
    cr_assert_eq(weir_filter_compile(&of_source, "ether[20] != 9", 1, 0, NULL),
                 0);
    batch.filter = of_source;
    cr_assert_eq(weir_filter_compile(&of_iface, "ether[20] != 7", 1, 0, NULL),
                 0);
    ifaces->at[0].filter = of_iface;
    struct weir_account a = run(&config, &batch);
    cr_assert_eq(a.excluded[WEIR_EXCLUDED_FILTER], 2);
    assert_compact(&batch, FRAMES - 2);
    weir_filter_free(of_iface);
    weir_filter_free(of_source);
}

/* All of its frames had passed, and it no longer tells all of them. */
Test(account, a_lease_that_was_turned_is_not_filtered_again)
{
    struct weir_account_config config = config_of();
    struct weir_batch batch = make_batch();
    struct weir_filter *filter = NULL;
    struct weir_account kept, rest;
    cr_assert_eq(weir_filter_compile(&filter, "ether[20] < 200", 1, 0, NULL),
                 0);
    batch.filter = filter;
    batch.passed = (uint32_t)run(&config, &batch).passed;
    cr_assert_eq(turned, 1);
    data[3][20] = 200;
    weir_summary_clear(summary);
    weir_account_split(&config, &batch, 10, summary, NULL, &kept, &rest);
    cr_assert_eq(kept.passed, 10);
    cr_assert_eq(rest.passed, FRAMES - 10);
    weir_filter_free(filter);
}

/* Statistics before the first record, and in that the frames lost. */
static void assert_loss(const struct weir_chunk *chunk)
{
    const uint8_t *at = chunk->bytes;
    cr_assert_gt(chunk->preface, 0);
    cr_assert_eq(weir_load_32(at), WEIR_PCAPNG_ISB);
    cr_assert_eq(weir_load_32(at + 4), chunk->preface);
    cr_assert_eq(weir_load_32(at + 16), 1000, "the time of the block");
    cr_assert_eq(weir_load_16(at + 20), WEIR_PCAPNG_ISB_OSDROP);
    cr_assert_eq(weir_load_64(at + 24), 77);
    at += chunk->preface;
    cr_assert_eq(weir_load_32(at), WEIR_PCAPNG_EPB);
    const uint8_t *option = at + 28 + BYTES;
    cr_assert_eq(weir_load_16(option), WEIR_PCAPNG_EPB_DROPCOUNT);
    cr_assert_eq(weir_load_16(option + 2), 8);
    cr_assert_eq(weir_load_64(option + 4), 5);
    cr_assert_eq(weir_load_32(option + 12), WEIR_PCAPNG_OPT_END);
    at += weir_load_32(at + 4);
    cr_assert_eq(weir_load_32(at + 4), 32 + BYTES, "only the first says it");
}

Test(account, behind_a_loss_a_chunk_says_what_was_lost)
{
    struct weir_account_config config = config_of();
    struct weir_batch batch = make_batch();
    config.in_place_min = 0;
    batch.lease.lost_before = 5;
    batch.lease.kernel_dropped = 77;
    run(&config, &batch);
    cr_assert_eq(batch.chunk.frames, FRAMES);
    assert_loss(&batch.chunk);
    struct weir_chunk again = batch.chunk;
    weir_encode_lease(WEIR_FORMAT_PCAPNG, ifaces, &batch.lease, &again);
    cr_assert_eq(again.len, batch.chunk.len);
    assert_loss(&again);
}

Test(account, a_pcap_has_no_place_for_a_loss)
{
    struct weir_account_config config = config_of();
    struct weir_batch batch = make_batch();
    config.format = WEIR_FORMAT_PCAP_NS;
    batch.lease.lost_before = 5;
    run(&config, &batch);
    assert_compact(&batch, FRAMES);
    cr_assert_eq(batch.chunk.len, FRAMES * (16 + BYTES));
}

Test(account, copies_are_excluded_and_keep_a_lease_from_being_turned)
{
    struct weir_account_config config = config_of();
    struct weir_batch batch = make_batch();
    ifaces->at[0].copies = true;
    for (uint32_t i = 0; i < FRAMES; i += 4)
        frames[i].flags = WEIR_FRAME_OUTBOUND | WEIR_FRAME_COPY;
    struct weir_account a = run(&config, &batch);
    cr_assert_eq(a.excluded[WEIR_EXCLUDED_OUTGOING], FRAMES / 4);
    cr_assert_eq(a.passed, FRAMES - FRAMES / 4);
    assert_compact(&batch, FRAMES - FRAMES / 4);
}

Test(account, frames_longer_than_their_link_has_are_counted)
{
    struct weir_account_config config = config_of();
    struct weir_batch batch = make_batch();
    frames[3].len = BYTES + 1;
    frames[5].len = 9000;
    cr_assert_eq(run(&config, &batch).oversized, 0);
    ifaces->at[0].frame_max = BYTES;
    weir_summary_clear(summary);
    batch = make_batch();
    cr_assert_eq(run(&config, &batch).oversized, 2);
}
