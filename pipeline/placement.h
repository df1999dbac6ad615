#ifndef WEIR_PIPELINE_PLACEMENT_H
#define WEIR_PIPELINE_PLACEMENT_H

/* placement: which thread of a pipeline runs on which CPU, if weir chooses.
 *
 * A thread has a CPU to itself, a core if there are enough.  A lane's capture
 * thread and workers are in one memory node: that of the lane's device, or
 * where most CPUs are free; then come the writers, each near its lane, and
 * the statistics.  Where there are fewer CPUs than threads the kernel does
 * better, and nothing is placed.
 *
 * Threads   pure, but for weir_placement_workers, which asks the kernel. */

#include <stdbool.h>
#include <stdint.h>

struct weir_topology;

struct weir_placement {
    uint32_t lanes;
    uint32_t workers; /* of each lane */
    uint32_t outlets;
    const int *nodes; /* of each lane's device, -1: any; NULL: all any */
};

/* weir_placement_make: the CPU of each thread, in the pipeline's order (each
 * lane's capture and workers, the writers, the statistics), -1: anywhere.
 * Returns false if there are too few. */
bool weir_placement_make(const struct weir_placement *placement,
                         const struct weir_topology *topology, int *cpus);

/* weir_placement_lane_node: where a lane's threads are, and its memory should
 * be: the node of its capture thread's CPU, or, where nothing is placed, the
 * device's; -1: anywhere. */
int weir_placement_lane_node(const struct weir_placement *placement,
                             const struct weir_topology *topology,
                             const int *cpus, uint32_t lane);

/* weir_placement_workers: of each lane, as many as the CPUs that this process
 * may use have work for; fewer where a file is written. */
uint32_t weir_placement_workers(uint32_t lanes, bool writes);

#endif
