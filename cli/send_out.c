#include "cli/send_out.h"

#include <errno.h>
#include <poll.h>
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

/* false: the event came first. */
static bool wait_until(int64_t when_ns, const struct weir_event *stop)
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

static bool more(const struct send_options *o, uint64_t done,
                 const struct weir_event *stop)
{
    return (o->count == 0 || done < o->count) && !weir_event_is_set(stop);
}

/* Each at its time, however late the one before was. */
static int send_all(struct weir_sender *sender, const struct send_options *o,
                    const struct send_frame *frame,
                    const struct weir_event *stop, struct send_result *result,
                    struct weir_err *err)
{
    int rc = 0;
    result->first_ns = weir_clock_mono_ns();
    for (uint64_t i = 0; rc == 0 && more(o, i, stop); i++) {
        int64_t at = result->first_ns + (int64_t)i * o->interval_ns;
        if (o->interval_ns != 0 && !wait_until(at, stop))
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
                    const struct send_frame *frame,
                    const struct weir_event *stop, struct send_result *result,
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
    int rc = weir_sender_open(&sender, &config, err);
    if (rc != 0)
        return rc;
    rc = send_all(sender, o, frame, stop, result, err);
    (void)weir_sender_stats(sender, &counts, NULL);
    result->frames = counts.sent;
    weir_sender_close(&sender, NULL);
    return rc;
}

int send_out_file(const struct send_options *o, const struct send_frame *frame,
                  const struct weir_event *stop, struct send_result *result,
                  struct weir_err *err)
{
    const struct weir_writer_config config = {
        .linktype = frame->linktype,
        .name = o->device,
        .path = o->file,
    };
    struct weir_writer *writer = NULL;
    int rc = weir_writer_open(&writer, &config, err);
    if (rc != 0)
        return rc;
    struct weir_dump *dump = weir_writer_dump(writer);
    int64_t at = weir_clock_real_ns();
    for (; rc == 0 && more(o, result->frames, stop); result->frames++) {
        const struct weir_dump_time time = {
            .has_seconds = true,
            .has_fraction = true,
            .seconds = at / WEIR_NS_PER_S,
            .fraction_ns = (uint32_t)(at % WEIR_NS_PER_S),
        };
        rc = weir_dump_bytes(dump, frame->data, frame->bytes, &time, err);
        at += o->interval_ns;
    }
    int closed = weir_writer_close(&writer, rc == 0 ? err : NULL);
    return rc == 0 ? closed : rc;
}
