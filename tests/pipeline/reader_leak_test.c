/* Every way through a reader and a writer, and threads that come together in
 * one: for the sanitizers, which look for leaks and races.
 *
 * A plain main. */

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "pipeline/reader.h"
#include "pipeline/writer.h"
#include "tests/capture/file_rig.h"
#include "tests/check/check.h"
#include "tests/sink/frames.h"

static void make(struct made *made, uint32_t n)
{
    made_shb(made);
    for (uint32_t i = 0; i < n; i++) {
        if (i % 50 == 0)
            made_idb(made, (uint16_t)(i % 100 == 0 ? 1 : 101), 0, NULL);
        made_epb(made, i / 50, i, made_frame(i, 60), 60, 60, NULL);
    }
}

/* Reads `frames` frames at most, with filters that change, into a dump. */
static void some(const char *path, uint32_t frames, bool dumps)
{
    const struct weir_reader_config config = {.path = path, .filter = "ip"};
    const struct weir_frame *frame;
    struct weir_reader *reader = NULL;
    check(weir_reader_open(&reader, &config, NULL) == 0, "open");
    struct weir_dump *dump = weir_reader_dump(reader);
    if (dumps)
        check(weir_dump_open(dump, test_path("x.pcapng"), NULL, NULL) == 0,
              "dump open");
    for (uint32_t i = 0; i < frames; i++) {
        if (weir_reader_next(reader, &frame, NULL) == WEIR_NEXT_FRAME && dumps)
            check(weir_dump_frame(dump, frame, NULL, NULL) == 0, "dump");
        check(weir_reader_filter(reader, i % 2 == 0 ? "len >= 0" : "", NULL) ==
                  0,
              "filter");
        check(weir_reader_filter(reader, "((", NULL) == -EINVAL, "wrong");
    }
    check(weir_reader_close(&reader, NULL) == 0, "close");
    check(weir_reader_close(&reader, NULL) == 0, "close twice");
}

static void fails(const char *path)
{
    const struct weir_reader_config wrong = {.path = path, .filter = "(("};
    const struct weir_reader_config nowhere = {.path = "/nonexistent"};
    const struct weir_writer_config unwritten = {.path = "/nonexistent/x"};
    struct weir_reader *reader = NULL;
    struct weir_writer *writer = NULL;
    check(weir_reader_open(&reader, &wrong, NULL) == -EINVAL, "wrong filter");
    check(weir_reader_open(&reader, &nowhere, NULL) == -ENOENT, "no file");
    check(weir_writer_open(&writer, &unwritten, NULL) == -ENOENT, "no folder");
}

struct waiter {
    struct weir_reader *reader;
    _Atomic bool in;
    int answer;
};

static void *wait_for_frame(void *of)
{
    struct waiter *waiter = of;
    const struct weir_frame *frame;
    waiter->in = true;
    waiter->answer = weir_reader_next(waiter->reader, &frame, NULL);
    return NULL;
}

/* A second thread gets an error while the first one waits, and the event
 * ends that. */
static void two_threads(const struct made *made)
{
    int fds[2];
    char path[64];
    struct weir_event *stop = NULL;
    struct weir_frame const *frame;
    struct waiter waiter = {.answer = -1};
    pthread_t thread;
    check(pipe(fds) == 0 && weir_event_open(&stop, NULL) == 0, "pipe");
    snprintf(path, sizeof path, "/proc/self/fd/%d", fds[0]);
    check(write(fds[1], made->bytes, 100) == 100, "header");
    const struct weir_reader_config config = {.path = path, .stop = stop};
    check(weir_reader_open(&waiter.reader, &config, NULL) == 0, "open");
    struct weir_reader *reader = waiter.reader;
    check(pthread_create(&thread, NULL, wait_for_frame, &waiter) == 0, "run");
    while (!waiter.in ||
           weir_reader_count(waiter.reader, NULL, NULL, NULL) != -EBUSY)
        usleep(100);
    check(weir_reader_next(waiter.reader, &frame, NULL) == -EBUSY, "next");
    check(weir_reader_filter(waiter.reader, "ip", NULL) == -EBUSY, "filter");
    check(weir_reader_ifaces(waiter.reader, NULL) == -EBUSY, "ifaces");
    check(weir_reader_close(&reader, NULL) == -EBUSY && reader != NULL,
          "close");
    check(weir_dump_open(weir_reader_dump(waiter.reader), test_path("y"), NULL,
                         NULL) == -EBUSY,
          "dump");
    weir_event_set(stop);
    pthread_join(thread, NULL);
    check(waiter.answer == WEIR_NEXT_STOPPED, "stopped");
    check(weir_reader_close(&reader, NULL) == 0, "close");
    weir_event_close(&stop);
    (void)close(fds[0]);
    (void)close(fds[1]);
}

int main(void)
{
    struct made made = {0};
    char path[64];
    const unsigned before = check_files_open();
    make(&made, 500);
    const int fd = made_memfd(&made, made.n, path);
    test_dir();
    some(path, 0, false);
    some(path, 10, false);
    some(path, 10, true);
    some(path, 1000, true);
    fails(path);
    two_threads(&made);
    (void)close(fd);
    made_free(&made);
    test_dir_remove();
    check(check_files_open() == before, "no file is left open");
    return check_end();
}
