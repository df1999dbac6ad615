#ifndef WEIR_TESTS_SUPPORT_SEEDS_H
#define WEIR_TESTS_SUPPORT_SEEDS_H

/* seeds: the main of a stress test or a simulation, which is one run for each
 * of some seeds.
 *
 *     struct seeds seeds = seeds_start(argc, argv, 300, 10);
 *     while (seeds_next(&seeds))
 *         seeds_told(&seeds, simulate(seeds.seed));
 *     return seeds_end(&seeds);
 *
 * The command line may say the first seed, and how many: NAME [FIRST_SEED
 * [SEEDS]].
 *
 * Threads   the main thread. */

#include <stdbool.h>
#include <stdint.h>

struct seeds {
    uint64_t seed; /* of this run */
    uint64_t first;
    uint64_t count;
    uint64_t begun; /* runs */
    uint32_t faults;
    uint32_t faults_max;
};

/* seeds_start: `count` of them, from 1 on, unless the command line says
 * otherwise; after `faults_max` runs that were wrong it is enough.  Prints
 * which seeds these are. */
struct seeds seeds_start(int argc, char **argv, uint64_t count,
                         uint32_t faults_max);

/* seeds_next: whether there is another run. */
bool seeds_next(struct seeds *seeds);

/* seeds_told: what was wrong with this run, or NULL. */
void seeds_told(struct seeds *seeds, const char *fault);

/* seeds_end: prints "1 passed, 0 failed", or the reverse; the exit status. */
int seeds_end(const struct seeds *seeds);

#endif
