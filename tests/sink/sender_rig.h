#ifndef WEIR_TESTS_SINK_SENDER_RIG_H
#define WEIR_TESTS_SINK_SENDER_RIG_H

/* sender_rig: what comes in at the other end of a sender's interface, in a
 * namespace of the test's own (tests/capture/net_rig.h).
 *
 * Threads   the test's one. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* sender_ear_open: a listener, with room for many frames, for all that comes
 * in on the interface. */
int sender_ear_open(const char *interface);

/* sender_ear_take: waits for a frame, at most 2 s; its length, or 0. */
size_t sender_ear_take(int ear, uint8_t *frame, size_t room);

/* sender_ear_silent: nothing is there. */
bool sender_ear_silent(int ear);

/* sender_frame: a frame of this length; its bytes follow from the number. */
void sender_frame(uint8_t *frame, size_t len, uint32_t number);

#endif
