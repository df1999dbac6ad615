#include <errno.h>
#include <poll.h>
#include <sys/timerfd.h>

#include "base/clock.h"
#include "base/pcap.h"
#include "capture/filter.h"
#include "pipeline/socket_impl.h"
#include "ring/event_stop.h"

/* After so many leases of which no frame is given a call looks at the time, or
 * says, if it may not wait, that nothing is there: there might be no end to
 * them. */
#define LEASES_MAX 64

void socket_regard(struct weir_socket *socket)
{
    if (socket->generation == 0) {
        socket->tests = socket->source->filter != NULL;
        socket->cuts = false;
        return;
    }
    socket->tests = socket->lease.screened < socket->generation &&
                    weir_screen_text(socket->screen) != NULL;
    /* A tag that was put back may make a frame longer, so the kernel's cut is
     * not enough. */
    socket->cuts = socket->info.snaplen < WEIR_SNAPLEN_MAX;
}

static bool is_wanted(const struct weir_socket *socket,
                      const struct weir_frame *frame)
{
    if (socket->generation > 0)
        return weir_screen_match(socket->screen, socket->info.linktype, frame);
    return weir_filter_match(socket->source->filter, frame->data, frame->caplen,
                             frame->len);
}

void socket_judge(struct weir_socket *socket)
{
    const uint32_t snaplen = socket->cuts ? socket->info.snaplen : UINT32_MAX;
    uint32_t n = socket->at;
    if (!socket->tests && !socket->cuts)
        return;
    for (uint32_t i = socket->at; i < socket->count; i++) {
        struct weir_frame frame = socket->frames[i];
        if (socket->tests && !is_wanted(socket, &frame))
            continue;
        if (frame.caplen > snaplen)
            frame.caplen = snaplen;
        socket->frames[n++] = frame;
    }
    socket->excluded += socket->count - n;
    socket->count = n;
}

static void give_back(struct weir_socket *socket)
{
    socket->source->ops->reclaim(socket->source, &socket->lease);
    socket->leased = false;
}

/* The next frames of the lease; false, and it is home, when none is left. */
static bool walk_on(struct weir_socket *socket)
{
    while (socket->leased) {
        struct weir_lease *lease = &socket->lease;
        socket->at = 0;
        socket->count =
            lease->walk(lease, &socket->walk, socket->frames, SOCKET_BATCH);
        if (socket->count == 0)
            give_back(socket);
        socket_judge(socket);
        if (socket->count > 0)
            return true;
    }
    return false;
}

static int end(struct weir_socket *socket, int answer,
               const struct weir_err *why)
{
    socket->ended = answer;
    socket->ended_text = *why;
    socket_fd_end(socket);
    return answer;
}

static void heed_stop(struct weir_socket *socket)
{
    if (socket->cut || socket->stop == NULL ||
        !weir_stop_is_set(&socket->stop->stop))
        return;
    socket->cut = true;
    socket->source->ops->cut(socket->source);
    socket_fd_cut(socket);
}

static void keep_notice(struct weir_socket *socket)
{
    const struct weir_source *source = socket->source;
    if (source->notice_generation == socket->notice_generation)
        return;
    socket->notice_generation = source->notice_generation;
    if (source->notice == NULL)
        return;
    weir_err_set(&socket->notice, 0, "%s", source->notice);
    socket->notices++;
}

/* Asks the source: WEIR_NEXT_FRAME for a lease, _NOTHING to wait, or the
 * end. */
static int take(struct weir_socket *socket)
{
    struct weir_err why = {.text = ""};
    struct weir_source *source = socket->source;
    const int answer = source->ops->next(source, &socket->lease, &why);
    keep_notice(socket);
    switch (answer) {
    case WEIR_SOURCE_LEASE:
        socket->leased = true;
        socket->walk = (struct weir_walk){0};
        socket->received += socket->lease.frames;
        socket_regard(socket);
        return WEIR_NEXT_FRAME;
    case WEIR_SOURCE_WAIT:
        return WEIR_NEXT_NOTHING;
    case WEIR_SOURCE_END:
        return end(socket, WEIR_NEXT_STOPPED, &why);
    default:
        return end(socket, answer, &why);
    }
}

static int64_t deadline(const struct weir_socket *socket, int64_t now_ns)
{
    const int64_t timeout_ms = socket->info.timeout_ms;
    return timeout_ms < 0 ? INT64_MAX : now_ns + timeout_ms * WEIR_NS_PER_MS;
}

/* Frames come, and none is given.  *until_ns: as of sleep_on. */
static bool is_late(const struct weir_socket *socket, int64_t *until_ns)
{
    const int64_t now_ns = weir_clock_mono_ns();
    if (*until_ns == 0)
        *until_ns = deadline(socket, now_ns);
    return now_ns >= *until_ns;
}

