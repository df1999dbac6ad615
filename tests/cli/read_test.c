/* The command as a user meets it: its output, its complaints, its status. */

#include <criterion/criterion.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/pcap.h"
#include "tests/cli/frames.h"

/* What a shell command wrote, and its status. */
struct result {
    int status;
    char out[65536];
    char err[4096];
};

static struct result result;

static const char *folder(void)
{
    const char *path = getenv("TEST_TMPDIR");
    return path != NULL ? path : "/tmp";
}

static void read_back(const char *name, char *text, size_t size)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s.%d", folder(), name, getpid());
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "%s", path);
    text[fread(text, 1, size - 1, file)] = '\0';
    (void)fclose(file);
    (void)unlink(path);
}

/* Runs a shell command in which %s stands for the folder of the files and
 * weir for the command under test. */
static const struct result *run(const char *command)
{
    char line[2048];
    char script[1024];
    snprintf(script, sizeof script, command, folder(), folder(), folder());
    snprintf(line, sizeof line,
             "weir() { \"$PWD\"/cli/weir \"$@\"; }; export TZ=UTC; { %s\n} "
             ">%s/out.%d 2>%s/err.%d",
             script, folder(), getpid(), folder(), getpid());
    int status = system(line); /* NOLINT(cert-env33-c) */
    cr_assert(WIFEXITED(status), "%s", line);
    result.status = WEXITSTATUS(status);
    read_back("out", result.out, sizeof result.out);
    read_back("err", result.err, sizeof result.err);
    return &result;
}

static int lines_in(const char *text)
{
    int n = 0;
    for (; *text != '\0'; text++)
        n += *text == '\n';
    return n;
}

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
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder(), name);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file, "%s", path);
    bool good = fwrite(header, sizeof header, 1, file) == 1;
    uint32_t frames = 0;
    for (; times > 0; times--) {
        for (size_t i = 0; i < test_frames_count; i++) {
            if (test_frames[i].linktype != 1)
                continue;
            good = good && write_frame(file, &test_frames[i]);
            frames++;
        }
    }
    long size = ftell(file);
    good = fclose(file) == 0 && good && truncate(path, size - cut) == 0;
    cr_assert(good, "%s", path);
    return frames;
}

/* No output, the status, and one line on stderr that has both in it. */
static void expect_complaint(const char *command, int status, const char *a,
                             const char *b)
{
    const struct result *r = run(command);
    bool one = lines_in(r->err) == 1 && r->out[0] == '\0';
    bool both = strstr(r->err, a) != NULL && strstr(r->err, b) != NULL;
    cr_expect(r->status == status && one && both, "%s: %d: %s", command,
              r->status, r->err);
}

Test(read, a_line_for_every_frame)
{
    int frames = (int)write_capture("all.pcap", 1, 0);
    const struct result *r = run("weir read -n -r %s/all.pcap");
    cr_expect_eq(r->status, 0);
    cr_expect_str_eq(r->err, "");
    cr_expect_eq(lines_in(r->out), frames);
    cr_expect(starts_with(r->out,
                          "22:13:20.123456 IP 10.0.0.1.53 > 10.0.0.2.1234: "
                          "UDP, length 12\n"),
              "%s", r->out);
}

Test(read, json_counts_the_frames_of_the_file)
{
    write_capture("json.pcap", 1, 0);
    const struct result *r =
        run("weir read --json -c 2 -r %s/json.pcap tcp dst port 80");
    cr_expect_eq(r->status, 0);
    cr_expect_eq(lines_in(r->out), 2);
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
    const struct result *r =
        run("cat %s/stdin.pcap | weir read -r - -- 'udp port 1234'");
    cr_expect_eq(r->status, 0);
    cr_expect(starts_with(r->out, "22:13:20.123456 IP 10.0.0.1.53 >"), "%s",
              r->out);
    r = run("cat %s/stdin.pcap | weir read -r - -c 3 tcp");
    cr_expect_eq(r->status, 0);
    cr_expect_eq(lines_in(r->out), 3);
}

Test(read, a_file_cut_short_gives_its_whole_frames)
{
    int frames = (int)write_capture("cut.pcap", 1, 1);
    const struct result *r = run("weir read -r %s/cut.pcap");
    cr_expect_eq(r->status, 1);
    cr_expect_eq(lines_in(r->out), frames - 1);
    cr_expect_eq(lines_in(r->err), 1, "%s", r->err);
    cr_expect_not_null(strstr(r->err, "cut.pcap: "), "%s", r->err);
    cr_expect_not_null(strstr(r->err, "offset "), "%s", r->err);
}

Test(read, bad_input_is_named)
{
    write_capture("good.pcap", 1, 0);
    expect_complaint("weir read -r %s/none.pcap", 1, "none.pcap",
                     "No such file");
    expect_complaint("mkdir -p %s/sub && weir read -r %s/sub", 1, "/sub",
                     "s a directory");
    expect_complaint("echo hello, this is no capture >%s/text; "
                     "weir read -r %s/text",
                     1, "/text", "not a pcap or pcapng file");
    expect_complaint(": >%s/empty; weir read -r %s/empty", 1, "/empty", ": ");
    expect_complaint("weir read -r %s/good.pcap tcp prot 80", 1, "tcp prot 80",
                     "syntax");
}

Test(read, a_bad_command_line_is_2)
{
    expect_complaint("weir read", 2, "weir read: ", "-r FILE");
    expect_complaint("weir read -r", 2, "-r", "needs a value");
    expect_complaint("weir read -r x -c abc", 2, "-c: 'abc'", "not a number");
    expect_complaint("weir read -r x -c 0", 2, "-c: '0'", "too small");
    expect_complaint("weir read -r x --jsonl", 2, "--jsonl", "no such option");
    expect_complaint("weir", 2, "weir: ", "no command");
    expect_complaint("weir frobnicate", 2, "'frobnicate'", "not a command");
}

Test(read, help_and_version)
{
    const struct result *r = run("weir read --help");
    cr_expect_eq(r->status, 0);
    cr_expect_not_null(strstr(r->out, "never looks up names"));
    r = run("weir --help");
    cr_expect_eq(r->status, 0);
    cr_expect_not_null(strstr(r->out, "weir read"));
    r = run("weir --version");
    cr_expect_eq(r->status, 0);
    cr_expect(starts_with(r->out, "weir "), "%s", r->out);
    cr_expect_eq(lines_in(r->out), 1);
}

Test(read, a_closed_pipe_is_quiet)
{
    write_capture("pipe.pcap", 2000, 0);
    const struct result *r = run("{ weir read -r %s/pipe.pcap; echo $? >&2; } "
                                 "| head -n 1 >/dev/null");
    cr_expect_str_eq(r->err, "0\n", "%s", r->err);
}

Test(read, what_cannot_be_written_is_named)
{
    write_capture("full.pcap", 200, 0);
    expect_complaint("weir read -r %s/full.pcap >/dev/full", 1,
                     "standard output", "No space left");
    expect_complaint("weir read --json -r %s/full.pcap >/dev/full", 1,
                     "standard output", "No space left");
    expect_complaint("weir read -c 1 -r %s/full.pcap >/dev/full", 1,
                     "standard output", "No space left");
    expect_complaint("weir --version >/dev/full", 1, "standard output",
                     "No space left");
}
