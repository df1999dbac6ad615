/* A socket on an Ethernet device, by either way. */

#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/linktype.h"
#include "tests/pipeline/socket_rig.h"

#define IP_OFFSET 14

Test(socket_live, frames_come_whole_and_in_order)
{
    rig_need();
    struct weir_socket *socket = rig_socket(NULL);
    uint8_t sent[1514];
    for (uint32_t i = 0; i < 1000; i++) {
        const size_t len = 60 + i % 1455;
        rig_udp(sent, len, 2000, i, 0);
        rig_send(RIG_LEFT, sent, len);
    }
    int64_t last_ns = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        const struct weir_frame frame = rig_next(socket);
        const uint32_t len = 60 + i % 1455;
        rig_udp(sent, len, 2000, i, 0);
        cr_assert_eq(frame.len, len);
        cr_assert_eq(frame.caplen, len);
        cr_assert_arr_eq(frame.data, sent, len);
        cr_assert_geq(frame.time_ns, last_ns);
        last_ns = frame.time_ns;
    }
    const int64_t age_ns = weir_clock_real_ns() - last_ns;
    cr_assert(age_ns >= 0 && age_ns < 60 * WEIR_NS_PER_S);
    rig_expect(socket, WEIR_NEXT_NOTHING);
    const struct weir_socket_stats stats = rig_stats(socket);
    cr_assert_eq(stats.seen, 1000);
    cr_assert_eq(stats.received, 1000);
    cr_assert_eq(stats.given, 1000);
    cr_assert_eq(stats.dropped + stats.excluded, 0);
    rig_close(socket);
}

Test(socket_live, batches_and_single_frames_mix)
{
    rig_need();
    struct weir_socket *socket = rig_socket(NULL);
    rig_send_udp(500, 60);
    for (uint32_t i = 0; i < 500;) {
        const struct weir_frame *frames = NULL;
        uint32_t count = 1;
        if (i % 3 == 0) {
            cr_assert_eq(rig_number(rig_next(socket).data, IP_OFFSET), i++);
            continue;
        }
        const int rc = weir_socket_next_batch(socket, &frames, &count, NULL);
        cr_assert_geq(rc, 0);
        if (rc != WEIR_NEXT_FRAME)
            continue;
        cr_assert(count >= 1 && count <= 64);
        for (uint32_t k = 0; k < count; k++)
            cr_assert_eq(rig_number(frames[k].data, IP_OFFSET), i++);
    }
    cr_assert_eq(rig_stats(socket).given, 500);
    rig_close(socket);
}

Test(socket_live, a_frame_that_waits_comes_within_the_timeout)
{
    rig_need();
    struct weir_socket *socket = rig_socket(NULL);
    for (int i = 0; i < 5; i++) {
        const int64_t start_ns = weir_clock_mono_ns();
        rig_send_udp(1, 60);
        (void)rig_next(socket);
        /* 10 ms, and what the machine is late by. */
        cr_assert_lt(weir_clock_mono_ns() - start_ns, 500 * WEIR_NS_PER_MS);
    }
    rig_close(socket);
}

static int64_t time_of_nothing(struct weir_socket *socket)
{
    const int64_t start_ns = weir_clock_mono_ns();
    rig_expect(socket, WEIR_NEXT_NOTHING);
    return weir_clock_mono_ns() - start_ns;
}

Test(socket_live, the_timeout_can_be_set_and_waiting_turned_off)
{
    rig_need();
    struct weir_socket *socket = rig_socket(NULL);
    cr_assert_geq(time_of_nothing(socket), 9 * WEIR_NS_PER_MS);
    cr_assert_eq(weir_socket_set_timeout(socket, 120, NULL), 0);
    cr_assert_geq(time_of_nothing(socket), 119 * WEIR_NS_PER_MS);
    cr_assert_eq(weir_socket_nonblocking(socket, NULL), 0);
    cr_assert_eq(weir_socket_set_nonblocking(socket, true, NULL), 0);
    cr_assert_eq(weir_socket_nonblocking(socket, NULL), 1);
    int64_t least_ns = INT64_MAX;
    for (int i = 0; i < 20; i++) {
        const int64_t took_ns = time_of_nothing(socket);
        least_ns = took_ns < least_ns ? took_ns : least_ns;
    }
    cr_assert_lt(least_ns, 5 * WEIR_NS_PER_MS);
    rig_close(socket);
}

