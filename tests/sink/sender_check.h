#ifndef WEIR_TESTS_SINK_SENDER_CHECK_H
#define WEIR_TESTS_SINK_SENDER_CHECK_H

/* sender_check: a sender that does as it should, and frames that all come in
 * (tests/sink/sender_rig.h).
 *
 * Threads   the test's one.
 * Errors    what should not be asserts (Criterion's). */

#include <stddef.h>
#include <stdint.h>

#include "sink/sender.h"

/* sender_open_with: of RIG_LEFT, if no device is said.  sender_finish: closes
 * it, twice. */
struct weir_sender *sender_open_with(struct weir_sender_config config);
void sender_finish(struct weir_sender **sender);

/* sender_balance: its counts, which add up. */
struct weir_sender_counts sender_balance(struct weir_sender *sender);

/* sender_size: of the frame with this number.  sender_expect: those come in,
 * byte by byte, and then no other. */
size_t sender_size(uint32_t number);
void sender_expect(int ear, uint32_t first, uint32_t count);

#endif
