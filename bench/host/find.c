#include "bench/host/find.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "base/program.h"

int weir_find_weir(const char *asked, char out[PATH_MAX], struct weir_err *err)
{
    if (asked == NULL)
        return weir_program_find("weir", "cli", out, err);
    if (realpath(asked, out) == NULL || access(out, X_OK) != 0)
        return weir_err_sys(err, -errno, "%s", asked);
    return 0;
}
