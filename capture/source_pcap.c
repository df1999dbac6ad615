#include "capture/source_pcap.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/linktype.h"
#include "base/pcap.h"
#include "capture/blocks.h"
#include "capture/filter.h"
#include "capture/kernel_filter.h"
#include "capture/netif.h"
#include "capture/pcap_handle.h"

/* Since Linux 4.20; Debian's headers have it, older ones may not. */
#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

/* One pcap_dispatch: so many that the calls cost nothing, and bounded, since
 * under load libpcap would never come to an end of its own accord. */
#define DISPATCH_FRAMES 4096

#define STATS_INTERVAL_NS (250 * WEIR_NS_PER_MS)
#define WATCH_INTERVAL_NS (50 * WEIR_NS_PER_MS)
#define WAIT_UP_MS        250
#define WAIT_DOWN_MS      100
#define WAIT_DRAIN_MS     10

/* After a cut the kernel gives its open block within the retire timeout;
 * twice that and this later, what it counted and did not give is unread. */
#define DRAIN_EXTRA_MS 500

enum state { RUNNING, DRAINING, ENDED };

struct live {
    struct weir_source base; /* first: what others see */
    struct weir_ifaces ifaces;

    pcap_t *pcap;
    int fd;
    bool packet_socket; /* else: usbmon, nflog, ... */
    bool bound;         /* to one interface, which may go down */
    enum weir_cooked cooked;
    int64_t fraction_ns; /* of a time stamp's sub-second unit */
    uint32_t timeout_ms;
    int64_t hold_ns;
    struct weir_filter *filter; /* run in weir; NULL: the kernel filters */

    uint32_t block_bytes;
    struct weir_blocks *blocks;
    struct weir_fill fill; /* takes frames */
    struct weir_fill full; /* if it has a block: goes out next */
    int64_t fill_since_ns; /* fill has waited since; 0: it has not */

    enum state state;
    bool broken; /* libpcap is not to be asked for frames again */
    enum weir_netif_state link;
    int64_t deadline_ns; /* of DRAINING */
    int64_t stats_at_ns;
    int64_t watched_at_ns;
    uint64_t received;
    struct pcap_stat last; /* libpcap's 32-bit sums at the last look */
    struct weir_source_stats stats;

    int error; /* what next says in the end; 0: END */
    struct weir_err error_text;
    struct weir_err notice;
};

static struct live *live_of(struct weir_source *source)
{
    return (struct live *)source;
}

static void notify(struct live *live)
{
    live->base.notice = live->notice.text;
    live->base.notice_generation++;
}

static void take_block(struct live *live)
{
    live->fill = (struct weir_fill){
        .base = weir_blocks_get(live->blocks),
        .capacity = live->block_bytes,
    };
    /* There is one to fill and one that is full, beside those lent out. */
    WEIR_ASSERT(live->fill.base != NULL);
}

static uint16_t direction(const struct live *live, const uint8_t *data,
                          uint32_t caplen)
{
    uint32_t type = 0;
    if (live->cooked == WEIR_COOKED_SLL2 && caplen > 10)
        type = data[10];
    else if (live->cooked == WEIR_COOKED_SLL && caplen > 1)
        type = data[1];
    else
        return 0;
    return type == PACKET_OUTGOING ? WEIR_FRAME_OUTBOUND : WEIR_FRAME_INBOUND;
}

/* pcap_dispatch's callback.  A frame that does not fit the block begins the
 * next one, and is the last of its dispatch. */
static void take_frame(u_char *user, const struct pcap_pkthdr *header,
                       const u_char *data)
{
    struct live *live = (struct live *)user;
    const struct weir_frame frame = {
        .time_ns = (int64_t)header->ts.tv_sec * WEIR_NS_PER_S +
                   (int64_t)header->ts.tv_usec * live->fraction_ns,
        .caplen = header->caplen,
        .len = header->len,
        .flags = direction(live, data, header->caplen),
    };
    if (!weir_fill_fits(&live->fill, frame.caplen)) {
        live->full = live->fill;
        take_block(live);
        pcap_breakloop(live->pcap);
    }
    memcpy(weir_fill_add(&live->fill, &frame), data, frame.caplen);
    live->received++;
}

