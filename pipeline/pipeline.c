#include "pipeline/pipeline.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/assert.h"
#include "base/clock.h"
#include "pipeline/branch.h"
#include "pipeline/outlet.h"
#include "pipeline/stats.h"
#include "ring/bell.h"
#include "ring/counter.h"
#include "ring/stop.h"

struct thread {
    struct weir_pipeline *pipeline;
    pthread_t id;
    void (*run)(struct weir_pipeline *p, const struct thread *t);
    uint32_t lane; /* or outlet, or branch */
    uint32_t worker;
    struct weir_thread seen; /* cpu_ns: by the thread, at its end */
};

enum gate { GATE_SHUT, GATE_OPEN, GATE_CANCELLED };

struct weir_pipeline {
    struct weir_pipeline_config config;
    struct weir_assembly *assembly;
    struct weir_stop done;
    pthread_mutex_t mutex; /* of gate, cold: only until all threads run */
    pthread_cond_t changed;
    enum gate gate;
    int64_t begun_ns;
    struct weir_counter ended_ns;
    uint32_t threads_count;
    uint32_t started;
    struct thread threads[];
};

/* Sleeps until the capture stage may have something to do. */
static void wait_for_source(struct weir_pipeline *p, struct weir_lane *lane)
{
    struct weir_bell *bell = weir_lane_capture_bell(lane);
    const struct weir_assembly_config *config = &p->config.assembly;
    struct weir_capture_wait wait;
    weir_lane_capture_wait(lane, weir_clock_mono_ns(), &wait);
    struct pollfd fds[4];
    nfds_t n = 0;
    fds[n++] = (struct pollfd){.fd = bell->fd, .events = POLLIN};
    if (wait.stoppable)
        fds[n++] = (struct pollfd){.fd = config->stop->fd, .events = POLLIN};
    if (wait.abandonable)
        fds[n++] = (struct pollfd){.fd = config->abandon->fd, .events = POLLIN};
    if (wait.fd >= 0)
        fds[n++] = (struct pollfd){.fd = wait.fd, .events = POLLIN};
    struct timespec limit = {
        .tv_sec = wait.timeout_ns / WEIR_NS_PER_S,
        .tv_nsec = wait.timeout_ns % WEIR_NS_PER_S,
    };
    ppoll(fds, n, wait.timeout_ns >= 0 ? &limit : NULL, NULL);
}

static void run_capture(struct weir_pipeline *p, const struct thread *t)
{
    struct weir_lane *lane = weir_assembly_lane(p->assembly, t->lane);
    struct weir_bell *bell = weir_lane_capture_bell(lane);
    for (;;) {
        enum weir_step step =
            weir_lane_capture(lane, weir_clock_mono_ns(), weir_clock_real_ns());
        if (step == WEIR_STEP_IDLE) {
            bool deep = weir_lane_capture_deep(lane);
            weir_bell_ticket_fd(bell, deep);
            step = weir_lane_capture(lane, weir_clock_mono_ns(),
                                     weir_clock_real_ns());
            if (step == WEIR_STEP_IDLE && deep == weir_lane_capture_deep(lane))
                wait_for_source(p, lane);
            weir_bell_ack(bell);
        }
        if (step == WEIR_STEP_ENDED)
            return;
    }
}

static void run_worker(struct weir_pipeline *p, const struct thread *t)
{
    struct weir_lane *lane = weir_assembly_lane(p->assembly, t->lane);
    struct weir_bell *bell = weir_lane_work_bell(lane, t->worker);
    for (;;) {
        int64_t now_ns = weir_clock_mono_ns();
        enum weir_step step = weir_lane_work(lane, t->worker, now_ns);
        if (step == WEIR_STEP_IDLE) {
            uint32_t ticket = weir_bell_ticket(bell);
            step = weir_lane_work(lane, t->worker, now_ns);
            if (step == WEIR_STEP_IDLE)
                weir_bell_wait(bell, ticket, -1);
            else
                weir_bell_ack(bell);
        }
        if (step == WEIR_STEP_ENDED)
            return;
    }
}

/* A tick is at a time of day, and the clock may be set while we sleep. */
#define TICK_MAX_NS WEIR_NS_PER_S

static int64_t until_tick(const struct weir_outlet *outlet)
{
    int64_t tick_ns = weir_outlet_deadline(outlet);
    if (tick_ns == INT64_MAX)
        return -1;
    int64_t left_ns = tick_ns - weir_clock_real_ns();
    if (left_ns <= 0)
        return 0;
    return left_ns < TICK_MAX_NS ? left_ns : TICK_MAX_NS;
}

