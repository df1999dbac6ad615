#include "sink/encode.h"

#include "base/assert.h"
#include "base/pcap_encode.h"
#include "base/pcapng_encode.h"
#include "ring/iface.h"

/* Inlined with a constant unit, so that each caller's division by it is
 * gone. */
static inline __attribute__((always_inline)) uint8_t *
put_pcap(uint8_t *to, uint32_t unit_ns, const struct weir_frame *frames,
         uint32_t n)
{
    for (const struct weir_frame *f = frames; f < frames + n; f++)
        to += weir_pcap_encode_record(to, unit_ns, f->time_ns, f->data,
                                      f->caplen, f->len);
    return to;
}

/* The bits of WEIR_FRAME_INBOUND and _OUTBOUND are those of epb_flags, one
 * place up. */
_Static_assert(WEIR_FRAME_INBOUND >> 1 == WEIR_PCAPNG_INBOUND, "inbound");
_Static_assert(WEIR_FRAME_OUTBOUND >> 1 == WEIR_PCAPNG_OUTBOUND, "outbound");

/* What batch.h says of a chunk's room. */
#define ROOM (WEIR_LEASE_RECORD_BYTES_MIN + WEIR_CHUNK_BYTES_PER_FRAME)
_Static_assert(WEIR_PCAPNG_EPB_BYTES_MORE <= ROOM, "the longest record");
_Static_assert(WEIR_PCAP_RECORD_HEADER_BYTES <= ROOM, "a pcap's is none");

#define DIRECTIONS (WEIR_FRAME_INBOUND | WEIR_FRAME_OUTBOUND)

static uint32_t put_without_time(uint8_t *to, const struct weir_ifaces *ifaces,
                                 const struct weir_frame *f)
{
    uint32_t direction = (uint32_t)(f->flags & DIRECTIONS) >> 1;
    bool simple =
        f->iface == 0 && direction == 0 &&
        weir_pcapng_spb_fits(ifaces->at[0].snaplen, f->caplen, f->len);
    if (simple)
        return weir_pcapng_encode_spb(to, f->data, f->caplen, f->len);
    return weir_pcapng_encode_epb(to, f->iface, 0, direction, f->data,
                                  f->caplen, f->len);
}

static uint8_t *put_pcapng(uint8_t *to, const struct weir_ifaces *ifaces,
                           const struct weir_frame *frames, uint32_t n)
{
    for (const struct weir_frame *f = frames; f < frames + n; f++) {
        if (__builtin_expect((f->flags & WEIR_FRAME_NO_TIME) != 0, 0))
            to += put_without_time(to, ifaces, f);
        else
            to += weir_pcapng_encode_epb(to, f->iface, f->time_ns,
                                         (uint32_t)(f->flags & DIRECTIONS) >> 1,
                                         f->data, f->caplen, f->len);
    }
    return to;
}

/* An interface whose times are from before 1970 on: a frame without a time has
 * that of 1970, as elsewhere. */
static uint8_t *put_early(uint8_t *to, const struct weir_ifaces *ifaces,
                          const struct weir_frame *frames, uint32_t n)
{
    for (const struct weir_frame *f = frames; f < frames + n; f++) {
        const int64_t epoch_ns = ifaces->at[f->iface].epoch_ns;
        if (epoch_ns == 0) {
            to = put_pcapng(to, ifaces, f, 1);
            continue;
        }
        int64_t time_ns = (f->flags & WEIR_FRAME_NO_TIME) != 0 ? 0 : f->time_ns;
        if (__builtin_sub_overflow(time_ns, epoch_ns, &time_ns))
            time_ns = INT64_MAX;
        to += weir_pcapng_encode_epb(to, f->iface, time_ns,
                                     (uint32_t)(f->flags & DIRECTIONS) >> 1,
                                     f->data, f->caplen, f->len);
    }
    return to;
}

void weir_encode(enum weir_format format, const struct weir_ifaces *ifaces,
                 struct weir_chunk *chunk, const struct weir_frame *frames,
                 uint32_t n)
{
    uint8_t *to = chunk->buf + chunk->len;
    switch (format) {
    case WEIR_FORMAT_PCAP:
        to = put_pcap(to, (uint32_t)WEIR_NS_PER_US, frames, n);
        break;
    case WEIR_FORMAT_PCAP_NS:
        to = put_pcap(to, 1, frames, n);
        break;
    case WEIR_FORMAT_PCAPNG:
        if (atomic_load_explicit(&ifaces->early, memory_order_relaxed))
            to = put_early(to, ifaces, frames, n);
        else
            to = put_pcapng(to, ifaces, frames, n);
        break;
    case WEIR_FORMAT_NONE:
        return;
    }
    chunk->bytes = chunk->buf;
    chunk->len = (uint32_t)(to - chunk->buf);
    chunk->frames += n;
    WEIR_ASSERT(chunk->len <= chunk->capacity);
}

static void read_pcap(const uint8_t *bytes, int64_t unit_ns,
                      struct weir_encoded *out)
{
    *out = (struct weir_encoded){
        .bytes = WEIR_PCAP_RECORD_HEADER_BYTES + weir_load_32(bytes + 8),
        .len = weir_load_32(bytes + 12),
        .time_ns = (int64_t)weir_load_32(bytes) * WEIR_NS_PER_S +
                   (int64_t)weir_load_32(bytes + 4) * unit_ns,
    };
}

static void read_pcapng(const uint8_t *bytes, struct weir_encoded *out)
{
    uint32_t total = weir_load_32(bytes + 4);
    if (weir_load_32(bytes) == WEIR_PCAPNG_SPB) {
        *out = (struct weir_encoded){
            .bytes = total,
            .len = weir_load_32(bytes + 8),
        };
        return;
    }
    uint64_t time = (uint64_t)weir_load_32(bytes + 12) << 32;
    *out = (struct weir_encoded){
        .bytes = total,
        .iface = weir_load_32(bytes + 8),
        .len = weir_load_32(bytes + 24),
        .time_ns = (int64_t)(time | weir_load_32(bytes + 16)),
    };
}

void weir_encoded_read(enum weir_format format, const uint8_t *bytes,
                       struct weir_encoded *out)
{
    switch (format) {
    case WEIR_FORMAT_PCAP:
        read_pcap(bytes, WEIR_NS_PER_US, out);
        break;
    case WEIR_FORMAT_PCAP_NS:
        read_pcap(bytes, 1, out);
        break;
    case WEIR_FORMAT_PCAPNG:
        read_pcapng(bytes, out);
        break;
    case WEIR_FORMAT_NONE:
        *out = (struct weir_encoded){0};
        break;
    }
    out->no_time = out->time_ns == 0;
}
