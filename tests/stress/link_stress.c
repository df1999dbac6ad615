/* Links, bells and counters between real threads, in the shape of a lane:
 *
 *     producer -> workers, in rotation -> sink, in the same rotation
 *         ^-------------- return link --------------'
 *
 * Every item is checked by content and order at each hop, and each thread
 * writes to it without atomics: under ThreadSanitizer a link that did not
 * order them would be a race.  Naps make each thread find the others asleep
 * and awake.  A wake-up that is lost ends in a complaint, not in a hang. */

#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "ring/bell.h"
#include "ring/counter.h"
#include "ring/link.h"
#include "tests/support/random.h"

#define WORKERS_MAX 4
#define ITEMS_MAX   64
#define LOST_MS     20000

struct item {
    uint64_t seq;
    uint64_t made;   /* of seq, by the producer */
    uint64_t worked; /* of made, by the worker */
};

struct shape {
    const char *name;
    uint32_t workers;
    uint32_t items; /* in the pool */
    uint64_t rounds;
    uint32_t nap_one_in;
    bool fd; /* the producer sleeps in poll */
};

struct lane {
    struct shape shape;
    uint64_t seed;
    struct item items[ITEMS_MAX];
    struct weir_link *to_worker[WORKERS_MAX];
    struct weir_link *to_sink[WORKERS_MAX];
    struct weir_link *home;
    struct weir_counter sent;
    struct weir_counter seen;
    struct weir_bell producer_bell;
    struct weir_bell worker_bell[WORKERS_MAX];
    struct weir_bell sink_bell;
};

struct worker {
    struct lane *lane;
    uint32_t number;
};

static unsigned passed;

static void require(bool good, const char *what)
{
    if (good)
        return;
    printf("failed: %s\n%u passed, 1 failed\n", what, passed);
    exit(1);
}

static uint64_t made_of(uint64_t seq)
{
    return (seq + 1) * UINT64_C(0x9e3779b97f4a7c15);
}

static void nap(const struct lane *lane, struct random *random)
{
    if (random_below(random, lane->shape.nap_one_in) != 0)
        return;
    const struct timespec time = {.tv_nsec =
                                      (long)random_below(random, 200000)};
    nanosleep(&time, NULL);
}

/* Sleeps until the link that is waited for has an item or its end. */
static void await(struct weir_bell *bell, const struct weir_link *link)
{
    uint32_t ticket = 0;
    if (bell->fd >= 0)
        weir_bell_ticket_fd(bell, false);
    else
        ticket = weir_bell_ticket(bell);
    if (!weir_link_empty(link) || weir_link_ended(link)) {
        weir_bell_ack(bell);
        return;
    }
    int64_t start = weir_clock_mono_ns();
    if (bell->fd >= 0) {
        struct pollfd set = {.fd = bell->fd, .events = POLLIN};
        (void)poll(&set, 1, LOST_MS);
        weir_bell_ack(bell);
    } else {
        weir_bell_wait(bell, ticket, LOST_MS * WEIR_NS_PER_MS);
    }
    require(weir_clock_mono_ns() - start < LOST_MS * WEIR_NS_PER_MS,
            "a wake-up was lost");
}

/* The next item of a link, or NULL at its end. */
static struct item *take(struct weir_bell *bell, struct weir_link *link)
{
    for (;;) {
        struct item *item = weir_link_pop(link);
        if (item != NULL || weir_link_ended(link))
            return item;
        await(bell, link);
    }
}

/* Taps must leave a deep sleeper alone, and the next sleep, which is none,
 * must hear them. */
static void doze(struct weir_bell *bell)
{
    if (bell->fd < 0)
        return;
    struct pollfd set = {.fd = bell->fd, .events = POLLIN};
    weir_bell_ticket_fd(bell, true);
    (void)poll(&set, 1, 0);
    weir_bell_ack(bell);
}

static void *produce(void *argument)
{
    struct lane *lane = argument;
    struct random random = {lane->seed};
    struct item *pool[ITEMS_MAX];
    uint32_t home = 0;
    for (uint32_t i = 0; i < lane->shape.items; i++)
        pool[home++] = &lane->items[i];
    for (uint64_t seq = 0; seq < lane->shape.rounds; seq++) {
        struct item *item = weir_link_pop(lane->home);
        for (; item != NULL; item = weir_link_pop(lane->home))
            pool[home++] = item;
        if (home == 0)
            pool[home++] = take(&lane->producer_bell, lane->home);
        else if (random_below(&random, 4) == 0)
            doze(&lane->producer_bell);
        item = pool[--home];
        require(item != NULL && item->seq == UINT64_MAX && item->made == 0 &&
                    item->worked == 0,
                "an item came home as the sink left it");
        item->seq = seq;
        item->made = made_of(seq);
        weir_counter_add(&lane->sent, 1);
        weir_link_push(lane->to_worker[seq % lane->shape.workers], item);
        nap(lane, &random);
    }
    for (uint32_t w = 0; w < lane->shape.workers; w++)
        weir_link_end(lane->to_worker[w]);
    while (take(&lane->producer_bell, lane->home) != NULL)
        home++;
    require(home == lane->shape.items, "every item came home");
    return NULL;
}

