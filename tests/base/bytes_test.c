#include "base/bytes.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static const uint8_t bytes[8] = {0x01, 0x02, 0x03, 0x84,
                                 0x05, 0x06, 0x07, 0x88};

/* The bytes at an odd place at the end of an exact-size heap copy, so that
 * a read or write too far is seen. */
static uint8_t *place(uint8_t **whole, size_t n)
{
    *whole = malloc(n + 1);
    cr_assert_not_null(*whole);
    memcpy(*whole + 1, bytes, n);
    return *whole + 1;
}

Test(bytes, loads_at_any_address_in_either_order)
{
    uint8_t *whole;
    uint8_t *at = place(&whole, 2);
    cr_assert_eq(weir_load_be16(at), 0x0102);
    cr_assert_eq(weir_load_le16(at), 0x0201);
    cr_assert_eq(weir_load_16(at), be16toh(0x0102));
    free(whole);
    at = place(&whole, 4);
    cr_assert_eq(weir_load_be32(at), UINT32_C(0x01020384));
    cr_assert_eq(weir_load_le32(at), UINT32_C(0x84030201));
    cr_assert_eq(weir_load_32(at), be32toh(UINT32_C(0x01020384)));
    free(whole);
    at = place(&whole, 8);
    cr_assert_eq(weir_load_le64(at), UINT64_C(0x8807060584030201));
    cr_assert_eq(weir_load_64(at), be64toh(UINT64_C(0x0102038405060788)));
    free(whole);
}

Test(bytes, stores_what_loads_give_back)
{
    uint8_t *whole;
    uint8_t *at = place(&whole, 2);
    weir_store_16(at, 0xfedc);
    cr_assert_eq(weir_load_16(at), 0xfedc);
    free(whole);
    at = place(&whole, 4);
    weir_store_32(at, UINT32_C(0xfedcba98));
    cr_assert_eq(weir_load_32(at), UINT32_C(0xfedcba98));
    free(whole);
    at = place(&whole, 8);
    weir_store_64(at, UINT64_C(0xfedcba9876543210));
    cr_assert_eq(weir_load_64(at), UINT64_C(0xfedcba9876543210));
    free(whole);
}
