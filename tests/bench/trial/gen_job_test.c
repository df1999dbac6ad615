#include "bench/trial/gen_job.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"

static const char line[] =
    "{\"type\": \"gen\", \"way\": \"xdp\", \"frame\": \"60\", \"sent\": 1000, "
    "\"refused\": 3, \"duration_ns\": 2000000, \"offered_pps\": 499500.5, "
    "\"offered_bits\": 335664000.0, \"bytes\": 60000, \"late_frames\": 7, "
    "\"late_most_ns\": 12, \"limited\": true}\n";

Test(gen_job, a_result_is_found_behind_other_lines)
{
    char text[1024];
    struct weir_trial_sent sent;
    snprintf(text, sizeof text, "ready\n%s", line);
    cr_assert_eq(weir_gen_sent_parse(&sent, text, NULL), 0);
    cr_expect_str_eq(sent.way, "xdp");
    cr_expect_eq(sent.frames, 1000);
    cr_expect_eq(sent.refused, 3);
    cr_expect_eq(sent.bytes, 60000);
    cr_expect_eq(sent.duration_ns, 2000000);
    cr_expect_float_eq(sent.offered_pps, 499500.5, 1e-9);
    cr_expect_float_eq(sent.offered_bits, 335664000.0, 1e-6);
    cr_expect_eq(sent.late_frames, 7);
    cr_expect(sent.limited);
}

Test(gen_job, rates_of_too_few_frames_are_null)
{
    struct weir_trial_sent sent;
    cr_assert_eq(weir_gen_sent_parse(&sent,
                                     "{\"type\":\"gen\",\"way\":\"mmsg\","
                                     "\"sent\":1,\"duration_ns\":0,"
                                     "\"offered_pps\":null}",
                                     NULL),
                 0);
    cr_expect_eq(sent.frames, 1);
    cr_expect_eq(sent.offered_pps, 0);
    cr_expect_not(sent.limited);
}

Test(gen_job, every_truncation_is_no_result)
{
    /* The last byte is the line feed, which need not be there. */
    for (size_t len = 0; len + 1 < sizeof line - 1; len++) {
        struct weir_trial_sent sent;
        struct weir_err err = {.text = ""};
        char *text = malloc(len + 1);
        memcpy(text, line, len);
        text[len] = '\0';
        cr_expect_eq(weir_gen_sent_parse(&sent, text, &err), -EPROTO, "%zu",
                     len);
        cr_expect_str_eq(err.text, "generator: it printed no result");
        free(text);
    }
}

Test(gen_job, a_generator_that_cannot_be_had_is_an_error_with_a_name)
{
    struct weir_gen_job *gen = NULL;
    struct weir_err err = {.text = ""};
    const struct weir_trial_place place = {
        .near_fd = -1, .far_fd = -1, .near = "lo"};
    struct weir_trial_traffic traffic = {.bench = "/nonexistent/weir-bench",
                                         .way = "xdp"};
    cr_assert_lt(weir_gen_job_start(&gen, &place, &traffic, &err), 0);
    cr_expect_not_null(strstr(err.text, "generator: "), "%s", err.text);
    traffic.way = "mmsg";
    cr_assert_eq(weir_gen_job_start(&gen, &place, &traffic, &err), -EINVAL);
    cr_expect_str_eq(err.text,
                     "generator: mmsg: no interface to send from is known");
    weir_gen_job_close(NULL);
}

static int ended_with(const char *script, struct weir_err *err)
{
    char path[] = "/tmp/weir_gen_job_XXXXXX";
    const struct weir_trial_place place = {
        .near_fd = -1, .far_fd = -1, .near = "lo"};
    const struct weir_trial_traffic traffic = {.bench = path, .way = "xdp"};
    struct weir_gen_job *gen = NULL;
    struct weir_trial_sent sent;
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_geq(dprintf(fd, "#!/bin/sh\n%s\n", script), 0);
    cr_assert_eq(fchmod(fd, 0700), 0);
    close(fd);
    cr_assert_eq(weir_gen_job_start(&gen, &place, &traffic, err), 0);
    int ret = weir_gen_job_ready(gen, INT64_C(10000000000), err);
    if (ret == 1) {
        weir_gen_job_go(gen);
        ret = weir_gen_job_done(gen, INT64_C(10000000000), err);
    }
    if (ret == 1)
        ret = weir_gen_job_finish(gen, &sent, err);
    weir_gen_job_close(gen);
    unlink(path);
    return ret;
}

Test(gen_job, it_is_held_until_go)
{
    struct weir_err err = {.text = ""};
    char script[1024];
    snprintf(script, sizeof script, "echo ready; read line; echo '%s'", line);
    cr_assert_eq(ended_with(script, &err), 0, "%s", err.text);
}

Test(gen_job, what_it_says_when_it_fails_is_told)
{
    struct weir_err err = {.text = ""};
    cr_expect_eq(
        ended_with("echo first >&2; echo no such thing >&2; exit 1", &err),
        -EIO);
    cr_expect_str_eq(err.text, "generator: no such thing");
    cr_expect_eq(ended_with("exit 3", &err), -EIO);
    cr_expect_str_eq(err.text, "generator: ended with status 3");
    cr_expect_eq(ended_with("echo ready; kill -9 $$", &err), -ESRCH);
    cr_expect_not_null(strstr(err.text, "generator: killed by signal 9"), "%s",
                       err.text);
    /* A result, and then it fails. */
    char script[1024];
    snprintf(script, sizeof script,
             "echo ready; read x; echo '%s'; echo late >&2; exit 1", line);
    cr_expect_eq(ended_with(script, &err), -EIO);
    cr_expect_str_eq(err.text, "generator: late");
}
