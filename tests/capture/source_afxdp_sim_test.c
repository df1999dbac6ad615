/* The AF_XDP source over a kernel that is played: frames, losses, leases that
 * come home in any order, links that go and a cut in the middle of a batch,
 * in an order that a seed decides.  What was counted is what was given. */

#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "capture/source_afxdp.h"
#include "tests/capture/afxdp_fake.h"

#define SEEDS  300
#define STEPS  400
#define LEASES 4

struct sim {
    uint64_t random;
    struct fake *fake;
    struct weir_source *source;
    struct weir_lease out[LEASES];
    uint32_t out_count;
    uint64_t frames;
    uint64_t next; /* no frame before this one comes any more */
    uint64_t lost; /* by the leases */
    int answer;    /* of the last next */
    struct weir_err err;
};

static uint32_t pick(struct sim *s, uint32_t below)
{
    s->random = s->random * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(s->random >> 33) % below;
}

static void look_at(struct sim *s, const struct weir_lease *lease)
{
    struct weir_walk walk = {0};
    struct weir_frame frame;
    uint32_t n = 0;
    while (lease->walk(lease, &walk, &frame, 1) == 1) {
        uint64_t number = 0;
        memcpy(&number, frame.data, sizeof number);
        cr_assert_geq(number, s->next);
        s->next = number + 1;
        for (uint32_t i = sizeof number; i < frame.caplen; i++)
            cr_assert_eq(frame.data[i], number & 0xff);
        n++;
    }
    cr_assert_eq(n, lease->frames);
    cr_assert_gt(n, 0);
    cr_assert_leq(lease->bytes, 65536);
    s->frames += n;
    s->lost += lease->lost_before;
    cr_assert_eq(s->lost, lease->kernel_dropped);
}

static void go_home(struct sim *s)
{
    if (s->out_count == 0)
        return;
    const uint32_t at = pick(s, s->out_count);
    s->source->ops->reclaim(s->source, &s->out[at]);
    s->out[at] = s->out[--s->out_count];
}

static void ask(struct sim *s)
{
    if (s->out_count == LEASES)
        go_home(s);
    struct weir_lease *lease = &s->out[s->out_count];
    s->answer = s->source->ops->next(s->source, lease, &s->err);
    if (s->answer != WEIR_SOURCE_LEASE)
        return;
    look_at(s, lease);
    s->out_count++;
}

static void traffic(struct sim *s)
{
    const uint32_t n = pick(s, 40);
    for (uint32_t i = 0; i < n; i++)
        fake_frame(s->fake, pick(s, 100) == 0 ? 1793 : 8 + pick(s, 200));
    if (pick(s, 4) != 0)
        fake_flush(s->fake);
}

static void step(struct sim *s)
{
    switch (pick(s, 4)) {
    case 0:
        traffic(s);
        break;
    case 1:
        go_home(s);
        break;
    default:
        ask(s);
        break;
    }
}

static void sim_open(struct sim *s, uint64_t seed)
{
    *s = (struct sim){.random = seed};
    s->fake = fake_open(64 + pick(s, 100), LEASES, 65536);
    s->fake->unstamped = pick(s, 2) == 0;
    s->fake->missed = pick(s, 100);
    const struct weir_afxdp_source_config config = {
        .name = "fake",
        .text = "played",
        .snaplen = 262144,
        .frame_max = 1792,
        .takes_tags = true,
        .hold_ms = pick(s, 2) == 0 ? 0 : 100000,
    };
    cr_assert_eq(weir_afxdp_source_make(&s->source, &config, &s->fake->port,
                                        s->fake->umem, &s->err),
                 0);
    cr_assert_str_eq(weir_afxdp_source_text(s->source), "played");
    traffic(s);
    cr_assert_eq(weir_source_start(s->source, &s->err), 0);
}

