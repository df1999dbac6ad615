/* What a rig and its counters take they give back, also when that goes wrong:
 * memory by the sanitizer's word, files by a count. */

#include <errno.h>
#include <stddef.h>

#include "base/err.h"
#include "bench/host/netstat.h"
#include "bench/host/rig.h"
#include "tests/check/check.h"

int main(void)
{
    struct weir_rig *rig = NULL;
    struct weir_netstat out;
    struct weir_err err = {0};
    const unsigned before = check_files_open();
    int ret = weir_rig_open(&rig, 1500, &err);
    if (ret == -EPERM)
        return check_skip(err.text);
    check(ret == 0, err.text);
    check(weir_netstat_take(&out, weir_rig_near(rig), WEIR_RIG_NEAR, &err) == 0,
          err.text);
    check(weir_netstat_take(&out, weir_rig_near(rig), "none", &err) == -ENODEV,
          "a device that is not there");
    check(weir_netstat_take(&out, 0, WEIR_RIG_NEAR, &err) != 0,
          "a file that is no namespace");
    check(weir_rig_open(&rig, 1, NULL) == -EINVAL, "an MTU that is too small");
    weir_rig_close(rig);
    check(check_files_open() == before, "files are closed");
    return check_end();
}
