#include "capture/afxdp_socket.h"

#include <errno.h>
#include <linux/if_xdp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <xdp/libxdp.h>

#include "base/err.h"
#include "capture/afxdp_refused.h"

/* Nothing is sent, but a UMEM has a ring for what was. */
#define COMPLETIONS 2

/* The kernel lets go of a queue some time after its socket is closed
 * (net/xdp/xsk_buff_pool.c, xp_release_deferred). */
#define BUSY_TRIES 50
#define BUSY_NS    10000000L

struct weir_afxdp_socket {
    struct xsk_umem *umem;
    struct xsk_socket *xsk;
    struct xsk_ring_prod *fill;
    struct xsk_ring_cons completions;
    bool zero_copy;
};

/* All that it says is in the code that it returns. */
__attribute__((format(printf, 2, 0))) static int
print_nothing(enum libxdp_print_level level, const char *format, va_list args)
{
    (void)level;
    (void)format;
    (void)args;
    return 0;
}

static int complain(int code, uint32_t queue,
                    const struct weir_afxdp_layout *layout,
                    struct weir_err *err)
{
    switch (code) {
    case -EPERM:
    case -EACCES:
        return weir_afxdp_no_privilege(err);
    case -EBUSY:
        return weir_err_set(
            err, code, "queue %u has another AF_XDP socket already", queue);
    case -ENOBUFS:
        return weir_err_set(err, code,
                            "%llu bytes are more memory than may be locked "
                            "(a smaller -B, or ulimit -l)",
                            (unsigned long long)layout->bytes);
    case -EAFNOSUPPORT:
        return weir_err_set(err, code, "this kernel has no AF_XDP");
    case -ENETDOWN:
        return weir_err_set(err, code, "the interface is down");
    default:
        return weir_err_sys(err, code, "AF_XDP socket on queue %u", queue);
    }
}

static int make(struct weir_afxdp_socket *socket, const char *device,
                uint32_t queue, struct weir_afxdp_umem *umem,
                const struct weir_afxdp_layout *layout)
{
    const struct xsk_umem_config memory = {
        .fill_size = layout->ring_size,
        .comp_size = COMPLETIONS,
        .frame_size = layout->chunk_bytes,
    };
    /* libxdp sets what it has to set, and takes the rest for 0. */
    *layout->fill = (struct xsk_ring_prod){0};
    *layout->rx = (struct xsk_ring_cons){0};
    int rc = xsk_umem__create(&socket->umem, layout->area, layout->bytes,
                              layout->fill, &socket->completions, &memory);
    if (rc != 0)
        return rc;
    /* A driver without copies takes its first chunks at the bind. */
    weir_afxdp_umem_offer(umem);
    const struct xsk_socket_config config = {
        .rx_size = layout->ring_size,
        .libxdp_flags = XSK_LIBXDP_FLAGS__INHIBIT_PROG_LOAD,
        .bind_flags = XDP_USE_NEED_WAKEUP,
    };
    return xsk_socket__create(&socket->xsk, device, queue, socket->umem,
                              layout->rx, NULL, &config);
}

static void unmake(struct weir_afxdp_socket *socket)
{
    if (socket->xsk != NULL)
        xsk_socket__delete(socket->xsk);
    if (socket->umem != NULL)
        (void)xsk_umem__delete(socket->umem);
    socket->xsk = NULL;
    socket->umem = NULL;
}

static int try(struct weir_afxdp_socket *socket, const char *device,
               uint32_t queue, struct weir_afxdp_umem *umem,
               const struct weir_afxdp_layout *layout)
{
    const struct timespec pause = {.tv_nsec = BUSY_NS};
    for (int left = BUSY_TRIES;; left--) {
        const int rc = make(socket, device, queue, umem, layout);
        if (rc == 0)
            return 0;
        unmake(socket);
        if (rc != -EBUSY || left == 0)
            return rc;
        (void)nanosleep(&pause, NULL);
    }
}

int weir_afxdp_socket_open(struct weir_afxdp_socket **out, const char *device,
                           uint32_t queue, struct weir_afxdp_umem *umem,
                           struct weir_err *err)
{
    struct weir_afxdp_layout layout;
    struct weir_afxdp_socket *socket = calloc(1, sizeof *socket);
    if (socket == NULL)
        return weir_err_sys(err, -ENOMEM, "AF_XDP socket");
    weir_afxdp_umem_layout(umem, &layout);
    socket->fill = layout.fill;
    libxdp_print_fn_t before = libxdp_set_print(print_nothing);
    const int rc = try(socket, device, queue, umem, &layout);
    (void)libxdp_set_print(before);
    if (rc != 0) {
        weir_afxdp_socket_close(socket);
        return complain(rc, queue, &layout, err);
    }
    struct xdp_options options = {0};
    socklen_t size = sizeof options;
    socket->zero_copy = getsockopt(xsk_socket__fd(socket->xsk), SOL_XDP,
                                   XDP_OPTIONS, &options, &size) == 0 &&
                        (options.flags & XDP_OPTIONS_ZEROCOPY) != 0;
    *out = socket;
    return 0;
}

int weir_afxdp_socket_fd(const struct weir_afxdp_socket *socket)
{
    return xsk_socket__fd(socket->xsk);
}

bool weir_afxdp_socket_zero_copy(const struct weir_afxdp_socket *socket)
{
    return socket->zero_copy;
}

void weir_afxdp_socket_wake(const struct weir_afxdp_socket *socket)
{
    /* An answer would be about frames to send. */
    if (xsk_ring_prod__needs_wakeup(socket->fill))
        (void)recvfrom(xsk_socket__fd(socket->xsk), NULL, 0, MSG_DONTWAIT, NULL,
                       NULL);
}

void weir_afxdp_socket_losses(const struct weir_afxdp_socket *socket,
                              struct weir_afxdp_losses *out)
{
    struct xdp_statistics now = {0};
    socklen_t size = sizeof now;
    if (getsockopt(xsk_socket__fd(socket->xsk), SOL_XDP, XDP_STATISTICS, &now,
                   &size) != 0)
        return;
    out->dropped = now.rx_dropped;
    out->ring_full = now.rx_ring_full;
    /* The UMEM's, which an interface takes with it. */
    if (now.rx_fill_ring_empty_descs > out->chunks_none)
        out->chunks_none = now.rx_fill_ring_empty_descs;
}

void weir_afxdp_socket_close(struct weir_afxdp_socket *socket)
{
    if (socket == NULL)
        return;
    unmake(socket);
    free(socket);
}
