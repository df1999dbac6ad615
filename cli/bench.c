#include "cli/bench.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/args.h"
#include "base/program.h"

int weir_cmd_bench(int argc, char **argv)
{
    char path[PATH_MAX];
    struct weir_err err = {0};
    (void)argc;
    if (weir_program_find("weir-bench", "bench", path, &err) == 0) {
        (void)execv(path, argv);
        (void)weir_err_sys(&err, -errno, "%s", path);
    }
    fprintf(stderr, "weir bench: %s\n", err.text);
    return WEIR_EXIT_FAILED;
}
