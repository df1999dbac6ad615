/* A socket that two threads use at once, and a screen that four ask about link
 * types which it has not met.  Misuse of the first is an error and nothing
 * worse; the second is no misuse.  For ThreadSanitizer above all. */

#include <errno.h>
#include <inttypes.h>
#include <linux/if_packet.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>

#include "base/linktype.h"
#include "capture/afpacket_kernel.h"
#include "capture/screen.h"
#include "pipeline/socket_impl.h"
#include "tests/capture/fake_kernel.h"
#include "tests/check/check.h"
#include "tests/support/random.h"

#define CALLS     20000
#define BLOCKS    4
#define LEN       60
#define ASKERS    4
#define LINKTYPES 64

static struct fake_kernel kernel;
static struct weir_socket *sock;
static atomic_bool done;

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
    return weir_afpacket_source_over(&socket->source, &k, &origin, err);
}

static void *receives(void *unused)
{
    static uint8_t data[LEN];
    const struct fake_frame frame = {.data = data, .len = LEN};
    while (!atomic_load(&done)) {
        for (int i = 0; i < 50; i++)
            (void)fake_kernel_receive(&kernel, &frame);
        fake_kernel_tick(&kernel);
    }
    return unused;
}

static int call(struct random *random)
{
    static const char *const texts[2] = {"ether[0] = 0", NULL};
    const struct weir_frame *frames;
    struct weir_socket_stats stats;
    struct weir_socket_info info;
    uint32_t count;
    switch (random_below(random, 24)) {
    case 0:
        return weir_socket_filter(sock, texts[random_below(random, 2)], NULL);
    case 1:
        return weir_socket_set_snaplen(sock, random_below(random, 90), NULL);
    case 2:
        return weir_socket_stats(sock, &stats, NULL);
    case 3:
        return weir_socket_info(sock, &info, NULL);
    case 4:
        return weir_dump_is_open(weir_socket_dump(sock), NULL);
    default:
        return random_below(random, 2) == 0
                   ? weir_socket_next(sock, &frames, NULL)
                   : weir_socket_next_batch(sock, &frames, &count, NULL);
    }
}

struct user {
    struct random random;
    uint64_t busy;
    uint64_t wrong;
};

static void *uses(void *context)
{
    struct user *user = context;
    for (uint32_t i = 0; i < CALLS;) {
        const int rc = call(&user->random);
        if (rc == -EBUSY) {
            user->busy++;
            (void)sched_yield();
            continue;
        }
        user->wrong += rc < 0;
        i++;
    }
    return NULL;
}

static void check_socket(void)
{
    pthread_t receiver = 0;
    pthread_t second = 0;
    struct user users[2] = {{.random = random_start("socket", 1)},
                            {.random = {2}}};
    const struct weir_socket_config config = {
        .device = "played",
        .nonblocking = true,
    };
    struct weir_socket_stats stats;
    fake_kernel_open(&kernel, WEIR_AFPACKET_BLOCK_BYTES_MIN, BLOCKS, 262144);
    check(socket_open_by(&sock, &config, open_played, NULL) == 0, "open");
    check(pthread_create(&receiver, NULL, receives, NULL) == 0 &&
              pthread_create(&second, NULL, uses, &users[1]) == 0,
          "threads");
    (void)uses(&users[0]);
    (void)pthread_join(second, NULL);
    atomic_store(&done, true);
    (void)pthread_join(receiver, NULL);
    check(users[0].wrong + users[1].wrong == 0, "another error");
    check(weir_socket_stats(sock, &stats, NULL) == 0, "stats");
    check(stats.given > 0 && stats.given + stats.excluded <= stats.received &&
              stats.received + stats.dropped <= stats.seen,
          "the counts");
    const uint64_t busy = users[0].busy + users[1].busy;
    printf("%" PRIu64 " frames, %" PRIu64 " times busy\n", stats.given, busy);
    check(busy > 0, "both at once");
    check(weir_socket_close(&sock, NULL) == 0, "close");
    fake_kernel_close(&kernel);
}

static void *asks(void *context)
{
    static const uint8_t data[LEN] = {0x45, 0, 0, 40, 0, 0, 0, 0, 64, 17};
    const struct weir_frame frame = {.data = data, .caplen = LEN, .len = LEN};
    uint64_t taken = 0;
    for (uint32_t i = 0; i < 10 * LINKTYPES; i++)
        taken +=
            weir_screen_match(context, (uint16_t)(100 + i % LINKTYPES), &frame);
    return (void *)(uintptr_t)taken;
}

static void check_screen(void)
{
    pthread_t threads[ASKERS];
    void *taken[ASKERS];
    struct weir_screen *screen = NULL;
    const struct weir_screen_config config = {.text = "udp"};
    check(weir_screen_make(&screen, &config, NULL) == 0, "a screen");
    for (int i = 0; i < ASKERS; i++)
        check(pthread_create(&threads[i], NULL, asks, screen) == 0, "thread");
    for (int i = 0; i < ASKERS; i++)
        (void)pthread_join(threads[i], &taken[i]);
    for (int i = 0; i < ASKERS; i++)
        check((uintptr_t)taken[i] >= 10 && taken[i] == taken[0],
              "what is taken");
    weir_screen_free(screen);
}

int main(void)
{
    check_socket();
    check_screen();
    return check_end();
}
