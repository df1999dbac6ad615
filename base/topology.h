#ifndef WEIR_BASE_TOPOLOGY_H
#define WEIR_BASE_TOPOLOGY_H

/* topology: which CPUs this process may use, and how they lie.
 *
 * Those with a core of their own come first, and of either kind the highest
 * numbers: interrupts, and what else the system has to do, are mostly on the
 * low ones.
 *
 * Errors    none: where the system does not tell, each CPU is a core, and
 *           all are in node 0.
 * Threads   any. */

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#define WEIR_TOPOLOGY_CPUS_MAX CPU_SETSIZE

struct weir_topology_cpu {
    uint16_t cpu;
    uint16_t node;
    bool shares; /* its core with one that comes before it */
};

struct weir_topology {
    uint32_t cpus;
    uint32_t nodes; /* that have CPUs */
    struct weir_topology_cpu at[WEIR_TOPOLOGY_CPUS_MAX];
};

/* weir_topology_read: sys is "/sys"; usable NULL: what the process may use. */
void weir_topology_read(struct weir_topology *out, const char *sys,
                        const cpu_set_t *usable);

/* weir_topology_device_node: the memory node that a network device is
 * nearest to; -1: none, or not known. */
int weir_topology_device_node(const char *sys, const char *device);

#endif
