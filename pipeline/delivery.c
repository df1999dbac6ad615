#include "pipeline/delivery.h"

#include <errno.h>

#include "base/bytes.h"
#include "base/pcap_parse.h"
#include "base/pcapng_parse.h"
#include "pipeline/branch.h"

/* Our own records, in the host's byte order; but a sink's place may be
 * anywhere. */
static uint32_t pcap_frame(const struct weir_delivery *d, uint32_t at,
                           struct weir_frame *out)
{
    const struct weir_pcap_form form = {
        .nanoseconds = d->format == WEIR_FORMAT_PCAP_NS,
        .header_bytes = WEIR_PCAP_RECORD_HEADER_BYTES,
    };
    struct weir_pcap_record record;
    if (d->bytes_count - at < WEIR_PCAP_RECORD_HEADER_BYTES)
        return 0;
    weir_pcap_record_parse(&form, d->bytes + at, &record);
    at += WEIR_PCAP_RECORD_HEADER_BYTES;
    if (record.caplen > d->bytes_count - at)
        return 0;
    *out = (struct weir_frame){
        .data = d->bytes + at,
        .time_ns = record.time_ns,
        .caplen = record.caplen,
        .len = record.len,
    };
    return WEIR_PCAP_RECORD_HEADER_BYTES + record.caplen;
}

static uint16_t flags_of(const struct weir_pcapng_packet *packet,
                         const uint8_t *block, uint32_t bytes)
{
    const uint32_t flags = weir_pcapng_packet_flags(
        false, block + packet->options, bytes - 4 - packet->options);
    uint16_t out = packet->has_stamp ? 0 : WEIR_FRAME_NO_TIME;
    if ((flags & WEIR_PCAPNG_FLAGS_DIRECTION) == WEIR_PCAPNG_FLAGS_INBOUND)
        out |= WEIR_FRAME_INBOUND;
    if ((flags & WEIR_PCAPNG_FLAGS_DIRECTION) == WEIR_PCAPNG_FLAGS_OUTBOUND)
        out |= WEIR_FRAME_OUTBOUND;
    return out;
}

/* A Simple Packet Block has its captured length from the interface alone. */
static uint32_t caplen_of(const struct weir_pcapng_packet *packet,
                          const struct weir_iface *iface)
{
    const bool cut = !packet->has_stamp && iface->snaplen != 0 &&
                     iface->snaplen < packet->caplen;
    return cut ? iface->snaplen : packet->caplen;
}

static uint32_t pcapng_frame(const struct weir_delivery *d, uint32_t at,
                             struct weir_frame *out)
{
    const uint8_t *block = d->bytes + at;
    const uint32_t left = d->bytes_count - at;
    struct weir_pcapng_packet packet;
    if (left < WEIR_PCAPNG_BLOCK_BYTES_MIN)
        return 0;
    const uint32_t type = weir_load_32(block);
    const uint32_t bytes = weir_load_32(block + 4);
    if (bytes < WEIR_PCAPNG_BLOCK_BYTES_MIN || bytes > left ||
        !weir_pcapng_is_packet(type) ||
        !weir_pcapng_packet_parse(&packet, false, type, block, bytes) ||
        packet.iface >= d->parcel->ifaces_count)
        return 0;
    const struct weir_iface *iface = &d->parcel->ifaces->at[packet.iface];
    *out = (struct weir_frame){
        .data = block + packet.data,
        .time_ns =
            packet.has_stamp ? (int64_t)packet.stamp + iface->epoch_ns : 0,
        .caplen = caplen_of(&packet, iface),
        .len = packet.len,
        .iface = (uint16_t)packet.iface,
        .flags = flags_of(&packet, block, bytes),
    };
    return bytes;
}

int weir_delivery_frames(const struct weir_delivery *delivery,
                         struct weir_delivery_place *place,
                         struct weir_frame *out, uint32_t max)
{
    if (delivery == NULL || place == NULL || out == NULL ||
        delivery->parcel == NULL || place->offset > delivery->bytes_count)
        return -EINVAL;
    if (place->frames == 0)
        place->offset = delivery->parcel->preface;
    int n = 0;
    while ((uint32_t)n < max && place->frames < delivery->frames) {
        const uint32_t bytes =
            delivery->format == WEIR_FORMAT_PCAPNG
                ? pcapng_frame(delivery, place->offset, &out[n])
                : pcap_frame(delivery, place->offset, &out[n]);
        if (bytes == 0)
            return -EINVAL;
        place->offset += bytes;
        place->frames++;
        n++;
    }
    return n;
}

int weir_delivery_linktype(const struct weir_delivery *delivery, uint16_t iface)
{
    if (delivery == NULL || delivery->parcel == NULL ||
        iface >= delivery->parcel->ifaces_count)
        return -EINVAL;
    return delivery->parcel->ifaces->at[iface].linktype;
}
