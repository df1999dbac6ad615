#include <errno.h>
#include <sched.h>
#include <stdbool.h>

#include "base/clock.h"
#include "ring/event.h"
#include "sink/sender_impl.h"

/* How often the port is looked at, in frames.  Past the queueing discipline
 * the kernel says that there is no carrier, and only the MTU may change. */
#define LOOK_EVERY        64u
#define LOOK_EVERY_BYPASS 4096u

struct answer {
    uint32_t taken;
    int error;
    bool wrong;
};

static void words_set(struct weir_sender *sender,
                      enum weir_sender_refusal reason, int code, uint32_t bytes)
{
    const struct weir_sender_port *port = &sender->port;
    struct weir_err *why = &sender->why;
    switch (reason) {
    case WEIR_SENDER_TOO_SHORT:
        (void)weir_err_set(why, code,
                           "%s: a frame of %u byte%s ends within its header",
                           port->name, bytes, bytes == 1 ? "" : "s");
        break;
    case WEIR_SENDER_TOO_LONG:
        (void)weir_err_set(why, code,
                           "%s: its MTU is %u, which does not allow a frame "
                           "of %u bytes",
                           port->name, port->mtu, bytes);
        break;
    case WEIR_SENDER_LINK_DOWN:
        (void)weir_err_set(why, code, "%s: %s", port->name,
                           port->up ? "no carrier" : "the interface is down");
        break;
    case WEIR_SENDER_GONE:
        (void)weir_err_set(why, code, "%s: the interface was removed",
                           port->name);
        break;
    case WEIR_SENDER_NO_BUFFERS:
        (void)weir_err_set(why, code, "%s: takes no more frames", port->name);
        break;
    case WEIR_SENDER_REFUSED:
        (void)weir_err_sys(why, code,
                           "%s: the kernel refuses a frame of %u bytes",
                           port->name, bytes);
        break;
    }
}

void weir_sender_refuse(struct weir_sender *sender,
                        enum weir_sender_refusal reason, int code,
                        uint32_t bytes)
{
    sender->stats.refused[reason]++;
    if (!sender->config.strict || sender->failed != 0)
        return;
    sender->failed = code;
    words_set(sender, reason, code, bytes);
}

int weir_sender_look(struct weir_sender *sender)
{
    int ret = weir_sender_port_look(&sender->port, NULL);
    if (ret != 0)
        sender->port.up = sender->port.carrier = false;
    if (!sender->port.carrier && !sender->config.qdisc_bypass)
        sender->stats.doubtful += sender->stats.sent - sender->looked;
    sender->looked = sender->stats.sent;
    return ret;
}

int weir_sender_wait(struct weir_sender *sender)
{
    if (sender->config.stop != NULL &&
        weir_event_is_set(sender->config.stop) > 0)
        return -ECANCELED;
    if (sender->config.nonblock)
        return -EAGAIN;
    int64_t now_ns = weir_clock_mono_ns();
    if (sender->full_ns == 0)
        sender->full_ns = now_ns;
    if (now_ns - sender->full_ns > sender->config.patience_ns) {
        sender->full_ns = 0;
        return -ENOBUFS;
    }
    /* What empties the queue may need this core. */
    (void)sched_yield();
    return 0;
}

static struct answer offer(struct weir_sender *sender,
                           struct weir_sender_lot *lot)
{
    if (lot->in_ring) {
        struct weir_sender_ring_answer a = weir_sender_ring_offer(
            sender->ring, lot->sizes, lot->from, lot->count);
        return (struct answer){a.taken, a.error, a.wrong != 0};
    }
    int n = sendmmsg(lot->fd, sender->messages + lot->from,
                     lot->count - lot->from, MSG_DONTWAIT);
    return n >= 0 ? (struct answer){.taken = (uint32_t)n}
                  : (struct answer){.error = -errno};
}

static void took(struct weir_sender *sender, struct weir_sender_lot *lot,
                 uint32_t taken)
{
    for (uint32_t i = 0; i < taken; i++)
        sender->stats.bytes += lot->sizes[lot->from + i];
    lot->from += taken;
    sender->stats.sent += taken;
    if (taken > 0)
        sender->full_ns = 0;
}

