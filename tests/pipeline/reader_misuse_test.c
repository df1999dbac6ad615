/* What nobody should ask of a reader. */

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "tests/pipeline/reader_rig.h"

static struct reader_rig rig;
static struct made made;

static void setup(void)
{
    reader_rig_pcap(&made, 3);
    cr_assert_eq(reader_rig_open(&rig, &made, made.n,
                                 (struct weir_reader_config){.path = NULL}),
                 0);
}

static void teardown(void)
{
    reader_rig_close(&rig);
    made_free(&made);
}

TestSuite(reader_misuse, .init = setup, .fini = teardown);

Test(reader_misuse, null)
{
    struct weir_reader *none = NULL;
    const struct weir_reader_config nowhere = {.path = NULL};
    const struct weir_reader_config config = {.path = rig.path};
    const struct weir_frame *frame;
    struct weir_reader_iface iface;
    uint32_t count;
    cr_assert_eq(weir_reader_open(NULL, &config, &rig.err), -EINVAL);
    cr_assert(strlen(rig.err.text) > 0);
    cr_assert_eq(weir_reader_open(&none, NULL, &rig.err), -EINVAL);
    cr_assert_eq(weir_reader_open(&none, &nowhere, NULL), -EINVAL);
    cr_assert_null(none);
    cr_assert_eq(weir_reader_filter(NULL, "tcp", &rig.err), -EINVAL);
    cr_assert_eq(weir_reader_next(NULL, &frame, &rig.err), -EINVAL);
    cr_assert_null(frame);
    cr_assert_eq(weir_reader_next(rig.reader, NULL, &rig.err), -EINVAL);
    cr_assert_eq(weir_reader_next_batch(NULL, &frame, &count, NULL), -EINVAL);
    cr_assert_eq(weir_reader_next_batch(rig.reader, NULL, &count, NULL),
                 -EINVAL);
    cr_assert_eq(weir_reader_next_batch(rig.reader, &frame, NULL, NULL),
                 -EINVAL);
    cr_assert_eq(weir_reader_iface(NULL, 0, &iface, NULL), -EINVAL);
    cr_assert_eq(weir_reader_iface(rig.reader, 0, NULL, NULL), -EINVAL);
    cr_assert_eq(weir_reader_ifaces(NULL, NULL), -EINVAL);
    cr_assert_eq(weir_reader_count(NULL, NULL, NULL, NULL), -EINVAL);
    cr_assert_eq(weir_reader_count(rig.reader, NULL, NULL, NULL), 0);
    cr_assert_null(weir_reader_dump(NULL));
    cr_assert_eq(weir_reader_close(NULL, NULL), 0);
    cr_assert_eq(weir_reader_close(&none, NULL), 0);
    (void)reader_rig_frame(&rig, 0, 60);
}

Test(reader_misuse, open_over_an_open_one)
{
    const struct weir_reader *before = rig.reader;
    const struct weir_reader_config config = {.path = rig.path};
    (void)reader_rig_frame(&rig, 0, 60);
    cr_assert_eq(weir_reader_open(&rig.reader, &config, &rig.err), -EBUSY);
    cr_assert_eq(rig.reader, before);
    (void)reader_rig_frame(&rig, 1, 60);
}

Test(reader_misuse, what_cannot_be_read)
{
    struct weir_reader *none = NULL;
    struct weir_reader_config config = {.path = "/nonexistent/x"};
    cr_assert_eq(weir_reader_open(&none, &config, &rig.err), -ENOENT);
    cr_assert(strstr(rig.err.text, "/nonexistent/x: ") == rig.err.text);
    config.path = "/";
    cr_assert_eq(weir_reader_open(&none, &config, &rig.err), -EISDIR);
    config.path = "";
    cr_assert_eq(weir_reader_open(&none, &config, &rig.err), -ENOENT);
    config.path = "/dev/null";
    cr_assert_eq(weir_reader_open(&none, &config, &rig.err), -EBADMSG);
    cr_assert_null(none);
}

/* A dump that was open is closed with its reader, and its error is told. */
Test(reader_misuse, a_dump_that_fails_is_told_by_close)
{
    struct weir_dump *dump = weir_reader_dump(rig.reader);
    const struct weir_frame *frame = reader_rig_frame(&rig, 0, 60);
    if (access("/dev/full", W_OK) != 0)
        cr_skip("no /dev/full here");
    /* The head is written by open, so that says it. */
    cr_assert_eq(weir_dump_open(dump, "/dev/full", NULL, &rig.err), -ENOSPC);
    cr_assert_eq(weir_dump_frame(dump, frame, NULL, NULL), -EBADF);
}
