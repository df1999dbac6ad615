/* What an embedder may get wrong: an error each time, and no harm. */

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "pipeline/pipeline.h"
#include "tests/pipeline/embed_rig.h"

static void begin(void)
{
    embed_begin();
    embed_make("in.pcap", 1000);
}

TestSuite(pipeline_misuse, .init = begin, .fini = embed_end);

Test(pipeline_misuse, null_is_refused_everywhere)
{
    struct weir_pipeline *p = NULL;
    struct weir_progress progress;
    struct weir_tap_counts tap;
    struct weir_pipeline_sink_counts sink;
    const struct weir_pipeline_config config = {.sources_count = 0};
    cr_assert_eq(weir_pipeline_open(NULL, &config, NULL), -EINVAL);
    cr_assert_eq(weir_pipeline_open(&p, NULL, &embed_err), -EINVAL);
    cr_assert_str_eq(embed_err.text, "pipeline: NULL");
    cr_assert_null(p);
    cr_assert_eq(weir_pipeline_start(NULL, NULL), -EINVAL);
    cr_assert_eq(weir_pipeline_join(NULL, NULL), -EINVAL);
    cr_assert_eq(weir_pipeline_stop(NULL), -EINVAL);
    cr_assert_eq(weir_pipeline_abandon(NULL), -EINVAL);
    cr_assert_eq(weir_pipeline_rotate(NULL), -EINVAL);
    cr_assert_eq(weir_pipeline_done_fd(NULL), -EINVAL);
    cr_assert_eq(weir_pipeline_set_filter(NULL, "ip", NULL), -EINVAL);
    cr_assert_eq(weir_pipeline_set_snaplen(NULL, 60, NULL), -EINVAL);
    cr_assert_eq(weir_pipeline_set_timeout(NULL, 60, NULL), -EINVAL);
    cr_assert_eq(weir_pipeline_progress(NULL, &progress), -EINVAL);
    cr_assert_eq(weir_pipeline_count_tap(NULL, 0, &tap), -EINVAL);
    cr_assert_eq(weir_pipeline_count_sink(NULL, 0, &sink), -EINVAL);
    cr_assert_eq(weir_pipeline_linktype(NULL, 0), -EINVAL);
    cr_assert_null(weir_pipeline_iface_name(NULL, 0));
    cr_assert_eq(weir_pipeline_close(NULL, NULL), 0);
    cr_assert_eq(weir_pipeline_close(&p, NULL), 0);
    cr_assert_eq(weir_delivery_frames(NULL, NULL, NULL, 0), -EINVAL);
    cr_assert_eq(weir_delivery_linktype(NULL, 0), -EINVAL);
}

Test(pipeline_misuse, the_wrong_order_is_refused)
{
    struct weir_progress progress;
    struct weir_pipeline *p =
        embed_open((struct weir_pipeline_config){.workers = 1}, "in.pcap");
    struct weir_pipeline *same = p;
    const struct weir_pipeline_config config = {.workers = 1};
    cr_assert_eq(weir_pipeline_open(&p, &config, &embed_err), -EBUSY);
    cr_assert_str_eq(embed_err.text, "pipeline: it is open already");
    cr_assert_eq(p, same);
    cr_assert_eq(weir_pipeline_join(p, &embed_err), -EINVAL);
    cr_assert_str_eq(embed_err.text, "join: it was not started");
    cr_assert_eq(weir_pipeline_rotate(p), -EINVAL, "there is no file");
    cr_assert_eq(weir_pipeline_set_snaplen(p, 262145, &embed_err), -EINVAL);
    cr_assert_str_eq(embed_err.text, "snapshot length 262145: 262144 at most");
    cr_assert_eq(weir_pipeline_progress(p, NULL), -EINVAL);
    embed_run(p, &progress);
    cr_assert_eq(weir_pipeline_start(p, &embed_err), -EALREADY);
    cr_assert_str_eq(embed_err.text, "start: it was started already");
    cr_assert_eq(weir_pipeline_stop(p), 0);
    cr_assert_eq(weir_pipeline_abandon(p), 0);
    cr_assert_eq(weir_pipeline_set_filter(p, "ip", &embed_err), -ESHUTDOWN);
    cr_assert_str_eq(embed_err.text, "set_filter: it has been stopped");
    cr_assert_eq(weir_pipeline_close(&p, NULL), 0);
    cr_assert_eq(weir_pipeline_close(&p, NULL), 0);
}