/* libpcap's sums are of 32 bits and wrap within minutes.  A sum that seems
 * to have gone back (interface counters do when their interface is removed)
 * adds nothing. */
static uint64_t advance(u_int now, u_int *last)
{
    const u_int delta = now - *last;
    *last = now;
    return delta <= INT32_MAX ? delta : 0;
}

static void look_at_stats(struct live *live)
{
    struct pcap_stat now = {0};
    if (pcap_stats(live->pcap, &now) != 0)
        return;
    struct weir_source_stats *stats = &live->stats;
    stats->kernel_seen += advance(now.ps_recv, &live->last.ps_recv);
    stats->kernel_dropped += advance(now.ps_drop, &live->last.ps_drop);
    stats->interface_dropped += advance(now.ps_ifdrop, &live->last.ps_ifdrop);
    if (!live->packet_socket) {
        stats->kernel_seen = live->received + stats->kernel_dropped;
        stats->derived = true;
    }
}

/* Ends the intake: for a cut, or with an error to tell when all is given. */
static void drain(struct live *live, int error)
{
    if (live->state != RUNNING)
        return;
    live->error = error;
    if (live->packet_socket) {
        /* Cannot fail, but for want of memory: then the deadline ends it. */
        (void)weir_kernel_filter_reject_all(live->fd);
        weir_kernel_filter_settle();
    }
    live->state = DRAINING;
    live->deadline_ns =
        weir_clock_mono_ns() +
        (2 * (int64_t)live->timeout_ms + DRAIN_EXTRA_MS) * WEIR_NS_PER_MS;
}

/* Whether the kernel's counts and ours meet, or never will. */
static bool drained(struct live *live, int64_t now_ns)
{
    look_at_stats(live);
    struct weir_source_stats *stats = &live->stats;
    const uint64_t known = live->received + stats->kernel_dropped;
    if (stats->kernel_seen == known && live->packet_socket)
        return true;
    if (now_ns < live->deadline_ns && !live->broken)
        return false;
    if (stats->kernel_seen > known) {
        stats->discards[WEIR_DISCARD_UNREAD] = stats->kernel_seen - known;
        stats->derived = true;
    }
    return true;
}

static void watch_link(struct live *live, int64_t now_ns)
{
    if (!live->bound || now_ns - live->watched_at_ns < WATCH_INTERVAL_NS)
        return;
    live->watched_at_ns = now_ns;
    const enum weir_netif_state link = weir_netif_bound_state(live->fd);
    if (link == live->link)
        return;
    live->link = link;
    if (link == WEIR_NETIF_GONE) {
        drain(live,
              weir_err_set(&live->error_text, -ENODEV,
                           "%s: the interface was removed", live->base.name));
        return;
    }
    weir_err_set(&live->notice, 0,
                 link == WEIR_NETIF_UP ? "%s is up again"
                                       : "%s is down: waiting until it is up",
                 live->base.name);
    notify(live);
}

/* libpcap reports an interface that went down by an error too, if it is
 * renamed meanwhile, and its removal; watch_link knows these better. */
static bool is_about_link(const char *text)
{
    return strcmp(text, "The interface disappeared") == 0 ||
           strstr(text, "Can't get flags") != NULL;
}

/* Fills blocks until one is full or there is nothing more now. */
static void pump(struct live *live)
{
    while (live->full.base == NULL && !live->broken) {
        /* Where the intake could not be cut, time ends it. */
        if (live->state == DRAINING && weir_clock_mono_ns() > live->deadline_ns)
            live->broken = true;
        const int n = pcap_dispatch(live->pcap, DISPATCH_FRAMES, take_frame,
                                    (u_char *)live);
        if (n == PCAP_ERROR_BREAK)
            continue;
        if (n < 0 && !is_about_link(pcap_geterr(live->pcap))) {
            live->broken = true;
            const int error =
                weir_err_set(&live->error_text, -EIO, "%s: %s", live->base.name,
                             pcap_geterr(live->pcap));
            drain(live, error);
        }
        if (n < DISPATCH_FRAMES)
            return;
    }
}

