#include "bench/limit/recording.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"

#define FILE_NAME   "trial.pcapng"
#define REPORT_NAME "report.json"

#define MIB (UINT64_C(1) << 20)

/* Of a pcapng's record, besides the frame (sink/encode.h), rounded up. */
#define RECORD_BYTES 48

/* Full speed is not known before it was tried: as much as a generator can
 * possibly do. */
#define FASTEST_PPS  5e6
#define FASTEST_BITS 100e9

/* A trial that is cut to less than this tells nothing. */
#define LEAST_NS (200 * WEIR_NS_PER_MS)

/* The room is looked at before each trial. */
static int make_folder(struct weir_scratch *out, const char *in,
                       struct weir_err *err)
{
    int ret = weir_scratch_open(out, in, 0, err);
    if (ret != 0)
        out->path[0] = '\0';
    return ret;
}

int weir_recording_open(struct weir_recording *out,
                        const struct weir_recording_config *config,
                        struct weir_err *err)
{
    *out = (struct weir_recording){.config = *config};
    int ret = make_folder(&out->scratch, weir_scratch_folder(), err);
    if (ret == 0 && config->target != NULL)
        ret = make_folder(&out->folder, config->target, err);
    return ret;
}

static void remove_folder(struct weir_scratch *folder)
{
    if (folder->path[0] != '\0')
        weir_scratch_close(folder);
    folder->path[0] = '\0';
}

struct weir_search_result
weir_recording_result(const struct weir_recording_outcome *outcome)
{
    return (struct weir_search_result){
        .valid = !outcome->trial.is_void,
        .generator_limited = outcome->trial.sent.limited,
        .offered_pps = outcome->trial.sent.offered_pps,
        .sent = outcome->trial.sent.frames,
        .lost = outcome->lost,
    };
}

void weir_recording_close(struct weir_recording *recording)
{
    remove_folder(&recording->scratch);
    remove_folder(&recording->folder);
}

/* In MiB: so much has to be free for so many frames a second. */
static uint64_t needed(const struct weir_recording *r, double pps)
{
    double bytes =
        pps * (r->config.frame_bytes + RECORD_BYTES) * ((double)LEAST_NS / 1e9);
    return (uint64_t)(2 * bytes / (double)MIB) + 1;
}

/* How long the target lets the trial be. */
static int find_duration(const struct weir_recording *r,
                         const struct weir_trial_traffic *traffic,
                         struct weir_recording_outcome *out,
                         struct weir_err *err)
{
    struct weir_room room;
    out->duration_ns = traffic->duration_ns;
    if (r->config.target == NULL)
        return 0;
    int ret = weir_room_of(&room, r->config.target, err);
    if (ret != 0)
        return ret;
    double pps = (double)traffic->load_pps;
    if (traffic->load_pps == 0) {
        pps = FASTEST_BITS / (8 * r->config.frame_bytes);
        pps = pps < FASTEST_PPS ? pps : FASTEST_PPS;
        if (r->fastest_pps > 0)
            pps = 1.2 * r->fastest_pps;
    }
    out->duration_ns = weir_room_fit(room.bytes, traffic->duration_ns, pps,
                                     r->config.frame_bytes + RECORD_BYTES);
    out->shortened = out->duration_ns < traffic->duration_ns;
    if (!out->shortened || out->duration_ns >= LEAST_NS)
        return 0;
    return weir_err_set(err, -ENOSPC,
                        "%s: a trial may write half of the %" PRIu64
                        " MiB that are free; %" PRIu64 " MiB are needed",
                        r->config.target, 2 * room.bytes / MIB, needed(r, pps));
}

static int run_trial(const struct weir_recording *r,
                     const struct weir_trial_traffic *traffic,
                     struct weir_recording_outcome *out, const char *report,
                     const char *file, struct weir_err *err)
{
    const struct weir_recording_config *config = &r->config;
    char ring[32], workers[16];
    const char *argv[24] = {
        config->weir, "record", "-q",       "-i",  config->place->near,
        "-B",         ring,     "--report", report};
    size_t words = 9;
    snprintf(ring, sizeof ring, "%" PRIu64 "K", config->ring_bytes / 1024);
    snprintf(workers, sizeof workers, "%u", config->workers);
    if (config->workers > 0) {
        argv[words++] = "--workers";
        argv[words++] = workers;
    }
    if (config->target != NULL) {
        argv[words++] = "-w";
        argv[words++] = file;
    }
    if (config->filter != NULL)
        argv[words] = config->filter;
    const struct weir_trial_recorder recorder = {
        .name = "weir record",
        .argv = argv,
        .cpus = config->cpus,
        .cpus_count = config->cpus_count,
    };
    struct weir_trial_traffic limited = *traffic;
    limited.duration_ns = out->duration_ns;
    return weir_trial_run(&out->trial, config->place, &recorder, &limited,
                          config->stop, err);
}

