#ifndef WEIR_TESTS_SINK_BUILD_STACK_H
#define WEIR_TESTS_SINK_BUILD_STACK_H

/* build_stack: random stacks of layers, all that may be put on one another.
 *
 * Threads   one at a time per struct. */

#include <stdbool.h>
#include <stdint.h>

#include "sink/build.h"
#include "tests/support/random.h"

#define STACK_LAYERS_MAX 8

enum stack_kind {
    STACK_ETH,
    STACK_VLAN,
    STACK_ARP,
    STACK_IPV4,
    STACK_IPV6,
    STACK_TCP,
    STACK_UDP,
    STACK_ICMP,
    STACK_ICMPV6,
    STACK_PAYLOAD,
};

struct stack_layer {
    enum stack_kind kind;
    uint32_t bytes; /* of the header or the payload, counted here */
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
};

struct stack {
    uint32_t count;
    uint32_t bytes; /* of the frame */
    struct stack_layer layers[STACK_LAYERS_MAX];
    uint8_t payload[2048];
};

/* stack_choose: kinds and values; `wrong`: now and then a checksum that is
 * wrong.  stack_vary: other values for the same kinds. */
void stack_choose(struct stack *stack, struct random *random, bool wrong);
void stack_vary(struct stack *stack, struct random *random, bool wrong);

/* stack_add, stack_set: all its layers to the builder; false if one was
 * refused, which says why on stderr. */
bool stack_add(const struct stack *stack, struct weir_build *build);
bool stack_set(const struct stack *stack, struct weir_build *build);

#endif
