#ifndef WEIR_TESTS_PIPELINE_SIM_CHANGES_H
#define WEIR_TESTS_PIPELINE_SIM_CHANGES_H

/* sim_changes: settings that change at any step of a simulated recording, and
 * what becomes of each frame by them.
 *
 * Threads   one. */

#include <stdbool.h>
#include <stdint.h>

#include "pipeline/assembly.h"
#include "tests/pipeline/fake.h"

struct sim_changes {
    uint32_t odds; /* a change at one in so many steps; 0: never */
    uint32_t lanes;
    uint32_t snaplen_least; /* frames are cut to so much, or more */
    uint32_t snaplen_open;  /* 0: not cut */
    struct fake_fates fates;
    uint32_t filter; /* what counts now, as in fake.h */
    uint32_t snaplen;
    uint64_t generation;
    uint64_t made[FAKE_LANES]; /* by then stamped */
    uint64_t done;             /* changes */
    uint64_t refused;          /* by the text, or the file */
};

/* sim_changes_choose: one seed of two gets some, of sources of that many lanes
 * and less than frames_max frames each.  Sources and sinks, and taps, get the
 * fates, if frames_max of them is not 0.  sim_changes_close: accepts all
 * zero. */
void sim_changes_choose(struct sim_changes *c, uint64_t *random, uint32_t lanes,
                        uint64_t frames_max, uint32_t snaplen_least,
                        uint32_t snaplen_open);
void sim_changes_close(struct sim_changes *c);

/* sim_changes_make: perhaps, between two steps; NULL, or what is wrong.
 * sim_changes_note: behind each step of a lane's capture stage: what it has
 * sent is stamped with what counts now. */
const char *sim_changes_make(struct sim_changes *c, uint64_t *random,
                             struct weir_assembly *a);
void sim_changes_note(struct sim_changes *c, uint32_t lane,
                      const struct weir_source *source);

/* sim_changes_wrong_end: at the end: NULL, or what is. */
const char *sim_changes_wrong_end(const struct sim_changes *c,
                                  const struct weir_assembly *a);

#endif
