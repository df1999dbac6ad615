#ifndef WEIR_TESTS_DISSECT_HAND_H
#define WEIR_TESTS_DISSECT_HAND_H

/* hand: frames made by hand, and what to expect of them.
 *
 * Functions append to the frame; those that take a payload length write it
 * into the length fields and leave it to the caller to append the payload.
 * Errors    failed expectations fail the test that runs. */

#include <stdint.h>

#include "dissect/dissect.h"

struct hand {
    uint16_t linktype;
    uint32_t n;
    uint8_t bytes[4096];
};

void hand_begin(struct hand *h, uint16_t linktype);
void hand_hex(struct hand *h, const char *hex); /* blanks are skipped */
void hand_fill(struct hand *h, uint32_t n, uint8_t byte);
void hand_set16(struct hand *h, uint32_t at, uint16_t v);

/* From 02:00:00:00:00:01 to 02:00:00:00:00:02; begins the frame. */
void hand_eth(struct hand *h, uint16_t type);
/* From 192.0.2.1 to 192.0.2.2; options is a multiple of 4 bytes of NOP. */
void hand_ipv4(struct hand *h, uint8_t number, uint32_t options,
               uint32_t payload);
/* From 2001:db8::1 to 2001:db8::2. */
void hand_ipv6(struct hand *h, uint8_t next, uint32_t payload);
/* From port 1001 to port 2002. */
void hand_udp(struct hand *h, uint32_t payload);
void hand_tcp(struct hand *h); /* 20 bytes, SYN */

/* hand_dissect: the first caplen bytes, in a heap block of that size, as a
 * record of wire length len; checks the invariants, and that by the short
 * cuts and layer by layer it is the same.  The dissection's offsets are valid
 * for h->bytes. */
void hand_dissect(const struct hand *h, struct weir_dissection *out,
                  uint32_t caplen, uint32_t len);

/* hand_expect: the whole frame has these layers (names with blanks between)
 * and this outcome.  Then every shorter one, cut by a snapshot length and
 * cut on the wire, has the first of these layers, and an outcome that fits:
 * cut by a snapshot length it is ok, truncated, or the whole frame's; cut on
 * the wire never truncated. */
void hand_expect(const struct hand *h, struct weir_dissection *out,
                 const char *layers, uint8_t outcome);

#endif
