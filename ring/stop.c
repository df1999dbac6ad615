#include "ring/stop.h"

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#include "base/err.h"
#include "ring/event_fd.h"

_Static_assert(ATOMIC_BOOL_LOCK_FREE == 2, "set runs in signal handlers");

int weir_stop_open(struct weir_stop *stop, struct weir_err *err)
{
    atomic_init(&stop->set, false);
    stop->fd = -1;
    int fd = event_fd_open();
    if (fd < 0)
        return weir_err_sys(err, fd, "eventfd");
    stop->fd = fd;
    return 0;
}

void weir_stop_close(struct weir_stop *stop)
{
    if (stop->fd > 0)
        close(stop->fd);
    stop->fd = -1;
}

void weir_stop_set(struct weir_stop *stop)
{
    /* Pairs with the acquire in weir_stop_is_set. */
    atomic_store_explicit(&stop->set, true, memory_order_release);
    int saved = errno;
    uint64_t one = 1;
    /* Fails only when the count is at its end: readable anyway. */
    ssize_t n = write(stop->fd, &one, sizeof one);
    (void)n;
    errno = saved;
}

bool weir_stop_is_set(const struct weir_stop *stop)
{
    /* Pairs with the release in weir_stop_set. */
    return atomic_load_explicit(&stop->set, memory_order_acquire);
}
