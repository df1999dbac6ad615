#include "cli/replay_report.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/version.h"
#include "cli/replay_run.h"
#include "sink/figure.h"
#include "sink/json_text.h"
#include "sink/printable.h"
#include "sink/whole.h"

#define OTHER_LINK "other_link"

static const char *const mode_names[] = {
    [WEIR_REPLAY_ORIGINAL] = "original",
    [WEIR_REPLAY_RATE] = "rate",
    [WEIR_REPLAY_TOPSPEED] = "topspeed",
};

static const char *const refusal_texts[WEIR_SENDER_REFUSALS] = {
    [WEIR_SENDER_TOO_SHORT] = "shorter than a link header",
    [WEIR_SENDER_TOO_LONG] = "longer than the MTU allows",
    [WEIR_SENDER_LINK_DOWN] = "the interface was down or had no carrier",
    [WEIR_SENDER_GONE] = "the interface was removed",
    [WEIR_SENDER_NO_BUFFERS] = "the interface took no more for a second",
    [WEIR_SENDER_REFUSED] = "the kernel refused them",
};

struct outcome {
    struct weir_sender_counts counts;
    int64_t duration_ns; /* that the rates are of */
    uint64_t frames;     /* in it */
    double pps;
    double bits; /* on the wire, a second */
};

/* By a rate, the time is from the first frame to the last, and so one frame
 * fewer is in it. */
static struct outcome outcome_of(const struct weir_replay *replay)
{
    struct outcome out = {.duration_ns = replay->end_ns - replay->begin_ns};
    (void)weir_sender_stats(replay->sender, &out.counts, NULL);
    out.frames = out.counts.sent;
    if (replay->options->pace.mode != WEIR_REPLAY_TOPSPEED && out.frames > 1) {
        out.frames--;
        out.duration_ns = replay->last_ns - replay->begin_ns;
    }
    out.pps = weir_figure_rate(out.frames, out.duration_ns);
    double mean = out.counts.sent > 0
                      ? (double)out.counts.bytes / (double)out.counts.sent
                      : 0;
    out.bits = out.pps * (mean + WEIR_PACE_WIRE_BYTES) * 8;
    return out;
}

bool weir_replay_report_all_sent(const struct weir_replay *replay)
{
    struct outcome o = outcome_of(replay);
    return weir_replay_refused(&o.counts) == 0 && o.counts.doubtful == 0 &&
           replay->other_link == 0;
}

static void print_asked(FILE *out, const struct weir_replay *replay)
{
    const struct weir_replay_pace_config *pace = &replay->options->pace;
    char text[WEIR_FIGURE_MAX];
    if (pace->mode == WEIR_REPLAY_TOPSPEED)
        fprintf(out, "as fast as possible");
    else if (pace->mode == WEIR_REPLAY_RATE && pace->rate.bits != 0)
        fprintf(out, "asked: %s",
                weir_figure_scaled(text, (double)pace->rate.bits, "bit/s"));
    else if (pace->mode == WEIR_REPLAY_RATE)
        fprintf(out, "asked: %s pps",
                weir_figure_grouped(text, pace->rate.frames));
    else
        fprintf(out, "asked: %s, in the file's time%s",
                weir_figure_seconds(text, replay->asked_ns),
                pace->speed != WEIR_REPLAY_SPEED ? " by the factor" : "");
}

static void print_late(FILE *out, const struct weir_replay *replay)
{
    const struct weir_replay_late *late = &replay->late;
    if (late->frames == 0)
        return;
    fprintf(out, "late      median %.1f us, p99 %.1f us, most %.1f us\n",
            (double)weir_replay_late_quantile(late, 500) / 1e3,
            (double)weir_replay_late_quantile(late, 990) / 1e3,
            (double)late->most_ns / 1e3);
    if (replay->pace.stalls > 0)
        fprintf(out,
                "late      the rest was moved back %" PRIu64
                " time%s, %.3f s altogether\n",
                replay->pace.stalls, replay->pace.stalls == 1 ? "" : "s",
                (double)replay->pace.stalled_ns / 1e9);
}

