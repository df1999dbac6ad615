/* The frames that are made: their bytes, and whose they are. */

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "capture/source_synth.h"
#include "tests/capture/synth_rig.h"

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

Test(source_synth_frames, lengths_and_checksums_are_right)
{
    for (uint32_t p = 0; p <= WEIR_SYNTH_MIX; p++) {
        const uint32_t sizes[] = {
            synth_least[p],
            synth_least[p] + 1,
            synth_least[p] + 2,
            synth_least[p] + 3,
            synth_least[p] + 7,
            synth_least[p] + 8,
            synth_least[p] + 9,
            1514,
            1515,
            9215,
            9216,
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
                synth_run(synth_opened(&synth, SYNTH_BLOCK_BYTES, 0, NULL),
                          check_frame, &c),
                300);
            if (p != WEIR_SYNTH_MIX)
                cr_assert_eq(c.sctp, p == WEIR_SYNTH_SCTP ? 300 : 0);
        }
    }
}

/* 100,000 checksums: every carry, and UDP's 0 that is written as ffff. */
Test(source_synth_frames, checksums_are_right_for_many_frames)
{
    const struct weir_synth_config synth =
        synth_parsed("frames=100000,flows=50000,size=62,proto=udp6,seed=5");
    struct checked c = {.size = 62};
    cr_assert_eq(synth_run(synth_opened(&synth, SYNTH_BLOCK_BYTES, 0, NULL),
                           check_frame, &c),
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
    const struct weir_synth_config synth = synth_parsed(text);
    struct digest d = {.cut = cut};
    synth_run(synth_opened(&synth, block_bytes, snaplen, NULL), add_digest, &d);
    return d.hash;
}

Test(source_synth_frames, the_seed_decides_and_the_blocks_do_not)
{
    for (unsigned p = 0; p <= WEIR_SYNTH_MIX; p++) {
        char text[100];
        snprintf(text, sizeof text, "frames=20000,size=100,seed=7,proto=%s",
                 synth_protos[p]);
        uint64_t d = digest_of(text, SYNTH_BLOCK_BYTES, 0, UINT32_MAX);
        cr_assert_eq(digest_of(text, SYNTH_BLOCK_BYTES, 0, UINT32_MAX), d);
        cr_assert_eq(digest_of(text, 4096, 0, UINT32_MAX), d);
        cr_assert_eq(digest_of(text, 4 << 20, 0, UINT32_MAX), d);
        snprintf(text, sizeof text, "frames=20000,size=100,seed=8,proto=%s",
                 synth_protos[p]);
        cr_assert_neq(digest_of(text, SYNTH_BLOCK_BYTES, 0, UINT32_MAX), d);
    }
}

Test(source_synth_frames, a_cut_frame_is_the_beginning_of_the_whole_one)
{
    for (unsigned p = 0; p <= WEIR_SYNTH_MIX; p++) {
        char text[100];
        snprintf(text, sizeof text, "frames=50,size=120,flows=20,proto=%s",
                 synth_protos[p]);
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

Test(source_synth_frames, each_flow_has_a_source_address_and_its_share)
{
    const struct weir_synth_config synth =
        synth_parsed("frames=300000,flows=100000,proto=mix,seed=9");
    memset(seen, 0, sizeof seen);
    cr_assert_eq(synth_run(synth_opened(&synth, SYNTH_BLOCK_BYTES, 0, NULL),
                           see_source, NULL),
                 300000);
    uint32_t flows = 0;
    for (uint32_t i = 0; i < WEIR_SYNTH_FLOWS_MAX; i++) {
        cr_assert(seen[i] == 0 || seen[i] == 3);
        flows += seen[i] == 3;
    }
    cr_assert_eq(flows, 100000);
}
