#include "sink/sender.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "sink/sender_impl.h"

#define ETHERTYPE_AT 12u

static const char *const way_names[] = {
    [WEIR_SENDER_AUTO] = "auto",
    [WEIR_SENDER_RING] = "ring",
    [WEIR_SENDER_MMSG] = "mmsg",
};

static const char *const refusal_names[WEIR_SENDER_REFUSALS] = {
    [WEIR_SENDER_TOO_SHORT] = "too_short",
    [WEIR_SENDER_TOO_LONG] = "too_long",
    [WEIR_SENDER_LINK_DOWN] = "link_down",
    [WEIR_SENDER_GONE] = "gone",
    [WEIR_SENDER_NO_BUFFERS] = "no_buffers",
    [WEIR_SENDER_REFUSED] = "refused",
};

const char *weir_sender_way_name(int way)
{
    return way >= WEIR_SENDER_AUTO && way <= WEIR_SENDER_MMSG ? way_names[way]
                                                              : NULL;
}

const char *weir_sender_refusal_name(int refusal)
{
    return refusal >= 0 && refusal < WEIR_SENDER_REFUSALS
               ? refusal_names[refusal]
               : NULL;
}

/* Each public call: one thread at a time, and a text of its own. */
static int enter(struct weir_sender *sender, struct weir_err *err)
{
    if (sender == NULL)
        return weir_err_set(err, -EINVAL, "sender: none is given");
    if (!weir_guard_enter(&sender->guard))
        return weir_err_set(err, -EBUSY, "%s: another call uses this sender",
                            sender->port.name);
    sender->failed = 0;
    return 0;
}

static int leave(struct weir_sender *sender, int ret, struct weir_err *err)
{
    if (ret == 0 && sender->failed != 0)
        ret = weir_err_set(err, sender->failed, "%s", sender->why.text);
    else if (ret == -EAGAIN)
        (void)weir_err_set(err, ret, "%s: takes no more frames for now",
                           sender->port.name);
    else if (ret == -EINVAL)
        (void)weir_err_set(err, ret, "%s: a frame without bytes",
                           sender->port.name);
    else if (ret == -ECANCELED)
        (void)weir_err_set(err, ret, "%s: stopped", sender->port.name);
    weir_guard_leave(&sender->guard);
    return ret;
}

static int queue_deliver(struct weir_sender *sender)
{
    struct weir_sender_lot *queue = &sender->queue;
    int ret = weir_sender_lot_deliver(sender, queue);
    if (queue->from < queue->count)
        return ret;
    if (queue->in_ring)
        weir_sender_ring_done(sender->ring, queue->from);
    queue->from = queue->count = 0;
    return ret;
}

/* What can be told without the kernel: whether it is to be sent. */
static bool fits(struct weir_sender *sender, const uint8_t *bytes, size_t len)
{
    const struct weir_sender_port *port = &sender->port;
    uint32_t shown = len > UINT32_MAX ? UINT32_MAX : (uint32_t)len;
    if (len < port->header_bytes || len == 0) {
        sender->stats.offered++;
        weir_sender_refuse(sender, WEIR_SENDER_TOO_SHORT, -EINVAL, shown);
        return false;
    }
    /* net/packet/af_packet.c, packet_extra_vlan_len_allowed. */
    bool tagged = port->header_bytes == ETH_HLEN &&
                  weir_load_be16(bytes + ETHERTYPE_AT) == ETH_P_8021Q;
    uint32_t extra = tagged ? 4 : 0;
    if (len <= weir_sender_port_max(port) + extra)
        return true;
    /* It may have been raised. */
    if (weir_sender_look(sender) == 0 &&
        len <= weir_sender_port_max(port) + extra)
        return true;
    sender->stats.offered++;
    weir_sender_refuse(sender, WEIR_SENDER_TOO_LONG, -EMSGSIZE, shown);
    return false;
}

/* A slot for one more frame: *slot, or NULL if none came in time. */
static int slot_take(struct weir_sender *sender, uint8_t **slot)
{
    struct weir_sender_lot *queue = &sender->queue;
    int ret = 0;
    *slot = NULL;
    if (queue->count == WEIR_SENDER_BATCH)
        ret = queue_deliver(sender);
    if (ret != 0)
        return ret;
    if (!queue->in_ring) {
        *slot = sender->slots + (size_t)queue->count * sender->slot_max;
        sender->vectors[queue->count].iov_base = *slot;
        return 0;
    }
    while (!weir_sender_ring_free(sender->ring, queue->count)) {
        ret = queue_deliver(sender);
        if (ret == 0 && !weir_sender_ring_free(sender->ring, queue->count))
            ret = weir_sender_wait(sender);
        if (ret != 0)
            return ret;
    }
    *slot = weir_sender_ring_slot(sender->ring, queue->count);
    return 0;
}

static int enqueue(struct weir_sender *sender, const uint8_t *bytes,
                   uint32_t len)
{
    struct weir_sender_lot *queue = &sender->queue;
    uint8_t *slot;
    int ret = slot_take(sender, &slot);
    if (ret == -ENOBUFS) {
        sender->stats.offered++;
        weir_sender_refuse(sender, WEIR_SENDER_NO_BUFFERS, ret, len);
        return 0;
    }
    if (ret != 0)
        return ret;
    memcpy(slot, bytes, len);
    sender->vectors[queue->count].iov_len = len;
    queue->sizes[queue->count++] = len;
    sender->stats.offered++;
    return 0;
}

