#include "cli/send_out.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>

#include "base/clock.h"
#include "base/err.h"
#include "cli/send_frame.h"
#include "cli/send_options.h"
#include "pipeline/writer.h"
#include "ring/event.h"
#include "sink/sender.h"

/* A ring is worth its memory for many frames at once. */
#define RING_FRAMES 10000

static struct weir_event *stop;

static void on_signal(int signal)
{
    (void)signal;
    weir_event_set(stop);
}

/* From where there is something to end with a summary: what is opened before
 * may wait for a FIFO's reader, and a signal shall end that as ever. */
static void take_signals(void (*handler)(int))
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = handler};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        (void)sigaction(signals[i], &action, NULL);
}

static void end_signals(void)
{
    take_signals(SIG_DFL);
    weir_event_close(&stop);
}

/* false: the event came first. */
static bool wait_until(int64_t when_ns)
{
    struct pollfd fd = {.fd = weir_event_fd(stop), .events = POLLIN};
    while (!weir_event_is_set(stop)) {
        int64_t left = when_ns - weir_clock_mono_ns();
        if (left <= 0)
            return true;
        const struct timespec timeout = {.tv_sec = left / WEIR_NS_PER_S,
                                         .tv_nsec = left % WEIR_NS_PER_S};
        (void)ppoll(&fd, 1, &timeout, NULL);
    }
    return false;
}

static bool more(const struct send_options *o, uint64_t done)
{
    return (o->count == 0 || done < o->count) && !weir_event_is_set(stop);
}

/* Each at its time, however late the one before was. */
static int send_all(struct weir_sender *sender, const struct send_options *o,
                    const struct send_frame *frame, struct send_result *result,
                    struct weir_err *err)
{
    int rc = 0;
    result->first_ns = weir_clock_mono_ns();
    for (uint64_t i = 0; rc == 0 && more(o, i); i++) {
        int64_t at = result->first_ns + (int64_t)i * o->interval_ns;
        if (o->interval_ns != 0 && !wait_until(at))
            break;
        rc = weir_sender_send(sender, frame->data, frame->bytes, err);
        if (rc == 0 && o->interval_ns != 0)
            rc = weir_sender_kick(sender, err);
        if (o->interval_ns != 0)
            result->last_ns = weir_clock_mono_ns();
    }
    int flushed = weir_sender_flush(sender, rc == 0 ? err : NULL);
    if (o->interval_ns == 0)
        result->last_ns = weir_clock_mono_ns();
    return rc == 0 ? flushed : rc;
}

int send_out_device(const struct send_options *o,
                    const struct send_frame *frame, struct send_result *result,
                    struct weir_err *err)
{
    bool many =
        o->interval_ns == 0 && (o->count == 0 || o->count >= RING_FRAMES);
    const struct weir_sender_config config = {
        .device = o->device,
        .way = many ? WEIR_SENDER_AUTO : WEIR_SENDER_MMSG,
        .strict = true,
    };
    struct weir_sender *sender = NULL;
    struct weir_sender_counts counts = {0};
    int rc = weir_event_open(&stop, err);
    if (rc == 0)
        rc = weir_sender_open(&sender, &config, err);
    if (rc == 0) {
        take_signals(on_signal);
        rc = send_all(sender, o, frame, result, err);
        (void)weir_sender_stats(sender, &counts, NULL);
        result->frames = counts.sent;
    }
    weir_sender_close(&sender, NULL);
    end_signals();
    return rc;
}

static int write_all(struct weir_dump *dump, const struct send_options *o,
                     const struct send_frame *frame, struct weir_err *err)
{
    int64_t at = weir_clock_real_ns();
    int rc = 0;
    for (uint64_t i = 0; rc == 0 && more(o, i); i++, at += o->interval_ns) {
        const struct weir_dump_time time = {
            .has_seconds = true,
            .has_fraction = true,
            .seconds = at / WEIR_NS_PER_S,
            .fraction_ns = (uint32_t)(at % WEIR_NS_PER_S),
        };
        rc = weir_dump_bytes(dump, frame->data, frame->bytes, &time, err);
    }
    return rc;
}

int send_out_file(const struct send_options *o, const struct send_frame *frame,
                  struct send_result *result, struct weir_err *err)
{
    struct weir_writer *writer = NULL;
    int rc = weir_event_open(&stop, err);
    const struct weir_writer_config config = {
        .linktype = frame->linktype,
        .name = o->device,
        .path = o->file,
        .dump = {.stop = stop},
    };
    if (rc == 0)
        rc = weir_writer_open(&writer, &config, err);
    if (rc == 0) {
        struct weir_dump *dump = weir_writer_dump(writer);
        take_signals(on_signal);
        rc = write_all(dump, o, frame, err);
        /* Only then is it told which of them are in the file. */
        int closed = weir_dump_close(dump, rc == 0 ? err : NULL);
        rc = rc == 0 ? closed : rc;
        (void)weir_dump_count(dump, NULL, &result->frames, NULL);
    }
    (void)weir_writer_close(&writer, NULL);
    end_signals();
    return rc;
}
