/* The frames of one file, sent by weir replay and by others. */

#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/args.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/output.h"
#include "bench/embed/embed_cmd.h"
#include "bench/embed/replay_rival.h"
#include "bench/host/bench_args.h"
#include "bench/host/job.h"
#include "bench/host/rig.h"
#include "bench/results/results.h"
#include "bench/stages/scratch.h"
#include "bench/stages/session.h"
#include "bench/stages/spread.h"
#include "pipeline/reader.h"

#define COMMAND "weir bench embed replay"
#define MTU     1500

#define FRAMES     2000000
#define FRAMES_MIN 1000
#define FRAMES_MAX 100000000
#define ROUNDS     7
#define PACE       10000
#define SECONDS    2

/* In the files: all are held in memory where a program can.  Of the packets
 * in trafgen's language it keeps each apart. */
#define FILE_FRAMES_60   100000u
#define FILE_FRAMES_1514 20000u
#define PACKETS          256u

#define ROOM_BYTES  (UINT64_C(96) << 20)
#define PATIENCE_NS (30 * WEIR_NS_PER_S)
/* The least rate that is waited for. */
#define SLOW_PPS 10000u

enum {
    OPTION_FOLDER = 256,
    OPTION_FRAMES,
    OPTION_ROUNDS,
    OPTION_PPS,
    OPTION_SECONDS,
};

static const struct option options[] = {
    WEIR_BENCH_ARGS_OPTIONS,
    {"folder", required_argument, NULL, OPTION_FOLDER},
    {"frames", required_argument, NULL, OPTION_FRAMES},
    {"rounds", required_argument, NULL, OPTION_ROUNDS},
    {"pps", required_argument, NULL, OPTION_PPS},
    {"seconds", required_argument, NULL, OPTION_SECONDS},
    {"help", no_argument, NULL, 'h'},
    {0},
};

struct command {
    struct weir_bench_args bench;
    const char *folder;
    uint64_t frames;
    uint64_t rounds;
    uint64_t pace;
    int64_t paced_ns;

    struct weir_results *results;
    FILE *people;
    struct weir_rig *rig;
    struct weir_scratch scratch;
    int64_t *stamps;
    uint32_t failed;
    struct weir_replay_words words;
    struct weir_replay_rival rivals[WEIR_REPLAY_RIVALS_MAX];
    uint32_t rivals_count;
};

static int print_help(void)
{
    weir_output_start();
    printf(
        "usage: weir bench embed replay [OPTION...]\n"
        "\n"
        "Sends the frames of a file through a link of its own, by weir "
        "replay,\n"
        "tcpreplay and trafgen in turn, each on the same CPU: as fast as\n"
        "possible, by the count of the receiving interface, with 60 and 1514\n"
        "bytes; and 60 bytes at a pace, by the kernel's stamps there.  Needs\n"
        "root.\n"
        "\n"
        "  --frames N            60-byte frames of a round, %d by default; a\n"
        "                        quarter of that of 1514 bytes\n"
        "  --rounds N            of each program, in turn, %d by default\n"
        "  --pps N               the pace, %d by default; 0: none\n"
        "  --seconds S           of each paced round, %d by default\n"
        "  --folder FOLDER       for files, by default $TMPDIR, /tmp or\n"
        "                        /dev/shm\n" WEIR_BENCH_ARGS_HELP
        "  -h, --help            this text\n",
        FRAMES, ROUNDS, PACE, SECONDS);
    return weir_output_finish(COMMAND, WEIR_EXIT_OK);
}

static int take(void *context, struct weir_args *args, int option)
{
    struct command *c = context;
    switch (option) {
    case OPTION_FOLDER:
        c->folder = args->value;
        return 0;
    case OPTION_FRAMES:
        return weir_args_number(args, args->value, FRAMES_MIN, FRAMES_MAX,
                                &c->frames);
    case OPTION_ROUNDS:
        return weir_args_number(args, args->value, 1, WEIR_SELF_ROUNDS_MAX,
                                &c->rounds);
    case OPTION_PPS:
        return weir_args_number(args, args->value, 0, 100000, &c->pace);
    case OPTION_SECONDS:
        return weir_args_duration(args, args->value, 10 * WEIR_NS_PER_MS,
                                  20 * WEIR_NS_PER_S, &c->paced_ns);
    default:
        return weir_bench_args_take(&c->bench, args, option);
    }
}

