#include "sink/series.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/check/check.h"
#include "tests/sink/recording.h"

/* The files of a recording one after another, through the sink that makes
 * them; where exactly they are cut is rotation_model_test's. */

#define NG WEIR_FORMAT_PCAPNG

TestSuite(series, .init = recording_setup, .fini = recording_teardown);

static void assert_report(const struct weir_sink *sink, uint64_t files,
                          const char *name)
{
    struct weir_file_sink_report report;
    weir_file_sink_report(sink, &report);
    cr_assert_eq(report.files, files);
    cr_assert_str_eq(report.path, test_path(name));
}

Test(series, a_ring_keeps_the_newest_and_only_removes_its_own)
{
    struct weir_sink *sink = recording_open((struct weir_file_sink_config){
        .path = test_path("r.pcap"),
        .format = WEIR_FORMAT_PCAP,
        .naming = WEIR_NAMING_NUMBER_TIME,
        .ring_files = 3,
        .limits = {.file_packets = 100},
    });
    recording_write(sink, WEIR_FORMAT_PCAP, 0, 250, 33);
    recording_only("r_00001_20231114221320.pcap r_00002_20231114221320.pcap "
                   "r_00003_20231114221320.pcap");
    /* Somebody puts another file where our first was. */
    cr_assert_eq(unlink(test_path("r_00001_20231114221320.pcap")), 0);
    recording_make_other("r_00001_20231114221320.pcap");
    recording_write(sink, WEIR_FORMAT_PCAP, 250, 1000, 33);
    assert_report(sink, 10, "r_00010_20231114221320.pcap");
    recording_end(sink);
    recording_only("r_00001_20231114221320.pcap r_00008_20231114221320.pcap "
                   "r_00009_20231114221320.pcap r_00010_20231114221320.pcap");
    recording_is_other("r_00001_20231114221320.pcap");
    recording_holds("r_00008_20231114221320.pcap", 700, 800);
    recording_holds("r_00010_20231114221320.pcap", 900, 1000);
}

/* tcpdump -C 1 -W 3: names from 0 that come again. */
Test(series, a_ring_of_names_reuses_its_own)
{
    recording_make_other("o.pcap1");
    struct weir_sink *sink = recording_open((struct weir_file_sink_config){
        .path = test_path("o.pcap"),
        .format = WEIR_FORMAT_PCAP,
        .naming = WEIR_NAMING_NUMBER,
        .naming_files = 3,
        .ring_files = 3,
        .limits = {.file_packets = 100},
    });
    recording_write(sink, WEIR_FORMAT_PCAP, 0, 500, 7);
    recording_end(sink);
    recording_only("o-1.pcap1 o.pcap0 o.pcap1 o.pcap2");
    recording_is_other("o.pcap1");
    recording_holds("o.pcap2", 200, 300);
    recording_holds("o.pcap0", 300, 400);
    recording_holds("o-1.pcap1", 400, 500);
}

/* tcpdump -G 1: a new file each second, after the frames' time; a name that
 * is always the same gets twins. */
Test(series, files_by_time_are_named_by_it)
{
    for (uint32_t i = 500; i < 1000; i++)
        recording_frames[i].time_ns += INT64_C(3000000000);
    struct weir_sink *sink = recording_open((struct weir_file_sink_config){
        .path = test_path("t-%S.pcap"),
        .format = WEIR_FORMAT_PCAP,
        .naming = WEIR_NAMING_STRFTIME,
        .limits = {.duration_ns = INT64_C(1000000000)},
    });
    recording_write(sink, WEIR_FORMAT_PCAP, 0, 1000, 999);
    recording_end(sink);
    recording_only("t-20.pcap t-23.pcap");
    recording_holds("t-20.pcap", 0, 500);
    recording_holds("t-23.pcap", 500, 1000);
    sink = recording_open((struct weir_file_sink_config){
        .path = test_path("same.pcap"),
        .format = WEIR_FORMAT_PCAP,
        .naming = WEIR_NAMING_STRFTIME_NUMBER,
        .limits = {.duration_ns = INT64_C(1000000000),
                   .duration_fixed = true,
                   .file_packets = 400},
    });
    recording_write(sink, WEIR_FORMAT_PCAP, 0, 1000, 10);
    recording_end(sink);
    recording_only("same-1.pcap same-1.pcap1 same.pcap same.pcap1 t-20.pcap "
                   "t-23.pcap");
    recording_holds("same.pcap", 0, 400);
    recording_holds("same.pcap1", 400, 500);
    recording_holds("same-1.pcap", 500, 900);
    recording_holds("same-1.pcap1", 900, 1000);
}

