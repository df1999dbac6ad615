#include "pipeline/runner.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "pipeline/runner_impl.h"

/* The runner that this thread is of. */
static _Thread_local const struct weir_runner *inside;

static enum runner_gate pass_gate(struct weir_runner *p)
{
    pthread_mutex_lock(&p->mutex);
    while (p->gate == RUNNER_GATE_SHUT)
        pthread_cond_wait(&p->changed, &p->mutex);
    enum runner_gate gate = p->gate;
    pthread_mutex_unlock(&p->mutex);
    return gate;
}

static void set_gate(struct weir_runner *p, enum runner_gate gate)
{
    pthread_mutex_lock(&p->mutex);
    p->gate = gate;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->mutex);
}

static int64_t thread_cpu_ns(void)
{
    struct timespec spent;
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent) != 0)
        return 0;
    return spent.tv_sec * WEIR_NS_PER_S + spent.tv_nsec;
}

static void *thread_main(void *argument)
{
    struct runner_thread *t = argument;
    inside = t->runner;
    pthread_setname_np(pthread_self(), t->seen.name);
    if (pass_gate(t->runner) == RUNNER_GATE_OPEN)
        t->run(t->runner, t);
    t->seen.cpu_ns = thread_cpu_ns();
    return NULL;
}

int weir_runner_open(struct weir_runner **out,
                     const struct weir_runner_config *config,
                     struct weir_err *err)
{
    int ret = runner_plan_check(config, err);
    if (ret < 0)
        return ret;
    size_t threads = runner_plan_count(&config->assembly);
    struct weir_runner *p =
        calloc(1, sizeof *p + threads * sizeof(struct runner_thread));
    if (p == NULL)
        return weir_err_sys(err, -ENOMEM, "runner");
    p->config = *config;
    ret = weir_stop_open(&p->done, err);
    if (ret < 0)
        goto err_done;
    ret = weir_assembly_open(&p->assembly, &config->assembly, err);
    if (ret < 0)
        goto err_assembly;
    pthread_mutex_init(&p->mutex, NULL);
    pthread_cond_init(&p->changed, NULL);
    runner_plan(p);
    *out = p;
    return 0;

err_assembly:
    weir_stop_close(&p->done);
err_done:
    free(p);
    return ret;
}

static int start_thread(struct runner_thread *t)
{
    pthread_attr_t attr;
    int ret = pthread_attr_init(&attr);
    if (ret != 0)
        return -ret;
    if (t->seen.cpu >= 0) {
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET((unsigned)t->seen.cpu, &set);
        ret = pthread_attr_setaffinity_np(&attr, sizeof set, &set);
    }
    if (ret == 0)
        ret = pthread_create(&t->id, &attr, thread_main, t);
    pthread_attr_destroy(&attr);
    return -ret;
}

static int start_threads(struct weir_runner *p, struct weir_err *err)
{
    while (p->started < p->threads_count) {
        struct runner_thread *t = &p->threads[p->started];
        const int ret = start_thread(t);
        if (ret < 0)
            return weir_err_sys(err, ret, "thread %s", t->seen.name);
        p->started++;
    }
    return 0;
}

/* The sources come last: from then on frames wait in the kernel's rings, which
 * are full in less time than it takes to make memory ready. */
int weir_runner_start(struct weir_runner *p, struct weir_err *err)
{
    int ret = start_threads(p, err);
    p->begun_ns = weir_clock_mono_ns();
    if (ret == 0)
        ret = weir_assembly_start(p->assembly, err);
    if (ret == 0 && p->config.on_started != NULL)
        p->config.on_started(p->config.context);
    p->ran = ret == 0;
    set_gate(p, ret == 0 ? RUNNER_GATE_OPEN : RUNNER_GATE_CANCELLED);
    if (ret < 0)
        weir_runner_join(p);
    return ret;
}

int weir_runner_done_fd(const struct weir_runner *p)
{
    return p->done.fd;
}

void weir_runner_join(struct weir_runner *p)
{
    for (uint32_t i = 0; i < p->started; i++)
        pthread_join(p->threads[i].id, NULL);
    p->started = 0;
    if (p->ran)
        weir_assembly_merge(p->assembly);
    p->ran = false;
}

bool weir_runner_is_inside(const struct weir_runner *p)
{
    return inside == p;
}

int64_t weir_runner_elapsed_ns(const struct weir_runner *p)
{
    int64_t ended_ns = (int64_t)weir_counter_read(&p->ended_ns);
    return (ended_ns != 0 ? ended_ns : weir_clock_mono_ns()) - p->begun_ns;
}

struct weir_assembly *weir_runner_assembly(struct weir_runner *p)
{
    return p->assembly;
}

uint32_t weir_runner_threads(const struct weir_runner *p)
{
    return p->threads_count;
}

const struct weir_thread *weir_runner_thread(const struct weir_runner *p,
                                             uint32_t i)
{
    return &p->threads[i].seen;
}

void weir_runner_close(struct weir_runner *p)
{
    if (p == NULL)
        return;
    weir_assembly_close(p->assembly);
    weir_stop_close(&p->done);
    pthread_cond_destroy(&p->changed);
    pthread_mutex_destroy(&p->mutex);
    free(p);
}
