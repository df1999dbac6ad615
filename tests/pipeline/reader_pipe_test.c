/* A reader of a pipe: what is not there yet, and who ends the wait. */

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/pipeline/reader_rig.h"
#include "tests/sink/frames.h"

static struct reader_rig rig;
static struct made made;
static int fds[2];

static void setup(void)
{
    reader_rig_pcap(&made, 3);
    cr_assert_eq(pipe(fds), 0);
    memset(&rig, 0, sizeof rig);
    snprintf(rig.path, sizeof rig.path, "/proc/self/fd/%d", fds[0]);
}

static void teardown(void)
{
    (void)weir_reader_close(&rig.reader, NULL);
    made_free(&made);
    close(fds[0]);
    if (fds[1] >= 0)
        close(fds[1]);
}

TestSuite(reader_pipe, .init = setup, .fini = teardown);

static void give(size_t from, size_t to)
{
    cr_assert_eq(write(fds[1], made.bytes + from, to - from),
                 (ssize_t)(to - from));
}

static int open_with(struct weir_reader_config config)
{
    config.path = rig.path;
    return weir_reader_open(&rig.reader, &config, &rig.err);
}

Test(reader_pipe, what_is_not_there_yet_is_nothing)
{
    give(0, 24);
    cr_assert_eq(open_with((struct weir_reader_config){.timeout_ms = -1}), 0);
    reader_rig_expect(&rig, WEIR_NEXT_NOTHING);
    give(24, 24 + 76);
    (void)reader_rig_frame(&rig, 0, 60);
    reader_rig_expect(&rig, WEIR_NEXT_NOTHING);
    for (size_t at = 100; at < 176; at++) {
        reader_rig_expect(&rig, WEIR_NEXT_NOTHING);
        give(at, at + 1);
    }
    (void)reader_rig_frame(&rig, 1, 60);
    close(fds[1]);
    fds[1] = -1;
    reader_rig_expect(&rig, WEIR_NEXT_END);
    reader_rig_expect(&rig, WEIR_NEXT_END);
}

Test(reader_pipe, a_timeout_is_kept)
{
    give(0, 24);
    cr_assert_eq(open_with((struct weir_reader_config){.timeout_ms = 30}), 0);
    const int64_t before_ns = weir_clock_mono_ns();
    reader_rig_expect(&rig, WEIR_NEXT_NOTHING);
    cr_assert_geq(weir_clock_mono_ns() - before_ns, 30 * WEIR_NS_PER_MS);
    give(24, 100);
    (void)reader_rig_frame(&rig, 0, 60);
}

Test(reader_pipe, cut_off_in_a_record)
{
    give(0, 110);
    cr_assert_eq(open_with((struct weir_reader_config){.timeout_ms = -1}), 0);
    close(fds[1]);
    fds[1] = -1;
    (void)reader_rig_frame(&rig, 0, 60);
    reader_rig_expect(&rig, -EBADMSG);
    cr_assert(strstr(rig.err.text, "offset 100 (frame 2)") != NULL);
    reader_rig_expect(&rig, -EBADMSG);
}

Test(reader_pipe, the_stop_event_ends_open)
{
    struct weir_event *stop = NULL;
    cr_assert_eq(weir_event_open(&stop, NULL), 0);
    weir_event_set(stop);
    give(0, 10);
    cr_assert_eq(open_with((struct weir_reader_config){.stop = stop}),
                 -ECANCELED);
    cr_assert_null(rig.reader);
    /* And of a FIFO that nobody writes to. */
    test_dir();
    cr_assert_eq(mkfifo(test_path("fifo"), 0600), 0);
    const struct weir_reader_config config = {.path = test_path("fifo"),
                                              .stop = stop};
    cr_assert_eq(weir_reader_open(&rig.reader, &config, &rig.err), -ECANCELED);
    weir_event_close(&stop);
    test_dir_remove();
}

/* Of a file, too: what comes behind it is not given. */
Test(reader_pipe, the_stop_event_is_heeded)
{
    struct weir_event *stop = NULL;
    const struct weir_frame *frames;
    uint32_t count;
    cr_assert_eq(weir_event_open(&stop, NULL), 0);
    give(0, made.n);
    cr_assert_eq(open_with((struct weir_reader_config){.stop = stop}), 0);
    (void)reader_rig_frame(&rig, 0, 60);
    weir_event_set(stop);
    reader_rig_expect(&rig, WEIR_NEXT_STOPPED);
    reader_rig_expect(&rig, WEIR_NEXT_STOPPED);
    cr_assert_eq(weir_reader_next_batch(rig.reader, &frames, &count, NULL),
                 WEIR_NEXT_STOPPED);
    cr_assert_eq(weir_reader_close(&rig.reader, NULL), 0);
    weir_event_close(&stop);
}

Test(reader_pipe, standard_input_stays_open)
{
    const int own = dup(STDIN_FILENO);
    give(0, made.n);
    cr_assert_eq(dup2(fds[0], STDIN_FILENO), STDIN_FILENO);
    const struct weir_reader_config config = {.path = "-"};
    cr_assert_eq(weir_reader_open(&rig.reader, &config, &rig.err), 0, "%s",
                 rig.err.text);
    for (uint32_t i = 0; i < 3; i++)
        (void)reader_rig_frame(&rig, i, 60);
    cr_assert_eq(weir_reader_close(&rig.reader, NULL), 0);
    cr_assert_geq(fcntl(STDIN_FILENO, F_GETFD), 0);
    cr_assert_eq(dup2(own, STDIN_FILENO), STDIN_FILENO);
    close(own);
}
