/* A socket over a kernel that the test plays, and its misuse. */

#include "pipeline/socket.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "base/bytes.h"
#include "base/linktype.h"
#include "capture/afpacket_kernel.h"
#include "pipeline/socket_impl.h"
#include "tests/capture/fake_kernel.h"
#include "tests/support/random.h"

#define BLOCKS 4
#define LEN    80

static struct fake_kernel kernel;
static struct weir_socket *sock;
static struct weir_event *stop;

static int open_played(struct weir_socket *socket,
                       const struct weir_socket_config *config,
                       struct weir_err *err)
{
    (void)config;
    const struct weir_afpacket_origin origin = {
        .name = "played",
        .ifaces = &socket->ifaces,
        .iface = {.name = "played",
                  .linktype = WEIR_LINKTYPE_ETHERNET,
                  .snaplen = 262144},
    };
    const struct weir_afpacket_kernel k = fake_kernel_of(&kernel);
    socket->info.way = WEIR_SOCKET_AFPACKET;
    return weir_afpacket_source_over(&socket->source, &k, &origin, err);
}

static void open_socket(void)
{
    struct weir_err err = {""};
    fake_kernel_open(&kernel, WEIR_AFPACKET_BLOCK_BYTES_MIN, BLOCKS, 262144);
    cr_assert_eq(weir_event_open(&stop, NULL), 0);
    const struct weir_socket_config config = {
        .device = "played",
        .stop = stop,
        .nonblocking = true,
    };
    cr_assert_eq(socket_open_by(&sock, &config, open_played, &err), 0, "%s",
                 err.text);
}

static void close_socket(void)
{
    cr_assert_eq(weir_socket_close(&sock, NULL), 0);
    weir_event_close(&stop);
    fake_kernel_close(&kernel);
}

TestSuite(socket, .init = open_socket, .fini = close_socket);

static void receive(uint64_t number)
{
    uint8_t data[LEN] = {0};
    data[12] = 8;
    weir_store_64(data + 20, number);
    const struct fake_frame frame = {.data = data, .len = LEN};
    (void)fake_kernel_receive(&kernel, &frame);
}

static uint64_t number_of(const struct weir_frame *frame)
{
    return weir_load_64(frame->data + 20);
}

Test(socket, frames_come_when_the_block_does)
{
    const struct weir_frame *frame = NULL;
    for (uint64_t i = 0; i < 100; i++)
        receive(i);
    cr_assert_eq(weir_socket_next(sock, &frame, NULL), WEIR_NEXT_NOTHING);
    fake_kernel_tick(&kernel);
    for (uint64_t i = 0; i < 100; i++) {
        cr_assert_eq(weir_socket_next(sock, &frame, NULL), WEIR_NEXT_FRAME);
        cr_assert_eq(number_of(frame), i);
    }
    cr_assert_eq(weir_socket_next(sock, &frame, NULL), WEIR_NEXT_NOTHING);
}

/* The block is the kernel's again only with the next call. */
Test(socket, frames_are_valid_until_the_next_call)
{
    const struct weir_frame *frames;
    uint32_t count;
    bool losing;
    receive(7);
    fake_kernel_tick(&kernel);
    cr_assert_eq(weir_socket_next_batch(sock, &frames, &count, NULL),
                 WEIR_NEXT_FRAME);
    cr_assert_eq(count, 1);
    for (uint64_t i = 0; i < 5000; i++)
        receive(100 + i);
    cr_assert_eq(number_of(frames), 7);
    cr_assert(weir_afpacket_block_retired(kernel.memory, &losing));
}

/* A random mix of everything, with the frames' numbers checked. */
struct model {
    struct random random;
    uint64_t sent;
    uint64_t next; /* the least number that may come */
    uint32_t which;
    uint32_t snaplen;
};

static bool wanted(uint32_t which, uint64_t number)
{
    return which == 0 || (which == 1 ? number % 2 == 0 : (number & 255) < 100);
}

static const char *const texts[3] = {NULL, "ether[20] & 1 = 0",
                                     "ether[20] < 100"};

