/* Files and pipes that do not take what a dump writes. */

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ring/event.h"
#include "tests/sink/dump_rig.h"
#include "tests/sink/frames.h"

static struct dump_rig rig;
static const uint16_t ethernet[] = {1};

/* SIGPIPE ends this process, as it does any that has not asked otherwise. */
static void setup(void)
{
    test_dir();
    dump_rig_open(&rig, ethernet, 1);
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGPIPE, SIG_DFL);
}

static void teardown(void)
{
    dump_rig_close(&rig);
    test_dir_remove();
}

TestSuite(dump_fault, .init = setup, .fini = teardown);

static void limit_files(rlim_t bytes)
{
    struct rlimit limit = {.rlim_cur = bytes, .rlim_max = RLIM_INFINITY};
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static int dump(uint32_t i)
{
    const struct weir_frame frame = dump_rig_frame(i);
    return weir_dump_frame(&rig.dump, &frame, NULL, &rig.err);
}

static void dump_rows(uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        cr_assert_eq(dump(i), 0, "%s", rig.err.text);
}

static void open_well(const char *name, const struct weir_dump_config *config)
{
    cr_assert_eq(weir_dump_open(&rig.dump, test_path(name), config, &rig.err),
                 0, "%s", rig.err.text);
}

static uint64_t written(void)
{
    uint64_t frames;
    cr_assert_eq(weir_dump_count(&rig.dump, NULL, &frames, NULL), 0);
    return frames;
}

/* How many whole frames the file has; what is not whole aborts. */
static uint32_t frames_in(const char *name)
{
    struct test_file file;
    cr_assert(test_file_read(&file, test_path(name)));
    const uint32_t n = file.records_count;
    test_file_free(&file);
    return n;
}

#define ROWS 10

/* A file that is full at each byte, and then is not any more. */
static void assert_tried_again(enum weir_format format, rlim_t step)
{
    const struct weir_dump_config config = {.format = format};
    open_well("x", &config);
    dump_rows(ROWS);
    cr_assert_eq(weir_dump_flush(&rig.dump, NULL), 0);
    const rlim_t whole = (rlim_t)rig.dump.out.bytes;
    cr_assert_eq(weir_dump_close(&rig.dump, NULL), 0);
    for (rlim_t limit = 400; limit < whole; limit += step) {
        char tail[64];
        open_well("x", &config);
        dump_rows(ROWS);
        limit_files(limit);
        cr_assert_eq(weir_dump_flush(&rig.dump, &rig.err), -EFBIG);
        cr_assert_eq(frames_in("x"), written());
        snprintf(tail, sizeof tail,
                 ": write: File too large: it has %u whole frames",
                 (unsigned)written());
        cr_assert(strstr(rig.err.text, tail) != NULL, "%s", rig.err.text);
        cr_assert_eq(weir_dump_flush(&rig.dump, NULL), -EFBIG);
        limit_files(RLIM_INFINITY);
        cr_assert_eq(weir_dump_close(&rig.dump, &rig.err), 0, "%s",
                     rig.err.text);
        dump_rig_same(test_path("x"), ROWS, 1);
    }
}

Test(dump_fault, what_a_full_file_had_no_room_for_is_kept)
{
    assert_tried_again(WEIR_FORMAT_PCAP_NS, 3);
    assert_tried_again(WEIR_FORMAT_PCAPNG, 5);
}

Test(dump_fault, close_says_what_is_lost)
{
    open_well("x", NULL);
    dump_rows(ROWS);
    limit_files(100);
    cr_assert_eq(weir_dump_close(&rig.dump, &rig.err), -EFBIG);
    char tail[64];
    snprintf(tail, sizeof tail, ": %u frames are not in it",
             ROWS - (unsigned)written());
    cr_assert(strstr(rig.err.text, tail) != NULL, "%s", rig.err.text);
    cr_assert_eq(frames_in("x"), written());
    cr_assert_eq(weir_dump_is_open(&rig.dump, NULL), 0);
    limit_files(RLIM_INFINITY);
    open_well("x", NULL);
    dump_rows(ROWS);
}

/* A frame that is refused because the full buffer finds no room is not in
 * the file, and all others are. */
Test(dump_fault, a_frame_is_in_the_file_or_refused)
{
    const struct weir_dump_config config = {.format = WEIR_FORMAT_PCAP_NS};
    uint32_t i = 0;
    int rc = 0;
    open_well("x", &config);
    limit_files(200000);
    while (rc == 0)
        rc = dump(i++);
    cr_assert_eq(rc, -EFBIG);
    i--;
    limit_files(RLIM_INFINITY);
    for (; i < 2000; i++)
        cr_assert_eq(dump(i), 0, "%s", rig.err.text);
    cr_assert_eq(weir_dump_close(&rig.dump, NULL), 0);
    dump_rig_same(test_path("x"), 2000, 1);
}

Test(dump_fault, no_room_for_the_head)
{
    limit_files(10);
    for (enum weir_format f = WEIR_FORMAT_PCAP; f <= WEIR_FORMAT_PCAPNG; f++) {
        const struct weir_dump_config config = {.format = f};
        cr_assert_eq(
            weir_dump_open(&rig.dump, test_path("x"), &config, &rig.err),
            -EFBIG);
        cr_assert_neq(access(test_path("x"), F_OK), 0);
    }
    limit_files(RLIM_INFINITY);
    open_well("x", NULL);
}

Test(dump_fault, an_interface_that_finds_no_room_is_tried_again)
{
    const struct weir_dump_config config = {.format = WEIR_FORMAT_PCAPNG};
    const struct weir_iface iface = {.linktype = 101, .name = "eth1"};
    struct weir_frame frame = {.time_ns = 1};
    open_well("x", &config);
    frame.iface = dump_rig_iface(&rig, &iface);
    limit_files((rlim_t)rig.dump.out.bytes + 8);
    cr_assert_eq(weir_dump_frame(&rig.dump, &frame, NULL, &rig.err), -EFBIG);
    cr_assert_eq(frames_in("x"), 0);
    limit_files(RLIM_INFINITY);
    cr_assert_eq(weir_dump_frame(&rig.dump, &frame, NULL, &rig.err), 0);
    cr_assert_eq(weir_dump_close(&rig.dump, NULL), 0);
    cr_assert_eq(frames_in("x"), 1);
}

/* Returns the reader's end. */
static int open_fifo(const struct weir_event *stop)
{
    const struct weir_dump_config config = {.stop = stop};
    unlink(test_path("fifo"));
    cr_assert_eq(mkfifo(test_path("fifo"), 0600), 0);
    const int fd = open(test_path("fifo"), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    cr_assert_geq(fd, 0);
    open_well("fifo", &config);
    return fd;
}

static bool sigpipe_pending(void)
{
    sigset_t set;
    sigemptyset(&set);
    cr_assert_eq(sigpending(&set), 0);
    return sigismember(&set, SIGPIPE) == 1;
}

static bool sigpipe_blocked(void)
{
    sigset_t set;
    sigemptyset(&set);
    cr_assert_eq(sigprocmask(SIG_BLOCK, NULL, &set), 0);
    return sigismember(&set, SIGPIPE) == 1;
}

Test(dump_fault, a_pipe_that_nobody_reads_is_an_error_and_no_signal)
{
    close(open_fifo(NULL));
    dump_rows(1);
    cr_assert_eq(weir_dump_flush(&rig.dump, &rig.err), -EPIPE);
    cr_assert(strstr(rig.err.text, ": the reader closed the pipe") != NULL,
              "%s", rig.err.text);
    cr_assert_eq(weir_dump_flush(&rig.dump, NULL), -EPIPE);
    cr_assert(!sigpipe_pending() && !sigpipe_blocked());
    cr_assert_eq(weir_dump_close(&rig.dump, &rig.err), -EPIPE);
    cr_assert(strstr(rig.err.text, ": 1 frame is not in it") != NULL, "%s",
              rig.err.text);
    cr_assert(!sigpipe_pending() && !sigpipe_blocked());
}

Test(dump_fault, a_signal_of_others_stays_pending)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    cr_assert_eq(sigprocmask(SIG_BLOCK, &set, NULL), 0);
    cr_assert_eq(raise(SIGPIPE), 0);
    close(open_fifo(NULL));
    dump_rows(1);
    cr_assert_eq(weir_dump_close(&rig.dump, &rig.err), -EPIPE);
    cr_assert(sigpipe_pending() && sigpipe_blocked());
    signal(SIGPIPE, SIG_IGN);
}

Test(dump_fault, a_pipe_that_is_stuck_can_be_left)
{
    struct weir_event *stop = NULL;
    int rc = 0;
    cr_assert_eq(weir_event_open(&stop, NULL), 0);
    const int fd = open_fifo(stop);
    weir_event_set(stop);
    for (uint32_t i = 0; i < 2000 && rc == 0; i++)
        rc = dump(i);
    cr_assert_eq(rc, -ECANCELED, "%s", rig.err.text);
    cr_assert_eq(dump(0), -ECANCELED);
    cr_assert(strstr(rig.err.text, "an earlier write failed") != NULL, "%s",
              rig.err.text);
    cr_assert_eq(weir_dump_flush(&rig.dump, NULL), -ECANCELED);
    cr_assert_eq(weir_dump_close(&rig.dump, NULL), -ECANCELED);
    close(fd);
    /* And one that nobody has opened. */
    const struct weir_dump_config config = {.stop = stop};
    cr_assert_eq(
        weir_dump_open(&rig.dump, test_path("fifo"), &config, &rig.err),
        -ECANCELED);
    weir_event_close(&stop);
}

Test(dump_fault, standard_output)
{
    int fds[2];
    uint8_t head[24 + 16];
    const int own = dup(STDOUT_FILENO);
    cr_assert_eq(pipe(fds), 0);
    cr_assert_eq(dup2(fds[1], STDOUT_FILENO), STDOUT_FILENO);
    const int rc = weir_dump_open(&rig.dump, "-", NULL, &rig.err);
    const int dumped = dump(0);
    const int closed = weir_dump_close(&rig.dump, NULL);
    const bool still = fcntl(STDOUT_FILENO, F_GETFD) >= 0;
    cr_assert_eq(dup2(own, STDOUT_FILENO), STDOUT_FILENO);
    cr_assert_eq(rc, 0, "%s", rig.err.text);
    cr_assert(dumped == 0 && closed == 0 && still);
    cr_assert_eq(read(fds[0], head, sizeof head), sizeof head);
    close(own);
    close(fds[0]);
    close(fds[1]);
}
