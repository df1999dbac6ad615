#ifndef WEIR_TESTS_PIPELINE_LANE_VERDICT_H
#define WEIR_TESTS_PIPELINE_LANE_VERDICT_H

/* lane_verdict: what must be so of a scene (lane_scene.h), after every step
 * and at the end.
 *
 * Threads   one. */

#include "tests/pipeline/lane_scene.h"

/* What is wrong, or NULL. */
const char *verdict_step(struct scene *s);
const char *verdict_end(struct scene *s);

#endif