static int lend(struct live *live, struct weir_fill *fill,
                struct weir_lease *out)
{
    weir_fill_lease(fill, out);
    live->fill_since_ns = 0;
    return WEIR_SOURCE_LEASE;
}

/* Nothing more is there now, and fill holds frames: they go, or wait. */
static bool held_enough(struct live *live, int64_t now_ns)
{
    if (live->state != RUNNING || live->hold_ns == 0)
        return true;
    if (live->fill_since_ns == 0)
        live->fill_since_ns = now_ns;
    return now_ns - live->fill_since_ns >= live->hold_ns;
}

static int wait_ms(const struct live *live, int64_t now_ns)
{
    if (live->state == DRAINING)
        return WAIT_DRAIN_MS;
    const int idle = live->link == WEIR_NETIF_UP ? WAIT_UP_MS : WAIT_DOWN_MS;
    if (live->fill.frames == 0)
        return idle;
    const int64_t left_ns = live->fill_since_ns + live->hold_ns - now_ns;
    const int64_t left_ms = left_ns / WEIR_NS_PER_MS + 1;
    return left_ms < idle ? (int)left_ms : idle;
}

static int live_next(struct weir_source *source, struct weir_lease *out,
                     struct weir_err *err)
{
    struct live *live = live_of(source);
    if (live->fill.base == NULL)
        take_block(live);
    if (live->state != ENDED)
        pump(live);
    if (live->full.base != NULL)
        return lend(live, &live->full, out);
    const int64_t now_ns = weir_clock_mono_ns();
    if (live->state == RUNNING)
        watch_link(live, now_ns);
    if (live->fill.frames > 0 && held_enough(live, now_ns))
        return lend(live, &live->fill, out);
    if (live->state == RUNNING &&
        now_ns - live->stats_at_ns >= STATS_INTERVAL_NS) {
        live->stats_at_ns = now_ns;
        look_at_stats(live);
    }
    if (live->state == DRAINING && drained(live, now_ns))
        live->state = ENDED;
    if (live->state == ENDED && live->error != 0)
        return weir_err_set(err, live->error, "%s", live->error_text.text);
    source->wait_ms = wait_ms(live, now_ns);
    return live->state == ENDED ? WEIR_SOURCE_END : WEIR_SOURCE_WAIT;
}

static void live_reclaim(struct weir_source *source, struct weir_lease *lease)
{
    weir_blocks_put(live_of(source)->blocks, lease->owner);
}

static void live_cut(struct weir_source *source)
{
    drain(live_of(source), 0);
}

static void live_stats(struct weir_source *source,
                       struct weir_source_stats *out)
{
    struct live *live = live_of(source);
    if (live->state != ENDED)
        look_at_stats(live);
    *out = live->stats;
}

static void live_close(struct weir_source *source)
{
    struct live *live = live_of(source);
    if (live->fill.base != NULL)
        weir_blocks_put(live->blocks, live->fill.base);
    if (live->full.base != NULL)
        weir_blocks_put(live->blocks, live->full.base);
    weir_blocks_close(live->blocks);
    weir_filter_free(live->filter);
    if (live->pcap != NULL)
        pcap_close(live->pcap);
    free(live);
}

static const struct weir_source_ops live_ops = {
    .next = live_next,
    .reclaim = live_reclaim,
    .cut = live_cut,
    .stats = live_stats,
    .close = live_close,
};

static int socket_option(int fd, int option)
{
    int value = -1;
    socklen_t size = sizeof value;
    if (getsockopt(fd, SOL_SOCKET, option, &value, &size) != 0)
        return -1;
    return value;
}

