#include "sink/series.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/sink/fake_calls.h"
#include "tests/sink/recording.h"

/* The files of a recording where the file system or the kernel can do less. */

#define NAMES                                                                  \
    "f_00001_20231114221320.pcapng f_00002_20231114221320.pcapng "             \
    "f_00003_20231114221320.pcapng f_00004_20231114221320.pcapng"

TestSuite(series_fallback, .init = recording_setup, .fini = recording_teardown);

/* Four files. */
static struct weir_sink *write_files(void)
{
    struct weir_sink *sink = recording_open((struct weir_file_sink_config){
        .path = test_path("f.pcapng"),
        .format = WEIR_FORMAT_PCAPNG,
        .naming = WEIR_NAMING_NUMBER_TIME,
        .limits = {.file_packets = 300},
    });
    recording_write(sink, WEIR_FORMAT_PCAPNG, 0, 1000, 77);
    return sink;
}

/* Returns how many bytes their sink says that they have. */
static uint64_t record_files(void)
{
    struct weir_file_sink_report report;
    struct weir_sink *sink = write_files();
    cr_assert_eq(sink->ops->finish(sink, &recording_err), 0, "%s",
                 recording_err.text);
    weir_file_sink_report(sink, &report);
    sink->ops->close(sink);
    cr_assert_eq(report.files, 4);
    return report.bytes;
}

/* All that is there is four whole files with all frames, each made once;
 * returns their bytes. */
static uint64_t assert_files_hold(void)
{
    static char names[TEST_NAMES_MAX][256];
    uint64_t found = 0;
    recording_only(NAMES);
    cr_assert_eq(test_names(names, TEST_NAMES_MAX), 4);
    for (uint32_t i = 0; i < 4; i++) {
        struct stat st;
        cr_assert_eq(stat(test_path(names[i]), &st), 0);
        cr_assert_eq(st.st_mode & 0777, 0600);
        found += (uint64_t)st.st_size;
        recording_holds(names[i], i * 300, i < 3 ? (i + 1) * 300 : 1000);
    }
    return found;
}

static void record_whole_files(void)
{
    uint64_t bytes = record_files();
    cr_assert_eq(assert_files_hold(), bytes);
}

Test(series_fallback, files_have_a_name_at_once_where_all_must)
{
    fake_calls = (struct fake_calls){.unnamed = EOPNOTSUPP};
    record_whole_files();
    cr_assert_eq(fake_calls.refused, 4);
}

Test(series_fallback, files_that_get_no_name_are_made_with_one)
{
    /* Without /proc, and on another file system by that name. */
    static const int codes[] = {ENOENT, EXDEV};
    for (size_t i = 0; i < 2; i++) {
        fake_calls = (struct fake_calls){.link = codes[i]};
        record_whole_files();
        cr_assert_eq(fake_calls.refused, 4);
        test_dir_remove();
    }
}

/* What the others are to come to. */
Test(series_fallback, with_names_they_are_the_same)
{
    record_whole_files();
}

/* Two files of a recording that is to leave the page cache behind it; returns
 * how they were written, as its sink says. */
static const char *record_uncached(void)
{
    const struct weir_file_sink_config config = {
        .path = test_path("c.pcap"),
        .format = WEIR_FORMAT_PCAP,
        .live = true,
        .naming = WEIR_NAMING_NUMBER,
        .limits = {.file_packets = 500},
    };
    if (strcmp(weir_file_sink_mode(&config), "dontcache") != 0)
        cr_skip("no disk here");
    struct weir_file_sink_report report;
    struct weir_sink *sink = recording_open(config);
    recording_write(sink, WEIR_FORMAT_PCAP, 0, 1000, 100);
    cr_assert_eq(sink->ops->finish(sink, &recording_err), 0);
    weir_file_sink_report(sink, &report);
    sink->ops->close(sink);
    recording_holds("c.pcap", 0, 500);
    recording_holds("c.pcap1", 500, 1000);
    return report.mode;
}

Test(series_fallback, what_leaves_the_cache_says_so)
{
    fake_calls = (struct fake_calls){0};
    cr_assert_str_eq(record_uncached(), "dontcache");
    /* Of each file a head and five chunks. */
    cr_assert_eq(fake_calls.uncached_asked, 12);
}

/* Linux before 6.14; and a file system that does not know it. */
Test(series_fallback, a_kernel_that_cannot_leave_the_cache_is_asked_once)
{
    static const int codes[] = {EOPNOTSUPP, EINVAL};
    for (size_t i = 0; i < 2; i++) {
        fake_calls = (struct fake_calls){.uncached = codes[i]};
        cr_assert_str_eq(record_uncached(), "cached");
        cr_assert_eq(fake_calls.uncached_asked, 2, "once for each file");
        test_dir_remove();
    }
}

/* A rotation waits for no disk; the end does, and says what it says. */
Test(series_fallback, the_last_file_is_on_the_disk_in_the_end)
{
    struct weir_sink *sink = write_files();
    cr_assert_eq(fake_calls.synced, 0);
    recording_end(sink);
    cr_assert_eq(fake_calls.synced, 1);
    test_dir_remove();
    fake_calls = (struct fake_calls){.sync = EIO};
    sink = write_files();
    cr_assert_eq(sink->ops->finish(sink, &recording_err), -EIO);
    cr_assert_not_null(strstr(recording_err.text,
                              "/f_00004_20231114221320.pcapng: fsync: Input"));
    sink->ops->close(sink);
    assert_files_hold();
}
