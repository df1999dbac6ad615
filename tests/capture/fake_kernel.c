#include "tests/capture/fake_kernel.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <pcap/pcap.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/clock.h"
#include "capture/kernel_filter.h"

#define HEADERS_BYTES 68U /* tpacket3_hdr and sockaddr_ll */
#define MAC_BYTES     14U
#define MAC_ROOM      16U

#define FAKE_INSNS_MAX 256

static_assert(sizeof(struct bpf_insn) == sizeof(struct sock_filter) &&
                  offsetof(struct bpf_insn, k) ==
                      offsetof(struct sock_filter, k) &&
                  offsetof(struct bpf_insn, jf) ==
                      offsetof(struct sock_filter, jf),
              "libpcap runs the kernel's programs");

struct fake_filter {
    struct weir_kernel_filter program;
    struct fake_filter *older;
};

static uint32_t align(uint32_t n, uint32_t to)
{
    return (n + to - 1) / to * to;
}

static struct tpacket_block_desc *block_of(const struct fake_kernel *k)
{
    return (struct tpacket_block_desc *)(void *)(k->memory +
                                                 (size_t)k->active *
                                                     k->block_bytes);
}

static bool in_use(const struct fake_kernel *k)
{
    return (__atomic_load_n(&block_of(k)->hdr.bh1.block_status,
                            __ATOMIC_ACQUIRE) &
            TP_STATUS_USER) != 0;
}

/* The count is in the header as it grows, for whoever looks. */
static void show_count(struct fake_kernel *k)
{
    __atomic_store_n(&block_of(k)->hdr.bh1.num_pkts, k->frames,
                     __ATOMIC_RELAXED);
}

static void open_block(struct fake_kernel *k)
{
    struct tpacket_block_desc *block = block_of(k);
    struct tpacket_hdr_v1 *h = &block->hdr.bh1;
    block->version = TPACKET_V3;
    block->offset_to_priv = sizeof *block;
    h->offset_to_first_pkt = sizeof *block;
    h->seq_num = k->seq++;
    k->used = sizeof *block;
    k->last = 0;
    k->frames = 0;
    show_count(k);
    k->frozen = false;
}

void fake_kernel_open(struct fake_kernel *k, uint32_t block_bytes,
                      uint32_t blocks, uint32_t snaplen)
{
    memset(k, 0, sizeof *k);
    k->block_bytes = block_bytes;
    k->blocks = blocks;
    k->snaplen = snaplen;
    k->reserve = WEIR_AFPACKET_RESERVE;
    k->filter_room = BPF_MAXINSNS;
    k->seq = 1;
    k->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    WEIR_ASSERT(k->fd >= 0);
    k->memory = aligned_alloc(4096, (size_t)block_bytes * blocks);
    WEIR_ASSERT(k->memory != NULL);
    /* Old traffic. */
    memset(k->memory, 0xa5, (size_t)block_bytes * blocks);
    for (k->active = blocks; k->active-- > 0;)
        block_of(k)->hdr.bh1.block_status = TP_STATUS_KERNEL;
    k->active = 0;
    open_block(k);
}

void fake_kernel_close(struct fake_kernel *k)
{
    struct fake_filter *filter = atomic_load(&k->filter);
    while (filter != NULL) {
        struct fake_filter *older = filter->older;
        free(filter);
        filter = older;
    }
    (void)close(k->fd);
    free(k->memory);
}

static void close_block(struct fake_kernel *k)
{
    struct tpacket_hdr_v1 *h = &block_of(k)->hdr.bh1;
    uint32_t status = TP_STATUS_USER;
    if (atomic_load(&k->drops) > 0)
        status |= TP_STATUS_LOSING;
    h->blk_len = k->used;
    if (k->frames > 0)
        memset((uint8_t *)block_of(k) + k->last, 0, 4); /* no next */
    /* As smp_wmb() and the store in prb_close_block. */
    __atomic_store_n(&h->block_status, status, __ATOMIC_RELEASE);
    (void)!write(k->fd, &(uint64_t){1}, sizeof(uint64_t));
    k->active = (k->active + 1) % k->blocks;
    if (in_use(k)) {
        k->frozen = true;
        atomic_fetch_add(&k->freezes, 1);
    } else {
        open_block(k);
    }
}

static void put_frame(struct fake_kernel *k, const struct fake_frame *frame,
                      uint32_t mac, uint32_t caplen, const uint8_t *data,
                      uint32_t len)
{
    const uint32_t step = align(mac + caplen, 8);
    uint8_t *at = (uint8_t *)block_of(k) + k->used;
    struct tpacket3_hdr h = {
        .tp_next_offset = step,
        .tp_sec = (uint32_t)(frame->time_ns / WEIR_NS_PER_S),
        .tp_nsec = (uint32_t)(frame->time_ns % WEIR_NS_PER_S),
        .tp_snaplen = caplen,
        .tp_len = len,
        .tp_status = TP_STATUS_USER,
        .tp_mac = (uint16_t)mac,
        .tp_net = (uint16_t)(mac + MAC_BYTES),
    };
    const struct sockaddr_ll address = {
        .sll_family = AF_PACKET,
        .sll_ifindex = 7,
        .sll_pkttype = frame->pkttype,
    };
    if (frame->vlan_tpid != 0) {
        h.tp_status |= TP_STATUS_VLAN_VALID | TP_STATUS_VLAN_TPID_VALID;
        h.hv1.tp_vlan_tci = frame->vlan_tci;
        h.hv1.tp_vlan_tpid = frame->vlan_tpid;
    }
    memcpy(at, &h, sizeof h);
    memcpy(at + sizeof h, &address, sizeof address);
    memcpy(at + mac, data, caplen);
    k->last = k->used;
    k->used += step;
    k->frames++;
    show_count(k);
}