static void look(struct model *m, const struct weir_frame *frame)
{
    const uint64_t number = number_of(frame);
    cr_assert(wanted(m->which, number), "%u %llu", m->which,
              (unsigned long long)number);
    cr_assert_geq(number, m->next);
    cr_assert_leq(frame->caplen, m->snaplen);
    cr_assert_eq(frame->len, LEN);
    m->next = number + 1;
}

static void take(struct model *m)
{
    const struct weir_frame *frames;
    uint32_t count = 1;
    const bool batch = random_below(&m->random, 2) == 0;
    const int rc = batch ? weir_socket_next_batch(sock, &frames, &count, NULL)
                         : weir_socket_next(sock, &frames, NULL);
    cr_assert(rc == WEIR_NEXT_FRAME || rc == WEIR_NEXT_NOTHING);
    for (uint32_t i = 0; rc == WEIR_NEXT_FRAME && i < count; i++)
        look(m, &frames[i]);
}

static void step(struct model *m)
{
    const uint32_t what = random_below(&m->random, 100);
    uint32_t n = 0;
    if (what < 40)
        n = random_below(&m->random, 60);
    else if (what < 50)
        fake_kernel_tick(&kernel);
    else if (what < 53) {
        m->which = random_below(&m->random, 3);
        kernel.filter_room = random_below(&m->random, 3) == 0 ? 1 : 4096;
        cr_assert_eq(weir_socket_filter(sock, texts[m->which], NULL), 0);
    } else if (what < 55) {
        m->snaplen = 30 + random_below(&m->random, 100);
        cr_assert_eq(weir_socket_set_snaplen(sock, m->snaplen, NULL), 0);
    } else
        take(m);
    while (n-- > 0)
        receive(m->sent++);
}

Test(socket, any_order_of_calls_keeps_the_counts)
{
    struct model m = {
        .random = random_start("socket", 11),
        .snaplen = 262144,
    };
    struct weir_socket_stats stats;
    for (uint32_t i = 0; i < 20000; i++) {
        step(&m);
        if (i % 64 != 0)
            continue;
        cr_assert_eq(weir_socket_stats(sock, &stats, NULL), 0);
        cr_assert_leq(stats.given + stats.excluded, stats.received);
        cr_assert_leq(stats.received + stats.dropped, stats.seen);
    }
    (void)weir_event_set(stop);
    int rc = WEIR_NEXT_NOTHING;
    while (rc != WEIR_NEXT_STOPPED) {
        const struct weir_frame *frame;
        rc = weir_socket_next(sock, &frame, NULL);
        if (rc == WEIR_NEXT_FRAME)
            look(&m, frame);
        if (rc == WEIR_NEXT_NOTHING)
            fake_kernel_tick(&kernel);
        cr_assert_geq(rc, 0);
    }
    cr_assert_eq(weir_socket_stats(sock, &stats, NULL), 0);
    cr_assert_eq(stats.seen, stats.received + stats.dropped);
    cr_assert_eq(stats.received, stats.given + stats.excluded);
    cr_assert_eq(stats.received, kernel.accepted);
    cr_assert_gt(stats.given, 1000);
    cr_assert_gt(stats.excluded, 100);
}

