#include "capture/source_synth.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/linktype.h"
#include "capture/filter.h"
#include "tests/capture/synth_rig.h"

Test(source_synth, open_refuses_what_cannot_be)
{
    static const struct weir_synth_config bad[] = {
        {.size = 41, .flows = 1},
        {.size = 9217, .flows = 1},
        {.size = 60, .flows = 0},
        {.size = 60, .flows = WEIR_SYNTH_FLOWS_MAX + 1},
        {.size = 60, .flows = 1, .proto = WEIR_SYNTH_MIX + 1},
    };
    struct weir_source_config config = {.leases = 2,
                                        .block_bytes = SYNTH_BLOCK_BYTES};
    struct weir_source *source = NULL;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct weir_err err = {{0}};
        cr_assert_eq(weir_synth_source_open(&source, &bad[i], &config, &err),
                     -EINVAL);
        cr_assert_neq(err.text[0], '\0');
    }
    const struct weir_synth_config long_frames = {.size = 9000, .flows = 1};
    config.block_bytes = 4096;
    cr_assert_eq(weir_synth_source_open(&source, &long_frames, &config, NULL),
                 -EINVAL);
    config.block_bytes = 4097;
    config.snaplen = 60;
    cr_assert_eq(weir_synth_source_open(&source, &long_frames, &config, NULL),
                 -EINVAL);
    config.block_bytes = SYNTH_BLOCK_BYTES;
    config.filter = "no such word";
    cr_assert_eq(weir_synth_source_open(&source, &long_frames, &config, NULL),
                 -EINVAL);
    cr_assert_null(source);
}

Test(source_synth, tells_what_it_is)
{
    const struct weir_synth_config synth = synth_parsed("frames=1");
    struct weir_source *source = synth_opened(&synth, SYNTH_BLOCK_BYTES, 0, "");
    cr_assert(!source->live);
    cr_assert_null(source->ops->stats);
    cr_assert_eq(source->fd, -1);
    cr_assert_eq(weir_ifaces_count(source->ifaces), 1);
    const struct weir_iface *iface = &source->ifaces->at[0];
    cr_assert_eq(iface->linktype, WEIR_LINKTYPE_ETHERNET);
    cr_assert_eq(iface->tsresol, 9);
    cr_assert_null(source->filter);
    cr_assert_null(iface->filter);
    cr_assert_null(iface->filter_text);
    source->ops->close(source);
}

Test(source_synth, a_filter_sees_whole_frames_and_is_the_sources)
{
    const struct weir_synth_config synth =
        synth_parsed("frames=1000,flows=100,proto=mix,size=100");
    struct weir_source *source =
        synth_opened(&synth, SYNTH_BLOCK_BYTES, 20, "tcp");
    cr_assert_str_eq(source->ifaces->at[0].filter_text, "tcp");
    cr_assert_null(source->ifaces->at[0].filter);
    struct weir_lease lease;
    cr_assert_eq(source->ops->next(source, &lease, NULL), WEIR_SOURCE_LEASE);
    struct weir_walk walk = {0};
    struct weir_frame f;
    uint32_t passed = 0;
    while (lease.walk(&lease, &walk, &f, 1) == 1) {
        bool ipv6 = weir_load_be16(f.data + 12) == 0x86dd;
        bool tcp = f.data[14 + (ipv6 ? 6 : 9)] == 6;
        cr_assert_eq(f.caplen, 100);
        cr_assert_eq(weir_filter_match(source->filter, f.data, f.caplen, f.len),
                     tcp);
        passed += tcp;
    }
    cr_assert_gt(passed, 300);
    cr_assert_lt(passed, 700);
    source->ops->reclaim(source, &lease);
    source->ops->close(source);
}

Test(source_synth, without_an_end_it_goes_on_until_cut)
{
    const struct weir_synth_config synth = synth_parsed("size=1514");
    struct weir_source *source = synth_opened(&synth, 4096, 0, NULL);
    struct weir_lease a, b;
    for (int i = 0; i < 1000; i++) {
        /* Two are out at a time, and the older goes home first. */
        cr_assert_eq(source->ops->next(source, &a, NULL), WEIR_SOURCE_LEASE);
        if (i > 0)
            source->ops->reclaim(source, &b);
        b = a;
    }
    source->ops->cut(source);
    cr_assert_eq(source->ops->next(source, &a, NULL), WEIR_SOURCE_END);
    source->ops->reclaim(source, &b);
    cr_assert_eq(source->ops->next(source, &a, NULL), WEIR_SOURCE_END);
    source->ops->close(source);
}

/* Frame by frame: which of the whole it is. */
struct share {
    uint64_t next; /* number that is due */
    uint64_t step;
    uint16_t iface;
    uint8_t (*whole)[60];
};

static void keep_frame(void *context, const struct weir_frame *frame)
{
    struct share *share = context;
    memcpy(share->whole[share->next++], frame->data, 60);
}

static void is_of_the_share(void *context, const struct weir_frame *frame)
{
    struct share *share = context;
    uint64_t number = (uint64_t)weir_load_be32(frame->data + 42) << 32 |
                      weir_load_be32(frame->data + 46);
    cr_assert_eq(number, share->next);
    cr_assert_eq(frame->iface, share->iface);
    cr_assert_eq(frame->time_ns,
                 WEIR_SYNTH_EPOCH_NS + (int64_t)number * WEIR_SYNTH_SPACE_NS);
    cr_assert_arr_eq(frame->data, share->whole[number], 60);
    share->next += share->step;
}

Test(source_synth, several_share_frames_and_an_interface)
{
    static struct weir_ifaces ifaces;
    const struct weir_iface other = {.name = "other", .linktype = 1};
    static uint8_t whole[10001][60];
    const struct weir_synth_config all = {
        .frames = 10001, .size = 60, .flows = 3};
    struct weir_source *alone = synth_opened(&all, SYNTH_BLOCK_BYTES, 0, NULL);
    cr_assert_eq(synth_run(alone, keep_frame, &(struct share){.whole = whole}),
                 10001);
    cr_assert_eq(weir_ifaces_add(&ifaces, &other), 0);
    for (uint32_t lane = 0; lane < 4; lane++) {
        const struct weir_synth_config synth = {
            .frames = 10001, .size = 60, .flows = 3, .lane = lane, .lanes = 4};
        const struct weir_source_config config = {
            .leases = 2, .block_bytes = SYNTH_BLOCK_BYTES, .ifaces = &ifaces};
        struct weir_source *source = NULL;
        struct weir_err err;
        cr_assert_eq(weir_synth_source_open(&source, &synth, &config, &err), 0);
        cr_assert_eq(source->ifaces, &ifaces);
        struct share share = {
            .next = lane, .step = 4, .iface = 1, .whole = whole};
        cr_assert_eq(synth_run(source, is_of_the_share, &share),
                     lane == 0 ? 2501 : 2500);
    }
    cr_assert_eq(weir_ifaces_count(&ifaces), 2);
}

Test(source_synth, a_lane_is_one_of_the_lanes)
{
    const struct weir_source_config config = {.leases = 2,
                                              .block_bytes = SYNTH_BLOCK_BYTES};
    struct weir_source *source = NULL;
    struct weir_err err;
    struct weir_synth_config synth = {
        .frames = 1, .size = 60, .flows = 1, .lane = 2, .lanes = 2};
    cr_assert_eq(weir_synth_source_open(&source, &synth, &config, &err),
                 -EINVAL);
    synth.lanes = 0;
    cr_assert_eq(weir_synth_source_open(&source, &synth, &config, &err),
                 -EINVAL);
}
