#include "sink/live_line.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const struct weir_live none;

static struct weir_live some(void)
{
    return (struct weir_live){
        .elapsed_ns = INT64_C(12000000000),
        .frames = 14882107,
        .bytes = UINT64_C(7441053500),
        .written_bytes = UINT64_C(7679167200),
        .file = "/var/lib/eth0_00001_20261122040000.pcapng",
        .has_kernel = true,
    };
}

static void expect(const struct weir_live *now, const struct weir_live *before,
                   uint32_t columns, const char *expected)
{
    char out[WEIR_LIVE_LINE_MAX];
    size_t len = weir_live_format(out, now, before, columns);
    cr_assert_str_eq(out, expected);
    cr_assert_eq(len, strlen(out));
}

Test(live_line, tells_all_where_there_is_room)
{
    struct weir_live now = some();
    struct weir_live before = now;
    before.elapsed_ns -= INT64_C(1000000000);
    before.frames -= 1240000;
    before.bytes -= 74400000;
    now.dropped = 1234;
    before.dropped = 1200;
    now.excluded = 50;
    now.malformed = 5;
    now.lost = 1;
    expect(&now, &before, 0,
           "0:00:12  14,882,107 frames  1.24 Mpps   595 Mbit/s  "
           "1,234 dropped (+34)  1 LOST  50 excluded  5 malformed  "
           "wrote 7.68 GB  ..._00001_20261122040000.pcapng");
}

Test(live_line, a_replay_tells_what_is_left)
{
    struct weir_live now = {
        .elapsed_ns = INT64_C(3000000000),
        .frames = 2474,
        .bytes = 247400,
        .unsent = 12,
        .frames_all = 17573,
        .left_ns = INT64_C(18900000000),
    };
    expect(&now, &none, 0,
           "0:00:03  2,474 of 17,573 frames    825 pps   660 kbit/s  "
           "12 not sent  0:00:18 left");
    expect(&now, &none, 70,
           "0:00:03  2,474 of 17,573 frames    825 pps  12 not sent  "
           "0:00:18 left");
    expect(&now, &none, 50, "0:00:03  2,474 of 17,573 frames  12 not sent");
}

Test(live_line, what_matters_least_goes_first)
{
    struct weir_live now = some();
    now.malformed = 5;
    expect(&now, &none, 79,
           "0:00:12  14,882,107 frames  1.24 Mpps  4.96 Gbit/s  0 dropped  "
           "wrote 7.68 GB");
    expect(&now, &none, 64,
           "0:00:12  14,882,107 frames  1.24 Mpps  4.96 Gbit/s  0 dropped");
    expect(&now, &none, 60, "0:00:12  14,882,107 frames  1.24 Mpps  0 dropped");
    expect(&now, &none, 40, "0:00:12  14,882,107 frames  0 dropped");
    expect(&now, &none, 30, "0:00:12  14,882,107 frames");
    expect(&now, &none, 1, "0:00:12");
}

Test(live_line, a_file_source_drops_nothing_and_may_write_nothing)
{
    struct weir_live now = {.elapsed_ns = INT64_C(1500000000), .frames = 1};
    expect(&now, &none, 0, "0:00:01  1 frame   0.67 pps      0 bit/s");
}

Test(live_line, no_time_and_steps_back_are_no_rate)
{
    struct weir_live now = {.frames = 5};
    struct weir_live before = {.frames = 9, .dropped = 7};
    now.has_kernel = true;
    expect(&now, &before, 0,
           "0:00:00  5 frames      0 pps      0 bit/s  0 dropped");
}

Test(live_line, a_hostile_name_does_not_reach_the_terminal)
{
    struct weir_live now = {.file = "\033[2J\r\xff.pcap"};
    char out[WEIR_LIVE_LINE_MAX];
    weir_live_format(out, &now, &none, 0);
    cr_assert_not_null(strstr(out, "  ?[2J??.pcap"));
    for (const char *c = out; *c != '\0'; c++)
        cr_assert(*c >= 0x20 && *c < 0x7f);
}

Test(live_line, a_long_name_is_cut_between_characters)
{
    /* 29 bytes: the cut falls into the first character. */
    struct weir_live now = {.file = "\xc3\xa9"
                                    "5678901234567890123456.pcap"};
    char out[WEIR_LIVE_LINE_MAX];
    weir_live_format(out, &now, &none, 0);
    cr_assert_not_null(strstr(out, "  ...5678901234567890123456.pcap"), "%s",
                       out);
    cr_assert_null(strchr(out, '?'));
}

Test(live_line, numbers_of_64_bits_fit)
{
    struct weir_live now;
    memset(&now, 0xff, sizeof now);
    now.elapsed_ns = now.left_ns = INT64_MAX;
    now.has_kernel = true;
    now.file = "a_name_that_is_longer_than_what_is_shown_of_it.pcapng";
    char out[WEIR_LIVE_LINE_MAX];
    cr_assert_lt(weir_live_format(out, &now, &none, 0), sizeof out);
    for (uint32_t columns = 13; columns < 250; columns++)
        cr_assert_leq(weir_live_format(out, &now, &none, columns), columns);
}

