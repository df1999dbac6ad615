#include "base/copy.h"

#include <criterion/criterion.h>
#include <stdlib.h>

/* In blocks of their exact size, so that asan sees a byte too many. */
Test(copy, exactly_the_bytes_of_any_length)
{
    for (uint32_t n = 1; n < 300; n++) {
        uint8_t *from = malloc(n);
        uint8_t *to = malloc(n);
        cr_assert(from != NULL && to != NULL);
        for (uint32_t i = 0; i < n; i++)
            from[i] = (uint8_t)(i * 7 + n);
        memset(to, 0xa5, n);
        weir_copy_frame(to, from, n);
        cr_assert_eq(memcmp(to, from, n), 0, "%u bytes", n);
        free(from);
        free(to);
    }
}

Test(copy, nothing_around_them)
{
    uint8_t from[300];
    uint8_t to[400];
    memset(from, 1, sizeof from);
    for (uint32_t n = 1; n < 300; n++) {
        memset(to, 0, sizeof to);
        weir_copy_frame(to + 50, from, n);
        cr_assert_eq(to[49], 0);
        cr_assert_eq(to[50 + n], 0);
    }
}
