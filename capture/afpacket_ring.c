#include "capture/afpacket_ring.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "capture/afpacket_stamp.h"
#include "capture/filter.h"
#include "capture/kernel_filter.h"
#include "capture/netif_missed.h"

/* TPACKET_V3 has no frames of fixed size; the kernel checks all the same
 * that some would fit (packet_set_ring). */
#define FRAME_BYTES 2048U

struct weir_afpacket_ring {
    const char *device;
    int ifindex;
    int fd;    /* the packet socket */
    int epoll; /* of fd, edge-triggered; -1: fd itself will do */
    int route; /* netlink, for the interface's counts; -1: none */
    uint8_t *memory;
    uint32_t block_bytes;
    uint32_t blocks;
    uint32_t retire_ms;
    uint16_t group;
    bool promisc;
    uint64_t missed_at_start;
    uint64_t missed;
    struct weir_kernel_filter kernel; /* for start */
    struct weir_filter *filter;
};

static int option_set(const struct weir_afpacket_ring *ring, int option,
                      int value)
{
    return setsockopt(ring->fd, SOL_PACKET, option, &value, sizeof value) == 0
               ? 0
               : -errno;
}

static int option_failed(const struct weir_afpacket_ring *ring, int rc,
                         const char *option, struct weir_err *err)
{
    return rc == 0 ? 0 : weir_err_sys(err, rc, "%s: %s", ring->device, option);
}

/* The device exists, is up, and is one of ours. */
static int check_device(struct weir_afpacket_ring *ring, struct weir_err *err)
{
    struct ifreq request = {0};
    const size_t length = strlen(ring->device);
    if (length == 0 || length >= sizeof request.ifr_name)
        return weir_netif_refused(err, -ENODEV, ring->device);
    memcpy(request.ifr_name, ring->device, length);
    if (ioctl(ring->fd, SIOCGIFINDEX, &request) != 0)
        return weir_netif_refused(err, -errno, ring->device);
    ring->ifindex = request.ifr_ifindex;
    if (!weir_netif_is_ethernet(ring->fd, ring->device))
        return weir_err_set(err, -EOPNOTSUPP,
                            "%s: not an Ethernet device, nor loopback: libpcap "
                            "captures from any",
                            ring->device);
    if (ioctl(ring->fd, SIOCGIFFLAGS, &request) != 0)
        return weir_netif_refused(err, -errno, ring->device);
    if ((request.ifr_flags & IFF_UP) == 0)
        return weir_netif_refused(err, -ENETDOWN, ring->device);
    return 0;
}

static int open_socket(struct weir_afpacket_ring *ring, struct weir_err *err)
{
    /* Protocol 0: no frames before the bind. */
    ring->fd = socket(PF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (ring->fd < 0)
        return weir_netif_refused(err, -errno, ring->device);
    int rc = check_device(ring, err);
    if (rc == 0)
        rc = option_failed(ring, weir_kernel_filter_reject_all(ring->fd),
                           "SO_ATTACH_FILTER", err);
    if (rc == 0)
        rc = option_failed(ring, option_set(ring, PACKET_VERSION, TPACKET_V3),
                           "PACKET_VERSION", err);
    if (rc == 0)
        rc = option_failed(
            ring, option_set(ring, PACKET_RESERVE, WEIR_AFPACKET_RESERVE),
            "PACKET_RESERVE", err);
    return rc;
}

static int map_ring(struct weir_afpacket_ring *ring, struct weir_err *err)
{
    const struct tpacket_req3 request = {
        .tp_block_size = ring->block_bytes,
        .tp_block_nr = ring->blocks,
        .tp_frame_size = FRAME_BYTES,
        .tp_frame_nr = ring->block_bytes / FRAME_BYTES * ring->blocks,
        .tp_retire_blk_tov = ring->retire_ms,
    };
    const size_t bytes = (size_t)ring->block_bytes * ring->blocks;
    if (setsockopt(ring->fd, SOL_PACKET, PACKET_RX_RING, &request,
                   sizeof request) != 0)
        return weir_err_sys(err, -errno, "%s: a ring of %zu MiB", ring->device,
                            bytes >> 20);
    void *memory =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, 0);
    if (memory == MAP_FAILED)
        return weir_err_sys(err, -errno, "%s: mmap of the ring", ring->device);
    ring->memory = memory;
    return 0;
}

