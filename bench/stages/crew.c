#include "bench/stages/crew.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/topology.h"

struct member {
    struct weir_crew *crew;
    uint32_t number;
    int result;
    pthread_t thread;
};

enum crew_state { CREW_WAIT, CREW_GO, CREW_NEVER };

struct weir_crew {
    _Atomic int state;
    uint32_t first;
    weir_crew_fn *fn;
    void *context;
    bool joined;
    uint32_t count; /* that run */
    struct member members[];
};

/* What the process was given, before any of us was pinned. */
static const struct weir_topology *usable_cpus(void)
{
    static struct weir_topology cpus;
    if (cpus.cpus == 0)
        weir_topology_read(&cpus, "/sys", NULL);
    return &cpus;
}

uint32_t weir_crew_cores(void)
{
    const struct weir_topology *cpus = usable_cpus();
    uint32_t cores = 0;
    for (uint32_t i = 0; i < cpus->cpus; i++)
        cores += !cpus->at[i].shares;
    return cores;
}

uint32_t weir_crew_cpus(void)
{
    return usable_cpus()->cpus;
}

/* sched_setaffinity(0) is of the calling thread alone.  Where it fails the
 * figures are less quiet, and that is all. */
void weir_crew_pin(uint32_t k)
{
    const struct weir_topology *cpus = usable_cpus();
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpus->at[k % cpus->cpus].cpu, &one);
    (void)sched_setaffinity(0, sizeof one, &one);
}

void weir_crew_unpin(void)
{
    const struct weir_topology *cpus = usable_cpus();
    cpu_set_t all;
    CPU_ZERO(&all);
    for (uint32_t i = 0; i < cpus->cpus; i++)
        CPU_SET(cpus->at[i].cpu, &all);
    (void)sched_setaffinity(0, sizeof all, &all);
}

static void *member_main(void *argument)
{
    struct member *m = argument;
    struct weir_crew *crew = m->crew;
    weir_crew_pin(crew->first + m->number);
    int state;
    /* Pairs with the stores in weir_crew_open. */
    while ((state = atomic_load_explicit(&crew->state, memory_order_acquire)) ==
           CREW_WAIT)
        sched_yield();
    if (state == CREW_GO)
        m->result = crew->fn(crew->context, m->number);
    return NULL;
}

int weir_crew_open(struct weir_crew **out, uint32_t members, uint32_t first,
                   weir_crew_fn *fn, void *context, struct weir_err *err)
{
    if (members < 1 || members > WEIR_CREW_MAX)
        return weir_err_set(err, -EINVAL, "%u threads", members);
    struct weir_crew *crew =
        calloc(1, sizeof *crew + members * sizeof crew->members[0]);
    if (crew == NULL)
        return weir_err_sys(err, -ENOMEM, "%u threads", members);
    crew->fn = fn;
    crew->context = context;
    crew->first = first;
    atomic_init(&crew->state, CREW_WAIT);
    (void)usable_cpus();
    while (crew->count < members) {
        struct member *m = &crew->members[crew->count];
        m->crew = crew;
        m->number = crew->count;
        int ret = pthread_create(&m->thread, NULL, member_main, m);
        if (ret != 0) {
            atomic_store_explicit(&crew->state, CREW_NEVER,
                                  memory_order_release);
            weir_crew_close(crew);
            return weir_err_sys(err, -ret, "%u threads", members);
        }
        crew->count++;
    }
    atomic_store_explicit(&crew->state, CREW_GO, memory_order_release);
    *out = crew;
    return 0;
}

int weir_crew_join(struct weir_crew *crew)
{
    int result = 0;
    for (uint32_t i = 0; i < crew->count; i++) {
        if (!crew->joined)
            (void)pthread_join(crew->members[i].thread, NULL);
        if (result == 0)
            result = crew->members[i].result;
    }
    crew->joined = true;
    return result;
}

void weir_crew_close(struct weir_crew *crew)
{
    if (crew == NULL)
        return;
    (void)weir_crew_join(crew);
    free(crew);
}
