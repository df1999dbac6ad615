#ifndef WEIR_SINK_TEMPLATE_H
#define WEIR_SINK_TEMPLATE_H

/* template: a frame made of what is told of it, with lengths and checksums.
 *
 *   open -> make* -> close
 *
 * An Ethernet frame, perhaps with an 802.1Q tag, of IPv4 or IPv6 and UDP,
 * TCP or an ICMP echo request.  It is only bytes: no socket is opened and no
 * privilege is needed.
 *
 * Units     bytes; a frame is counted without its check sequence.
 * Owner     the caller closes; frames are written to the caller's memory.
 * Threads   one at a time per maker, any number of makers.
 * Errors    -EINVAL for what no frame can be, -EMSGSIZE for what does not
 *           fit, -ENOMEM; with words.  The memory may then hold anything. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct weir_err;
struct weir_template_maker;

/* The longest frame: an IP packet of 65535 bytes and a tag before it. */
#define WEIR_TEMPLATE_SIZE_MAX (65535u + 18u)

enum weir_template_ip {
    WEIR_TEMPLATE_IPV4,
    WEIR_TEMPLATE_IPV6,
};

enum weir_template_upper {
    WEIR_TEMPLATE_UDP,
    WEIR_TEMPLATE_TCP,
    WEIR_TEMPLATE_ICMP, /* an echo request; over IPv6, ICMPv6's */
};

struct weir_template_config {
    uint8_t mac_dst[6];
    uint8_t mac_src[6];
    bool tagged;
    uint8_t priority; /* 0 to 7; of the tag, as is: */
    uint16_t vlan;    /* 0 to 4095 */

    enum weir_template_ip ip;
    uint8_t ip_src[16]; /* in network order; IPv4: the first four */
    uint8_t ip_dst[16];
    uint8_t tos; /* IPv6: traffic class */
    uint16_t id; /* IPv4 only */
    uint8_t ttl; /* 0: 64 */

    enum weir_template_upper upper;
    uint16_t port_src; /* ICMP: identifier */
    uint16_t port_dst; /* ICMP: sequence number */
    uint32_t seq;      /* from here on TCP only */
    uint32_t ack;
    uint8_t flags; /* CWR to FIN (1) */
    uint16_t window;

    /* The payload.  With a size, the frame has exactly that, and `payload` is
     * repeated to its end; without one (0), it is there once.  NULL: zeros,
     * payload_bytes of them. */
    const uint8_t *payload;
    uint32_t payload_bytes;
    uint32_t size;
};

/* Where things are in a frame that was made. */
struct weir_template {
    uint32_t size;
    uint16_t ip;       /* offset of the IP header */
    uint16_t upper;    /* of UDP's, TCP's or ICMP's */
    uint16_t checksum; /* of the upper header's checksum */
    uint16_t payload;
};

int weir_template_open(struct weir_template_maker **out, struct weir_err *err);

/* weir_template_layout: the offsets, and as size the least there can be; the
 * payload and the size of the config do not matter. */
struct weir_template
weir_template_layout(const struct weir_template_config *config);

/* weir_template_make: writes the frame to out[0 .. room).  *form may be
 * NULL. */
int weir_template_make(struct weir_template_maker *maker,
                       const struct weir_template_config *config, uint8_t *out,
                       size_t room, struct weir_template *form,
                       struct weir_err *err);

/* weir_template_close: accepts NULL. */
void weir_template_close(struct weir_template_maker *maker);

#endif
