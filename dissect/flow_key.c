#include "dissect/flow_key.h"

/* What a frame is that has no IP header. */
static enum weir_flow_kind flowless(const struct weir_dissection *d)
{
    if (d->outcome == WEIR_OUTCOME_OK)
        return WEIR_FLOW_NOT_IP;
    return d->outcome == WEIR_OUTCOME_TRUNCATED ? WEIR_FLOW_TRUNCATED
                                                : WEIR_FLOW_MALFORMED;
}

enum weir_flow_kind weir_flow_frame_make(const struct weir_flow_hash *hash,
                                         struct weir_flow_frame *out,
                                         const struct weir_dissection *d,
                                         const struct weir_frame *frame)
{
    const uint8_t *data = frame->data;
    const struct weir_layer *layer = d->layers;
    const struct weir_layer *layers_end = layer + d->layers_count;
    uint16_t tags[2] = {0, 0};
    unsigned tagged = 0;
    uint32_t ports = 0;
    uint8_t tcp_flags = 0;

    if (d->talker_kind < 4)
        return flowless(d);
    for (; layer->proto != WEIR_PROTO_IP && layer->proto != WEIR_PROTO_IPV6;
         layer++)
        if (layer->proto == WEIR_PROTO_VLAN && tagged < 2)
            tags[tagged++] = weir_flow_tag(data + layer->offset);

    const struct weir_layer *upper = layer + 1;
    if (!d->fragment && upper < layers_end)
        ports = weir_flow_ports(upper->proto, data + upper->offset, &tcp_flags);
    const uint8_t *ip = data + layer->offset;
    uint32_t left = weir_flow_wire(frame) - layer->offset;
    struct weir_flow_ip end = layer->proto == WEIR_PROTO_IP
                                  ? weir_flow_four(ip, left, ports)
                                  : weir_flow_six(hash, ip, left, ports);
    weir_flow_frame_set(hash, out, frame, &end, layer->upper, tags, tcp_flags);
    return WEIR_FLOW_TRACKED;
}

void weir_flow_frame_make_usual(const struct weir_flow_hash *hash,
                                struct weir_flow_frame *out, uint64_t path,
                                const struct weir_frame *frame)
{
    const bool tagged = (path >> 8 & UINT8_MAX) == WEIR_PROTO_VLAN;
    const uint64_t above = path >> (tagged ? 16 : 8);
    const bool four = (above & UINT8_MAX) == WEIR_PROTO_IP;
    const uint8_t *data = frame->data;
    const uint32_t at = WEIR_USUAL_IP_AT + (tagged ? VLAN_HEADER : 0);
    const uint32_t left = weir_flow_wire(frame) - at;
    const uint8_t *ip = data + at;
    const uint16_t tags[2] = {tagged ? weir_flow_tag(data + ETH_HEADER) : 0, 0};
    uint8_t tcp_flags;
    uint32_t ports =
        weir_flow_ports((uint8_t)(above >> 8),
                        ip + (four ? IPV4_HEADER : IPV6_HEADER), &tcp_flags);
    struct weir_flow_ip end = four ? weir_flow_four(ip, left, ports)
                                   : weir_flow_six(hash, ip, left, ports);
    weir_flow_frame_set(hash, out, frame, &end,
                        four ? ip[IPV4_NUMBER] : ip[IPV6_NEXT], tags,
                        tcp_flags);
}
