/* A sender in a namespace of the test's own: what it says of each frame is
 * what comes in at the other end. */

#include <criterion/criterion.h>

#include <errno.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/err.h"
#include "ring/event.h"
#include "sink/sender.h"
#include "tests/capture/net_rig.h"
#include "tests/sink/sender_check.h"
#include "tests/sink/sender_rig.h"

#define FRAME_MAX 65536

static uint8_t bytes[FRAME_MAX];
static uint8_t wanted[FRAME_MAX];

static void start(void)
{
    const char *reason;
    if (!rig_open(&reason))
        cr_skip_test("%s", reason);
}

TestSuite(sender_net, .init = start, .timeout = 40);

static const enum weir_sender_way ways[] = {WEIR_SENDER_RING, WEIR_SENDER_MMSG};

#define WAYS (sizeof ways / sizeof ways[0])

/* Of addresses. */
static rlim_t memory_taken(void)
{
    char line[128];
    FILE *file = fopen("/proc/self/statm", "re");
    cr_assert_not_null(file);
    cr_assert_not_null(fgets(line, sizeof line, file));
    (void)fclose(file);
    return strtoul(line, NULL, 10) * (rlim_t)sysconf(_SC_PAGESIZE);
}

/* One by one and in batches, mixed: all there, in order, byte by byte. */
Test(sender_net, every_frame_arrives_as_it_was_and_in_order)
{
    for (size_t w = 0; w < 2 * WAYS; w++) {
        int ear = sender_ear_open(RIG_RIGHT);
        struct weir_sender *sender =
            sender_open_with((struct weir_sender_config){
                .way = ways[w % WAYS], .qdisc_bypass = w >= WAYS});
        struct weir_frame frames[100];
        uint8_t *memory = malloc(sizeof frames / sizeof frames[0] * 2048);
        uint64_t total = 0;
        cr_assert_eq(weir_sender_way_of(sender), (int)ways[w % WAYS]);
        cr_assert_eq(weir_sender_linktype(sender), 1);
        for (uint32_t i = 0; i < 1000;) {
            uint32_t n = i % 3 == 0 ? 1 : 100 - i % 50;
            n = n < 1000 - i ? n : 1000 - i;
            for (uint32_t k = 0; k < n; k++) {
                frames[k] = (struct weir_frame){
                    .data = memory + (size_t)k * 2048,
                    .caplen = (uint32_t)sender_size(i + k),
                };
                sender_frame(memory + (size_t)k * 2048, sender_size(i + k),
                             i + k);
                total += sender_size(i + k);
            }
            uint32_t taken = 1;
            int ret =
                n == 1
                    ? weir_sender_send(sender, memory, frames[0].caplen, NULL)
                    : weir_sender_send_batch(sender, frames, n, &taken, NULL);
            cr_assert_eq(ret, 0);
            cr_assert_eq(taken, n);
            /* The memory is ours again. */
            memset(memory, 0xee, (size_t)n * 2048);
            i += n;
        }
        cr_assert_eq(weir_sender_flush(sender, NULL), 0);
        struct weir_sender_counts stats = sender_balance(sender);
        cr_assert_eq(stats.sent, 1000);
        cr_assert_eq(stats.bytes, total);
        cr_assert_eq(stats.queued, 0);
        cr_assert_eq(stats.doubtful, 0);
        sender_expect(ear, 0, 1000);
        free(memory);
        sender_finish(&sender);
        (void)close(ear);
    }
}

Test(sender_net, what_is_queued_goes_with_a_kick_and_not_before)
{
    int ear = sender_ear_open(RIG_RIGHT);
    struct weir_sender *sender =
        sender_open_with((struct weir_sender_config){0});
    sender_frame(bytes, sender_size(0), 0);
    cr_assert_eq(weir_sender_send(sender, bytes, sender_size(0), NULL), 0);
    cr_assert_eq(sender_balance(sender).queued, 1);
    cr_assert(sender_ear_silent(ear));
    cr_assert_eq(weir_sender_kick(sender, NULL), 0);
    sender_expect(ear, 0, 1);
    /* A ring of the least size goes round many times. */
    sender_finish(&sender);
    sender = sender_open_with((struct weir_sender_config){
        .way = WEIR_SENDER_RING, .ring_bytes = 64 << 10});
    for (uint32_t i = 0; i < 700; i++) {
        sender_frame(bytes, sender_size(i), i);
        cr_assert_eq(weir_sender_send(sender, bytes, sender_size(i), NULL), 0);
        if (i % 7 == 0)
            cr_assert_eq(weir_sender_kick(sender, NULL), 0);
    }
    cr_assert_eq(weir_sender_flush(sender, NULL), 0);
    sender_expect(ear, 0, 700);
    sender_finish(&sender);
    (void)close(ear);
}

