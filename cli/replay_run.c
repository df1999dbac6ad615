#include "cli/replay_run.h"

#include <errno.h>
#include <poll.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/linktype.h"
#include "cli/replay_wait.h"
#include "ring/event.h"
#include "ring/iface.h"

/* A wait that leaves time to read a block of the file. */
#define AHEAD_NS (2 * WEIR_NS_PER_MS)

struct run {
    struct weir_replay *replay;
    struct weir_replay_wait wait;
    uint16_t linktype;
    bool kicked; /* nothing is queued that we know of */
    struct weir_frame ready[64];
};

static bool stopped(const struct run *run)
{
    return weir_event_is_set(run->replay->stop) > 0;
}

/* The link types of one kind: bytes that begin with an IP header. */
static bool is_sent_as(uint16_t linktype, uint16_t interface)
{
    return linktype == interface ||
           (interface == WEIR_LINKTYPE_RAW &&
            (linktype == WEIR_LINKTYPE_IPV4 || linktype == WEIR_LINKTYPE_IPV6));
}

/* The check sequence, or what of it was captured. */
static void leave_out(struct weir_frame *frame, uint32_t fcs_bytes)
{
    if (fcs_bytes == 0 || frame->len < fcs_bytes)
        return;
    frame->len -= fcs_bytes;
    if (frame->caplen > frame->len)
        frame->caplen = frame->len;
}

/* Of a vector those that can be sent, without the check sequence that some
 * captures have behind each frame: the interface makes its own. */
static uint32_t make_ready(struct run *run, const struct weir_frame *frames,
                           uint32_t count, const struct weir_frame **out)
{
    struct weir_replay *replay = run->replay;
    uint32_t kept = 0;
    *out = frames;
    if (weir_replay_input_plain(replay->input, run->linktype))
        return count;
    *out = run->ready;
    for (uint32_t i = 0; i < count; i++) {
        const struct weir_iface *iface =
            weir_replay_input_iface(replay->input, &frames[i]);
        if (!is_sent_as(iface->linktype, run->linktype)) {
            if (replay->other_link++ == 0)
                replay->other_linktype = iface->linktype;
            continue;
        }
        run->ready[kept] = frames[i];
        leave_out(&run->ready[kept++], iface->fcs_bytes);
    }
    return kept;
}

/* An interface never comes back: one of the same name is another. */
static int check_device(const struct weir_replay *replay, struct weir_err *err)
{
    struct weir_sender_counts counts = {0};
    (void)weir_sender_stats(replay->sender, &counts, NULL);
    if (counts.refused[WEIR_SENDER_GONE] == 0)
        return 0;
    return weir_err_set(err, -ENODEV, "%s: the interface was removed",
                        replay->options->device);
}

/* What was given to the sender goes before anything is waited for. */
static int kick(struct run *run, struct weir_err *err)
{
    if (run->kicked)
        return 0;
    run->kicked = true;
    int ret = weir_sender_kick(run->replay->sender, err);
    return ret != 0 ? ret : check_device(run->replay, err);
}

/* Until the frame may go; -ECANCELED: the replay was stopped. */
static int await(struct run *run, int64_t *now_ns, struct weir_err *err)
{
    struct weir_replay *replay = run->replay;
    for (;;) {
        int64_t at_ns = weir_replay_pace_at(&replay->pace, *now_ns);
        if (at_ns <= *now_ns)
            return 0;
        int ret = kick(run, err);
        if (ret != 0)
            return ret;
        if (stopped(run))
            return -ECANCELED;
        weir_replay_show_look(replay, *now_ns, at_ns - *now_ns);
        if (at_ns - *now_ns > AHEAD_NS &&
            weir_replay_input_ahead(replay->input))
            *now_ns = weir_clock_mono_ns();
        else
            *now_ns =
                weir_replay_wait_until(&run->wait, at_ns, weir_clock_mono_ns());
    }
}

static int send_paced(struct run *run, const struct weir_frame *frames,
                      uint32_t count, uint32_t *settled, struct weir_err *err)
{
    struct weir_replay *replay = run->replay;
    int64_t now_ns = weir_clock_mono_ns();
    for (*settled = 0; *settled < count; ++*settled) {
        const struct weir_frame *frame = &frames[*settled];
        weir_replay_pace_frame(&replay->pace,
                               (frame->flags & WEIR_FRAME_NO_TIME) == 0,
                               frame->time_ns, frame->caplen);
        int ret = await(run, &now_ns, err);
        if (ret == 0)
            ret = weir_sender_send(replay->sender, frame->data, frame->caplen,
                                   err);
        if (ret != 0)
            return ret;
        run->kicked = false;
        weir_replay_late_add(&replay->late,
                             weir_replay_pace_sent(&replay->pace, now_ns));
        replay->last_ns = now_ns;
        replay->asked_ns = weir_replay_pace_asked(&replay->pace);
        now_ns = weir_clock_mono_ns();
    }
    return 0;
}