Test(socket_live, a_stop_gives_what_there_is_and_then_says_so)
{
    rig_need();
    struct weir_event *stop = NULL;
    cr_assert_eq(weir_event_open(&stop, NULL), 0);
    struct weir_socket_config config = rig_config(NULL);
    config.stop = stop;
    config.timeout_ms = 1000;
    struct weir_socket *socket = rig_socket_on(&config);
    cr_assert_eq(weir_socket_stop_event(socket), stop);
    rig_send_udp(300, 60);
    (void)rig_next(socket);
    (void)weir_event_set(stop);
    for (uint32_t i = 1; i < 300; i++)
        cr_assert_eq(rig_number(rig_next(socket).data, IP_OFFSET), i);
    rig_expect(socket, WEIR_NEXT_STOPPED);
    rig_send_udp(10, 60);
    rig_expect(socket, WEIR_NEXT_STOPPED);
    /* After the stop all else goes on as it did. */
    cr_assert_eq(weir_socket_filter(socket, "arp", NULL), 0);
    cr_assert_eq(weir_socket_set_snaplen(socket, 90, NULL), 0);
    cr_assert_eq(weir_socket_set_promisc(socket, false, NULL), 0);
    rig_expect(socket, WEIR_NEXT_STOPPED);
    const struct weir_socket_stats stats = rig_stats(socket);
    cr_assert_eq(stats.seen, 300);
    cr_assert_eq(stats.given, 300);
    rig_close(socket);
    weir_event_close(&stop);
}

static void *sets_event(void *event)
{
    (void)usleep(50000);
    (void)weir_event_set(event);
    return NULL;
}

Test(socket_live, another_thread_ends_a_wait_without_end)
{
    rig_need();
    pthread_t thread;
    struct weir_event *stop = NULL;
    cr_assert_eq(weir_event_open(&stop, NULL), 0);
    struct weir_socket_config config = rig_config(NULL);
    config.stop = stop;
    config.timeout_ms = WEIR_SOCKET_TIMEOUT_NONE;
    struct weir_socket *socket = rig_socket_on(&config);
    cr_assert_eq(pthread_create(&thread, NULL, sets_event, stop), 0);
    rig_expect(socket, WEIR_NEXT_STOPPED);
    (void)pthread_join(thread, NULL);
    rig_close(socket);
    weir_event_close(&stop);
}

static int readable(int fd, int ms)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    return poll(&wait, 1, ms);
}

/* Reads until nothing is there; returns how many frames were. */
static uint32_t read_all(struct weir_socket *socket)
{
    const struct weir_frame *frame;
    uint32_t n = 0;
    int rc;
    while ((rc = weir_socket_next(socket, &frame, NULL)) == WEIR_NEXT_FRAME)
        n++;
    cr_assert_eq(rc, WEIR_NEXT_NOTHING);
    return n;
}

