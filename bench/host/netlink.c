#include "bench/host/netlink.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

/* libmnl's advice for dumps (MNL_SOCKET_DUMP_SIZE, in later versions). */
#define BUFFER_BYTES 32768

struct weir_netlink {
    struct mnl_socket *socket;
    uint32_t sequence;
    _Alignas(struct nlmsghdr) char buffer[BUFFER_BYTES];
};

int weir_netlink_open(struct weir_netlink **out)
{
    struct weir_netlink *netlink = calloc(1, sizeof *netlink);
    if (netlink == NULL)
        return -ENOMEM;
    int ret = 0;
    netlink->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
    if (netlink->socket == NULL ||
        mnl_socket_bind(netlink->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
        ret = -errno;
        weir_netlink_close(netlink);
        return ret;
    }
    *out = netlink;
    return 0;
}

struct nlmsghdr *weir_netlink_message(struct weir_netlink *netlink,
                                      uint16_t type, uint16_t flags)
{
    struct nlmsghdr *message = mnl_nlmsg_put_header(netlink->buffer);
    message->nlmsg_type = type;
    message->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
    message->nlmsg_seq = ++netlink->sequence;
    return message;
}

int weir_netlink_ask(struct weir_netlink *netlink, mnl_cb_t each, void *context)
{
    const struct nlmsghdr *message = (const void *)netlink->buffer;
    const unsigned port = mnl_socket_get_portid(netlink->socket);
    if (mnl_socket_sendto(netlink->socket, message, message->nlmsg_len) < 0)
        return -errno;
    int more = 0;
    do {
        ssize_t n = mnl_socket_recvfrom(netlink->socket, netlink->buffer,
                                        sizeof netlink->buffer);
        if (n < 0)
            return -errno;
        more = mnl_cb_run(netlink->buffer, (size_t)n, netlink->sequence, port,
                          each, context);
        if (more < 0)
            return -errno;
    } while (more > 0);
    return 0;
}

void weir_netlink_close(struct weir_netlink *netlink)
{
    if (netlink == NULL)
        return;
    if (netlink->socket != NULL)
        (void)mnl_socket_close(netlink->socket);
    free(netlink);
}
