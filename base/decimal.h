#ifndef WEIR_BASE_DECIMAL_H
#define WEIR_BASE_DECIMAL_H

/* decimal: numbers as people write them, in a text.
 *
 * What is taken is passed over: *text is behind it.  A number that is too large
 * saturates, and so fails every range below UINT64_MAX.
 *
 * Threads   any.
 * Errors    false: there is no digit. */

#include <stdbool.h>
#include <stdint.h>

/* whole + fraction / scale. */
struct weir_decimal {
    uint64_t whole;
    uint64_t fraction;
    uint64_t scale;
};

/* weir_decimal_digits: a whole number.  weir_decimal_take: perhaps with a
 * fraction, of which six digits count. */
bool weir_decimal_digits(const char **text, uint64_t *out);
bool weir_decimal_take(const char **text, struct weir_decimal *out);

/* weir_decimal_multiple: k, M or G in either case (10^3, 10^6, 10^9), or 1. */
uint64_t weir_decimal_multiple(const char **text);

/* Both saturate. */
uint64_t weir_decimal_multiply(uint64_t a, uint64_t b);
uint64_t weir_decimal_times(const struct weir_decimal *decimal, uint64_t unit);

#endif
