#include <assert.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "bench/gen/gen_loop.h"
#include "bench/gen/gen_way.h"

/* Enough for what a network card has not told to be sent yet.  A receiver on
 * the same machine needs none: the kernel copies a frame for it before the
 * slot is ours again (skb_orphan_frags_rx; since Linux 4.20). */
#define SLOTS_MIN 2048u

#define BLOCK_BYTES 65536u

/* A slot: tpacket2_hdr, the frame, each at TPACKET_ALIGNMENT
 * (Documentation/networking/packet_mmap.rst). */
#define ALIGNED(n) (((uint32_t)(n) + 15u) & ~15u)
#define AT_FRAME   ALIGNED(sizeof(struct tpacket2_hdr))
static_assert(TPACKET_ALIGNMENT == 16, "as ALIGNED has it");

/* Frames on their way in a network card's queue. */
#define SEND_BUFFER_BYTES (16 << 20)

struct gen_txring {
    struct weir_gen gen;
    struct weir_gen_config config;
    int fd;
    uint8_t *ring;
    size_t ring_bytes;
    uint32_t slots_count;
    uint32_t head;   /* the batch's first slot; the kernel's next one too */
    uint8_t **slots; /* each a struct tpacket2_hdr and its frame */
};

static struct tpacket2_hdr *header_at(const struct gen_txring *ring, uint32_t i)
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

static uint8_t *slot(void *self, uint32_t i)
{
    return (uint8_t *)header_at(self, i) + AT_FRAME;
}

static uint32_t room(void *self)
{
    uint32_t n = 0;
    while (n < WEIR_GEN_BATCH &&
           status_of(header_at(self, n)) == TP_STATUS_AVAILABLE)
        n++;
    return n;
}

/* The kernel sends from its own place in the ring on, until a slot is not to
 * be sent; one that it does not take stays so, and stays its place. */
static int send_some(void *self, const uint32_t *sizes, uint32_t from,
                     uint32_t count, struct weir_err *err)
{
    struct gen_txring *ring = self;
    for (uint32_t i = from; i < count; i++) {
        struct tpacket2_hdr *header = header_at(ring, i);
        header->tp_len = sizes[i];
        set_status(header, TP_STATUS_SEND_REQUEST);
    }
    ssize_t ret = send(ring->fd, NULL, 0, MSG_DONTWAIT);
    int error = ret < 0 ? errno : 0;
    if (error != 0 && !weir_gen_passes(error))
        return weir_err_sys(err, -error, "%s: send", ring->config.device);
    uint32_t i = from;
    uint32_t status = TP_STATUS_AVAILABLE;
    for (; i < count; i++) {
        status = status_of(header_at(ring, i));
        if ((status & (TP_STATUS_SEND_REQUEST | TP_STATUS_WRONG_FORMAT)) != 0)
            break;
    }
    if (i < count && (status & TP_STATUS_WRONG_FORMAT) != 0)
        return weir_err_set(err, -EMSGSIZE,
                            "%s: the kernel refuses a frame of %u bytes",
                            ring->config.device, sizes[i]);
    return (int)(i - from);
}

static void done(void *self, uint32_t taken)
{
    struct gen_txring *ring = self;
    ring->head += taken;
    if (ring->head >= ring->slots_count)
        ring->head -= ring->slots_count;
}

static int run(struct weir_gen *gen, struct weir_gen_counts *counts,
               struct weir_err *err)
{
    struct gen_txring *ring = (struct gen_txring *)gen;
    const struct weir_gen_path path = {.self = ring,
                                       .room = room,
                                       .slot = slot,
                                       .send = send_some,
                                       .done = done};
    return weir_gen_loop(&path, &ring->config, counts, err);
}

static void close_txring(struct weir_gen *gen)
{
    struct gen_txring *ring = (struct gen_txring *)gen;
    if (ring->ring != NULL)
        (void)munmap(ring->ring, ring->ring_bytes);
    if (ring->fd >= 0)
        (void)close(ring->fd);
    free(ring->slots);
    free(ring);
}

static int set(const struct gen_txring *ring, int option, const void *value,
               socklen_t size, const char *name, struct weir_err *err)
{
    if (setsockopt(ring->fd, SOL_PACKET, option, value, size) == 0)
        return 0;
    return weir_err_sys(err, -errno, "%s: %s", ring->config.device, name);
}

static int map_ring(struct gen_txring *ring, struct weir_err *err)
{
    uint32_t slot_bytes = ALIGNED(AT_FRAME + ring->config.plan->size_max);
    uint32_t each = BLOCK_BYTES / slot_bytes;
    uint32_t blocks = (SLOTS_MIN + each - 1) / each;
    const struct tpacket_req request = {
        .tp_block_size = BLOCK_BYTES,
        .tp_block_nr = blocks,
        .tp_frame_size = slot_bytes,
        .tp_frame_nr = blocks * each,
    };
    int ret = set(ring, PACKET_TX_RING, &request, sizeof request,
                  "PACKET_TX_RING", err);
    if (ret != 0)
        return ret;
    size_t bytes = (size_t)blocks * BLOCK_BYTES;
    void *memory =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, 0);
    if (memory == MAP_FAILED)
        return weir_err_sys(err, -errno, "%s: map PACKET_TX_RING",
                            ring->config.device);
    ring->ring = memory;
    ring->ring_bytes = bytes;
    ring->slots_count = blocks * each;
    ring->slots = calloc(ring->slots_count, sizeof *ring->slots);
    if (ring->slots == NULL)
        return weir_err_set(err, -ENOMEM, "no memory for slots");
    for (uint32_t i = 0; i < ring->slots_count; i++) {
        uint8_t *at = ring->ring + (size_t)(i / each) * BLOCK_BYTES +
                      (size_t)(i % each) * slot_bytes;
        ring->slots[i] = at;
        memcpy(at + AT_FRAME, ring->config.plan->longest,
               ring->config.plan->size_max);
    }
    return 0;
}

static int open_ring(struct gen_txring *ring, struct weir_err *err)
{
    const int version = TPACKET_V2;
    const int yes = 1;
    const int bytes = SEND_BUFFER_BYTES;
    int ret = weir_gen_device_socket(ring->config.device, &ring->fd, err);
    if (ret == 0)
        ret = set(ring, PACKET_VERSION, &version, sizeof version,
                  "PACKET_VERSION", err);
    if (ret == 0)
        ret = set(ring, PACKET_QDISC_BYPASS, &yes, sizeof yes,
                  "PACKET_QDISC_BYPASS", err);
    if (ret != 0)
        return ret;
    /* Less than this is slower, no more. */
    (void)setsockopt(ring->fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes,
                     sizeof bytes);
    return map_ring(ring, err);
}

int weir_gen_txring_open(struct weir_gen **out,
                         const struct weir_gen_config *config,
                         struct weir_err *err)
{
    int ret = weir_gen_device_sends(config->device, config->plan, err);
    if (ret != 0)
        return ret;
    struct gen_txring *ring = calloc(1, sizeof *ring);
    if (ring == NULL)
        return weir_err_set(err, -ENOMEM, "no memory for frames");
    ring->fd = -1;
    ring->config = *config;
    ring->gen = (struct weir_gen){
        .way = WEIR_GEN_TXRING, .run = run, .close = close_txring};
    ret = open_ring(ring, err);
    if (ret != 0) {
        close_txring(&ring->gen);
        return ret;
    }
    *out = &ring->gen;
    return 0;
}
