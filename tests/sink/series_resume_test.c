#include "sink/series.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/sink/recording.h"

/* A ring of names (tcpdump -C -W) that an earlier recording has left. */

#define PCAP WEIR_FORMAT_PCAP

TestSuite(series_resume, .init = recording_setup, .fini = recording_teardown);

static const struct weir_file_sink_config *ring_of(uint32_t files)
{
    static struct weir_file_sink_config config;
    config = (struct weir_file_sink_config){
        .path = test_path("x"),
        .format = PCAP,
        .live = true,
        .naming = WEIR_NAMING_NUMBER,
        .naming_files = files,
        .ring_files = files,
        .limits = {.file_packets = 100},
    };
    return &config;
}

/* A recording of the frames [from, to), in files of 100. */
static void record(uint32_t files, uint32_t from, uint32_t to)
{
    struct weir_sink *sink = recording_open(*ring_of(files));
    recording_write(sink, PCAP, from, to, 30);
    recording_end(sink);
}

/* It was last written so many seconds after the recording's begin. */
static void set_age(const char *name, int64_t seconds)
{
    struct timespec times[2];
    times[0] = times[1] = (struct timespec){.tv_sec = 1700000000 + seconds};
    cr_assert_eq(utimensat(AT_FDCWD, test_path(name), times, 0), 0);
}

static void put(const char *name, const char *text)
{
    FILE *file = fopen(test_path(name), "w");
    cr_assert_not_null(file);
    fputs(text, file);
    cr_assert_eq(fclose(file), 0);
}

Test(series_resume, a_ring_that_is_not_full_is_filled)
{
    record(4, 0, 250);
    recording_only("x0 x1 x2");
    record(4, 300, 450);
    recording_only("x0 x1 x2 x3");
    recording_holds("x1", 100, 200);
    recording_holds("x2", 200, 250);
    recording_holds("x3", 300, 400);
    recording_holds("x0", 400, 450);
}

Test(series_resume, of_a_full_one_the_oldest_file_goes_first)
{
    record(3, 0, 300);
    set_age("x0", 4);
    set_age("x1", 2);
    set_age("x2", 3);
    record(3, 500, 650);
    recording_only("x0 x1 x2");
    recording_holds("x0", 0, 100);
    recording_holds("x1", 500, 600);
    recording_holds("x2", 600, 650);
    /* And that is where the next one begins. */
    set_age("x0", 4);
    set_age("x1", 5);
    set_age("x2", 6);
    record(3, 700, 1000);
    recording_only("x0 x1 x2");
    recording_holds("x0", 700, 800);
    recording_holds("x2", 900, 1000);
}

/* The recording that was killed had removed the oldest, or had not got to
 * write anything. */
Test(series_resume, a_gap_is_where_it_ended)
{
    record(3, 0, 300);
    cr_assert_eq(unlink(test_path("x1")), 0);
    put("x2", "");
    record(3, 400, 650);
    recording_only("x0 x1 x2");
    recording_holds("x1", 400, 500);
    recording_holds("x2", 500, 600);
    recording_holds("x0", 600, 650);
}

/* Nobody's recording is not removed, whatever its name. */
Test(series_resume, only_captures_are_of_the_ring)
{
    record(4, 0, 100);
    put("x1", "notes");
    cr_assert_eq(mkdir(test_path("x3"), 0700), 0);
    record(4, 200, 600);
    recording_only("x0 x1 x1-1 x2 x3 x3-1");
    recording_holds("x3-1", 300, 400);
    recording_holds("x0", 400, 500);
    recording_holds("x1-1", 500, 600);
}

static void is_refused(const char *name, uint32_t files)
{
    char want[WEIR_ERR_TEXT_MAX];
    snprintf(want, sizeof want, "%.400s: another recording is writing it",
             test_path(name));
    recording_refused(*ring_of(files), -EBUSY, want);
}

Test(series_resume, a_ring_has_one_recording)
{
    struct weir_sink *sink = recording_open(*ring_of(4));
    is_refused("x0", 4);
    recording_write(sink, PCAP, 0, 350, 10);
    is_refused("x3", 4);
    recording_write(sink, PCAP, 350, 450, 10);
    recording_end(sink);
    recording_only("x0 x1 x2 x3");
    recording_holds("x0", 400, 450);
    recording_holds("x1", 100, 200);
}

Test(series_resume, gaps_are_filled_in_turn)
{
    record(5, 0, 500);
    cr_assert_eq(unlink(test_path("x1")), 0);
    cr_assert_eq(unlink(test_path("x3")), 0);
    record(5, 500, 1000);
    recording_only("x0 x1 x2 x3 x4");
    recording_holds("x1", 500, 600);
    recording_holds("x2", 600, 700);
    recording_holds("x0", 900, 1000);
}

/* A file that changed since is somebody's. */
Test(series_resume, what_is_changed_later_is_left_alone)
{
    record(3, 0, 300);
    set_age("x0", 1);
    set_age("x1", 2);
    set_age("x2", 3);
    struct weir_sink *sink = recording_open(*ring_of(3));
    put("x1", "notes");
    recording_write(sink, PCAP, 300, 450, 10);
    recording_end(sink);
    recording_only("x0 x1 x1-1 x2");
    recording_holds("x0", 300, 400);
    recording_holds("x2", 200, 300);
}

/* What is made of a file goes on with nothing. */
Test(series_resume, files_made_of_a_file_are_beside_the_old_ones)
{
    record(3, 0, 150);
    struct weir_file_sink_config config = *ring_of(3);
    config.live = false;
    struct weir_sink *sink = recording_open(config);
    recording_write(sink, PCAP, 0, 150, 10);
    recording_end(sink);
    recording_only("x0 x0-1 x1 x1-1");
}
