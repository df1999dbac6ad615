#include "bench/trial/trial.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "bench/host/netstat.h"
#include "bench/trial/gen_job.h"
#include "bench/trial/last_words.h"
#include "bench/trial/listen.h"
#include "bench/trial/quiet.h"
#include "ring/stop.h"

/* So long a call that waits may keep us from a Ctrl-C. */
#define LOOK_NS (10 * WEIR_NS_PER_MS)

#define IDLE_NS     (2 * WEIR_NS_PER_S)
#define READY_NS    (10 * WEIR_NS_PER_S)
#define QUIET_NS    (30 * WEIR_NS_PER_S)
#define STOP_NS     (60 * WEIR_NS_PER_S)
#define HALTED_NS   (5 * WEIR_NS_PER_S)
#define GEN_MORE_NS (10 * WEIR_NS_PER_S)

struct threads {
    int64_t at_ns;
    int64_t cpu_ns;   /* of the whole program */
    uint64_t written; /* to disks, likewise */
    size_t count;
    struct weir_job_thread at[WEIR_TRIAL_THREADS_MAX];
};

struct drops {
    struct weir_netstat near, far;
};

struct run {
    const struct weir_trial_place *place;
    const struct weir_trial_recorder *recorder;
    const struct weir_trial_traffic *traffic;
    const struct weir_stop *stop;
    struct weir_trial_outcome *out;
    struct weir_job *job;
    struct weir_gen_job *gen;
    struct threads before, after;
};

static void nap(int64_t ns)
{
    const struct timespec time = {.tv_sec = ns / WEIR_NS_PER_S,
                                  .tv_nsec = ns % WEIR_NS_PER_S};
    (void)nanosleep(&time, NULL);
}

static int64_t or_default(int64_t asked_ns, int64_t default_ns)
{
    return asked_ns > 0 ? asked_ns : default_ns;
}

static int is_stopped(const struct run *r, struct weir_err *err)
{
    if (r->stop == NULL || !weir_stop_is_set(r->stop))
        return 0;
    return weir_err_set(err, -ECANCELED, "interrupted");
}

/* The recorder must not end by itself. */
static int is_gone(struct run *r, struct weir_err *err)
{
    if (weir_job_running(r->job))
        return 0;
    int ret = weir_job_wait(r->job, 0, &r->out->ended, err);
    if (ret != 0)
        return ret;
    if (r->out->ended.status == 0)
        return weir_err_set(err, -EIO, "%s: ended before it was told to",
                            r->recorder->name);
    return weir_last_words(&r->out->ended, r->recorder->name, err);
}

/* The socket of a recorder by libpcap listens before its filter is set, and
 * that throws away what has come by then (pcap_setfilter in pcap-linux.c):
 * it is ready when it has nothing more to do than to wait.  One that polls
 * never is, so this is bounded. */
static int wait_until_idle(struct run *r, struct weir_err *err)
{
    struct weir_quiet quiet = {0};
    int64_t deadline_ns = weir_clock_mono_ns() + IDLE_NS;
    int ret = 0;
    while (ret == 0 && weir_clock_mono_ns() < deadline_ns &&
           !weir_quiet_look(&quiet, r->job, weir_clock_mono_ns())) {
        nap(WEIR_QUIET_LOOK_NS);
        ret = is_gone(r, err);
        if (ret == 0)
            ret = is_stopped(r, err);
    }
    return ret;
}

static int wait_until_listening(struct run *r, struct weir_err *err)
{
    const struct weir_trial_recorder *recorder = r->recorder;
    uint32_t sockets = recorder->sockets > 0 ? recorder->sockets : 1;
    int64_t patience_ns = or_default(recorder->ready_timeout_ns, READY_NS);
    int64_t deadline_ns = weir_clock_mono_ns() + patience_ns;
    int ret = 0;
    while (ret == 0 && weir_listen_sockets(weir_job_pid(r->job)) < sockets) {
        ret = is_gone(r, err);
        if (ret == 0)
            ret = is_stopped(r, err);
        if (ret == 0 && weir_clock_mono_ns() >= deadline_ns)
            ret = weir_err_set(
                err, -EIO, "%s: no packet socket listens after %" PRId64 " s",
                recorder->name, patience_ns / WEIR_NS_PER_S);
        nap(LOOK_NS / 4);
    }
    return ret;
}

static int start_recorder(struct run *r, struct weir_err *err)
{
    const struct weir_trial_recorder *recorder = r->recorder;
    const struct weir_job_config config = {
        .argv = recorder->argv,
        .netns_fd = r->place->near_fd,
        .cpus = recorder->cpus,
        .cpus_count = recorder->cpus_count,
        .folder = recorder->folder,
        .input_fd = -1,
        .output = recorder->output,
    };
    int ret = weir_job_start(&r->job, &config, err);
    if (ret == 0)
        ret = wait_until_listening(r, err);
    if (ret == 0)
        ret = wait_until_idle(r, err);
    return ret;
}

