#ifndef WEIR_TESTS_SUPPORT_RANDOM_H
#define WEIR_TESTS_SUPPORT_RANDOM_H

/* random: numbers for tests that a printed seed brings back.
 *
 *     WEIR_SEED=123 bazel test --test_env=WEIR_SEED ...
 *
 * Threads   one at a time per struct. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct random {
    uint64_t state;
};

/* random_start: from WEIR_SEED if it is set, else from `seed`; says so. */
static inline struct random random_start(const char *test, uint64_t seed)
{
    const char *text = getenv("WEIR_SEED");
    if (text != NULL)
        seed = strtoull(text, NULL, 0);
    fprintf(stderr, "%s: WEIR_SEED=%llu\n", test, (unsigned long long)seed);
    return (struct random){seed};
}

/* random_next: 64 bits; a counter through a mixer, so any seed will do. */
static inline uint64_t random_next(struct random *random)
{
    random->state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = random->state;
    z = (z ^ z >> 32) * UINT64_C(0xd6e8feb86659fd93);
    z = (z ^ z >> 32) * UINT64_C(0xd6e8feb86659fd93);
    return z ^ z >> 32;
}

/* random_below: 0 to n - 1; n is at least 1. */
static inline uint32_t random_below(struct random *random, uint32_t n)
{
    return (uint32_t)((random_next(random) >> 32) * n >> 32);
}

#endif
