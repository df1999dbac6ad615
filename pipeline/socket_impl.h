#ifndef WEIR_PIPELINE_SOCKET_IMPL_H
#define WEIR_PIPELINE_SOCKET_IMPL_H

/* socket_impl: what the files of socket share; for them alone.
 *
 * Threads   who is in the guard. */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "capture/screen.h"
#include "capture/source.h"
#include "pipeline/socket.h"
#include "ring/guard.h"
#include "ring/iface.h"
#include "ring/lease.h"
#include "sink/dump_impl.h"

#define SOCKET_BATCH 64

struct weir_socket {
    struct weir_guard guard;
    struct weir_source *source;
    struct weir_ifaces ifaces; /* of which there is one */
    char *device;
    char *first_text; /* the filter at open; the source's */
    char *text;       /* the filter; NULL: all */
    int ifindex;      /* 0: none, as of `any` */
    struct weir_socket_info info;
    const struct weir_event *stop;

    struct weir_screen *screen; /* NULL: what the source was opened with goes */
    uint64_t generation;
    bool refiltered; /* the filter is not that of open any more */
    struct weir_lease lease;
    bool leased;
    bool tests; /* each frame of the lease, by the filter */
    bool cuts;  /* by the snapshot length */
    struct weir_walk walk;
    struct weir_frame frames[SOCKET_BATCH];
    uint32_t at; /* frames[at .. count) are in hand */
    uint32_t count;

    bool cut;  /* for the stop event */
    int ended; /* what next says from now on; 0: it has not */
    struct weir_err ended_text;
    uint64_t received;
    uint64_t given;
    uint64_t excluded;
    struct weir_err notice;
    uint32_t notices;
    uint32_t notice_generation;

    int alarm;        /* a timer that ends waits within next */
    int64_t alarm_ns; /* when, on the monotonic clock */
    int epoll;        /* weir_socket_fd; -1: nobody asked */
    int timer;        /* in it */
    int out;          /* for send; -1: none was sent */
    struct weir_dump dump;
};

/* socket_enter: 0, and the caller leaves; -EINVAL: NULL, -EBUSY.  socket_leave
 * returns rc.  socket_enter_fails: why it could not be entered. */
int socket_enter_fails(const struct weir_socket *socket, struct weir_err *err);
int socket_enter(struct weir_socket *socket, struct weir_err *err);
int socket_leave(struct weir_socket *socket, int rc);

/* socket_opener: opens socket->source, whose table is socket->ifaces, and says
 * in socket->info what it is.  socket_open_by: weir_socket_open by this one;
 * socket_source_open: what that is, of a device. */
typedef int socket_opener(struct weir_socket *socket,
                          const struct weir_socket_config *config,
                          struct weir_err *err);
int socket_open_by(struct weir_socket **out,
                   const struct weir_socket_config *config, socket_opener *open,
                   struct weir_err *err);
socket_opener socket_source_open;

/* socket_put: another screen; the frames in hand pass it, too. */
int socket_put(struct weir_socket *socket, const char *text, uint32_t snaplen,
               struct weir_err *err);

/* socket_judge: which of frames[at .. count) are given, by the lease that they
 * are of. */
void socket_judge(struct weir_socket *socket);

/* socket_regard: what the frames of the lease must pass, as things are. */
void socket_regard(struct weir_socket *socket);

/* socket_fd_calm: nothing is there: takes the timer's wake-up out of the fd.
 * socket_fd_cut: the stop event is heeded, and must not wake any more;
 * socket_fd_end: next has an answer for ever. */
void socket_fd_calm(struct weir_socket *socket);
void socket_fd_cut(struct weir_socket *socket);
void socket_fd_end(struct weir_socket *socket);

#endif
