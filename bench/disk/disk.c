#include "bench/disk/disk.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "bench/disk/raw.h"
#include "bench/host/room.h"
#include "bench/limit/recording.h"
#include "bench/limit/search.h"
#include "bench/results/results.h"
#include "bench/stages/scratch.h"
#include "bench/stages/spread.h"
#include "ring/stop.h"

/* No disk here is faster; so much room is set aside for a second. */
#define FASTEST_BYTES_S UINT64_C(8000000000)

#define WIDTH 0.02

const uint32_t weir_disk_depths[WEIR_DISK_DEPTHS] = {1, 2, 4};

struct disk {
    const struct weir_disk_config *config;
    struct weir_room room;
    struct weir_disk_round rounds[WEIR_DISK_ROUNDS_MAX];
    uint32_t count;
};

double weir_disk_best(const struct weir_disk_round *round)
{
    double best = 0;
    for (size_t i = 0; i < WEIR_DISK_DEPTHS; i++)
        best = round->raw[i] > best ? round->raw[i] : best;
    return best;
}

/* Depths take turns in who is first. */
static int raw_measure(struct disk *d, struct weir_disk_round *round,
                       struct weir_err *err)
{
    const struct weir_disk_config *config = d->config;
    struct weir_scratch scratch;
    uint64_t bytes =
        (uint64_t)((double)config->duration_ns / 1e9 * (double)FASTEST_BYTES_S);
    int ret = weir_scratch_open(&scratch, config->folder, 0, err);
    if (ret != 0)
        return ret;
    if (bytes > d->room.bytes)
        bytes = d->room.bytes;
    if (bytes < WEIR_RAW_WRITE)
        bytes = WEIR_RAW_WRITE;
    for (size_t i = 0; i < WEIR_DISK_DEPTHS && ret == 0; i++) {
        const size_t turn = (i + d->count) % WEIR_DISK_DEPTHS;
        const struct weir_raw_config raw = {
            .folder = scratch.path,
            .bytes_max = bytes / WEIR_RAW_WRITE * WEIR_RAW_WRITE,
            .duration_ns = config->duration_ns,
            .depth = weir_disk_depths[turn],
            .stop = config->stop,
        };
        struct weir_raw found;
        ret = weir_raw_run(&found, &raw, err);
        round->raw[turn] = found.bytes_s;
    }
    weir_scratch_close(&scratch);
    round->best = weir_disk_best(round);
    return ret;
}

/* What is written behind the last frame is noticed some milliseconds late, at
 * most, which is little of a trial. */
static double rate_of(const struct weir_recording_outcome *outcome)
{
    const struct weir_trial_outcome *trial = &outcome->trial;
    uint64_t bytes = outcome->counts.file.bytes;
    int64_t ns = trial->sent.duration_ns + trial->quiet_ns;
    if (strcmp(outcome->report.write_mode, "direct") == 0 &&
        trial->written_bytes > 0) {
        bytes = trial->written_bytes;
        ns = trial->sent.duration_ns;
    }
    return (double)bytes * 1e9 / (double)ns;
}

/* A trial without loss that wrote more than those before it. */
static void take(struct weir_disk_round *round,
                 const struct weir_recording_outcome *outcome)
{
    const struct weir_trial_outcome *trial = &outcome->trial;
    const double rate = rate_of(outcome);
    if (trial->is_void || outcome->lost > 0 || rate <= round->file_bytes_s)
        return;
    round->file_bytes_s = rate;
    round->load_pps = trial->sent.offered_pps;
    round->cpu_ns = (double)trial->work_ns / (double)trial->sent.frames;
    memcpy(round->mode, outcome->report.write_mode, sizeof round->mode);
}

static void tell(const struct disk *d, const struct weir_search_ask *ask,
                 const struct weir_recording_outcome *outcome)
{
    const struct weir_trial_outcome *trial = &outcome->trial;
    fprintf(stderr, "  round %u, %s: ", d->count + 1,
            ask->load_pps > 0 ? "a load" : "full speed");
    if (trial->is_void)
        fprintf(stderr, "void: %s\n", trial->why);
    else
        fprintf(stderr, "%.1f kpps, lost %" PRIu64 " of %" PRIu64 "\n",
                trial->sent.offered_pps / 1e3, outcome->lost,
                trial->sent.frames);
}

