#include "capture/source_synth.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/linktype.h"
#include "capture/filter.h"

#define BLOCK_BYTES (512 * 1024)

static const char *const protos[WEIR_SYNTH_MIX + 1] = {
    "udp", "tcp", "icmp", "sctp", "udp6", "tcp6", "icmp6", "mix",
};
static const uint32_t least[WEIR_SYNTH_MIX + 1] = {42, 54, 42, 50,
                                                   62, 74, 62, 74};

static struct weir_source *opened(const struct weir_synth_config *synth,
                                  uint32_t block_bytes, uint32_t snaplen,
                                  const char *filter)
{
    const struct weir_source_config config = {
        .leases = 2,
        .block_bytes = block_bytes,
        .snaplen = snaplen,
        .filter = filter,
    };
    struct weir_source *source = NULL;
    struct weir_err err = {{0}};
    cr_assert_eq(weir_synth_source_open(&source, synth, &config, &err), 0, "%s",
                 err.text);
    return source;
}

typedef void frame_fn(void *context, const struct weir_frame *frame);

/* Gives every frame to fn, in order; returns how many. */
static uint64_t run(struct weir_source *source, frame_fn *fn, void *context)
{
    uint64_t frames = 0;
    struct weir_lease lease;
    int ret;
    while ((ret = source->ops->next(source, &lease, NULL)) ==
           WEIR_SOURCE_LEASE) {
        struct weir_walk walk = {0};
        struct weir_frame v[256];
        uint32_t n;
        uint32_t walked = 0;
        cr_assert_leq(lease.frames, WEIR_LEASE_FRAMES_MAX);
        while ((n = lease.walk(&lease, &walk, v, 256)) > 0) {
            for (uint32_t i = 0; i < n; i++)
                fn(context, &v[i]);
            walked += n;
        }
        cr_assert_eq(walked, lease.frames);
        cr_assert_gt(walked, 0);
        frames += walked;
        source->ops->reclaim(source, &lease);
    }
    cr_assert_eq(ret, WEIR_SOURCE_END);
    cr_assert_eq(source->ops->next(source, &lease, NULL), WEIR_SOURCE_END);
    source->ops->close(source);
    return frames;
}

static struct weir_synth_config parsed(const char *text)
{
    struct weir_synth_config config;
    struct weir_err err = {{0}};
    cr_assert_eq(weir_synth_parse(text, &config, &err), 0, "%s", err.text);
    return config;
}

Test(source_synth, parse_knows_every_key)
{
    struct weir_synth_config c =
        parsed("proto=tcp,frames=18,size=99,flows=16777216,"
               "seed=18446744073709551615");
    cr_assert_eq(c.proto, WEIR_SYNTH_TCP);
    cr_assert_eq(c.frames, 18);
    cr_assert_eq(c.size, 99);
    cr_assert_eq(c.flows, 16777216);
    cr_assert_eq(c.seed, UINT64_MAX);
    c = parsed("");
    cr_assert_eq(c.proto, WEIR_SYNTH_UDP);
    cr_assert_eq(c.frames, 0);
    cr_assert_eq(c.size, 60);
    cr_assert_eq(c.flows, 1000);
    cr_assert_eq(c.seed, 1);
}

Test(source_synth, parse_knows_every_protocol_and_its_shortest_frame)
{
    for (unsigned p = 0; p <= WEIR_SYNTH_MIX; p++) {
        char text[64];
        snprintf(text, sizeof text, "proto=%s", protos[p]);
        cr_assert_eq(parsed(text).proto, p);
        cr_assert_eq(parsed(text).size, least[p] > 60 ? least[p] : 60);
        snprintf(text, sizeof text, "size=%u,proto=%s", least[p], protos[p]);
        cr_assert_eq(parsed(text).size, least[p]);
        struct weir_synth_config config;
        snprintf(text, sizeof text, "size=%u,proto=%s", least[p] - 1,
                 protos[p]);
        cr_assert_eq(weir_synth_parse(text, &config, NULL), -EINVAL);
    }
}

