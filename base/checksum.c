#include "base/checksum.h"

#include "base/bytes.h"

/* The sum of 32-bit words: one's complement addition may take words of any
 * size, as a carry out of one counts as one in the next and 2^16 is 1 (RFC
 * 1071, section 2).  64 bits hold the sum of 2^32 of them, and two chains of
 * additions do not wait for each other. */
uint64_t weir_sum_add(uint64_t sum, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    uint64_t low = 0;
    uint64_t high = 0;
    for (; n >= 16; n -= 16, p += 16) {
        uint64_t a = weir_load_64(p);
        uint64_t b = weir_load_64(p + 8);
        low += (a & UINT32_MAX) + (b & UINT32_MAX);
        high += (a >> 32) + (b >> 32);
    }
    for (; n >= 4; n -= 4, p += 4)
        low += weir_load_32(p);
    if (n > 0) {
        uint32_t last = 0;
        memcpy(&last, p, n);
        low += last;
    }
    return sum + low + high;
}

uint16_t weir_sum_field(uint64_t sum)
{
    while (sum > UINT16_MAX)
        sum = (sum & UINT16_MAX) + (sum >> 16);
    uint16_t word = (uint16_t)~sum;
    return weir_load_be16(&word);
}

/* The Castagnoli polynomial, bits reversed, four bits at a time: entry n is
 * n after four steps. */
static const uint32_t steps[16] = {
    0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3,
    0x61c69362, 0x7198540d, 0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
    0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
};

uint32_t weir_crc32c_add(uint32_t crc, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    for (size_t i = 0; i < n; i++) {
        crc ^= p[i];
        crc = crc >> 4 ^ steps[crc & 15];
        crc = crc >> 4 ^ steps[crc & 15];
    }
    return crc;
}

/* The CRC's lowest byte goes first. */
uint32_t weir_crc32c_field(uint32_t crc)
{
    return __builtin_bswap32(~crc);
}
