/* What nobody should ask of a dump. */

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "tests/sink/dump_rig.h"
#include "tests/sink/frames.h"

static struct dump_rig rig;
static const uint16_t ethernet[] = {1};

static void setup(void)
{
    test_dir();
    dump_rig_open(&rig, ethernet, 1);
}

static void teardown(void)
{
    dump_rig_close(&rig);
    test_dir_remove();
}

TestSuite(dump_misuse, .init = setup, .fini = teardown);

Test(dump_misuse, null)
{
    const struct weir_frame frame = {.time_ns = 1};
    struct weir_frame no_data = {.caplen = 1, .len = 1};
    cr_assert_eq(weir_dump_open(NULL, "x", NULL, &rig.err), -EINVAL);
    cr_assert(strlen(rig.err.text) > 0);
    cr_assert_eq(weir_dump_open(&rig.dump, NULL, NULL, &rig.err), -EINVAL);
    cr_assert_eq(weir_dump_frame(NULL, &frame, NULL, &rig.err), -EINVAL);
    cr_assert_eq(weir_dump_bytes(NULL, "", 1, NULL, &rig.err), -EINVAL);
    cr_assert_eq(weir_dump_flush(NULL, &rig.err), -EINVAL);
    cr_assert_eq(weir_dump_is_open(NULL, &rig.err), -EINVAL);
    cr_assert_eq(weir_dump_count(NULL, NULL, NULL, &rig.err), -EINVAL);
    cr_assert_eq(weir_dump_count(&rig.dump, NULL, NULL, NULL), 0);
    cr_assert_eq(weir_dump_close(NULL, &rig.err), 0);
    cr_assert_eq(weir_dump_open(&rig.dump, test_path("x"), NULL, NULL), 0);
    cr_assert_eq(weir_dump_frame(&rig.dump, NULL, NULL, &rig.err), -EINVAL);
    cr_assert_eq(weir_dump_frame(&rig.dump, &no_data, NULL, NULL), -EINVAL);
    cr_assert_eq(weir_dump_bytes(&rig.dump, NULL, 1, NULL, NULL), -EINVAL);
}

Test(dump_misuse, not_open)
{
    const struct weir_frame frame = {.time_ns = 1};
    for (int round = 0; round < 2; round++) {
        cr_assert_eq(weir_dump_is_open(&rig.dump, NULL), 0);
        cr_assert_eq(weir_dump_frame(&rig.dump, &frame, NULL, &rig.err),
                     -EBADF);
        cr_assert_str_eq(rig.err.text, "dump: no file is open");
        cr_assert_eq(weir_dump_bytes(&rig.dump, "x", 1, NULL, NULL), -EBADF);
        cr_assert_eq(weir_dump_flush(&rig.dump, NULL), -EBADF);
        cr_assert_eq(weir_dump_close(&rig.dump, NULL), 0);
        cr_assert_eq(weir_dump_close(&rig.dump, &rig.err), 0, "twice");
        cr_assert_eq(weir_dump_open(&rig.dump, test_path("x"), NULL, NULL), 0);
        cr_assert_eq(weir_dump_is_open(&rig.dump, NULL), 1);
        cr_assert_eq(weir_dump_close(&rig.dump, NULL), 0);
    }
}

Test(dump_misuse, paths_and_formats)
{
    const struct weir_dump_config unknown = {.format = (enum weir_format)9};
    const struct weir_dump_config negative = {.format = (enum weir_format) - 1};
    char long_path[5000];
    memset(long_path, 'x', sizeof long_path);
    long_path[sizeof long_path - 1] = '\0';
    cr_assert_eq(weir_dump_open(&rig.dump, "", NULL, &rig.err), -ENOENT);
    cr_assert_str_eq(rig.err.text, "dump: the path is empty");
    cr_assert_eq(weir_dump_open(&rig.dump, test_dir(), NULL, &rig.err),
                 -EISDIR);
    cr_assert_eq(weir_dump_open(&rig.dump, test_path("no/x"), NULL, &rig.err),
                 -ENOENT);
    cr_assert_eq(weir_dump_open(&rig.dump, long_path, NULL, &rig.err),
                 -ENAMETOOLONG);
    cr_assert_eq(weir_dump_open(&rig.dump, test_path("x"), &unknown, &rig.err),
                 -EINVAL);
    cr_assert_eq(weir_dump_open(&rig.dump, test_path("x"), &negative, NULL),
                 -EINVAL);
    cr_assert_neq(access(test_path("x"), F_OK), 0);
}

/* As if another thread were in, or a callback of this one. */
Test(dump_misuse, two_at_once)
{
    const struct weir_frame frame = {.time_ns = 1};
    cr_assert_eq(weir_dump_open(&rig.dump, test_path("x"), NULL, NULL), 0);
    cr_assert(weir_guard_enter(&rig.guard));
    cr_assert_eq(weir_dump_open(&rig.dump, test_path("y"), NULL, &rig.err),
                 -EBUSY);
    cr_assert(strstr(rig.err.text, "another thread") != NULL);
    cr_assert_eq(weir_dump_frame(&rig.dump, &frame, NULL, NULL), -EBUSY);
    cr_assert_eq(weir_dump_bytes(&rig.dump, "x", 1, NULL, NULL), -EBUSY);
    cr_assert_eq(weir_dump_flush(&rig.dump, NULL), -EBUSY);
    cr_assert_eq(weir_dump_is_open(&rig.dump, NULL), -EBUSY);
    cr_assert_eq(weir_dump_count(&rig.dump, NULL, NULL, NULL), -EBUSY);
    cr_assert_eq(weir_dump_close(&rig.dump, NULL), -EBUSY);
    weir_guard_leave(&rig.guard);
    cr_assert_eq(weir_dump_frame(&rig.dump, &frame, NULL, NULL), 0);
}
