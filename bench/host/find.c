#include "bench/host/find.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/program.h"

int weir_find_weir(const char *asked, char out[PATH_MAX], struct weir_err *err)
{
    if (asked == NULL)
        return weir_program_find("weir", "cli", out, err);
    if (asked[0] == '\0')
        return weir_err_set(err, -ENOENT, "--weir: '' names no program");
    struct stat about;
    if (realpath(asked, out) == NULL || stat(out, &about) != 0 ||
        access(out, X_OK) != 0)
        return weir_err_sys(err, -errno, "%s", asked);
    if (!S_ISREG(about.st_mode))
        return weir_err_set(err, -EACCES, "%s: not a program", asked);
    return 0;
}
