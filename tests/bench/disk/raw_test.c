#include <criterion/criterion.h>

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "bench/disk/disk.h"
#include "bench/disk/raw.h"
#include "ring/stop.h"

static char folder[] = "/tmp/weir-raw-XXXXXX";
static struct weir_stop stop;
static struct weir_err err;
static struct weir_raw raw;

static void setup(void)
{
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(weir_stop_open(&stop, &err), 0);
}

/* The file is gone whatever came: else this fails. */
static void teardown(void)
{
    weir_stop_close(&stop);
    cr_assert_eq(rmdir(folder), 0);
}

TestSuite(raw, .init = setup, .fini = teardown);

static int run(uint32_t depth, uint64_t bytes)
{
    const struct weir_raw_config config = {.folder = folder,
                                           .bytes_max = bytes,
                                           .duration_ns = 10 * WEIR_NS_PER_S,
                                           .depth = depth,
                                           .stop = &stop};
    return weir_raw_run(&raw, &config, &err);
}

Test(raw, writes_the_whole_file_and_no_more)
{
    for (uint32_t depth = 1; depth <= 4; depth *= 2) {
        int ret = run(depth, 8 * (uint64_t)WEIR_RAW_WRITE);
        if (ret == -EOPNOTSUPP)
            cr_skip_test("SKIPPED: %s", err.text);
        cr_assert_eq(ret, 0, "%s", err.text);
        cr_assert_eq(raw.bytes, 8 * (uint64_t)WEIR_RAW_WRITE);
        cr_assert_gt(raw.bytes_s, 0);
    }
}

Test(raw, a_stop_ends_it)
{
    weir_stop_set(&stop);
    int ret = run(2, WEIR_RAW_WRITE);
    if (ret == -EOPNOTSUPP)
        cr_skip_test("SKIPPED: %s", err.text);
    cr_assert_eq(ret, -ECANCELED);
}

Test(raw, memory_is_no_disk)
{
    const struct weir_raw_config config = {.folder = "/dev/shm",
                                           .bytes_max = WEIR_RAW_WRITE,
                                           .duration_ns = WEIR_NS_PER_S,
                                           .depth = 1,
                                           .stop = &stop};
    if (access("/dev/shm", W_OK) != 0)
        cr_skip_test("SKIPPED: no /dev/shm");
    cr_assert_eq(weir_raw_run(&raw, &config, &err), -EOPNOTSUPP);
    cr_assert_str_eq(err.text, "/dev/shm: tmpfs is memory, not a disk");
}

Test(raw, of_the_depths_the_best_counts)
{
    const struct weir_disk_round round = {.raw = {2e9, 3e9, 1e9}};
    cr_assert_eq(weir_disk_best(&round), 3e9);
}
