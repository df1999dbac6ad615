#include "capture/afpacket_kernel.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/linktype.h"
#include "capture/source.h"
#include "tests/capture/afpacket_rig.h"

static struct fake_kernel kernel;
static struct weir_source *source;
static struct random numbers = {5};
static const struct rig_mix mix = {60, 600, 0, 0, false};

static void receive(uint32_t n)
{
    while (n-- > 0)
        (void)rig_receive(&kernel, &numbers, &mix, NULL);
}

/* What comes before the start is nobody's, here and in every test below. */
static void open_as(bool beside)
{
    struct weir_err err;
    struct weir_afpacket_origin origin = {
        .name = "played",
        .label = beside ? "played 1" : NULL,
        .beside = beside,
        .notice = beside ? "told by another" : NULL,
        .iface = {.name = "played",
                  .filter_text = "udp",
                  .linktype = WEIR_LINKTYPE_ETHERNET,
                  .snaplen = 262144},
    };
    fake_kernel_open(&kernel, WEIR_AFPACKET_BLOCK_BYTES_MIN, 4, 262144);
    const struct weir_afpacket_kernel k = fake_kernel_of(&kernel);
    cr_assert_eq(weir_afpacket_source_over(&source, &k, &origin, &err), 0);
    receive(2);
    cr_assert_eq(weir_source_start(source, &err), 0);
}

static void open_source(void)
{
    open_as(false);
}

static void close_source(void)
{
    source->ops->close(source);
    fake_kernel_close(&kernel);
}

TestSuite(afpacket_kernel, .init = open_source, .fini = close_source);

/* Expects a lease of so many frames, and gives it back. */
static void expect_lease(uint32_t frames)
{
    struct weir_err err = {""};
    struct weir_lease lease;
    cr_assert_eq(source->ops->next(source, &lease, &err), WEIR_SOURCE_LEASE,
                 "%s", err.text);
    cr_assert_eq(lease.frames, frames);
    source->ops->reclaim(source, &lease);
}

static int next(struct weir_err *err)
{
    struct weir_lease lease;
    return source->ops->next(source, &lease, err);
}

static struct weir_source_stats stats(void)
{
    struct weir_source_stats out;
    source->ops->stats(source, &out);
    return out;
}

Test(afpacket_kernel, says_what_it_is)
{
    cr_assert(source->live);
    cr_assert_str_eq(source->name, "played");
    cr_assert_eq(weir_ifaces_count(source->ifaces), 1);
    cr_assert_str_eq(source->ifaces->at[0].filter_text, "udp");
    cr_assert_null(source->notice);
    cr_assert_gt(source->hold_ns, 0);
}

Test(afpacket_kernel, wakes_once_for_a_block)
{
    struct pollfd wait = {.fd = source->fd, .events = POLLIN};
    receive(3);
    cr_assert_eq(poll(&wait, 1, 0), 0);
    fake_kernel_tick(&kernel);
    cr_assert_eq(poll(&wait, 1, 0), 1);
    expect_lease(3);
    cr_assert_eq(next(NULL), WEIR_SOURCE_WAIT);
    cr_assert_eq(poll(&wait, 1, 0), 0);
}

Test(afpacket_kernel, a_cut_gives_what_was_counted_and_nothing_more)
{
    receive(5);
    source->ops->cut(source);
    receive(7);
    cr_assert_eq(next(NULL), WEIR_SOURCE_WAIT);
    cr_assert_leq(source->wait_ms, 10);
    fake_kernel_tick(&kernel);
    expect_lease(5);
    cr_assert_eq(next(NULL), WEIR_SOURCE_END);
    cr_assert_eq(stats().kernel_seen, 5);
    cr_assert_eq(stats().discards[WEIR_DISCARD_UNREAD], 0);
    cr_assert_not(stats().derived);
    cr_assert_eq(next(NULL), WEIR_SOURCE_END);
}

/* A kernel that never closes its block: what is in it is named. */
Test(afpacket_kernel, what_never_comes_is_unread)
{
    receive(5);
    source->ops->cut(source);
    int rc = WEIR_SOURCE_WAIT;
    for (int i = 0; i < 500 && rc == WEIR_SOURCE_WAIT; i++) {
        rc = next(NULL);
        (void)usleep(5000);
    }
    cr_assert_eq(rc, WEIR_SOURCE_END);
    cr_assert_eq(stats().kernel_seen, 5);
    cr_assert_eq(stats().discards[WEIR_DISCARD_UNREAD], 5);
    cr_assert(stats().derived);
}