Test(series, the_last_file_ends_the_recording_behind_its_last_frame)
{
    struct weir_sink *sink = recording_open((struct weir_file_sink_config){
        .path = test_path("r.pcapng"),
        .format = NG,
        .naming = WEIR_NAMING_NUMBER_TIME,
        .limits = {.file_packets = 100, .stop_files = 2},
    });
    uint32_t taken = 0;
    cr_assert_eq(recording_try(sink, NG, 0, 1000, &taken), 0);
    cr_assert_eq(taken, 200);
    cr_assert(sink->done);
    cr_assert_str_eq(sink->stop_reason, "the last file is full");
    recording_end(sink);
    recording_only(
        "r_00001_20231114221320.pcapng r_00002_20231114221320.pcapng");
    struct test_file file;
    cr_assert(
        test_file_read(&file, test_path("r_00002_20231114221320.pcapng")));
    recording_parsed(&file, 100, 200);
    cr_assert_eq(file.usrdeliv, 200);
    test_file_free(&file);
}

Test(series, a_new_file_when_the_operator_asks)
{
    struct weir_sink *sink = recording_open((struct weir_file_sink_config){
        .path = test_path("o.pcap"), .format = WEIR_FORMAT_PCAP});
    recording_write(sink, WEIR_FORMAT_PCAP, 0, 100, 50);
    cr_assert_eq(sink->ops->rotate(sink, &recording_err), 0);
    recording_write(sink, WEIR_FORMAT_PCAP, 100, 200, 50);
    recording_only("o-1.pcap o.pcap");
    /* As logrotate does it. */
    cr_assert_eq(rename(test_path("o.pcap"), test_path("old")), 0);
    cr_assert_eq(sink->ops->rotate(sink, &recording_err), 0);
    recording_write(sink, WEIR_FORMAT_PCAP, 200, 300, 50);
    recording_end(sink);
    recording_only("o-1.pcap o.pcap old");
    recording_holds("old", 0, 100);
    recording_holds("o-1.pcap", 100, 200);
    recording_holds("o.pcap", 200, 300);
}

/* A live recording that ends its files by the clock. */
static struct weir_sink *open_live(struct weir_rotation_limits limits)
{
    return recording_open((struct weir_file_sink_config){
        .path = test_path("l.pcapng"),
        .format = NG,
        .live = true,
        .naming = WEIR_NAMING_NUMBER_TIME,
        .limits = limits,
    });
}

static int64_t tick(struct weir_sink *sink, int64_t now_ns)
{
    int64_t next_ns = 0;
    cr_assert_eq(sink->ops->tick(sink, now_ns, &next_ns, &recording_err), 0,
                 "%s", recording_err.text);
    return next_ns;
}

static uint64_t files(const struct weir_sink *sink)
{
    struct weir_file_sink_report report;
    weir_file_sink_report(sink, &report);
    return report.files;
}

#define MINUTE (60 * WEIR_NS_PER_S)

Test(series, an_idle_link_begins_files_by_the_clock)
{
    int64_t opened = weir_clock_real_ns();
    struct weir_sink *sink =
        open_live((struct weir_rotation_limits){.duration_ns = MINUTE});
    int64_t due = tick(sink, opened);
    int64_t grace = 300 * WEIR_NS_PER_MS;
    cr_assert_geq(due, opened + MINUTE + grace);
    cr_assert_leq(due, weir_clock_real_ns() + MINUTE + grace);
    cr_assert_eq(tick(sink, due - 1), due);
    cr_assert_eq(files(sink), 1);
    cr_assert_eq(tick(sink, due), due + MINUTE);
    cr_assert_eq(files(sink), 2);
    /* Called late, it leaves out what is over. */
    cr_assert_eq(tick(sink, due + 5 * MINUTE + 1), due + 6 * MINUTE);
    cr_assert_eq(files(sink), 3);
    /* A frame of the period that has begun stays in its file, the first one
     * of the next is in the next. */
    recording_frames[0].time_ns = due - grace + 6 * MINUTE - 1;
    recording_frames[1].time_ns = due - grace + 6 * MINUTE;
    recording_write(sink, NG, 0, 1, 1);
    cr_assert_eq(files(sink), 3);
    recording_write(sink, NG, 1, 2, 1);
    cr_assert_eq(files(sink), 4);
    cr_assert_eq(tick(sink, due + 5 * MINUTE + 2), due + 7 * MINUTE);
    recording_end(sink);
}

