#ifndef WEIR_SINK_SENDER_H
#define WEIR_SINK_SENDER_H

/* sender: many frames out of an interface.
 *
 *     weir_sender_open(&sender, &config, &err)
 *     weir_sender_send(sender, bytes, len, &err)          as often as wanted
 *     weir_sender_flush(sender, &err)
 *     weir_sender_close(&sender, &err)
 *
 * Frames go out as they are, from the link header on, in the order in which
 * they were given.  They are gathered and handed to the kernel 64 at a time,
 * or by a kick: no system call for each.  By the ring a frame is copied once,
 * into memory that is shared with the kernel; by sendmmsg, from send into
 * memory of the sender's, from send_batch not at all.  Frames that are too
 * long for the ring's slots go by a send of their own.
 *
 * The sender's sockets have protocol 0: they never receive, and are no tap.
 *
 * Counts    Each frame that was taken in is sent, refused for a reason that
 *           has a name, or still queued:
 *               offered = sent + all of refused + queued
 *           A frame that is refused is no error, but with config.strict.
 * Waiting   When the kernel takes no more for now (its queue is full, or the
 *           ring), the sender waits for it, at most patience_ns, then the
 *           frame is refused as NO_BUFFERS; or it says -EAGAIN at once, with
 *           config.nonblock; while it waits the stop event ends it with
 *           -ECANCELED.  What is queued then stays queued.
 * Bypass    qdisc_bypass passes frames to the driver directly, past the
 *           queueing discipline: cheaper where there is one.  Nothing then
 *           stands between the sender and the driver's queue, which is full
 *           sooner, and no tap on that device (tcpdump there) sees the frames.
 *           With the discipline, one that drops frames which it had taken
 *           (fq_codel) tells nobody.
 * Owner     the sender owns its memory and sockets; it borrows the bytes for
 *           the call, and the stop event until close.
 * Threads   a handle is for one thread at a time: a second one gets -EBUSY.
 *           weir_sender_way_name, weir_sender_refusal_name: any.
 * Units     bytes, nanoseconds, frames.
 * Errors    -EINVAL for a NULL or a value out of range; -EPERM (CAP_NET_RAW is
 *           needed), -ENODEV, -EPROTONOSUPPORT (what the interface sends is
 *           not what is captured there), -ENETDOWN at open if it is down. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ring/frame.h"

struct weir_err;
struct weir_event;
struct weir_sender;

enum weir_sender_way {
    WEIR_SENDER_AUTO = 0, /* the ring if it can be had, else sendmmsg */
    WEIR_SENDER_RING = 1, /* PACKET_TX_RING */
    WEIR_SENDER_MMSG = 2, /* sendmmsg */
};

/* Why a frame did not go out. */
enum weir_sender_refusal {
    WEIR_SENDER_TOO_SHORT = 0,  /* it ends within its link header */
    WEIR_SENDER_TOO_LONG = 1,   /* the MTU does not allow it */
    WEIR_SENDER_LINK_DOWN = 2,  /* the interface is down or has no carrier */
    WEIR_SENDER_GONE = 3,       /* the interface was removed; one that has got
                                 * another name was not */
    WEIR_SENDER_NO_BUFFERS = 4, /* the queue was full for patience_ns */
    WEIR_SENDER_REFUSED = 5,    /* the kernel said something else */
};
#define WEIR_SENDER_REFUSALS 6

struct weir_sender_config {
    const char *device; /* copied */
    enum weir_sender_way way;
    uint32_t ring_bytes; /* 64 KiB to 1 GiB, and at least 64 frames; 0: 4 MiB
                          * for a network card, else 256 KiB */
    bool qdisc_bypass;
    bool nonblock;
    bool strict;             /* a call that refuses a frame returns -EMSGSIZE,
                              * -ENETDOWN, -ENODEV, -ENOBUFS, -EINVAL or the
                              * kernel's, with words; the others of its frames
                              * were sent or are queued all the same */
    int64_t patience_ns;     /* 0: 1 s; not negative */
    struct weir_event *stop; /* NULL: none */
};

struct weir_sender_counts {
    uint64_t offered; /* taken in by send and send_batch */
    uint64_t sent;    /* the kernel took them */
    uint64_t bytes;   /* of those sent */
    uint64_t queued;  /* not yet handed to the kernel */
    uint64_t refused[WEIR_SENDER_REFUSALS];
    uint64_t waits; /* times that the kernel took no more for now */
    /* Of those sent, the ones that the kernel took after the carrier was
     * last seen and before it was missed: a queueing discipline drops without
     * a word then.  0 past it. */
    uint64_t doubtful;
};

/* weir_sender_open: *out must be NULL (-EBUSY: it is a sender already, and goes
 * on), and is set only on 0.  It takes what privilege is needed; none is later
 * on. */
int weir_sender_open(struct weir_sender **out,
                     const struct weir_sender_config *config,
                     struct weir_err *err);

/* weir_sender_send: takes a frame in.  Returns 0; -EAGAIN, -ECANCELED: it was
 * not taken in. */
int weir_sender_send(struct weir_sender *sender, const void *bytes, size_t len,
                     struct weir_err *err);

/* weir_sender_send_batch: data and caplen of frames in order.  *taken, if not
 * NULL, says how many from the first on were taken in: all if it returns 0,
 * perhaps fewer if it fails. */
int weir_sender_send_batch(struct weir_sender *sender,
                           const struct weir_frame *frames, uint32_t count,
                           uint32_t *taken, struct weir_err *err);

/* weir_sender_kick: hands what is queued to the kernel.  weir_sender_flush:
 * and waits until the interface is done with what the ring holds, at most
 * patience_ns (-ETIMEDOUT: a tunnel may keep them until it knows its
 * neighbour). */
int weir_sender_kick(struct weir_sender *sender, struct weir_err *err);
int weir_sender_flush(struct weir_sender *sender, struct weir_err *err);

int weir_sender_stats(struct weir_sender *sender,
                      struct weir_sender_counts *out, struct weir_err *err);

/* weir_sender_linktype: of the frames that the interface sends, a LINKTYPE_ of
 * capture files.  weir_sender_way_of: which it is.  -EINVAL for NULL. */
int weir_sender_linktype(const struct weir_sender *sender);
int weir_sender_way_of(const struct weir_sender *sender);

/* weir_sender_way_name: "auto", "ring", "mmsg".  weir_sender_refusal_name:
 * "too_short" and so on.  NULL for what is none. */
const char *weir_sender_way_name(int way);
const char *weir_sender_refusal_name(int refusal);

/* weir_sender_close: what is queued is not sent: flush first.  Accepts NULL
 * and *sender NULL; sets *sender to NULL.  Returns 0, or -EBUSY. */
int weir_sender_close(struct weir_sender **sender, struct weir_err *err);

#endif