static int trial_run(struct disk *d, struct weir_recording *recording,
                     struct weir_search *search,
                     const struct weir_search_ask *ask,
                     struct weir_disk_round *round, struct weir_err *err)
{
    char frame[16];
    struct weir_recording_outcome outcome;
    snprintf(frame, sizeof frame, "%u", d->config->frame_bytes);
    const struct weir_trial_traffic traffic = {
        .way = d->config->way,
        .frame = frame,
        .load_pps = ask->load_pps,
        .duration_ns = ask->duration_ns,
    };
    int ret = weir_recording_trial(recording, &traffic, &outcome, err);
    if (ret != 0)
        return ret;
    const struct weir_search_result result = weir_recording_result(&outcome);
    tell(d, ask, &outcome);
    take(round, &outcome);
    weir_search_put(search, &result);
    return 0;
}

static int search_run(struct disk *d, struct weir_recording *recording,
                      struct weir_disk_round *round, struct weir_err *err)
{
    struct weir_search search;
    struct weir_search_ask ask;
    struct weir_search_config config = weir_search_defaults();
    config.short_ns = d->config->duration_ns;
    config.long_ns = d->config->duration_ns;
    config.width = WIDTH;
    config.pdr_loss = 0;
    config.trials_max = d->config->trials;
    config.rfc2544 = true;
    weir_search_open(&search, &config);
    while (weir_search_next(&search, &ask)) {
        int ret = trial_run(d, recording, &search, &ask, round, err);
        if (ret != 0)
            return ret;
    }
    round->generator_limited = weir_search_ndr(&search).generator_limited;
    return 0;
}

static void round_print(const struct disk *d,
                        const struct weir_disk_round *round)
{
    FILE *out = d->config->out;
    fprintf(out, "  %5u", d->count + 1);
    for (size_t i = 0; i < WEIR_DISK_DEPTHS; i++)
        fprintf(out, " %8.3f", round->raw[i] / 1e9);
    fprintf(out, " %9.3f %6.2f %9.1f %8.0f  %s%s\n", round->file_bytes_s / 1e9,
            round->file_bytes_s / round->best, round->load_pps / 1e3,
            round->cpu_ns, round->mode,
            round->generator_limited ? ", generator" : "");
    (void)fflush(out);
}

static int rounds_run(struct disk *d, struct weir_err *err)
{
    const struct weir_disk_config *config = d->config;
    const struct weir_recording_config recorder = {
        .weir = config->bench->weir,
        .place = config->place,
        .target = config->folder,
        .ring_bytes = config->ring_bytes,
        .cpus = config->bench->recorder.cpu,
        .cpus_count = config->bench->recorder.count,
        .frame_bytes = config->frame_bytes,
        .stop = config->stop,
    };
    struct weir_recording recording;
    int ret = weir_recording_open(&recording, &recorder, err);
    while (ret == 0 && d->count < config->rounds) {
        struct weir_disk_round *round = &d->rounds[d->count];
        ret = raw_measure(d, round, err);
        if (ret == 0)
            ret = search_run(d, &recording, round, err);
        if (ret == 0) {
            round_print(d, round);
            d->count++;
        }
    }
    weir_recording_close(&recording);
    return ret;
}

static json_t *round_json(const struct weir_disk_round *round)
{
    json_t *raw = json_object();
    for (size_t i = 0; i < WEIR_DISK_DEPTHS; i++) {
        char depth[16];
        snprintf(depth, sizeof depth, "%u", weir_disk_depths[i]);
        (void)json_object_set_new(raw, depth, json_real(round->raw[i]));
    }
    return json_pack("{s:o,s:f,s:f,s:f,s:f,s:b,s:s}", "raw_bytes_s", raw,
                     "best_bytes_s", round->best, "file_bytes_s",
                     round->file_bytes_s, "load_pps", round->load_pps, "cpu_ns",
                     round->cpu_ns, "generator_limited",
                     round->generator_limited, "write", round->mode);
}

