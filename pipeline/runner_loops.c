#include <poll.h>
#include <time.h>

#include "base/assert.h"
#include "base/clock.h"
#include "pipeline/branch.h"
#include "pipeline/outlet.h"
#include "pipeline/runner_impl.h"
#include "pipeline/stats.h"
#include "ring/bell.h"

/* Sleeps until the capture stage may have something to do. */
static void wait_for_source(struct weir_runner *p, struct weir_lane *lane)
{
    struct weir_bell *bell = weir_lane_capture_bell(lane);
    const struct weir_assembly_config *config = &p->config.assembly;
    struct weir_capture_wait wait;
    weir_lane_capture_wait(lane, weir_clock_mono_ns(), &wait);
    struct pollfd fds[5];
    nfds_t n = 0;
    fds[n++] = (struct pollfd){.fd = bell->fd, .events = POLLIN};
    if (wait.stoppable)
        fds[n++] = (struct pollfd){.fd = config->stop->fd, .events = POLLIN};
    if (wait.stoppable && config->stop_too != NULL)
        fds[n++] =
            (struct pollfd){.fd = config->stop_too->fd, .events = POLLIN};
    if (wait.abandonable)
        fds[n++] = (struct pollfd){.fd = config->abandon->fd, .events = POLLIN};
    if (wait.fd >= 0)
        fds[n++] = (struct pollfd){.fd = wait.fd, .events = POLLIN};
    struct timespec limit = {
        .tv_sec = wait.timeout_ns / WEIR_NS_PER_S,
        .tv_nsec = wait.timeout_ns % WEIR_NS_PER_S,
    };
    weir_lane_rest(lane);
    ppoll(fds, n, wait.timeout_ns >= 0 ? &limit : NULL, NULL);
    weir_lane_resume(lane);
}

void runner_run_capture(struct weir_runner *p, const struct runner_thread *t)
{
    struct weir_lane *lane = weir_assembly_lane(p->assembly, t->lane);
    struct weir_bell *bell = weir_lane_capture_bell(lane);
    weir_lane_enter(lane);
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
            break;
    }
    weir_lane_leave(lane);
}

void runner_run_worker(struct weir_runner *p, const struct runner_thread *t)
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

void runner_run_writer(struct weir_runner *p, const struct runner_thread *t)
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

void runner_run_branch(struct weir_runner *p, const struct runner_thread *t)
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

static void tell(struct weir_runner *p)
{
    struct weir_progress progress;
    weir_assembly_progress(p->assembly, &progress);
    int64_t elapsed_ns = weir_runner_elapsed_ns(p);
    WEIR_ASSERT(p->config.on_interval != NULL);
    p->config.on_interval(p->config.context, &progress, elapsed_ns);
}

static void pass_notices(struct weir_runner *p)
{
    struct weir_stats *stats = weir_assembly_stats(p->assembly);
    struct weir_err text;
    while (weir_stats_notice(stats, &text))
        if (p->config.on_notice != NULL)
            p->config.on_notice(p->config.context, text.text);
}

void runner_run_stats(struct weir_runner *p, const struct runner_thread *t)
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