Test(afpacket_kernel, counts_are_of_64_bits_and_drops_are_in_them)
{
    uint64_t frames = 0;
    kernel.missed = 3;
    for (int i = 0; i < 3; i++) {
        kernel.packets = UINT32_MAX - 10;
        frames += kernel.packets;
        cr_assert_eq(stats().kernel_seen, frames);
    }
    while (!kernel.frozen)
        receive(1);
    receive(9);
    frames += kernel.accepted + kernel.dropped;
    cr_assert_eq(stats().kernel_seen, frames);
    cr_assert_eq(stats().kernel_dropped, kernel.dropped);
    cr_assert_eq(stats().freezes, 1);
    cr_assert_eq(stats().interface_dropped, 3);
}

/* The link is looked at every 50 ms. */
static int next_look(struct weir_err *err)
{
    (void)usleep(60000);
    return next(err);
}

Test(afpacket_kernel, a_link_that_goes_down_is_told_of)
{
    cr_assert_eq(next(NULL), WEIR_SOURCE_WAIT);
    const int idle_ms = source->wait_ms;
    kernel.link = WEIR_NETIF_DOWN;
    cr_assert_eq(next_look(NULL), WEIR_SOURCE_WAIT);
    cr_assert_str_eq(source->notice, "played is down: waiting until it is up");
    /* A removal while it is down wakes nobody. */
    cr_assert_lt(source->wait_ms, idle_ms);
    kernel.link = WEIR_NETIF_UP;
    cr_assert_eq(next_look(NULL), WEIR_SOURCE_WAIT);
    cr_assert_str_eq(source->notice, "played is up again");
}

Test(afpacket_kernel, beside_another_it_tells_only_what_is_its_own)
{
    struct weir_err err = {""};
    close_source();
    open_as(true);
    cr_assert_null(source->notice);
    kernel.link = WEIR_NETIF_DOWN;
    cr_assert_eq(next_look(NULL), WEIR_SOURCE_WAIT);
    cr_assert_null(source->notice);
    kernel.link = WEIR_NETIF_GONE;
    cr_assert_eq(next_look(&err), -ENODEV);
}

Test(afpacket_kernel, a_link_that_is_gone_ends_it_with_all_frames)
{
    struct weir_err err = {""};
    receive(4);
    kernel.link = WEIR_NETIF_GONE;
    cr_assert_eq(next_look(&err), WEIR_SOURCE_WAIT);
    fake_kernel_tick(&kernel);
    expect_lease(4);
    cr_assert_eq(next(&err), -ENODEV);
    cr_assert_str_eq(err.text, "played: the interface was removed");
    cr_assert_eq(stats().kernel_seen, 4);
}

/* What came before is given, and what cannot be is counted; also at the end. */
static void check_out_of_turn(bool cut)
{
    struct weir_err err = {""};
    receive(4);
    fake_kernel_tick(&kernel);
    fake_kernel_skip(&kernel);
    receive(5);
    fake_kernel_tick(&kernel);
    receive(6);
    fake_kernel_tick(&kernel);
    if (cut)
        source->ops->cut(source);
    expect_lease(4);
    expect_lease(5);
    int rc = WEIR_SOURCE_WAIT;
    for (int i = 0; i < 10 && rc == WEIR_SOURCE_WAIT; i++)
        rc = next(&err);
    cr_assert_eq(rc, -EIO);
    cr_assert_not_null(strstr(err.text, "played: block 2"), "%s", err.text);
    cr_assert_eq(stats().kernel_seen, 15);
    cr_assert_eq(stats().discards[WEIR_DISCARD_UNREAD], 6);
    cr_assert_eq(next(&err), -EIO);
}

Test(afpacket_kernel, a_ring_out_of_turn_is_an_error_behind_all_that_is_good)
{
    check_out_of_turn(false);
}

Test(afpacket_kernel, a_ring_out_of_turn_while_it_drains_is_an_error_too)
{
    check_out_of_turn(true);
}

Test(afpacket_kernel, sources_of_a_recording_share_a_table)
{
    static struct weir_ifaces all;
    struct weir_err err;
    struct fake_kernel other;
    struct weir_source *second;
    struct weir_afpacket_origin origin = {
        .name = "other",
        .ifaces = &all,
        .iface = {.name = "other", .linktype = WEIR_LINKTYPE_ETHERNET},
        .notice = "look out",
    };
    (void)weir_ifaces_add(&all, &(struct weir_iface){.name = "first"});
    fake_kernel_open(&other, WEIR_AFPACKET_BLOCK_BYTES_MIN, 4, 262144);
    const struct weir_afpacket_kernel k = fake_kernel_of(&other);
    cr_assert_eq(weir_afpacket_source_over(&second, &k, &origin, &err), 0);
    cr_assert_eq(second->iface, 1);
    cr_assert_eq(second->ifaces, &all);
    cr_assert_str_eq(second->notice, "look out");
    second->ops->close(second);
    fake_kernel_close(&other);
}
