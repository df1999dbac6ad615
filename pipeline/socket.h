#ifndef WEIR_PIPELINE_SOCKET_H
#define WEIR_PIPELINE_SOCKET_H

/* socket: the frames of a network device, one by one or in batches, for a
 * program that has its own loop.
 *
 *   open -> (next | next_batch | set ... | send | stats | ...)* -> close
 *
 * It has no thread: a device's frames lie in the kernel's ring until the caller
 * asks for them, and are given where they lie.  A ring that is full drops, and
 * counts what it drops.
 *
 * Owner     a frame, its bytes, and an array of frames are valid until the next
 *           call of next or next_batch, or close.  A borrowed pointer of the
 *           config is valid until close.
 * Threads   one at a time: used by two at once, or together with its dump, the
 *           second gets -EBUSY.  The stop event may be set by any thread, and
 *           ends a next that waits.
 * Units     bytes; milliseconds; times of frames are ns since 1970 UTC.
 * Order     as the kernel gave them.
 * Errors    -errno with a text that names the device; -EINVAL for a NULL.
 *           -ENODEV of next: the interface was removed; all frames that it had
 *           given were given before.  An interface that goes down is none: next
 *           waits until it is up again, and weir_socket_notice says so.
 * Progress  next makes system calls only when no frame is there. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "capture/network.h"
#include "pipeline/next.h"
#include "ring/event.h"
#include "ring/frame.h"
#include "sink/dump.h"

struct weir_socket;

/* Waits for ever. */
#define WEIR_SOCKET_TIMEOUT_NONE (-1)

#define WEIR_SOCKET_TIMEOUT_MS   1000
#define WEIR_SOCKET_BUFFER_BYTES UINT64_C(16777216)

/* What takes the frames from the kernel. */
enum weir_socket_way {
    WEIR_SOCKET_AUTO = 0, /* afpacket where the device suits, else libpcap */
    /* A ring of the kernel's, of which nothing is copied: Ethernet devices and
     * loopback. */
    WEIR_SOCKET_AFPACKET,
    /* Any device that libpcap knows, `any` among them; a copy of each frame. */
    WEIR_SOCKET_LIBPCAP,
};

/* Zeros are the defaults. */
struct weir_socket_config {
    const char *device; /* copied */
    const char *filter; /* libpcap's language; NULL or "": all; copied */
    uint32_t snaplen;   /* bytes of a frame that are kept; 0: all */
    int32_t timeout_ms; /* how long next waits; 0: WEIR_SOCKET_TIMEOUT_MS; less
                           than 0: for ever.  A frame is given within it, and
                           within 100 ms: see below */
    uint64_t buffer_bytes; /* of the ring, from 1 MiB on and less than 2 GiB; 0:
                              WEIR_SOCKET_BUFFER_BYTES */
    const struct weir_event *stop; /* borrowed; NULL: none */
    bool no_promisc;               /* only what is for this host */
    bool nonblocking;
    bool adapter_stamps; /* times by the device's own clock, if it has one */
    enum weir_socket_way way;
};

/* weir_socket_open: returns 0 or -errno: -ENODEV no such device, -EPERM no
 * privilege (CAP_NET_RAW), -ENETDOWN the device is down, -EINVAL the filter or
 * the buffer is wrong, -EOPNOTSUPP the way or the stamps are none for this
 * device, -EBUSY *out is not NULL.  *out is set only on 0.
 *
 * The kernel gives a frame when its block is full, or when this has waited for
 * the timeout of the config, 100 ms at most and 1 ms at least.  That is fixed
 * from now on: weir_socket_set_timeout changes only how long next waits. */
int weir_socket_open(struct weir_socket **out,
                     const struct weir_socket_config *config,
                     struct weir_err *err);

/* weir_socket_next: a frame that is there is given at once; else it waits, at
 * most the timeout, if the socket is not non-blocking.  Returns
 *   WEIR_NEXT_FRAME    *frame is the next one
 *   WEIR_NEXT_NOTHING  the timeout passed, or the socket is non-blocking and
 *                      there is none
 *   WEIR_NEXT_STOPPED  the stop event is set, and all is given that the kernel
 *                      had accepted by then: a stop loses nothing.  Who wants
 *                      no more need not ask for it.
 *   -ENODEV, -EIO      of the device; again at each further call.
 * *frame is set only with WEIR_NEXT_FRAME. */
int weir_socket_next(struct weir_socket *socket,
                     const struct weir_frame **frame, struct weir_err *err);

/* weir_socket_next_batch: the same for several frames, *frames[0 .. *count),
 * 64 at most: as many as are there without a wait. */
int weir_socket_next_batch(struct weir_socket *socket,
                           const struct weir_frame **frames, uint32_t *count,
                           struct weir_err *err);

/* weir_socket_fd: for poll(2) or an event loop; the socket's, never read or
 * closed.  It is readable, as long as nothing is done about it, when
 *   - a block of frames has come,
 *   - the stop event is set,
 *   - a fourth of a second has passed: next then looks after the device.
 * So set the socket non-blocking; when the fd is readable, call next until it
 * says WEIR_NEXT_NOTHING, and only then wait for the fd again: what the socket
 * has in hand does not make it readable.  It may be readable, and next say
 * nothing.  Level- and edge-triggered waits will both do. */
