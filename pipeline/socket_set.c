#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/pcap.h"
#include "pipeline/socket_impl.h"

/* The old screen is nobody's any more: there is no other thread. */
static void adopt(struct weir_socket *socket, struct weir_screen *screen,
                  char *text, bool refiltered)
{
    weir_screen_free(socket->screen);
    free(socket->text);
    socket->refiltered = refiltered;
    socket->screen = screen;
    socket->text = text;
    socket->generation++;
    socket->info.snaplen = weir_screen_snaplen(screen);
    socket->ifaces.at[0].filter_text = text;
    socket->dump.owner.snaplen = socket->info.snaplen;
    socket_regard(socket);
    socket_judge(socket);
}

int socket_put(struct weir_socket *socket, const char *text, uint32_t snaplen,
               struct weir_err *err)
{
    const struct weir_screen_config config = {
        .text = text,
        .snaplen = snaplen,
        .source = socket->source,
        .tested = text == socket->text && !socket->refiltered &&
                  socket->source->filter == NULL,
    };
    struct weir_screen *screen = NULL;
    int rc = weir_screen_make(&screen, &config, err);
    if (rc != 0)
        return rc;
    const char *of = weir_screen_text(screen);
    char *copy = of != NULL ? strdup(of) : NULL;
    if (of != NULL && copy == NULL)
        rc = weir_err_sys(err, -ENOMEM, "%s", socket->device);
    else
        rc = socket->source->ops->screen_put(socket->source, screen,
                                             socket->generation + 1, err);
    if (rc != 0) {
        free(copy);
        weir_screen_free(screen);
        return rc;
    }
    adopt(socket, screen, copy, !config.tested || !weir_screen_tested(screen));
    return 0;
}

int weir_socket_filter(struct weir_socket *socket, const char *text,
                       struct weir_err *err)
{
    const int rc = socket_enter(socket, err);
    return rc != 0
               ? rc
               : socket_leave(socket, socket_put(socket, text,
                                                 socket->info.snaplen, err));
}

int weir_socket_set_snaplen(struct weir_socket *socket, uint32_t snaplen,
                            struct weir_err *err)
{
    const int rc = socket_enter(socket, err);
    return rc != 0 ? rc
                   : socket_leave(socket, socket_put(socket, socket->text,
                                                     snaplen, err));
}

int weir_socket_set_promisc(struct weir_socket *socket, bool promisc,
                            struct weir_err *err)
{
    int rc = socket_enter(socket, err);
    if (rc != 0)
        return rc;
    rc = socket->source->ops->promisc_put(socket->source, promisc, err);
    if (rc == 0)
        socket->info.promisc = promisc;
    return socket_leave(socket, rc);
}

int weir_socket_set_timeout(struct weir_socket *socket, int32_t timeout_ms,
                            struct weir_err *err)
{
    const int rc = socket_enter(socket, err);
    if (rc != 0)
        return rc;
    socket->info.timeout_ms =
        timeout_ms != 0 ? timeout_ms : WEIR_SOCKET_TIMEOUT_MS;
    return socket_leave(socket, 0);
}

int weir_socket_set_nonblocking(struct weir_socket *socket, bool nonblocking,
                                struct weir_err *err)
{
    const int rc = socket_enter(socket, err);
    if (rc != 0)
        return rc;
    socket->info.nonblocking = nonblocking;
    return socket_leave(socket, 0);
}

int weir_socket_nonblocking(struct weir_socket *socket, struct weir_err *err)
{
    const int rc = socket_enter(socket, err);
    return rc != 0 ? rc : socket_leave(socket, socket->info.nonblocking);
}
