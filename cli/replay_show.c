#include "cli/replay_show.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "cli/replay_run.h"
#include "sink/figure.h"
#include "sink/printable.h"

/* On a terminal the line is kept as fresh as an eye can tell. */
#define TERMINAL_NS (200 * WEIR_NS_PER_MS)

/* What a line takes, and some more. */
#define SPARE_NS (200 * WEIR_NS_PER_US)

/* So many of the frames that are held, as the pace has them. */
static void play(struct weir_replay_pace *pace, const struct weir_frame *frames,
                 size_t count)
{
    for (size_t i = 0; i < count; i++)
        weir_replay_pace_frame(pace,
                               (frames[i].flags & WEIR_FRAME_NO_TIME) == 0,
                               frames[i].time_ns, frames[i].caplen);
}

/* Two passes tell what each takes that follows. */
static int64_t expect(const struct weir_replay *replay)
{
    const struct weir_frame *frames;
    size_t count;
    const uint64_t all = weir_replay_all(replay);
    const struct weir_replay_pace_config *config = &replay->options->pace;
    if (all == UINT64_MAX || all == 0 || config->mode == WEIR_REPLAY_TOPSPEED ||
        !weir_replay_input_all(replay->input, &frames, &count))
        return 0;
    struct weir_replay_pace pace;
    weir_replay_pace_start(&pace, config, 0);
    if (all <= count) {
        play(&pace, frames, (size_t)all);
        return weir_replay_pace_asked(&pace);
    }
    play(&pace, frames, count);
    const double first_ns = (double)weir_replay_pace_asked(&pace);
    weir_replay_pace_pass(&pace);
    play(&pace, frames, count);
    const double pass_ns = (double)weir_replay_pace_asked(&pace) - first_ns;
    const double ns =
        first_ns + pass_ns * ((double)(all - count) / (double)count);
    return ns < 0x1p62 ? (int64_t)ns : INT64_C(1) << 62;
}

static void print_pace(const struct weir_replay_pace_config *pace)
{
    char text[WEIR_FIGURE_MAX];
    if (pace->mode == WEIR_REPLAY_TOPSPEED)
        fputs("as fast as possible", stderr);
    else if (pace->mode == WEIR_REPLAY_RATE && pace->rate.bits != 0)
        fprintf(stderr, "%s",
                weir_figure_scaled(text, (double)pace->rate.bits, "bit/s"));
    else if (pace->mode == WEIR_REPLAY_RATE)
        fprintf(stderr, "%s pps", weir_figure_grouped(text, pace->rate.frames));
    else if (pace->speed == WEIR_REPLAY_SPEED)
        fputs("by the file's times", stderr);
    else
        fprintf(stderr, "by the file's times, %g times as fast",
                (double)pace->speed / (double)WEIR_REPLAY_SPEED);
}

static void print_expected(const struct weir_replay *replay)
{
    const int64_t ns = replay->show.expected_ns;
    const uint64_t all = weir_replay_all(replay);
    char text[WEIR_FIGURE_MAX];
    if (all == UINT64_MAX)
        return;
    fprintf(stderr, ": %s frame%s", weir_figure_grouped(text, all),
            all == 1 ? "" : "s");
    if (replay->options->pace.mode != WEIR_REPLAY_TOPSPEED)
        fprintf(stderr, ", %s",
                ns < 60 * WEIR_NS_PER_S ? weir_figure_seconds(text, ns)
                                        : weir_figure_clock(text, ns));
}

static void hello(const struct weir_replay *replay)
{
    const struct weir_replay_options *o = replay->options;
    char path[WEIR_ERR_TEXT_MAX];
    char device[64];
    const char *name = strcmp(o->path, "-") == 0 ? "standard input" : o->path;
    fprintf(stderr, "weir: sending %s out of %s, ",
            weir_printable(path, sizeof path, name),
            weir_printable(device, sizeof device, o->device));
    print_pace(&o->pace);
    fprintf(stderr, " (%s%s)",
            weir_sender_way_name(weir_sender_way_of(replay->sender)),
            o->bypass ? ", past the queueing discipline" : "");
    print_expected(replay);
    fputc('\n', stderr);
}

void weir_replay_show_start(struct weir_replay *replay)
{
    struct weir_replay_show *show = &replay->show;
    show->next_ns = INT64_MAX;
    if (replay->options->quiet)
        return;
    show->expected_ns = expect(replay);
    hello(replay);
    if (replay->options->stats_ns == 0)
        return;
    weir_live_line_open(&show->line, STDERR_FILENO);
    show->open = true;
    show->interval_ns = replay->options->stats_ns;
    if (show->line.terminal && show->interval_ns > TERMINAL_NS)
        show->interval_ns = TERMINAL_NS;
    show->next_ns = weir_clock_mono_ns() + show->interval_ns;
}

static int64_t left_ns(const struct weir_replay *replay, uint64_t all,
                       int64_t elapsed_ns)
{
    int64_t left = 0;
    if (replay->options->pace.mode != WEIR_REPLAY_TOPSPEED)
        left = replay->show.expected_ns + replay->pace.moved_ns - elapsed_ns;
    else if (replay->asked > 0)
        left = (int64_t)((double)elapsed_ns * (double)(all - replay->asked) /
                         (double)replay->asked);
    /* It is shown in whole seconds. */
    return left > 0 ? left + WEIR_NS_PER_S / 2 : 0;
}

static void show_line(struct weir_replay *replay, int64_t now_ns)
{
    struct weir_sender_counts counts = {0};
    const uint64_t all = weir_replay_all(replay);
    (void)weir_sender_stats(replay->sender, &counts, NULL);
    struct weir_live live = {
        .elapsed_ns = now_ns - replay->begin_ns,
        .frames = counts.sent,
        .bytes = counts.bytes,
        .excluded = weir_replay_input_excluded(replay->input),
        .unsent = weir_replay_refused(&counts) + replay->other_link,
    };
    if (all != UINT64_MAX) {
        live.frames_all = all;
        live.left_ns = left_ns(replay, all, live.elapsed_ns);
    }
    weir_live_line_show(&replay->show.line, &live);
}

void weir_replay_show_look(struct weir_replay *replay, int64_t now_ns,
                           int64_t spare_ns)
{
    struct weir_replay_show *show = &replay->show;
    if (now_ns < show->next_ns)
        return;
    if (spare_ns < SPARE_NS &&
        replay->options->pace.mode != WEIR_REPLAY_TOPSPEED &&
        now_ns - show->next_ns < show->interval_ns)
        return;
    show_line(replay, now_ns);
    /* What was missed is not made up for. */
    show->next_ns +=
        ((now_ns - show->next_ns) / show->interval_ns + 1) * show->interval_ns;
}

int weir_replay_show_wait_ms(const struct weir_replay *replay, int64_t now_ns)
{
    const int64_t next_ns = replay->show.next_ns;
    if (next_ns == INT64_MAX)
        return -1;
    const int64_t ms = (next_ns - now_ns) / WEIR_NS_PER_MS + 1;
    return ms < 0 ? 0 : ms > INT32_MAX ? INT32_MAX : (int)ms;
}

void weir_replay_show_end(struct weir_replay *replay)
{
    struct weir_replay_show *show = &replay->show;
    if (!show->open)
        return;
    weir_live_line_clear(&show->line);
    weir_live_line_close(&show->line);
    show->open = false;
    show->next_ns = INT64_MAX;
}
