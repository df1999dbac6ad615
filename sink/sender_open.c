/* What a sender's config comes to: a way, with its sockets and slots. */

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "sink/sender_impl.h"

/* A card has frames on their way, in slots that are not free yet.  Where there
 * is none, they are free when the call returns, and a ring that stays in a
 * core's cache is 9 % faster with 1514 bytes (veth). */
#define RING_BYTES_CARD  (4u << 20)
#define RING_BYTES       (256u << 10)
#define RING_BYTES_MIN   (64u << 10)
#define RING_BYTES_MAX   (1u << 30)
#define PATIENCE_DEFAULT WEIR_NS_PER_S

/* Of a slot: a jumbo frame with a tag.  Frames that are longer, as loopback
 * has them, would make the ring hold few of them all. */
#define SLOT_MAX 9238u
#define SLOT_MIN 1518u

static int config_check(struct weir_sender_config *config, struct weir_err *err)
{
    if (config->device == NULL)
        return weir_err_set(err, -EINVAL, "sender: no device is given");
    if (weir_sender_way_name((int)config->way) == NULL)
        return weir_err_set(err, -EINVAL, "%s: no such way to send: %d",
                            config->device, (int)config->way);
    if (config->ring_bytes != 0 && (config->ring_bytes < RING_BYTES_MIN ||
                                    config->ring_bytes > RING_BYTES_MAX))
        return weir_err_set(
            err, -EINVAL, "%s: a ring of %u bytes: from %u to %u",
            config->device, config->ring_bytes, RING_BYTES_MIN, RING_BYTES_MAX);
    if (config->patience_ns < 0)
        return weir_err_set(err, -EINVAL, "%s: a negative patience",
                            config->device);
    if (config->patience_ns == 0)
        config->patience_ns = PATIENCE_DEFAULT;
    return 0;
}

static int port_open(const struct weir_sender *sender,
                     struct weir_sender_port *port, struct weir_err *err)
{
    int ret = weir_sender_port_open(port, sender->config.device, err);
    if (ret == 0 && sender->config.qdisc_bypass)
        ret = weir_sender_port_bypass(port, err);
    return ret;
}

static int ring_open(struct weir_sender *sender, struct weir_err *err)
{
    uint32_t bytes = sender->config.ring_bytes;
    if (bytes == 0)
        bytes = weir_sender_port_is_card(&sender->port) ? RING_BYTES_CARD
                                                        : RING_BYTES;
    uint32_t slots = bytes / (sender->slot_max + 64);
    const struct weir_sender_ring_config config = {
        .frame_max = sender->slot_max,
        .slots_min = slots > WEIR_SENDER_BATCH ? slots : WEIR_SENDER_BATCH,
    };
    int ret = weir_sender_ring_open(&sender->ring, &sender->port, &config, err);
    /* All that this socket sends is of its ring. */
    if (ret == 0)
        ret = port_open(sender, &sender->long_port, err);
    return ret;
}

static int mmsg_open(struct weir_sender *sender, struct weir_err *err)
{
    sender->slots = malloc((size_t)sender->slot_max * WEIR_SENDER_BATCH);
    if (sender->slots == NULL)
        return weir_err_set(err, -ENOMEM, "%s: no memory", sender->port.name);
    sender->queue.fd = sender->port.fd;
    return 0;
}

static int way_open(struct weir_sender *sender, struct weir_err *err)
{
    int ret = port_open(sender, &sender->port, err);
    if (ret != 0)
        return ret;
    if (!sender->port.up)
        return weir_err_set(err, -ENETDOWN, "%s: the interface is down",
                            sender->port.name);
    uint32_t most = weir_sender_port_max(&sender->port) + 4;
    sender->slot_max = most < SLOT_MIN   ? SLOT_MIN
                       : most > SLOT_MAX ? SLOT_MAX
                                         : most;
    if (sender->config.way != WEIR_SENDER_MMSG) {
        const bool must = sender->config.way == WEIR_SENDER_RING;
        ret = ring_open(sender, must ? err : NULL);
        if (ret == 0 || must)
            return ret;
        /* A socket keeps the ring that it was given. */
        weir_sender_ring_close(sender->ring);
        sender->ring = NULL;
        weir_sender_port_close(&sender->port);
        ret = port_open(sender, &sender->port, err);
        if (ret != 0)
            return ret;
    }
    return mmsg_open(sender, err);
}

void weir_sender_free(struct weir_sender *sender)
{
    weir_sender_ring_close(sender->ring);
    weir_sender_port_close(&sender->port);
    weir_sender_port_close(&sender->long_port);
    free(sender->slots);
    free(sender);
}

int weir_sender_open(struct weir_sender **out,
                     const struct weir_sender_config *config,
                     struct weir_err *err)
{
    if (out == NULL || config == NULL)
        return weir_err_set(err, -EINVAL, "sender: %s",
                            out == NULL ? "nowhere to put it" : "no config");
    if (*out != NULL)
        return weir_err_set(err, -EBUSY, "sender: it is open already");
    struct weir_sender_config own = *config;
    int ret = config_check(&own, err);
    if (ret != 0)
        return ret;
    struct weir_sender *sender = calloc(1, sizeof *sender);
    if (sender == NULL)
        return weir_err_sys(err, -ENOMEM, "%s", config->device);
    weir_guard_leave(&sender->guard);
    sender->config = own;
    sender->port.fd = sender->port.ask_fd = -1;
    sender->long_port.fd = sender->long_port.ask_fd = -1;
    for (uint32_t i = 0; i < WEIR_SENDER_BATCH; i++) {
        sender->messages[i].msg_hdr.msg_iov = &sender->vectors[i];
        sender->messages[i].msg_hdr.msg_iovlen = 1;
    }
    ret = way_open(sender, err);
    if (ret != 0) {
        weir_sender_free(sender);
        return ret;
    }
    sender->queue.in_ring = sender->ring != NULL;
    sender->direct.fd =
        sender->ring != NULL ? sender->long_port.fd : sender->port.fd;
    sender->config.device = sender->port.name;
    *out = sender;
    return 0;
}