Test(series, an_idle_link_ends_with_its_last_file)
{
    struct weir_sink *sink = open_live((struct weir_rotation_limits){
        .duration_ns = WEIR_NS_PER_S, .stop_files = 2});
    int64_t due = tick(sink, 0);
    due = tick(sink, due);
    cr_assert_not(sink->done);
    cr_assert_eq(tick(sink, due), INT64_MAX);
    cr_assert(sink->done);
    cr_assert_eq(files(sink), 2);
    recording_end(sink);
}

Test(series, a_file_that_is_read_has_no_clock)
{
    struct weir_sink *sink = recording_open((struct weir_file_sink_config){
        .path = test_path("l.pcapng"),
        .format = NG,
        .naming = WEIR_NAMING_NUMBER_TIME,
        .limits = {.duration_ns = MINUTE},
    });
    recording_write(sink, NG, 0, 10, 10);
    cr_assert_eq(tick(sink, INT64_MAX), INT64_MAX);
    recording_end(sink);
    recording_only("l_00001_20231114221320.pcapng");
}

/* Each file ends in the counts of its own moment. */
Test(series, every_file_has_the_counts_so_far)
{
    struct weir_sink *sink =
        open_live((struct weir_rotation_limits){.file_packets = 100});
    sink->facts.has_kernel = true;
    for (uint32_t i = 0; i < 1000; i += 250) {
        sink->facts.all.kernel_dropped = i;
        recording_write(sink, NG, i, i + 250, 250);
    }
    recording_end(sink);
    static char names[16][256];
    cr_assert_eq(test_names(names, 16), 10);
    for (uint32_t i = 0; i < 10; i++) {
        struct test_file file;
        cr_assert(test_file_read(&file, test_path(names[i])));
        recording_parsed(&file, i * 100, i * 100 + 100);
        cr_assert_eq(file.trailers, 1);
        cr_assert_eq(file.usrdeliv, i * 100 + 100);
        cr_assert_eq(file.osdrop, (i * UINT64_C(100) + 99) / 250 * 250);
        test_file_free(&file);
    }
}

Test(series, the_next_file_is_prepared_where_nobody_sees_it)
{
    struct weir_sink *sink =
        open_live((struct weir_rotation_limits){.file_packets = 10});
    unsigned open = check_files_open();
    tick(sink, weir_clock_real_ns());
    if (check_files_open() == open)
        cr_skip("no files without a name here");
    cr_assert_eq(check_files_open(), open + 1);
    tick(sink, weir_clock_real_ns());
    cr_assert_eq(check_files_open(), open + 1, "one is enough");
    cr_assert_eq(files(sink), 1);
    char names[8][256];
    cr_assert_eq(test_names(names, 8), 1);
    recording_write(sink, NG, 0, 10, 10);
    recording_write(sink, NG, 10, 15, 5);
    cr_assert_eq(test_names(names, 8), 2);
    cr_assert_eq(check_files_open(), open, "it is the file now");
    recording_holds(names[0], 0, 10);
    recording_end(sink);
    recording_holds(names[1], 10, 15);
    cr_assert_eq(test_names(names, 8), 2, "a spare has no name");
}

/* Nine frames in ten come alone, a millisecond apart. */
Test(series, a_quiet_link_fills_no_disk_with_padding)
{
    struct weir_sink *sink = open_live((struct weir_rotation_limits){0});
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < 900; i++) {
        recording_write(sink, NG, i, i + 1, 1);
        bytes += 32 + (recording_frames[i].caplen + 3) / 4 * 4;
    }
    recording_write(sink, NG, 900, 1000, 100);
    struct weir_file_sink_report report;
    weir_file_sink_report(sink, &report);
    cr_assert_leq(report.bytes, bytes + UINT64_C(45384));
    recording_end(sink);
    char names[8][256];
    cr_assert_eq(test_names(names, 8), 1);
    recording_holds(names[0], 0, 1000);
}