/* packet_poll() says that a socket is readable while the last block that was
 * retired is not the kernel's again, that is, as long as we hold it.  An
 * edge-triggered epoll tells of each block once. */
static int open_epoll(struct weir_afpacket_ring *ring, struct weir_err *err)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLET};
    ring->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (ring->epoll < 0 ||
        epoll_ctl(ring->epoll, EPOLL_CTL_ADD, ring->fd, &event) != 0)
        return weir_err_sys(err, -errno, "%s: epoll", ring->device);
    return 0;
}

int weir_afpacket_ring_join(struct weir_afpacket_ring *ring,
                            const struct weir_fanout *fanout,
                            struct weir_err *err)
{
    static const int types[] = {
        [WEIR_FANOUT_HASH] = PACKET_FANOUT_HASH,
        [WEIR_FANOUT_CPU] = PACKET_FANOUT_CPU,
        [WEIR_FANOUT_QM] = PACKET_FANOUT_QM,
    };
    if (fanout->mode == WEIR_FANOUT_NONE)
        return 0;
    int type = types[fanout->mode];
    if (fanout->group == 0)
        type |= PACKET_FANOUT_FLAG_UNIQUEID;
    const int rc = option_set(ring, PACKET_FANOUT, type << 16 | fanout->group);
    if (rc != 0)
        return weir_err_sys(err, rc, "%s: PACKET_FANOUT", ring->device);
    int joined = 0;
    socklen_t size = sizeof joined;
    if (getsockopt(ring->fd, SOL_PACKET, PACKET_FANOUT, &joined, &size) != 0)
        return weir_err_sys(err, -errno, "%s: PACKET_FANOUT", ring->device);
    ring->group = (uint16_t)joined;
    return 0;
}

static int ring_promisc(void *kernel, bool on)
{
    struct weir_afpacket_ring *ring = kernel;
    if (on == ring->promisc)
        return 0;
    const int rc = weir_netif_promisc(ring->fd, on);
    if (rc == 0)
        ring->promisc = on;
    return rc;
}

static int bind_ring(struct weir_afpacket_ring *ring,
                     const struct weir_afpacket_config *config,
                     struct weir_err *err)
{
    const struct sockaddr_ll address = {
        .sll_family = AF_PACKET,
        .sll_protocol = htons(ETH_P_ALL),
        .sll_ifindex = ring->ifindex,
    };
    if (bind(ring->fd, (const struct sockaddr *)&address, sizeof address) != 0)
        return weir_netif_refused(err, -errno, ring->device);
    const int rc = config->promisc ? ring_promisc(ring, true) : 0;
    return option_failed(ring, rc, "promiscuous mode", err);
}

int weir_afpacket_ring_open(struct weir_afpacket_ring **out,
                            const struct weir_afpacket_config *config,
                            struct weir_err *err)
{
    struct weir_afpacket_ring *ring = calloc(1, sizeof *ring);
    if (ring == NULL)
        return weir_err_sys(err, -ENOMEM, "%s", config->device);
    ring->device = config->device;
    ring->fd = ring->epoll = ring->route = -1;
    ring->block_bytes = config->source.block_bytes;
    ring->blocks = config->blocks;
    ring->retire_ms =
        config->retire_ms != 0 ? config->retire_ms : WEIR_AFPACKET_RETIRE_MS;
    int rc = open_socket(ring, err);
    if (rc == 0)
        rc = weir_afpacket_stamp(ring->fd, ring->device, config->stamp, err);
    if (rc == 0)
        rc = map_ring(ring, err);
    if (rc == 0 && !config->waits_home)
        rc = open_epoll(ring, err);
    if (rc == 0)
        rc = bind_ring(ring, config, err);
    if (rc != 0) {
        weir_afpacket_ring_close(ring);
        return rc;
    }
    /* Without it the interface's own losses are not told. */
    ring->route = weir_netif_missed_open();
    *out = ring;
    return 0;
}

