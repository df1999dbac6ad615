#include "base/decimal.h"

#include <stddef.h>
#include <string.h>

bool weir_decimal_digits(const char **text, uint64_t *out)
{
    const char *p = *text;
    uint64_t n = 0;
    while (*p >= '0' && *p <= '9') {
        uint64_t digit = (uint64_t)(*p++ - '0');
        if (n > (UINT64_MAX - digit) / 10)
            n = UINT64_MAX;
        else
            n = n * 10 + digit;
    }
    bool any = p != *text;
    *text = p;
    *out = n;
    return any;
}

uint64_t weir_decimal_multiply(uint64_t a, uint64_t b)
{
    return b != 0 && a > UINT64_MAX / b ? UINT64_MAX : a * b;
}

/* Six digits of a fraction of an hour still fit 64 bits in nanoseconds. */
bool weir_decimal_take(const char **text, struct weir_decimal *out)
{
    *out = (struct weir_decimal){.scale = 1};
    bool digits = weir_decimal_digits(text, &out->whole);
    if (**text != '.')
        return digits;
    const char *p = ++*text;
    for (; *p >= '0' && *p <= '9'; p++) {
        digits = true;
        if (out->scale < UINT64_C(1000000)) {
            out->fraction = out->fraction * 10 + (uint64_t)(*p - '0');
            out->scale *= 10;
        }
    }
    *text = p;
    return digits;
}

uint64_t weir_decimal_times(const struct weir_decimal *decimal, uint64_t unit)
{
    uint64_t n = weir_decimal_multiply(decimal->whole, unit);
    uint64_t part = decimal->fraction * unit / decimal->scale;
    return n > UINT64_MAX - part ? UINT64_MAX : n + part;
}

uint64_t weir_decimal_multiple(const char **text)
{
    static const struct {
        char letters[3];
        uint64_t n;
    } multiples[] = {
        {"kK", 1000},
        {"mM", 1000000},
        {"gG", 1000000000},
    };
    for (size_t i = 0; i < sizeof multiples / sizeof multiples[0]; i++) {
        if (**text != '\0' && strchr(multiples[i].letters, **text) != NULL) {
            (*text)++;
            return multiples[i].n;
        }
    }
    return 1;
}
