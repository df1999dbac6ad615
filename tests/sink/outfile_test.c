#include "sink/outfile.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ring/stop.h"
#include "tests/sink/recording.h"

/* What a sink does when its file does not take what is written. */

#define PCAP WEIR_FORMAT_PCAP
#define NG   WEIR_FORMAT_PCAPNG

static void setup(void)
{
    recording_setup();
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

TestSuite(outfile, .init = setup, .fini = recording_teardown);

static struct weir_sink *open_plain(const char *path, enum weir_format format)
{
    return recording_open(
        (struct weir_file_sink_config){.path = path, .format = format});
}

static void limit_files(rlim_t bytes)
{
    struct rlimit limit = {.rlim_cur = bytes, .rlim_max = RLIM_INFINITY};
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* Writes until the file takes no more; returns how many frames it took. */
static uint32_t write_until_full(struct weir_sink *sink,
                                 enum weir_format format, int code)
{
    uint32_t total = 0;
    for (uint32_t i = 0; i < 1000; i += 50) {
        uint32_t taken = 0;
        int rc = recording_try(sink, format, i, i + 50, &taken);
        total += taken;
        if (rc == 0) {
            cr_assert_eq(taken, 50);
            continue;
        }
        cr_assert_eq(rc, code, "%s", recording_err.text);
        cr_assert(taken < 50);
        return total;
    }
    cr_assert(false, "it took all");
    return total;
}

/* A limit at each byte of a record, in and around the frames: what is in
 * the file is whole, and is what was taken. */
static void assert_cut_whole(enum weir_format format, rlim_t from, rlim_t to)
{
    const char *name = "out";
    for (rlim_t limit = from; limit < to; limit++) {
        limit_files(limit);
        struct weir_sink *sink = open_plain(test_path(name), format);
        uint32_t total = write_until_full(sink, format, -EFBIG);
        char want[WEIR_ERR_TEXT_MAX];
        snprintf(want, sizeof want, "%.400s: write: File too large",
                 test_path(name));
        cr_assert_str_eq(recording_err.text, want);
        cr_assert_eq(sink->ops->finish(sink, &recording_err), 0,
                     "an error is told once");
        sink->ops->close(sink);
        recording_holds(name, 0, total);
    }
    limit_files(RLIM_INFINITY);
}

Test(outfile, a_pcap_is_cut_to_whole_records)
{
    for (uint32_t i = 0; i < 1000; i++)
        recording_frames[i].caplen = 1 + i % 7;
    assert_cut_whole(PCAP, 24, 90);
    assert_cut_whole(PCAP, 24 + 50 * 16, 24 + 50 * 16 + 300);
}

Test(outfile, a_pcapng_is_cut_to_whole_records)
{
    for (uint32_t i = 0; i < 1000; i++)
        recording_frames[i].caplen = 1 + i % 7;
    assert_cut_whole(NG, 300, 500);
    assert_cut_whole(NG, 3000, 3100);
}

/* With the trailer that still fits: a disk that is full has room for it once
 * the torn record is gone. */
Test(outfile, a_trailer_that_fits_is_written_after_an_error)
{
    limit_files(4000);
    struct weir_sink *sink = open_plain(test_path("out"), NG);
    uint32_t total = write_until_full(sink, NG, -EFBIG);
    limit_files(RLIM_INFINITY);
    cr_assert_eq(sink->ops->finish(sink, &recording_err), 0);
    sink->ops->close(sink);
    struct test_file file;
    cr_assert(test_file_read(&file, test_path("out")));
    recording_parsed(&file, 0, total);
    cr_assert_eq(file.trailers, 1);
    cr_assert_eq(file.usrdeliv, total);
    test_file_free(&file);
}

Test(outfile, a_file_that_gets_no_head_is_not_left_behind)
{
    for (rlim_t limit = 0; limit < 24; limit++) {
        limit_files(limit);
        struct weir_sink *sink = NULL;
        struct weir_file_sink_config config = {
            .path = test_path("out"),
            .format = PCAP,
            .ifaces = recording_ifaces,
        };
        cr_assert_eq(weir_file_sink_open(&sink, &config, &recording_err),
                     -EFBIG);
        recording_only("");
    }
}

/* The frames before the failure are in the files before. */
Test(outfile, a_file_that_cannot_be_made_ends_behind_the_one_before)
{
    char away[PATH_MAX];
    snprintf(away, sizeof away, "%.4000s-away", test_dir());
    struct weir_sink *sink = recording_open((struct weir_file_sink_config){
        .path = test_path("r"),
        .format = PCAP,
        .naming = WEIR_NAMING_NUMBER_TIME,
        .limits = {.file_packets = 10},
    });
    uint32_t taken = 0;
    cr_assert_eq(recording_try(sink, PCAP, 0, 15, &taken), 0);
    cr_assert_eq(rename(test_dir(), away), 0);
    cr_assert_eq(recording_try(sink, PCAP, 15, 35, &taken), -ENOENT);
    cr_assert_eq(rename(away, test_dir()), 0);
    cr_assert_eq(taken, 5);
    cr_assert_eq(sink->ops->finish(sink, NULL), 0);
    sink->ops->close(sink);
    recording_only("r_00001_20231114221320 r_00002_20231114221320");
    recording_holds("r_00001_20231114221320", 0, 10);
    recording_holds("r_00002_20231114221320", 10, 20);
}

static const char *make_fifo(int *reader)
{
    const char *path = test_path("fifo");
    cr_assert_eq(mkfifo(path, 0600), 0);
    *reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    cr_assert_geq(*reader, 0);
    return path;
}

Test(outfile, a_reader_that_goes_away_is_named)
{
    int reader;
    const char *path = make_fifo(&reader);
    struct weir_sink *sink = open_plain(path, PCAP);
    recording_write(sink, PCAP, 0, 10, 10);
    close(reader);
    uint32_t taken = 1;
    cr_assert_eq(recording_try(sink, PCAP, 10, 20, &taken), -EPIPE);
    cr_assert_eq(taken, 0);
    char want[WEIR_ERR_TEXT_MAX];
    snprintf(want, sizeof want, "%.400s: the reader closed the pipe", path);
    cr_assert_str_eq(recording_err.text, want);
    cr_assert_eq(sink->ops->finish(sink, NULL), 0);
    sink->ops->close(sink);
}

/* Nobody reads: the sink waits until it is told not to, and says what the
 * pipe had taken whole. */
Test(outfile, a_stuck_reader_can_be_abandoned)
{
    int reader;
    const char *path = make_fifo(&reader);
    struct weir_stop stop;
    cr_assert_eq(weir_stop_open(&stop, NULL), 0);
    weir_stop_set(&stop);
    struct weir_sink *sink = recording_open((struct weir_file_sink_config){
        .path = path, .format = PCAP, .abandon = &stop});
    uint32_t taken = 0;
    int rc = recording_try(sink, PCAP, 0, 1000, &taken);
    cr_assert_eq(rc, -ECANCELED, "%s", recording_err.text);
    uint8_t *got = malloc(1 << 20);
    ssize_t n = read(reader, got, 1 << 20);
    cr_assert_gt(n, 24);
    cr_assert_eq(sink->ops->finish(sink, NULL), 0);
    sink->ops->close(sink);
    uint64_t whole = 24;
    for (uint32_t i = 0; i < taken; i++)
        whole += 16 + recording_frames[i].caplen;
    cr_assert_leq(whole, (uint64_t)n);
    cr_assert_gt(whole + 16 + recording_frames[taken].caplen, (uint64_t)n);
    struct test_file file;
    test_file_parse(&file, got, whole);
    recording_parsed(&file, 0, taken);
    test_file_free(&file);
    close(reader);
    weir_stop_close(&stop);
}

Test(outfile, a_fifo_without_a_reader_can_be_abandoned)
{
    const char *path = test_path("fifo");
    cr_assert_eq(mkfifo(path, 0600), 0);
    struct weir_stop stop;
    cr_assert_eq(weir_stop_open(&stop, NULL), 0);
    weir_stop_set(&stop);
    char want[WEIR_ERR_TEXT_MAX];
    snprintf(want, sizeof want, "%.400s: abandoned, its reader does not read",
             path);
    recording_refused((struct weir_file_sink_config){.path = path,
                                                     .format = PCAP,
                                                     .abandon = &stop},
                      -ECANCELED, want);
    weir_stop_close(&stop);
}

/* A process that copies what comes from a descriptor to a file, slowly. */
static pid_t copy_slowly(int from, int writer, const char *path)
{
    pid_t pid = fork();
    cr_assert_geq(pid, 0);
    if (pid > 0)
        return pid;
    close(writer);
    int to = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    char bytes[1000];
    ssize_t n;
    while ((n = read(from, bytes, sizeof bytes)) > 0)
        if (write(to, bytes, (size_t)n) != n)
            _exit(1);
    _exit(n < 0);
}

/* Runs a sink on fd 1 while somebody reads the other end. */
static void through_stdout(int reader, int writer)
{
    pid_t copier = copy_slowly(reader, writer, test_path("copy"));
    close(reader);
    int kept = dup(STDOUT_FILENO);
    cr_assert_eq(dup2(writer, STDOUT_FILENO), STDOUT_FILENO);
    close(writer);
    struct weir_sink *sink = open_plain("-", NG);
    int flags = fcntl(STDOUT_FILENO, F_GETFL);
    cr_assert_eq(flags & O_NONBLOCK, 0, "others' descriptor stays as it is");
    recording_write(sink, NG, 0, 1000, 400);
    recording_end(sink);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    int status;
    cr_assert_eq(waitpid(copier, &status, 0), copier);
    cr_assert_eq(status, 0);
    struct test_file file;
    cr_assert(test_file_read(&file, test_path("copy")));
    recording_parsed(&file, 0, 1000);
    cr_assert_eq(file.trailers, 1);
    test_file_free(&file);
}

Test(outfile, standard_output_may_be_a_pipe)
{
    int fds[2];
    cr_assert_eq(pipe(fds), 0);
    through_stdout(fds[0], fds[1]);
}

Test(outfile, standard_output_may_be_a_socket)
{
    int fds[2];
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    through_stdout(fds[0], fds[1]);
}

/* A file that somebody opened, with something in it, for appending or not:
 * ours begins there, and only ours is cut. */
Test(outfile, standard_output_may_be_a_file)
{
    for (int append = 0; append < 2; append++) {
        int fd =
            open(test_path("out"),
                 O_RDWR | O_CREAT | O_TRUNC | (append ? O_APPEND : 0), 0600);
        cr_assert_geq(fd, 0);
        cr_assert_eq(write(fd, "before", 6), 6);
        /* As a shell's >> leaves it. */
        if (append)
            cr_assert_eq(lseek(fd, 0, SEEK_SET), 0);
        int kept = dup(STDOUT_FILENO);
        cr_assert_eq(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
        close(fd);
        limit_files(6 + 2000);
        struct weir_sink *sink = open_plain("-", PCAP);
        uint32_t total = write_until_full(sink, PCAP, -EFBIG);
        limit_files(RLIM_INFINITY);
        dup2(kept, STDOUT_FILENO);
        close(kept);
        cr_assert_str_eq(recording_err.text,
                         "standard output: write: File too large");
        sink->ops->finish(sink, NULL);
        sink->ops->close(sink);
        fd = open(test_path("out"), O_RDONLY);
        uint8_t *got = malloc(4000);
        ssize_t n = read(fd, got, 4000);
        close(fd);
        cr_assert_gt(n, 6);
        cr_assert_eq(memcmp(got, "before", 6), 0);
        memmove(got, got + 6, (size_t)n - 6);
        struct test_file file;
        test_file_parse(&file, got, (uint64_t)n - 6);
        recording_parsed(&file, 0, total);
        test_file_free(&file);
    }
}

Test(outfile, standard_output_that_is_the_input_is_refused)
{
    int fd = open(test_path("in"), O_RDWR | O_CREAT, 0600);
    struct stat st;
    cr_assert_eq(fstat(fd, &st), 0);
    int kept = dup(STDOUT_FILENO);
    dup2(fd, STDOUT_FILENO);
    close(fd);
    struct weir_sink *sink = NULL;
    struct weir_file_sink_config config = {
        .path = "-",
        .format = PCAP,
        .ifaces = recording_ifaces,
        .input = {.set = true, .dev = st.st_dev, .ino = st.st_ino},
    };
    int rc = weir_file_sink_open(&sink, &config, &recording_err);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    cr_assert_eq(rc, -EINVAL);
    cr_assert_str_eq(recording_err.text, "standard output: is the input file");
}
