#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void weir_assert_failed(const char *what, const char *file, int line)
{
    fprintf(stderr, "weir: %s:%d: assertion failed: %s\n", file, line, what);
    abort();
}