Test(source_synth, parse_says_what_is_wrong)
{
    static const struct {
        const char *text;
        const char *says;
    } bad[] = {
        {"frame=1", "no key 'frame'"},
        {"=1", "no key ''"},
        {"frames", "'frames' is not KEY=VALUE"},
        {",", "'' is not KEY=VALUE"},
        {"frames=1,", "nothing behind the ','"},
        {"frames=1,,size=60", "'' is not KEY=VALUE"},
        {"frames=1 ", "frames='1 ' is not a number"},
        {"frames=-1", "frames='-1' is not a number"},
        {"frames=0x10", "frames='0x10' is not a number"},
        {"frames=", "frames='' is not a number"},
        {"seed=18446744073709551616", "seed=18446744073709551616 is too great"},
        {"seed=99999999999999999999", "is too great"},
        {"frames=18446744073709551615", "is more than"},
        {"size=41", "size=41 is too small: the headers need 42 bytes"},
        {"size=0", "size=0 is too small"},
        {"size=60,proto=mix", "the headers need 74 bytes"},
        {"size=9217", "size=9217 is more than 9216"},
        {"size=4294967356", "is more than 9216"},
        {"flows=0", "flows=0 is not between 1 and 16777216"},
        {"flows=16777217", "flows=16777217 is more than 16777216"},
        {"proto=", "proto='' is none of udp"},
        {"proto=UDP", "proto='UDP' is none of udp"},
        {"seed=1,seed=1", "seed is there twice"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct weir_synth_config config = {.frames = 77};
        struct weir_err err = {{0}};
        cr_assert_eq(weir_synth_parse(bad[i].text, &config, &err), -EINVAL,
                     "%s", bad[i].text);
        cr_assert_not_null(strstr(err.text, bad[i].says), "%s: %s", bad[i].text,
                           err.text);
        cr_assert_eq(config.frames, 77);
    }
}

/* Every prefix of a text, in an exact-size copy. */
Test(source_synth, parse_stays_inside_the_text)
{
    static const char text[] = "frames=12,size=1514,flows=7,seed=3,proto=icmp6";
    for (size_t n = 0; n < sizeof text; n++) {
        char *copy = strndup(text, n);
        cr_assert_not_null(copy);
        struct weir_synth_config config;
        (void)weir_synth_parse(copy, &config, NULL);
        free(copy);
    }
}

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
                                        .block_bytes = BLOCK_BYTES};
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
    config.block_bytes = BLOCK_BYTES;
    config.filter = "no such word";
    cr_assert_eq(weir_synth_source_open(&source, &long_frames, &config, NULL),
                 -EINVAL);
    cr_assert_null(source);
}

