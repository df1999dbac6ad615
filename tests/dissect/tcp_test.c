#include <criterion/criterion.h>

#include "dissect/fields.h"
#include "tests/dissect/hand.h"

#define TCP 34

static void begin(struct hand *h, uint32_t payload)
{
    hand_eth(h, 0x0800);
    hand_ipv4(h, 6, 0, payload);
    hand_tcp(h);
}

Test(tcp, fields)
{
    struct weir_dissection d;
    struct weir_tcp_view tcp;
    struct hand h;

    begin(&h, 20);
    h.bytes[TCP + 12] = 0x5d;
    h.bytes[TCP + 13] = 0x18;
    hand_expect(&h, &d, "eth ip tcp", WEIR_OUTCOME_OK);
    weir_tcp_view_read(&tcp, h.bytes, &d.layers[2]);
    cr_assert_eq(tcp.srcport, 1001);
    cr_assert_eq(tcp.dstport, 2002);
    cr_assert_eq(tcp.seq, 0x01020304);
    cr_assert_eq(tcp.ack, 0x05060708);
    cr_assert_eq(tcp.header_length, 20);
    cr_assert_eq(tcp.flags, 0xd18);
    cr_assert_eq(tcp.window, 0x2000);
    cr_assert_eq(tcp.checksum, 0xabcd);
    cr_assert_eq(tcp.urgent, 1);
}

Test(tcp, options_are_header)
{
    struct weir_dissection d;
    struct hand h;

    begin(&h, 37);
    h.bytes[TCP + 12] = 0x80;
    hand_hex(&h, "0101080a0000000100000002 aabbccddee");
    hand_expect(&h, &d, "eth ip tcp", WEIR_OUTCOME_OK);
    cr_assert_eq(d.layers[2].header, 32);
    cr_assert_eq(d.payload_offset, TCP + 32);
    cr_assert_eq(d.payload_end, TCP + 37);
}

Test(tcp, bad_option)
{
    static const char *const options[] = {"02000000", "02010000", "02050000",
                                          "01010102"};
    struct weir_dissection d;
    struct hand h;

    for (uint32_t i = 0; i < 4; i++) {
        begin(&h, 24);
        h.bytes[TCP + 12] = 0x60;
        hand_hex(&h, options[i]);
        hand_expect(&h, &d, "eth ip tcp", WEIR_OUTCOME_BAD_OPTION);
        cr_assert_eq(d.layers[2].header, 24);
    }
}

Test(tcp, header_length_too_small_does_not_hide_the_ports)
{
    struct weir_dissection d;
    struct weir_tcp_view tcp;
    struct hand h;

    for (uint8_t words = 0; words < 5; words++) {
        begin(&h, 20);
        h.bytes[TCP + 12] = (uint8_t)(words << 4);
        hand_expect(&h, &d, "eth ip tcp", WEIR_OUTCOME_BAD_HEADER_LENGTH);
        weir_tcp_view_read(&tcp, h.bytes, &d.layers[2]);
        cr_assert_eq(tcp.header_length, words * 4);
        cr_assert_eq(tcp.dstport, 2002);
    }
}

/* Ethernet's padding does not make up for a header that IP's payload has no
 * room for. */
Test(tcp, header_past_the_payload)
{
    struct weir_dissection d;
    struct hand h;

    begin(&h, 22);
    h.bytes[TCP + 12] = 0x60;
    hand_fill(&h, 20, 1);
    hand_expect(&h, &d, "eth ip tcp", WEIR_OUTCOME_BAD_HEADER_LENGTH);
    cr_assert_eq(d.layers[2].header, 22);
}

Test(tcp, payload_too_short_for_the_header)
{
    struct weir_dissection d;
    struct hand h;

    for (uint32_t n = 0; n < 20; n++) {
        begin(&h, n);
        hand_fill(&h, 6, 0);
        hand_expect(&h, &d, "eth ip", WEIR_OUTCOME_SHORT_HEADER);
    }
}

/* The snapshot length cut off what IP says is there. */
Test(tcp, cut_off_is_truncated)
{
    struct weir_dissection d;
    struct hand h;

    begin(&h, 32);
    h.bytes[TCP + 12] = 0x80;
    hand_fill(&h, 12, 1);
    for (uint32_t n = TCP; n < TCP + 32; n++) {
        hand_dissect(&h, &d, n, h.n);
        cr_assert_eq(d.outcome, WEIR_OUTCOME_TRUNCATED);
        cr_assert_eq(d.layers_count, n < TCP + 20 ? 2 : 3);
    }
}