int weir_socket_fd(struct weir_socket *socket, struct weir_err *err);

/* weir_socket_filter: another filter; NULL or "": all.  No frame is lost
 * that both filters take, and from the return on no frame is given that the new
 * one refuses.  -EINVAL: the text is wrong; -ENOTSUP: only the kernel could
 * test it, and the frames that it has given do not tell: ifindex, and by
 * libpcap inbound and outbound; that is for open alone.  After an error all is
 * as it was. */
int weir_socket_filter(struct weir_socket *socket, const char *text,
                       struct weir_err *err);

/* weir_socket_set_snaplen: 0: all bytes.  Frames that were there already may be
 * shorter than a new one that is longer. */
int weir_socket_set_snaplen(struct weir_socket *socket, uint32_t snaplen,
                            struct weir_err *err);

/* weir_socket_set_promisc: -ENOTSUP: the device has no such mode. */
int weir_socket_set_promisc(struct weir_socket *socket, bool promisc,
                            struct weir_err *err);

/* weir_socket_set_timeout: as timeout_ms of the config. */
int weir_socket_set_timeout(struct weir_socket *socket, int32_t timeout_ms,
                            struct weir_err *err);

/* weir_socket_set_nonblocking, weir_socket_nonblocking: the latter returns 1
 * or 0. */
int weir_socket_set_nonblocking(struct weir_socket *socket, bool nonblocking,
                                struct weir_err *err);
int weir_socket_nonblocking(struct weir_socket *socket, struct weir_err *err);

/* What a socket is and has been set to. */
struct weir_socket_info {
    const char *device;            /* all pointers: valid until close; */
    const char *filter;            /* NULL: all; valid until the next
                                      weir_socket_filter */
    const struct weir_event *stop; /* NULL: none */
    enum weir_socket_way way;      /* not AUTO */
    uint32_t snaplen;              /* 262144: all */
    int32_t timeout_ms;            /* less than 0: waits for ever */
    uint32_t retire_ms;            /* the kernel gives a frame within it */
    uint64_t buffer_bytes;
    uint16_t linktype; /* LINKTYPE_* of the frames */
    bool promisc;
    bool nonblocking;
};
int weir_socket_info(struct weir_socket *socket, struct weir_socket_info *out,
                     struct weir_err *err);

/* weir_socket_stop_event: the one of the config, or NULL. */
const struct weir_event *weir_socket_stop_event(struct weir_socket *socket);

/* weir_socket_network: network and netmask of the device's first IPv4 address,
 * 4 bytes each in network byte order, as they are now.  -EADDRNOTAVAIL: it has
 * none.  `any` has 0.0.0.0/0. */
int weir_socket_network(struct weir_socket *socket, uint8_t *network,
                        uint8_t *netmask, struct weir_err *err);

/* weir_socket_networks: all addresses of the device, as weir_network_list
 * has them; the list is the caller's, weir_network_free. */
int weir_socket_networks(struct weir_socket *socket, struct weir_network **out,
                         uint32_t *count, struct weir_err *err);

/* weir_socket_notice: the last line that the operator should hear of ("eth0 is
 * down: waiting until it is up"), or ""; valid until the next call of the
 * socket.  *number is how many there have been; either may be NULL. */
int weir_socket_notice(struct weir_socket *socket, const char **text,
                       uint32_t *number, struct weir_err *err);

/* Counts since open, in frames.  At any time, exactly:
 *     seen = dropped + received + in the ring
 *     received = given + excluded + in hand
 * and after WEIR_NEXT_STOPPED nothing is in the ring or in hand. */
struct weir_socket_stats {
    uint64_t seen;     /* passed the kernel's filter, dropped ones included */
    uint64_t dropped;  /* the ring had no room */
    uint64_t received; /* taken out of the ring */
    uint64_t given;    /* by next and next_batch */
    uint64_t excluded; /* refused by a filter that the kernel had not tested */
    uint64_t interface_dropped; /* by the device, before all that */
    uint64_t freezes;           /* times that the ring was full */
    bool derived; /* seen is computed: libpcap devices without a count */
};
int weir_socket_stats(struct weir_socket *socket, struct weir_socket_stats *out,
                      struct weir_err *err);

/* weir_socket_send: one frame out of the device, as it is, by a socket that
 * receives nothing; opened by the first call.  The device's own header comes
 * first.  Like all that this host sends, it is received too, marked
 * WEIR_FRAME_OUTBOUND, if the filter takes it.  Returns 0 or -errno:
 * -EINVAL shorter than the header, -EMSGSIZE longer than the device takes,
 * -ENETDOWN it is down, -ENODEV it was removed, -ENOBUFS its queue is full,
 * -EAGAIN the socket is non-blocking and would wait, -EOPNOTSUPP frames of this
 * device cannot be sent. */
int weir_socket_send(struct weir_socket *socket, const void *bytes, size_t len,
                     struct weir_err *err);

/* weir_socket_dump: the socket's dump; NULL for NULL. */
struct weir_dump *weir_socket_dump(struct weir_socket *socket);

/* weir_socket_close: closes the dump too, whose error it returns; -EBUSY: not
 * closed, somebody is in.  Sets *socket to NULL; accepts NULL, and *socket
 * NULL. */
int weir_socket_close(struct weir_socket **socket, struct weir_err *err);

#endif
