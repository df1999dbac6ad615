#include "base/checksum.h"

#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

/* RFC 1071 to the letter: 16 bits at a time. */
static uint16_t plain_field(const uint8_t *p, size_t n)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += i % 2 == 0 ? (uint32_t)p[i] << 8 : p[i];
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)~sum;
}

/* RFC 1071, section 3. */
Test(checksum, example_of_the_rfc)
{
    static const uint8_t bytes[] = {0x00, 0x01, 0xf2, 0x03,
                                    0xf4, 0xf5, 0xf6, 0xf7};
    cr_assert_eq(weir_sum_field(weir_sum_add(0, bytes, 8)), 0x220d);
}

Test(checksum, every_length_at_every_alignment)
{
    unsigned seed = 20261122;
    for (size_t n = 0; n < 200; n++) {
        for (size_t from = 0; from < 8; from++) {
            uint8_t *bytes = malloc(from + n + 1);
            cr_assert_not_null(bytes);
            for (size_t i = 0; i <= from + n; i++)
                bytes[i] = (uint8_t)rand_r(&seed);
            bytes[from + n] = 0xff; /* not to be added */
            cr_assert_eq(weir_sum_field(weir_sum_add(0, bytes + from, n)),
                         plain_field(bytes + from, n), "%zu bytes", n);
            size_t half = n / 4 * 2;
            uint64_t sum = weir_sum_add(0, bytes + from, half);
            sum = weir_sum_add(sum, bytes + from + half, n - half);
            cr_assert_eq(weir_sum_field(sum), plain_field(bytes + from, n));
            free(bytes);
        }
    }
}

Test(checksum, carries_of_the_greatest_words)
{
    static uint8_t bytes[65536];
    memset(bytes, 0xff, sizeof bytes);
    for (size_t n = 0; n < sizeof bytes; n += 4093)
        cr_assert_eq(weir_sum_field(weir_sum_add(0, bytes, n)),
                     plain_field(bytes, n));
    cr_assert_eq(weir_sum_field(UINT64_MAX), 0);
    cr_assert_eq(weir_sum_field(0), 0xffff);
}

/* RFC 3720, appendix B.4, whose CRC is the same. */
Test(checksum, crc32c_as_the_rfc_has_it)
{
    uint8_t bytes[32];
    memset(bytes, 0, sizeof bytes);
    cr_assert_eq(
        weir_crc32c_field(weir_crc32c_add(WEIR_CRC32C_START, bytes, 32)),
        0xaa36918a);
    memset(bytes, 0xff, sizeof bytes);
    cr_assert_eq(
        weir_crc32c_field(weir_crc32c_add(WEIR_CRC32C_START, bytes, 32)),
        0x43aba862);
    for (uint8_t i = 0; i < 32; i++)
        bytes[i] = i;
    uint32_t crc = weir_crc32c_add(WEIR_CRC32C_START, bytes, 5);
    cr_assert_eq(weir_crc32c_field(weir_crc32c_add(crc, bytes + 5, 27)),
                 0x4e79dd46);
}