static int verify(struct weir_recording_outcome *out, const char *file,
                  struct weir_err *err)
{
    struct weir_verify *verify;
    int ret = weir_verify_open(&verify, out->trial.sent.frames, err);
    if (ret != 0)
        return ret;
    ret = weir_verify_file(verify, file, err);
    out->counts.file = weir_verify_counts(verify);
    out->counts.has_file = true;
    weir_verify_close(verify);
    return ret;
}

static void make_void(struct weir_recording_outcome *out,
                      const struct weir_err *why)
{
    out->trial.is_void = true;
    memcpy(out->trial.why, why->text, sizeof out->trial.why);
}

static void judge(struct weir_recording_outcome *out)
{
    const struct weir_trial_outcome *trial = &out->trial;
    double sending_ns = (double)trial->sent.duration_ns;
    out->lost = weir_reconcile_lost(&out->counts);
    if (trial->sent.frames > 0)
        out->loss_fraction = (double)out->lost / (double)trial->sent.frames;
    const struct weir_verdict_facts facts = {
        .lost = out->lost,
        .loss_fraction = out->loss_fraction,
        .generator_limited = trial->sent.limited,
        .before = trial->before,
        .kernel_dropped = out->report.kernel_dropped,
        .lost_in_write = out->report.lost_in_write,
        .starved = out->report.starved,
        .write_fraction = sending_ns > 0
                              ? (double)out->report.write_ns /
                                    (sending_ns + (double)trial->quiet_ns)
                              : 0,
        .threads = trial->threads,
        .threads_count = trial->threads_count,
    };
    out->verdict = weir_verdict(&facts);
}

static void fill_counts(struct weir_recording_outcome *out)
{
    const struct weir_report_counts *report = &out->report;
    out->counts.sent = out->trial.sent.frames;
    out->counts.before = out->trial.before;
    out->counts.kernel_seen = report->kernel_seen;
    out->counts.kernel_dropped = report->kernel_dropped;
    out->counts.discards = report->discards;
    out->counts.received = report->received;
    out->counts.accounted = report->written;
    out->counts.excluded = report->excluded;
    out->counts.lost = report->lost;
}

static int look(const struct weir_recording *r,
                struct weir_recording_outcome *out, const char *report,
                const char *file, struct weir_err *err)
{
    struct weir_err why = {.text = ""};
    int ret = weir_report_counts_read(&out->report, report, err);
    if (ret != 0)
        return ret;
    fill_counts(out);
    if (r->config.target != NULL)
        ret = verify(out, file, err);
    if (ret != 0)
        return ret;
    judge(out);
    if (out->trial.sent.frames == 0) {
        (void)weir_err_set(&why, -EINVAL, "the generator sent nothing");
        make_void(out, &why);
    } else if (!weir_reconcile(&out->counts, &why)) {
        make_void(out, &why);
    }
    return 0;
}

int weir_recording_trial(struct weir_recording *recording,
                         const struct weir_trial_traffic *traffic,
                         struct weir_recording_outcome *out,
                         struct weir_err *err)
{
    char report[PATH_MAX + sizeof REPORT_NAME];
    char file[PATH_MAX + sizeof FILE_NAME];
    memset(out, 0, sizeof *out);
    snprintf(report, sizeof report, "%s/" REPORT_NAME, recording->scratch.path);
    snprintf(file, sizeof file, "%s/" FILE_NAME, recording->folder.path);
    int ret = find_duration(recording, traffic, out, err);
    if (ret == 0)
        ret = run_trial(recording, traffic, out, report, file, err);
    if (ret == 0 && !out->trial.is_void)
        ret = look(recording, out, report, file, err);
    (void)unlink(report);
    if (recording->config.target != NULL)
        (void)unlink(file);
    if (ret == 0 && out->trial.sent.offered_pps > recording->fastest_pps)
        recording->fastest_pps = out->trial.sent.offered_pps;
    return ret;
}