/* Sleeps until batches come or the disk is through with some: a writer that
 * waited for one of them alone would wait for ever. */
static void wait_for_writes(struct weir_outlet *outlet)
{
    int64_t left_ns = until_tick(outlet);
    struct pollfd fds[2] = {
        {.fd = weir_outlet_bell(outlet)->fd, .events = POLLIN},
        {.fd = weir_outlet_fd(outlet), .events = POLLIN},
    };
    struct timespec limit = {
        .tv_sec = left_ns / WEIR_NS_PER_S,
        .tv_nsec = left_ns % WEIR_NS_PER_S,
    };
    ppoll(fds, 2, left_ns >= 0 ? &limit : NULL, NULL);
}

/* An idle outlet. */
static enum weir_step await_batches(struct weir_outlet *outlet)
{
    struct weir_bell *bell = weir_outlet_bell(outlet);
    bool writes = weir_outlet_fd(outlet) >= 0;
    uint32_t ticket = 0;
    if (writes)
        weir_bell_ticket_fd(bell, false);
    else
        ticket = weir_bell_ticket(bell);
    enum weir_step step = weir_outlet_step(outlet, weir_clock_real_ns());
    bool sleeps =
        step == WEIR_STEP_IDLE && writes == (weir_outlet_fd(outlet) >= 0);
    if (sleeps && writes)
        wait_for_writes(outlet);
    else if (sleeps)
        weir_bell_wait(bell, ticket, until_tick(outlet));
    if (!sleeps || writes)
        weir_bell_ack(bell);
    return step;
}

static void run_writer(struct weir_pipeline *p, const struct thread *t)
{
    struct weir_outlet *outlet = weir_assembly_outlet(p->assembly, t->lane);
    for (;;) {
        enum weir_step step = weir_outlet_step(outlet, weir_clock_real_ns());
        if (step == WEIR_STEP_IDLE)
            step = await_batches(outlet);
        if (step == WEIR_STEP_ENDED)
            return;
    }
}

static void run_branch(struct weir_pipeline *p, const struct thread *t)
{
    struct weir_branch *branch = weir_assembly_branch(p->assembly, t->lane);
    struct weir_bell *bell = weir_branch_bell(branch);
    for (;;) {
        enum weir_step step = weir_branch_step(branch);
        if (step == WEIR_STEP_IDLE) {
            uint32_t ticket = weir_bell_ticket(bell);
            step = weir_branch_step(branch);
            if (step == WEIR_STEP_IDLE)
                weir_bell_wait(bell, ticket, -1);
            else
                weir_bell_ack(bell);
        }
        if (step == WEIR_STEP_ENDED)
            return;
    }
}

static void tell(struct weir_pipeline *p)
{
    struct weir_progress progress;
    weir_assembly_progress(p->assembly, &progress);
    int64_t elapsed_ns = weir_pipeline_elapsed_ns(p);
    WEIR_ASSERT(p->config.on_interval != NULL);
    p->config.on_interval(p->config.context, &progress, elapsed_ns);
}

static void pass_notices(struct weir_pipeline *p)
{
    struct weir_stats *stats = weir_assembly_stats(p->assembly);
    struct weir_err text;
    while (weir_stats_notice(stats, &text))
        if (p->config.on_notice != NULL)
            p->config.on_notice(p->config.context, text.text);
}

static void run_stats(struct weir_pipeline *p, const struct thread *t)
{
    (void)t;
    struct weir_stats *stats = weir_assembly_stats(p->assembly);
    struct weir_bell *bell = weir_stats_bell(stats);
    bool telling = p->config.on_interval != NULL;
    bool ticking = telling && p->config.interval_ns > 0;
    int64_t due_ns = ticking ? p->begun_ns + p->config.interval_ns : INT64_MAX;
    for (;;) {
        int64_t now_ns = weir_clock_mono_ns();
        if (now_ns >= due_ns) {
            tell(p);
            /* A slow listener gets fewer lines, not late ones. */
            now_ns = weir_clock_mono_ns();
            while (due_ns <= now_ns)
                due_ns += p->config.interval_ns;
        }
        pass_notices(p);
        enum weir_step step = weir_stats_step(stats);
        if (step == WEIR_STEP_IDLE) {
            uint32_t ticket = weir_bell_ticket(bell);
            pass_notices(p);
            step = weir_stats_step(stats);
            if (step == WEIR_STEP_IDLE)
                weir_bell_wait(bell, ticket, ticking ? due_ns - now_ns : -1);
            else
                weir_bell_ack(bell);
        }
        if (step == WEIR_STEP_ENDED)
            break;
    }
    weir_counter_set(&p->ended_ns, (uint64_t)weir_clock_mono_ns());
    if (telling)
        tell(p);
    weir_stop_set(&p->done);
}

