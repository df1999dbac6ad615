#ifndef WEIR_TESTS_PIPELINE_LANE_SCENE_H
#define WEIR_TESTS_PIPELINE_LANE_SCENE_H

/* lane_scene: lanes, sources, sinks and branches as a seed wants them, for
 * lane_sim.
 *
 * Threads   one. */

#include <stdbool.h>
#include <stdint.h>

#include "pipeline/assembly.h"
#include "ring/stop.h"
#include "tests/pipeline/fake_sink.h"
#include "tests/pipeline/fake_tap.h"
#include "tests/pipeline/flows_check.h"
#include "tests/pipeline/sim_branches.h"
#include "tests/pipeline/sim_changes.h"
#include "tests/pipeline/sleeper.h"

#define SCENE_LANES_MAX   3
#define SCENE_WORKERS_MAX 4
#define SCENE_STAGES_MAX                                                       \
    (SCENE_LANES_MAX * (SCENE_WORKERS_MAX + 2) + 1 + SIM_BRANCHES_MAX)
#define SCENE_PATIENCE 20000 /* steps that all but a few lazy do much in */

struct scene {
    uint64_t random;
    struct weir_stop stop, abandon;
    struct weir_source *sources[SCENE_LANES_MAX];
    struct fake_sink sinks[SCENE_LANES_MAX];
    struct weir_assembly_config config;
    struct weir_assembly *assembly;
    struct sim_branches branches;
    struct fake_taps taps;
    struct sim_changes changes;
    struct flows_check *flows;
    bool flows_same; /* nothing is taken out of the flows again */
    uint64_t stop_step, abandon_step; /* UINT64_MAX: never */
    uint64_t jump_step;  /* the clock moves on by more than any wait */
    uint64_t stats_step; /* the statistics do nothing before this one */
    int64_t now_ns;
    uint64_t notices;
    uint64_t refused; /* notices of filters that a kernel did not take */
    bool sleepy;      /* stages sleep, as threads do */
    struct sleeper sleepers[SCENE_STAGES_MAX];
};

/* scene_open: NULL, or what went wrong.  scene_close: of a scene that has
 * ended; likewise. */
const char *scene_open(struct scene *s, uint64_t seed);
const char *scene_close(struct scene *s);

/* scene_pick: the seed's next number below `below`. */
uint64_t scene_pick(struct scene *s, uint64_t below);

#endif