/* Everything is home, and the sum holds. */
static void sim_close(struct sim *s, int end)
{
    struct weir_source_stats stats;
    while (s->out_count > 0)
        go_home(s);
    s->source->ops->stats(s->source, &stats);
    cr_assert_eq(s->answer, end, "%s", s->err.text);
    cr_assert_eq(stats.kernel_seen, s->fake->facts.redirected);
    cr_assert_eq(stats.kernel_seen, s->frames + stats.kernel_dropped);
    cr_assert_eq(stats.discards[WEIR_DISCARD_UNREAD], 0);
    cr_assert_not(stats.derived);
    cr_assert_eq(weir_afxdp_umem_free(s->fake->umem), s->fake->layout.chunks);
    cr_assert_eq(s->fake->settled, 1);
    s->source->ops->close(s->source);
    cr_assert(s->fake->closed);
    fake_free(s->fake);
}

static void ask_until_the_end(struct sim *s)
{
    s->answer = WEIR_SOURCE_WAIT;
    for (int i = 0; i < 1000 && s->answer > 0 && s->answer != WEIR_SOURCE_END;
         i++) {
        ask(s);
        if (s->answer == WEIR_SOURCE_WAIT)
            (void)usleep(1000);
    }
}

Test(source_afxdp_sim, whatever_the_order_the_sum_holds)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct sim s;
        sim_open(&s, seed);
        for (uint32_t i = 0; i < STEPS; i++)
            step(&s);
        traffic(&s);
        s.source->ops->cut(s.source);
        traffic(&s);
        ask_until_the_end(&s);
        if (s.answer != WEIR_SOURCE_END)
            fprintf(stderr, "seed %llu\n", (unsigned long long)seed);
        sim_close(&s, WEIR_SOURCE_END);
    }
}

Test(source_afxdp_sim, an_interface_that_goes_gives_all_first)
{
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct sim s;
        sim_open(&s, seed);
        for (uint32_t i = 0; i < STEPS / 4; i++)
            step(&s);
        traffic(&s);
        s.fake->state = WEIR_NETIF_GONE;
        ask_until_the_end(&s);
        cr_assert_str_eq(s.err.text, "fake: the interface was removed");
        sim_close(&s, -ENODEV);
    }
}

/* A kernel that does not settle: what it never shows is unread, and said to
 * be derived. */
Test(source_afxdp_sim, what_never_comes_is_unread)
{
    struct sim s;
    struct weir_source_stats stats;
    sim_open(&s, 1);
    fake_flush(s.fake);
    s.source->ops->cut(s.source);
    s.fake->facts.redirected += 3;
    ask_until_the_end(&s);
    cr_assert_eq(s.answer, WEIR_SOURCE_END);
    s.source->ops->stats(s.source, &stats);
    cr_assert_eq(stats.discards[WEIR_DISCARD_UNREAD], 3);
    cr_assert(stats.derived);
    cr_assert_eq(stats.kernel_seen, s.frames + stats.kernel_dropped + 3);
    while (s.out_count > 0)
        go_home(&s);
    s.source->ops->close(s.source);
    fake_free(s.fake);
}

static void check_lie(bool cut)
{
    struct sim s;
    sim_open(&s, 2);
    fake_frame(s.fake, 100);
    fake_frame(s.fake, 100);
    fake_flush(s.fake);
    s.fake->rx[1].len = 5000;
    if (cut)
        s.source->ops->cut(s.source);
    ask_until_the_end(&s);
    cr_assert_eq(s.answer, -EIO);
    cr_assert_str_eq(s.err.text,
                     "fake: AF_XDP: the kernel's rings say what cannot be");
    cr_assert_eq(s.frames, 1);
    struct weir_source_stats stats;
    s.source->ops->stats(s.source, &stats);
    cr_assert_eq(stats.kernel_seen, 2);
    cr_assert_eq(stats.discards[WEIR_DISCARD_UNREAD], 1);
    cr_assert(stats.derived);
    while (s.out_count > 0)
        go_home(&s);
    s.source->ops->close(s.source);
    fake_free(s.fake);
}

/* Also where it was about to end well. */
Test(source_afxdp_sim, a_ring_that_lies_ends_it_with_an_error)
{
    check_lie(false);
    check_lie(true);
}