static bool drop(struct fake_kernel *k)
{
    atomic_fetch_add(&k->drops, 1);
    k->dropped++;
    return false;
}

/* libpcap knows nothing of what is beside a frame: there it becomes a number
 * of the program's. */
static void tell(struct bpf_insn *insn, const struct fake_frame *frame)
{
    if (insn->code != (BPF_LD | BPF_B | BPF_ABS) || insn->k <= INT32_MAX)
        return;
    insn->code = BPF_LD | BPF_IMM;
    switch (insn->k - (uint32_t)SKF_AD_OFF) {
    case SKF_AD_PKTTYPE:
        insn->k = frame->pkttype;
        break;
    case SKF_AD_VLAN_TAG_PRESENT:
        insn->k = frame->vlan_tpid != 0;
        break;
    default:
        WEIR_ASSERT(false);
    }
}

static uint32_t run(const struct weir_kernel_filter *filter,
                    const struct fake_frame *frame)
{
    struct bpf_insn program[FAKE_INSNS_MAX];
    WEIR_ASSERT(filter->count <= FAKE_INSNS_MAX);
    memcpy(program, filter->program, filter->count * sizeof program[0]);
    for (uint32_t i = 0; i < filter->count; i++)
        tell(&program[i], frame);
    return bpf_filter(program, frame->data, frame->len, frame->len);
}

uint32_t fake_kernel_pass(struct fake_kernel *k, const struct fake_frame *frame)
{
    const struct fake_filter *filter = atomic_load(&k->filter);
    const uint32_t most =
        filter != NULL ? run(&filter->program, frame) : k->snaplen;
    return frame->len < most ? frame->len : most;
}

bool fake_kernel_store(struct fake_kernel *k, const struct fake_frame *frame,
                       uint32_t caplen)
{
    const uint32_t mac =
        align(HEADERS_BYTES + MAC_ROOM, 16) - MAC_BYTES + k->reserve;
    if (k->frozen) {
        if (in_use(k))
            return drop(k);
        open_block(k);
    }
    if (k->used + align(mac + caplen, 8) >= k->block_bytes)
        close_block(k);
    if (k->frozen)
        return drop(k);
    put_frame(k, frame, mac, caplen, frame->data, frame->len);
    atomic_fetch_add(&k->packets, 1);
    k->accepted++;
    return true;
}

bool fake_kernel_receive(struct fake_kernel *k, const struct fake_frame *frame)
{
    /* A cut waits for who is in here, as for an RCU grace period. */
    atomic_store(&k->receiving, true);
    bool accepted = false;
    if (!atomic_load(&k->cut)) {
        const uint32_t caplen = fake_kernel_pass(k, frame);
        accepted = caplen > 0 && fake_kernel_store(k, frame, caplen);
    }
    atomic_store(&k->receiving, false);
    return accepted;
}

void fake_kernel_tick(struct fake_kernel *k)
{
    if (k->frozen) {
        if (!in_use(k))
            open_block(k);
    } else if (k->frames > 0) {
        close_block(k);
    }
}

void fake_kernel_skip(struct fake_kernel *k)
{
    k->seq++;
}

static int fake_start(void *kernel, struct weir_err *err)
{
    struct fake_kernel *k = kernel;
    (void)err;
    atomic_store(&k->cut, false);
    return 0;
}

/* Who is in receive may have looked at the old one. */
static int fake_filter(void *kernel, const struct weir_kernel_filter *program)
{
    struct fake_kernel *k = kernel;
    if (program->count > k->filter_room)
        return -ENOMEM;
    struct fake_filter *filter = malloc(sizeof *filter);
    WEIR_ASSERT(filter != NULL);
    filter->program = *program;
    filter->older = atomic_load(&k->filter);
    atomic_store(&k->filter, filter);
    return 0;
}

static int fake_promisc(void *kernel, bool on)
{
    ((struct fake_kernel *)kernel)->promisc = on;
    return 0;
}

static void fake_counts(void *kernel, struct weir_afpacket_counts *out)
{
    struct fake_kernel *k = kernel;
    const uint32_t drops = atomic_exchange(&k->drops, 0);
    *out = (struct weir_afpacket_counts){
        .packets = atomic_exchange(&k->packets, 0) + drops,
        .drops = drops,
        .freezes = atomic_exchange(&k->freezes, 0),
    };
}

static void fake_calm(void *kernel)
{
    const struct fake_kernel *k = kernel;
    uint64_t rung;
    (void)!read(k->fd, &rung, sizeof rung);
}

static void fake_cut(void *kernel)
{
    struct fake_kernel *k = kernel;
    atomic_store(&k->cut, true);
    while (atomic_load(&k->receiving))
        (void)sched_yield();
}

static enum weir_netif_state fake_link(void *kernel)
{
    return ((const struct fake_kernel *)kernel)->link;
}

static uint64_t fake_missed(void *kernel)
{
    return ((const struct fake_kernel *)kernel)->missed;
}

static void fake_close(void *kernel)
{
    (void)kernel;
}

static const struct weir_afpacket_kernel_ops fake_ops = {
    .start = fake_start,
    .filter = fake_filter,
    .promisc = fake_promisc,
    .counts = fake_counts,
    .calm = fake_calm,
    .cut = fake_cut,
    .link = fake_link,
    .missed = fake_missed,
    .close = fake_close,
};

struct weir_afpacket_kernel fake_kernel_of(struct fake_kernel *k)
{
    atomic_store(&k->cut, true);
    return (struct weir_afpacket_kernel){
        .ops = &fake_ops,
        .self = k,
        .fd = k->fd,
        .memory = k->memory,
        .block_bytes = k->block_bytes,
        .blocks = k->blocks,
        .retire_ms = 1,
    };
}
