#include "bench/peers/peers_cmd.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/output.h"
#include "bench/host/interrupt.h"
#include "bench/host/machine.h"
#include "bench/host/rig.h"
#include "bench/host/room.h"
#include "bench/peers/bench.h"
#include "bench/peers/input.h"
#include "bench/peers/options.h"
#include "bench/peers/plan.h"
#include "bench/peers/tally.h"
#include "bench/results/results.h"
#include "bench/stages/scratch.h"
#include "bench/trial/trial.h"
#include "sink/printable.h"

#define COMMAND "weir bench peers"

/* Of everything in the folder; and what the machine keeps beside files that
 * lie in memory: rings of 512 MiB, twice for a moment. */
#define ROOM_MIN   (UINT64_C(64) << 20)
#define MEMORY_OFF (UINT64_C(2) << 30)

#define MTU_LEAST 1500
#define HEADER    14

struct peers {
    struct weir_peers_options options;
    struct weir_peers_bench bench;
    struct weir_scratch scratch;
    struct weir_rig *rig;
    struct weir_trial_place place;
    char input[PATH_MAX]; /* the file that is there */
    uint64_t input_frames;
    char input_frame[12];
    struct weir_peers_tally tally;
};

/* What files may take: of a folder in memory no more than there is. */
static int room_find(uint64_t *out, const char *folder, struct weir_err *err)
{
    struct statvfs fs;
    if (statvfs(folder, &fs) != 0)
        return weir_err_sys(err, -errno, "folder '%s'", folder);
    uint64_t room = (uint64_t)fs.f_bavail * fs.f_frsize;
    uint64_t memory = weir_memory_available("");
    if (strncmp(folder, "/dev/shm", 8) == 0) {
        memory = memory > MEMORY_OFF ? memory - MEMORY_OFF : 0;
        room = memory < room ? memory : room;
    }
    *out = room;
    if (room >= ROOM_MIN)
        return 0;
    return weir_err_set(
        err, -ENOSPC, "%s has room for %" PRIu64 " MiB, %" PRIu64 " are needed",
        folder, room >> 20, (uint64_t)ROOM_MIN >> 20);
}

static const char *folder_of(const struct weir_peers_options *options)
{
    if (options->folder != NULL)
        return options->folder;
    return access("/dev/shm", W_OK) == 0 ? "/dev/shm" : weir_scratch_folder();
}

/* The system's own programs may lie where only root looks for them. */
static void path_widen(void)
{
    char path[PATH_MAX];
    const char *now = getenv("PATH");
    snprintf(path, sizeof path, "%s:/usr/local/sbin:/usr/sbin:/sbin",
             now != NULL ? now : "/usr/bin:/bin");
    (void)setenv("PATH", path, 1);
}

static void both_cpus(struct weir_peers_bench *bench)
{
    const struct weir_bench_args *args = &bench->options->bench;
    bench->all = args->recorder;
    for (size_t i = 0; i < args->generator.count; i++) {
        bool there = false;
        for (size_t k = 0; k < args->recorder.count; k++)
            there = there || args->recorder.cpu[k] == args->generator.cpu[i];
        if (!there && bench->all.count < WEIR_BENCH_CPUS_MAX)
            bench->all.cpu[bench->all.count++] = args->generator.cpu[i];
    }
}

static void input_remove(struct peers *p)
{
    if (p->input_frames > 0)
        (void)unlink(p->input);
    p->input_frames = 0;
}

/* The file that a row reads, if it is not there already. */
static int input_make(struct peers *p, const struct weir_peers_row *row,
                      struct weir_err *err)
{
    if (p->input_frames == row->frames &&
        strcmp(p->input_frame, row->frame) == 0)
        return 0;
    input_remove(p);
    snprintf(p->input, sizeof p->input, "%.4000s/in.pcap", p->bench.folder);
    int ret = weir_peers_input_make(row, p->input, p->options.bench.weir, err);
    if (ret != 0)
        return ret;
    p->input_frames = row->frames;
    snprintf(p->input_frame, sizeof p->input_frame, "%s", row->frame);
    return 0;
}

static uint32_t mtu_of(const struct weir_peers_options *options)
{
    uint32_t mtu = MTU_LEAST;
    for (size_t i = 0; i < options->sizes_count; i++)
        if (options->sizes[i] != WEIR_PEERS_IMIX &&
            options->sizes[i] - HEADER > mtu)
            mtu = options->sizes[i] - HEADER;
    return mtu;
}

/* What the live rows share. */
static int rig_make(struct peers *p, struct weir_err *err)
{
    input_remove(p); /* recordings need the room */
    if (p->rig != NULL)
        return 0;
    int ret = weir_rig_open(&p->rig, mtu_of(&p->options), err);
    if (ret != 0)
        return ret;
    const struct weir_bench_cpus *cpus = &p->options.bench.generator;
    p->place = (struct weir_trial_place){
        .near_fd = weir_rig_near(p->rig),
        .far_fd = weir_rig_far(p->rig),
        .near = WEIR_RIG_NEAR,
        .far = WEIR_RIG_FAR,
        .generator_cpus = cpus->cpu,
        .generator_cpus_count = cpus->count,
    };
    return 0;
}

