#include "bench/limit/limit_lines.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#include "bench/results/results.h"

/* A figure that could not be had is null. */
static json_t *positive(double value)
{
    return value > 0 ? json_real(value) : json_null();
}

static json_t *limit_name(struct weir_verdict verdict)
{
    const char *name = weir_limit_name(verdict.limit);
    return name != NULL ? json_string(name) : json_null();
}

static json_t *limit_stage(struct weir_verdict verdict)
{
    const char *name = weir_limit_name(verdict.stage);
    return name != NULL ? json_string(name) : json_null();
}

static json_t *count(uint64_t value)
{
    return json_integer((json_int_t)value);
}

static const char *why_name(const struct weir_search_ask *ask)
{
    static const char *const names[] = {[WEIR_SEARCH_FULL_SPEED] = "full speed",
                                        [WEIR_SEARCH_GUESS] = "guess",
                                        [WEIR_SEARCH_NARROW] = "narrow",
                                        [WEIR_SEARCH_CONFIRM] = "confirm",
                                        [WEIR_SEARCH_AGAIN] = "again",
                                        [WEIR_SEARCH_VOID_AGAIN] =
                                            "again, was void"};
    return names[ask->why];
}

/* What every line of a row begins with.  Folders on file systems of one type
 * are told apart by their names. */
static json_t *row_line(const struct weir_limit_row *row, const char *type)
{
    json_t *line = json_pack(
        "{s:s,s:i,s:o,s:s,s:o,s:s}", "type", type, "row", (int)row->number,
        "frame", weir_results_text(row->frame->spec), "target",
        row->target_type, "workers",
        row->workers > 0 ? count(row->workers) : json_null(), "generator",
        row->way);
    if (row->target == NULL ||
        json_object_set_new(line, "folder", weir_results_text(row->target)) ==
            0)
        return line;
    json_decref(line);
    return NULL;
}

static json_t *threads(const struct weir_trial_outcome *trial)
{
    json_t *array = json_array();
    for (size_t i = 0; i < trial->threads_count; i++) {
        const struct weir_trial_thread *t = &trial->threads[i];
        (void)json_array_append_new(
            array,
            json_pack("{s:o,s:f,s:f}", "name", weir_results_text(t->name),
                      "busy_fraction", t->busy_fraction, "waiting_fraction",
                      t->waiting_fraction));
    }
    return array;
}

/* Counts of a trial that is void may be missing or wrong, and are told as
 * they are. */
static json_t *counts(const struct weir_recording_outcome *o)
{
    const struct weir_trial_before *before = &o->trial.before;
    return json_pack(
        "{s:o,s:{s:o,s:o,s:o},s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:f}", "sent",
        count(o->trial.sent.frames), "before", "qdisc", count(before->qdisc),
        "device", count(before->device), "backlog", count(before->backlog),
        "kernel_seen", count(o->counts.kernel_seen), "kernel_dropped",
        count(o->counts.kernel_dropped), "discards", count(o->counts.discards),
        "received", count(o->counts.received), "excluded",
        count(o->counts.excluded), "lost", count(o->counts.lost), "distinct",
        o->counts.has_file ? count(o->counts.file.distinct) : json_null(),
        "loss_fraction", o->loss_fraction);
}

static json_t *costs(const struct weir_recording_outcome *o)
{
    const struct weir_trial_outcome *trial = &o->trial;
    double sent = (double)trial->sent.frames;
    return json_pack(
        "{s:o,s:o,s:o,s:o,s:f,s:f,s:o,s:f}", "limit", limit_name(o->verdict),
        "stage", limit_stage(o->verdict), "threads", threads(trial), "cpu_ns",
        sent > 0 ? json_real((double)trial->work_ns / sent) : json_null(),
        "drain_s", (double)trial->quiet_ns / 1e9, "stop_s",
        (double)trial->stop_ns / 1e9, "memory_bytes",
        trial->ended.memory_bytes > 0 ? count(trial->ended.memory_bytes)
                                      : json_null(),
        "write_s", (double)o->report.write_ns / 1e9);
}

static int update(json_t *line, json_t *more)
{
    int ret =
        line == NULL || more == NULL ? -1 : json_object_update(line, more);
    json_decref(more);
    return ret;
}

/* Takes the line; NULL tells results that there was no memory for it. */
static int add(const struct weir_limit_row *row, json_t *line, bool failed,
               struct weir_err *err)
{
    if (failed) {
        json_decref(line);
        line = NULL;
    }
    return weir_results_add(row->results, line, err);
}