Test(socket_live, its_descriptor_serves_a_loop)
{
    rig_need();
    struct weir_event *stop = NULL;
    cr_assert_eq(weir_event_open(&stop, NULL), 0);
    struct weir_socket_config config = rig_config(NULL);
    config.stop = stop;
    config.nonblocking = true;
    struct weir_socket *socket = rig_socket_on(&config);
    const int fd = weir_socket_fd(socket, NULL);
    cr_assert_geq(fd, 0);
    cr_assert_eq(weir_socket_fd(socket, NULL), fd);
    for (uint32_t round = 1; round <= 20; round++) {
        uint32_t got = 0;
        rig_send_udp(round, 60);
        for (int i = 0; i < 100 && got < round; i++) {
            cr_assert_eq(readable(fd, 5000), 1);
            got += read_all(socket);
        }
        cr_assert_eq(got, round);
    }
    /* Quiet: it is readable for the watch alone, four times a second. */
    uint32_t woken = 0;
    const int64_t until_ns = weir_clock_mono_ns() + 600 * WEIR_NS_PER_MS;
    while (weir_clock_mono_ns() < until_ns) {
        woken += readable(fd, 600) == 1;
        cr_assert_eq(read_all(socket), 0);
    }
    cr_assert(woken >= 1 && woken < 20, "%u", woken);
    (void)weir_event_set(stop);
    cr_assert_eq(readable(fd, 0), 1);
    const struct weir_frame *frame;
    int rc = WEIR_NEXT_NOTHING;
    for (int i = 0; i < 1000 && rc == WEIR_NEXT_NOTHING; i++) {
        cr_assert_eq(readable(fd, 5000), 1);
        rc = weir_socket_next(socket, &frame, NULL);
    }
    cr_assert_eq(rc, WEIR_NEXT_STOPPED);
    cr_assert_eq(readable(fd, 1000), 1);
    rig_expect(socket, WEIR_NEXT_STOPPED);
    cr_assert_eq(readable(fd, 0), 1);
    rig_close(socket);
    weir_event_close(&stop);
}

Test(socket_live, an_interface_may_go_down_and_come_back)
{
    rig_need();
    struct weir_socket *socket = rig_socket(NULL);
    const char *text = NULL;
    uint32_t number = 0;
    cr_assert_eq(weir_socket_notice(socket, &text, &number, NULL), 0);
    cr_assert_eq(number, 0);
    cr_assert_str_empty(text);
    cr_assert(rig_ip("link set " RIG_RIGHT " down"));
    for (int i = 0; i < 100 && number == 0; i++) {
        rig_expect(socket, WEIR_NEXT_NOTHING);
        cr_assert_eq(weir_socket_notice(socket, &text, &number, NULL), 0);
    }
    cr_assert_eq(number, 1);
    cr_assert_str_eq(text, RIG_RIGHT " is down: waiting until it is up");
    uint8_t frame[60] = {0};
    struct weir_err err = {""};
    cr_assert_eq(weir_socket_send(socket, frame, sizeof frame, &err),
                 -ENETDOWN);
    cr_assert_str_eq(err.text, RIG_RIGHT ": the interface is down");
    cr_assert_eq(weir_socket_filter(socket, "udp", &err), 0, "%s", err.text);
    cr_assert(rig_ip("link set " RIG_RIGHT " up"));
    cr_assert(rig_carries(RIG_LEFT));
    rig_send_udp(1, 60);
    while (rig_next(socket).len != 60)
        ;
    rig_close(socket);
}

Test(socket_live, a_removed_interface_ends_it_when_all_is_given)
{
    rig_need();
    struct weir_socket *socket = rig_socket("udp");
    rig_send_udp(100, 60);
    cr_assert(rig_ip("link del " RIG_LEFT));
    for (uint32_t i = 0; i < 100; i++)
        cr_assert_eq(rig_number(rig_next(socket).data, IP_OFFSET), i);
    struct weir_err err = {""};
    const struct weir_frame *frame;
    int rc = WEIR_NEXT_NOTHING;
    for (int i = 0; i < 500 && rc == WEIR_NEXT_NOTHING; i++)
        rc = weir_socket_next(socket, &frame, &err);
    cr_assert_eq(rc, -ENODEV);
    cr_assert_str_eq(err.text, RIG_RIGHT ": the interface was removed");
    cr_assert_eq(weir_socket_next(socket, &frame, &err), -ENODEV);
    uint8_t bytes[60] = {0};
    cr_assert_eq(weir_socket_send(socket, bytes, sizeof bytes, &err), -ENODEV);
    struct weir_network *list;
    uint32_t count;
    cr_assert_eq(weir_socket_networks(socket, &list, &count, &err), -ENODEV);
    cr_assert_eq(weir_socket_filter(socket, "tcp", &err), 0, "%s", err.text);
    cr_assert_eq(weir_socket_next(socket, &frame, &err), -ENODEV);
    rig_close(socket);
}