static int send_vector(struct run *run, const struct weir_frame *frames,
                       uint32_t count, struct weir_err *err)
{
    struct weir_replay *replay = run->replay;
    const struct weir_frame *ready;
    uint32_t settled = 0;
    int ret;
    uint64_t left = replay->options->frames_max - replay->asked;
    if (count > left)
        count = (uint32_t)left;
    uint32_t n = make_ready(run, frames, count, &ready);
    if (replay->options->pace.mode == WEIR_REPLAY_TOPSPEED) {
        ret = weir_sender_send_batch(replay->sender, ready, n, &settled, err);
        run->kicked = false;
    } else {
        ret = send_paced(run, ready, n, &settled, err);
    }
    /* Those behind a stop never had their turn. */
    replay->asked += count - (n - settled);
    for (uint32_t i = 0; i < settled; i++)
        replay->cut_short += ready[i].caplen < ready[i].len;
    return ret != 0 ? ret : check_device(replay, err);
}

static int await_stream(struct run *run, struct weir_err *err)
{
    struct weir_replay *replay = run->replay;
    struct pollfd fds[2] = {
        {.fd = weir_replay_input_fd(replay->input), .events = POLLIN},
        {.fd = weir_event_fd(replay->stop), .events = POLLIN},
    };
    int ret = kick(run, err);
    if (ret != 0)
        return ret;
    int64_t now_ns = weir_clock_mono_ns();
    weir_replay_show_look(replay, now_ns, INT64_MAX);
    (void)poll(fds, 2, weir_replay_show_wait_ms(replay, now_ns));
    return 0;
}

uint64_t weir_replay_refused(const struct weir_sender_counts *counts)
{
    uint64_t sum = 0;
    for (int i = 0; i < WEIR_SENDER_REFUSALS; i++)
        sum += counts->refused[i];
    return sum;
}

uint64_t weir_replay_all(const struct weir_replay *replay)
{
    const struct weir_frame *frames;
    size_t count;
    uint64_t all = UINT64_MAX;
    if (replay->complete)
        return replay->asked;
    if (!weir_replay_input_all(replay->input, &frames, &count))
        return UINT64_MAX;
    if (count == 0 || replay->options->passes == UINT64_MAX ||
        __builtin_mul_overflow(count, replay->options->passes, &all))
        all = count == 0 ? 0 : UINT64_MAX;
    return all < replay->options->frames_max ? all
                                             : replay->options->frames_max;
}

static bool is_enough(const struct weir_replay *replay)
{
    return replay->asked >= replay->options->frames_max;
}

static int next_pass(struct run *run, uint64_t before, struct weir_err *err)
{
    struct weir_replay *replay = run->replay;
    if (replay->passes == replay->options->passes)
        return WEIR_REPLAY_INPUT_END;
    /* For ever would be long. */
    if (replay->asked == before)
        return WEIR_REPLAY_INPUT_END;
    replay->passes++;
    weir_replay_pace_pass(&replay->pace);
    int ret = weir_replay_input_again(replay->input, err);
    return ret == 0 ? WEIR_REPLAY_INPUT_WAIT : ret;
}

static int send_all(struct run *run, struct weir_err *err)
{
    struct weir_replay *replay = run->replay;
    uint64_t pass_begin = 0;
    int ret = 0;
    while (ret == 0 && !is_enough(replay) && !stopped(run)) {
        weir_replay_show_look(replay, weir_clock_mono_ns(), 0);
        const struct weir_frame *frames;
        uint32_t count;
        switch (
            ret = weir_replay_input_next(replay->input, &frames, &count, err)) {
        case WEIR_REPLAY_INPUT_FRAMES:
            ret = send_vector(run, frames, count, err);
            break;
        case WEIR_REPLAY_INPUT_WAIT:
            ret = await_stream(run, err);
            break;
        case WEIR_REPLAY_INPUT_END:
            ret = next_pass(run, pass_begin, err);
            pass_begin = replay->asked;
            if (ret == WEIR_REPLAY_INPUT_END) {
                replay->complete = true;
                return 0;
            }
            ret = ret < 0 ? ret : 0;
            break;
        default:
            break;
        }
    }
    replay->complete =
        is_enough(replay) || replay->asked >= weir_replay_all(replay);
    replay->interrupted = !replay->complete && stopped(run);
    return ret == -ECANCELED ? 0 : ret;
}

int weir_replay_run(struct weir_replay *replay, struct weir_err *err)
{
    struct run run = {.replay = replay, .kicked = true};
    struct weir_err of_flush;
    run.linktype = (uint16_t)weir_sender_linktype(replay->sender);
    weir_replay_wait_start(&run.wait);
    replay->passes = 1;
    replay->begin_ns = replay->last_ns = weir_clock_mono_ns();
    weir_replay_pace_start(&replay->pace, &replay->options->pace,
                           replay->begin_ns);
    int ret = send_all(&run, err);
    int flushed = weir_sender_flush(replay->sender, &of_flush);
    if (ret == 0 && flushed != 0 && flushed != -ECANCELED)
        ret = weir_err_set(err, flushed, "%s", of_flush.text);
    replay->end_ns = weir_clock_mono_ns();
    return ret;
}