static void *work(void *argument)
{
    const struct worker *self = argument;
    struct lane *lane = self->lane;
    uint32_t w = self->number;
    struct random random = {lane->seed + 1 + w};
    uint64_t expected = w;
    struct item *item;
    while ((item = take(&lane->worker_bell[w], lane->to_worker[w])) != NULL) {
        require(item->seq == expected && item->made == made_of(expected),
                "a worker has its items in order");
        item->worked = ~item->made;
        expected += lane->shape.workers;
        weir_link_push(lane->to_sink[w], item);
        nap(lane, &random);
    }
    weir_link_end(lane->to_sink[w]);
    return NULL;
}

static void *sink(void *argument)
{
    struct lane *lane = argument;
    struct random random = {lane->seed + 100};
    uint64_t seq = 0;
    for (;; seq++) {
        struct item *item =
            take(&lane->sink_bell, lane->to_sink[seq % lane->shape.workers]);
        if (item == NULL)
            break;
        require(item->seq == seq && item->made == made_of(seq) &&
                    item->worked == ~made_of(seq),
                "the sink has all items in order");
        *item = (struct item){.seq = UINT64_MAX};
        weir_counter_add(&lane->seen, 1);
        weir_link_push(lane->home, item);
        weir_bell_tap(&lane->producer_bell);
        nap(lane, &random);
    }
    require(seq == lane->shape.rounds, "the end comes behind the last item");
    weir_link_end(lane->home);
    weir_bell_ring(&lane->producer_bell);
    return NULL;
}

static void lane_open(struct lane *lane, const struct shape *shape)
{
    *lane = (struct lane){.shape = *shape};
    for (uint32_t i = 0; i < shape->items; i++)
        lane->items[i].seq = UINT64_MAX;
    int bad = weir_bell_open(&lane->producer_bell, shape->fd, NULL);
    bad |= weir_bell_open(&lane->sink_bell, false, NULL);
    bad |= weir_link_open(&lane->home, shape->items, NULL, NULL);
    for (uint32_t w = 0; w < shape->workers; w++) {
        bad |= weir_bell_open(&lane->worker_bell[w], false, NULL);
        bad |= weir_link_open(&lane->to_worker[w], shape->items,
                              &lane->worker_bell[w], NULL);
        bad |= weir_link_open(&lane->to_sink[w], shape->items, &lane->sink_bell,
                              NULL);
    }
    require(bad == 0, "a lane opens");
}

static void lane_close(struct lane *lane)
{
    for (uint32_t w = 0; w < lane->shape.workers; w++) {
        weir_link_close(lane->to_worker[w]);
        weir_link_close(lane->to_sink[w]);
        weir_bell_close(&lane->worker_bell[w]);
    }
    weir_link_close(lane->home);
    weir_bell_close(&lane->sink_bell);
    weir_bell_close(&lane->producer_bell);
}

/* Read downstream first: what is in flight is never negative. */
static void watch(const struct lane *lane)
{
    uint64_t seen;
    do {
        const struct timespec moment = {.tv_nsec = 50000};
        seen = weir_counter_read(&lane->seen);
        uint64_t sent = weir_counter_read(&lane->sent);
        require(seen <= sent, "nothing is seen before it was sent");
        nanosleep(&moment, NULL);
    } while (seen < lane->shape.rounds);
}

static void run(const struct shape *shape, uint64_t seed)
{
    static struct lane lane;
    struct worker workers[WORKERS_MAX];
    pthread_t threads[WORKERS_MAX + 2];
    uint32_t n = 0;
    lane_open(&lane, shape);
    lane.seed = seed;
    int bad = pthread_create(&threads[n++], NULL, sink, &lane);
    for (uint32_t w = 0; w < shape->workers; w++) {
        workers[w] = (struct worker){.lane = &lane, .number = w};
        bad |= pthread_create(&threads[n++], NULL, work, &workers[w]);
    }
    bad |= pthread_create(&threads[n++], NULL, produce, &lane);
    require(bad == 0, "threads start");
    watch(&lane);
    for (uint32_t i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
    lane_close(&lane);
    passed++;
}

int main(void)
{
    static const struct shape shapes[] = {
        {"one item, always empty or full", 1, 1, 5000, 1000, false},
        {"one item, a producer in poll", 1, 1, 5000, 1000, true},
        {"a chain at full speed", 1, 16, 100000, 100000, false},
        {"a chain that naps", 1, 8, 3000, 16, true},
        {"two workers", 2, 16, 50000, 5000, true},
        {"four workers, few items", 4, 5, 20000, 500, false},
        {"four workers that nap", 4, 20, 3000, 16, true},
        {"nothing at all", 3, 3, 0, 1, true},
    };
    struct random random = random_start("link_stress", 1);
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        printf("%s\n", shapes[i].name);
        run(&shapes[i], random_next(&random));
    }
    printf("%u passed, 0 failed\n", passed);
    return 0;
}
