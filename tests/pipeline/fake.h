#ifndef WEIR_TESTS_PIPELINE_FAKE_H
#define WEIR_TESTS_PIPELINE_FAKE_H

/* fake: what fake sources and fake sinks know of one another's frames, and the
 * numbers that a seed gives them.
 *
 * A frame's first 8 bytes are its number and, in the highest, its lane.
 *
 * Threads   any; a seed is used by one at a time. */

#include <stdbool.h>
#include <stdint.h>

uint64_t fake_random(uint64_t *state);

#define FAKE_LANES 8

#define FAKE_SECOND_LINKTYPE 147 /* USER0: nothing to dissect */

/* fake_is_second: every 7th frame is of the second interface, if there is one;
 * fake_is_unwanted: every 4th is not wanted by the filter, if there is one. */
bool fake_is_second(uint64_t number);
bool fake_is_unwanted(uint64_t number);

/* fake_mark: the first 8 bytes. */
uint64_t fake_mark(uint8_t lane, uint64_t number);

#endif
