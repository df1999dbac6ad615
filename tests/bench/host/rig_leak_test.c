/* What a rig and its counters take they give back, also when that goes wrong:
 * memory by the sanitizer's word, files by a count. */

#include <dirent.h>
#include <errno.h>
#include <stdio.h>

#include "base/err.h"
#include "bench/host/netstat.h"
#include "bench/host/rig.h"

static unsigned passed;
static unsigned failed;

static void check(int ok, const char *what)
{
    passed += ok != 0;
    failed += ok == 0;
    if (!ok)
        printf("failed: %s\n", what);
}

static int files_open(void)
{
    int n = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder != NULL && readdir(folder) != NULL)
        n++;
    if (folder != NULL)
        (void)closedir(folder);
    return n;
}

int main(void)
{
    struct weir_rig *rig = NULL;
    struct weir_netstat out;
    struct weir_err err = {0};
    const int before = files_open();
    int ret = weir_rig_open(&rig, 1500, &err);
    if (ret == -EPERM) {
        printf("skipped: %s\n0 passed, 0 failed\n", err.text);
        return 0;
    }
    check(ret == 0, err.text);
    check(weir_netstat_take(&out, weir_rig_near(rig), WEIR_RIG_NEAR, &err) == 0,
          err.text);
    check(weir_netstat_take(&out, weir_rig_near(rig), "none", &err) == -ENODEV,
          "a device that is not there");
    check(weir_netstat_take(&out, 0, WEIR_RIG_NEAR, &err) != 0,
          "a file that is no namespace");
    check(weir_rig_open(&rig, 1, NULL) == -EINVAL, "an MTU that is too small");
    weir_rig_close(rig);
    check(files_open() == before, "files are closed");
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
