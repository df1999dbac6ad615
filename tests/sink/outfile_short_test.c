#include "sink/outfile.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/pcapng_encode.h"
#include "ring/lease.h"
#include "tests/sink/fake_calls.h"
#include "tests/sink/recording.h"

/* Direct writes that end before their end, anywhere within a page. */

#define PAGE   WEIR_LEASE_ALIGN
#define FRAMES 40

static _Alignas(PAGE) uint8_t buf[4 * PAGE];
static uint8_t whole[4 * PAGE]; /* what is to be in the file */
static uint8_t found[4 * PAGE];

TestSuite(outfile_short, .init = recording_setup, .fini = recording_teardown);

static bool open_direct(struct weir_outfile *out)
{
    *out = (struct weir_outfile){.fd = -1};
    unlink(test_path("x"));
    cr_assert_eq(weir_outfile_open_new(out, test_path("x"), &recording_err), 0,
                 "%s", recording_err.text);
    if (weir_outfile_set_mode(out, WEIR_WRITE_DIRECT, true) ==
        WEIR_WRITE_DIRECT)
        return true;
    weir_outfile_remove(out);
    return false;
}

/* Blocks that begin and end within a page. */
static uint32_t make_run(uint8_t **run)
{
    uint32_t len = 0;
    *run = buf + 100;
    for (uint32_t i = 0; i < FRAMES; i++)
        len += weir_pcapng_encode_epb(*run + len, 0, i, 0, recording_data, 200,
                                      200);
    return len;
}

static uint32_t read_back(uint8_t *to)
{
    int fd = open(test_path("x"), O_RDONLY | O_CLOEXEC);
    cr_assert_geq(fd, 0);
    ssize_t n = read(fd, to, sizeof whole);
    cr_assert_geq(n, 0);
    close(fd);
    return (uint32_t)n;
}

static void write_run(struct weir_outfile *out, uint32_t expected)
{
    uint8_t *run;
    uint32_t written = 0;
    uint32_t len = make_run(&run);
    cr_assert_eq(
        weir_outfile_write_run(out, &run, len, &written, &recording_err), 0,
        "%s", recording_err.text);
    if (expected > 0)
        cr_assert_eq(written, expected);
}

/* The file of a run whose writes are not cut. */
static uint32_t make_whole(void)
{
    struct weir_outfile out;
    if (!open_direct(&out))
        cr_skip("no direct writes here");
    write_run(&out, 0);
    uint32_t bytes = read_back(whole);
    cr_assert_eq(bytes, 3 * PAGE);
    weir_outfile_remove(&out);
    return bytes;
}

static void same_as_whole(uint32_t bytes)
{
    cr_assert_eq(read_back(found), bytes);
    cr_assert_arr_eq(found, whole, bytes);
}

Test(outfile_short, the_rest_of_a_run_follows)
{
    uint32_t bytes = make_whole();
    for (uint32_t cut = 1; cut < bytes; cut += 509) {
        struct weir_outfile out;
        cr_assert(open_direct(&out));
        fake_calls = (struct fake_calls){.cuts = {cut}};
        write_run(&out, bytes);
        cr_assert_eq(out.bytes, bytes);
        same_as_whole(bytes);
        /* What comes next is as direct as before. */
        cr_assert_eq(out.mode, WEIR_WRITE_DIRECT);
        fake_calls = (struct fake_calls){0};
        write_run(&out, bytes);
        cr_assert_eq(fake_calls.direct, 1);
        cr_assert_eq(fake_calls.buffered, 0);
        cr_assert_eq(weir_outfile_close(&out, true, &recording_err), 0);
    }
}

Test(outfile_short, again_and_again)
{
    uint32_t bytes = make_whole();
    struct weir_outfile out;
    cr_assert(open_direct(&out));
    fake_calls = (struct fake_calls){.cuts = {PAGE, 1, PAGE - 1, 7}};
    write_run(&out, bytes);
    same_as_whole(bytes);
    weir_outfile_remove(&out);
}

Test(outfile_short, the_rest_of_other_writes_follows)
{
    uint32_t written;
    uint32_t bytes = make_whole();
    memcpy(buf, whole, bytes);
    struct weir_outfile out;
    cr_assert(open_direct(&out));
    fake_calls = (struct fake_calls){.cuts = {PAGE + 1, 3}};
    cr_assert_eq(weir_outfile_write(&out, buf, bytes, &written, &recording_err),
                 0, "%s", recording_err.text);
    cr_assert_eq(written, bytes);
    cr_assert_eq(out.mode, WEIR_WRITE_DIRECT);
    same_as_whole(bytes);
    weir_outfile_remove(&out);
}

/* Why it was short is what the next one says, and all before is there. */
Test(outfile_short, a_disk_without_room_is_told)
{
    uint8_t *run;
    uint32_t written = 0;
    make_whole();
    struct weir_outfile out;
    cr_assert(open_direct(&out));
    fake_calls = (struct fake_calls){.cuts = {PAGE + 9}, .full = ENOSPC};
    uint32_t len = make_run(&run);
    cr_assert_eq(
        weir_outfile_write_run(&out, &run, len, &written, &recording_err),
        -ENOSPC);
    cr_assert_eq(written, PAGE + 9);
    cr_assert(out.torn);
    same_as_whole(PAGE + 9);
    weir_outfile_remove(&out);
}
