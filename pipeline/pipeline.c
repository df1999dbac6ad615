#include "pipeline/pipeline.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "pipeline/pipeline_impl.h"

static enum pipeline_gate pass_gate(struct weir_pipeline *p)
{
    pthread_mutex_lock(&p->mutex);
    while (p->gate == PIPELINE_GATE_SHUT)
        pthread_cond_wait(&p->changed, &p->mutex);
    enum pipeline_gate gate = p->gate;
    pthread_mutex_unlock(&p->mutex);
    return gate;
}

static void set_gate(struct weir_pipeline *p, enum pipeline_gate gate)
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
    struct pipeline_thread *t = argument;
    pthread_setname_np(pthread_self(), t->seen.name);
    if (pass_gate(t->pipeline) == PIPELINE_GATE_OPEN)
        t->run(t->pipeline, t);
    t->seen.cpu_ns = thread_cpu_ns();
    return NULL;
}

int weir_pipeline_open(struct weir_pipeline **out,
                       const struct weir_pipeline_config *config,
                       struct weir_err *err)
{
    int ret = pipeline_plan_check(config, err);
    if (ret < 0)
        return ret;
    size_t threads = pipeline_plan_count(&config->assembly);
    struct weir_pipeline *p =
        calloc(1, sizeof *p + threads * sizeof(struct pipeline_thread));
    if (p == NULL)
        return weir_err_sys(err, -ENOMEM, "pipeline");
    p->config = *config;
    ret = weir_stop_open(&p->done, err);
    if (ret < 0)
        goto err_done;
    ret = weir_assembly_open(&p->assembly, &config->assembly, err);
    if (ret < 0)
        goto err_assembly;
    pthread_mutex_init(&p->mutex, NULL);
    pthread_cond_init(&p->changed, NULL);
    pipeline_plan(p);
    *out = p;
    return 0;

err_assembly:
    weir_stop_close(&p->done);
err_done:
    free(p);
    return ret;
}

static int start_thread(struct pipeline_thread *t)
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

static int start_threads(struct weir_pipeline *p, struct weir_err *err)
{
    while (p->started < p->threads_count) {
        struct pipeline_thread *t = &p->threads[p->started];
        const int ret = start_thread(t);
        if (ret < 0)
            return weir_err_sys(err, ret, "thread %s", t->seen.name);
        p->started++;
    }
    return 0;
}

/* The sources come last: from then on frames wait in the kernel's rings, which
 * are full in less time than it takes to make memory ready. */
int weir_pipeline_start(struct weir_pipeline *p, struct weir_err *err)
{
    int ret = start_threads(p, err);
    p->begun_ns = weir_clock_mono_ns();
    if (ret == 0)
        ret = weir_assembly_start(p->assembly, err);
    if (ret == 0 && p->config.on_started != NULL)
        p->config.on_started(p->config.context);
    set_gate(p, ret == 0 ? PIPELINE_GATE_OPEN : PIPELINE_GATE_CANCELLED);
    if (ret < 0)
        weir_pipeline_join(p);
    return ret;
}

int weir_pipeline_done_fd(const struct weir_pipeline *p)
{
    return p->done.fd;
}

void weir_pipeline_join(struct weir_pipeline *p)
{
    for (uint32_t i = 0; i < p->started; i++)
        pthread_join(p->threads[i].id, NULL);
    p->started = 0;
}

int64_t weir_pipeline_elapsed_ns(const struct weir_pipeline *p)
{
    int64_t ended_ns = (int64_t)weir_counter_read(&p->ended_ns);
    return (ended_ns != 0 ? ended_ns : weir_clock_mono_ns()) - p->begun_ns;
}

struct weir_assembly *weir_pipeline_assembly(struct weir_pipeline *p)
{
    return p->assembly;
}

uint32_t weir_pipeline_threads(const struct weir_pipeline *p)
{
    return p->threads_count;
}

const struct weir_thread *weir_pipeline_thread(const struct weir_pipeline *p,
                                               uint32_t i)
{
    return &p->threads[i].seen;
}

void weir_pipeline_close(struct weir_pipeline *p)
{
    if (p == NULL)
        return;
    weir_assembly_close(p->assembly);
    weir_stop_close(&p->done);
    pthread_cond_destroy(&p->changed);
    pthread_mutex_destroy(&p->mutex);
    free(p);
}