Test(pipeline_misuse, one_that_was_never_started_is_closed)
{
    struct weir_pipeline *p = embed_open(
        (struct weir_pipeline_config){.file = {.path = embed_path("out.pcap")}},
        "in.pcap");
    cr_assert_eq(weir_pipeline_rotate(p), -EINVAL, "it does not run");
    cr_assert_eq(weir_pipeline_close(&p, &embed_err), 0);
}

static void refused(struct weir_pipeline_config config, int code,
                    const char *text)
{
    struct weir_pipeline *p = NULL;
    cr_assert_eq(weir_pipeline_open(&p, &config, &embed_err), code);
    cr_assert_null(p);
    cr_assert_not_null(strstr(embed_err.text, text), "%s", embed_err.text);
    cr_assert_eq(weir_pipeline_open(&p, &config, NULL), code);
}

static int take_any(void *context, const struct weir_delivery *d,
                    struct weir_err *err)
{
    (void)context;
    (void)d;
    (void)err;
    return 0;
}

#define FROM(s, n) .sources = (s), .sources_count = (n)

Test(pipeline_misuse, a_config_that_contradicts_itself_is_refused)
{
    const struct weir_pipeline_source none = {.lanes = 1};
    const struct weir_pipeline_source both = {.device = "lo", .file = "-"};
    const struct weir_pipeline_source unnamed = {.device = ""};
    const struct weir_pipeline_source file = {.file = embed_path("in.pcap")};
    const struct weir_pipeline_source files[2] = {file, file};
    const struct weir_pipeline_source lanes = {.file = file.file, .lanes = 2};
    const struct weir_pipeline_source twice[2] = {{.device = "lo"},
                                                  {.device = "lo"}};
    const struct weir_pipeline_source many = {.device = "lo", .lanes = 65};
    refused((struct weir_pipeline_config){.workers = 1}, -EINVAL, "no source");
    refused((struct weir_pipeline_config){FROM(&none, 1)}, -EINVAL,
            "source 0: a device or a file, one of them");
    refused((struct weir_pipeline_config){FROM(&both, 1)}, -EINVAL,
            "a device or a file");
    refused((struct weir_pipeline_config){FROM(&unnamed, 1)}, -EINVAL,
            "source 0: its device has no name");
    refused((struct weir_pipeline_config){FROM(files, 2)}, -EINVAL,
            "a file is the only source");
    refused((struct weir_pipeline_config){FROM(&lanes, 1)}, -EINVAL,
            "a file has one lane");
    refused((struct weir_pipeline_config){FROM(twice, 2)}, -EINVAL,
            "lo: is a source already");
    refused((struct weir_pipeline_config){FROM(&many, 1)}, -EINVAL,
            "65 lanes: 64 are possible");
    refused((struct weir_pipeline_config){FROM(&file, 1), .workers = 65},
            -EINVAL, "65 workers");
    refused((struct weir_pipeline_config){FROM(&file, 1), .snaplen = 300000},
            -EINVAL, "snapshot length 300000");
    refused((struct weir_pipeline_config){FROM(&file, 1), .filter = "ip nix"},
            -EINVAL, "filter 'ip nix'");
    refused((struct weir_pipeline_config){FROM(&file, 1), .taps_count = 1},
            -EINVAL, "1 taps, and none is there");
    refused((struct weir_pipeline_config){FROM(&file, 1), .interval_ns = -1},
            -EINVAL, "an interval below zero");
    refused((struct weir_pipeline_config){FROM(&file, 1), .timeout_ms = 60001},
            -EINVAL, "a timeout of 60001 ms: 60000 at most");
    refused((struct weir_pipeline_config){FROM(&file, 1), .file = {.ring = 3}},
            -EINVAL, "limits of a file, and no file");
    refused(
        (struct weir_pipeline_config){
            FROM(&file, 1), .file = {.path = "/nowhere/of.pcap", .ring = 3}},
        -EINVAL, "a ring of 3 files, and no limit to end one");
    refused((struct weir_pipeline_config){FROM(&file, 1), .duration_ns = -1},
            -EINVAL, "a duration below zero");
    refused((struct weir_pipeline_config){FROM(&file, 1),
                                          .file = {.path = file.file}},
            -EINVAL, "in.pcap");
    refused(
        (struct weir_pipeline_config){FROM(&file, 1),
                                      .file = {.path = "/nowhere/at/all.pcap"}},
        -ENOENT, "/nowhere/at/all.pcap");
}

