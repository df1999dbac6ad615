#ifndef WEIR_SINK_SENDER_PORT_H
#define WEIR_SINK_SENDER_PORT_H

/* sender_port: the interface that frames go out of, as the kernel has it now.
 *
 * Owner     the caller; the sockets in it are closed by close.
 * Threads   one.
 * Units     bytes, from the link header on.
 * Errors    -ENODEV, -EPERM, -EPROTONOSUPPORT, each with the device's name. */

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

struct weir_err;

struct weir_sender_port {
    char name[IFNAMSIZ]; /* the last that is known */
    int ifindex;         /* 0: found only */
    int fd;              /* sends there and never listens; -1: found only */
    int ask_fd;          /* asks */
    uint16_t linktype;
    uint32_t header_bytes; /* the link's own, which the MTU does not count */
    /* By look. */
    uint32_t mtu;
    bool up;
    bool carrier;
};

/* weir_sender_port_find: looks only, which takes no privilege.
 * weir_sender_port_open: makes the socket, too.  A socket of protocol 0
 * receives nothing: with one, it would be a second tap on the interface. */
int weir_sender_port_find(struct weir_sender_port *port, const char *device,
                          struct weir_err *err);
int weir_sender_port_open(struct weir_sender_port *port, const char *device,
                          struct weir_err *err);
void weir_sender_port_close(struct weir_sender_port *port);

/* weir_sender_port_look: what may change.  Returns 0 or -ENODEV: it is gone. */
int weir_sender_port_look(struct weir_sender_port *port, struct weir_err *err);

/* weir_sender_port_max: how long a frame may be; one with an 802.1Q tag, 4
 * bytes more. */
static inline uint32_t weir_sender_port_max(const struct weir_sender_port *port)
{
    return port->mtu + port->header_bytes;
}

/* weir_sender_port_set: an option of the socket at SOL_PACKET. */
int weir_sender_port_set(const struct weir_sender_port *port, int option,
                         const void *value, uint32_t bytes, const char *name,
                         struct weir_err *err);

/* weir_sender_port_bypass: past the queueing discipline. */
int weir_sender_port_bypass(const struct weir_sender_port *port,
                            struct weir_err *err);

/* weir_sender_port_is_card: there is hardware behind it, on some bus. */
bool weir_sender_port_is_card(const struct weir_sender_port *port);

#endif