static int start_generator(struct run *r, struct weir_err *err)
{
    int64_t deadline_ns = weir_clock_mono_ns() + WEIR_GEN_JOB_READY_NS;
    int ret = weir_gen_job_start(&r->gen, r->place, r->traffic, err);
    while (ret == 0) {
        int ready = weir_gen_job_ready(r->gen, LOOK_NS, err);
        if (ready != 0)
            return ready < 0 ? ready : 0;
        ret = is_gone(r, err);
        if (ret == 0)
            ret = is_stopped(r, err);
        if (ret == 0 && weir_clock_mono_ns() >= deadline_ns)
            ret = weir_err_set(err, -EIO, "generator: not ready in time");
    }
    return ret;
}

static void look_at_threads(const struct run *r, struct threads *out)
{
    out->count = weir_job_threads(r->job, out->at, WEIR_TRIAL_THREADS_MAX);
    out->cpu_ns = weir_job_cpu_ns(r->job);
    out->written = weir_quiet_written(weir_job_pid(r->job));
    out->at_ns = weir_clock_mono_ns();
}

static int send_all(struct run *r, struct weir_err *err)
{
    int64_t deadline_ns =
        weir_clock_mono_ns() + 2 * r->traffic->duration_ns + GEN_MORE_NS;
    look_at_threads(r, &r->before);
    weir_gen_job_go(r->gen);
    for (;;) {
        int done = weir_gen_job_done(r->gen, LOOK_NS, err);
        if (done != 0) {
            look_at_threads(r, &r->after);
            return done < 0 ? done
                            : weir_gen_job_finish(r->gen, &r->out->sent, err);
        }
        int ret = is_gone(r, err);
        if (ret == 0)
            ret = is_stopped(r, err);
        if (ret == 0 && weir_clock_mono_ns() >= deadline_ns)
            ret = weir_err_set(err, -ETIMEDOUT, "generator: did not end");
        if (ret != 0)
            return ret;
    }
}

static int wait_until_quiet(struct run *r, struct weir_err *err)
{
    struct weir_quiet quiet = {0};
    int64_t patience_ns = or_default(r->recorder->quiet_timeout_ns, QUIET_NS);
    int64_t begun_ns = r->after.at_ns;
    int64_t now_ns = weir_clock_mono_ns();
    /* Looked at in any case: what is seen is a row of looks. */
    while (!weir_quiet_look(&quiet, r->job, now_ns) ||
           now_ns - begun_ns < r->recorder->quiet_least_ns) {
        if (now_ns - begun_ns >= patience_ns) {
            r->out->never_quiet = true;
            r->out->quiet_ns = now_ns - begun_ns;
            return 0;
        }
        int ret = is_gone(r, err);
        if (ret == 0)
            ret = is_stopped(r, err);
        if (ret != 0)
            return ret;
        nap(WEIR_QUIET_LOOK_NS);
        now_ns = weir_clock_mono_ns();
    }
    r->out->quiet_ns =
        quiet.since_ns > begun_ns ? quiet.since_ns - begun_ns : 0;
    return 0;
}

/* A program that a signal has stopped does nothing until another lets it go
 * on, and that may be never. */
static int is_halted(const struct run *r, int64_t *since_ns,
                     struct weir_err *err)
{
    int64_t now_ns = weir_clock_mono_ns();
    if (!weir_quiet_halted(weir_job_pid(r->job)))
        *since_ns = 0;
    else if (*since_ns == 0)
        *since_ns = now_ns;
    if (*since_ns == 0 || now_ns - *since_ns < HALTED_NS)
        return 0;
    weir_job_signal(r->job, SIGKILL);
    return weir_err_set(err, -ETIMEDOUT,
                        "%s: does not end: a signal has stopped it",
                        r->recorder->name);
}

static int stop_recorder(struct run *r, struct weir_err *err)
{
    const struct weir_trial_recorder *recorder = r->recorder;
    struct weir_job_end *end = &r->out->ended;
    int64_t begun_ns = weir_clock_mono_ns();
    int64_t deadline_ns =
        begun_ns + or_default(recorder->stop_timeout_ns, STOP_NS);
    int64_t halted_ns = 0;
    weir_job_signal(r->job, recorder->stop_signal != 0 ? recorder->stop_signal
                                                       : SIGTERM);
    while (weir_job_running(r->job) && weir_clock_mono_ns() < deadline_ns) {
        int ret = is_stopped(r, err);
        if (ret == 0)
            ret = is_halted(r, &halted_ns, err);
        if (ret != 0)
            return ret;
        nap(LOOK_NS / 2);
    }
    int ret = weir_job_wait(r->job, 0, end, err);
    if (ret != 0)
        return ret;
    r->out->stop_ns = weir_clock_mono_ns() - begun_ns;
    r->out->cpu_ns = end->user_ns + end->system_ns;
    const bool killed =
        end->signal != 0 && end->signal != recorder->stop_signal;
    if (end->timed_out || killed || (end->status != 0 && !recorder->any_end))
        return weir_last_words(end, recorder->name, err);
    return 0;
}