Test(socket, null_is_an_error_everywhere)
{
    const struct weir_frame *frame;
    uint32_t count;
    uint8_t four[4];
    struct weir_network *list;
    struct weir_socket *none = NULL;
    struct weir_socket_info info;
    struct weir_socket_stats stats;
    const struct weir_socket_config config = {.device = ""};
    struct weir_err err = {""};
    cr_assert_eq(weir_socket_open(NULL, &config, &err), -EINVAL);
    cr_assert_eq(weir_socket_open(&none, NULL, &err), -EINVAL);
    cr_assert_eq(weir_socket_open(&sock, &config, &err), -EBUSY);
    cr_assert_eq(weir_socket_open(&none, &config, &err), -EINVAL);
    cr_assert_str_eq(err.text, "socket: no device is named");
    cr_assert_null(none);
    cr_assert_eq(weir_socket_next(NULL, &frame, &err), -EINVAL);
    cr_assert_str_eq(err.text, "socket: NULL is none");
    cr_assert_eq(weir_socket_next(sock, NULL, &err), -EINVAL);
    cr_assert_eq(weir_socket_next_batch(NULL, &frame, &count, NULL), -EINVAL);
    cr_assert_eq(weir_socket_next_batch(sock, NULL, &count, NULL), -EINVAL);
    cr_assert_eq(weir_socket_next_batch(sock, &frame, NULL, NULL), -EINVAL);
    cr_assert_eq(weir_socket_fd(NULL, NULL), -EINVAL);
    cr_assert_eq(weir_socket_filter(NULL, "udp", NULL), -EINVAL);
    cr_assert_eq(weir_socket_set_snaplen(NULL, 1, NULL), -EINVAL);
    cr_assert_eq(weir_socket_set_promisc(NULL, true, NULL), -EINVAL);
    cr_assert_eq(weir_socket_set_timeout(NULL, 1, NULL), -EINVAL);
    cr_assert_eq(weir_socket_set_nonblocking(NULL, true, NULL), -EINVAL);
    cr_assert_eq(weir_socket_nonblocking(NULL, NULL), -EINVAL);
    cr_assert_eq(weir_socket_info(NULL, &info, NULL), -EINVAL);
    cr_assert_eq(weir_socket_info(sock, NULL, NULL), -EINVAL);
    cr_assert_null(weir_socket_stop_event(NULL));
    cr_assert_eq(weir_socket_network(NULL, four, four, NULL), -EINVAL);
    cr_assert_eq(weir_socket_network(sock, NULL, four, NULL), -EINVAL);
    cr_assert_eq(weir_socket_network(sock, four, NULL, NULL), -EINVAL);
    cr_assert_eq(weir_socket_networks(NULL, &list, &count, NULL), -EINVAL);
    cr_assert_eq(weir_socket_networks(sock, NULL, &count, NULL), -EINVAL);
    cr_assert_eq(weir_socket_networks(sock, &list, NULL, NULL), -EINVAL);
    cr_assert_eq(weir_socket_notice(NULL, NULL, NULL, NULL), -EINVAL);
    cr_assert_eq(weir_socket_notice(sock, NULL, NULL, NULL), 0);
    cr_assert_eq(weir_socket_stats(NULL, &stats, NULL), -EINVAL);
    cr_assert_eq(weir_socket_stats(sock, NULL, NULL), -EINVAL);
    cr_assert_eq(weir_socket_send(NULL, four, 4, NULL), -EINVAL);
    cr_assert_null(weir_socket_dump(NULL));
    cr_assert_eq(weir_socket_close(NULL, &err), 0);
    cr_assert_eq(weir_socket_close(&none, &err), 0);
}

static void *uses(void *context)
{
    struct weir_err err = {""};
    struct weir_socket *socket = sock;
    const struct weir_frame *frame;
    int *codes = context;
    codes[0] = weir_socket_next(socket, &frame, &err);
    codes[1] = weir_socket_filter(socket, "udp", NULL);
    codes[2] = weir_socket_close(&socket, NULL);
    codes[3] = strcmp(err.text, "socket: in use by another thread");
    return NULL;
}

/* One waits within next until the event is set; what another calls meanwhile
 * harms nothing. */
Test(socket, a_second_thread_is_refused)
{
    pthread_t thread;
    int codes[4] = {0};
    cr_assert(weir_guard_enter(&sock->guard));
    cr_assert_eq(pthread_create(&thread, NULL, uses, codes), 0);
    (void)pthread_join(thread, NULL);
    weir_guard_leave(&sock->guard);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(codes[i], -EBUSY);
    cr_assert_eq(codes[3], 0);
    cr_assert_eq(weir_dump_is_open(weir_socket_dump(sock), NULL), 0);
}

/* A kernel that gives one block after another, of which the filter that weir
 * runs takes nothing. */
Test(socket, a_call_that_may_not_wait_comes_back)
{
    const struct weir_frame *frame;
    kernel.filter_room = 1; /* so weir tests it */
    cr_assert_eq(weir_socket_filter(sock, "ether[20] = 77", NULL), 0);
    for (uint32_t i = 0; i < 3; i++) {
        receive(1);
        fake_kernel_tick(&kernel);
    }
    cr_assert_eq(weir_socket_next(sock, &frame, NULL), WEIR_NEXT_NOTHING);
    struct weir_socket_stats stats;
    cr_assert_eq(weir_socket_stats(sock, &stats, NULL), 0);
    cr_assert_eq(stats.excluded, 3);
}
