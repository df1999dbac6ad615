#include "capture/screen.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/linktype.h"
#include "capture/kernel_filter.h"
#include "capture/source.h"
#include "tests/capture/fake_kernel.h"
#include "tests/support/random.h"

/* A kernel that filters and an afpacket source over it, step by step: frames
 * come, some of them stay between the filter and the ring for a while, blocks
 * are closed, taken and given back in any order, and screens are put. */

#define BLOCKS  5
#define LEASES  3
#define LEN     64
#define SCREENS 8
#define STEPS   3000
#define RUNS    40

static const char *const texts[SCREENS] = {
    NULL,
    "ether[20] & 1 = 0",
    "ether[20] & 1 = 1",
    "ether[20] & 6 = 6",
    "ether[20] > 127",
    "ether[21] = 7 and not ether[20] = 3",
    "ether[12] = 8",
    "outbound and ether[20] < 200",
};

/* Of the frame as the kernel had it. */
static bool wanted(uint32_t screen, const uint8_t *data, bool outbound)
{
    switch (screen) {
    case 0:
        return true;
    case 1:
        return (data[20] & 1) == 0;
    case 2:
        return (data[20] & 1) == 1;
    case 3:
        return (data[20] & 6) == 6;
    case 4:
        return data[20] > 127;
    case 5:
        return data[21] == 7 && data[20] != 3;
    case 6:
        return data[12] == 8;
    default:
        return outbound && data[20] < 200;
    }
}

struct scene {
    struct random random;
    struct fake_kernel kernel;
    struct weir_source *source;
    struct weir_screen *screens[SCREENS];
    uint32_t which; /* is put, of this generation */
    uint64_t generation;
    struct weir_lease leases[LEASES];
    uint32_t out;
    bool on_its_way; /* a frame, between the filter and the ring */
    uint8_t late[LEN];
    uint32_t late_caplen;
    uint64_t late_seq;
    uint64_t sent;
    uint64_t stored;
    uint64_t given;
    uint64_t screened; /* of them, by the kernel for certain */
    uint64_t expect;   /* frames that are stored and not given yet, xored */
};

static void open_scene(struct scene *s, uint64_t seed)
{
    struct weir_err err = {""};
    const struct weir_afpacket_origin origin = {
        .name = "played",
        .iface = {.name = "played",
                  .linktype = WEIR_LINKTYPE_ETHERNET,
                  .snaplen = 262144},
    };
    memset(s, 0, sizeof *s);
    s->random.state = seed;
    fake_kernel_open(&s->kernel, WEIR_AFPACKET_BLOCK_BYTES_MIN, BLOCKS, 262144);
    const struct weir_afpacket_kernel kernel = fake_kernel_of(&s->kernel);
    cr_assert_eq(weir_afpacket_source_over(&s->source, &kernel, &origin, &err),
                 0);
    cr_assert_eq(weir_source_start(s->source, &err), 0);
    for (uint32_t i = 0; i < SCREENS; i++) {
        const struct weir_screen_config config = {
            .text = texts[i],
            .source = s->source,
        };
        cr_assert_eq(weir_screen_make(&s->screens[i], &config, &err), 0, "%s",
                     err.text);
        cr_assert_str_eq(err.text, "");
    }
}

/* A quarter of them has a tag beside it. */
static struct fake_frame frame_of(const uint8_t *data)
{
    return (struct fake_frame){
        .data = data,
        .len = LEN,
        .vlan_tpid = data[40] % 4 == 0 ? 0x8100 : 0,
        .vlan_tci = data[41],
        .pkttype = data[42] % 2 == 0 ? PACKET_OUTGOING : PACKET_HOST,
    };
}

static struct fake_frame make(struct scene *s, uint8_t *data)
{
    for (uint32_t i = 0; i < LEN; i++)
        data[i] = (uint8_t)random_next(&s->random);
    /* Half of the types and numbers that the filters know. */
    if (random_below(&s->random, 2) == 0)
        data[12] = 8;
    if (random_below(&s->random, 2) == 0)
        data[21] = 7;
    weir_store_64(data + 24, ++s->sent);
    return frame_of(data);
}

static void store(struct scene *s, const uint8_t *data, uint32_t caplen)
{
    const struct fake_frame frame = frame_of(data);
    if (caplen == 0 || !fake_kernel_store(&s->kernel, &frame, caplen))
        return;
    s->stored++;
    s->expect ^= weir_load_64(data + 24);
}

static void receive(struct scene *s)
{
    uint8_t data[LEN];
    const struct fake_frame frame = make(s, data);
    store(s, data, fake_kernel_pass(&s->kernel, &frame));
}