static void refuse_all(struct weir_sender *sender, struct weir_sender_lot *lot,
                       enum weir_sender_refusal reason, int code)
{
    if (lot->in_ring)
        weir_sender_ring_drop_all(sender->ring, lot->from, lot->count);
    for (uint32_t i = lot->from; i < lot->count; i++)
        weir_sender_refuse(sender, reason, code, lot->sizes[i]);
    /* In the ring the next frame takes the place of the first of them. */
    if (lot->in_ring)
        lot->count = lot->from;
    else
        lot->from = lot->count;
}

static void refuse_first(struct weir_sender *sender,
                         struct weir_sender_lot *lot,
                         enum weir_sender_refusal reason, int code)
{
    weir_sender_refuse(sender, reason, code, lot->sizes[lot->from]);
    if (!lot->in_ring) {
        lot->from++;
        return;
    }
    weir_sender_ring_drop(sender->ring, lot->sizes, lot->from, lot->count);
    lot->count--;
    for (uint32_t i = lot->from; i < lot->count; i++)
        lot->sizes[i] = lot->sizes[i + 1];
}

/* The queue is full, or says so because there is no way out. */
static int congested(struct weir_sender *sender, struct weir_sender_lot *lot)
{
    sender->stats.waits++;
    if (weir_sender_look(sender) == -ENODEV) {
        refuse_all(sender, lot, WEIR_SENDER_GONE, -ENODEV);
        return 0;
    }
    if (!sender->port.carrier) {
        refuse_all(sender, lot, WEIR_SENDER_LINK_DOWN, -ENETDOWN);
        return 0;
    }
    int ret = weir_sender_wait(sender);
    if (ret != -ENOBUFS)
        return ret;
    refuse_all(sender, lot, WEIR_SENDER_NO_BUFFERS, -ENOBUFS);
    return 0;
}

/* The first frame of the lot was not taken. */
static int settle(struct weir_sender *sender, struct weir_sender_lot *lot,
                  const struct answer *answer)
{
    bool too_long = lot->sizes[lot->from] > weir_sender_port_max(&sender->port);
    /* net/packet/af_packet.c: packet_snd, tpacket_snd. */
    switch (answer->wrong ? -EBADMSG : answer->error) {
    case 0:
    case -EINTR:
    case -EAGAIN:
    case -ENOBUFS:
    case -ENOMEM:
        return congested(sender, lot);
    case -ENETDOWN:
        (void)weir_sender_look(sender);
        refuse_all(sender, lot, WEIR_SENDER_LINK_DOWN, -ENETDOWN);
        return 0;
    case -ENODEV:
    case -ENXIO:
        refuse_all(sender, lot, WEIR_SENDER_GONE, -ENODEV);
        return 0;
    case -EMSGSIZE:
        (void)weir_sender_look(sender);
        refuse_first(sender, lot, WEIR_SENDER_TOO_LONG, -EMSGSIZE);
        return 0;
    default:
        refuse_first(sender, lot,
                     too_long ? WEIR_SENDER_TOO_LONG : WEIR_SENDER_REFUSED,
                     answer->error != 0 ? answer->error : -EINVAL);
        return 0;
    }
}

/* Where there is a queueing discipline and no carrier, it takes frames and
 * drops them (net/sched/sch_generic.c, noop_enqueue). */
static bool can_go(struct weir_sender *sender, struct weir_sender_lot *lot)
{
    uint64_t every =
        sender->config.qdisc_bypass ? LOOK_EVERY_BYPASS : LOOK_EVERY;
    if (sender->port.carrier && sender->stats.sent - sender->looked < every)
        return true;
    int ret = weir_sender_look(sender);
    if (sender->port.carrier)
        return true;
    refuse_all(sender, lot, ret == 0 ? WEIR_SENDER_LINK_DOWN : WEIR_SENDER_GONE,
               ret == 0 ? -ENETDOWN : -ENODEV);
    return false;
}

int weir_sender_lot_deliver(struct weir_sender *sender,
                            struct weir_sender_lot *lot)
{
    int ret = 0;
    if (lot->from < lot->count && !can_go(sender, lot))
        return 0;
    while (ret == 0 && lot->from < lot->count) {
        struct answer answer = offer(sender, lot);
        took(sender, lot, answer.taken);
        /* Only a call that takes nothing says why. */
        if (lot->from < lot->count && answer.taken == 0)
            ret = settle(sender, lot, &answer);
    }
    return ret;
}
