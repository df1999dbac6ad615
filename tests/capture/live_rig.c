#include "tests/capture/live_rig.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "tests/capture/net_rig.h"

struct live_got *got;
uint32_t got_count;

bool live_is(const char *source)
{
    const char *asked = getenv("LIVE_SOURCE");
    return strcmp(asked != NULL ? asked : "pcap", source) == 0;
}

static int try_afxdp(struct weir_source **out,
                     const struct weir_pcap_config *config,
                     struct weir_err *err)
{
    const struct weir_afxdp_config afxdp = {
        .source = config->source,
        .device = config->device,
        .promisc = config->promisc,
        .buffer_bytes = config->buffer_bytes,
    };
    return weir_afxdp_source_open(out, &afxdp, err);
}

static void need_afxdp(void)
{
    const struct weir_pcap_config config = live_config(RIG_RIGHT, NULL);
    struct weir_err err = {""};
    struct weir_source *source = NULL;
    const int rc = try_afxdp(&source, &config, &err);
    if (rc == -EPERM || rc == -EAFNOSUPPORT || rc == -EOPNOTSUPP)
        cr_skip_test("SKIPPED: %s", err.text);
    cr_assert_eq(rc, 0, "%s", err.text);
    source->ops->close(source);
}

void live_need(void)
{
    const char *reason = NULL;
    if (!rig_open(&reason))
        cr_skip_test("SKIPPED: %s", reason);
    if (live_is("afxdp"))
        need_afxdp();
    got = calloc(LIVE_FRAMES + 1, sizeof *got);
    cr_assert_not_null(got);
}

struct weir_pcap_config live_config(const char *device, const char *filter)
{
    return (struct weir_pcap_config){
        .source = {.leases = 4, .block_bytes = 524288, .filter = filter},
        .device = device,
        .promisc = true,
        .buffer_bytes = 8u << 20,
        .timeout_ms = 20,
    };
}

static int try_afpacket(struct weir_source **out,
                        const struct weir_pcap_config *config,
                        struct weir_err *err)
{
    struct weir_afpacket_layout layout;
    const int rc = weir_afpacket_layout_make(&layout, config->buffer_bytes, 0,
                                             config->source.leases, err);
    if (rc != 0)
        return rc;
    struct weir_afpacket_config afpacket = {
        .source = config->source,
        .device = config->device,
        .blocks = layout.blocks,
        .retire_ms = config->timeout_ms,
        .promisc = config->promisc,
    };
    afpacket.source.block_bytes = layout.block_bytes;
    return weir_afpacket_source_open(out, &afpacket, err);
}

int live_try(struct weir_source **out, const struct weir_pcap_config *config,
             struct weir_err *err)
{
    if (live_is("afpacket"))
        return try_afpacket(out, config, err);
    if (live_is("afxdp"))
        return try_afxdp(out, config, err);
    return weir_pcap_source_open(out, config, err);
}

struct weir_source *live_open_shut(const struct weir_pcap_config *config)
{
    struct weir_err err = {""};
    struct weir_source *source = NULL;
    const int rc = live_try(&source, config, &err);
    cr_assert_eq(rc, 0, "%s", err.text);
    cr_assert(source->live && source->fd >= 0);
    cr_assert_eq(weir_ifaces_count(source->ifaces), 1);
    return source;
}

struct weir_source *live_open_config(const struct weir_pcap_config *config)
{
    struct weir_err err = {""};
    struct weir_source *source = live_open_shut(config);
    cr_assert_eq(weir_source_start(source, &err), 0, "%s", err.text);
    return source;
}

struct weir_source *live_open(const char *device, const char *filter)
{
    const struct weir_pcap_config config = live_config(device, filter);
    return live_open_config(&config);
}

static void keep(const struct weir_lease *lease)
{
    struct weir_walk walk = {0};
    struct weir_frame frame;
    uint32_t n = 0;
    while (lease->walk(lease, &walk, &frame, 1) == 1) {
        struct live_got *one =
            &got[got_count < LIVE_FRAMES ? got_count : LIVE_FRAMES];
        got_count++;
        one->caplen = frame.caplen;
        one->len = frame.len;
        one->time_ns = frame.time_ns;
        one->flags = frame.flags;
        memcpy(one->data, frame.data,
               frame.caplen < LIVE_KEEP ? frame.caplen : LIVE_KEEP);
        n++;
    }
    cr_assert_eq(n, lease->frames);
}

/* One call of next, and what a capture thread does with its answer. */
int live_step(struct weir_source *source, struct weir_err *err)
{
    struct weir_lease lease;
    const int rc = source->ops->next(source, &lease, err);
    if (rc == WEIR_SOURCE_LEASE) {
        keep(&lease);
        source->ops->reclaim(source, &lease);
    } else if (rc == WEIR_SOURCE_WAIT) {
        cr_assert_gt(source->wait_ms, 0);
        struct pollfd wait = {.fd = source->fd, .events = POLLIN};
        (void)poll(&wait, 1, source->wait_ms);
    }
    return rc;
}

/* Until `want` frames are there, at most 5 s. */
void live_receive(struct weir_source *source, uint32_t want)
{
    struct weir_err err = {""};
    const int64_t end = weir_clock_mono_ns() + 5 * WEIR_NS_PER_S;
    while (got_count < want && weir_clock_mono_ns() < end)
        cr_assert_geq(live_step(source, &err), 0, "%s", err.text);
}

int live_finish(struct weir_source *source, struct weir_source_stats *stats,
                struct weir_err *err)
{
    const int64_t end = weir_clock_mono_ns() + 5 * WEIR_NS_PER_S;
    int rc = WEIR_SOURCE_WAIT;
    while (rc > 0 && rc != WEIR_SOURCE_END && weir_clock_mono_ns() < end)
        rc = live_step(source, err);
    source->ops->stats(source, stats);
    return rc;
}

/* Ends the source and looks at the equation. */
struct weir_source_stats live_cut(struct weir_source *source)
{
    struct weir_err err = {""};
    struct weir_source_stats stats;
    source->ops->cut(source);
    const int rc = live_finish(source, &stats, &err);
    cr_assert_eq(rc, WEIR_SOURCE_END, "%d %s", rc, err.text);
    cr_assert_eq(stats.kernel_seen, got_count + stats.kernel_dropped);
    cr_assert_eq(stats.discards[WEIR_DISCARD_UNREAD], 0);
    cr_assert_not(stats.derived);
    source->ops->close(source);
    return stats;
}
