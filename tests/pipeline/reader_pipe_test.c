/* A reader of a pipe: what is not there yet, and who ends the wait. */

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
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

static struct weir_event *signalled;
static volatile sig_atomic_t signals;
static volatile sig_atomic_t signals_max; /* the event is set then; 0: never */

static void on_signal(int number)
{
    (void)number;
    if (++signals == signals_max)
        (void)weir_event_set(signalled);
}

/* One a millisecond. */
static void signals_start(int flags, int max)
{
    const struct sigaction action = {.sa_handler = on_signal,
                                     .sa_flags = flags};
    const struct itimerval each = {.it_interval = {.tv_usec = 1000},
                                   .it_value = {.tv_usec = 1000}};
    signals = 0;
    signals_max = max;
    cr_assert_eq(sigaction(SIGALRM, &action, NULL), 0);
    cr_assert_eq(setitimer(ITIMER_REAL, &each, NULL), 0);
}

static void signals_end(void)
{
    const struct itimerval none = {.it_value = {0}};
    cr_assert_eq(setitimer(ITIMER_REAL, &none, NULL), 0);
}

/* Signals come, and the tenth sets the event. */
static void expect_signalled(const char *path, int flags)
{
    const struct weir_reader_config config = {.path = path, .stop = signalled};
    signals_start(flags, 10);
    const int rc = weir_reader_open(&rig.reader, &config, &rig.err);
    signals_end();
    cr_assert_eq(rc, -ECANCELED, "%s: %d %s", path, rc, rig.err.text);
    cr_assert_geq(signals, 10);
}

/* By a handler that sets the event; other signals do not end it. */
Test(reader_pipe, a_signal_ends_open_by_the_stop_event)
{
    static const int flags[] = {0, SA_RESTART};
    const int own = dup(STDIN_FILENO);
    test_dir();
    cr_assert_eq(mkfifo(test_path("fifo"), 0600), 0);
    cr_assert_eq(dup2(fds[0], STDIN_FILENO), STDIN_FILENO);
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        cr_assert_eq(weir_event_open(&signalled, NULL), 0);
        expect_signalled(test_path("fifo"), flags[i]);
        weir_event_close(&signalled);
        cr_assert_eq(weir_event_open(&signalled, NULL), 0);
        const int silent = open(test_path("fifo"), O_RDWR | O_CLOEXEC);
        expect_signalled(test_path("fifo"), flags[i]);
        close(silent);
        weir_event_close(&signalled);
        cr_assert_eq(weir_event_open(&signalled, NULL), 0);
        expect_signalled("-", flags[i]);
        weir_event_close(&signalled);
    }
    cr_assert_eq(dup2(own, STDIN_FILENO), STDIN_FILENO);
    close(own);
    test_dir_remove();
}

/* There is nothing else that could end it. */
Test(reader_pipe, a_signal_ends_open_where_there_is_no_stop_event)
{
    test_dir();
    cr_assert_eq(mkfifo(test_path("fifo"), 0600), 0);
    const struct weir_reader_config config = {.path = test_path("fifo")};
    signals_start(0, 0);
    const int fifo = weir_reader_open(&rig.reader, &config, NULL);
    const int silent = open_with((struct weir_reader_config){0});
    signals_end();
    cr_assert_eq(fifo, -EINTR);
    cr_assert_eq(silent, -EINTR);
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