static double median(const struct disk *d, size_t offset)
{
    double values[WEIR_DISK_ROUNDS_MAX];
    struct weir_spread spread;
    for (uint32_t i = 0; i < d->count; i++)
        memcpy(&values[i], (const char *)&d->rounds[i] + offset,
               sizeof values[i]);
    weir_spread_make(&spread, values, d->count);
    return spread.p50;
}

static json_t *disk_json(const struct disk *d, bool limited)
{
    char frame[16];
    json_t *rounds = json_array();
    snprintf(frame, sizeof frame, "%u", d->config->frame_bytes);
    for (uint32_t i = 0; i < d->count; i++)
        (void)json_array_append_new(rounds, round_json(&d->rounds[i]));
    return json_pack(
        "{s:s,s:s,s:s,s:o,s:s,s:f,s:o,s:f,s:f,s:f,s:b}", "type", "disk",
        "frame", frame, "target", d->room.type, "folder",
        weir_results_text(d->config->folder), "generator", d->config->way,
        "duration_s", (double)d->config->duration_ns / 1e9, "rounds", rounds,
        "best_bytes_s", median(d, offsetof(struct weir_disk_round, best)),
        "file_bytes_s",
        median(d, offsetof(struct weir_disk_round, file_bytes_s)), "load_pps",
        median(d, offsetof(struct weir_disk_round, load_pps)),
        "generator_limited", limited);
}

static int results_add(const struct disk *d, struct weir_err *err)
{
    double over[WEIR_DISK_ROUNDS_MAX];
    double under[WEIR_DISK_ROUNDS_MAX];
    char name[96];
    bool limited = false;
    uint32_t lossy = 0;
    for (uint32_t i = 0; i < d->count; i++) {
        over[i] = d->rounds[i].file_bytes_s;
        under[i] = d->rounds[i].best;
        limited = limited || d->rounds[i].generator_limited;
        lossy += !(over[i] > 0);
    }
    if (d->count == 0)
        return 0;
    snprintf(name, sizeof name,
             "disk, %u bytes: weir over raw O_DIRECT, file bytes",
             d->config->frame_bytes);
    int ret = weir_results_add(d->config->results, disk_json(d, limited), err);
    if (ret == 0)
        ret = weir_results_ratio(d->config->results, name, over, under,
                                 d->count, "more", err);
    if (ret == 0 && limited)
        ret = weir_results_note(d->config->results, err,
                                "disk, %u bytes: in a round no load that the "
                                "generator could send was too high",
                                d->config->frame_bytes);
    if (ret == 0 && lossy > 0)
        ret = weir_results_note(d->config->results, err,
                                "disk, %u bytes: in %u of %u rounds no load "
                                "was without loss, and these have no ratio",
                                d->config->frame_bytes, lossy, d->count);
    if (ret == 0 && lossy == d->count)
        ret = weir_err_set(err, -EIO, "no load was without loss");
    return ret;
}

int weir_disk_run(const struct weir_disk_config *config, struct weir_err *err)
{
    struct disk d = {.config = config};
    struct weir_err ignored;
    int ret = weir_room_of(&d.room, config->folder, err);
    if (ret != 0)
        return ret;
    fprintf(config->out,
            "%s, frames of %u bytes, %.1f s each, by %s\n"
            "  %5s %26s %9s %6s %9s %8s\n"
            "  %5s %8u %8u %8u %9s %6s %9s %8s\n",
            d.room.type, config->frame_bytes, (double)config->duration_ns / 1e9,
            config->way, "", "O_DIRECT at depth, GB/s", "weir", "share", "load",
            "CPU", "round", weir_disk_depths[0], weir_disk_depths[1],
            weir_disk_depths[2], "GB/s", "", "kpps", "ns/frame");
    ret = rounds_run(&d, err);
    int rc = results_add(&d, ret == 0 ? err : &ignored);
    return ret != 0 ? ret : rc;
}
