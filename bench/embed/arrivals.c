#include "bench/embed/arrivals.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/if_packet.h>
#include <math.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/err.h"
#include "bench/host/job.h"
#include "bench/host/netstat.h"
#include "bench/host/rig.h"
#include "bench/stages/spread.h"

#define LOOK_MS  5
#define BUFFER   (64 << 20)
#define TAIL_MS  100
#define WAIT_END (10 * WEIR_NS_PER_S)

struct view {
    const struct weir_arrivals_config *config;
    struct weir_netstat before;
    int ear; /* -1: none */
    uint64_t stamped;
    /* At the first look behind the first tenth, and the last one before the
     * last tenth; and at the first that saw any, and the last. */
    uint64_t from;
    int64_t from_ns;
    uint64_t to;
    int64_t to_ns;
    uint64_t first;
    int64_t first_ns;
    uint64_t last;
    int64_t last_ns;
};

static int ear_open(void *context)
{
    int *ear = context;
    const int bytes = BUFFER;
    const int yes = 1;
    const struct sockaddr_ll address = {
        .sll_family = AF_PACKET,
        .sll_protocol = htobe16(ETH_P_ALL),
        .sll_ifindex = (int)if_nametoindex(WEIR_RIG_NEAR),
    };
    *ear = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (*ear < 0)
        return -errno;
    if (setsockopt(*ear, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) !=
            0 ||
        setsockopt(*ear, SOL_SOCKET, SO_TIMESTAMPNS, &yes, sizeof yes) != 0 ||
        bind(*ear, (const struct sockaddr *)&address, sizeof address) != 0)
        return -errno;
    return 0;
}

static bool stamp_take(int ear, int64_t *stamp)
{
    _Alignas(struct cmsghdr) char control[256];
    uint8_t head[16];
    struct iovec vector = {head, sizeof head};
    struct msghdr message = {
        .msg_iov = &vector,
        .msg_iovlen = 1,
        .msg_control = control,
        .msg_controllen = sizeof control,
    };
    *stamp = 0;
    if (recvmsg(ear, &message, MSG_DONTWAIT) < 0)
        return false;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c != NULL;
         c = CMSG_NXTHDR(&message, c)) {
        struct timespec time;
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS)
            continue;
        memcpy(&time, CMSG_DATA(c), sizeof time);
        *stamp = (int64_t)time.tv_sec * WEIR_NS_PER_S + time.tv_nsec;
    }
    return true;
}

static void listen_some(struct view *view)
{
    int64_t stamp;
    while (view->ear >= 0 && stamp_take(view->ear, &stamp)) {
        if (view->stamped < view->config->frames)
            view->config->stamps[view->stamped] = stamp;
        view->stamped++;
    }
}

static int look(struct view *view, struct weir_err *err)
{
    struct weir_netstat now;
    int ret = weir_netstat_take(&now, weir_rig_near(view->config->rig),
                                WEIR_RIG_NEAR, err);
    if (ret != 0)
        return ret;
    int64_t now_ns = weir_clock_mono_ns();
    uint64_t got = now.rx_frames - view->before.rx_frames;
    uint64_t tenth = view->config->frames / 10;
    if (got > 0 && view->first_ns == 0) {
        view->first = got;
        view->first_ns = now_ns;
    }
    if (got > view->last) {
        view->last = got;
        view->last_ns = now_ns;
    }
    if (got >= tenth && view->from_ns == 0) {
        view->from = got;
        view->from_ns = now_ns;
    }
    if (got <= view->config->frames - tenth) {
        view->to = got;
        view->to_ns = now_ns;
    }
    return 0;
}

static int watch(struct view *view, struct weir_job *job, struct weir_err *err)
{
    int64_t end_ns = weir_clock_mono_ns() + view->config->limit_ns;
    int ret = 0;
    while (ret == 0 && weir_job_running(job) && weir_clock_mono_ns() < end_ns) {
        ret = look(view, err);
        listen_some(view);
        (void)poll(NULL, 0, LOOK_MS);
    }
    return ret;
}

static double rate_of(const struct view *view)
{
    if (view->from_ns != 0 && view->to_ns > view->from_ns &&
        view->to > view->from)
        return (double)(view->to - view->from) * 1e9 /
               (double)(view->to_ns - view->from_ns);
    /* A run of a few looks. */
    if (view->last_ns > view->first_ns)
        return (double)(view->last - view->first) * 1e9 /
               (double)(view->last_ns - view->first_ns);
    return 0;
}