Test(source_synth, tells_what_it_is)
{
    const struct weir_synth_config synth = parsed("frames=1");
    struct weir_source *source = opened(&synth, BLOCK_BYTES, 0, "");
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

/* What is checked of each frame of a run, independently of how it is made:
 * one's complement sums over whole headers are 0xffff. */
struct checked {
    uint32_t size;
    uint64_t n;
    uint32_t sctp;
};

static uint32_t sum_of(const uint8_t *bytes, uint32_t n, uint32_t sum)
{
    for (uint32_t i = 0; i < n; i++)
        sum += (uint32_t)bytes[i] << (i % 2 ? 0 : 8);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

static void check_l4(struct checked *c, uint8_t protocol, const uint8_t *l4,
                     uint32_t len, uint32_t pseudo)
{
    uint32_t head = 8;
    switch (protocol) {
    case 17:
        cr_assert_eq(weir_load_be16(l4 + 4), len);
        cr_assert_neq(weir_load_be16(l4 + 6), 0);
        break;
    case 6:
        head = 20;
        cr_assert_eq(l4[12], 0x50);
        break;
    case 1:
        pseudo = 0;
        cr_assert_eq(l4[0], 8);
        break;
    case 58:
        cr_assert_eq(l4[0], 128);
        break;
    default:
        cr_assert_eq(protocol, 132);
        cr_assert_eq(len % 4, 0);
        cr_assert_eq(weir_load_be16(l4 + 14), len - 12);
        head = 16;
        c->sctp++;
        break;
    }
    if (protocol != 132)
        cr_assert_eq(sum_of(l4, len, pseudo), 0xffff);
    if (len - head >= 8) {
        cr_assert_eq(weir_load_be32(l4 + head), c->n >> 32);
        cr_assert_eq(weir_load_be32(l4 + head + 4), (uint32_t)c->n);
    }
}

static void check_frame(void *context, const struct weir_frame *f)
{
    struct checked *c = context;
    const uint8_t *ip = f->data + 14;
    cr_assert_eq(f->len, c->size);
    cr_assert_eq(f->caplen, c->size);
    cr_assert_eq(f->iface, 0);
    cr_assert_eq(f->flags, 0);
    cr_assert_eq(f->time_ns,
                 INT64_C(1700000000000000000) + (int64_t)c->n * 1000);
    if (weir_load_be16(f->data + 12) == 0x86dd) {
        uint32_t len = weir_load_be16(ip + 4);
        cr_assert_eq(ip[0], 0x60);
        cr_assert_eq(14 + 40 + len, c->size);
        check_l4(c, ip[6], ip + 40, len, sum_of(ip + 8, 32, ip[6] + len));
    } else {
        cr_assert_eq(weir_load_be16(f->data + 12), 0x0800);
        uint32_t len = weir_load_be16(ip + 2);
        cr_assert_eq(ip[0], 0x45);
        cr_assert_leq(14 + len, c->size);
        cr_assert_geq(14 + len, c->size - (ip[9] == 132 ? 3 : 0));
        cr_assert_eq(sum_of(ip, 20, 0), 0xffff);
        check_l4(c, ip[9], ip + 20, len - 20,
                 sum_of(ip + 12, 8, ip[9] + len - 20));
    }
    c->n++;
}

Test(source_synth, lengths_and_checksums_are_right)
{
    for (uint32_t p = 0; p <= WEIR_SYNTH_MIX; p++) {
        const uint32_t sizes[] = {
            least[p],     least[p] + 1, least[p] + 2, least[p] + 3,
            least[p] + 7, least[p] + 8, least[p] + 9, 1514,
            1515,         9215,         9216,
        };
        for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
            const struct weir_synth_config synth = {
                .frames = 300,
                .seed = (uint64_t)p * 100 + s,
                .size = sizes[s],
                .flows = 37,
                .proto = (enum weir_synth_proto)p,
            };
            struct checked c = {.size = sizes[s]};
            cr_assert_eq(
                run(opened(&synth, BLOCK_BYTES, 0, NULL), check_frame, &c),
                300);
            if (p != WEIR_SYNTH_MIX)
                cr_assert_eq(c.sctp, p == WEIR_SYNTH_SCTP ? 300 : 0);
        }
    }
}

/* 100,000 checksums: every carry, and UDP's 0 that is written as ffff. */
Test(source_synth, checksums_are_right_for_many_frames)
{
    const struct weir_synth_config synth =
        parsed("frames=100000,flows=50000,size=62,proto=udp6,seed=5");
    struct checked c = {.size = 62};
    cr_assert_eq(run(opened(&synth, BLOCK_BYTES, 0, NULL), check_frame, &c),
                 100000);
}

/* Everything of a run in one number. */
struct digest {
    uint64_t hash;
    uint32_t cut; /* bytes of each frame that count */
};

static void add_digest(void *context, const struct weir_frame *f)
{
    struct digest *d = context;
    uint32_t n = d->cut < f->caplen ? d->cut : f->caplen;
    d->hash = (d->hash ^ (uint64_t)f->time_ns ^ f->len) * 0x100000001b3;
    for (uint32_t i = 0; i < n; i++)
        d->hash = (d->hash ^ f->data[i]) * 0x100000001b3;
}

static uint64_t digest_of(const char *text, uint32_t block_bytes,
                          uint32_t snaplen, uint32_t cut)
{
    const struct weir_synth_config synth = parsed(text);
    struct digest d = {.cut = cut};
    run(opened(&synth, block_bytes, snaplen, NULL), add_digest, &d);
    return d.hash;
}

Test(source_synth, the_seed_decides_and_the_blocks_do_not)
{
    for (unsigned p = 0; p <= WEIR_SYNTH_MIX; p++) {
        char text[100];
        snprintf(text, sizeof text, "frames=20000,size=100,seed=7,proto=%s",
                 protos[p]);
        uint64_t d = digest_of(text, BLOCK_BYTES, 0, UINT32_MAX);
        cr_assert_eq(digest_of(text, BLOCK_BYTES, 0, UINT32_MAX), d);
        cr_assert_eq(digest_of(text, 4096, 0, UINT32_MAX), d);
        cr_assert_eq(digest_of(text, 4 << 20, 0, UINT32_MAX), d);
        snprintf(text, sizeof text, "frames=20000,size=100,seed=8,proto=%s",
                 protos[p]);
        cr_assert_neq(digest_of(text, BLOCK_BYTES, 0, UINT32_MAX), d);
    }
}

Test(source_synth, a_cut_frame_is_the_beginning_of_the_whole_one)
{
    for (unsigned p = 0; p <= WEIR_SYNTH_MIX; p++) {
        char text[100];
        snprintf(text, sizeof text, "frames=50,size=120,flows=20,proto=%s",
                 protos[p]);
        for (uint32_t cut = 1; cut <= 121; cut++)
            cr_assert_eq(digest_of(text, 4096, cut, UINT32_MAX),
                         digest_of(text, 4096, 0, cut));
    }
}

static uint8_t seen[WEIR_SYNTH_FLOWS_MAX];

static void see_source(void *context, const struct weir_frame *f)
{
    (void)context;
    bool ipv6 = weir_load_be16(f->data + 12) == 0x86dd;
    seen[weir_load_be32(f->data + 14 + (ipv6 ? 20 : 12)) & 0xffffff]++;
}

Test(source_synth, each_flow_has_a_source_address_and_its_share)
{
    const struct weir_synth_config synth =
        parsed("frames=300000,flows=100000,proto=mix,seed=9");
    memset(seen, 0, sizeof seen);
    cr_assert_eq(run(opened(&synth, BLOCK_BYTES, 0, NULL), see_source, NULL),
                 300000);
    uint32_t flows = 0;
    for (uint32_t i = 0; i < WEIR_SYNTH_FLOWS_MAX; i++) {
        cr_assert(seen[i] == 0 || seen[i] == 3);
        flows += seen[i] == 3;
    }
    cr_assert_eq(flows, 100000);
}

Test(source_synth, a_filter_sees_whole_frames_and_is_the_sources)
{
    const struct weir_synth_config synth =
        parsed("frames=1000,flows=100,proto=mix,size=100");
    struct weir_source *source = opened(&synth, BLOCK_BYTES, 20, "tcp");
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
    const struct weir_synth_config synth = parsed("frames=0,size=1514");
    struct weir_source *source = opened(&synth, 4096, 0, NULL);
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
    struct weir_source *alone = opened(&all, BLOCK_BYTES, 0, NULL);
    cr_assert_eq(run(alone, keep_frame, &(struct share){.whole = whole}),
                 10001);
    cr_assert_eq(weir_ifaces_add(&ifaces, &other), 0);
    for (uint32_t lane = 0; lane < 4; lane++) {
        const struct weir_synth_config synth = {
            .frames = 10001, .size = 60, .flows = 3, .lane = lane, .lanes = 4};
        const struct weir_source_config config = {
            .leases = 2, .block_bytes = BLOCK_BYTES, .ifaces = &ifaces};
        struct weir_source *source = NULL;
        struct weir_err err;
        cr_assert_eq(weir_synth_source_open(&source, &synth, &config, &err), 0);
        cr_assert_eq(source->ifaces, &ifaces);
        struct share share = {
            .next = lane, .step = 4, .iface = 1, .whole = whole};
        cr_assert_eq(run(source, is_of_the_share, &share),
                     lane == 0 ? 2501 : 2500);
    }
    cr_assert_eq(weir_ifaces_count(&ifaces), 2);
}

Test(source_synth, a_lane_is_one_of_the_lanes)
{
    const struct weir_source_config config = {.leases = 2,
                                              .block_bytes = BLOCK_BYTES};
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
