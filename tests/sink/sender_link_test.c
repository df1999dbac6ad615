/* A sender whose interface changes under it: its MTU, its carrier, its name,
 * and that there is one at all. */

#include <criterion/criterion.h>

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/err.h"
#include "sink/sender.h"
#include "tests/capture/net_rig.h"
#include "tests/sink/sender_check.h"
#include "tests/sink/sender_rig.h"

static uint8_t bytes[4000];

static void start(void)
{
    const char *reason;
    if (!rig_open(&reason))
        cr_skip_test("%s", reason);
}

TestSuite(sender_link, .init = start, .timeout = 40);

static const enum weir_sender_way ways[] = {WEIR_SENDER_RING, WEIR_SENDER_MMSG};

#define WAYS (sizeof ways / sizeof ways[0])

Test(sender_link, an_mtu_that_changes_is_seen)
{
    struct weir_sender *sender =
        sender_open_with((struct weir_sender_config){0});
    sender_frame(bytes, 4000, 0);
    cr_assert_eq(weir_sender_send(sender, bytes, 4000, NULL), 0);
    cr_assert_eq(sender_balance(sender).refused[WEIR_SENDER_TOO_LONG], 1);
    cr_assert(rig_ip("link set " RIG_LEFT " mtu 9000"));
    cr_assert(rig_ip("link set " RIG_RIGHT " mtu 9000"));
    cr_assert_eq(weir_sender_send(sender, bytes, 4000, NULL), 0);
    cr_assert_eq(weir_sender_flush(sender, NULL), 0);
    cr_assert_eq(sender_balance(sender).sent, 1);
    sender_finish(&sender);
}

/* Where there is a queueing discipline, and the other end goes down, it drops
 * frames without a word, until the sender looks. */
static void goes_down_and_up(struct weir_sender_config config, const char *side,
                             uint64_t doubtful_max)
{
    char arguments[64];
    struct weir_sender *sender = sender_open_with(config);
    for (uint32_t i = 0; i < 300; i++) {
        if (i == 100) {
            cr_assert_eq(weir_sender_flush(sender, NULL), 0);
            snprintf(arguments, sizeof arguments, "link set %s down", side);
            cr_assert(rig_ip(arguments));
        }
        if (i == 200) {
            cr_assert_eq(weir_sender_flush(sender, NULL), 0);
            snprintf(arguments, sizeof arguments, "link set %s up", side);
            cr_assert(rig_ip(arguments));
            cr_assert(rig_carries(RIG_LEFT));
        }
        sender_frame(bytes, sender_size(i), i);
        cr_assert_eq(weir_sender_send(sender, bytes, sender_size(i), NULL), 0);
    }
    cr_assert_eq(weir_sender_flush(sender, NULL), 0);
    struct weir_sender_counts stats = sender_balance(sender);
    cr_assert_eq(stats.sent - stats.doubtful, 200, "%s: %llu", side,
                 (unsigned long long)stats.sent);
    cr_assert_leq(stats.doubtful, doubtful_max);
    cr_assert_eq(stats.refused[WEIR_SENDER_LINK_DOWN], 300 - stats.sent);
    sender_finish(&sender);
}

Test(sender_link, a_link_that_goes_down_refuses_by_name_and_comes_back)
{
    for (size_t w = 0; w < 2 * WAYS; w++) {
        const struct weir_sender_config config = {
            .way = ways[w % WAYS],
            .qdisc_bypass = w >= WAYS,
            /* The kernel may take a second to say so. */
            .patience_ns = INT64_C(5000000000),
        };
        goes_down_and_up(config, RIG_LEFT, 0);
        goes_down_and_up(config, RIG_RIGHT, w >= WAYS ? 0 : 64);
    }
}

Test(sender_link, an_interface_that_is_removed_is_gone)
{
    for (size_t w = 0; w < WAYS; w++) {
        struct weir_err err = {0};
        cr_assert(rig_ip("link add wgone type veth peer name wother"));
        cr_assert(rig_ip("link set wgone up"));
        cr_assert(rig_ip("link set wother up"));
        cr_assert(rig_carries("wgone"));
        struct weir_sender *sender =
            sender_open_with((struct weir_sender_config){
                .device = "wgone", .way = ways[w], .strict = true});
        sender_frame(bytes, 60, 0);
        cr_assert_eq(weir_sender_send(sender, bytes, 60, NULL), 0);
        cr_assert_eq(weir_sender_flush(sender, NULL), 0);
        cr_assert(rig_ip("link del wgone"));
        cr_assert_eq(weir_sender_send(sender, bytes, 60, NULL), 0);
        cr_assert_eq(weir_sender_flush(sender, &err), -ENODEV);
        cr_assert_str_eq(err.text, "wgone: the interface was removed");
        cr_assert_eq(sender_balance(sender).refused[WEIR_SENDER_GONE], 1);
        sender_finish(&sender);
    }
}

Test(sender_link, an_interface_with_another_name_is_the_same)
{
    for (size_t w = 0; w < WAYS; w++) {
        struct weir_sender *sender =
            sender_open_with((struct weir_sender_config){
                .device = RIG_LEFT, .way = ways[w], .strict = true});
        int ear = sender_ear_open(RIG_RIGHT);
        for (uint32_t i = 0; i < 3; i++) {
            sender_frame(bytes, sender_size(i), i);
            cr_assert_eq(weir_sender_send(sender, bytes, sender_size(i), NULL),
                         0);
            cr_assert_eq(weir_sender_flush(sender, NULL), 0, "%u", i);
            if (i == 0)
                cr_assert(rig_ip("link set " RIG_LEFT " down") &&
                          rig_ip("link set " RIG_LEFT " name wother") &&
                          rig_ip("link set wother up") &&
                          rig_carries("wother"));
        }
        sender_expect(ear, 0, 3);
        cr_assert_eq(sender_balance(sender).sent, 3);
        sender_finish(&sender);
        cr_assert(rig_ip("link set wother down") &&
                  rig_ip("link set wother name " RIG_LEFT) &&
                  rig_ip("link set " RIG_LEFT " up") && rig_carries(RIG_LEFT));
        (void)close(ear);
    }
}
