/* The command as a user meets it: its output, its complaints, its status. */

#include <criterion/criterion.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/pcap.h"
#include "tests/cli/command.h"
#include "tests/cli/frames.h"

static bool starts_with(const char *text, const char *begin)
{
    return strncmp(text, begin, strlen(begin)) == 0;
}

static bool write_frame(FILE *file, const struct test_frame *test)
{
    const uint32_t header[] = {1700000000, 123456789, test->caplen, test->len};
    uint8_t *data = test_frame_bytes(test, test->caplen);
    bool good = fwrite(header, sizeof header, 1, file) == 1 &&
                fwrite(data, 1, test->caplen, file) == test->caplen;
    free(data);
    return good;
}

/* Every Ethernet frame of the table, `times` over; cut bytes short. */
static uint32_t write_capture(const char *name, int times, long cut)
{
    static const uint32_t header[] = {
        WEIR_PCAP_MAGIC_NS, 4U << 16 | 2, 0, 0, WEIR_SNAPLEN_MAX, 1};
    const char *path = command_path(name);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file, "%s", path);
    bool good = fwrite(header, sizeof header, 1, file) == 1;
    uint32_t frames = 0;
    for (; times > 0; times--) {
        const struct test_frame *test;
        for (size_t i = 0; (test = test_frame_at(i)) != NULL; i++) {
            if (test->linktype != 1)
                continue;
            good = good && write_frame(file, test);
            frames++;
        }
    }
    long size = ftell(file);
    good = fclose(file) == 0 && good && truncate(path, size - cut) == 0;
    cr_assert(good, "%s", path);
    return frames;
}

Test(read, a_line_for_every_frame)
{
    int frames = (int)write_capture("all.pcap", 1, 0);
    const struct command_result *r = command_run("weir read -n -r all.pcap");
    cr_expect_eq(r->status, 0);
    cr_expect_str_eq(r->err, "");
    cr_expect_eq(command_lines(r->out), frames);
    cr_expect(starts_with(r->out,
                          "22:13:20.123456 IP 10.0.0.1.53 > 10.0.0.2.1234: "
                          "UDP, length 12\n"),
              "%s", r->out);
}

Test(read, json_counts_the_frames_of_the_file)
{
    write_capture("json.pcap", 1, 0);
    const struct command_result *r =
        command_run("weir read --json -c 2 -r json.pcap tcp dst port 80");
    cr_expect_eq(r->status, 0);
    cr_expect_eq(command_lines(r->out), 2);
    cr_expect(starts_with(r->out,
                          "{\"number\":2,\"time\":\"1700000000.123456789\","
                          "\"len\":74,\"caplen\":74,\"layers\":[{\"name\":"
                          "\"eth\","),
              "%s", r->out);
    cr_expect_not_null(strstr(r->out, "\n{\"number\":4,"), "%s", r->out);
}

Test(read, standard_input_and_an_end_of_options)
{
    write_capture("stdin.pcap", 1, 0);
    const struct command_result *r =
        command_run("cat stdin.pcap | weir read -r - -- 'udp port 1234'");
    cr_expect_eq(r->status, 0);
    cr_expect(starts_with(r->out, "22:13:20.123456 IP 10.0.0.1.53 >"), "%s",
              r->out);
    r = command_run("cat stdin.pcap | weir read -r - -c 3 tcp");
    cr_expect_eq(r->status, 0);
    cr_expect_eq(command_lines(r->out), 3);
}

Test(read, a_file_cut_short_gives_its_whole_frames)
{
    int frames = (int)write_capture("cut.pcap", 1, 1);
    const struct command_result *r = command_run("weir read -r cut.pcap");
    cr_expect_eq(r->status, 1);
    cr_expect_eq(command_lines(r->out), frames - 1);
    cr_expect_eq(command_lines(r->err), 1, "%s", r->err);
    cr_expect_not_null(strstr(r->err, "cut.pcap: "), "%s", r->err);
    cr_expect_not_null(strstr(r->err, "offset "), "%s", r->err);
}

Test(read, bad_input_is_named)
{
    write_capture("good.pcap", 1, 0);
    command_complains("weir read -r none.pcap", 1, "none.pcap", "No such file");
    command_complains("mkdir -p sub && weir read -r sub", 1, "sub",
                      "s a directory");
    command_complains("echo hello, this is no capture >text; "
                      "weir read -r text",
                      1, "text", "not a pcap or pcapng file");
    command_complains(": >empty; weir read -r empty", 1, "empty", ": ");
    command_complains("weir read -r good.pcap tcp prot 80", 1, "tcp prot 80",
                      "syntax");
}

Test(read, a_bad_command_line_is_2)
{
    command_complains("weir read", 2, "weir read: ", "-r FILE");
    command_complains("weir read -r", 2, "-r", "needs a value");
    command_complains("weir read -r x -r y", 2, "-r: 'x' or 'y'?", "Only one");
    command_complains("weir read -r ''", 2, "-r: '' is no name", "");
    command_complains("weir read -r x -c abc", 2, "-c: 'abc'", "not a number");
    command_complains("weir read -r x -c 0", 2, "-c: '0'", "too small");
    command_complains("weir read -r x --jsonl", 2, "--jsonl", "no such option");
    command_complains("weir", 2, "weir: ", "no command");
    command_complains("weir frobnicate", 2, "'frobnicate'", "not a command");
}

Test(read, help_and_version)
{
    const struct command_result *r = command_run("weir read --help");
    cr_expect_eq(r->status, 0);
    cr_expect_not_null(strstr(r->out, "never looks up names"));
    r = command_run("weir --help");
    cr_expect_eq(r->status, 0);
    cr_expect_not_null(strstr(r->out, "weir read"));
    r = command_run("weir --version");
    cr_expect_eq(r->status, 0);
    cr_expect(starts_with(r->out, "weir "), "%s", r->out);
    cr_expect_eq(command_lines(r->out), 1);
}

Test(read, a_closed_pipe_is_quiet)
{
    write_capture("pipe.pcap", 2000, 0);
    const struct command_result *r =
        command_run("{ weir read -r pipe.pcap; echo $? >&2; } "
                    "| head -n 1 >/dev/null");
    cr_expect_str_eq(r->err, "0\n", "%s", r->err);
}

Test(read, what_cannot_be_written_is_named)
{
    write_capture("full.pcap", 200, 0);
    command_complains("weir read -r full.pcap >/dev/full", 1, "standard output",
                      "No space left");
    command_complains("weir read --json -r full.pcap >/dev/full", 1,
                      "standard output", "No space left");
    command_complains("weir read -c 1 -r full.pcap >/dev/full", 1,
                      "standard output", "No space left");
    command_complains("weir --version >/dev/full", 1, "standard output",
                      "No space left");
}
