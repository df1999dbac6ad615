/* How long it takes from the ring of a bell until who slept is awake. */

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/err.h"
#include "bench/stages/crew.h"
#include "bench/stages/stage.h"
#include "ring/bell.h"

/* Time for the sleeper to fall asleep. */
#define SLEEP_NS 50000

#define PATIENCE 1000

struct bell_state {
    struct weir_bell bell;
    _Alignas(128) _Atomic uint64_t asked;    /* by the ringer */
    _Alignas(128) _Atomic uint64_t answered; /* by the sleeper */
    _Atomic bool end;
    struct weir_crew *partner;
    uint64_t rings;
};

static int sleeper(void *context, uint32_t member)
{
    (void)member;
    struct bell_state *s = context;
    /* The bell orders what is asked; the answers' stores are released to the
     * ringer's loads. */
    while (!atomic_load_explicit(&s->end, memory_order_acquire)) {
        uint32_t ticket = weir_bell_ticket(&s->bell);
        uint64_t asked = atomic_load_explicit(&s->asked, memory_order_acquire);
        bool idle =
            asked == atomic_load_explicit(&s->answered, memory_order_relaxed);
        if (idle && !atomic_load_explicit(&s->end, memory_order_acquire))
            weir_bell_wait(&s->bell, ticket, -1);
        else
            weir_bell_ack(&s->bell);
        asked = atomic_load_explicit(&s->asked, memory_order_acquire);
        atomic_store_explicit(&s->answered, asked, memory_order_release);
    }
    return 0;
}

static void bell_close(void *state)
{
    struct bell_state *s = state;
    atomic_store_explicit(&s->end, true, memory_order_release);
    weir_bell_ring(&s->bell);
    weir_crew_close(s->partner);
    weir_bell_close(&s->bell);
    free(s);
}

static int bell_open(void **out, const struct weir_stage_setup *setup,
                     struct weir_err *err)
{
    (void)setup;
    struct bell_state *s = aligned_alloc(128, sizeof *s);
    if (s == NULL)
        return weir_err_sys(err, -ENOMEM, "bell");
    *s = (struct bell_state){0};
    int ret = weir_bell_open(&s->bell, false, err);
    if (ret == 0)
        ret = weir_crew_open(&s->partner, 1, 1, sleeper, s, err);
    if (ret != 0) {
        bell_close(s);
        return ret;
    }
    *out = s;
    return 0;
}

static int bell_prepare(void *state, struct weir_err *err)
{
    (void)state;
    (void)err;
    const struct timespec nap = {.tv_nsec = SLEEP_NS};
    (void)nanosleep(&nap, NULL);
    return 0;
}

static int64_t bell_run(void *state, struct weir_err *err)
{
    (void)err;
    struct bell_state *s = state;
    uint32_t idle = 0;
    s->rings++;
    atomic_store_explicit(&s->asked, s->rings, memory_order_release);
    weir_bell_ring(&s->bell);
    while (atomic_load_explicit(&s->answered, memory_order_acquire) != s->rings)
        if (++idle == PATIENCE) {
            idle = 0;
            sched_yield();
        }
    return 1;
}

static int bell_check(void *state, struct weir_err *err)
{
    struct bell_state *s = state;
    if (atomic_load_explicit(&s->answered, memory_order_acquire) == s->rings)
        return 0;
    return weir_err_set(err, -EBADMSG, "a ring was not heard");
}

const struct weir_stage weir_stage_bell = {
    .name = "bell",
    .text = "wake a thread that sleeps on its bell",
    .items = "wake-up",
    .open = bell_open,
    .prepare = bell_prepare,
    .run = bell_run,
    .check = bell_check,
    .close = bell_close,
};
