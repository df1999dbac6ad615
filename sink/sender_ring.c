#include "sink/sender_ring.h"

#include <assert.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "base/assert.h"
#include "base/err.h"
#include "sink/sender_port.h"

/* A slot: tpacket2_hdr, virtio_net_hdr, the frame
 * (Documentation/networking/packet_mmap.rst; net/packet/af_packet.c,
 * tpacket_parse_header). */
#define ALIGNED(n) (((uint32_t)(n) + 15u) & ~15u)
#define AT_VNET    ALIGNED(sizeof(struct tpacket2_hdr))
#define AT_FRAME   (AT_VNET + (uint32_t)sizeof(struct virtio_net_hdr))
static_assert(TPACKET_ALIGNMENT == 16, "as ALIGNED has it");
static_assert(AT_FRAME + 15u <= 64u, "as WEIR_SENDER_RING_FRAME_MAX has it");

/* Of a frame that goes to a card: copying this little is cheaper than a
 * second buffer for it. */
#define COPY_CARD 256u

struct weir_sender_ring {
    const struct weir_sender_port *port;
    uint8_t *memory;
    size_t bytes;
    uint32_t slots_count;
    uint32_t head;   /* the first slot; the kernel's next one too */
    uint32_t unseen; /* of those before it, the last that may be on their way */
    uint32_t copy_max; /* longer frames are copied in part only */
    uint8_t **slots;   /* each a struct tpacket2_hdr and what follows */
};

static struct tpacket2_hdr *header_at(const struct weir_sender_ring *ring,
                                      uint32_t i)
{
    uint32_t at = ring->head + i;
    if (at >= ring->slots_count)
        at -= ring->slots_count;
    return (struct tpacket2_hdr *)(void *)ring->slots[at];
}

/* Acquire: pairs with the kernel's write of it, which is behind its last look
 * at the frame (tpacket_destruct_skb).  Release: so that the kernel sees the
 * frame before it sees that it may send it. */
static uint32_t status_of(const struct tpacket2_hdr *header)
{
    return __atomic_load_n(&header->tp_status, __ATOMIC_ACQUIRE);
}

static void set_status(struct tpacket2_hdr *header, uint32_t status)
{
    __atomic_store_n(&header->tp_status, status, __ATOMIC_RELEASE);
}

uint32_t weir_sender_ring_slots(const struct weir_sender_ring *ring)
{
    return ring->slots_count;
}

int weir_sender_ring_free(const struct weir_sender_ring *ring, uint32_t i)
{
    return status_of(header_at(ring, i)) == TP_STATUS_AVAILABLE;
}

uint32_t weir_sender_ring_room(const struct weir_sender_ring *ring,
                               uint32_t most)
{
    uint32_t n = 0;
    while (n < most && weir_sender_ring_free(ring, n))
        n++;
    return n;
}

uint8_t *weir_sender_ring_slot(const struct weir_sender_ring *ring, uint32_t i)
{
    return (uint8_t *)header_at(ring, i) + AT_FRAME;
}

struct weir_sender_ring_answer
weir_sender_ring_offer(struct weir_sender_ring *ring, const uint32_t *sizes,
                       uint32_t from, uint32_t count)
{
    struct weir_sender_ring_answer answer = {0};
    for (uint32_t i = from; i < count; i++) {
        struct tpacket2_hdr *header = header_at(ring, i);
        const struct virtio_net_hdr vnet = {
            .hdr_len = (uint16_t)(sizes[i] < ring->copy_max ? sizes[i]
                                                            : ring->copy_max)};
        memcpy((uint8_t *)header + AT_VNET, &vnet, sizeof vnet);
        header->tp_len = sizes[i] + (uint32_t)sizeof vnet;
        set_status(header, TP_STATUS_SEND_REQUEST);
    }
    if (send(ring->port->fd, NULL, 0, MSG_DONTWAIT) < 0)
        answer.error = -errno;
    uint32_t i = from;
    for (; i < count; i++) {
        uint32_t status = status_of(header_at(ring, i));
        answer.wrong = (status & TP_STATUS_WRONG_FORMAT) != 0;
        if (answer.wrong || (status & TP_STATUS_SEND_REQUEST) != 0)
            break;
    }
    answer.taken = i - from;
    return answer;
}

void weir_sender_ring_done(struct weir_sender_ring *ring, uint32_t taken)
{
    ring->head += taken;
    if (ring->head >= ring->slots_count)
        ring->head -= ring->slots_count;
    ring->unseen += taken;
    if (ring->unseen > ring->slots_count)
        ring->unseen = ring->slots_count;
}