Test(pipeline_misuse, sinks_that_cannot_be_are_refused)
{
    const struct weir_pipeline_source file = {.file = embed_path("in.pcap")};
    const struct weir_pipeline_sink nameless = {.take = NULL};
    const struct weir_pipeline_sink greedy = {
        .name = "greedy", .take = take_any, .blocks = 1025};
    const struct weir_pipeline_sink odd = {.name = "odd",
                                           .take = take_any,
                                           .when_full =
                                               (enum weir_pipeline_full)9};
    refused((struct weir_pipeline_config){FROM(&file, 1), .sinks_count = 1},
            -EINVAL, "1 sinks, and none is there");
    refused((struct weir_pipeline_config){FROM(&file, 1), .sinks = &nameless,
                                          .sinks_count = 1},
            -EINVAL, "sink 0 has no name or no function");
    refused((struct weir_pipeline_config){FROM(&file, 1), .sinks = &greedy,
                                          .sinks_count = 1},
            -EINVAL, "sink greedy: 1025 blocks: 1024 are possible");
    refused((struct weir_pipeline_config){FROM(&file, 1), .sinks = &odd,
                                          .sinks_count = 1},
            -EINVAL, "sink odd: there is no when_full of 9");
    refused((struct weir_pipeline_config){FROM(&file, 1), .sinks = &nameless,
                                          .sinks_count = UINT32_MAX},
            -EINVAL, "4294967295 sinks: 8 are possible");
}

#undef FROM

Test(pipeline_misuse, a_time_without_end_is_no_limit)
{
    struct weir_progress progress;
    struct weir_pipeline *p =
        embed_open((struct weir_pipeline_config){.duration_ns = INT64_MAX,
                                                 .interval_ns = INT64_MAX},
                   "in.pcap");
    embed_run(p, &progress);
    cr_assert_eq(progress.ledger.delivered, 1000);
    cr_assert_eq(weir_pipeline_close(&p, NULL), 0);
}

Test(pipeline_misuse, a_stop_ends_the_wait_for_a_pipe, .timeout = 10)
{
    struct weir_event *stop = NULL;
    struct weir_pipeline *p = NULL;
    const char *pipe = embed_path("pipe");
    const struct weir_pipeline_source source = {.file = pipe};
    cr_assert_eq(mkfifo(pipe, 0600), 0);
    cr_assert_eq(weir_event_open(&stop, NULL), 0);
    cr_assert_eq(weir_event_set(stop), 0);
    const struct weir_pipeline_config config = {
        .sources = &source, .sources_count = 1, .stop = stop};
    cr_assert_eq(weir_pipeline_open(&p, &config, &embed_err), -ECANCELED);
    cr_assert_null(p);
    weir_event_close(&stop);
}

/* Of a file, too, that nobody reads. */
Test(pipeline_misuse, a_stop_ends_the_wait_for_a_reader, .timeout = 10)
{
    struct weir_event *stop = NULL;
    struct weir_pipeline *p = NULL;
    const char *pipe = embed_path("pipe");
    const struct weir_pipeline_source source = {.file = embed_path("in.pcap")};
    cr_assert_eq(mkfifo(pipe, 0600), 0);
    cr_assert_eq(weir_event_open(&stop, NULL), 0);
    cr_assert_eq(weir_event_set(stop), 0);
    const struct weir_pipeline_config config = {.sources = &source,
                                                .sources_count = 1,
                                                .file = {.path = pipe},
                                                .stop = stop};
    cr_assert_eq(weir_pipeline_open(&p, &config, &embed_err), -ECANCELED, "%s",
                 embed_err.text);
    cr_assert_null(p);
    /* It is for the open only: what is taken in after it will be written. */
    const int fd = open(pipe, O_RDWR);
    cr_assert_eq(weir_pipeline_open(&p, &config, &embed_err), 0, "%s",
                 embed_err.text);
    cr_assert_eq(weir_pipeline_start(p, &embed_err), 0, "%s", embed_err.text);
    cr_assert_eq(weir_pipeline_join(p, &embed_err), 0, "%s", embed_err.text);
    cr_assert_eq(weir_pipeline_close(&p, &embed_err), 0, "%s", embed_err.text);
    cr_assert_eq(close(fd), 0);
    weir_event_close(&stop);
}

static struct weir_event *signalled;
static volatile sig_atomic_t signals;

