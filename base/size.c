#include "base/size.h"

#include <inttypes.h>
#include <stdio.h>

char *weir_size_text(char out[WEIR_SIZE_TEXT], uint64_t bytes)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB"};
    unsigned unit = 0;
    for (; unit < 3 && bytes != 0 && bytes % 1024 == 0; unit++)
        bytes /= 1024;
    snprintf(out, WEIR_SIZE_TEXT, "%" PRIu64 " %s", bytes,
             unit == 0 && bytes == 1 ? "byte" : units[unit]);
    return out;
}
