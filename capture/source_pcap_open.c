#include <errno.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/linktype.h"
#include "base/pcap.h"
#include "capture/cooked.h"
#include "capture/live.h"
#include "capture/live_filter.h"
#include "capture/pcap_handle.h"
#include "capture/source_pcap.h"

/* Since Linux 4.20; Debian's headers have it, older ones may not. */
#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

/* A timer of the kernel's may fire so late. */
#define TIMER_SLACK_MS 50

static int socket_option(int fd, int option)
{
    int value = -1;
    socklen_t size = sizeof value;
    if (getsockopt(fd, SOL_SOCKET, option, &value, &size) != 0)
        return -1;
    return value;
}

/* What libpcap opened for us. */
static void recognise(struct weir_live *live, const char *device)
{
    const int dlt = pcap_datalink(live->pcap);
    live->fd = pcap_get_selectable_fd(live->pcap);
    live->packet_socket = socket_option(live->fd, SO_DOMAIN) == AF_PACKET;
    live->bound = live->packet_socket && strcmp(device, "any") != 0;
    /* Netlink's and IrDA's headers are laid out as SLL's. */
    if (live->packet_socket && socket_option(live->fd, SO_TYPE) == SOCK_DGRAM)
        live->cooked =
            dlt == DLT_LINUX_SLL2 ? WEIR_COOKED_SLL2 : WEIR_COOKED_SLL;
    if (live->cooked == WEIR_COOKED_SLL2)
        live->ring_back = weir_cooked_ring_back(live->fd);
    live->fraction_ns =
        pcap_get_tstamp_precision(live->pcap) == PCAP_TSTAMP_PRECISION_NANO
            ? 1
            : WEIR_NS_PER_US;
}

/* Outgoing copies: see kernel_filter.h. */
static void refuse_copies(struct weir_live *live,
                          struct weir_kernel_filter_config *config)
{
    const int yes = 1;
    config->cooked = live->cooked;
    config->no_copies = !live->bound;
    if (live->bound && weir_netif_copies(live->fd, live->base.name))
        config->no_copies =
            setsockopt(live->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes,
                       sizeof yes) != 0;
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
static int empty_ring(struct weir_live *live, struct weir_err *err)
{
    u_int discarded = 0;
    const int64_t deadline_ns =
        weir_clock_mono_ns() +
        (2 * (int64_t)live->timeout_ms + 100) * WEIR_NS_PER_MS;
    for (;;) {
        const int n = pcap_dispatch(live->pcap, WEIR_LIVE_DISPATCH,
                                    count_discard, (u_char *)&discarded);
        if (n < 0 && !weir_pcap_handle_link_error(live->pcap))
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
        (void)poll(&wait, 1, WEIR_LIVE_DRAIN_MS);
    }
}

static int prepare(struct weir_live *live,
                   const struct weir_source_config *config,
                   struct weir_err *err)
{
    if (live->packet_socket) {
        int rc = weir_kernel_filter_reject_all(live->fd);
        if (rc != 0)
            return weir_err_sys(err, rc, "%s: SO_ATTACH_FILTER",
                                live->base.name);
        refuse_copies(live, &live->view);
        live->base.kernel = &live->view;
        weir_kernel_filter_settle();
        rc = empty_ring(live, err);
        if (rc != 0)
            return rc;
    }
    const struct weir_live_filter_config filter = {
        .device = live->base.name,
        .text = config->filter,
        .snaplen = live->snaplen,
        .pcap = live->pcap,
        .no_kernel = !live->packet_socket,
        .kernel = live->view,
    };
    const int rc = weir_live_filter_make(&filter, &live->kernel, &live->filter,
                                         &live->intake.notice, err);
    if (rc != 0)
        return rc;
    if (live->filter != NULL)
        weir_intake_notify(&live->intake);
    struct weir_iface iface = {
        .linktype = weir_linktype_from_dlt(pcap_datalink(live->pcap)),
        .tsresol = live->fraction_ns == 1 ? 9 : 6,
        .snaplen = live->snaplen,
        .filter_text = weir_source_filter_text(config),
    };
    live->base.filter = live->filter;
    if (iface.linktype == WEIR_LINKTYPE_ETHERNET && live->bound)
        iface.frame_max = weir_netif_frame_max(live->fd, live->base.name);
    snprintf(iface.name, sizeof iface.name, "%s", live->base.name);
    const int number = weir_ifaces_join(live->base.ifaces, &iface);
    if (number < 0)
        return weir_err_set(err, -EINVAL, "%s: one interface too many",
                            live->base.name);
    live->base.iface = (uint16_t)number;
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
        .adapter_stamps = config->adapter_stamps,
        .snaplen = common->snaplen == 0 || common->snaplen > WEIR_SNAPLEN_MAX
                       ? WEIR_SNAPLEN_MAX
                       : common->snaplen,
        .buffer_bytes = config->buffer_bytes != 0 ? config->buffer_bytes
                                                  : WEIR_PCAP_BUFFER_BYTES,
        .timeout_ms =
            config->timeout_ms != 0 ? config->timeout_ms : WEIR_PCAP_TIMEOUT_MS,
    };
    if (common->block_bytes < WEIR_LIVE_BLOCK_BYTES_MIN)
        return weir_err_set(err, -EINVAL, "blocks of %u bytes",
                            common->block_bytes);
    struct weir_live *live = calloc(1, sizeof *live);
    if (live == NULL)
        return weir_err_sys(err, -ENOMEM, "%s", config->device);
    live->base = (struct weir_source){
        .ops = &weir_live_ops,
        .ifaces = common->ifaces != NULL ? common->ifaces : &live->ifaces,
        .name = config->device,
        .live = true,
        .snaplen_max = handle.snaplen,
        .wait_ms = 0,
    };
    live->snaplen = handle.snaplen;
    live->buffer_bytes = handle.buffer_bytes;
    live->timeout_ms = handle.timeout_ms;
    live->hold_ns = live->hold_max_ns =
        (int64_t)config->hold_ms * WEIR_NS_PER_MS;
    live->base.hold_ns =
        live->hold_ns + (live->timeout_ms + TIMER_SLACK_MS) * WEIR_NS_PER_MS;
    live->base.quiet_ns = live->base.quiet_least_ns = live->base.hold_ns;
    live->block_bytes = common->block_bytes;
    weir_intake_open(&live->intake, &live->base, handle.timeout_ms);
    int rc =
        weir_pcap_handle_open(&live->pcap, &handle, &live->intake.notice, err);
    if (rc == 0) {
        if (live->intake.notice.text[0] != '\0')
            weir_intake_notify(&live->intake);
        recognise(live, config->device);
        live->promisc = handle.promisc && live->bound;
        live->base.fd = live->fd;
        /* One to fill, and one that is full when the frame behind it has
         * no room. */
        rc = weir_blocks_open(&live->blocks, common->leases + 2,
                              common->block_bytes, err);
    }
    if (rc == 0)
        rc = prepare(live, common, err);
    if (rc != 0) {
        weir_live_ops.close(&live->base);
        return rc;
    }
    *out = &live->base;
    return 0;
}
