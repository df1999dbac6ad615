/* A batch's way over links: within one thread, and to another thread and
 * home again, as between the capture thread and its workers. */

#include <errno.h>
#include <sched.h>
#include <stdlib.h>

#include "base/err.h"
#include "bench/stages/crew.h"
#include "bench/stages/stage.h"
#include "ring/bell.h"
#include "ring/link.h"

#define ITEMS 4096 /* in a run */

/* A lane's batches with one worker, about. */
#define UNDER_WAY 12

/* Idle turns before a thread gives its CPU away: there may be no other. */
#define PATIENCE 1000

struct link_state {
    struct weir_bell bell; /* one there */
    struct weir_bell home_bell;
    struct weir_link *out;
    struct weir_link *home; /* NULL: one thread */
    struct weir_crew *partner;
    uint64_t faults; /* items that came in another order */
    uint32_t items[ITEMS];
};

static void link_close(void *state)
{
    struct link_state *s = state;
    if (s->partner != NULL)
        weir_link_end(s->out);
    weir_crew_close(s->partner);
    weir_link_close(s->home);
    weir_link_close(s->out);
    weir_bell_close(&s->bell);
    weir_bell_close(&s->home_bell);
    free(s);
}

/* NULL with *ret and *err set where it fails. */
static struct link_state *state_open(int *ret, struct weir_err *err)
{
    struct link_state *s = aligned_alloc(128, sizeof *s);
    if (s == NULL) {
        *ret = weir_err_sys(err, -ENOMEM, "link");
        return NULL;
    }
    *s = (struct link_state){0};
    *ret = weir_bell_open(&s->bell, false, err);
    if (*ret == 0)
        *ret = weir_bell_open(&s->home_bell, false, err);
    if (*ret == 0)
        *ret = weir_link_open(&s->out, UNDER_WAY, &s->bell, err);
    if (*ret == 0)
        return s;
    link_close(s);
    return NULL;
}

static int link_open(void **out, const struct weir_stage_setup *setup,
                     struct weir_err *err)
{
    (void)setup;
    int ret = 0;
    struct link_state *s = state_open(&ret, err);
    if (s != NULL)
        *out = s;
    return ret;
}

static int64_t link_run(void *state, struct weir_err *err)
{
    (void)err;
    struct link_state *s = state;
    for (uint32_t i = 0; i < ITEMS; i++) {
        weir_link_push(s->out, &s->items[i]);
        s->faults += weir_link_pop(s->out) != &s->items[i];
    }
    return ITEMS;
}

static int link_check(void *state, struct weir_err *err)
{
    const struct link_state *s = state;
    if (s->faults == 0)
        return 0;
    return weir_err_set(err, -EBADMSG, "items were lost or out of order");
}

const struct weir_stage weir_stage_link = {
    .name = "link",
    .text = "push a batch and pop it, in one thread",
    .items = "batch",
    .open = link_open,
    .run = link_run,
    .check = link_check,
    .close = link_close,
};

static void be_patient(uint32_t *idle)
{
    if (++*idle < PATIENCE)
        return;
    *idle = 0;
    sched_yield();
}

/* The other thread: what comes goes home. */
static int echo(void *context, uint32_t member)
{
    (void)member;
    struct link_state *s = context;
    uint32_t idle = 0;
    for (;;) {
        void *item = weir_link_pop(s->out);
        if (item != NULL)
            weir_link_push(s->home, item);
        else if (weir_link_ended(s->out))
            return 0;
        else
            be_patient(&idle);
    }
}

static int threads_open(void **out, const struct weir_stage_setup *setup,
                        struct weir_err *err)
{
    (void)setup;
    int ret = 0;
    if (weir_crew_cpus() < 2)
        return weir_err_set(err, -EOPNOTSUPP,
                            "needs two CPUs: on one of them what takes time "
                            "is sched_yield");
    struct link_state *s = state_open(&ret, err);
    if (s == NULL)
        return ret;
    ret = weir_link_open(&s->home, UNDER_WAY, &s->home_bell, err);
    if (ret == 0)
        ret = weir_crew_open(&s->partner, 1, 1, echo, s, err);
    if (ret != 0) {
        link_close(s);
        return ret;
    }
    *out = s;
    return 0;
}

static int64_t threads_run(void *state, struct weir_err *err)
{
    (void)err;
    struct link_state *s = state;
    uint32_t pushed = 0;
    uint32_t popped = 0;
    uint32_t idle = 0;
    while (popped < ITEMS) {
        while (pushed < ITEMS && pushed - popped < UNDER_WAY)
            weir_link_push(s->out, &s->items[pushed++]);
        const uint32_t *item = weir_link_pop(s->home);
        if (item != NULL)
            s->faults += item != &s->items[popped++];
        else
            be_patient(&idle);
    }
    return ITEMS;
}

const struct weir_stage weir_stage_link_threads = {
    .name = "link_threads",
    .text = "a batch to another thread and home, 12 under way",
    .items = "batch",
    .open = threads_open,
    .run = threads_run,
    .check = link_check,
    .close = link_close,
};
