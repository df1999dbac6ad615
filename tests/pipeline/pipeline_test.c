#include "pipeline/pipeline.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ring/ledger.h"
#include "tests/pipeline/embed_rig.h"

#define FRAMES 9000u

static void begin(void)
{
    embed_begin();
    embed_make("in.pcap", FRAMES);
}

TestSuite(pipeline, .init = begin, .fini = embed_end);

Test(pipeline, copies_a_file_and_accounts_for_it)
{
    struct weir_progress progress;
    size_t bytes;
    uint8_t *expected = embed_bytes(0, FRAMES, &bytes);
    struct weir_pipeline *p = embed_open(
        (struct weir_pipeline_config){
            .workers = 2,
            .file = {.path = embed_path("out.pcap")},
        },
        "in.pcap");
    embed_run(p, &progress);
    cr_assert_eq(progress.ledger.received, FRAMES);
    cr_assert_eq(progress.ledger.delivered, FRAMES);
    cr_assert(weir_ledger_balanced(&progress.ledger));
    cr_assert_eq(weir_pipeline_linktype(p, 0), 1);
    cr_assert_eq(weir_pipeline_linktype(p, 1), -EINVAL);
    cr_assert_str_eq(weir_pipeline_iface_name(p, 0), "");
    cr_assert_null(weir_pipeline_iface_name(p, 1));
    cr_assert_eq(weir_pipeline_close(&p, &embed_err), 0);
    embed_same("out.pcap", expected, bytes);
    free(expected);
}

Test(pipeline, stops_after_so_many_frames)
{
    struct weir_progress progress;
    size_t bytes;
    uint8_t *expected = embed_bytes(0, 1234, &bytes);
    struct weir_pipeline *p = embed_open(
        (struct weir_pipeline_config){
            .frames_max = 1234,
            .file = {.path = embed_path("out.pcap")},
        },
        "in.pcap");
    embed_run(p, &progress);
    cr_assert_eq(progress.ledger.delivered, 1234);
    cr_assert_eq(weir_pipeline_close(&p, NULL), 0);
    embed_same("out.pcap", expected, bytes);
    free(expected);
}

Test(pipeline, files_follow_one_another)
{
    struct weir_progress progress;
    struct weir_pipeline *p = embed_open(
        (struct weir_pipeline_config){
            .file = {.path = embed_path("out.pcapng"), .frames_max = 1000},
        },
        "in.pcap");
    embed_run(p, &progress);
    cr_assert_eq(progress.ledger.delivered, FRAMES);
    cr_assert_eq(weir_pipeline_close(&p, NULL), 0);
}

Test(pipeline, a_filter_takes_what_it_says)
{
    struct weir_progress progress;
    struct weir_pipeline *p = embed_open(
        (struct weir_pipeline_config){.filter = "udp port 53"}, "in.pcap");
    embed_run(p, &progress);
    cr_assert_eq(progress.ledger.delivered, FRAMES / 3);
    cr_assert_eq(progress.ledger.excluded[WEIR_EXCLUDED_FILTER],
                 FRAMES - FRAMES / 3);
    cr_assert_eq(weir_pipeline_close(&p, NULL), 0);
}

/* A FIFO with frames for as long as the test likes. */
struct feed {
    int fd;
    uint32_t next;
    struct weir_pipeline_source source;
};

static void feed_open(struct feed *feed)
{
    const char *path = embed_path("fifo");
    cr_assert_eq(mkfifo(path, 0600), 0);
    feed->fd = open(path, O_RDWR | O_CLOEXEC);
    cr_assert_geq(feed->fd, 0);
    feed->next = 0;
    feed->source = (struct weir_pipeline_source){.file = path};
}

static void feed_frames(struct feed *feed, uint32_t n)
{
    size_t bytes;
    uint8_t *data = embed_bytes(feed->next, n, &bytes);
    cr_assert_eq(write(feed->fd, data, bytes), (ssize_t)bytes);
    free(data);
    feed->next += n;
}

static void wait_for_received(struct weir_pipeline *p, uint64_t n)
{
    struct weir_progress progress;
    do {
        const struct timespec moment = {.tv_nsec = 1000000};
        nanosleep(&moment, NULL);
        cr_assert_eq(weir_pipeline_progress(p, &progress), 0);
    } while (progress.ledger.received < n || progress.ledger.in_flight > 0);
}

static void feed_run(struct feed *feed, struct weir_event *stop,
                     struct weir_pipeline **p)
{
    feed_frames(feed, 10);
    *p = embed_open((struct weir_pipeline_config){.sources = &feed->source,
                                                  .sources_count = 1,
                                                  .stop = stop},
                    NULL);
    cr_assert_eq(weir_pipeline_start(*p, &embed_err), 0);
    wait_for_received(*p, 10);
}

Test(pipeline, is_stopped_by_a_call_and_loses_nothing)
{
    struct feed feed;
    struct weir_pipeline *p;
    struct weir_progress progress;
    feed_open(&feed);
    feed_run(&feed, NULL, &p);
    struct pollfd done = {.fd = weir_pipeline_done_fd(p), .events = POLLIN};
    cr_assert_eq(poll(&done, 1, 0), 0);
    cr_assert_eq(weir_pipeline_stop(p), 0);
    cr_assert_eq(weir_pipeline_join(p, &embed_err), 0, "%s", embed_err.text);
    cr_assert_eq(poll(&done, 1, 0), 1);
    cr_assert_eq(weir_pipeline_progress(p, &progress), 0);
    cr_assert_eq(progress.ledger.delivered, 10);
    cr_assert_eq(weir_pipeline_join(p, NULL), 0);
    cr_assert_eq(weir_pipeline_close(&p, NULL), 0);
    close(feed.fd);
}

