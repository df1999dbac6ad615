/* fuzz_pcapng: any bytes as a capture file. */

#include <stdint.h>

#include "tests/fuzz/file_walk.h"

#define SIZE_MAX_TAKEN 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size <= SIZE_MAX_TAKEN)
        file_walk(data, size);
    return 0;
}