/* What libpcap opened for us. */
static void recognise(struct live *live, const char *device)
{
    const int dlt = pcap_datalink(live->pcap);
    live->fd = pcap_get_selectable_fd(live->pcap);
    live->packet_socket = socket_option(live->fd, SO_DOMAIN) == AF_PACKET;
    live->bound = live->packet_socket && strcmp(device, "any") != 0;
    if (live->packet_socket && socket_option(live->fd, SO_TYPE) == SOCK_DGRAM)
        live->cooked = dlt == DLT_LINUX_SLL2  ? WEIR_COOKED_SLL2
                       : dlt == DLT_LINUX_SLL ? WEIR_COOKED_SLL
                                              : WEIR_COOKED_NOT;
    live->fraction_ns =
        pcap_get_tstamp_precision(live->pcap) == PCAP_TSTAMP_PRECISION_NANO
            ? 1
            : WEIR_NS_PER_US;
}

/* Outgoing copies: see kernel_filter.h. */
static void refuse_copies(struct live *live,
                          struct weir_kernel_filter_config *config)
{
    const int yes = 1;
    config->cooked = live->cooked;
    if (!live->bound) {
        config->no_copies = true;
        config->loopback = if_nametoindex("lo");
    } else if (weir_netif_copies(live->fd, live->base.name)) {
        config->no_copies =
            setsockopt(live->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes,
                       sizeof yes) != 0;
        config->loopback = if_nametoindex(live->base.name);
    }
}

static void count_discard(u_char *user, const struct pcap_pkthdr *header,
                          const u_char *data)
{
    (void)header;
    (void)data;
    ++*(u_int *)(void *)user;
}

/* Throws away what came in before the intake was closed, and takes the
 * statistics' baseline where the ring is empty.  What libpcap hid from us
 * before the copies were refused makes the counts differ; then the ring is
 * empty when the kernel has had time to give its open block. */
static int empty_ring(struct live *live, struct weir_err *err)
{
    u_int discarded = 0;
    const int64_t deadline_ns =
        weir_clock_mono_ns() +
        (2 * (int64_t)live->timeout_ms + 100) * WEIR_NS_PER_MS;
    for (;;) {
        const int n = pcap_dispatch(live->pcap, DISPATCH_FRAMES, count_discard,
                                    (u_char *)&discarded);
        if (n < 0 && !is_about_link(pcap_geterr(live->pcap)))
            return weir_err_set(err, -EIO, "%s: %s", live->base.name,
                                pcap_geterr(live->pcap));
        if (n > 0)
            continue;
        if (pcap_stats(live->pcap, &live->last) != 0)
            return weir_err_set(err, -EIO, "%s: %s", live->base.name,
                                pcap_geterr(live->pcap));
        if (live->last.ps_recv - live->last.ps_drop == discarded ||
            weir_clock_mono_ns() >= deadline_ns)
            return 0;
        struct pollfd wait = {.fd = live->fd, .events = POLLIN};
        (void)poll(&wait, 1, WAIT_DRAIN_MS);
    }
}

/* What the kernel cannot be asked is left to weir; the kernel then only cuts
 * the frames. */
static int filter_in_weir(struct live *live, const char *text, uint32_t snaplen,
                          const struct weir_kernel_filter_config *config,
                          struct weir_err *err)
{
    struct weir_kernel_filter kernel;
    int rc = weir_filter_compile(
        &live->filter, text, weir_linktype_from_dlt(pcap_datalink(live->pcap)),
        snaplen, err);
    if (rc != 0)
        return weir_err_wrap(err, rc, "%s", live->base.name);
    weir_err_set(&live->notice, 0,
                 "%s: the kernel cannot test this filter, weir does",
                 live->base.name);
    notify(live);
    if (!live->packet_socket)
        return 0;
    const struct bpf_insn all = {.code = BPF_RET | BPF_K, .k = snaplen};
    rc = weir_kernel_filter_make(&kernel, &all, 1, config);
    if (rc == 0)
        rc = weir_kernel_filter_attach(live->fd, &kernel);
    if (rc != 0)
        return weir_err_sys(err, rc, "%s: SO_ATTACH_FILTER", live->base.name);
    return 0;
}

