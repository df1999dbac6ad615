#include "bench/limit/limit_row.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/limit/limit_lines.h"
#include "bench/results/results.h"
#include "sink/printable.h"

/* Where a frame begins behind its header in a TPACKET_V3 block, and how
 * frames are aligned there (net/packet/af_packet.c, tpacket_rcv and
 * prb_fill_curr_block). */
#define RING_FRAME_AT    82
#define RING_FRAME_ALIGN 8

/* Bytes of names. */
#define SPEC_MAX   32
#define TARGET_MAX 64

double weir_limit_ring_s(uint64_t ring_bytes, double frame_bytes, double pps)
{
    double each = frame_bytes + RING_FRAME_AT + RING_FRAME_ALIGN / 2.0;
    return pps > 0 ? (double)ring_bytes / each / pps : 0;
}

char *weir_limit_row_name(char *out, const struct weir_limit_row *row)
{
    char workers[32] = "default workers";
    if (row->workers > 0)
        snprintf(workers, sizeof workers, "%u worker%s", row->workers,
                 row->workers == 1 ? "" : "s");
    char frame[SPEC_MAX + sizeof WEIR_PRINTABLE_CUT];
    char target[TARGET_MAX + sizeof WEIR_PRINTABLE_CUT];
    snprintf(
        out, WEIR_LIMIT_ROW_NAME_MAX, "frame %s, %s%s, %s, %s",
        weir_printable_end(frame, sizeof frame, row->frame->spec, SPEC_MAX),
        row->target != NULL ? "to " : "",
        weir_printable_end(target, sizeof target,
                           row->target != NULL ? row->target : "no file",
                           TARGET_MAX),
        workers, row->way);
    return out;
}

static const struct weir_search_load *load_at(const struct weir_search *search,
                                              double pps)
{
    for (size_t i = 0; i < search->loads_count; i++)
        if (search->loads[i].pps == pps)
            return &search->loads[i];
    return NULL;
}

/* The last trial at the load, of those that lost frames or that did not; a
 * long one if there is one. */
static const struct weir_limit_trial *trial_at(const struct weir_limit_row *row,
                                               double pps, bool lossy)
{
    const struct weir_search_load *load = load_at(&row->search, pps);
    const struct weir_limit_trial *found = NULL;
    for (size_t i = 0; load != NULL && i < row->trials_count; i++) {
        const struct weir_limit_trial *trial = &row->trials[i];
        if (trial->asked_pps == load->asked_pps && (trial->lost > 0) == lossy &&
            (found == NULL || trial->is_long || !found->is_long))
            found = trial;
    }
    return found;
}

struct weir_limit_found weir_limit_row_found(const struct weir_limit_row *row)
{
    struct weir_limit_found found = {
        .ndr = weir_search_ndr(&row->search),
        .pdr = weir_search_pdr(&row->search),
    };
    const struct weir_limit_trial *at = NULL, *above = NULL;
    if (found.ndr.found)
        at = trial_at(row, found.ndr.pps, false);
    if (found.ndr.above_pps > 0)
        above = trial_at(row, found.ndr.above_pps, true);
    if (found.ndr.generator_limited)
        found.verdict.limit = found.verdict.stage = WEIR_LIMIT_GENERATOR;
    else if (above != NULL)
        found.verdict = above->verdict;
    if (at != NULL) {
        found.bits = found.ndr.pps * at->bits_per_frame;
        found.cpu_ns = at->cpu_ns;
        found.drain_ns = at->drain_ns;
        found.stop_ns = at->stop_ns;
        found.ring_s = weir_limit_ring_s(row->options->ring_bytes,
                                         row->frame->mean_bytes, found.ndr.pps);
    }
    return found;
}

static void keep(struct weir_limit_row *row, const struct weir_search_ask *ask,
                 const struct weir_recording_outcome *outcome)
{
    const struct weir_trial_outcome *trial = &outcome->trial;
    double sent = (double)trial->sent.frames;
    if (trial->is_void || row->trials_count == WEIR_SEARCH_TRIALS_MAX)
        return;
    row->shortened = row->shortened || outcome->shortened;
    row->trials[row->trials_count++] = (struct weir_limit_trial){
        .asked_pps = ask->load_pps,
        .is_long = ask->duration_ns == row->search.config.long_ns,
        .lost = outcome->lost,
        .verdict = outcome->verdict,
        .cpu_ns = (double)trial->work_ns / sent,
        .bits_per_frame =
            trial->sent.offered_pps > 0
                ? trial->sent.offered_bits / trial->sent.offered_pps
                : 0,
        .drain_ns = trial->quiet_ns,
        .stop_ns = trial->stop_ns,
    };
}