/* The first of these frames that must not wait, out of the caller's memory:
 * as many as can go together.  Returns 0, and how many, or as deliver. */
static int send_direct(struct weir_sender *sender,
                       const struct weir_frame *frames, uint32_t count,
                       uint32_t *settled)
{
    struct weir_sender_lot *lot = &sender->direct;
    *settled = 0;
    int ret = queue_deliver(sender);
    if (ret != 0)
        return ret;
    lot->from = 0;
    for (lot->count = 0; lot->count < count; lot->count++) {
        const struct weir_frame *frame = &frames[lot->count];
        sender->vectors[lot->count] = (struct iovec){
            .iov_base = (void *)(uintptr_t)frame->data,
            .iov_len = frame->caplen,
        };
        lot->sizes[lot->count] = frame->caplen;
    }
    ret = weir_sender_lot_deliver(sender, lot);
    sender->stats.offered += lot->from;
    *settled = lot->from;
    return ret;
}

/* Sends or queues the first of these frames, or the first few. */
static int send_some(struct weir_sender *sender,
                     const struct weir_frame *frames, uint32_t count,
                     bool borrowed, uint32_t *settled)
{
    uint32_t n = 0;
    *settled = 0;
    if (frames[0].data == NULL && frames[0].caplen > 0)
        return -EINVAL;
    if (!fits(sender, frames[0].data, frames[0].caplen)) {
        *settled = 1;
        return 0;
    }
    if (frames[0].caplen > sender->slot_max)
        return send_direct(sender, frames, 1, settled);
    if (sender->ring != NULL || !borrowed) {
        int ret = enqueue(sender, frames[0].data, frames[0].caplen);
        *settled = ret == 0;
        return ret;
    }
    /* The next one that does not fit is counted in its own turn. */
    while (n < count && n < WEIR_SENDER_BATCH && frames[n].data != NULL &&
           frames[n].caplen >= sender->port.header_bytes &&
           frames[n].caplen != 0 &&
           frames[n].caplen <= weir_sender_port_max(&sender->port))
        n++;
    return send_direct(sender, frames, n > 0 ? n : 1, settled);
}

int weir_sender_send(struct weir_sender *sender, const void *bytes, size_t len,
                     struct weir_err *err)
{
    int ret = enter(sender, err);
    if (ret != 0)
        return ret;
    uint32_t settled;
    const struct weir_frame frame = {
        .data = bytes,
        .caplen = len > UINT32_MAX ? UINT32_MAX : (uint32_t)len,
    };
    ret = send_some(sender, &frame, 1, false, &settled);
    return leave(sender, ret, err);
}

int weir_sender_send_batch(struct weir_sender *sender,
                           const struct weir_frame *frames, uint32_t count,
                           uint32_t *taken, struct weir_err *err)
{
    uint32_t done = 0;
    if (taken != NULL)
        *taken = 0;
    int ret = enter(sender, err);
    if (ret != 0)
        return ret;
    if (frames == NULL && count > 0)
        ret = -EINVAL;
    while (ret == 0 && done < count) {
        uint32_t settled;
        ret = send_some(sender, frames + done, count - done, true, &settled);
        done += settled;
    }
    if (taken != NULL)
        *taken = done;
    return leave(sender, ret, err);
}

int weir_sender_kick(struct weir_sender *sender, struct weir_err *err)
{
    int ret = enter(sender, err);
    return ret != 0 ? ret : leave(sender, queue_deliver(sender), err);
}

int weir_sender_flush(struct weir_sender *sender, struct weir_err *err)
{
    int ret = enter(sender, err);
    if (ret != 0)
        return ret;
    ret = queue_deliver(sender);
    while (ret == 0 && sender->ring != NULL &&
           !weir_sender_ring_idle(sender->ring))
        ret = weir_sender_wait(sender);
    sender->full_ns = 0;
    if (ret == -ENOBUFS)
        ret = weir_err_set(
            err, -ETIMEDOUT, "%s: frames are still on their way after %.3g s",
            sender->port.name, (double)sender->config.patience_ns / 1e9);
    (void)weir_sender_look(sender);
    return leave(sender, ret, err);
}

int weir_sender_stats(struct weir_sender *sender,
                      struct weir_sender_counts *out, struct weir_err *err)
{
    int ret = enter(sender, err);
    if (ret != 0)
        return ret;
    if (out == NULL) {
        weir_guard_leave(&sender->guard);
        return weir_err_set(err, -EINVAL, "%s: nowhere to put statistics",
                            sender->port.name);
    }
    *out = sender->stats;
    out->queued = sender->queue.count - sender->queue.from;
    return leave(sender, 0, err);
}

int weir_sender_linktype(const struct weir_sender *sender)
{
    return sender == NULL ? -EINVAL : sender->port.linktype;
}

int weir_sender_way_of(const struct weir_sender *sender)
{
    if (sender == NULL)
        return -EINVAL;
    return sender->ring != NULL ? WEIR_SENDER_RING : WEIR_SENDER_MMSG;
}

int weir_sender_close(struct weir_sender **sender, struct weir_err *err)
{
    if (sender == NULL || *sender == NULL)
        return 0;
    int ret = enter(*sender, err);
    if (ret != 0)
        return ret;
    weir_sender_free(*sender);
    *sender = NULL;
    return 0;
}
