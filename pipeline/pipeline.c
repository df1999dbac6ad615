#include "pipeline/pipeline.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>

#include "base/pcap.h"
#include "pipeline/pipeline_impl.h"

static int refuse_null(struct weir_err *err)
{
    return weir_err_set(err, -EINVAL, "pipeline: NULL");
}

/* Whoever waits for threads of the pipeline, or for what they hold, must not
 * be one of them, nor be called by who does so already. */
static int control_enter(struct weir_pipeline *p, const char *call,
                         struct weir_err *err)
{
    if (weir_runner_is_inside(p->runner))
        return weir_err_set(err, -EDEADLK, "%s: from a callback of its own",
                            call);
    const int ret = pthread_mutex_lock(&p->control);
    return ret == 0 ? 0
                    : weir_err_set(err, -ret, "%s: from a callback of its own",
                                   call);
}

static void control_leave(struct weir_pipeline *p)
{
    pthread_mutex_unlock(&p->control);
}

static enum pipeline_state state_of(const struct weir_pipeline *p)
{
    /* Pairs with the release in set_state: join reads the result behind it. */
    return (enum pipeline_state)atomic_load_explicit(&p->state,
                                                     memory_order_acquire);
}

static void set_state(struct weir_pipeline *p, enum pipeline_state state)
{
    atomic_store_explicit(&p->state, (int)state, memory_order_release);
}

bool pipeline_is_there(const struct weir_pipeline *p)
{
    return p != NULL && state_of(p) != PIPELINE_CLOSES;
}

static int control_open(struct weir_pipeline *p, struct weir_err *err)
{
    pthread_mutexattr_t kind;
    int ret = pthread_mutexattr_init(&kind);
    if (ret != 0)
        return weir_err_sys(err, -ret, "pipeline");
    pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_ERRORCHECK);
    ret = pthread_mutex_init(&p->control, &kind);
    pthread_mutexattr_destroy(&kind);
    if (ret != 0)
        return weir_err_sys(err, -ret, "pipeline");
    ret = pthread_cond_init(&p->left, NULL);
    if (ret == 0)
        return 0;
    pthread_mutex_destroy(&p->control);
    return weir_err_sys(err, -ret, "pipeline");
}

/* Waits for those who still look at the result, and keeps control while it
 * goes: it is called back by what a tap has to destroy. */
static void control_close(struct weir_pipeline *p)
{
    pthread_mutex_lock(&p->control);
    while (p->joining > 0)
        pthread_cond_wait(&p->left, &p->control);
    set_state(p, PIPELINE_CLOSES);
    pipeline_dismantle(p);
    pthread_mutex_unlock(&p->control);
    pthread_cond_destroy(&p->left);
    pthread_mutex_destroy(&p->control);
}

int weir_pipeline_open(struct weir_pipeline **out,
                       const struct weir_pipeline_config *config,
                       struct weir_err *err)
{
    if (out == NULL || config == NULL)
        return refuse_null(err);
    if (*out != NULL)
        return weir_err_set(err, -EBUSY, "pipeline: it is open already");
    struct weir_pipeline *p = calloc(1, sizeof *p);
    if (p == NULL)
        return weir_err_sys(err, -ENOMEM, "pipeline");
    int ret = control_open(p, err);
    if (ret < 0) {
        free(p);
        return ret;
    }
    ret = pipeline_assemble(p, config, err);
    if (ret < 0) {
        weir_pipeline_close(&p, NULL);
        return ret;
    }
    *out = p;
    return 0;
}

/* Signals are the program's: no thread of ours takes one, and a closed pipe is
 * an error of write. */
static int start_quietly(struct weir_pipeline *p, struct weir_err *err)
{
    sigset_t all, before;
    sigfillset(&all);
    int ret = pthread_sigmask(SIG_SETMASK, &all, &before);
    if (ret != 0)
        return weir_err_sys(err, -ret, "signal mask");
    ret = weir_runner_start(p->runner, err);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ret;
}

int weir_pipeline_start(struct weir_pipeline *p, struct weir_err *err)
{
    if (p == NULL)
        return refuse_null(err);
    int ret = control_enter(p, "start", err);
    if (ret < 0)
        return ret;
    if (state_of(p) != PIPELINE_OPEN) {
        ret = weir_err_set(err, -EALREADY, "start: it was started already");
    } else {
        ret = start_quietly(p, err);
        set_state(p, ret == 0 ? PIPELINE_RUNS : PIPELINE_BROKEN);
    }
    control_leave(p);
    return ret;
}

int weir_pipeline_stop(struct weir_pipeline *p)
{
    return p == NULL ? -EINVAL : weir_event_set(p->stop);
}

