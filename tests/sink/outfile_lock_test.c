#include "sink/outfile.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/sink/fake_calls.h"
#include "tests/sink/recording.h"

/* A file that is being written is nobody else's to replace. */

#define PCAP WEIR_FORMAT_PCAP

TestSuite(outfile_lock, .init = recording_setup, .fini = recording_teardown);

static const struct weir_file_sink_config *plain(const char *name)
{
    static struct weir_file_sink_config config;
    config =
        (struct weir_file_sink_config){.path = test_path(name), .format = PCAP};
    return &config;
}

/* Two files at most, then one more for each ten frames. */
static struct weir_sink *open_series(const char *name)
{
    return recording_open((struct weir_file_sink_config){
        .path = test_path(name),
        .format = PCAP,
        .naming = WEIR_NAMING_NUMBER,
        .limits = {.file_packets = 10},
    });
}

static void is_busy(const char *name)
{
    char want[WEIR_ERR_TEXT_MAX];
    snprintf(want, sizeof want, "%.400s: another recording is writing it",
             test_path(name));
    recording_refused(*plain(name), -EBUSY, want);
}

Test(outfile_lock, a_second_recording_is_refused)
{
    struct weir_sink *sink = recording_open(*plain("x"));
    recording_write(sink, PCAP, 0, 10, 10);
    is_busy("x");
    recording_write(sink, PCAP, 10, 20, 10);
    recording_end(sink);
    recording_holds("x", 0, 20);
    /* Then it is there to be replaced. */
    sink = recording_open(*plain("x"));
    recording_write(sink, PCAP, 5, 10, 5);
    recording_end(sink);
    recording_holds("x", 5, 10);
    recording_only("x");
}

Test(outfile_lock, by_whatever_name)
{
    struct weir_sink *sink = recording_open(*plain("x"));
    cr_assert_eq(symlink("x", test_path("link")), 0);
    is_busy("link");
    cr_assert_eq(link(test_path("x"), test_path("hard")), 0);
    is_busy("hard");
    recording_end(sink);
    recording_only("hard link x");
}

/* Each of them while it is being written: the first has got its name at once,
 * and later ones behind their heads. */
Test(outfile_lock, files_of_a_series_are_its_own)
{
    struct weir_sink *sink = open_series("s");
    recording_write(sink, PCAP, 0, 5, 5);
    is_busy("s");
    recording_write(sink, PCAP, 5, 15, 10);
    is_busy("s1");
    /* The first is over. */
    struct weir_sink *other = recording_open(*plain("s"));
    recording_end(other);
    int64_t next_ns;
    cr_assert_eq(sink->ops->tick(sink, RECORDING_BEGIN, &next_ns, NULL), 0);
    recording_write(sink, PCAP, 15, 25, 10);
    is_busy("s2");
    recording_end(sink);
    recording_holds("s1", 10, 20);
    recording_holds("s2", 20, 25);
    recording_only("s s1 s2");
}

Test(outfile_lock, devices_and_pipes_have_many_writers)
{
    struct weir_file_sink_config config = {.path = "/dev/null", .format = PCAP};
    struct weir_sink *a = recording_open(config);
    struct weir_sink *b = recording_open(config);
    recording_end(a);
    recording_end(b);
    cr_assert_eq(mkfifo(test_path("fifo"), 0600), 0);
    int reader = open(test_path("fifo"), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    cr_assert_geq(reader, 0);
    a = recording_open(*plain("fifo"));
    b = recording_open(*plain("fifo"));
    recording_end(a);
    recording_end(b);
    close(reader);
}

/* Who reads takes no lock, or a shared one. */
Test(outfile_lock, readers_hold_up_nothing)
{
    struct weir_sink *sink = recording_open(*plain("x"));
    recording_write(sink, PCAP, 0, 10, 10);
    recording_holds("x", 0, 10);
    recording_end(sink);
    int fd = open(test_path("x"), O_RDONLY | O_CLOEXEC);
    cr_assert_geq(fd, 0);
    sink = recording_open(*plain("x"));
    recording_end(sink);
    close(fd);
}

Test(outfile_lock, a_file_system_without_locks_is_written_to)
{
    static const int codes[] = {ENOLCK, EOPNOTSUPP, ENOSYS, EBADF, EINVAL};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        fake_calls = (struct fake_calls){.lock = codes[i]};
        struct weir_sink *sink = recording_open(*plain("x"));
        recording_write(sink, PCAP, 0, 10, 10);
        recording_end(sink);
        recording_holds("x", 0, 10);
        cr_assert_gt(fake_calls.refused, 0);
    }
}

/* Between our making a file and our locking it another recording has found
 * it, to replace it. */
Test(outfile_lock, a_file_lost_at_once_is_somebody_elses)
{
    fake_calls = (struct fake_calls){.next_lock = EWOULDBLOCK};
    is_busy("x");
    recording_only("x");
    fake_calls = (struct fake_calls){.unnamed = EOPNOTSUPP};
    struct weir_sink *sink = open_series("s");
    fake_calls.next_lock = EWOULDBLOCK;
    recording_write(sink, PCAP, 0, 15, 15);
    recording_end(sink);
    recording_only("s s1 s1-1 x");
}

Test(outfile_lock, what_cannot_be_opened_is_replaced_as_ever)
{
    if (geteuid() == 0)
        cr_skip("root opens all files");
    FILE *f = fopen(test_path("x"), "w");
    cr_assert_not_null(f);
    fclose(f);
    cr_assert_eq(chmod(test_path("x"), 0), 0);
    recording_end(recording_open(*plain("x")));
    recording_holds("x", 0, 0);
}
