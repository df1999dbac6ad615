#ifndef WEIR_BENCH_STAGES_CORES_H
#define WEIR_BENCH_STAGES_CORES_H

/* cores: which CPUs this process may use, those with a core of their own
 * first: two threads of one core would share what is measured.
 *
 * Of either kind the highest number comes first: interrupts, and what else
 * the system has to do, are mostly on the low ones.
 *
 * Threads   any.
 * Errors    none: where the system does not tell, each CPU is a core. */

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

struct weir_cores {
    uint32_t cpus;  /* in order[] */
    uint32_t cores; /* how many of them, at its begin, are of different
                     * cores */
    uint16_t order[CPU_SETSIZE];
};

/* weir_cores_find: of the calling thread. */
void weir_cores_find(struct weir_cores *out);

/* weir_cores_is_first: whether no CPU below `cpu` in the kernel's list of
 * siblings ("0-1,8") is usable. */
bool weir_cores_is_first(const char *siblings, uint32_t cpu,
                         const cpu_set_t *usable);

#endif
