#ifndef WEIR_BASE_FOLD_H
#define WEIR_BASE_FOLD_H

/* fold: a hash of a few instructions, and secret factors for it.
 *
 * With a factor that an attacker does not know, he cannot choose inputs that
 * meet in one bucket.
 * Threads   any; pure functions of their arguments. */

#include <stdint.h>

__extension__ typedef unsigned __int128 weir_fold_product;

/* weir_fold: both halves of the whole product. */
static inline uint64_t weir_fold(uint64_t a, uint64_t b)
{
    weir_fold_product product = (weir_fold_product)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* weir_fold_keys: n factors of a seed.  Any seed, 0 too, gives keys with many
 * bits set; the constants are those of the golden ratio and of the roots of 2
 * and 3. */
static inline void weir_fold_keys(uint64_t *keys, unsigned n, uint64_t seed)
{
    for (unsigned i = 0; i < n; i++) {
        seed += UINT64_C(0x9e3779b97f4a7c15);
        uint64_t key = weir_fold(seed, UINT64_C(0x6a09e667f3bcc909));
        keys[i] = weir_fold(key ^ seed, UINT64_C(0xbb67ae8584caa73b));
    }
}

#endif
