#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include "base/linktype.h"
#include "pipeline/socket_impl.h"

/* What stands before the network header, and what network header that is where
 * the frame itself does not say.  Returns 0 or -errno. */
static int address_of(const struct weir_socket *s, const uint8_t *bytes,
                      size_t len, struct sockaddr_ll *address,
                      struct weir_err *err)
{
    const bool raw = s->info.linktype == WEIR_LINKTYPE_RAW;
    const size_t header = raw ? 1 : ETH_HLEN;
    if (s->ifindex == 0 || (!raw && s->info.linktype != WEIR_LINKTYPE_ETHERNET))
        return weir_err_set(err, -EOPNOTSUPP,
                            "%s: frames of this device cannot be sent",
                            s->device);
    if (len < header)
        return weir_err_set(err, -EINVAL,
                            "%s: a frame of %zu bytes has no whole header",
                            s->device, len);
    *address = (struct sockaddr_ll){
        .sll_family = AF_PACKET,
        .sll_ifindex = s->ifindex,
    };
    if (raw && bytes[0] >> 4 != 4 && bytes[0] >> 4 != 6)
        return weir_err_set(err, -EINVAL,
                            "%s: a packet of IP version %u cannot be sent",
                            s->device, bytes[0] >> 4);
    if (raw)
        address->sll_protocol =
            htons(bytes[0] >> 4 == 4 ? ETH_P_IP : ETH_P_IPV6);
    return 0;
}

/* Protocol 0: it receives nothing, so it is no second tap. */
static int open_out(struct weir_socket *s, struct weir_err *err)
{
    if (s->out >= 0)
        return 0;
    s->out = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    return s->out >= 0
               ? 0
               : weir_err_sys(err, -errno, "%s: a socket to send", s->device);
}

/* net/packet/af_packet.c, packet_snd: ENXIO for an interface that is gone. */
static int refused(const struct weir_socket *s, int code, size_t len,
                   struct weir_err *err)
{
    switch (code) {
    case -EMSGSIZE:
        return weir_err_set(err, code,
                            "%s: a frame of %zu bytes is longer than the "
                            "device takes",
                            s->device, len);
    case -ENETDOWN:
        return weir_err_set(err, code, "%s: the interface is down", s->device);
    case -ENXIO:
    case -ENODEV:
        return weir_err_set(err, -ENODEV, "%s: the interface was removed",
                            s->device);
    case -ENOBUFS:
        return weir_err_set(err, code, "%s: the device's queue is full",
                            s->device);
    default:
        return weir_err_sys(err, code, "%s: send", s->device);
    }
}

static int send_one(struct weir_socket *s, const void *bytes, size_t len,
                    struct weir_err *err)
{
    struct sockaddr_ll address;
    int rc = address_of(s, bytes, len, &address, err);
    if (rc == 0)
        rc = open_out(s, err);
    if (rc != 0)
        return rc;
    const int flags = MSG_NOSIGNAL | (s->info.nonblocking ? MSG_DONTWAIT : 0);
    ssize_t sent;
    do
        sent = sendto(s->out, bytes, len, flags,
                      (const struct sockaddr *)&address, sizeof address);
    while (sent < 0 && errno == EINTR);
    return sent >= 0 ? 0 : refused(s, -errno, len, err);
}

int weir_socket_send(struct weir_socket *s, const void *bytes, size_t len,
                     struct weir_err *err)
{
    const int rc = socket_enter(s, err);
    if (rc != 0)
        return rc;
    if (bytes == NULL)
        return socket_leave(
            s, weir_err_set(err, -EINVAL, "%s: send: NULL", s->device));
    return socket_leave(s, send_one(s, bytes, len, err));
}
