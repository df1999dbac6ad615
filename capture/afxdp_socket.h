#ifndef WEIR_CAPTURE_AFXDP_SOCKET_H
#define WEIR_CAPTURE_AFXDP_SOCKET_H

/* afxdp_socket: an AF_XDP socket that takes the frames of one queue into a
 * UMEM.
 *
 * Threads   [c] all but open and close, which are [1].
 * Errors    text without the interface's name. */

#include <stdbool.h>
#include <stdint.h>

#include "capture/afxdp_umem.h"

struct weir_afxdp_socket;
struct weir_err;

/* weir_afxdp_socket_open: gives the kernel the UMEM and all its chunks, and
 * binds; without a copy where the driver can.  Frames come when an XDP program
 * sends them.  Returns 0; -EPERM; -EBUSY: the queue has another socket;
 * -ENOBUFS: more memory than may be locked; -EAFNOSUPPORT; -ENETDOWN; or
 * another -errno.  *out is set only on 0. */
int weir_afxdp_socket_open(struct weir_afxdp_socket **out, const char *device,
                           uint32_t queue, struct weir_afxdp_umem *umem,
                           struct weir_err *err);

int weir_afxdp_socket_fd(const struct weir_afxdp_socket *socket);

/* weir_afxdp_socket_zero_copy: the device writes into the UMEM itself. */
bool weir_afxdp_socket_zero_copy(const struct weir_afxdp_socket *socket);

/* weir_afxdp_socket_wake: tells a driver that waits for it that there are
 * free chunks again. */
void weir_afxdp_socket_wake(const struct weir_afxdp_socket *socket);

/* What was sent to the socket and did not get in, since open. */
struct weir_afxdp_losses {
    uint64_t dropped;     /* no chunk was free, or it was longer than one */
    uint64_t ring_full;   /* no room in the receive ring */
    uint64_t chunks_none; /* no chunk was free: part of dropped in copy mode */
};

/* weir_afxdp_socket_losses: keeps *out if the kernel does not answer. */
void weir_afxdp_socket_losses(const struct weir_afxdp_socket *socket,
                              struct weir_afxdp_losses *out);

/* weir_afxdp_socket_close: before the UMEM's memory goes; accepts NULL. */
void weir_afxdp_socket_close(struct weir_afxdp_socket *socket);

#endif