/* Says what could not be had, and goes on. */
static int row_skip(struct peers *p, const struct weir_peers_row *row,
                    const struct weir_err *why, struct weir_err *err)
{
    char what[128];
    snprintf(what, sizeof what, "%s, %s", row->name, row->title);
    fprintf(p->bench.out, "\n%s: left out: %s\n", what, why->text);
    (void)fflush(p->bench.out);
    return weir_results_skip(p->bench.results, what, why->text, err);
}

static int row_run(struct peers *p, struct weir_peers_row *row,
                   struct weir_err *err)
{
    struct weir_err why = {0};
    int ret = row->task == WEIR_PEER_LIVE ? rig_make(p, &why)
                                          : input_make(p, row, &why);
    if (ret == 0) {
        row->place = &p->place;
        snprintf(row->input, sizeof row->input, "%s", p->input);
        ret = weir_peers_row(&p->bench, row, &why);
    }
    if (ret == -ECANCELED || weir_stop_is_set(&p->bench.stop))
        return weir_err_set(err, -ECANCELED, "interrupted");
    return ret == 0 ? 0 : row_skip(p, row, &why, err);
}

/* How much there is to do, before it begins. */
static void plan_print(const struct peers *p, size_t rows, int64_t ns)
{
    char folder[512];
    const double s = fmax(1, (double)ns / 1e9);
    fprintf(p->bench.out, "rows: %zu; this takes some %.*f %s; files in %s\n",
            rows, s < 120 ? 0 : 1, s < 120 ? s : s / 60,
            s < 120 ? "s" : "minutes",
            weir_printable(folder, sizeof folder, p->bench.folder));
    (void)fflush(p->bench.out);
}

static int rows_run(struct peers *p, struct weir_err *err)
{
    size_t count = weir_peers_plan(NULL, 0, &p->options, p->bench.room_bytes);
    struct weir_peers_row *rows = calloc(count + 1, sizeof *rows);
    if (rows == NULL)
        return weir_err_sys(err, -ENOMEM, "rows");
    int64_t ns = 0;
    int ret = 0;
    (void)weir_peers_plan(rows, count, &p->options, p->bench.room_bytes);
    for (size_t i = 0; i < count; i++)
        ns += weir_peers_plan_ns(&p->options, &rows[i]);
    plan_print(p, count, ns);
    if (p->options.bench.shared)
        ret = weir_results_note(p->bench.results, err,
                                "peers: a CPU both sends and records, so live "
                                "rates are those of the two together");
    for (size_t i = 0; ret == 0 && i < count; i++)
        ret = row_run(p, &rows[i], err);
    free(rows);
    return ret != 0 ? ret : weir_tally_judge(&p->tally, p->options.tasks, err);
}

/* What is not in memory is named after its file system. */
static int target_find(struct peers *p, const char *folder,
                       struct weir_err *err)
{
    struct weir_room room;
    int ret = weir_room_of(&room, folder, err);
    if (ret == 0 && strcmp(room.type, "tmpfs") != 0)
        memcpy(p->options.target, room.type, sizeof p->options.target);
    return ret;
}

static int folder_open(struct peers *p, struct weir_err *err)
{
    const char *folder = folder_of(&p->options);
    int ret = room_find(&p->bench.room_bytes, folder, err);
    if (ret == 0)
        ret = target_find(p, folder, err);
    if (ret == 0)
        ret = weir_scratch_open(&p->scratch, folder, ROOM_MIN, err);
    if (ret != 0)
        return ret;
    if (realpath(p->scratch.path, p->bench.folder) == NULL)
        ret = weir_err_sys(err, -errno, "%s", p->scratch.path);
    return ret;
}

static int peers_run(struct peers *p, int argc, char **argv,
                     struct weir_err *err)
{
    p->bench.options = &p->options;
    p->bench.out = weir_results_people(p->options.bench.results);
    p->bench.tally = &p->tally;
    int ret = weir_bench_args_settle(&p->options.bench, err);
    if (ret != 0)
        return ret;
    both_cpus(&p->bench);
    /* A second signal ends us at once; jobs, namespaces and the folder go
     * even then. */
    ret = weir_interrupt_open(&p->bench.stop, true, err);
    if (ret != 0)
        return ret;
    if (p->options.bench.results != NULL)
        ret =
            weir_results_open(&p->bench.results, p->options.bench.results, err);
    if (ret == 0 && p->bench.results != NULL)
        ret = weir_results_add(p->bench.results,
                               weir_machine_run("peers", argc, argv), err);
    if (ret == 0) {
        ret = folder_open(p, err);
        if (ret == 0)
            ret = rows_run(p, err);
        weir_rig_close(p->rig);
        if (p->scratch.guard > 0)
            weir_scratch_close(&p->scratch);
        int rc = weir_results_close(p->bench.results, ret == 0 ? err : NULL);
        ret = ret != 0 ? ret : rc;
    }
    return ret;
}

int weir_bench_peers(int argc, char **argv)
{
    static struct peers peers;
    struct weir_err err = {0};
    int status = weir_peers_options_parse(&peers.options, argc, argv);
    if (status != WEIR_EXIT_OK)
        return status;
    weir_output_start();
    if (peers.options.help) {
        weir_peers_options_help();
        return weir_output_finish(COMMAND, WEIR_EXIT_OK);
    }
    path_widen();
    if (peers_run(&peers, argc, argv, &err) != 0) {
        (void)fflush(stdout);
        fprintf(stderr, COMMAND ": %s\n", err.text);
        status = WEIR_EXIT_FAILED;
    }
    return weir_output_finish(COMMAND, status);
}
