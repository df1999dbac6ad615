#include "tests/support/seeds.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct seeds seeds_start(int argc, char **argv, uint64_t count,
                         uint32_t faults_max)
{
    const struct seeds seeds = {
        .first = argc > 1 ? strtoull(argv[1], NULL, 0) : 1,
        .count = argc > 2 ? strtoull(argv[2], NULL, 0) : count,
        .faults_max = faults_max,
    };
    printf("seeds %" PRIu64 " to %" PRIu64 "\n", seeds.first,
           seeds.first + seeds.count - 1);
    return seeds;
}

bool seeds_next(struct seeds *seeds)
{
    if (seeds->begun == seeds->count || seeds->faults == seeds->faults_max)
        return false;
    seeds->seed = seeds->first + seeds->begun++;
    return true;
}

void seeds_told(struct seeds *seeds, const char *fault)
{
    if (fault == NULL)
        return;
    printf("seed %" PRIu64 ": %s\n", seeds->seed, fault);
    seeds->faults++;
}

int seeds_end(const struct seeds *seeds)
{
    const bool good = seeds->faults == 0;
    puts(good ? "1 passed, 0 failed" : "0 passed, 1 failed");
    return good ? 0 : 1;
}
