#include "cli/record_device.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/err.h"
#include "capture/afxdp_umem.h"
#include "capture/source_afxdp.h"
#include "capture/source_pcap.h"
#include "cli/record_options.h"

/* What libpcap's frames are gathered in, at least WEIR_LIVE_BLOCK_BYTES_MIN:
 * four of the kernel's blocks of 256 KiB for one write; and AF_XDP's frames of
 * one lease. */
#define PCAP_BLOCK_BYTES 1048576u

/* A frame waits this long at most for others to fill its block. */
#define HOLD_MS 50

static int check_buffer(const struct record_device *device,
                        const struct record_options *o, struct weir_err *err)
{
    const bool afxdp = device->source == RECORD_SOURCE_AFXDP;
    if (o->buffer_bytes > INT32_MAX)
        return weir_err_set(err, -EINVAL, "-B: %s buffer is less than 2 GiB",
                            afxdp ? "AF_XDP's" : "libpcap's");
    if (afxdp && o->buffer_bytes != 0 &&
        o->buffer_bytes < WEIR_AFXDP_UMEM_BYTES_MIN)
        return weir_err_set(err, -EINVAL,
                            "-B: AF_XDP's buffer has %u KiB at least",
                            WEIR_AFXDP_UMEM_BYTES_MIN / 1024);
    return 0;
}

int record_device_plan(struct record_device *out,
                       const struct record_options *o, const char *name,
                       uint32_t leases, struct weir_err *err)
{
    *out = (struct record_device){
        .source = o->source,
        .block_bytes = PCAP_BLOCK_BYTES,
    };
    if (o->source == RECORD_SOURCE_AUTO)
        out->source = weir_afpacket_source_suits(name) ? RECORD_SOURCE_AFPACKET
                                                       : RECORD_SOURCE_PCAP;
    if (out->source == RECORD_SOURCE_PCAP && o->lanes > 1)
        return weir_err_set(err, -EINVAL,
                            "%s: --lanes takes --source afpacket or afxdp, "
                            "and an Ethernet device or loopback",
                            name);
    if (out->source != RECORD_SOURCE_AFPACKET)
        return check_buffer(out, o, err);
    const int rc = weir_afpacket_layout_make(&out->layout, o->buffer_bytes,
                                             o->block_bytes, leases, err);
    out->block_bytes = out->layout.block_bytes;
    return rc == 0 ? 0 : weir_err_wrap(err, rc, "-B");
}

/* The time until a block that is not full is given keeps --flush: half of it
 * is left to those behind us. */
static uint32_t retire_ms(const struct record_options *o)
{
    const int64_t half_ms = o->flush_ns / 2 / WEIR_NS_PER_MS;
    if (o->retire_ms != 0)
        return o->retire_ms;
    if (half_ms < 1)
        return 1;
    return half_ms < WEIR_AFPACKET_RETIRE_MS ? (uint32_t)half_ms
                                             : WEIR_AFPACKET_RETIRE_MS;
}

static int open_pcap(struct weir_source **out, const struct record_options *o,
                     const struct record_device_lane *lane,
                     const struct weir_source_config *config,
                     struct weir_err *err)
{
    const int64_t flush_ms = o->flush_ns / WEIR_NS_PER_MS;
    struct weir_pcap_config live = {
        .source = *config,
        .device = lane->name,
        .promisc = !o->no_promisc,
        .adapter_stamps = o->stamp == WEIR_STAMP_ADAPTER,
        .buffer_bytes = (uint32_t)o->buffer_bytes,
        .timeout_ms = WEIR_PCAP_TIMEOUT_MS,
        .hold_ms = HOLD_MS,
    };
    /* Both waits together keep --flush. */
    if (flush_ms < WEIR_PCAP_TIMEOUT_MS + HOLD_MS) {
        live.timeout_ms = flush_ms > 1 ? (uint32_t)flush_ms / 2 : 1;
        live.hold_ms = (uint32_t)flush_ms / 2;
    }
    return weir_pcap_source_open(out, &live, err);
}

/* Each lane has a receive queue. */
static int open_afxdp(struct weir_source **out, const struct record_options *o,
                      const struct record_device_lane *lane,
                      const struct weir_source_config *config,
                      struct weir_err *err)
{
    const int64_t half_ms = o->flush_ns / 2 / WEIR_NS_PER_MS;
    const struct weir_afxdp_config live = {
        .source = *config,
        .device = lane->name,
        .queue = o->queue + lane->number,
        .beside = lane->number > 0 ? lane->first : NULL,
        .promisc = !o->no_promisc,
        .buffer_bytes = (uint32_t)o->buffer_bytes,
        .hold_ms = half_ms < HOLD_MS ? (uint32_t)half_ms : HOLD_MS,
    };
    return weir_afxdp_source_open(out, &live, err);
}

static int open_afpacket(struct weir_source **out,
                         const struct record_device *device,
                         const struct record_options *o,
                         const struct record_device_lane *lane,
                         const struct weir_source_config *config,
                         struct weir_err *err)
{
    const struct weir_afpacket_config live = {
        .source = *config,
        .device = lane->name,
        .blocks = device->layout.blocks,
        .retire_ms = retire_ms(o),
        .promisc = !o->no_promisc,
        .stamp = o->stamp,
        .fanout = {.mode = o->lanes > 1 ? o->fanout : WEIR_FANOUT_NONE,
                   .group = lane->number > 0
                                ? weir_afpacket_source_fanout(lane->first)
                                : 0},
    };
    return weir_afpacket_source_open(out, &live, err);
}

int record_device_open(struct weir_source **out,
                       const struct record_device *device,
                       const struct record_options *o,
                       const struct record_device_lane *lane,
                       const struct weir_source_config *config,
                       struct weir_err *err)
{
    struct weir_err why;
    int ret;
    if (device->source == RECORD_SOURCE_PCAP)
        ret = open_pcap(out, o, lane, config, &why);
    else if (device->source == RECORD_SOURCE_AFXDP)
        ret = open_afxdp(out, o, lane, config, &why);
    else
        ret = open_afpacket(out, device, o, lane, config, &why);
    if (ret == 0)
        return 0;
    return weir_err_set(err, ret, "%s%s", why.text,
                        ret == -EPERM ? " (try sudo)" : "");
}

void record_device_show(const struct record_device *device,
                        const struct record_options *o,
                        const struct weir_source *source)
{
    const char *each = o->lanes > 1 ? " for each lane" : "";
    if (device->source == RECORD_SOURCE_PCAP) {
        puts("capture  libpcap");
        return;
    }
    if (device->source == RECORD_SOURCE_AFXDP) {
        printf(
            "capture  afxdp, %" PRIu64 " KiB%s: %s\n",
            (o->buffer_bytes != 0 ? o->buffer_bytes : WEIR_AFXDP_BUFFER_BYTES) /
                1024,
            each, weir_afxdp_source_text(source));
        return;
    }
    const struct weir_afpacket_layout *layout = &device->layout;
    printf("capture  afpacket, ring of %" PRIu64 " KiB%s: %u blocks of %u KiB, "
           "retired after %u ms\n",
           (uint64_t)layout->blocks * layout->block_bytes / 1024, each,
           layout->blocks, layout->block_bytes / 1024, retire_ms(o));
}

void record_device_warn(const struct record_device *device,
                        const struct weir_source *source)
{
    if (device->source == RECORD_SOURCE_AFXDP)
        fprintf(stderr, "weir: %s, until the recording ends\n",
                weir_afxdp_source_text(source));
}