/* Where no ring can be had, auto goes without, and that is no failure. */
Test(sender_net, without_a_ring_there_is_the_other_way_and_no_text)
{
    const struct weir_sender_config config = {.device = RIG_LEFT,
                                              .ring_bytes = 64 << 20};
    struct weir_sender *sender = NULL;
    struct weir_err err = {0};
    struct rlimit limit;
    cr_assert_eq(getrlimit(RLIMIT_AS, &limit), 0);
    limit.rlim_cur = memory_taken() + (32 << 20);
    cr_assert_eq(setrlimit(RLIMIT_AS, &limit), 0);
    cr_assert_eq(weir_sender_open(&sender, &config, &err), 0, "%s", err.text);
    cr_assert_eq(weir_sender_way_of(sender), WEIR_SENDER_MMSG);
    cr_assert_str_eq(err.text, "");
    sender_finish(&sender);
}

Test(sender_net, frames_of_no_possible_length_are_named)
{
    for (size_t w = 0; w < WAYS; w++) {
        int ear = sender_ear_open(RIG_RIGHT);
        struct weir_sender *sender =
            sender_open_with((struct weir_sender_config){.way = ways[w]});
        const uint32_t sizes[] = {60, 13, 1515, 60, 0, 1514, 3000, 1518};
        struct weir_frame frames[sizeof sizes / sizeof sizes[0]];
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
            frames[i] = (struct weir_frame){.data = bytes, .caplen = sizes[i]};
        sender_frame(bytes, 3000, 7);
        uint32_t taken = 0;
        cr_assert_eq(weir_sender_send_batch(sender, frames, 8, &taken, NULL),
                     0);
        cr_assert_eq(taken, 8);
        /* A tag is not counted by the MTU. */
        bytes[12] = 0x81;
        bytes[13] = 0;
        cr_assert_eq(weir_sender_send(sender, bytes, 1518, NULL), 0);
        cr_assert_eq(weir_sender_send(sender, bytes, 1519, NULL), 0);
        cr_assert_eq(weir_sender_flush(sender, NULL), 0);
        struct weir_sender_counts stats = sender_balance(sender);
        cr_assert_eq(stats.offered, 10);
        cr_assert_eq(stats.sent, 4);
        cr_assert_eq(stats.refused[WEIR_SENDER_TOO_SHORT], 2);
        cr_assert_eq(stats.refused[WEIR_SENDER_TOO_LONG], 4);
        for (int i = 0; i < 4; i++)
            cr_assert_gt(sender_ear_take(ear, wanted, sizeof wanted), 0);
        cr_assert(sender_ear_silent(ear));
        sender_finish(&sender);
        (void)close(ear);
    }
}

Test(sender_net, strict_says_why_and_sends_the_others)
{
    struct weir_err err = {0};
    struct weir_sender *sender =
        sender_open_with((struct weir_sender_config){.strict = true});
    struct weir_frame frames[3] = {{.data = bytes, .caplen = 1600},
                                   {.data = bytes, .caplen = 60},
                                   {.data = bytes, .caplen = 3}};
    uint32_t taken = 0;
    sender_frame(bytes, 1600, 0);
    cr_assert_eq(weir_sender_send_batch(sender, frames, 3, &taken, &err),
                 -EMSGSIZE);
    cr_assert_str_eq(err.text, RIG_LEFT
                     ": its MTU is 1500, which does not allow a frame of 1600 "
                     "bytes");
    cr_assert_eq(taken, 3);
    cr_assert_eq(weir_sender_flush(sender, NULL), 0);
    cr_assert_eq(sender_balance(sender).sent, 1);
    cr_assert_eq(weir_sender_send(sender, bytes, 1, &err), -EINVAL);
    cr_assert_str_eq(err.text,
                     RIG_LEFT ": a frame of 1 byte ends within its header");
    sender_finish(&sender);
}

Test(sender_net, frames_longer_than_a_slot_keep_their_place)
{
    struct weir_sender *sender = NULL;
    uint32_t sizes[] = {60, 60000, 100, 20000, 9300, 80};
    for (size_t w = 0; w < WAYS; w++) {
        int ear = sender_ear_open("lo");
        sender = sender_open_with(
            (struct weir_sender_config){.device = "lo", .way = ways[w]});
        for (uint32_t i = 0; i < 6; i++) {
            sender_frame(bytes, sizes[i], i);
            cr_assert_eq(weir_sender_send(sender, bytes, sizes[i], NULL), 0);
        }
        cr_assert_eq(weir_sender_flush(sender, NULL), 0);
        cr_assert_eq(sender_balance(sender).sent, 6);
        /* Loopback shows each frame as sent and as received. */
        for (uint32_t i = 0; i < 6; i++)
            for (int copy = 0; copy < 2; copy++) {
                sender_frame(wanted, sizes[i], i);
                cr_assert_eq(sender_ear_take(ear, bytes, sizeof bytes),
                             sizes[i]);
                cr_assert_arr_eq(bytes, wanted, sizes[i]);
            }
        sender_finish(&sender);
        (void)close(ear);
    }
}

/* A tun device whose queue nobody empties takes no more than it has room for;
 * past the queueing discipline it says so at once. */