int weir_limit_trial_line(const struct weir_limit_row *row,
                          const struct weir_search_ask *ask,
                          const struct weir_recording_outcome *outcome,
                          struct weir_err *err)
{
    const struct weir_trial_outcome *trial = &outcome->trial;
    json_t *line = row_line(row, "trial");
    json_t *more = json_pack(
        "{s:s,s:o,s:o,s:f,s:b,s:b,s:o,s:o}", "why", why_name(ask), "load_pps",
        ask->load_pps > 0 ? count(ask->load_pps) : json_null(), "offered_pps",
        positive(trial->sent.offered_pps), "duration_s",
        (double)trial->sent.duration_ns / 1e9, "generator_limited",
        trial->sent.limited, "valid", !trial->is_void, "void",
        trial->is_void ? weir_results_text(trial->why) : json_null(), "starved",
        count(outcome->report.starved));
    bool failed = update(line, more) != 0;
    failed = update(line, counts(outcome)) != 0 || failed;
    failed = update(line, costs(outcome)) != 0 || failed;
    return add(row, line, failed, err);
}

static const char *end_name(const struct weir_limit_row *row)
{
    if (row->end == WEIR_LIMIT_ROW_STOPPED)
        return "interrupted";
    if (row->end == WEIR_LIMIT_ROW_FAILED)
        return "failed";
    if (row->search.end == WEIR_SEARCH_TRIALS)
        return "trials";
    return row->search.end == WEIR_SEARCH_TIME ? "time" : "done";
}

int weir_limit_row_line(const struct weir_limit_row *row, struct weir_err *err)
{
    char name[WEIR_LIMIT_ROW_NAME_MAX];
    struct weir_limit_found f = weir_limit_row_found(row);
    if (row->end == WEIR_LIMIT_ROW_SKIPPED ||
        (row->end != WEIR_LIMIT_ROW_DONE && row->trials_count == 0))
        return weir_results_skip(row->results, weir_limit_row_name(name, row),
                                 row->why, err);
    json_t *line = row_line(row, "limit");
    json_t *more =
        json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:b,s:o}", "ndr_pps",
                  positive(f.ndr.pps), "pdr_pps", positive(f.pdr.pps),
                  "ndr_bits", positive(f.bits), "ndr_width_fraction",
                  f.ndr.found ? json_real(f.ndr.width_fraction) : json_null(),
                  "limit", limit_name(f.verdict), "stage",
                  limit_stage(f.verdict), "generator_limited",
                  f.ndr.generator_limited, "cpu_ns", positive(f.cpu_ns));
    bool failed = update(line, more) != 0;
    more = json_pack(
        "{s:i,s:i,s:i,s:b,s:b,s:s,s:o,s:o,s:f,s:f}", "trials",
        (int)row->search.trials, "void_trials", (int)row->search.voids,
        "hiccups", (int)weir_search_hiccups(&row->search), "confirmed",
        f.ndr.confirmed, "shortened", row->shortened, "end", end_name(row),
        "ring_bytes", count(row->options->ring_bytes), "ring_s",
        positive(f.ring_s), "drain_s", (double)f.drain_ns / 1e9, "stop_s",
        (double)f.stop_ns / 1e9);
    failed = update(line, more) != 0 || failed;
    return add(row, line, failed, err);
}

char *weir_limit_rate_text(char *out, double pps)
{
    if (pps >= 999999.5)
        snprintf(out, WEIR_LIMIT_RATE_MAX, "%.3f Mpps", pps / 1e6);
    else
        snprintf(out, WEIR_LIMIT_RATE_MAX, "%.1f kpps", pps / 1e3);
    return out;
}

void weir_limit_tell_row(const struct weir_limit_row *row)
{
    char name[WEIR_LIMIT_ROW_NAME_MAX];
    fprintf(stderr, "row %u of %u: %s\n", row->number, row->rows,
            weir_limit_row_name(name, row));
}

void weir_limit_tell_trial(const struct weir_limit_row *row,
                           const struct weir_search_ask *ask,
                           const struct weir_recording_outcome *o)
{
    char rate[WEIR_LIMIT_RATE_MAX], verdict[WEIR_VERDICT_TEXT_MAX];
    fprintf(stderr, "  %2u  %-15s", row->search.trials + 1, why_name(ask));
    if (o->trial.is_void) {
        fprintf(stderr, "  void: %s\n", o->trial.why);
        return;
    }
    fprintf(stderr, "  %s %13s  %5.1f s  ", ask->pdr ? "PDR" : "NDR",
            weir_limit_rate_text(rate, o->trial.sent.offered_pps),
            (double)o->trial.sent.duration_ns / 1e9);
    if (o->lost == 0)
        fprintf(stderr, "nothing lost of %" PRIu64, o->trial.sent.frames);
    else
        fprintf(stderr, "lost %" PRIu64 " of %" PRIu64 " (%.4f %%), limit: %s",
                o->lost, o->trial.sent.frames, 100 * o->loss_fraction,
                weir_verdict_text(verdict, o->verdict));
    fprintf(stderr, "%s%s\n",
            o->trial.sent.limited ? ", the generator was late" : "",
            o->shortened ? ", shortened to the room in the target" : "");
}
