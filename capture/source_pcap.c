#include "capture/source_pcap.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/clock.h"
#include "capture/cooked.h"
#include "capture/live.h"
#include "capture/pcap_handle.h"
#include "capture/screen.h"

static struct weir_live *live_of(struct weir_source *source)
{
    return (struct weir_live *)source;
}

static void take_block(struct weir_live *live)
{
    live->fill = (struct weir_fill){
        .base = weir_blocks_get(live->blocks),
        .capacity = live->block_bytes,
    };
    /* There is one to fill and one that is full, beside those lent out. */
    WEIR_ASSERT(live->fill.base != NULL);
}

static uint16_t direction(const struct weir_live *live, const uint8_t *data,
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

/* Makes room for a frame.  One that does not fit the block begins the next,
 * and is the last of its dispatch. */
static uint8_t *add_frame(struct weir_live *live,
                          const struct weir_frame *frame)
{
    if (!weir_fill_fits(&live->fill, frame->caplen)) {
        live->full = live->fill;
        take_block(live);
        pcap_breakloop(live->pcap);
    }
    if (live->fill.frames == 0)
        live->fill.screened = weir_live_screened(&live->screen, live->received);
    live->received++;
    return weir_fill_add(&live->fill, frame);
}

/* pcap_dispatch's callback. */
static void take_frame(u_char *user, const struct pcap_pkthdr *header,
                       const u_char *data)
{
    struct weir_live *live = (struct weir_live *)user;
    struct weir_frame frame = {
        .time_ns = (int64_t)header->ts.tv_sec * WEIR_NS_PER_S +
                   (int64_t)header->ts.tv_usec * live->fraction_ns,
        .caplen =
            header->caplen < live->snaplen ? header->caplen : live->snaplen,
        .len = header->len,
        .iface = live->base.iface,
        .flags = direction(live, data, header->caplen),
    };
    uint8_t head[WEIR_COOKED_TAGGED_BYTES];
    if (live->ring_back == 0 || frame.caplen < WEIR_COOKED_SLL2_BYTES ||
        live->snaplen < sizeof head ||
        !weir_cooked_tagged(head, data, frame.len, live->ring_back)) {
        memcpy(add_frame(live, &frame), data, frame.caplen);
        return;
    }
    const uint32_t more = sizeof head - WEIR_COOKED_SLL2_BYTES;
    frame.len += more;
    frame.caplen = frame.caplen + more < live->snaplen ? frame.caplen + more
                                                       : live->snaplen;
    uint8_t *to = add_frame(live, &frame);
    memcpy(to, head, sizeof head);
    memcpy(to + sizeof head, data + WEIR_COOKED_SLL2_BYTES,
           frame.caplen - sizeof head);
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

static void look_at_stats(struct weir_live *live)
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
static void drain(struct weir_live *live, int error)
{
    if (live->intake.state != WEIR_INTAKE_RUNNING)
        return;
    if (live->packet_socket) {
        /* Cannot fail, but for want of memory: then the deadline ends it. */
        (void)weir_kernel_filter_reject_all(live->fd);
        weir_kernel_filter_settle();
    }
    weir_intake_drain(&live->intake, error);
}

/* Ends it where the kernel's counts and ours meet, or never will. */
static void settle(struct weir_live *live, int64_t now_ns)
{
    const bool over =
        live->broken || weir_intake_overdue(&live->intake, now_ns);
    look_at_stats(live);
    if (live->packet_socket || over)
        weir_intake_settle(&live->intake, &live->stats, live->received, over);
}

/* A read that would wait is an error to some devices that are no packet
 * sockets: libpcap 1.10.3, pcap-netfilter-linux.c, netfilter_read_linux. */
static int dispatch(struct weir_live *live)
{
    errno = 0;
    const int n = pcap_dispatch(live->pcap, WEIR_LIVE_DISPATCH, take_frame,
                                (u_char *)live);
    const bool waits =
        n == PCAP_ERROR && errno == EAGAIN && !live->packet_socket;
    return waits ? 0 : n;
}

/* Fills blocks until one is full or there is nothing more now. */
static void pump(struct weir_live *live, int64_t now_ns)
{
    /* Where the intake could not be cut, time ends it. */
    if (weir_intake_overdue(&live->intake, now_ns))
        live->broken = true;
    while (live->full.base == NULL && !live->broken) {
        const int n = dispatch(live);
        if (n == PCAP_ERROR_BREAK)
            continue;
        if (n < 0 && !weir_pcap_handle_link_error(live->pcap)) {
            live->broken = true;
            const int error =
                weir_err_set(&live->intake.error_text, -EIO, "%s: %s",
                             live->base.name, pcap_geterr(live->pcap));
            drain(live, error);
        }
        if (n >= 0 && n < WEIR_LIVE_DISPATCH)
            weir_live_screen_empty(&live->screen, live->received);
        if (n < WEIR_LIVE_DISPATCH)
            return;
    }
}

static int lend(struct weir_live *live, struct weir_fill *fill,
                struct weir_lease *out)
{
    weir_fill_lease(fill, out);
    live->fill_since_ns = 0;
    return WEIR_SOURCE_LEASE;
}

/* Nothing more is there now, and fill holds frames: they go, or wait. */
static bool held_enough(struct weir_live *live, int64_t now_ns)
{
    if (live->intake.state != WEIR_INTAKE_RUNNING || live->hold_ns == 0)
        return true;
    if (live->fill_since_ns == 0)
        live->fill_since_ns = now_ns;
    return now_ns - live->fill_since_ns >= live->hold_ns;
}

/* A frame that is held shortens the wait. */
static void shorten_wait(struct weir_live *live, int64_t now_ns)
{
    const int64_t left_ns = live->fill_since_ns + live->hold_ns - now_ns;
    const int64_t left_ms = left_ns / WEIR_NS_PER_MS + 1;
    if (live->fill.frames > 0 && left_ms < live->base.wait_ms)
        live->base.wait_ms = (int)left_ms;
}

/* What is due from time to time while frames come in, and while none do. */
static void housekeep(struct weir_live *live, int64_t now_ns)
{
    if (weir_intake_count_due(&live->intake, now_ns))
        look_at_stats(live);
    if (!live->bound || !weir_intake_watch_due(&live->intake, now_ns))
        return;
    const int rc =
        weir_intake_link(&live->intake, weir_netif_bound_state(live->fd));
    if (rc != 0)
        drain(live, rc);
}

static int live_next(struct weir_source *source, struct weir_lease *out,
                     struct weir_err *err)
{
    struct weir_live *live = live_of(source);
    if (live->fill.base == NULL)
        take_block(live);
    const int64_t now_ns = weir_clock_mono_ns();
    housekeep(live, now_ns);
    if (live->intake.state != WEIR_INTAKE_ENDED)
        pump(live, now_ns);
    if (live->full.base != NULL)
        return lend(live, &live->full, out);
    if (live->fill.frames > 0 && held_enough(live, now_ns))
        return lend(live, &live->fill, out);
    if (live->intake.state == WEIR_INTAKE_DRAINING)
        settle(live, now_ns);
    const int answer = weir_intake_answer(&live->intake, err);
    shorten_wait(live, now_ns);
    return answer;
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
    struct weir_live *live = live_of(source);
    if (live->intake.state != WEIR_INTAKE_ENDED)
        look_at_stats(live);
    *out = live->stats;
}

static void live_close(struct weir_source *source)
{
    struct weir_live *live = live_of(source);
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

/* What the device itself lost until now is not the recording's. */
static int live_start(struct weir_source *source, struct weir_err *err)
{
    struct weir_live *live = live_of(source);
    struct pcap_stat now = {0};
    if (pcap_stats(live->pcap, &now) == 0)
        live->last = now;
    if (!live->packet_socket)
        return 0;
    const int rc = weir_kernel_filter_attach(live->fd, &live->kernel);
    return rc == 0
               ? 0
               : weir_err_sys(err, rc, "%s: SO_ATTACH_FILTER", source->name);
}

static int attach(void *context, const struct weir_kernel_filter *program)
{
    const struct weir_live *live = context;
    return weir_kernel_filter_attach(live->fd, program);
}

static int live_screen_put(struct weir_source *source,
                           const struct weir_screen *screen,
                           uint64_t generation, struct weir_err *err)
{
    struct weir_live *live = live_of(source);
    int tests = 0;
    /* Behind a cut it would open the intake again. */
    if (live->packet_socket && live->intake.state == WEIR_INTAKE_RUNNING)
        tests = weir_screen_attach(screen, attach, live);
    if (tests < 0)
        return weir_err_sys(err, tests, "%s: SO_ATTACH_FILTER", source->name);
    weir_live_screen_put(&live->screen, generation, tests != 0, live->received,
                         live->buffer_bytes);
    live->fill.screened = live->full.screened = 0;
    live->snaplen = weir_screen_snaplen(screen);
    return 0;
}

static int live_promisc_put(struct weir_source *source, bool on,
                            struct weir_err *err)
{
    struct weir_live *live = live_of(source);
    if (on == live->promisc)
        return 0;
    if (!live->bound)
        return weir_err_set(err, -ENOTSUP, "%s: has no promiscuous mode",
                            source->name);
    const int rc = weir_netif_promisc(live->fd, on);
    if (rc != 0)
        return weir_err_sys(err, rc, "%s: promiscuous mode", source->name);
    live->promisc = on;
    return 0;
}

/* Others reckon with what base.hold_ns says, which stays as it is: no wait is
 * longer than that. */
static void live_wait_put(struct weir_source *source, uint32_t wait_ms)
{
    struct weir_live *live = live_of(source);
    const int64_t wait_ns = wait_ms * WEIR_NS_PER_MS;
    live->hold_ns = wait_ns < live->hold_max_ns ? wait_ns : live->hold_max_ns;
}

const struct weir_source_ops weir_live_ops = {
    .start = live_start,
    .next = live_next,
    .reclaim = live_reclaim,
    .cut = live_cut,
    .stats = live_stats,
    .screen_put = live_screen_put,
    .promisc_put = live_promisc_put,
    .wait_put = live_wait_put,
    .close = live_close,
};
