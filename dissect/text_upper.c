#include "base/bytes.h"
#include "dissect/fields.h"
#include "dissect/options.h"
#include "dissect/text_line.h"

#define TCP_FIXED   20
#define UDP_HEADER  8
#define SCTP_HEADER 12

void weir_text_option_unknown(struct weir_text *text, uint8_t kind,
                              const uint8_t *value, uint32_t n)
{
    weir_text_put_pair(text, "unknown-", kind);
    weir_text_put(text, " 0x");
    for (uint32_t i = 0; i < n; i++)
        weir_text_put_hex(text, value[i], 2);
}

static void put_sack(struct weir_text *text, const uint8_t *value, uint32_t n)
{
    weir_text_put_pair(text, "sack ", n / 8);
    weir_text_put(text, " ");
    for (uint32_t i = 0; i < n; i += 8) {
        weir_text_put_pair(text, "{", weir_load_be32(value + i));
        weir_text_put_pair(text, ":", weir_load_be32(value + i + 4));
        weir_text_put(text, "}");
    }
}

static void put_tcp_option(struct weir_text *text, uint8_t kind,
                           const uint8_t *value, uint32_t n)
{
    if (kind == WEIR_TCP_OPTION_MSS && n == 2) {
        weir_text_put_pair(text, "mss ", weir_load_be16(value));
    } else if (kind == WEIR_TCP_OPTION_WINDOW_SCALE && n == 1) {
        weir_text_put_pair(text, "wscale ", value[0]);
    } else if (kind == WEIR_TCP_OPTION_SACK_ALLOWED && n == 0) {
        weir_text_put(text, "sackOK");
    } else if (kind == WEIR_TCP_OPTION_SACK && n > 0 && n % 8 == 0) {
        put_sack(text, value, n);
    } else if (kind == WEIR_TCP_OPTION_TIMESTAMPS && n == 8) {
        weir_text_put_pair(text, "TS val ", weir_load_be32(value));
        weir_text_put_pair(text, " ecr ", weir_load_be32(value + 4));
    } else {
        weir_text_option_unknown(text, kind, value, n);
    }
}

void weir_text_options(struct weir_text *text, const uint8_t *options,
                       uint32_t n, weir_text_option_fn *option_text)
{
    struct weir_option at = {0};
    const char *separator = "";
    weir_text_put(text, ", options [");
    while (weir_option_next(&at, options, n)) {
        weir_text_put(text, separator);
        separator = ",";
        if (at.kind == WEIR_OPTION_END)
            weir_text_put(text, "eol");
        else if (at.kind == WEIR_OPTION_NOP)
            weir_text_put(text, "nop");
        else
            option_text(text, at.kind, at.value, at.length);
    }
    if (at.bad) { /* or cut: the line's end tells which */
        weir_text_put(text, separator);
        weir_text_put(text, "...");
    }
    weir_text_put(text, "]");
}

static void put_flags(struct weir_text *text, uint16_t flags)
{
    static const char letters[] = "FSRP.UEWe"; /* from the lowest bit */
    char set[sizeof letters];
    size_t n = 0;
    for (unsigned i = 0; i < sizeof letters - 1; i++)
        if ((flags >> i) & 1)
            set[n++] = letters[i];
    weir_text_put(text, "Flags [");
    if (n == 0)
        weir_text_put(text, "none");
    else
        weir_text_put_n(text, set, n);
    weir_text_put(text, "]");
}

void weir_text_tcp(struct weir_text *text, const struct weir_layer *layer)
{
    struct weir_tcp_view tcp;
    weir_tcp_view_read(&tcp, text->frame->data, layer);
    uint32_t length = weir_text_rest(text, layer->offset + tcp.header_length);
    put_flags(text, tcp.flags);
    if (length > 0) {
        weir_text_put_pair(text, ", seq ", tcp.seq);
        weir_text_put_pair(text, ":", tcp.seq + length);
    } else if (tcp.flags & (WEIR_TCP_FIN | WEIR_TCP_SYN | WEIR_TCP_RST)) {
        weir_text_put_pair(text, ", seq ", tcp.seq);
    }
    if (tcp.flags & WEIR_TCP_ACK)
        weir_text_put_pair(text, ", ack ", tcp.ack);
    weir_text_put_pair(text, ", win ", tcp.window);
    if (tcp.flags & WEIR_TCP_URG)
        weir_text_put_pair(text, ", urg ", tcp.urgent);
    if (tcp.options_length > 0)
        weir_text_options(text, tcp.options, tcp.options_length,
                          put_tcp_option);
    weir_text_put_pair(text, ", length ", length);
}

/* 0: longer than 16 bits can say (RFC 2675). */
uint32_t weir_text_udp_length(const struct weir_text *text,
                              const struct weir_layer *layer)
{
    struct weir_udp_view udp;
    weir_udp_view_read(&udp, text->frame->data, layer);
    return udp.length >= UDP_HEADER
               ? udp.length - (uint32_t)UDP_HEADER
               : weir_text_rest(text, layer->offset + UDP_HEADER);
}

void weir_text_udp(struct weir_text *text, const struct weir_layer *layer)
{
    weir_text_put_pair(text, "UDP, length ", weir_text_udp_length(text, layer));
}

void weir_text_sctp(struct weir_text *text, const struct weir_layer *layer)
{
    /* RFC 9260, section 3.2: chunk types. */
    static const char *const names[] = {
        [0] = "DATA",      [1] = "INIT",         [2] = "INIT ACK",
        [3] = "SACK",      [4] = "HB REQ",       [5] = "HB ACK",
        [6] = "ABORT",     [7] = "SHUTDOWN",     [8] = "SHUTDOWN ACK",
        [9] = "OP ERR",    [10] = "COOKIE ECHO", [11] = "COOKIE ACK",
        [12] = "ECN ECHO", [13] = "CWR",         [14] = "SHUTDOWN COMPLETE",
    };
    weir_text_put(text, "sctp");
    const uint8_t *chunk =
        weir_text_bytes(text, layer->offset + SCTP_HEADER, 4);
    if (chunk != NULL &&
        weir_text_rest(text, layer->offset + SCTP_HEADER) >= 4) {
        weir_text_put(text, " (1) [");
        if (chunk[0] < sizeof names / sizeof names[0])
            weir_text_put(text, names[chunk[0]]);
        else
            weir_text_put_pair(text, "chunk type ", chunk[0]);
        weir_text_put(text, "]");
    }
    weir_text_put_pair(text, ", length ", weir_text_rest(text, layer->offset));
}
