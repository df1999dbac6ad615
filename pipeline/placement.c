#include "pipeline/placement.h"

#include <sched.h>
#include <stddef.h>

#include "base/topology.h"

struct free_cpus {
    const struct weir_topology *topology;
    bool taken[WEIR_TOPOLOGY_CPUS_MAX]; /* by place in the topology */
};

static uint32_t free_in(const struct free_cpus *f, int node)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < f->topology->cpus; i++)
        n += !f->taken[i] && f->topology->at[i].node == node;
    return n;
}

/* The node with the most free CPUs. */
static int roomiest(const struct free_cpus *f)
{
    int best = -1;
    uint32_t most = 0;
    for (uint32_t i = 0; i < f->topology->cpus; i++) {
        int node = f->topology->at[i].node;
        uint32_t n = f->taken[i] || node == best ? 0 : free_in(f, node);
        if (n > most) {
            most = n;
            best = node;
        }
    }
    return best;
}

/* A free CPU of the node, or of another if it has none. */
static int take(struct free_cpus *f, int node)
{
    if (free_in(f, node) == 0)
        node = roomiest(f);
    for (uint32_t i = 0; i < f->topology->cpus; i++)
        if (!f->taken[i] && f->topology->at[i].node == node) {
            f->taken[i] = true;
            return f->topology->at[i].cpu;
        }
    return -1;
}

static int node_of(const struct weir_topology *topology, int cpu)
{
    for (uint32_t i = 0; i < topology->cpus; i++)
        if (topology->at[i].cpu == cpu)
            return topology->at[i].node;
    return -1;
}

bool weir_placement_make(const struct weir_placement *p,
                         const struct weir_topology *topology, int *cpus)
{
    struct free_cpus f = {.topology = topology};
    size_t in_lane = 1 + (size_t)p->workers;
    size_t threads = p->lanes * in_lane + p->outlets + 1;
    size_t n = 0;
    if (threads > topology->cpus) {
        while (n < threads)
            cpus[n++] = -1;
        return false;
    }
    for (uint32_t lane = 0; lane < p->lanes; lane++) {
        int node = p->nodes != NULL ? p->nodes[lane] : -1;
        if (node < 0)
            node = roomiest(&f);
        for (size_t i = 0; i < in_lane; i++)
            cpus[n++] = take(&f, node);
    }
    for (uint32_t i = 0; i < p->outlets; i++)
        cpus[n++] = take(&f, node_of(topology, cpus[i * in_lane]));
    cpus[n] = take(&f, node_of(topology, cpus[0]));
    return true;
}

int weir_placement_lane_node(const struct weir_placement *p,
                             const struct weir_topology *topology,
                             const int *cpus, uint32_t lane)
{
    if (topology->nodes < 2)
        return -1;
    int cpu = cpus[lane * (1 + (size_t)p->workers)];
    if (cpu >= 0)
        return node_of(topology, cpu);
    return p->nodes != NULL ? p->nodes[lane] : -1;
}

/* A writer, which is mostly in the kernel, has a core to itself, and where it
 * has none of two, a second worker only takes turns with it: a copy of 60-byte
 * frames takes 0.40 s with one worker, and 0.50 s with two.  A worker without
 * work sleeps. */
uint32_t weir_placement_workers(uint32_t lanes, bool writes)
{
    cpu_set_t usable;
    int cores = sched_getaffinity(0, sizeof usable, &usable) == 0
                    ? CPU_COUNT(&usable)
                    : 1;
    uint32_t all = cores > 9               ? 8
                   : cores > 2             ? (uint32_t)cores - 1
                   : cores == 2 && !writes ? 2
                                           : 1;
    return all / lanes > 0 ? all / lanes : 1;
}