static size_t take(int fd, char *out, size_t size)
{
    ssize_t n = read(fd, out, size - 1);
    out[n < 0 ? 0 : n] = '\0';
    return n < 0 ? 0 : (size_t)n;
}

Test(live_line, elsewhere_each_interval_is_a_line)
{
    int ends[2];
    char out[1024];
    struct weir_live_line line;
    struct weir_live now = {.elapsed_ns = INT64_C(1000000000), .frames = 10};
    cr_assert_eq(pipe(ends), 0);
    weir_live_line_open(&line, ends[1]);
    cr_assert(weir_live_line_show(&line, &now));
    now.elapsed_ns += INT64_C(1000000000);
    now.frames += 20;
    cr_assert(weir_live_line_show(&line, &now));
    weir_live_line_clear(&line);
    weir_live_line_close(&line);
    take(ends[0], out, sizeof out);
    cr_assert_str_eq(out, "0:00:01  10 frames     10 pps      0 bit/s\n"
                          "0:00:02  30 frames     20 pps      0 bit/s\n");
    /* The caller's fd is as it was: open, and blocking. */
    cr_assert_eq(fcntl(ends[1], F_GETFL) & O_NONBLOCK, 0);
    close(ends[0]);
    close(ends[1]);
}

Test(live_line, a_file_is_appended_to)
{
    char name[] = "/tmp/weir_live_XXXXXX";
    char out[256];
    struct weir_live_line line;
    struct weir_live now = {.frames = 3};
    int fd = mkstemp(name);
    cr_assert_geq(fd, 0);
    unlink(name);
    cr_assert_eq(write(fd, "before\n", 7), 7);
    weir_live_line_open(&line, fd);
    cr_assert(weir_live_line_show(&line, &now));
    weir_live_line_close(&line);
    cr_assert_eq(write(fd, "behind\n", 7), 7);
    ssize_t n = pread(fd, out, sizeof out - 1, 0);
    cr_assert_gt(n, 0);
    out[n] = '\0';
    cr_assert_str_eq(out, "before\n"
                          "0:00:00  3 frames      0 pps      0 bit/s\n"
                          "behind\n");
    close(fd);
}

static void open_terminal(int *outer, int *inner, unsigned short columns)
{
    struct winsize size = {.ws_row = 24, .ws_col = columns};
    cr_assert_eq(openpty(outer, inner, NULL, NULL, &size), 0);
    setenv("TERM", "xterm", 1);
}

Test(live_line, a_terminal_has_one_line_that_changes)
{
    int outer;
    int inner;
    char out[1024];
    struct weir_live_line line;
    struct weir_live now = some();
    open_terminal(&outer, &inner, 40);
    weir_live_line_open(&line, inner);
    cr_assert(weir_live_line_show(&line, &now));
    take(outer, out, sizeof out);
    cr_assert_str_eq(out, "\r0:00:12  14,882,107 frames  0 dropped\033[K");
    weir_live_line_clear(&line);
    take(outer, out, sizeof out);
    cr_assert_str_eq(out, "\r\033[K");
    /* A terminal that has become wider, and one that leaves its line. */
    struct winsize wide = {.ws_row = 24, .ws_col = 80};
    ioctl(outer, TIOCSWINSZ, &wide);
    weir_live_line_show(&line, &now);
    weir_live_line_close(&line);
    take(outer, out, sizeof out);
    cr_assert_not_null(strstr(out, "pps"));
    cr_assert_not_null(strchr(out, '\n'));
    close(inner);
    close(outer);
}

Test(live_line, a_dumb_terminal_gets_lines)
{
    int outer;
    int inner;
    struct weir_live_line line;
    open_terminal(&outer, &inner, 40);
    setenv("TERM", "dumb", 1);
    weir_live_line_open(&line, inner);
    cr_assert_not(line.terminal);
    weir_live_line_close(&line);
    close(inner);
    close(outer);
}

/* If it waited, the test would never end. */
static void fill_up(int fd)
{
    struct weir_live_line line;
    struct weir_live now = some();
    bool taken = true;
    weir_live_line_open(&line, fd);
    for (unsigned i = 0; i < 100000 && taken; i++)
        taken = weir_live_line_show(&line, &now);
    cr_assert_not(taken);
    weir_live_line_close(&line);
}

Test(live_line, never_waits_for_a_terminal_that_nobody_reads)
{
    int outer;
    int inner;
    open_terminal(&outer, &inner, 80);
    fill_up(inner);
    tcflow(inner, TCOON);
    close(outer);
    close(inner);
}

Test(live_line, never_waits_for_a_pipe_that_nobody_reads)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    fill_up(ends[1]);
    close(ends[0]);
    close(ends[1]);
}
