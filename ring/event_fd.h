#ifndef WEIR_RING_EVENT_FD_H
#define WEIR_RING_EVENT_FD_H

/* event_fd: an eventfd that is never descriptor 0, for bell.c and stop.c.
 *
 * They take a struct that is all zero for one that was never opened; and in
 * a process that was started without stdin the next descriptor is 0.
 *
 * Threads   any. */

#include <errno.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* event_fd_open: returns a descriptor or -errno. */
static inline int event_fd_open(void)
{
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (fd != 0)
        return fd < 0 ? -errno : fd;
    fd = fcntl(0, F_DUPFD_CLOEXEC, 1);
    int result = fd < 0 ? -errno : fd;
    close(0);
    return result;
}

#endif
