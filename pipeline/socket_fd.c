#include <errno.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "pipeline/socket_impl.h"
#include "ring/event_stop.h"

/* How often the device is looked after; while the ring drains; once, when all
 * is over, and nobody reads the timer any more. */
#define WATCH_NS (250 * WEIR_NS_PER_MS)
#define DRAIN_NS (10 * WEIR_NS_PER_MS)
#define OVER_NS  1

static int set_timer(int timer, int64_t each_ns)
{
    const struct itimerspec at = {
        .it_interval.tv_nsec = each_ns,
        .it_value.tv_nsec = each_ns,
    };
    return timerfd_settime(timer, 0, &at, NULL) == 0 ? 0 : -errno;
}

static int watch(int epoll, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : -errno;
}

/* One fd for all that next waits for: a program's loop need not know of the
 * source, the event, and the time. */
static int make(struct weir_socket *socket, int epoll, int timer)
{
    int rc = set_timer(timer, socket->ended != 0 ? OVER_NS
                              : socket->cut      ? DRAIN_NS
                                                 : WATCH_NS);
    if (rc == 0)
        rc = watch(epoll, timer);
    if (rc == 0)
        rc = watch(epoll, socket->source->fd);
    if (rc == 0 && socket->stop != NULL && !socket->cut)
        rc = watch(epoll, socket->stop->stop.fd);
    return rc;
}

static int open_fd(struct weir_socket *socket, struct weir_err *err)
{
    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    const int timer =
        timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    int rc = epoll < 0 || timer < 0 ? -errno : make(socket, epoll, timer);
    if (rc == 0) {
        socket->epoll = epoll;
        socket->timer = timer;
        return 0;
    }
    if (epoll >= 0)
        (void)close(epoll);
    if (timer >= 0)
        (void)close(timer);
    return weir_err_sys(err, rc, "%s: a descriptor to wait for",
                        socket->device);
}

int weir_socket_fd(struct weir_socket *socket, struct weir_err *err)
{
    int rc = socket_enter(socket, err);
    if (rc != 0)
        return rc;
    if (socket->epoll < 0)
        rc = open_fd(socket, err);
    return socket_leave(socket, rc == 0 ? socket->epoll : rc);
}

void socket_fd_calm(struct weir_socket *socket)
{
    uint64_t ticks;
    if (socket->timer >= 0)
        (void)!read(socket->timer, &ticks, sizeof ticks);
}

/* These cannot fail: the descriptors are ours, and valid. */
void socket_fd_cut(struct weir_socket *socket)
{
    if (socket->epoll < 0)
        return;
    (void)epoll_ctl(socket->epoll, EPOLL_CTL_DEL, socket->stop->stop.fd, NULL);
    (void)set_timer(socket->timer, DRAIN_NS);
}

void socket_fd_end(struct weir_socket *socket)
{
    if (socket->epoll >= 0)
        (void)set_timer(socket->timer, OVER_NS);
}
