#include "pipeline/socket.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/pcap.h"
#include "pipeline/socket_impl.h"

int socket_enter_fails(const struct weir_socket *socket, struct weir_err *err)
{
    return socket == NULL
               ? weir_err_set(err, -EINVAL, "socket: NULL is none")
               : weir_err_set(err, -EBUSY, "socket: in use by another thread");
}

int socket_enter(struct weir_socket *socket, struct weir_err *err)
{
    return socket == NULL || !weir_guard_enter(&socket->guard)
               ? socket_enter_fails(socket, err)
               : 0;
}

int socket_leave(struct weir_socket *socket, int rc)
{
    weir_guard_leave(&socket->guard);
    return rc;
}

/* Accepts one that is open in part. */
static void dispose(struct weir_socket *socket)
{
    struct weir_source *source = socket->source;
    if (socket->leased)
        source->ops->reclaim(source, &socket->lease);
    if (source != NULL)
        source->ops->close(source);
    weir_screen_free(socket->screen);
    if (socket->alarm >= 0)
        (void)close(socket->alarm);
    if (socket->epoll >= 0)
        (void)close(socket->epoll);
    if (socket->timer >= 0)
        (void)close(socket->timer);
    if (socket->out >= 0)
        (void)close(socket->out);
    free(socket->device);
    free(socket->first_text);
    free(socket->text);
    free(socket);
}

static int check(const struct weir_socket_config *config, struct weir_err *err)
{
    if (config == NULL)
        return weir_err_set(err, -EINVAL, "socket: the config is NULL");
    if (config->device == NULL || config->device[0] == '\0')
        return weir_err_set(err, -EINVAL, "socket: no device is named");
    if (config->way < WEIR_SOCKET_AUTO || config->way > WEIR_SOCKET_LIBPCAP)
        return weir_err_set(err, -EINVAL, "%s: there is no way %d of capture",
                            config->device, (int)config->way);
    return 0;
}

static int copy_texts(struct weir_socket *socket,
                      const struct weir_socket_config *config)
{
    const char *filter = config->filter;
    const bool all = filter == NULL || filter[0] == '\0';
    socket->device = strdup(config->device);
    if (!all) {
        socket->first_text = strdup(filter);
        socket->text = strdup(filter);
    }
    return socket->device == NULL || (!all && (socket->first_text == NULL ||
                                               socket->text == NULL))
               ? -ENOMEM
               : 0;
}

static void set_info(struct weir_socket_info *info,
                     const struct weir_socket_config *config)
{
    *info = (struct weir_socket_info){
        .way = config->way,
        .snaplen = WEIR_SNAPLEN_MAX,
        .timeout_ms = config->timeout_ms != 0 ? config->timeout_ms
                                              : WEIR_SOCKET_TIMEOUT_MS,
        .buffer_bytes = config->buffer_bytes != 0 ? config->buffer_bytes
                                                  : WEIR_SOCKET_BUFFER_BYTES,
        .promisc = !config->no_promisc,
        .nonblocking = config->nonblocking,
    };
}

static int fill_in(struct weir_socket *socket,
                   const struct weir_socket_config *config, socket_opener *open,
                   struct weir_err *err)
{
    int rc = copy_texts(socket, config);
    if (rc != 0)
        return weir_err_sys(err, rc, "%s", config->device);
    socket->ifindex = (int)if_nametoindex(config->device);
    socket->stop = config->stop;
    socket->alarm = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (socket->alarm < 0)
        return weir_err_sys(err, -errno, "%s: a timer", config->device);
    set_info(&socket->info, config);
    if (socket->ifindex == 0)
        socket->info.promisc = false;
    rc = open(socket, config, err);
    if (rc == 0)
        rc = weir_source_start(socket->source, err);
    if (rc != 0)
        return rc;
    socket->info.linktype = socket->ifaces.at[0].linktype;
    /* What libpcap is opened with is the most that it ever gives, so a
     * snapshot length comes afterwards; the frames in between are cut here. */
    if (config->snaplen != 0 && config->snaplen < WEIR_SNAPLEN_MAX)
        rc = socket_put(socket, socket->text, config->snaplen, err);
    return rc;
}

int socket_open_by(struct weir_socket **out,
                   const struct weir_socket_config *config, socket_opener *open,
                   struct weir_err *err)
{
    if (out == NULL)
        return weir_err_set(err, -EINVAL, "socket: nowhere to put it");
    if (*out != NULL)
        return weir_err_set(err, -EBUSY,
                            "socket: the handle is not NULL: is "
                            "it open already?");
    int rc = check(config, err);
    if (rc != 0)
        return rc;
    struct weir_socket *socket = calloc(1, sizeof *socket);
    if (socket == NULL)
        return weir_err_sys(err, -ENOMEM, "%s", config->device);
    socket->guard = (struct weir_guard)WEIR_GUARD_INIT;
    socket->alarm = socket->epoll = socket->timer = socket->out = -1;
    rc = fill_in(socket, config, open, err);
    if (rc != 0) {
        dispose(socket);
        return rc;
    }
    const struct weir_dump_owner owner = {
        .guard = &socket->guard,
        .ifaces = &socket->ifaces,
        .snaplen = socket->info.snaplen,
        .live = true,
    };
    weir_dump_init(&socket->dump, &owner);
    *out = socket;
    return 0;
}

int weir_socket_open(struct weir_socket **out,
                     const struct weir_socket_config *config,
                     struct weir_err *err)
{
    return socket_open_by(out, config, socket_source_open, err);
}

struct weir_dump *weir_socket_dump(struct weir_socket *socket)
{
    return socket == NULL ? NULL : &socket->dump;
}

int weir_socket_close(struct weir_socket **socket, struct weir_err *err)
{
    if (socket == NULL || *socket == NULL)
        return 0;
    int rc = socket_enter(*socket, err);
    if (rc != 0)
        return rc;
    rc = weir_dump_fini(&(*socket)->dump, err);
    dispose(*socket);
    *socket = NULL;
    return rc;
}
