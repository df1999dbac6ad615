/* Offline: programs that read a file.  They may use all CPUs of the bench,
 * since nothing else runs meanwhile. */

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "bench/host/job.h"
#include "bench/peers/bench.h"
#include "bench/peers/proof.h"
#include "bench/peers/says.h"

/* What a program may take: so many times what is usual, and the patience that
 * was asked for. */
#define PATIENCE_TIMES 20

#define LOOK_MS   50
#define SAID_MAX  ((size_t)1 << 18)
#define SAID_FILE "said"

/* Until the job has ended, or the stop is set.  Its end is seen at once, so
 * that its time is right to some microseconds. */
static void job_watch(struct weir_job *job, const struct weir_stop *stop,
                      int64_t deadline_ns)
{
    struct pollfd fds[] = {
        {.fd = (int)syscall(SYS_pidfd_open, weir_job_pid(job), 0),
         .events = POLLIN},
        {.fd = stop->fd, .events = POLLIN},
    };
    while (weir_job_running(job) && !weir_stop_is_set(stop) &&
           weir_clock_mono_ns() < deadline_ns)
        (void)poll(fds, 2, LOOK_MS);
    if (fds[0].fd >= 0)
        (void)close(fds[0].fd);
}

/* What it said on both outputs, the end of it; the caller frees. */
static char *said_read(const char *path, const struct weir_job_end *end)
{
    char *said = calloc(1, SAID_MAX + sizeof end->words + 1);
    FILE *file = fopen(path, "re");
    if (said == NULL || file == NULL) {
        if (file != NULL)
            (void)fclose(file);
        return said;
    }
    if (fseek(file, -(long)SAID_MAX, SEEK_END) != 0)
        (void)fseek(file, 0, SEEK_SET);
    size_t n = fread(said, 1, SAID_MAX, file);
    (void)fclose(file);
    for (size_t i = 0; i < n; i++)
        if (said[i] == '\0')
            said[i] = '?';
    if (n > 0)
        said[n++] = '\n';
    memcpy(said + n, end->words, strlen(end->words));
    return said;
}

/* How a job ended badly, in one line. */
static void bad_end(const struct weir_job_end *end, const char *said,
                    struct weir_peers_void *why)
{
    char line[200];
    weir_says_last_line(said, line, sizeof line);
    why->for_good = end->timed_out;
    if (end->timed_out)
        weir_err_set(&why->why, 0, "it hung: ended after %.1f s",
                     (double)end->wall_ns / 1e9);
    else if (end->signal != 0)
        weir_err_set(&why->why, 0, "it crashed: signal %d (%s)", end->signal,
                     strsignal(end->signal));
    else
        weir_err_set(&why->why, 0, "exit status %d: %s", end->status, line);
}

static void figures_take(const struct weir_peers_row *row,
                         const struct weir_job_end *end,
                         const struct weir_proof_flows *found,
                         struct weir_round *out)
{
    const double frames = (double)row->frames;
    const double wall_s = (double)end->wall_ns / 1e9;
    out->valid = true;
    out->figures[WEIR_ROUND_PPS] = frames / wall_s;
    out->figures[WEIR_ROUND_LOSS] = NAN;
    out->figures[WEIR_ROUND_CPU_NS] =
        (double)(end->user_ns + end->system_ns) / frames;
    out->figures[WEIR_ROUND_MEMORY] = weir_round_memory(end->memory_bytes);
    out->figures[WEIR_ROUND_DURATION] = wall_s;
    out->figures[WEIR_ROUND_CAPTURE] = NAN;
    out->flows = found->flows;
    out->flow_bytes = found->bytes;
}

/* Runs it; 0 with its end, or -errno: it cannot be run at all. */
static int job_run(const struct weir_peers_bench *bench,
                   const struct weir_peers_row *row,
                   const struct weir_peers_rival *rival,
                   const struct weir_peer_argv *argv, const char *folder,
                   struct weir_job_end *end, struct weir_err *err)
{
    char said[PATH_MAX];
    snprintf(said, sizeof said, "%.4000s/" SAID_FILE, folder);
    const struct weir_job_config config = {
        .argv = argv->words,
        .netns_fd = -1,
        .cpus = bench->all.cpu,
        .cpus_count = bench->all.count,
        .folder = folder,
        .input_fd = open(row->input, O_RDONLY | O_CLOEXEC),
        .output = said,
    };
    if (config.input_fd < 0)
        return weir_err_sys(err, -errno, "%s", row->input);
    const int64_t patience_ns =
        bench->options->patience_ns +
        PATIENCE_TIMES * (int64_t)rival->peer->usual_ns * (int64_t)row->frames;
    struct weir_job *job = NULL;
    int ret = weir_job_start(&job, &config, err);
    if (ret == 0) {
        job_watch(job, &bench->stop, weir_clock_mono_ns() + patience_ns);
        ret = weir_job_wait(job, 0, end, err);
        weir_job_close(job);
    }
    (void)close(config.input_fd);
    return ret;
}

static int round_run(const struct weir_peers_bench *bench,
                     const struct weir_peers_row *row,
                     struct weir_peers_rival *rival,
                     const struct weir_peer_argv *argv, const char *folder,
                     struct weir_round *out, struct weir_peers_void *why)
{
    struct weir_job_end end = {0};
    struct weir_proof_flows found = {0};
    char path[PATH_MAX];
    if (job_run(bench, row, rival, argv, folder, &end, &why->why) != 0) {
        why->for_good = true;
        return 0;
    }
    if (weir_stop_is_set(&bench->stop))
        return -ECANCELED;
    snprintf(path, sizeof path, "%.4000s/" SAID_FILE, folder);
    char *said = said_read(path, &end);
    if (said == NULL)
        return -ENOMEM;
    snprintf(path, sizeof path, "%.4000s/" WEIR_PEER_OUT, folder);
    if (end.timed_out || end.signal != 0 || end.status != 0)
        bad_end(&end, said, why);
    else if (weir_proof(rival->peer, row->frames, row->input, said, path,
                        &found, &why->why) == 0)
        figures_take(row, &end, &found, out);
    free(said);
    return 0;
}

int weir_peers_offline(const struct weir_peers_bench *bench,
                       const struct weir_peers_row *row,
                       struct weir_peers_rival *rival, struct weir_round *out,
                       struct weir_peers_void *why, struct weir_err *err)
{
    char folder[PATH_MAX];
    char input[PATH_MAX];
    struct weir_peer_argv argv;
    /* From the working folder, so that command lines stay short. */
    const char *name = strrchr(row->input, '/');
    snprintf(input, sizeof input, "..%.4000s", name != NULL ? name : "/");
    const struct weir_peer_fill fill = {
        .weir = bench->options->bench.weir,
        .in = input,
        .out = WEIR_PEER_OUT,
    };
    int ret = weir_peers_folder_fresh(bench, rival->peer, folder, err);
    if (ret == 0)
        ret = weir_peer_argv_of(&argv, rival->peer, row->size, &fill, err);
    if (ret != 0)
        return ret;
    ret = round_run(bench, row, rival, &argv, folder, out, why);
    if (ret != 0)
        (void)weir_err_sys(err, ret, "%s", rival->peer->name);
    int rc = weir_peers_folder_remove(folder, err);
    return ret != 0 ? ret : rc;
}