int weir_pipeline_abandon(struct weir_pipeline *p)
{
    return p == NULL ? -EINVAL : weir_event_set(p->abandon);
}

int weir_pipeline_rotate(struct weir_pipeline *p)
{
    if (p == NULL || !p->writes || state_of(p) != PIPELINE_RUNS)
        return -EINVAL;
    weir_assembly_rotate(weir_runner_assembly(p->runner));
    return 0;
}

int weir_pipeline_done_fd(const struct weir_pipeline *p)
{
    return pipeline_is_there(p) ? weir_runner_done_fd(p->runner) : -EINVAL;
}

/* Others may look, stop and change meanwhile. */
static void wait_for_end(const struct weir_pipeline *p)
{
    struct pollfd done = {.fd = weir_runner_done_fd(p->runner),
                          .events = POLLIN};
    while (poll(&done, 1, -1) != 1)
        continue;
}

static void finish(struct weir_pipeline *p)
{
    weir_runner_join(p->runner);
    p->result = pipeline_judge(p, &p->result_text);
    set_state(p, PIPELINE_JOINED);
}

static int tell_result(const struct weir_pipeline *p, struct weir_err *err)
{
    return p->result == 0
               ? 0
               : weir_err_set(err, p->result, "%s", p->result_text.text);
}

int weir_pipeline_join(struct weir_pipeline *p, struct weir_err *err)
{
    if (p == NULL)
        return refuse_null(err);
    int ret = control_enter(p, "join", err);
    if (ret < 0)
        return ret;
    if (state_of(p) == PIPELINE_RUNS) {
        p->joining++;
        control_leave(p);
        wait_for_end(p);
        pthread_mutex_lock(&p->control);
        p->joining--;
        pthread_cond_signal(&p->left);
    }
    if (state_of(p) == PIPELINE_RUNS)
        finish(p);
    ret = state_of(p) == PIPELINE_JOINED
              ? tell_result(p, err)
              : weir_err_set(err, -EINVAL, "join: it was not started");
    control_leave(p);
    return ret;
}

int weir_pipeline_close(struct weir_pipeline **at, struct weir_err *err)
{
    if (at == NULL || *at == NULL)
        return 0;
    struct weir_pipeline *p = *at;
    int ret = 0;
    if (p->runner != NULL) {
        ret = control_enter(p, "close", err);
        if (ret < 0)
            return ret;
        control_leave(p);
    }
    if (state_of(p) == PIPELINE_RUNS) {
        weir_event_set(p->stop);
        ret = weir_pipeline_join(p, err);
    }
    control_close(p);
    *at = NULL;
    free(p);
    return ret;
}

static bool is_stopped(const struct weir_pipeline *p)
{
    return weir_event_is_set(p->stop) == 1 ||
           (p->shared_stop != NULL && weir_event_is_set(p->shared_stop) == 1);
}

/* Changes need batches to come. */
static int64_t change(struct weir_pipeline *p, const char *call,
                      const struct weir_change *change, struct weir_err *err)
{
    int64_t ret = control_enter(p, call, err);
    if (ret < 0)
        return ret;
    if (state_of(p) == PIPELINE_JOINED || is_stopped(p))
        ret = weir_err_set(err, -ESHUTDOWN, "%s: it has been stopped", call);
    else
        ret =
            weir_assembly_change(weir_runner_assembly(p->runner), change, err);
    control_leave(p);
    return ret;
}

int64_t weir_pipeline_set_filter(struct weir_pipeline *p, const char *filter,
                                 struct weir_err *err)
{
    if (p == NULL)
        return refuse_null(err);
    const struct weir_change to = {.filter = filter != NULL ? filter : ""};
    return change(p, "set_filter", &to, err);
}

int64_t weir_pipeline_set_snaplen(struct weir_pipeline *p, uint32_t snaplen,
                                  struct weir_err *err)
{
    if (p == NULL)
        return refuse_null(err);
    if (snaplen > WEIR_SNAPLEN_MAX)
        return weir_err_set(err, -EINVAL, "snapshot length %u: %u at most",
                            snaplen, WEIR_SNAPLEN_MAX);
    const struct weir_change to = {
        .snaplen = snaplen != 0 ? snaplen : WEIR_SNAPLEN_MAX,
    };
    return change(p, "set_snaplen", &to, err);
}

int64_t weir_pipeline_set_timeout(struct weir_pipeline *p, uint32_t timeout_ms,
                                  struct weir_err *err)
{
    if (p == NULL)
        return refuse_null(err);
    const uint32_t kernel_ms = p->inputs.kernel_ms;
    const struct weir_change to = {
        .waits = true,
        .wait_ms = timeout_ms > kernel_ms ? timeout_ms - kernel_ms : 0,
    };
    return change(p, "set_timeout", &to, err);
}
