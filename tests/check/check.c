#include "tests/check/check.h"

#include <dirent.h>
#include <stdio.h>

static unsigned passed;
static unsigned failed;

void check(bool ok, const char *what)
{
    passed += ok ? 1 : 0;
    failed += ok ? 0 : 1;
    if (!ok)
        printf("failed: %s\n", what);
}

unsigned check_failed(void)
{
    return failed;
}

unsigned check_files_open(void)
{
    unsigned n = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder != NULL && readdir(folder) != NULL)
        n++;
    if (folder != NULL)
        (void)closedir(folder);
    return n;
}

int check_end(void)
{
    printf("%u passed, %u failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}

int check_skip(const char *why)
{
    printf("skipped: %s\n", why);
    return check_end();
}