/* How many it had, where that was its own choice. */
static void count_workers(struct weir_limit_row *row,
                          const struct weir_trial_outcome *trial)
{
    static const char prefix[] = "weir-work-";
    if (row->workers > 0 || trial->is_void)
        return;
    for (size_t i = 0; i < trial->threads_count; i++)
        row->workers +=
            strncmp(trial->threads[i].name, prefix, strlen(prefix)) == 0;
}

static int run_one(struct weir_limit_row *row, struct weir_recording *recording,
                   const struct weir_search_ask *ask, struct weir_err *err)
{
    struct weir_recording_outcome outcome;
    const struct weir_trial_traffic traffic = {
        .way = row->way,
        .frame = row->frame->spec,
        .load_pps = ask->load_pps,
        .duration_ns = ask->duration_ns,
        .flows = row->options->flows,
        .skew = row->options->skew,
    };
    int ret = weir_recording_trial(recording, &traffic, &outcome, err);
    if (ret != 0)
        return ret;
    const struct weir_search_result result = weir_recording_result(&outcome);
    count_workers(row, &outcome.trial);
    weir_limit_tell_trial(row, ask, &outcome);
    ret = weir_limit_trial_line(row, ask, &outcome, err);
    if (ret != 0)
        return ret;
    keep(row, ask, &outcome);
    weir_search_put(&row->search, &result);
    return 0;
}

static int search(struct weir_limit_row *row, struct weir_recording *recording,
                  struct weir_err *err)
{
    struct weir_search_ask ask;
    while (weir_search_next(&row->search, &ask)) {
        int ret = run_one(row, recording, &ask, err);
        if (ret != 0)
            return ret;
    }
    if (row->search.end == WEIR_SEARCH_VOIDS)
        return weir_err_set(err, -EIO, "%u void trials in a row",
                            row->search.voids_in_row);
    if (row->trials_count == 0)
        return weir_err_set(err, -EIO, "every trial was void");
    return 0;
}

static void finish(struct weir_limit_row *row, int ret,
                   const struct weir_err *err)
{
    if (ret == -ECANCELED)
        row->end = WEIR_LIMIT_ROW_STOPPED;
    else if (ret == -ENOSPC)
        row->end = WEIR_LIMIT_ROW_SKIPPED;
    else if (ret != 0)
        row->end = WEIR_LIMIT_ROW_FAILED;
    if (ret != 0)
        memcpy(row->why, err->text, sizeof row->why);
}

/* The type of a folder is known when it was looked at. */
static void name_no_target(struct weir_limit_row *row)
{
    snprintf(row->target_type, sizeof row->target_type, "%s",
             row->target == NULL ? "none" : "");
}

void weir_limit_row_fail(struct weir_limit_row *row, int error,
                         const struct weir_err *err)
{
    struct weir_err failure = *err;
    weir_search_open(&row->search, &row->options->search);
    name_no_target(row);
    finish(row, error, err);
    int ret = weir_limit_row_line(row, &failure);
    if (ret != 0)
        finish(row, ret, &failure);
}

void weir_limit_row_run(struct weir_limit_row *row)
{
    const struct weir_limit_options *options = row->options;
    struct weir_recording recording = {.fastest_pps = 0};
    struct weir_err err = {.text = ""};
    struct weir_room room;
    const struct weir_recording_config config = {
        .weir = options->bench.weir,
        .place = row->place,
        .target = row->target,
        .filter = row->filter,
        .ring_bytes = options->ring_bytes,
        .workers = row->workers,
        .cpus = options->bench.recorder.cpu,
        .cpus_count = options->bench.recorder.count,
        .frame_bytes = row->frame->mean_bytes,
        .stop = row->stop,
    };
    weir_search_open(&row->search, &options->search);
    name_no_target(row);
    weir_limit_tell_row(row);
    int ret = 0;
    if (row->target != NULL) {
        ret = weir_room_of(&room, row->target, &err);
        if (ret == 0)
            memcpy(row->target_type, room.type, sizeof row->target_type);
    }
    if (ret == 0)
        ret = weir_recording_open(&recording, &config, &err);
    if (ret == 0)
        ret = search(row, &recording, &err);
    weir_recording_close(&recording);
    finish(row, ret, &err);
    ret = weir_limit_row_line(row, &err);
    if (ret != 0)
        finish(row, ret, &err);
}