static struct weir_sender *open_tun(int *tun, struct weir_sender_config config)
{
    *tun = rig_tun(ARPHRD_NONE);
    if (*tun < 0)
        cr_skip_test("no tun device");
    cr_assert(rig_ip("link set " RIG_TUN " txqueuelen 8"));
    config.device = RIG_TUN;
    config.qdisc_bypass = true;
    struct weir_sender *sender = sender_open_with(config);
    cr_assert_eq(weir_sender_linktype(sender), 101);
    /* An IPv4 header, and what follows. */
    memset(bytes, 0, 64);
    bytes[0] = 0x45;
    bytes[3] = 64;
    return sender;
}

Test(sender_net, a_full_queue_is_waited_for_then_named)
{
    for (size_t w = 0; w < WAYS; w++) {
        int tun;
        struct weir_sender *sender =
            open_tun(&tun, (struct weir_sender_config){.way = ways[w],
                                                       .patience_ns = 1000});
        for (int i = 0; i < 200; i++)
            cr_assert_eq(weir_sender_send(sender, bytes, 64, NULL), 0);
        cr_assert_eq(weir_sender_flush(sender, NULL), 0);
        struct weir_sender_counts stats = sender_balance(sender);
        cr_assert_eq(stats.sent, 8);
        cr_assert_eq(stats.refused[WEIR_SENDER_NO_BUFFERS], 192);
        cr_assert_gt(stats.waits, 0);
        for (int i = 0; i < 8; i++)
            cr_assert_eq(read(tun, wanted, sizeof wanted), 64);
        cr_assert_arr_eq(wanted, bytes, 64);
        sender_finish(&sender);
        (void)close(tun);
    }
}

Test(sender_net, nonblock_says_again_and_loses_nothing)
{
    for (size_t w = 0; w < WAYS; w++) {
        int tun;
        struct weir_err err = {0};
        struct weir_sender *sender =
            open_tun(&tun, (struct weir_sender_config){.way = ways[w],
                                                       .nonblock = true});
        struct weir_frame frames[100];
        uint32_t sent = 0;
        uint32_t got = 0;
        for (size_t i = 0; i < 100; i++)
            frames[i] = (struct weir_frame){.data = bytes, .caplen = 64};
        while (got < 100) {
            uint32_t taken = 0;
            int ret = weir_sender_send_batch(sender, frames + sent, 100 - sent,
                                             &taken, &err);
            cr_assert(ret == 0 || ret == -EAGAIN, "%s", err.text);
            sent += taken;
            cr_assert_eq(sender_balance(sender).offered, sent);
            ret = weir_sender_kick(sender, NULL);
            cr_assert(ret == 0 || ret == -EAGAIN);
            while (read(tun, wanted, sizeof wanted) == 64)
                got++;
        }
        cr_assert_eq(sent, 100);
        cr_assert_eq(weir_sender_flush(sender, NULL), 0);
        cr_assert_eq(sender_balance(sender).sent, 100);
        sender_finish(&sender);
        (void)close(tun);
    }
}

Test(sender_net, a_stop_ends_the_wait)
{
    for (size_t w = 0; w < WAYS; w++) {
        int tun;
        struct weir_event *stop = NULL;
        struct weir_err err = {0};
        cr_assert_eq(weir_event_open(&stop, NULL), 0);
        struct weir_sender *sender = open_tun(
            &tun, (struct weir_sender_config){
                      .way = ways[w], .patience_ns = INT64_MAX, .stop = stop});
        cr_assert_eq(weir_event_set(stop), 0);
        for (int i = 0; i < 20; i++)
            cr_assert_eq(weir_sender_send(sender, bytes, 64, NULL), 0);
        cr_assert_eq(weir_sender_flush(sender, &err), -ECANCELED);
        cr_assert_str_eq(err.text, RIG_TUN ": stopped");
        struct weir_sender_counts stats = sender_balance(sender);
        cr_assert_eq(stats.sent, 8);
        cr_assert_eq(stats.queued, 12);
        sender_finish(&sender);
        weir_event_close(&stop);
        (void)close(tun);
    }
}

/* It never receives. */
Test(sender_net, a_sender_is_no_tap)
{
    struct weir_sender *sender =
        sender_open_with((struct weir_sender_config){0});
    char line[256];
    unsigned taps = 0;
    FILE *packet = fopen("/proc/net/packet", "re");
    cr_assert_not_null(packet);
    cr_assert_not_null(fgets(line, sizeof line, packet));
    while (fgets(line, sizeof line, packet) != NULL) {
        /* sk, RefCnt, Type, Proto. */
        char *rest = line;
        const char *word = NULL;
        for (int i = 0; i < 4;) {
            word = strsep(&rest, " ");
            i += word != NULL && word[0] != '\0';
            if (word == NULL)
                break;
        }
        if (word != NULL)
            taps += strtoul(word, NULL, 16) != 0;
    }
    (void)fclose(packet);
    cr_assert_eq(taps, 0);
    sender_finish(&sender);
}