Test(pipeline, is_stopped_by_an_event_that_is_not_its_own)
{
    struct feed feed;
    struct weir_pipeline *p, *limited;
    struct weir_event *stop = NULL;
    struct weir_progress progress;
    cr_assert_eq(weir_event_open(&stop, NULL), 0);
    feed_open(&feed);
    feed_run(&feed, stop, &p);
    limited =
        embed_open((struct weir_pipeline_config){.frames_max = 1, .stop = stop},
                   "in.pcap");
    embed_run(limited, &progress);
    cr_assert_eq(weir_event_is_set(stop), 0, "a limit is the pipeline's own");
    cr_assert_eq(weir_pipeline_close(&limited, NULL), 0);
    cr_assert_eq(weir_event_set(stop), 0);
    cr_assert_eq(weir_pipeline_join(p, &embed_err), 0);
    cr_assert_eq(weir_pipeline_close(&p, NULL), 0);
    weir_event_close(&stop);
    close(feed.fd);
}

Test(pipeline, one_that_runs_is_stopped_by_its_close)
{
    struct feed feed;
    struct weir_pipeline *p;
    feed_open(&feed);
    feed_run(&feed, NULL, &p);
    cr_assert_eq(weir_pipeline_close(&p, &embed_err), 0);
    cr_assert_null(p);
    close(feed.fd);
}

Test(pipeline, abandoned_is_told)
{
    struct feed feed;
    struct weir_pipeline *p;
    feed_open(&feed);
    feed_run(&feed, NULL, &p);
    cr_assert_eq(weir_pipeline_abandon(p), 0);
    cr_assert_eq(weir_pipeline_join(p, &embed_err), -ECANCELED);
    cr_assert_str_eq(embed_err.text, "abandoned");
    cr_assert_eq(weir_pipeline_close(&p, NULL), 0);
    close(feed.fd);
}

Test(pipeline, a_filter_is_changed_while_it_runs)
{
    struct feed feed;
    struct weir_pipeline *p;
    struct weir_progress progress;
    feed_open(&feed);
    feed_run(&feed, NULL, &p);
    cr_assert_eq(weir_pipeline_set_filter(p, "udp port", &embed_err), -EINVAL);
    cr_assert_eq(weir_pipeline_set_timeout(p, 10, &embed_err), -ENOTSUP);
    cr_assert_eq(weir_pipeline_set_filter(p, "udp port 53", &embed_err), 1,
                 "%s", embed_err.text);
    feed_frames(&feed, 30);
    wait_for_received(p, 40);
    cr_assert_eq(weir_pipeline_set_filter(p, NULL, &embed_err), 2);
    feed_frames(&feed, 10);
    wait_for_received(p, 50);
    cr_assert_eq(weir_pipeline_progress(p, &progress), 0);
    cr_assert_eq(progress.filter_generation, 2);
    cr_assert_eq(progress.ledger.delivered, 10 + 10 + 10);
    cr_assert_eq(progress.ledger.excluded[WEIR_EXCLUDED_FILTER], 20);
    cr_assert_eq(weir_pipeline_stop(p), 0);
    cr_assert_eq(weir_pipeline_set_filter(p, NULL, &embed_err), -ESHUTDOWN);
    cr_assert_eq(weir_pipeline_close(&p, NULL), 0);
    close(feed.fd);
}

static void *join_it(void *p)
{
    return (void *)(intptr_t)weir_pipeline_join(p, NULL);
}

Test(pipeline, several_threads_may_join_and_others_go_on)
{
    struct feed feed;
    struct weir_pipeline *p;
    pthread_t threads[3];
    feed_open(&feed);
    feed_run(&feed, NULL, &p);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, join_it, p), 0);
    cr_assert_eq(weir_pipeline_set_snaplen(p, 20, &embed_err), 1,
                 "a join does not lock out others: %s", embed_err.text);
    cr_assert_eq(weir_pipeline_stop(p), 0);
    for (int i = 0; i < 3; i++) {
        void *result;
        pthread_join(threads[i], &result);
        cr_assert_null(result);
    }
    cr_assert_eq(weir_pipeline_close(&p, NULL), 0);
    close(feed.fd);
}

static void on_interval(void *context, const struct weir_progress *progress,
                        int64_t elapsed_ns)
{
    sigset_t *mask = context;
    (void)progress;
    (void)elapsed_ns;
    pthread_sigmask(SIG_BLOCK, NULL, mask);
}

Test(pipeline, its_threads_take_no_signals)
{
    sigset_t mask;
    struct weir_progress progress;
    sigemptyset(&mask);
    struct weir_pipeline *p =
        embed_open((struct weir_pipeline_config){.on_interval = on_interval,
                                                 .context = &mask},
                   "in.pcap");
    embed_run(p, &progress);
    cr_assert_eq(weir_pipeline_close(&p, NULL), 0);
    cr_assert_eq(sigismember(&mask, SIGPIPE), 1);
    cr_assert_eq(sigismember(&mask, SIGTERM), 1);
    pthread_sigmask(SIG_BLOCK, NULL, &mask);
    cr_assert_eq(sigismember(&mask, SIGTERM), 0, "the caller's is as it was");
}