/* In trafgen's language. */
static int packets_make(const struct command *c, struct weir_err *err)
{
    const struct weir_reader_config config = {.path = c->words.file};
    const struct weir_frame *frame;
    struct weir_reader *reader = NULL;
    FILE *out = fopen(c->words.packets, "we");
    if (out == NULL)
        return weir_err_sys(err, -errno, "%s", c->words.packets);
    int ret = weir_reader_open(&reader, &config, err);
    for (uint32_t i = 0; ret == 0 && i < PACKETS; i++) {
        int next = weir_reader_next(reader, &frame, err);
        if (next != WEIR_NEXT_FRAME) {
            ret = next < 0 ? next : 0;
            break;
        }
        for (uint32_t k = 0; k < frame->caplen; k++)
            fprintf(out, "%s0x%02x", k == 0 ? "{ " : ", ", frame->data[k]);
        fputs(" }\n", out);
    }
    (void)weir_reader_close(&reader, NULL);
    if (fclose(out) != 0 && ret == 0)
        ret = weir_err_sys(err, -errno, "%s", c->words.packets);
    return ret;
}

static int file_make(struct command *c, uint32_t size, uint32_t frames,
                     struct weir_err *err)
{
    char synth[96];
    const char *const argv[] = {c->bench.weir, "record", "-q",
                                "--synth",     synth,    "-w",
                                c->words.file, NULL};
    const struct weir_job_config job = {
        .argv = argv, .netns_fd = -1, .input_fd = -1};
    struct weir_job_end end;
    (void)snprintf(c->words.frame, sizeof c->words.frame, "%u", size);
    (void)snprintf(c->words.file, sizeof c->words.file, "%.4000s/%u.pcap",
                   c->scratch.path, size);
    (void)snprintf(c->words.packets, sizeof c->words.packets,
                   "%.4000s/%u.trafgen", c->scratch.path, size);
    (void)snprintf(synth, sizeof synth, "frames=%u,size=%u,flows=1000,seed=1",
                   frames, size);
    int ret = weir_job_run(&job, PATIENCE_NS, &end, err);
    if (ret == 0 && end.status != 0)
        ret = weir_err_set(err, -EIO, "%s: %.200s", c->bench.weir, end.words);
    return ret == 0 ? packets_make(c, err) : ret;
}

static int turn(struct command *c, struct weir_replay_rival *rival,
                uint64_t pace, struct weir_err *err)
{
    struct weir_self_entrant *entrant = &rival->entrant;
    const struct weir_arrivals_config config = {
        .rig = c->rig,
        .argv = entrant->argv,
        .cpus = c->bench.generator.cpu,
        .cpus_count = c->bench.generator.count,
        .frames = entrant->frames,
        .pace = pace,
        .stamps = c->stamps,
        .limit_ns =
            PATIENCE_NS + (int64_t)(entrant->frames / SLOW_PPS) * WEIR_NS_PER_S,
    };
    struct weir_arrivals found;
    struct weir_err why;
    if (entrant->out)
        return 0;
    if (weir_arrivals_run(&found, &config, &why) == 0) {
        rival->gaps[entrant->count] = found;
        entrant->rounds[entrant->count++] = (struct weir_self_round){
            .duration_s = found.duration_s,
            .pps = found.pps,
            .cpu_ns = found.cpu_ns,
            .memory_bytes = found.memory_bytes,
        };
        return 0;
    }
    entrant->out = true;
    c->failed++;
    fprintf(stderr, COMMAND ": %s: %s: %s\n", entrant->task, entrant->peer,
            why.text);
    return c->results == NULL
               ? 0
               : weir_results_skip(c->results, entrant->peer, why.text, err);
}

/* weir, which is the first, over each of the others. */
static int ratios(struct command *c, struct weir_err *err)
{
    int ret = 0;
    const struct weir_self_entrant *weir = &c->rivals[0].entrant;
    for (uint32_t k = 1; k < c->rivals_count && ret == 0; k++) {
        const struct weir_self_entrant *other = &c->rivals[k].entrant;
        double over[WEIR_SELF_ROUNDS_MAX], under[WEIR_SELF_ROUNDS_MAX];
        double ratio[WEIR_SELF_ROUNDS_MAX];
        struct weir_spread spread;
        char name[160];
        if (weir->out || other->out)
            continue;
        for (uint32_t i = 0; i < weir->count; i++) {
            over[i] = weir->rounds[i].pps;
            under[i] = other->rounds[i].pps;
            ratio[i] = under[i] > 0 ? over[i] / under[i] : 0;
        }
        (void)snprintf(name, sizeof name, "%s, %s bytes: weir over %s, rate",
                       weir->task, weir->frame, other->peer);
        weir_spread_make(&spread, ratio, weir->count);
        fprintf(c->people, "%s: %.2f (%.2f to %.2f)\n", name, spread.p50,
                spread.least, spread.most);
        if (c->results != NULL)
            ret = weir_results_ratio(c->results, name, over, under, weir->count,
                                     "more", err);
    }
    return ret;
}