/* A timer that is set anew for each wait costs some microseconds, which is as
 * much as a hundred frames.  This one stays as it is, and wakes at an earlier
 * wait's time; then it is set to that of the present one. */
static int set_alarm(struct weir_socket *socket, int64_t now_ns,
                     int64_t wake_ns)
{
    if (socket->alarm_ns > now_ns && socket->alarm_ns <= wake_ns)
        return 0;
    const struct itimerspec at = {
        .it_value = {.tv_sec = wake_ns / WEIR_NS_PER_S,
                     .tv_nsec = wake_ns % WEIR_NS_PER_S},
    };
    socket->alarm_ns = wake_ns;
    return timerfd_settime(socket->alarm, TFD_TIMER_ABSTIME, &at, NULL);
}

/* Sleeps until something may be there; false: the time is over.  *until_ns: 0
 * for the first wait of a call. */
static bool sleep_on(struct weir_socket *socket, int64_t *until_ns)
{
    const int64_t now_ns = weir_clock_mono_ns();
    const int64_t wait_ms = socket->source->wait_ms;
    if (*until_ns == 0)
        *until_ns = deadline(socket, now_ns);
    if (now_ns >= *until_ns)
        return false;
    int64_t wake_ns = *until_ns;
    if (wait_ms >= 0 && now_ns + wait_ms * WEIR_NS_PER_MS < wake_ns)
        wake_ns = now_ns + wait_ms * WEIR_NS_PER_MS;
    struct pollfd fds[3] = {
        {.fd = socket->source->fd, .events = POLLIN},
        {.fd = socket->alarm, .events = POLLIN},
    };
    nfds_t n = 2;
    /* Once heeded, the event stays readable and means nothing more. */
    if (socket->stop != NULL && !socket->cut)
        fds[n++] =
            (struct pollfd){.fd = socket->stop->stop.fd, .events = POLLIN};
    /* It cannot fail: the time is valid.  If it did, the wait would be one
     * without end. */
    const int set = set_alarm(socket, now_ns, wake_ns);
    (void)poll(fds, n, set == 0 ? -1 : 1);
    return true;
}

/* No frame is in hand. */
static int refill(struct weir_socket *socket, struct weir_err *err)
{
    int64_t until_ns = 0; /* the clock is read when it is needed */
    uint32_t leases = 0;
    for (;;) {
        if (walk_on(socket))
            return WEIR_NEXT_FRAME;
        heed_stop(socket);
        const int rc = socket->ended != 0 ? socket->ended : take(socket);
        if (rc < 0)
            return weir_err_set(err, rc, "%s", socket->ended_text.text);
        if (rc == WEIR_NEXT_STOPPED)
            return rc;
        if (rc == WEIR_NEXT_FRAME && ++leases < LEASES_MAX)
            continue;
        leases = 0;
        if (socket->info.nonblocking) {
            socket_fd_calm(socket);
            return WEIR_NEXT_NOTHING;
        }
        if (rc == WEIR_NEXT_FRAME ? is_late(socket, &until_ns)
                                  : !sleep_on(socket, &until_ns))
            return WEIR_NEXT_NOTHING;
    }
}

static int refuse(struct weir_socket *socket, struct weir_err *err)
{
    return socket_leave(socket,
                        weir_err_set(err, -EINVAL, "%s: nowhere to put a frame",
                                     socket->device));
}

int weir_socket_next(struct weir_socket *socket,
                     const struct weir_frame **frame, struct weir_err *err)
{
    /* The call is for each frame: socket_enter is within it. */
    if (socket == NULL || !weir_guard_enter(&socket->guard))
        return socket_enter_fails(socket, err);
    if (frame == NULL)
        return refuse(socket, err);
    int rc = WEIR_NEXT_FRAME;
    if (socket->at == socket->count)
        rc = refill(socket, err);
    if (rc == WEIR_NEXT_FRAME) {
        *frame = &socket->frames[socket->at++];
        socket->given++;
    }
    weir_guard_leave(&socket->guard);
    return rc;
}

int weir_socket_next_batch(struct weir_socket *socket,
                           const struct weir_frame **frames, uint32_t *count,
                           struct weir_err *err)
{
    int rc = socket_enter(socket, err);
    if (rc != 0)
        return rc;
    if (frames == NULL || count == NULL)
        return refuse(socket, err);
    rc = socket->at < socket->count ? WEIR_NEXT_FRAME : refill(socket, err);
    if (rc == WEIR_NEXT_FRAME) {
        *frames = &socket->frames[socket->at];
        *count = socket->count - socket->at;
        socket->given += *count;
        socket->at = socket->count;
    }
    return socket_leave(socket, rc);
}
