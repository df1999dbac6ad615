#include "sink/outfile.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/sink/recording.h"

#define NG WEIR_FORMAT_PCAPNG

TestSuite(outfile_write, .init = recording_setup, .fini = recording_teardown);

static void open_new(struct weir_outfile *out, const char *path)
{
    *out = (struct weir_outfile){.fd = -1};
    cr_assert_eq(weir_outfile_open_new(out, path, &recording_err), 0, "%s",
                 recording_err.text);
}

Test(outfile_write, what_leaves_the_cache_is_in_the_file)
{
    struct weir_outfile out;
    open_new(&out, test_path("x"));
    weir_outfile_set_mode(&out, WEIR_WRITE_DONTCACHE, true);
    cr_assert_eq(out.mode, WEIR_WRITE_DONTCACHE);
    uint32_t written = 0;
    for (unsigned i = 0; i < 3; i++) {
        cr_assert_eq(weir_outfile_write(&out, (const uint8_t *)"abcde", 5,
                                        &written, &recording_err),
                     0);
        cr_assert_eq(written, 5);
    }
    /* Or the kernel does not know it, and it was said once. */
    cr_assert(out.mode == WEIR_WRITE_DONTCACHE ||
              out.mode == WEIR_WRITE_CACHED);
    weir_outfile_cut(&out, 12);
    cr_assert_eq(weir_outfile_close(&out, true, &recording_err), 0);
    char text[32] = "";
    FILE *f = fopen(test_path("x"), "r");
    cr_assert_not_null(f);
    cr_assert_not_null(fgets(text, sizeof text, f));
    cr_assert_str_eq(text, "abcdeabcdeab");
    fclose(f);
}

Test(outfile_write, memory_is_no_disk)
{
    struct weir_outfile out;
    char path[64];
    snprintf(path, sizeof path, "/dev/shm/weir-outfile-%d", (int)getpid());
    out = (struct weir_outfile){.fd = -1};
    if (weir_outfile_open_new(&out, path, &recording_err) != 0)
        cr_skip("no /dev/shm here");
    unlink(path);
    if (weir_outfile_set_mode(&out, WEIR_WRITE_DONTCACHE, false) ==
        WEIR_WRITE_DONTCACHE)
        cr_skip("/dev/shm is a disk here");
    cr_assert_eq(weir_outfile_set_mode(&out, WEIR_WRITE_DIRECT, false),
                 WEIR_WRITE_CACHED);
    weir_outfile_close(&out, false, NULL);
}

Test(outfile_write, a_pipe_has_one_way)
{
    struct weir_outfile out = {.fd = -1};
    cr_assert_eq(
        weir_outfile_open_named(&out, "/dev/null", NULL, &recording_err), 0);
    cr_assert_eq(weir_outfile_set_mode(&out, WEIR_WRITE_DIRECT, true),
                 WEIR_WRITE_CACHED);
    weir_outfile_close(&out, false, NULL);
}

Test(outfile_write, room_that_was_taken_ahead_goes_back)
{
    struct weir_sink *sink = recording_open((struct weir_file_sink_config){
        .path = test_path("x"), .format = NG, .live = true});
    struct weir_file_sink_report report;
    weir_file_sink_report(sink, &report);
    if (strcmp(report.mode, "direct") != 0) {
        recording_end(sink);
        cr_skip("no direct writes here");
    }
    recording_write(sink, NG, 0, 1000, 1000);
    struct stat open, closed;
    cr_assert_eq(stat(test_path("x"), &open), 0);
    recording_end(sink);
    cr_assert_eq(stat(test_path("x"), &closed), 0);
    /* st_blocks are of 512 bytes; the size never showed the room. */
    cr_assert_leq(open.st_size, closed.st_size);
    cr_assert_leq(closed.st_blocks * 512, closed.st_size + 65536);
    cr_assert_gt(open.st_blocks, closed.st_blocks, "nothing taken ahead");
}