void weir_sender_ring_drop(struct weir_sender_ring *ring, const uint32_t *sizes,
                           uint32_t from, uint32_t count)
{
    for (uint32_t i = from + 1; i < count; i++)
        memcpy(weir_sender_ring_slot(ring, i - 1),
               weir_sender_ring_slot(ring, i), sizes[i]);
    weir_sender_ring_drop_all(ring, from, count);
}

/* Free, and not to be sent: the next offer says which are. */
void weir_sender_ring_drop_all(struct weir_sender_ring *ring, uint32_t from,
                               uint32_t count)
{
    for (uint32_t i = from; i < count; i++)
        set_status(header_at(ring, i), TP_STATUS_AVAILABLE);
}

int weir_sender_ring_idle(struct weir_sender_ring *ring)
{
    while (ring->unseen > 0) {
        const struct tpacket2_hdr *header =
            header_at(ring, ring->slots_count - ring->unseen);
        if ((status_of(header) & TP_STATUS_SENDING) != 0)
            return 0;
        ring->unseen--;
    }
    return 1;
}

static int slots_make(struct weir_sender_ring *ring, uint32_t slot_bytes)
{
    uint32_t each = WEIR_SENDER_RING_BLOCK / slot_bytes;
    ring->slots = calloc(ring->slots_count, sizeof *ring->slots);
    if (ring->slots == NULL)
        return -ENOMEM;
    for (uint32_t i = 0; i < ring->slots_count; i++)
        ring->slots[i] = ring->memory +
                         (size_t)(i / each) * WEIR_SENDER_RING_BLOCK +
                         (size_t)(i % each) * slot_bytes;
    return 0;
}

static int map(struct weir_sender_ring *ring,
               const struct weir_sender_ring_config *config,
               struct weir_err *err)
{
    uint32_t slot_bytes = ALIGNED(AT_FRAME + config->frame_max);
    uint32_t each = WEIR_SENDER_RING_BLOCK / slot_bytes;
    uint32_t blocks = (config->slots_min + each - 1) / each;
    const struct tpacket_req request = {
        .tp_block_size = WEIR_SENDER_RING_BLOCK,
        .tp_block_nr = blocks,
        .tp_frame_size = slot_bytes,
        .tp_frame_nr = blocks * each,
    };
    int ret = weir_sender_port_set(ring->port, PACKET_TX_RING, &request,
                                   sizeof request, "PACKET_TX_RING", err);
    if (ret != 0)
        return ret;
    size_t bytes = (size_t)blocks * WEIR_SENDER_RING_BLOCK;
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
                        ring->port->fd, 0);
    if (memory == MAP_FAILED) {
        int why = -errno;
        return weir_err_sys(err, why, "%s: map PACKET_TX_RING",
                            ring->port->name);
    }
    ring->memory = memory;
    ring->bytes = bytes;
    ring->slots_count = blocks * each;
    if (slots_make(ring, slot_bytes) != 0)
        return weir_err_set(err, -ENOMEM, "%s: no memory for slots",
                            ring->port->name);
    return 0;
}

int weir_sender_ring_open(struct weir_sender_ring **out,
                          const struct weir_sender_port *port,
                          const struct weir_sender_ring_config *config,
                          struct weir_err *err)
{
    const int version = TPACKET_V2;
    const int yes = 1;
    WEIR_ASSERT(config->frame_max <= WEIR_SENDER_RING_FRAME_MAX &&
                config->slots_min > 0);
    struct weir_sender_ring *ring = calloc(1, sizeof *ring);
    if (ring == NULL)
        return weir_err_set(err, -ENOMEM, "%s: no memory", port->name);
    ring->port = port;
    ring->copy_max =
        weir_sender_port_is_card(port) ? COPY_CARD : WEIR_SENDER_RING_FRAME_MAX;
    int ret = weir_sender_port_set(port, PACKET_VERSION, &version,
                                   sizeof version, "PACKET_VERSION", err);
    if (ret == 0)
        ret = weir_sender_port_set(port, PACKET_VNET_HDR, &yes, sizeof yes,
                                   "PACKET_VNET_HDR", err);
    if (ret == 0)
        ret = map(ring, config, err);
    if (ret != 0) {
        weir_sender_ring_close(ring);
        return ret;
    }
    *out = ring;
    return 0;
}

void weir_sender_ring_close(struct weir_sender_ring *ring)
{
    if (ring == NULL)
        return;
    if (ring->memory != NULL)
        (void)munmap(ring->memory, ring->bytes);
    free(ring->slots);
    free(ring);
}