int weir_arrivals_gaps(struct weir_arrivals *out, int64_t *stamps, size_t count,
                       uint64_t pace, struct weir_err *err)
{
    struct weir_spread spread;
    if (count < 2)
        return weir_err_set(err, -EIO, "too few frames for a gap");
    double *off = calloc(count - 1, sizeof *off);
    if (off == NULL)
        return weir_err_sys(err, -ENOMEM, "gaps");
    for (size_t i = 1; i < count; i++)
        off[i - 1] =
            fabs((double)(stamps[i] - stamps[i - 1]) - 1e9 / (double)pace);
    out->pps = (double)(count - 1) * 1e9 /
               fmax(1, (double)(stamps[count - 1] - stamps[0]));
    weir_spread_make(&spread, off, count - 1);
    free(off);
    out->p50_ns = spread.p50;
    out->p99_ns = spread.p99;
    out->most_ns = spread.most;
    return 0;
}

static int end_check(const struct view *view, const struct weir_job_end *end,
                     struct weir_err *err)
{
    const char *name = view->config->argv[0];
    uint64_t frames = view->config->frames;
    if (end->timed_out)
        return weir_err_set(err, -ETIMEDOUT, "%s: it does not end", name);
    if (end->signal != 0)
        return weir_err_set(err, -EIO, "%s: killed by signal %d", name,
                            end->signal);
    if (end->status != 0)
        return weir_err_set(err, -EIO, "%s: exit status %d: %.200s", name,
                            end->status, end->words);
    if (view->last != frames)
        return weir_err_set(err, -EIO,
                            "%s: %" PRIu64 " of %" PRIu64 " frames arrived",
                            name, view->last, frames);
    if (view->ear >= 0 && view->stamped != frames)
        return weir_err_set(err, -EIO,
                            "%s: %" PRIu64 " of %" PRIu64 " frames were heard",
                            name, view->stamped, frames);
    return 0;
}

static int job_watch(struct view *view, struct weir_job_end *end,
                     struct weir_err *err)
{
    const struct weir_arrivals_config *config = view->config;
    const struct weir_job_config job_config = {
        .argv = config->argv,
        .netns_fd = weir_rig_far(config->rig),
        .cpus = config->cpus,
        .cpus_count = config->cpus_count,
        .input_fd = -1,
    };
    struct weir_job *job = NULL;
    int ret = weir_job_start(&job, &job_config, err);
    if (ret != 0)
        return ret;
    ret = watch(view, job, err);
    if (ret == 0)
        ret =
            weir_job_wait(job, weir_job_running(job) ? 0 : WAIT_END, end, err);
    weir_job_close(job);
    /* What is on its way still. */
    (void)poll(NULL, 0, TAIL_MS);
    if (ret == 0)
        ret = look(view, err);
    listen_some(view);
    return ret;
}

static int run(struct view *view, struct weir_arrivals *out,
               struct weir_err *err)
{
    const struct weir_arrivals_config *config = view->config;
    struct weir_job_end end;
    if (config->pace != 0) {
        int ret = weir_rig_enter(weir_rig_near(config->rig), ear_open,
                                 &view->ear, err);
        if (ret != 0)
            return weir_err_sys(err, ret, "listen on " WEIR_RIG_NEAR);
    }
    int ret = weir_netstat_take(&view->before, weir_rig_near(config->rig),
                                WEIR_RIG_NEAR, err);
    if (ret == 0)
        ret = job_watch(view, &end, err);
    if (ret == 0)
        ret = end_check(view, &end, err);
    if (ret != 0)
        return ret;
    *out = (struct weir_arrivals){
        .pps = rate_of(view),
        .cpu_ns =
            (double)(end.user_ns + end.system_ns) / (double)config->frames,
        .duration_s = (double)end.wall_ns / 1e9,
        .memory_bytes = (double)end.memory_bytes,
    };
    return config->pace == 0
               ? 0
               : weir_arrivals_gaps(out, config->stamps, (size_t)config->frames,
                                    config->pace, err);
}

int weir_arrivals_run(struct weir_arrivals *out,
                      const struct weir_arrivals_config *config,
                      struct weir_err *err)
{
    struct view view = {.config = config, .ear = -1};
    int ret = run(&view, out, err);
    if (view.ear >= 0)
        (void)close(view.ear);
    return ret;
}
