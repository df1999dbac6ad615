#ifndef WEIR_TESTS_CAPTURE_AFPACKET_HAND_H
#define WEIR_TESTS_CAPTURE_AFPACKET_HAND_H

/* afpacket_hand: an afpacket source of a real interface, lease by lease.  For
 * Criterion tests: what should not be asserts.
 *
 * Threads   the test's one. */

#include <stdbool.h>
#include <stdint.h>

#include "capture/source_afpacket.h"

#define AFPACKET_HAND_BLOCK  WEIR_AFPACKET_BLOCK_BYTES_MIN
#define AFPACKET_HAND_BLOCKS 8
#define AFPACKET_HAND_LEASES 4

/* afpacket_hand_config: what the tests have in common.  _open starts it,
 * too. */
struct weir_afpacket_config afpacket_hand_config(const char *device);
struct weir_source *
afpacket_hand_open(const struct weir_afpacket_config *config);

/* afpacket_hand_readable: whether the source's fd is, within so long. */
bool afpacket_hand_readable(const struct weir_source *source, int ms);

/* afpacket_hand_take: the next lease, which must come within 2 s.
 * afpacket_hand_waits: there is none now. */
struct weir_lease afpacket_hand_take(struct weir_source *source);
void afpacket_hand_waits(struct weir_source *source);

/* afpacket_hand_end: cuts, takes the rest, closes; the equation holds with
 * the frames that were received before. */
struct weir_source_stats afpacket_hand_end(struct weir_source *source,
                                           uint64_t received);

/* How often end has had the frame of each number, where a test asks for it:
 * more than once is a failure. */
extern uint8_t *afpacket_hand_seen;

#endif