/* The first ones are others', which do not end it. */
static void on_signal(int number)
{
    (void)number;
    if (++signals == 10)
        (void)weir_event_set(signalled);
}

Test(pipeline_misuse, a_signal_ends_the_wait_for_a_pipe_by_the_stop,
     .timeout = 10)
{
    const struct sigaction action = {.sa_handler = on_signal};
    const struct itimerval each = {.it_interval = {.tv_usec = 1000},
                                   .it_value = {.tv_usec = 1000}};
    const struct itimerval none = {.it_value = {0}};
    struct weir_pipeline *p = NULL;
    const char *pipe = embed_path("pipe");
    const struct weir_pipeline_source source = {.file = pipe};
    cr_assert_eq(mkfifo(pipe, 0600), 0);
    cr_assert_eq(weir_event_open(&signalled, NULL), 0);
    const struct weir_pipeline_config config = {
        .sources = &source, .sources_count = 1, .stop = signalled};
    cr_assert_eq(sigaction(SIGALRM, &action, NULL), 0);
    cr_assert_eq(setitimer(ITIMER_REAL, &each, NULL), 0);
    const int rc = weir_pipeline_open(&p, &config, &embed_err);
    cr_assert_eq(setitimer(ITIMER_REAL, &none, NULL), 0);
    cr_assert_eq(rc, -ECANCELED, "%d %s", rc, embed_err.text);
    cr_assert_null(p);
    weir_event_close(&signalled);
}

struct joiner {
    struct weir_pipeline *p;
    atomic_int tid;
    int result;
};

static void *join_it(void *argument)
{
    struct joiner *joiner = argument;
    atomic_store(&joiner->tid, gettid());
    joiner->result = weir_pipeline_join(joiner->p, NULL);
    return NULL;
}

static bool sleeps(int tid)
{
    char path[64], state = '?';
    if (tid == 0)
        return false;
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", tid);
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file);
    cr_assert_eq(fscanf(file, "%*d (%*[^)]) %c", &state), 1);
    (void)fclose(file);
    return state == 'S';
}

/* Both wait for the end, and one must not free what the other still looks
 * at. */
/* Open writes the file's header in the caller's thread. */
Test(pipeline_misuse, a_pipe_that_nobody_reads_is_no_signal)
{
    int ends[2];
    const struct weir_pipeline_source source = {.file = embed_path("in.pcap")};
    const struct weir_pipeline_config config = {
        .sources = &source,
        .sources_count = 1,
        .file = {.path = "-"},
    };
    struct weir_pipeline *p = NULL;
    sigset_t mask;
    const int out = dup(STDOUT_FILENO);
    cr_assert_geq(out, 0);
    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(dup2(ends[1], STDOUT_FILENO), STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    const int ret = weir_pipeline_open(&p, &config, &embed_err);
    cr_assert_eq(dup2(out, STDOUT_FILENO), STDOUT_FILENO);
    close(out);
    cr_assert_eq(ret, -EPIPE, "%d: %s", ret, embed_err.text);
    cr_assert_null(p);
    cr_assert_eq(sigpending(&mask), 0);
    cr_assert_eq(sigismember(&mask, SIGPIPE), 0);
    cr_assert_eq(pthread_sigmask(SIG_BLOCK, NULL, &mask), 0);
    cr_assert_eq(sigismember(&mask, SIGPIPE), 0);
}

Test(pipeline_misuse, one_is_closed_while_another_thread_joins)
{
    size_t bytes;
    uint8_t *some = embed_bytes(0, 10, &bytes);
    const char *pipe = embed_path("pipe");
    cr_assert_eq(mkfifo(pipe, 0600), 0);
    for (int i = 0; i < 50; i++) {
        const int fd = open(pipe, O_RDWR);
        cr_assert_eq(write(fd, some, bytes), (ssize_t)bytes);
        struct weir_pipeline *p =
            embed_open((struct weir_pipeline_config){.workers = 1}, "pipe");
        struct joiner joiner = {.p = p};
        pthread_t other;
        cr_assert_eq(weir_pipeline_start(p, NULL), 0);
        cr_assert_eq(pthread_create(&other, NULL, join_it, &joiner), 0);
        while (!sleeps(joiner.tid))
            (void)sched_yield();
        cr_assert_eq(weir_pipeline_close(&p, NULL), 0);
        cr_assert_eq(pthread_join(other, NULL), 0);
        cr_assert_eq(joiner.result, 0);
        cr_assert_eq(close(fd), 0);
    }
    free(some);
}
