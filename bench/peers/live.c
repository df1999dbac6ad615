/* Live: recorders of an interface of the bench's own, under the same load.
 * What counts is what is in the file, by its numbers: what a recorder says
 * of itself is kept beside it. */

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "bench/peers/bench.h"
#include "bench/peers/says.h"
#include "bench/trial/reconcile.h"
#include "bench/trial/trial.h"
#include "bench/trial/verify.h"

/* Recorders wait up to a second for a block of the ring to fill (libpcap's
 * and stenotype's timeouts): none is stopped before it had that time. */
#define QUIET_LEAST_NS (1500 * WEIR_NS_PER_MS)

#define QUIET_MOST_NS (20 * WEIR_NS_PER_S)
#define STOP_NS       (15 * WEIR_NS_PER_S)

/* What its own words say; -1 if it says nothing. */
static int64_t own_number(const struct weir_job_end *end, const char *key,
                          bool before)
{
    uint64_t number = 0;
    if (key == NULL)
        return -1;
    bool found = weir_says_number(end->words, key, before, &number) ||
                 weir_says_number(end->output, key, before, &number);
    return found && number <= INT64_MAX ? (int64_t)number : -1;
}

static int file_count(struct weir_verify_counts *out, const char *folder,
                      uint64_t sent, struct weir_err *err)
{
    struct weir_verify *verify = NULL;
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%.4000s/" WEIR_PEER_OUT, folder);
    int ret = weir_verify_open(&verify, sent, err);
    if (ret == 0)
        ret = weir_verify_folder(verify, path, err);
    if (ret == 0)
        *out = weir_verify_counts(verify);
    weir_verify_close(verify);
    return ret;
}

/* Of a core, while frames came; NAN of a recorder without such a thread. */
static double capture_share(const struct weir_trial_outcome *trial)
{
    static const char prefix[] = "weir-capt";
    double share = NAN;
    for (size_t i = 0; i < trial->threads_count; i++)
        if (strncmp(trial->threads[i].name, prefix, strlen(prefix)) == 0)
            share = trial->threads[i].busy_fraction;
    return share;
}

static void figures_take(const struct weir_peer *peer,
                         const struct weir_trial_outcome *trial,
                         const struct weir_verify_counts *file,
                         struct weir_round *out)
{
    const struct weir_job_end *end = &trial->ended;
    const double sent_s = (double)trial->sent.duration_ns / 1e9;
    const double recorded = (double)file->distinct;
    /* What was dropped before any packet socket is nobody's loss here. */
    const uint64_t before =
        trial->before.qdisc + trial->before.device + trial->before.backlog;
    const double seen = (double)trial->sent.frames - (double)before;
    /* From the first frame to the last: one alone has no rate. */
    const bool rate = trial->sent.frames > 1 && sent_s > 0;
    out->valid = true;
    out->live = true;
    out->figures[WEIR_ROUND_PPS] = rate ? recorded / sent_s : NAN;
    out->figures[WEIR_ROUND_LOSS] = fmax(0, 1 - recorded / seen);
    out->figures[WEIR_ROUND_CPU_NS] = (double)trial->work_ns / recorded;
    out->figures[WEIR_ROUND_MEMORY] = weir_round_memory(end->memory_bytes);
    out->figures[WEIR_ROUND_DURATION] = sent_s;
    out->figures[WEIR_ROUND_CAPTURE] = capture_share(trial);
    out->sent = trial->sent.frames;
    out->recorded = file->distinct;
    out->repeated = file->repeated;
    out->offered_pps = rate ? trial->sent.offered_pps : NAN;
    out->limited = trial->sent.limited;
    out->captured = own_number(end, peer->says, peer->says_before);
    out->dropped = own_number(end, peer->lost, peer->lost_before);
    out->job_cpu_ns = (double)trial->cpu_ns / recorded;
    out->quiet_s = (double)trial->quiet_ns / 1e9;
}

static int round_run(const struct weir_peers_bench *bench,
                     const struct weir_peers_row *row,
                     const struct weir_peer *peer,
                     const struct weir_peer_argv *argv, const char *folder,
                     struct weir_round *out, struct weir_peers_void *why)
{
    static struct weir_trial_outcome trial;
    const struct weir_trial_recorder recorder = {
        .name = peer->name,
        .argv = argv->words,
        .folder = folder,
        .output = "",
        .cpus = bench->options->bench.recorder.cpu,
        .cpus_count = bench->options->bench.recorder.count,
        .stop_signal = peer->stop_signal != 0 ? peer->stop_signal : SIGINT,
        .quiet_least_ns = QUIET_LEAST_NS,
        .quiet_timeout_ns = QUIET_MOST_NS,
        .stop_timeout_ns = STOP_NS,
        .any_end = peer->ends_badly,
    };
    const struct weir_trial_traffic traffic = {
        .way = bench->options->way,
        .frame = row->frame,
        .load_pps = row->load_pps,
        .duration_ns = row->duration_ns,
        .frames = row->frames,
    };
    struct weir_verify_counts file = {0};
    int ret = weir_trial_run(&trial, row->place, &recorder, &traffic,
                             &bench->stop, &why->why);
    if (ret == -ECANCELED)
        return ret;
    why->for_good = ret != 0;
    if (ret == 0 && trial.is_void)
        ret = weir_err_set(&why->why, -EBADMSG, "%s", trial.why);
    if (ret == 0)
        ret = file_count(&file, folder, trial.sent.frames, &why->why);
    if (ret == 0 &&
        weir_reconcile_distinct(trial.sent.frames, &file, &why->why)) {
        if (file.distinct > 0)
            figures_take(peer, &trial, &file, out);
        else
            weir_err_set(&why->why, 0, "nothing was recorded");
    }
    return 0;
}

int weir_peers_live(const struct weir_peers_bench *bench,
                    const struct weir_peers_row *row,
                    struct weir_peers_rival *rival, struct weir_round *out,
                    struct weir_peers_void *why, struct weir_err *err)
{
    char folder[PATH_MAX];
    static struct weir_peer_argv argv;
    const struct weir_trial_place *place = row->place;
    const struct weir_peer_fill fill = {
        .weir = bench->options->bench.weir,
        .device = place->near,
        .out = WEIR_PEER_OUT,
    };
    int ret = weir_peers_folder_fresh(bench, rival->peer, folder, err);
    if (ret == 0)
        ret = weir_peer_argv_of(&argv, rival->peer, row->size, &fill, err);
    if (ret != 0)
        return ret;
    ret = round_run(bench, row, rival->peer, &argv, folder, out, why);
    if (ret != 0)
        (void)weir_err_set(err, ret, "interrupted");
    int rc = weir_peers_folder_remove(folder, err);
    return ret != 0 ? ret : rc;
}