static void print_not_sent(FILE *out, const char *name, uint64_t frames,
                           const char *text)
{
    char number[WEIR_FIGURE_MAX];
    if (frames > 0)
        fprintf(out, "not sent  %s %s: %s\n",
                weir_figure_grouped(number, frames), name, text);
}

/* Of an interrupted one it is told how many there would have been. */
static void print_sent(FILE *out, const struct weir_replay *replay,
                       const struct outcome *o)
{
    const uint64_t all = weir_replay_all(replay);
    const bool known = replay->interrupted && all != UINT64_MAX;
    char of[WEIR_FIGURE_MAX];
    char sent[WEIR_FIGURE_MAX];
    char bytes[WEIR_FIGURE_MAX];
    char time[WEIR_FIGURE_MAX];
    char device[64];
    fprintf(out, "sent      %s of %s frames out of %s, %s in %s%s\n",
            weir_figure_grouped(sent, o->counts.sent),
            weir_figure_grouped(of, known ? all : replay->asked),
            weir_printable(device, sizeof device, replay->options->device),
            weir_figure_scaled(bytes, (double)o->counts.bytes, "B"),
            weir_figure_seconds(time, replay->end_ns - replay->begin_ns),
            replay->interrupted ? "; interrupted" : "");
    fprintf(out, "rate      %s pps, ",
            weir_figure_grouped(of, (uint64_t)(o->pps + 0.5)));
    fprintf(out, "%s on the wire; ", weir_figure_scaled(of, o->bits, "bit/s"));
    print_asked(out, replay);
    fputc('\n', out);
    print_late(out, replay);
}

static void print_all_not_sent(FILE *out, const struct weir_replay *replay,
                               const struct outcome *o)
{
    char words[96];
    for (int i = 0; i < WEIR_SENDER_REFUSALS; i++)
        print_not_sent(out, weir_sender_refusal_name(i), o->counts.refused[i],
                       refusal_texts[i]);
    (void)snprintf(words, sizeof words,
                   "of another link type (%u) than the interface's (%d)",
                   replay->other_linktype,
                   weir_sender_linktype(replay->sender));
    print_not_sent(out, OTHER_LINK, replay->other_link, words);
    print_not_sent(out, "queued", o->counts.queued, "the replay was stopped");
}

void weir_replay_report_text(FILE *out, const struct weir_replay *replay)
{
    struct outcome o = outcome_of(replay);
    char number[WEIR_FIGURE_MAX];
    const bool quiet = replay->options->quiet;
    if (!quiet)
        print_sent(out, replay, &o);
    print_all_not_sent(out, replay, &o);
    if (o.counts.doubtful > 0)
        fprintf(out,
                "doubtful  %s of those sent: the carrier was lost while they "
                "were queued\n",
                weir_figure_grouped(number, o.counts.doubtful));
    if (replay->cut_short > 0 && !quiet)
        fprintf(out, "cut       %s frame%s captured in part, and sent so\n",
                weir_figure_grouped(number, replay->cut_short),
                replay->cut_short == 1 ? " was" : "s were");
}

static json_t *late_json(const struct weir_replay_late *late)
{
    if (late->frames == 0)
        return json_null();
    return json_pack("{s:I, s:I, s:I, s:I}", "frames", (json_int_t)late->frames,
                     "median", (json_int_t)weir_replay_late_quantile(late, 500),
                     "p99", (json_int_t)weir_replay_late_quantile(late, 990),
                     "most", (json_int_t)late->most_ns);
}

