#include "sink/encode_lease.h"

#include "base/assert.h"
#include "base/pcapng_encode.h"

/* As account's: a vector stays in the first cache. */
#define VECTOR 64

/* Of epb_flags, one place up (encode.c). */
#define DIRECTIONS (WEIR_FRAME_INBOUND | WEIR_FRAME_OUTBOUND)

static void put_statistics(const struct weir_lease *lease, uint32_t iface,
                           struct weir_chunk *chunk)
{
    const struct weir_pcapng_isb isb = {
        .iface = iface,
        .time_ns = lease->begin_ns,
        .ifrecv = WEIR_PCAPNG_UNKNOWN,
        .ifdrop = WEIR_PCAPNG_UNKNOWN,
        .filteraccept = WEIR_PCAPNG_UNKNOWN,
        .osdrop = lease->kernel_dropped,
        .usrdeliv = WEIR_PCAPNG_UNKNOWN,
    };
    chunk->len = weir_pcapng_encode_isb(chunk->buf, &isb);
    chunk->preface = chunk->len;
}

void weir_encode_first(enum weir_format format,
                       const struct weir_ifaces *ifaces,
                       const struct weir_lease *lease, struct weir_chunk *chunk,
                       const struct weir_frame *frames, uint32_t n)
{
    if (format == WEIR_FORMAT_PCAPNG && lease->lost_before > 0 && n > 0) {
        WEIR_ASSERT(chunk->len == 0);
        put_statistics(lease, frames->iface, chunk);
        struct weir_pcapng_epb epb = {
            .iface = frames->iface,
            .time_ns = frames->time_ns,
            .direction = (uint32_t)(frames->flags & DIRECTIONS) >> 1,
            .dropcount = lease->lost_before,
            .data = frames->data,
            .caplen = frames->caplen,
            .len = frames->len,
        };
        chunk->len +=
            weir_pcapng_encode_epb_long(chunk->buf + chunk->len, &epb);
        chunk->frames = 1;
        frames++;
        n--;
    }
    weir_encode(format, ifaces, chunk, frames, n);
}

void weir_encode_lease(enum weir_format format,
                       const struct weir_ifaces *ifaces,
                       const struct weir_lease *lease, struct weir_chunk *chunk)
{
    struct weir_frame v[VECTOR];
    struct weir_walk walk = {0};
    chunk->len = 0;
    chunk->preface = 0;
    chunk->frames = 0;
    uint32_t n;
    while ((n = lease->walk(lease, &walk, v, VECTOR)) > 0) {
        if (chunk->frames == 0)
            weir_encode_first(format, ifaces, lease, chunk, v, n);
        else
            weir_encode(format, ifaces, chunk, v, n);
    }
}