static int rounds_run(struct command *c, const char *task, uint64_t frames,
                      uint64_t file_frames, uint64_t pace, struct weir_err *err)
{
    struct weir_replay_words *w = &c->words;
    w->weir = c->bench.weir;
    /* Whole passes, but where a limit ends the last one. */
    uint64_t loops = (frames + file_frames - 1) / file_frames;
    if (pace == 0)
        frames = loops * file_frames;
    (void)snprintf(w->frames, sizeof w->frames, "%" PRIu64, frames);
    (void)snprintf(w->loops, sizeof w->loops, "%" PRIu64, loops);
    (void)snprintf(w->pace, sizeof w->pace, "%" PRIu64, pace);
    (void)snprintf(w->pace_pps, sizeof w->pace_pps, "%spps", w->pace);
    if (pace == 0)
        w->pace[0] = '\0';
    fprintf(c->people,
            "%s: %" PRIu64 " frames of %s bytes, %" PRIu64 " rounds in turn\n",
            task, frames, w->frame, c->rounds);
    int ret = weir_replay_rivals(c->rivals, &c->rivals_count, task, w,
                                 c->results, c->people, err);
    for (uint64_t i = 0; i < c->rounds && ret == 0; i++)
        for (uint64_t k = 0; k < c->rivals_count && ret == 0; k++)
            ret = turn(c, &c->rivals[(i + k) % c->rivals_count], pace, err);
    if (ret == 0)
        ret = weir_replay_tell(c->rivals, c->rivals_count, pace, c->results,
                               c->people, err);
    if (ret == 0 && pace == 0)
        ret = ratios(c, err);
    fputc('\n', c->people);
    return ret;
}

static int measure(struct command *c, struct weir_err *err)
{
    static const char topspeed[] = "embed replay, topspeed";
    int ret = file_make(c, 1514, FILE_FRAMES_1514, err);
    if (ret == 0)
        ret = rounds_run(c, topspeed, c->frames / 4, FILE_FRAMES_1514, 0, err);
    if (ret == 0)
        ret = file_make(c, 60, FILE_FRAMES_60, err);
    if (ret == 0)
        ret = rounds_run(c, topspeed, c->frames, FILE_FRAMES_60, 0, err);
    if (ret != 0 || c->pace == 0)
        return ret;
    uint64_t frames = c->pace * (uint64_t)(c->paced_ns / WEIR_NS_PER_MS) / 1000;
    frames = frames < 2 ? 2 : frames;
    c->stamps = calloc(frames, sizeof *c->stamps);
    if (c->stamps == NULL)
        return weir_err_sys(err, -ENOMEM, "stamps");
    ret = rounds_run(c, "embed replay, paced", frames, FILE_FRAMES_60, c->pace,
                     err);
    free(c->stamps);
    return ret;
}

/* What looks at the counters has another CPU than what sends. */
static void go_aside(const struct weir_bench_cpus *cpus)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    for (size_t i = 0; i < cpus->count; i++)
        CPU_SET(cpus->cpu[i], &set);
    (void)sched_setaffinity(0, sizeof set, &set);
}

static int run(void *context, struct weir_results *results,
               struct weir_err *err)
{
    struct command *c = context;
    int ret = weir_bench_args_settle(&c->bench, err);
    if (ret != 0)
        return ret;
    c->results = results;
    c->people = weir_results_people(c->bench.results);
    ret = weir_rig_open(&c->rig, MTU, err);
    if (ret != 0)
        return ret;
    ret = weir_scratch_open(
        &c->scratch, c->folder != NULL ? c->folder : weir_scratch_folder(),
        ROOM_BYTES, err);
    if (ret == 0) {
        go_aside(&c->bench.recorder);
        ret = measure(c, err);
        weir_scratch_close(&c->scratch);
    }
    weir_rig_close(c->rig);
    if (ret == 0 && c->failed > 0)
        ret = weir_err_set(err, -EIO, "%u could not be measured", c->failed);
    return ret;
}

int weir_embed_replay(int argc, char **argv)
{
    struct command *c = calloc(1, sizeof *c);
    struct weir_args args;
    bool help = false;
    if (c == NULL)
        return WEIR_EXIT_FAILED;
    c->frames = FRAMES;
    c->rounds = ROUNDS;
    c->pace = PACE;
    c->paced_ns = SECONDS * WEIR_NS_PER_S;
    weir_args_start(&args, COMMAND, argc, argv, "h", options);
    int status = weir_bench_args_read(&args, &help, take, c);
    if (status == WEIR_EXIT_OK && help) {
        status = print_help();
    } else if (status == WEIR_EXIT_OK) {
        const struct weir_session session = {.command = COMMAND,
                                             .name = "embed",
                                             .results = c->bench.results,
                                             .argc = argc + 1,
                                             .argv = argv - 1};
        status = weir_session_run(&session, run, c);
    }
    free(c);
    return status;
}
