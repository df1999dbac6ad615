#include <assert.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>

#include "pipeline/runner_impl.h"

static int next_cpu(const struct weir_runner *p)
{
    uint32_t count = p->config.cpus_count;
    return count == 0 ? -1 : p->config.cpus[p->threads_count % count];
}

static struct runner_thread *plan_thread(struct weir_runner *p,
                                         runner_loop_fn *run, uint32_t lane)
{
    struct runner_thread *t = &p->threads[p->threads_count];
    t->runner = p;
    t->run = run;
    t->lane = lane;
    t->seen.cpu = next_cpu(p);
    p->threads_count++;
    return t;
}

/* "weir-work-1", and of several lanes "weir-work-0-1". */
static void name_thread(struct runner_thread *t, const char *what, bool several,
                        int worker)
{
    static_assert(WEIR_LANES_MAX <= 100 && WEIR_WORKERS_MAX <= 100,
                  "a name holds two digits of each");
    char *out = t->seen.name;
    size_t size = sizeof t->seen.name;
    int n = snprintf(out, size, "weir-%s", what);
    if (several)
        n += snprintf(out + n, size - (size_t)n, "-%u", t->lane);
    if (worker >= 0)
        snprintf(out + n, size - (size_t)n, "-%d", worker);
}

void runner_plan(struct weir_runner *p)
{
    uint32_t lanes = weir_assembly_lanes(p->assembly);
    uint32_t outlets = weir_assembly_outlets(p->assembly);
    for (uint32_t i = 0; i < lanes; i++) {
        struct runner_thread *t = plan_thread(p, runner_run_capture, i);
        name_thread(t, "capture", lanes > 1, -1);
        for (uint32_t k = 0; k < p->config.assembly.workers; k++) {
            t = plan_thread(p, runner_run_worker, i);
            t->worker = k;
            name_thread(t, "work", lanes > 1, (int)k);
        }
    }
    for (uint32_t i = 0; i < outlets; i++)
        name_thread(plan_thread(p, runner_run_writer, i), "write", outlets > 1,
                    -1);
    name_thread(plan_thread(p, runner_run_stats, 0), "stats", false, -1);
    for (uint32_t i = 0; i < weir_assembly_branches(p->assembly); i++) {
        struct runner_thread *t = plan_thread(p, runner_run_branch, i);
        t->seen.cpu = -1; /* what it does, and where best, is not ours */
        name_thread(t, "sink", true, -1);
    }
}

/* Capture and workers of each lane, the writers, the stats, the branches. */
uint32_t runner_plan_count(const struct weir_assembly_config *config)
{
    return config->lanes * (1 + config->workers) +
           (config->outlets_apart ? config->lanes : 1) + 1 +
           config->branches_count;
}

int runner_plan_check(const struct weir_runner_config *config,
                      struct weir_err *err)
{
    cpu_set_t usable;
    if (config->cpus_count == 0)
        return 0;
    if (sched_getaffinity(0, sizeof usable, &usable) != 0)
        return weir_err_sys(err, -errno, "sched_getaffinity");
    for (uint32_t i = 0; i < config->cpus_count; i++)
        if (config->cpus[i] >= CPU_SETSIZE ||
            (config->cpus[i] >= 0 &&
             !CPU_ISSET((unsigned)config->cpus[i], &usable)))
            return weir_err_set(err, -EINVAL,
                                "--cpus: CPU %d is not one that weir may "
                                "use",
                                config->cpus[i]);
    return 0;
}
