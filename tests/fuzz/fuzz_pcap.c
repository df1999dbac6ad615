/* fuzz_pcap: any bytes behind a pcap magic as a capture file.
 *
 * Input: a byte that chooses one of the magics and its byte order, then the
 * file behind it. */

#include <stdint.h>
#include <string.h>

#include "tests/fuzz/file_walk.h"

#define SIZE_MAX_TAKEN 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t magics[][4] = {
    {0xd4, 0xc3, 0xb2, 0xa1}, {0xa1, 0xb2, 0xc3, 0xd4},
    {0x4d, 0x3c, 0xb2, 0xa1}, {0xa1, 0xb2, 0x3c, 0x4d},
    {0x34, 0xcd, 0xb2, 0xa1}, {0xa1, 0xb2, 0xcd, 0x34},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t file[SIZE_MAX_TAKEN];
    if (size < 1 || size > sizeof file - 3)
        return 0;
    memcpy(file, magics[data[0] % 6], 4);
    memcpy(file + 4, data + 1, size - 1);
    file_walk(file, size + 3);
    return 0;
}
