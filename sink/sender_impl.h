#ifndef WEIR_SINK_SENDER_IMPL_H
#define WEIR_SINK_SENDER_IMPL_H

/* sender_impl: what is in a sender; for sink/sender*.c only.
 *
 * A lot is what goes to the kernel together: frames in slots of the ring, or
 * messages that point to them.  Those before `from` are settled, that is, sent
 * or refused.
 *
 * Threads   as sender.h. */

#include <sys/socket.h>

#include "base/err.h"
#include "ring/guard.h"
#include "sink/sender.h"
#include "sink/sender_port.h"
#include "sink/sender_ring.h"

#define WEIR_SENDER_BATCH 64u

struct weir_sender_lot {
    bool in_ring;
    int fd; /* of the messages */
    uint32_t from;
    uint32_t count;
    uint32_t sizes[WEIR_SENDER_BATCH];
};

struct weir_sender {
    struct weir_guard guard;
    struct weir_sender_config config;
    struct weir_sender_port port;
    struct weir_sender_port long_port; /* of frames too long for slots */
    struct weir_sender_ring *ring;     /* NULL: by sendmmsg */
    uint32_t slot_max;                 /* a longer frame is not queued */
    uint8_t *slots;                    /* without a ring: for what is queued */
    struct weir_sender_lot queue;
    struct weir_sender_lot direct; /* of the caller's memory */
    /* Of the lot that is no ring's; of at most one at a time. */
    struct mmsghdr messages[WEIR_SENDER_BATCH];
    struct iovec vectors[WEIR_SENDER_BATCH];
    struct weir_sender_counts stats;
    uint64_t looked; /* frames sent when the port was looked at */
    int64_t full_ns; /* since when nothing is taken; 0: it is */
    int failed;      /* config.strict: of this call, the first, with words */
    struct weir_err why;
};

/* weir_sender_free: also what open has left half done. */
void weir_sender_free(struct weir_sender *sender);

/* weir_sender_lot_deliver: until all of the lot is settled.  Returns 0,
 * -EAGAIN, -ECANCELED. */
int weir_sender_lot_deliver(struct weir_sender *sender,
                            struct weir_sender_lot *lot);

/* weir_sender_refuse: counts a frame of so many bytes. */
void weir_sender_refuse(struct weir_sender *sender,
                        enum weir_sender_refusal reason, int code,
                        uint32_t bytes);

/* weir_sender_look: at the port; what cannot have gone out is doubtful.
 * Returns 0, or -ENODEV. */
int weir_sender_look(struct weir_sender *sender);

/* weir_sender_wait: nothing is taken for now.  Returns 0: try again; -EAGAIN,
 * -ECANCELED; -ENOBUFS: it was long enough. */
int weir_sender_wait(struct weir_sender *sender);

#endif
