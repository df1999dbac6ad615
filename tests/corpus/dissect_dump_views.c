#include "tests/corpus/dissect_dump_views.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/bytes.h"
#include "dissect/checksum.h"
#include "dissect/fields.h"
#include "dissect/options.h"

const char views_columns[] =
    "ip.checksum.status\ttcp.checksum.status\tudp.checksum.status\t"
    "icmp.checksum.status\ticmpv6.checksum.status\tsctp.checksum.status\t"
    "tcp.len\tip.opt.type\ttcp.options.mss_val\ttcp.options.wscale.shift\t"
    "tcp.options.timestamp.tsval\ttcp.options.timestamp.tsecr\t"
    "tcp.options.sack_le\tipv6.routing.type\tipv6.routing.segleft\t"
    "ipv6.fraghdr.ident";

/* Of the outermost layer of the protocol; wireshark's proto.h,
 * proto_checksum_vals. */
static void checksum_print(const struct weir_dissection *d, const uint8_t *data,
                           uint32_t caplen, uint8_t proto)
{
    static const char *const numbers[WEIR_CHECKSUM_COUNT] = {
        [WEIR_CHECKSUM_NONE] = "",    [WEIR_CHECKSUM_INVALID] = "0",
        [WEIR_CHECKSUM_VALID] = "1",  [WEIR_CHECKSUM_PARTIAL] = "2",
        [WEIR_CHECKSUM_ABSENT] = "3",
    };
    const struct weir_layer *layer = weir_dissection_find(d, proto);
    uint32_t i = layer != NULL ? (uint32_t)(layer - d->layers) : UINT32_MAX;
    printf("\t%s", numbers[weir_checksum_verify(data, caplen, d, i)]);
}

static void number_print(bool is, uint64_t n)
{
    is ? printf("\t%" PRIu64, n) : printf("\t");
}

/* The first of each kind. */
static void options_print(const uint8_t *options, uint32_t length)
{
    const struct {
        uint8_t kind;
        uint8_t length; /* the least */
    } shown[] = {
        {WEIR_TCP_OPTION_MSS, 2},
        {WEIR_TCP_OPTION_WINDOW_SCALE, 1},
        {WEIR_TCP_OPTION_TIMESTAMPS, 8},
        {WEIR_TCP_OPTION_SACK, 8},
    };
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        struct weir_option at = {0};
        bool is = false;
        while (!is && weir_option_next(&at, options, length))
            is = at.kind == shown[i].kind && at.length >= shown[i].length;
        uint64_t n = !is              ? 0
                     : at.length == 1 ? at.value[0]
                     : at.length == 2 ? weir_load_be16(at.value)
                                      : weir_load_be32(at.value);
        number_print(is, n);
        if (shown[i].kind == WEIR_TCP_OPTION_TIMESTAMPS)
            number_print(is, is ? weir_load_be32(at.value + 4) : 0);
    }
}

static void extensions_print(const struct weir_dissection *d,
                             const uint8_t *data)
{
    const struct weir_layer *layer = weir_dissection_find(d, WEIR_PROTO_IPV6);
    struct weir_extension at = {0};
    const uint8_t *routing = NULL;
    bool fragment = false;
    uint32_t id = 0;
    while (weir_extension_next(&at, data, layer)) {
        if (at.kind == WEIR_EXTENSION_ROUTING && routing == NULL)
            routing = at.header;
        if (at.kind == WEIR_EXTENSION_FRAGMENT && !fragment) {
            fragment = true;
            id = at.id;
        }
    }
    number_print(routing != NULL, routing != NULL ? routing[2] : 0);
    number_print(routing != NULL, routing != NULL ? routing[3] : 0);
    fragment ? printf("\t0x%08x", id) : printf("\t");
}

void views_print(const struct weir_dissection *d, const uint8_t *data,
                 uint32_t caplen)
{
    static const uint8_t protos[] = {WEIR_PROTO_IP,     WEIR_PROTO_TCP,
                                     WEIR_PROTO_UDP,    WEIR_PROTO_ICMP,
                                     WEIR_PROTO_ICMPV6, WEIR_PROTO_SCTP};
    struct weir_payload_view payload;
    struct weir_option option = {0};
    struct weir_ip_view ip;
    struct weir_tcp_view tcp;
    for (size_t i = 0; i < sizeof protos; i++)
        checksum_print(d, data, caplen, protos[i]);
    weir_payload_view_read(&payload, data, caplen, d);
    weir_ip_view_find(&ip, data, d);
    bool has_tcp = weir_tcp_view_find(&tcp, data, d);
    number_print(has_tcp, payload.length);
    bool has_option = weir_option_next(&option, ip.options, ip.options_length);
    number_print(has_option, option.kind);
    options_print(tcp.options, tcp.options_length);
    extensions_print(d, data);
}