/* What it spent, which a recorder with a large ring spends for the most part
 * on that before the first frame and after the last. */
static void count_work(struct run *r)
{
    int64_t work_ns = weir_job_cpu_ns(r->job) - r->before.cpu_ns;
    r->out->work_ns = work_ns > 0 ? work_ns : 0;
}

/* Threads that began after the first look are counted from their start. */
static void share_time(struct run *r)
{
    struct weir_trial_outcome *out = r->out;
    double passed = (double)(r->after.at_ns - r->before.at_ns);
    out->written_bytes = r->after.written - r->before.written;
    out->threads_count = r->after.count;
    for (size_t i = 0; i < r->after.count; i++) {
        const struct weir_job_thread *now = &r->after.at[i];
        struct weir_job_thread then = {0};
        for (size_t n = 0; n < r->before.count; n++)
            if (r->before.at[n].id == now->id)
                then = r->before.at[n];
        memcpy(out->threads[i].name, now->name, sizeof now->name);
        out->threads[i].busy_fraction =
            (double)(now->busy_ns - then.busy_ns) / passed;
        out->threads[i].waiting_fraction =
            (double)(now->waiting_ns - then.waiting_ns) / passed;
    }
}

/* By xdp the frames are put in behind every device and qdisc, and a CPU's
 * input queue is all that lies before the packet sockets. */
static bool crosses_link(const struct run *r)
{
    return strcmp(r->traffic->way, "xdp") != 0;
}

static int read_drops(const struct run *r, struct drops *out,
                      struct weir_err *err)
{
    const struct weir_trial_place *place = r->place;
    int ret = weir_netstat_take(&out->near, place->near_fd, place->near, err);
    if (ret == 0 && crosses_link(r))
        ret = weir_netstat_take(&out->far, place->far_fd, place->far, err);
    return ret;
}

static void count_drops(struct run *r, const struct drops *now,
                        const struct drops *then)
{
    struct weir_netstat near = weir_netstat_since(&now->near, &then->near);
    struct weir_netstat far = weir_netstat_since(&now->far, &then->far);
    if (!crosses_link(r)) {
        r->out->before.backlog = near.softnet_dropped;
        return;
    }
    struct weir_netstat_before before =
        weir_netstat_before(&near, &far, r->out->sent.refused);
    r->out->before = (struct weir_trial_before){.qdisc = before.qdisc,
                                                .device = before.device,
                                                .backlog = before.backlog};
}

static int run_phases(struct run *r, struct weir_err *err)
{
    struct drops before = {0}, after = {0};
    int ret = start_recorder(r, err);
    if (ret == 0)
        ret = start_generator(r, err);
    if (ret == 0)
        ret = read_drops(r, &before, err);
    if (ret == 0)
        ret = send_all(r, err);
    if (ret == 0)
        ret = wait_until_quiet(r, err);
    if (ret == 0)
        count_work(r);
    if (ret == 0)
        ret = read_drops(r, &after, err);
    if (ret == 0)
        ret = stop_recorder(r, err);
    if (ret != 0)
        return ret;
    count_drops(r, &after, &before);
    share_time(r);
    return 0;
}

int weir_trial_run(struct weir_trial_outcome *out,
                   const struct weir_trial_place *place,
                   const struct weir_trial_recorder *recorder,
                   const struct weir_trial_traffic *traffic,
                   const struct weir_stop *stop, struct weir_err *err)
{
    struct run r = {.place = place,
                    .recorder = recorder,
                    .traffic = traffic,
                    .stop = stop,
                    .out = out};
    struct weir_err why = {.text = ""};
    memset(out, 0, sizeof *out);
    int ret = run_phases(&r, &why);
    weir_gen_job_close(r.gen);
    weir_job_close(r.job);
    if (ret == 0)
        return 0;
    /* Killed from outside, or stuck: it may go well the next time. */
    if (ret == -ESRCH || ret == -ETIMEDOUT) {
        out->is_void = true;
        memcpy(out->why, why.text, sizeof out->why);
        return 0;
    }
    return weir_err_set(err, ret, "%s", why.text);
}