/* Each once, and the last one said is the notice. */
static void check_notice(struct sim *s, const char *text)
{
    struct weir_source_stats stats;
    const uint32_t generation = s->source->notice_generation;
    s->source->ops->stats(s->source, &stats);
    cr_assert_eq(s->source->notice_generation, generation + 1);
    cr_assert_str_eq(s->source->notice, text);
    s->source->ops->stats(s->source, &stats);
    cr_assert_eq(s->source->notice_generation, generation + 1);
}

Test(source_afxdp_sim, what_an_operator_can_change_is_said_once)
{
    struct sim s;
    sim_open(&s, 5);
    s.fake->unstamped = false;
    s.fake->facts.tags = true;
    s.fake->facts.passed = 1;
    check_notice(&s, "fake: frames come in on receive queues that are not "
                     "recorded: the host gets them");
    s.fake->unstamped = true;
    check_notice(&s, "fake: the driver leaves no room for time stamps: frames "
                     "have the time at which they were taken");
    s.fake->facts.untagged = 1;
    check_notice(&s, "fake: the driver leaves no room to put VLAN tags back: "
                     "they are not recorded (ethtool -K fake rxvlan off)");
    s.fake->facts.tags = false;
    check_notice(&s, "fake: the device takes VLAN tags out of frames, and its "
                     "driver does not give them back: they are not recorded "
                     "(ethtool -K fake rxvlan off)");
    fake_frame(s.fake, 1793);
    check_notice(&s, "fake: frames of more than 1792 bytes come, and are lost");
    s.fake->missed += 7;
    struct weir_source_stats stats;
    s.source->ops->stats(s.source, &stats);
    cr_assert_eq(stats.interface_dropped, 7);
    fake_frame(s.fake, 1793);
    s.source->ops->cut(s.source);
    ask_until_the_end(&s);
    cr_assert_eq(s.answer, WEIR_SOURCE_END);
    cr_assert_str_eq(s.source->notice,
                     "fake: of the frames that the kernel dropped 2 had more "
                     "than 1792 bytes");
    while (s.out_count > 0)
        go_home(&s);
    s.source->ops->close(s.source);
    fake_free(s.fake);
}

/* Where many frames come, the source goes by the clock: its fd is quiet until
 * a look has found few. */
Test(source_afxdp_sim, many_frames_are_waited_for_by_the_clock)
{
    struct weir_err err;
    struct weir_lease lease;
    struct sim s = {.fake = fake_open(32768, LEASES, 1u << 20)};
    const struct weir_afxdp_source_config config = {
        .name = "fake",
        .text = "",
        .hold_ms = 1000,
    };
    cr_assert_eq(weir_afxdp_source_make(&s.source, &config, &s.fake->port,
                                        s.fake->umem, &err),
                 0);
    cr_assert_eq(weir_source_start(s.source, &err), 0);
    struct pollfd wait = {.fd = s.source->fd, .events = POLLIN};
    const uint64_t one = 1;
    cr_assert_eq(write(s.fake->port.fd, &one, sizeof one), sizeof one);
    cr_assert_eq(poll(&wait, 1, 0), 1);
    cr_assert_eq(s.source->ops->next(s.source, &lease, &err), WEIR_SOURCE_WAIT);
    cr_assert_eq(poll(&wait, 1, 0), 1);
    for (uint32_t i = 0; i < 1000; i++)
        fake_frame(s.fake, 60);
    fake_flush(s.fake);
    cr_assert_eq(s.source->ops->next(s.source, &lease, &err), WEIR_SOURCE_WAIT);
    cr_assert_eq(poll(&wait, 1, 0), 0);
    cr_assert_eq(s.source->wait_ms, 1);
    (void)usleep(300000);
    cr_assert_eq(s.source->ops->next(s.source, &lease, &err), WEIR_SOURCE_WAIT);
    cr_assert_eq(poll(&wait, 1, 0), 1);
    cr_assert_gt(s.source->wait_ms, 1);
    s.source->ops->close(s.source);
    fake_free(s.fake);
}