int weir_afpacket_ring_fd(const struct weir_afpacket_ring *ring)
{
    return ring->fd;
}

void weir_afpacket_ring_keep(struct weir_afpacket_ring *ring,
                             const struct weir_kernel_filter *kernel,
                             struct weir_filter *filter)
{
    ring->kernel = *kernel;
    ring->filter = filter;
}

void weir_afpacket_ring_close(struct weir_afpacket_ring *ring)
{
    if (ring == NULL)
        return;
    if (ring->memory != NULL)
        (void)munmap(ring->memory, (size_t)ring->block_bytes * ring->blocks);
    if (ring->epoll >= 0)
        (void)close(ring->epoll);
    if (ring->fd >= 0)
        (void)close(ring->fd);
    if (ring->route >= 0)
        (void)close(ring->route);
    weir_filter_free(ring->filter);
    free(ring);
}

static uint64_t all_missed(const struct weir_afpacket_ring *ring)
{
    return ring->route >= 0
               ? weir_netif_missed(ring->route, (uint32_t)ring->ifindex)
               : 0;
}

/* The first frame meets a socket that is in its group already: one that is not
 * gets the others' frames. */
static int ring_start(void *kernel, struct weir_err *err)
{
    struct weir_afpacket_ring *ring = kernel;
    ring->missed = ring->missed_at_start = all_missed(ring);
    return option_failed(ring,
                         weir_kernel_filter_attach(ring->fd, &ring->kernel),
                         "SO_ATTACH_FILTER", err);
}

static int ring_filter(void *kernel, const struct weir_kernel_filter *program)
{
    const struct weir_afpacket_ring *ring = kernel;
    return weir_kernel_filter_attach(ring->fd, program);
}

static void ring_counts(void *kernel, struct weir_afpacket_counts *out)
{
    const struct weir_afpacket_ring *ring = kernel;
    struct tpacket_stats_v3 stats = {0};
    socklen_t size = sizeof stats;
    if (getsockopt(ring->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size) != 0)
        return;
    *out = (struct weir_afpacket_counts){
        .packets = stats.tp_packets,
        .drops = stats.tp_drops,
        .freezes = stats.tp_freeze_q_cnt,
    };
}

static void ring_calm(void *kernel)
{
    const struct weir_afpacket_ring *ring = kernel;
    struct epoll_event event;
    if (ring->epoll >= 0)
        (void)epoll_wait(ring->epoll, &event, 1, 0);
}

static void ring_cut(void *kernel)
{
    const struct weir_afpacket_ring *ring = kernel;
    /* Cannot fail, but for want of memory: then the deadline ends it. */
    (void)weir_kernel_filter_reject_all(ring->fd);
    weir_kernel_filter_settle();
}

static enum weir_netif_state ring_link(void *kernel)
{
    const struct weir_afpacket_ring *ring = kernel;
    return weir_netif_bound_state(ring->fd);
}

static uint64_t ring_missed(void *kernel)
{
    struct weir_afpacket_ring *ring = kernel;
    const uint64_t now = all_missed(ring);
    /* It is 0 when the interface is gone. */
    if (now > ring->missed)
        ring->missed = now;
    return ring->missed - ring->missed_at_start;
}

static void ring_close(void *kernel)
{
    weir_afpacket_ring_close(kernel);
}

static const struct weir_afpacket_kernel_ops ring_ops = {
    .start = ring_start,
    .filter = ring_filter,
    .promisc = ring_promisc,
    .counts = ring_counts,
    .calm = ring_calm,
    .cut = ring_cut,
    .link = ring_link,
    .missed = ring_missed,
    .close = ring_close,
};

struct weir_afpacket_kernel
weir_afpacket_ring_kernel(struct weir_afpacket_ring *ring)
{
    return (struct weir_afpacket_kernel){
        .ops = &ring_ops,
        .self = ring,
        .fd = ring->epoll >= 0 ? ring->epoll : ring->fd,
        .memory = ring->memory,
        .block_bytes = ring->block_bytes,
        .blocks = ring->blocks,
        .retire_ms = ring->retire_ms,
        .group = ring->group,
    };
}