/* A frame passes the filter; it is stored before a ring's worth of blocks has
 * gone by. */
static void linger(struct scene *s)
{
    if (!s->on_its_way) {
        const struct fake_frame frame = make(s, s->late);
        s->late_caplen = fake_kernel_pass(&s->kernel, &frame);
        s->late_seq = s->kernel.seq;
        s->on_its_way = true;
    } else {
        store(s, s->late, s->late_caplen);
        s->on_its_way = false;
    }
}

static void put(struct scene *s)
{
    struct weir_err err = {""};
    s->which = random_below(&s->random, SCREENS);
    s->kernel.filter_room =
        random_below(&s->random, 8) == 0 && s->which > 0 ? 1 : BPF_MAXINSNS;
    cr_assert_eq(s->source->ops->screen_put(s->source, s->screens[s->which],
                                            ++s->generation, &err),
                 0, "%s", err.text);
}

static void untag(const struct weir_frame *frame, uint8_t *data)
{
    const bool tagged = (frame->flags & WEIR_FRAME_RETAGGED) != 0;
    const uint32_t gap = tagged ? 4 : 0;
    cr_assert_eq(frame->caplen, LEN + gap);
    memcpy(data, frame->data, 12);
    memcpy(data + 12, frame->data + 12 + gap, LEN - 12);
    cr_assert_eq(tagged, data[40] % 4 == 0);
}

static void check(struct scene *s, const struct weir_lease *lease)
{
    struct weir_frame frames[16];
    struct weir_walk walk = {0};
    uint32_t n;
    while ((n = lease->walk(lease, &walk, frames, 16)) > 0)
        for (uint32_t i = 0; i < n; i++) {
            const bool matches = weir_screen_match(
                s->screens[s->which], WEIR_LINKTYPE_ETHERNET, &frames[i]);
            uint8_t data[LEN];
            untag(&frames[i], data);
            cr_assert_eq(matches,
                         wanted(s->which, data,
                                (frames[i].flags & WEIR_FRAME_OUTBOUND) != 0));
            if (s->generation > 0 && lease->screened >= s->generation) {
                cr_assert(matches, "the old filter's");
                s->screened++;
            }
            s->given++;
            s->expect ^= weir_load_64(data + 24);
        }
    cr_assert_eq(walk.frames, lease->frames);
}

static bool take(struct scene *s)
{
    struct weir_err err = {""};
    struct weir_lease lease;
    if (s->out == LEASES)
        return false;
    const int rc = s->source->ops->next(s->source, &lease, &err);
    cr_assert_geq(rc, 0, "%s", err.text);
    if (rc != WEIR_SOURCE_LEASE)
        return false;
    check(s, &lease);
    s->leases[s->out++] = lease;
    return true;
}

static void give(struct scene *s)
{
    if (s->out == 0)
        return;
    const uint32_t i = random_below(&s->random, s->out);
    s->source->ops->reclaim(s->source, &s->leases[i]);
    s->leases[i] = s->leases[--s->out];
}

static void step(struct scene *s)
{
    const uint32_t what = random_below(&s->random, 100);
    uint32_t n = 0;
    if (what < 40)
        n = random_below(&s->random, 30);
    else if (what < 43)
        n = random_below(&s->random, 1500);
    else if (what < 60)
        fake_kernel_tick(&s->kernel);
    else if (what < 62)
        put(s);
    else if (what < 66)
        linger(s);
    else if (what < 85)
        (void)take(s);
    else
        give(s);
    while (n-- > 0)
        receive(s);
    if (s->on_its_way && s->kernel.seq - s->late_seq >= BLOCKS - 1)
        linger(s);
}

static void finish(struct scene *s)
{
    if (s->on_its_way)
        linger(s);
    do {
        while (s->out > 0)
            give(s);
        fake_kernel_tick(&s->kernel);
    } while (take(s));
    cr_assert_eq(s->given, s->stored);
    cr_assert_eq(s->expect, 0);
    for (uint32_t i = 0; i < SCREENS; i++)
        weir_screen_free(s->screens[i]);
    s->source->ops->close(s->source);
    fake_kernel_close(&s->kernel);
}

Test(screen_afpacket, no_frame_is_lost_and_none_is_the_old_filters)
{
    struct random seeds = random_start("screen_afpacket", 7);
    uint64_t screened = 0;
    for (uint32_t run = 0; run < RUNS; run++) {
        static struct scene s;
        open_scene(&s, random_next(&seeds));
        for (uint32_t i = 0; i < STEPS; i++)
            step(&s);
        screened += s.screened;
        finish(&s);
    }
    cr_assert_gt(screened, 10000);
}