static enum gate pass_gate(struct weir_pipeline *p)
{
    pthread_mutex_lock(&p->mutex);
    while (p->gate == GATE_SHUT)
        pthread_cond_wait(&p->changed, &p->mutex);
    enum gate gate = p->gate;
    pthread_mutex_unlock(&p->mutex);
    return gate;
}

static void set_gate(struct weir_pipeline *p, enum gate gate)
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
    struct thread *t = argument;
    pthread_setname_np(pthread_self(), t->seen.name);
    if (pass_gate(t->pipeline) == GATE_OPEN)
        t->run(t->pipeline, t);
    t->seen.cpu_ns = thread_cpu_ns();
    return NULL;
}

static int next_cpu(const struct weir_pipeline *p)
{
    uint32_t count = p->config.cpus_count;
    return count == 0 ? -1 : p->config.cpus[p->threads_count % count];
}

static struct thread *plan_thread(struct weir_pipeline *p,
                                  void (*run)(struct weir_pipeline *,
                                              const struct thread *),
                                  uint32_t lane)
{
    struct thread *t = &p->threads[p->threads_count];
    t->pipeline = p;
    t->run = run;
    t->lane = lane;
    t->seen.cpu = next_cpu(p);
    p->threads_count++;
    return t;
}

/* "weir-work-1", and of several lanes "weir-work-0-1". */
static void name_thread(struct thread *t, const char *what, bool several,
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

static void plan(struct weir_pipeline *p)
{
    uint32_t lanes = weir_assembly_lanes(p->assembly);
    uint32_t outlets = weir_assembly_outlets(p->assembly);
    for (uint32_t i = 0; i < lanes; i++) {
        struct thread *t = plan_thread(p, run_capture, i);
        name_thread(t, "capture", lanes > 1, -1);
        for (uint32_t k = 0; k < p->config.assembly.workers; k++) {
            t = plan_thread(p, run_worker, i);
            t->worker = k;
            name_thread(t, "work", lanes > 1, (int)k);
        }
    }
    for (uint32_t i = 0; i < outlets; i++)
        name_thread(plan_thread(p, run_writer, i), "write", outlets > 1, -1);
    name_thread(plan_thread(p, run_stats, 0), "stats", false, -1);
    for (uint32_t i = 0; i < weir_assembly_branches(p->assembly); i++) {
        struct thread *t = plan_thread(p, run_branch, i);
        t->seen.cpu = -1; /* what it does, and where best, is not ours */
        name_thread(t, "sink", true, -1);
    }
}

/* Capture and workers of each lane, the writers, the stats, the branches. */
static uint32_t count_threads(const struct weir_assembly_config *config)
{
    return config->lanes * (1 + config->workers) +
           (config->outlets_apart ? config->lanes : 1) + 1 +
           config->branches_count;
}

static int check_cpus(const struct weir_pipeline_config *config,
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

int weir_pipeline_open(struct weir_pipeline **out,
                       const struct weir_pipeline_config *config,
                       struct weir_err *err)
{
    int ret = check_cpus(config, err);
    if (ret < 0)
        return ret;
    size_t threads = count_threads(&config->assembly);
    struct weir_pipeline *p =
        calloc(1, sizeof *p + threads * sizeof(struct thread));
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
    plan(p);
    *out = p;
    return 0;

err_assembly:
    weir_stop_close(&p->done);
err_done:
    free(p);
    return ret;
}

static int start_thread(struct thread *t)
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

int weir_pipeline_start(struct weir_pipeline *p, struct weir_err *err)
{
    int ret = 0;
    while (ret == 0 && p->started < p->threads_count) {
        ret = start_thread(&p->threads[p->started]);
        if (ret == 0)
            p->started++;
    }
    p->begun_ns = weir_clock_mono_ns();
    set_gate(p, ret == 0 ? GATE_OPEN : GATE_CANCELLED);
    if (ret == 0)
        return 0;
    weir_err_sys(err, ret, "thread %s", p->threads[p->started].seen.name);
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