static json_t *asked_json(const struct weir_replay *replay)
{
    const struct weir_replay_pace_config *pace = &replay->options->pace;
    json_t *asked = json_pack("{s:s}", "mode", mode_names[pace->mode]);
    if (pace->mode == WEIR_REPLAY_ORIGINAL)
        (void)json_object_set_new(
            asked, "speed",
            json_real((double)pace->speed / (double)WEIR_REPLAY_SPEED));
    if (pace->rate.frames != 0)
        (void)json_object_set_new(asked, "pps",
                                  json_integer((json_int_t)pace->rate.frames));
    if (pace->rate.bits != 0)
        (void)json_object_set_new(asked, "bits",
                                  json_integer((json_int_t)pace->rate.bits));
    if (pace->mode != WEIR_REPLAY_TOPSPEED)
        (void)json_object_set_new(asked, "duration_ns",
                                  json_integer(replay->asked_ns));
    return asked;
}

static json_t *frames_json(const struct weir_replay *replay,
                           const struct weir_sender_counts *counts)
{
    json_t *not_sent = json_object();
    for (int i = 0; i < WEIR_SENDER_REFUSALS; i++)
        (void)json_object_set_new(not_sent, weir_sender_refusal_name(i),
                                  json_integer((json_int_t)counts->refused[i]));
    (void)json_object_set_new(not_sent, OTHER_LINK,
                              json_integer((json_int_t)replay->other_link));
    (void)json_object_set_new(not_sent, "queued",
                              json_integer((json_int_t)counts->queued));
    const uint64_t all = weir_replay_all(replay);
    json_t *left = all == UINT64_MAX
                       ? json_null()
                       : json_integer((json_int_t)(all - replay->asked));
    return json_pack(
        "{s:I, s:I, s:I, s:I, s:o, s:I, s:I, s:o}", "read",
        (json_int_t)weir_replay_input_read(replay->input), "excluded",
        (json_int_t)weir_replay_input_excluded(replay->input), "asked",
        (json_int_t)replay->asked, "sent", (json_int_t)counts->sent, "not_sent",
        not_sent, "doubtful", (json_int_t)counts->doubtful, "cut_short",
        (json_int_t)replay->cut_short, "left", left);
}

static json_t *report_make(const struct weir_replay *replay)
{
    const struct weir_replay_options *options = replay->options;
    struct outcome o = outcome_of(replay);
    return json_pack(
        "{s:s, s:o, s:o, s:s, s:b, s:I, s:b, s:o, s:I, s:I, s:o, s:f, s:f, "
        "s:o, s:{s:I, s:I}, s:I, s:I, s:I, s:b}",
        "version", WEIR_VERSION, "source", weir_json_text(options->path),
        "device", weir_json_text(options->device), "way",
        weir_sender_way_name(weir_sender_way_of(replay->sender)),
        "qdisc_bypass", options->bypass, "passes", (json_int_t)replay->passes,
        "held", weir_replay_input_held(replay->input), "frames",
        frames_json(replay, &o.counts), "bytes", (json_int_t)o.counts.bytes,
        "duration_ns", (json_int_t)(replay->end_ns - replay->begin_ns), "asked",
        asked_json(replay), "pps", o.pps, "bits", o.bits, "late_ns",
        late_json(&replay->late), "stalls", "count",
        (json_int_t)replay->pace.stalls, "ns",
        (json_int_t)replay->pace.stalled_ns, "gaps_cut",
        (json_int_t)replay->pace.gaps_cut, "backwards",
        (json_int_t)replay->pace.backwards, "waits", (json_int_t)o.counts.waits,
        "interrupted", replay->interrupted);
}

int weir_replay_report_json(const char *path, const struct weir_replay *replay,
                            struct weir_err *err)
{
    struct weir_whole whole;
    json_t *report = report_make(replay);
    if (report == NULL)
        return weir_err_sys(err, -ENOMEM, "report");
    int ret = weir_whole_open(&whole, path, "report", err);
    if (ret == 0) {
        bool made = json_dumpf(report, whole.out, JSON_INDENT(2)) == 0 &&
                    fputc('\n', whole.out) != EOF;
        ret = weir_whole_close(&whole, made || whole.error != 0, "report", err);
        if (ret == 0 && !made)
            ret = weir_err_set(err, -EIO, "report %s: not written", path);
    }
    json_decref(report);
    return ret;
}
