#ifndef WEIR_SINK_BUILD_IMPL_H
#define WEIR_SINK_BUILD_IMPL_H

/* build_impl: what the files of build.h share.
 *
 * Threads   one at a time per handle. */

#include "ring/guard.h"
#include "sink/build.h"

enum weir_build_kind {
    WEIR_BUILD_ETH,
    WEIR_BUILD_VLAN,
    WEIR_BUILD_ARP,
    WEIR_BUILD_IPV4,
    WEIR_BUILD_IPV6,
    WEIR_BUILD_TCP,
    WEIR_BUILD_UDP,
    WEIR_BUILD_ICMP,
    WEIR_BUILD_ICMPV6,
    WEIR_BUILD_PAYLOAD,
    WEIR_BUILD_KINDS
};

/* A layer as it was added, or with all defaults filled in. */
struct weir_build_layer {
    enum weir_build_kind kind;
    uint32_t bytes; /* of the header with its options; of a payload */
    union {
        struct weir_build_eth eth;
        struct weir_build_vlan vlan;
        struct weir_build_arp arp;
        struct weir_build_ipv4 ipv4;
        struct weir_build_ipv6 ipv6;
        struct weir_build_tcp tcp;
        struct weir_build_udp udp;
        struct weir_build_icmp icmp;
    };
    uint8_t options[WEIR_BUILD_OPTIONS_MAX];
    uint32_t options_bytes; /* a multiple of 4 */
};

struct weir_build {
    struct weir_guard guard;
    struct weir_build_net *net;
    uint32_t count;
    struct weir_build_layer layers[WEIR_BUILD_LAYERS_MAX];
    uint8_t
        payload[WEIR_BUILD_PAYLOAD_MAX]; /* the last layer's, if it is one */
};

/* weir_build_fill: a copy of layer `at` with the defaults of all but the
 * checksum, which is 0 if it is to be computed.  `behind` is how many bytes
 * there are from the layer's begin to the frame's end.  0 or -EMSGSIZE. */
int weir_build_fill(const struct weir_build *build, uint32_t at,
                    uint32_t behind, struct weir_build_layer *out,
                    struct weir_err *err);

/* weir_build_sum: computes the checksums that the layers leave to us, in the
 * frame of `size` bytes. */
void weir_build_sum(const struct weir_build *build, uint8_t *frame,
                    uint32_t size);

#endif
