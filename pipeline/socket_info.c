#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/socket_impl.h"

static int nowhere(const struct weir_socket *socket, struct weir_err *err)
{
    return weir_err_set(err, -EINVAL, "%s: nowhere to put the answer",
                        socket->device);
}

int weir_socket_info(struct weir_socket *socket, struct weir_socket_info *out,
                     struct weir_err *err)
{
    const int rc = socket_enter(socket, err);
    if (rc != 0)
        return rc;
    if (out == NULL)
        return socket_leave(socket, nowhere(socket, err));
    *out = socket->info;
    out->device = socket->device;
    out->filter = socket->text;
    out->stop = socket->stop;
    return socket_leave(socket, 0);
}

const struct weir_event *weir_socket_stop_event(struct weir_socket *socket)
{
    return socket == NULL ? NULL : socket->stop;
}

int weir_socket_notice(struct weir_socket *socket, const char **text,
                       uint32_t *number, struct weir_err *err)
{
    const int rc = socket_enter(socket, err);
    if (rc != 0)
        return rc;
    if (text != NULL)
        *text = socket->notice.text;
    if (number != NULL)
        *number = socket->notices;
    return socket_leave(socket, 0);
}

int weir_socket_stats(struct weir_socket *socket, struct weir_socket_stats *out,
                      struct weir_err *err)
{
    struct weir_source_stats source = {0};
    const int rc = socket_enter(socket, err);
    if (rc != 0)
        return rc;
    if (out == NULL)
        return socket_leave(socket, nowhere(socket, err));
    socket->source->ops->stats(socket->source, &source);
    *out = (struct weir_socket_stats){
        .seen = source.kernel_seen,
        .dropped = source.kernel_dropped,
        .received = socket->received,
        .given = socket->given,
        .excluded = socket->excluded,
        .interface_dropped = source.interface_dropped,
        .freezes = source.freezes,
        .derived = source.derived,
    };
    return socket_leave(socket, 0);
}

/* The device may have been renamed; `any` is none. */
static int list(const struct weir_socket *socket, struct weir_network **out,
                uint32_t *count, struct weir_err *err)
{
    char name[IF_NAMESIZE];
    if (socket->ifindex == 0) {
        *count = 0;
        *out = calloc(1, sizeof **out);
        return *out != NULL ? 0 : weir_err_sys(err, -ENOMEM, "addresses");
    }
    if (if_indextoname((unsigned)socket->ifindex, name) == NULL)
        return weir_err_set(err, -ENODEV, "%s: the interface was removed",
                            socket->device);
    return weir_network_list(out, count, name, err);
}

int weir_socket_networks(struct weir_socket *socket, struct weir_network **out,
                         uint32_t *count, struct weir_err *err)
{
    const int rc = socket_enter(socket, err);
    if (rc != 0)
        return rc;
    return socket_leave(socket, out == NULL || count == NULL
                                    ? nowhere(socket, err)
                                    : list(socket, out, count, err));
}

static int first(const struct weir_socket *socket, uint8_t *network,
                 uint8_t *netmask, struct weir_err *err)
{
    struct weir_network *all = NULL;
    uint32_t count = 0;
    memset(network, 0, 4);
    memset(netmask, 0, 4);
    if (socket->ifindex == 0)
        return 0;
    const int rc = list(socket, &all, &count, err);
    if (rc != 0)
        return rc;
    const bool has = count > 0 && all[0].version == 4;
    if (has) {
        memcpy(network, all[0].network, 4);
        memcpy(netmask, all[0].netmask, 4);
    }
    weir_network_free(all);
    return has ? 0
               : weir_err_set(err, -EADDRNOTAVAIL, "%s: no IPv4 address",
                              socket->device);
}

int weir_socket_network(struct weir_socket *socket, uint8_t *network,
                        uint8_t *netmask, struct weir_err *err)
{
    const int rc = socket_enter(socket, err);
    if (rc != 0)
        return rc;
    return socket_leave(socket, network == NULL || netmask == NULL
                                    ? nowhere(socket, err)
                                    : first(socket, network, netmask, err));
}
