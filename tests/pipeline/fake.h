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

/* What may be put while the source runs: filters whose verdict the number
 * tells. 0 stands for those of open.  Frames of the second interface pass only
 * a text that is blank. */
#define FAKE_FILTERS 6
const char *fake_filter_text(uint32_t filter);
bool fake_filter_takes(uint32_t filter, bool second, uint64_t number);

/* fate: what became of a frame on its way to the worker: by the source, which
 * plays the kernel, and by who saw with which settings its batch was stamped.
 */
struct fake_fate {
    bool given;      /* by the kernel */
    uint8_t filter;  /* of the stamp */
    uint32_t caplen; /* as given; then not more than the stamp allows */
};

struct fake_fates {
    uint64_t frames_max; /* 0: nothing is known */
    struct fake_fate *lanes[FAKE_LANES];
};

/* fake_fates_of: NULL if nothing is known of it. */
struct fake_fate *fake_fates_of(const struct fake_fates *fates, uint8_t lane,
                                uint64_t number);

/* fake_mark: the first 8 bytes. */
uint64_t fake_mark(uint8_t lane, uint64_t number);

#endif
