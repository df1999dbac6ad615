#include "bench/self/self_cmd.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/args.h"
#include "base/clock.h"
#include "base/output.h"
#include "bench/host/bench_args.h"
#include "bench/host/find.h"
#include "bench/results/results.h"
#include "bench/self/rounds.h"
#include "bench/self/tasks.h"
#include "bench/self/told.h"
#include "bench/stages/scratch.h"
#include "bench/stages/session.h"
#include "bench/stages/stages.h"
#include "sink/printable.h"

#define COMMAND "weir bench self"

#define FRAMES     4000000
#define FRAMES_MIN 1000
#define FRAMES_MAX 100000000
#define ROUNDS     5

/* The stages' own sizes; less where the files are shorter. */
#define STAGES_MEMORY (UINT64_C(64) << 20)
#define STAGES_FILE   (UINT64_C(128) << 20)
#define STAGES_LEAST  (UINT64_C(8) << 20)

enum {
    OPTION_FOLDER = 256,
    OPTION_FRAMES,
    OPTION_ROUNDS,
    OPTION_SECONDS,
    OPTION_RESULTS,
    OPTION_WEIR,
};

static const struct option options[] = {
    {"folder", required_argument, NULL, OPTION_FOLDER},
    {"frames", required_argument, NULL, OPTION_FRAMES},
    {"rounds", required_argument, NULL, OPTION_ROUNDS},
    {"seconds", required_argument, NULL, OPTION_SECONDS},
    {"results", required_argument, NULL, OPTION_RESULTS},
    {"weir", required_argument, NULL, OPTION_WEIR},
    {"help", no_argument, NULL, 'h'},
    {0},
};

struct command {
    const char *folder;
    const char *results;
    const char *weir;
    uint64_t frames;
    uint64_t rounds;
    int64_t stage_ns;
};

static int print_help(void)
{
    printf("usage: weir bench self [OPTION...]\n"
           "\n"
           "Measures in about a minute, without privilege: made frames to "
           "nowhere and to\n"
           "a file, a file copied (against cp, and tcpdump if it is "
           "installed), memory,\n"
           "and a short run of the stages.  Leaves no file.\n"
           "\n"
           "  --folder FOLDER  for files, by default $TMPDIR, /tmp or "
           "/dev/shm\n"
           "  --frames N       of 60 bytes in a file, %d by default\n"
           "  --rounds N       of each program, in turn, %d by default\n"
           "  --seconds S      for each stage, 0.1 by default\n"
           "  --results FILE   append the results as JSON lines; - is the\n"
           "                   standard output\n"
           "  --weir PATH      the recorder; by default beside this program,\n"
           "                   in ../cli, or by PATH\n"
           "  -h, --help       this text\n",
           FRAMES, ROUNDS);
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
    case OPTION_SECONDS:
        return weir_args_duration(args, args->value, WEIR_NS_PER_MS,
                                  60 * WEIR_NS_PER_S, &c->stage_ns);
    case OPTION_RESULTS:
        c->results = args->value;
        return 0;
    case OPTION_WEIR:
        c->weir = args->value;
        return 0;
    default:
        return -EINVAL;
    }
}

static uint64_t within(uint64_t bytes, uint64_t most)
{
    bytes = bytes < STAGES_LEAST ? STAGES_LEAST : bytes;
    return bytes < most ? bytes : most;
}

static int run_stages(const struct command *c, struct weir_self_config *config,
                      struct weir_err *err)
{
    struct weir_stages_config stages = {
        .frames = {"60", "1514"},
        .frames_count = 2,
        .flows = {1000},
        .flows_count = 1,
        .time_ns = c->stage_ns,
        .memory_bytes = within(weir_self_room(c->frames) / 2, STAGES_MEMORY),
        .folder = config->folder,
        .file_bytes = within(weir_self_room(c->frames), STAGES_FILE),
        .scale = 2,
        .rounds = config->rounds,
    };
    for (; weir_stages_usual[stages.stages_count] != NULL;
         stages.stages_count++)
        stages.stages[stages.stages_count] =
            weir_stages_usual[stages.stages_count];
    fputc('\n', config->out);
    return weir_stages_run(&stages, config->results, config->out,
                           &config->failed, err);
}

/* The recorder's rounds come before the stages: a program begins with the
 * greatest size that its parent ever had. */
static int run_all(const struct command *c, struct weir_self_config *config,
                   struct weir_err *err)
{
    char folder[512];
    fprintf(config->out,
            "%llu frames of 60 bytes, %u round%s in turn, in %s\n\n",
            (unsigned long long)config->frames, config->rounds,
            config->rounds == 1 ? "" : "s",
            weir_printable(folder, sizeof folder, config->folder));
    weir_told_head(config->out);
    int ret = weir_self_synth(config, err);
    if (ret == 0)
        ret = weir_self_copy(config, err);
    if (ret == 0)
        ret = weir_self_memory(config, err);
    if (ret == 0)
        ret = run_stages(c, config, err);
    if (ret != 0 || config->failed == 0)
        return ret;
    return weir_err_set(err, -EIO, "%u part%s failed", config->failed,
                        config->failed == 1 ? "" : "s");
}

static int run(void *context, struct weir_results *results,
               struct weir_err *err)
{
    const struct command *c = context;
    char weir[PATH_MAX];
    struct weir_scratch scratch;
    int ret = weir_find_weir(c->weir, weir, err);
    if (ret != 0)
        return ret;
    uint64_t room = weir_self_room(c->frames);
    ret = weir_scratch_open(
        &scratch, c->folder != NULL ? c->folder : weir_scratch_folder(), room,
        err);
    if (ret != 0)
        return ret;
    struct weir_self_config config = {
        .weir = weir,
        .folder = scratch.path,
        .frames = c->frames,
        .rounds = (uint32_t)c->rounds,
        .results = results,
        .out = weir_results_people(c->results),
    };
    ret = run_all(c, &config, err);
    weir_scratch_close(&scratch);
    return ret;
}

int weir_bench_self(int argc, char **argv)
{
    struct command c = {
        .frames = FRAMES, .rounds = ROUNDS, .stage_ns = 100 * WEIR_NS_PER_MS};
    struct weir_args args;
    bool help = false;
    weir_args_start(&args, COMMAND, argc, argv, "h", options);
    int status = weir_bench_args_read(&args, &help, take, &c);
    if (status != WEIR_EXIT_OK)
        return status;
    if (help) {
        weir_output_start();
        return print_help();
    }
    const struct weir_session session = {.command = COMMAND,
                                         .name = "self",
                                         .results = c.results,
                                         .argc = argc,
                                         .argv = argv};
    return weir_session_run(&session, run, &c);
}
