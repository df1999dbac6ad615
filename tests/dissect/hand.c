#include "tests/dissect/hand.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/linktype.h"
#include "dissect/dissect_layers.h"
#include "tests/dissect/invariants.h"

void hand_begin(struct hand *h, uint16_t linktype)
{
    memset(h, 0, sizeof *h);
    h->linktype = linktype;
}

void hand_fill(struct hand *h, uint32_t n, uint8_t byte)
{
    cr_assert_leq(n, sizeof h->bytes - h->n);
    memset(h->bytes + h->n, byte, n);
    h->n += n;
}

static uint8_t digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = strchr(digits, c);

    cr_assert(c != '\0' && at != NULL, "not a digit: %c", c);
    return (uint8_t)(at - digits);
}

void hand_hex(struct hand *h, const char *hex)
{
    while (*hex != '\0') {
        if (*hex == ' ') {
            hex++;
            continue;
        }
        uint8_t high = digit(hex[0]);
        hand_fill(h, 1, (uint8_t)(high << 4 | digit(hex[1])));
        hex += 2;
    }
}

void hand_set16(struct hand *h, uint32_t at, uint16_t v)
{
    cr_assert_lt(at + 1, h->n);
    h->bytes[at] = (uint8_t)(v >> 8);
    h->bytes[at + 1] = (uint8_t)v;
}

void hand_eth(struct hand *h, uint16_t type)
{
    hand_begin(h, WEIR_LINKTYPE_ETHERNET);
    hand_hex(h, "020000000002 020000000001 0000");
    hand_set16(h, h->n - 2, type);
}

void hand_ipv4(struct hand *h, uint8_t number, uint32_t options,
               uint32_t payload)
{
    uint32_t at = h->n;

    hand_hex(h, "45 00 0000 1234 0000 40 00 0000 c0000201 c0000202");
    hand_fill(h, options, 0x01);
    h->bytes[at] = (uint8_t)(0x45 + options / 4);
    h->bytes[at + 9] = number;
    hand_set16(h, at + 2, (uint16_t)(20 + options + payload));
}

void hand_ipv6(struct hand *h, uint8_t next, uint32_t payload)
{
    uint32_t at = h->n;

    hand_hex(h, "60000000 0000 00 40"
                "20010db8000000000000000000000001"
                "20010db8000000000000000000000002");
    h->bytes[at + 6] = next;
    hand_set16(h, at + 4, (uint16_t)payload);
}

void hand_udp(struct hand *h, uint32_t payload)
{
    hand_hex(h, "03e9 07d2 0000 abcd");
    hand_set16(h, h->n - 4, (uint16_t)(8 + payload));
}

void hand_tcp(struct hand *h)
{
    hand_hex(h, "03e9 07d2 01020304 05060708 5002 2000 abcd 0001");
}

void hand_dissect(const struct hand *h, struct weir_dissection *out,
                  uint32_t caplen, uint32_t len)
{
    /* One byte at least: malloc(0) may be NULL. */
    uint8_t *exact = malloc(caplen == 0 ? 1 : caplen);

    cr_assert_not_null(exact);
    memcpy(exact, h->bytes, caplen);
    memset(out, 0xa5, sizeof *out);
    weir_dissect(out, exact, caplen, len, h->linktype);
    const char *broken = weir_dissection_broken(out, exact, caplen, len);
    cr_assert(broken == NULL, "caplen %u len %u: %s", caplen, len, broken);
    struct weir_dissection by_layer;
    memset(&by_layer, 0x5a, sizeof by_layer);
    weir_dissect_layers(&by_layer, exact, caplen, len, h->linktype);
    broken = weir_dissection_differs(out, &by_layer);
    cr_assert(broken == NULL, "caplen %u len %u: %s", caplen, len, broken);
    if (h->linktype == WEIR_LINKTYPE_ETHERNET)
        broken = weir_usual_differs(exact, caplen, len);
    cr_assert(broken == NULL, "caplen %u len %u: %s", caplen, len, broken);
    free(exact);
}

static void layers_expect(const struct weir_dissection *d, const char *layers)
{
    char text[256] = "";
    size_t n = 0;

    for (uint8_t i = 0; i < d->layers_count; i++) {
        int wrote =
            snprintf(text + n, sizeof text - n, "%s%s", i == 0 ? "" : " ",
                     weir_proto_name(d->layers[i].proto));
        cr_assert(wrote > 0 && (size_t)wrote < sizeof text - n);
        n += (size_t)wrote;
    }
    cr_assert_str_eq(text, layers);
}

static void prefix_expect(const struct weir_dissection *cut,
                          const struct weir_dissection *whole)
{
    cr_assert_leq(cut->layers_count, whole->layers_count);
    for (uint8_t i = 0; i < cut->layers_count; i++) {
        cr_assert_eq(cut->layers[i].proto, whole->layers[i].proto);
        cr_assert_eq(cut->layers[i].offset, whole->layers[i].offset);
        cr_assert_leq(cut->layers[i].header, whole->layers[i].header);
    }
}

void hand_expect(const struct hand *h, struct weir_dissection *out,
                 const char *layers, uint8_t outcome)
{
    struct weir_dissection cut;

    hand_dissect(h, out, h->n, h->n);
    layers_expect(out, layers);
    cr_assert_str_eq(weir_outcome_name(out->outcome),
                     weir_outcome_name(outcome));
    for (uint32_t n = 0; n < h->n; n++) {
        hand_dissect(h, &cut, n, h->n);
        prefix_expect(&cut, out);
        cr_assert(cut.outcome == WEIR_OUTCOME_TRUNCATED ||
                      cut.outcome == out->outcome,
                  "%u of %u captured: %s", n, h->n,
                  weir_outcome_name(cut.outcome));
        if (cut.outcome == WEIR_OUTCOME_OK)
            cr_assert_eq(cut.layers_count, out->layers_count);
        hand_dissect(h, &cut, n, n);
        prefix_expect(&cut, out);
        cr_assert_neq(cut.outcome, WEIR_OUTCOME_TRUNCATED);
    }
}
