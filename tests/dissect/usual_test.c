/* The short cut for usual frames: it must give what layer by layer gives,
 * for these frames and all that are nearly so.  hand_dissect compares. */

#include <criterion/criterion.h>
#include <stdio.h>

#include "base/linktype.h"
#include "tests/dissect/hand.h"
#include "tests/support/random.h"

#define MUTATIONS 60000

/* Of the headers' bytes these are worth more than others. */
static const uint8_t values[] = {0x00, 0x01, 0x04, 0x06, 0x08, 0x0a, 0x11,
                                 0x20, 0x28, 0x2c, 0x33, 0x3a, 0x3c, 0x40,
                                 0x45, 0x46, 0x60, 0x81, 0x86, 0x88, 0xff};

/* 2^5 stacks: tag, version, and 8 kinds of what is above. */
static void stack_make(struct hand *h, uint32_t kind, uint32_t payload)
{
    static const uint8_t numbers[8] = {6, 17, 1, 58, 6, 6, 132, 41};
    static const uint32_t headers[8] = {20, 8, 8, 8, 32, 40, 12, 0};
    uint32_t upper = kind & 7;
    bool v6 = (kind & 8) != 0;
    hand_eth(h, (kind & 16) != 0 ? 0x8100 : v6 ? 0x86dd : 0x0800);
    if ((kind & 16) != 0)
        hand_hex(h, v6 ? "0064 86dd" : "0064 0800");
    if (v6)
        hand_ipv6(h, numbers[upper], headers[upper] + payload);
    else
        hand_ipv4(h, numbers[upper], 0, headers[upper] + payload);
    if (numbers[upper] == 6) {
        hand_tcp(h);
        h->bytes[h->n - 8] = (uint8_t)(headers[upper] / 4 << 4);
        if (headers[upper] == 32)
            hand_hex(h, "0101080a 01020304 05060708");
        else
            hand_fill(h, headers[upper] - 20, 0x01);
    } else if (numbers[upper] == 17) {
        hand_udp(h, payload);
    } else {
        hand_fill(h, headers[upper], 0x2a);
    }
    hand_fill(h, payload, 0xee);
}

Test(usual, every_truncation)
{
    for (uint32_t kind = 0; kind < 32; kind++) {
        struct weir_dissection d;
        struct hand h;
        stack_make(&h, kind, 9);
        hand_fill(&h, 5, 0); /* padding */
        for (uint32_t n = 0; n <= h.n; n++) {
            hand_dissect(&h, &d, n, n);
            hand_dissect(&h, &d, n, h.n);
            hand_dissect(&h, &d, n, h.n + 70000);
            hand_dissect(&h, &d, n, 0);
        }
    }
}

Test(usual, layers_and_payload)
{
    static const char *const uppers[4] = {"tcp", "udp", "icmp", "icmpv6"};
    for (uint32_t kind = 0; kind < 32; kind++) {
        struct weir_dissection d;
        struct hand h;
        char layers[64];
        if ((kind & 7) > 3)
            continue;
        stack_make(&h, kind, 9);
        (void)snprintf(layers, sizeof layers, "eth%s %s %s",
                       (kind & 16) != 0 ? " vlan" : "",
                       (kind & 8) != 0 ? "ipv6" : "ip", uppers[kind & 7]);
        hand_expect(&h, &d, layers, WEIR_OUTCOME_OK);
        cr_assert_eq(d.payload_offset, h.n - 9);
        cr_assert_eq(d.payload_end, h.n);
    }
}

Test(usual, bytes_changed_by_chance)
{
    struct random random = random_start("usual", 1);
    for (uint32_t i = 0; i < MUTATIONS; i++) {
        struct weir_dissection d;
        struct hand h;
        stack_make(&h, random_below(&random, 32), random_below(&random, 24));
        hand_fill(&h, random_below(&random, 20), 0);
        for (uint32_t m = random_below(&random, 3); m > 0; m--) {
            uint32_t at = 12 + random_below(&random, 70);
            uint8_t value = (uint8_t)random_next(&random);
            if (random_below(&random, 4) > 0)
                value = values[random_below(&random, sizeof values)];
            if (at < h.n)
                h.bytes[at] = value;
        }
        uint32_t caplen = h.n;
        if (random_below(&random, 2) == 0)
            caplen = random_below(&random, h.n + 1);
        uint32_t len = h.n + random_below(&random, 3) - 1;
        hand_dissect(&h, &d, caplen, len);
    }
}
