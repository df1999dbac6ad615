/* Sizes as people write them. */

#include <criterion/criterion.h>

#include "base/size.h"

static void expect(uint64_t bytes, const char *text)
{
    char out[WEIR_SIZE_TEXT];
    cr_expect_str_eq(weir_size_text(out, bytes), text);
}

Test(size, in_the_largest_unit_that_is_exact)
{
    expect(0, "0 bytes");
    expect(1, "1 byte");
    expect(1023, "1023 bytes");
    expect(1024, "1 KiB");
    expect(1025, "1025 bytes");
    expect(128 << 10, "128 KiB");
    expect(1 << 20, "1 MiB");
    expect(UINT64_C(3) << 29, "1536 MiB");
    expect(UINT64_C(1) << 40, "1024 GiB");
    expect(UINT64_MAX, "18446744073709551615 bytes");
}