/* Opens the intake. */
static int install_filter(struct live *live, const char *text, uint32_t snaplen,
                          const struct weir_kernel_filter_config *config,
                          struct weir_err *err)
{
    if (!live->packet_socket)
        return text != NULL && text[0] != '\0'
                   ? filter_in_weir(live, text, snaplen, config, err)
                   : 0;
    struct weir_kernel_filter kernel;
    struct bpf_program program;
    int rc = weir_pcap_handle_compile(live->pcap, &program, live->base.name,
                                      text, err);
    if (rc != 0)
        return rc;
    rc = weir_kernel_filter_make(&kernel, program.bf_insns, program.bf_len,
                                 config);
    pcap_freecode(&program);
    if (rc == 0)
        rc = weir_kernel_filter_attach(live->fd, &kernel);
    return rc == 0 ? 0 : filter_in_weir(live, text, snaplen, config, err);
}

static int start(struct live *live, const struct weir_source_config *config,
                 uint32_t snaplen, struct weir_err *err)
{
    struct weir_kernel_filter_config kernel = {0};
    if (live->packet_socket) {
        int rc = weir_kernel_filter_reject_all(live->fd);
        if (rc != 0)
            return weir_err_sys(err, rc, "%s: SO_ATTACH_FILTER",
                                live->base.name);
        refuse_copies(live, &kernel);
        weir_kernel_filter_settle();
        rc = empty_ring(live, err);
        if (rc != 0)
            return rc;
    }
    const int rc = install_filter(live, config->filter, snaplen, &kernel, err);
    if (rc != 0)
        return rc;
    struct weir_iface iface = {
        .linktype = weir_linktype_from_dlt(pcap_datalink(live->pcap)),
        .tsresol = live->fraction_ns == 1 ? 9 : 6,
        .snaplen = snaplen,
        .filter = live->filter,
    };
    snprintf(iface.name, sizeof iface.name, "%s", live->base.name);
    live->ifaces.filter_text = config->filter;
    (void)weir_ifaces_add(&live->ifaces, &iface);
    return 0;
}

int weir_pcap_source_open(struct weir_source **out,
                          const struct weir_pcap_config *config,
                          struct weir_err *err)
{
    const struct weir_source_config *common = &config->source;
    const struct weir_pcap_handle_config handle = {
        .device = config->device,
        .promisc = config->promisc,
        .snaplen = common->snaplen == 0 || common->snaplen > WEIR_SNAPLEN_MAX
                       ? WEIR_SNAPLEN_MAX
                       : common->snaplen,
        .buffer_bytes = config->buffer_bytes != 0 ? config->buffer_bytes
                                                  : WEIR_PCAP_BUFFER_BYTES,
        .timeout_ms =
            config->timeout_ms != 0 ? config->timeout_ms : WEIR_PCAP_TIMEOUT_MS,
    };
    struct live *live = calloc(1, sizeof *live);
    if (live == NULL)
        return weir_err_sys(err, -ENOMEM, "%s", config->device);
    live->base = (struct weir_source){
        .ops = &live_ops,
        .ifaces = &live->ifaces,
        .name = config->device,
        .live = true,
        .wait_ms = WAIT_UP_MS,
    };
    live->timeout_ms = handle.timeout_ms;
    live->hold_ns = (int64_t)config->hold_ms * WEIR_NS_PER_MS;
    live->block_bytes = common->block_bytes;
    int rc = weir_pcap_handle_open(&live->pcap, &handle, &live->notice, err);
    if (rc == 0) {
        if (live->notice.text[0] != '\0')
            notify(live);
        recognise(live, config->device);
        live->base.fd = live->fd;
        /* One to fill, and one that is full when the frame behind it has
         * no room. */
        rc = weir_blocks_open(&live->blocks, common->leases + 2,
                              common->block_bytes, err);
    }
    if (rc == 0)
        rc = start(live, common, handle.snaplen, err);
    if (rc != 0) {
        live_close(&live->base);
        return rc;
    }
    *out = &live->base;
    return 0;
}
