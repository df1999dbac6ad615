#include "bench/stages/stages_cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/args.h"
#include "base/clock.h"
#include "base/output.h"
#include "bench/host/bench_args.h"
#include "bench/results/results.h"
#include "bench/stages/crew.h"
#include "bench/stages/input.h"
#include "bench/stages/scaling.h"
#include "bench/stages/scratch.h"
#include "bench/stages/session.h"
#include "bench/stages/stage.h"
#include "bench/stages/stages.h"

#define COMMAND "weir bench stages"

#define FLOWS_MAX  (UINT64_C(1) << 24)
#define MEMORY     (UINT64_C(64) << 20)
#define FILE_BYTES (UINT64_C(256) << 20)
#define ROUNDS     5

enum {
    OPTION_FRAME = 256,
    OPTION_FLOWS,
    OPTION_STAGE,
    OPTION_SECONDS,
    OPTION_MEMORY,
    OPTION_ROOM,
    OPTION_WORKERS,
    OPTION_ROUNDS,
    OPTION_RESULTS,
    OPTION_WEIR,
};

static const struct option options[] = {
    {"frame", required_argument, NULL, OPTION_FRAME},
    {"flows", required_argument, NULL, OPTION_FLOWS},
    {"stage", required_argument, NULL, OPTION_STAGE},
    {"seconds", required_argument, NULL, OPTION_SECONDS},
    {"memory", required_argument, NULL, OPTION_MEMORY},
    {"room", required_argument, NULL, OPTION_ROOM},
    {"workers", required_argument, NULL, OPTION_WORKERS},
    {"rounds", required_argument, NULL, OPTION_ROUNDS},
    {"results", required_argument, NULL, OPTION_RESULTS},
    {"weir", required_argument, NULL, OPTION_WEIR},
    {"help", no_argument, NULL, 'h'},
    {0},
};

struct command {
    struct weir_stages_config config;
    const char *folder;
    const char *results;
    char frames[256]; /* the lists, cut apart */
    char names[512];
};

static int print_help(void)
{
    printf("usage: weir bench stages [OPTION...]\n"
           "\n"
           "Times each stage of the pipeline alone, on blocks of frames in "
           "memory, with\n"
           "the least that the same frames could cost beside it.\n"
           "\n"
           "  --frame LIST     sizes without CRC (60 to 9216), or imix;\n"
           "                   by default 60,imix,1514\n"
           "  --flows LIST     numbers of flows; by default 1,1000,100000\n"
           "  --stage LIST     of those below; by default those with a star\n"
           "  -w FOLDER        of the target disk; by default $TMPDIR, /tmp\n"
           "                   or /dev/shm\n"
           "  --seconds S      for each stage, 0.3 by default\n"
           "  --memory SIZE    of the frames in memory, 64M by default\n"
           "  --room SIZE      no file grows longer, 256M by default\n"
           "  --workers N      side by side at most; by default one for each\n"
           "                   core; 1 leaves that out\n"
           "  --rounds N       of workers side by side, 5 by default\n"
           "  --results FILE   append the results as JSON lines; - is the\n"
           "                   standard output\n"
           "  --weir PATH      not needed here; as in the other commands\n"
           "  -h, --help       this text\n"
           "\n");
    for (const struct weir_stage *const *s = weir_stages_all; *s != NULL; s++) {
        bool usual = false;
        for (const struct weir_stage *const *u = weir_stages_usual; *u != NULL;
             u++)
            usual = usual || *u == *s;
        printf("  %c %-15s %s\n", usual ? '*' : ' ', (*s)->name, (*s)->text);
    }
    return weir_output_finish(COMMAND, WEIR_EXIT_OK);
}

/* The next word of a list with commas, or NULL. */
static char *next_word(char **rest)
{
    char *word = strsep(rest, ",");
    while (word != NULL && *word == '\0')
        word = strsep(rest, ",");
    return word;
}

static int refuse(struct weir_args *args, const char *word, const char *why)
{
    return weir_err_set(&args->err, -EINVAL, "%s: '%s' %s", args->option, word,
                        why);
}

static int copy_list(struct weir_args *args, char *to, size_t room)
{
    int n = snprintf(to, room, "%s", args->value);
    return n >= 0 && (size_t)n < room
               ? 0
               : refuse(args, args->value, "is too long");
}

static int take_frames(struct command *c, struct weir_args *args)
{
    uint32_t sizes[WEIR_INPUT_SIZES_MAX];
    uint32_t weights[WEIR_INPUT_SIZES_MAX];
    if (copy_list(args, c->frames, sizeof c->frames) != 0)
        return -EINVAL;
    c->config.frames_count = 0;
    char *rest = c->frames;
    const char *word;
    while ((word = next_word(&rest)) != NULL) {
        if (weir_input_sizes(word, sizes, weights) == 0)
            return refuse(args, word, "is neither imix nor a size, 60 to 9216");
        if (c->config.frames_count == WEIR_STAGES_LIST_MAX)
            return refuse(args, word, "is one too many");
        c->config.frames[c->config.frames_count++] = word;
    }
    return c->config.frames_count > 0 ? 0
                                      : refuse(args, args->value, "is empty");
}

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static int take_flows(struct command *c, struct weir_args *args)
{
    char list[256];
    if (copy_list(args, list, sizeof list) != 0)
        return -EINVAL;
    c->config.flows_count = 0;
    char *rest = list;
    const char *word;
    while ((word = next_word(&rest)) != NULL) {
        uint64_t flows;
        if (weir_args_number(args, word, 1, FLOWS_MAX, &flows) != 0)
            return -EINVAL;
        if (c->config.flows_count == WEIR_STAGES_LIST_MAX)
            return refuse(args, word, "is one too many");
        c->config.flows[c->config.flows_count++] = (uint32_t)flows;
    }
    qsort(c->config.flows, c->config.flows_count, sizeof c->config.flows[0],
          compare);
    return c->config.flows_count > 0 ? 0
                                     : refuse(args, args->value, "is empty");
}

static int take_stages(struct command *c, struct weir_args *args)
{
    if (copy_list(args, c->names, sizeof c->names) != 0)
        return -EINVAL;
    c->config.stages_count = 0;
    char *rest = c->names;
    const char *word;
    while ((word = next_word(&rest)) != NULL) {
        const struct weir_stage *stage = weir_stages_find(word);
        if (stage == NULL)
            return refuse(args, word, "is no stage (see --help)");
        if (c->config.stages_count == WEIR_STAGES_LIST_MAX)
            return refuse(args, word, "is one too many");
        c->config.stages[c->config.stages_count++] = stage;
    }
    return c->config.stages_count > 0 ? 0
                                      : refuse(args, args->value, "is empty");
}

static int take_number(struct weir_args *args, uint64_t max, uint32_t *out)
{
    uint64_t n;
    int ret = weir_args_number(args, args->value, 1, max, &n);
    if (ret == 0)
        *out = (uint32_t)n;
    return ret;
}

static int take(void *context, struct weir_args *args, int option)
{
    struct command *c = context;
    struct weir_stages_config *config = &c->config;
    switch (option) {
    case OPTION_FRAME:
        return take_frames(c, args);
    case OPTION_FLOWS:
        return take_flows(c, args);
    case OPTION_STAGE:
        return take_stages(c, args);
    case OPTION_SECONDS:
        return weir_args_duration(args, args->value, WEIR_NS_PER_MS,
                                  3600 * WEIR_NS_PER_S, &config->time_ns);
    case OPTION_MEMORY:
        return weir_args_size(args, args->value, WEIR_ARGS_BYTE,
                              WEIR_INPUT_BLOCK_BYTES, WEIR_INPUT_BYTES_MAX,
                              &config->memory_bytes);
    case OPTION_ROOM:
        /* Two files of two blocks, for cp. */
        return weir_args_size(args, args->value, WEIR_ARGS_BYTE,
                              8 * WEIR_ARGS_MIB, UINT64_C(1) << 40,
                              &config->file_bytes);
    case OPTION_WORKERS:
        return take_number(args, WEIR_CREW_MAX, &config->scale);
    case OPTION_ROUNDS:
        return take_number(args, WEIR_SCALING_ROUNDS_MAX, &config->rounds);
    case OPTION_RESULTS:
        c->results = args->value;
        return 0;
    case OPTION_WEIR:
        return 0;
    case 'w':
        c->folder = args->value;
        return 0;
    default:
        return -EINVAL;
    }
}

static void set_defaults(struct command *c)
{
    c->config = (struct weir_stages_config){
        .frames = {"60", "imix", "1514"},
        .frames_count = 3,
        .flows = {1, 1000, 100000},
        .flows_count = 3,
        .time_ns = 300 * WEIR_NS_PER_MS,
        .memory_bytes = MEMORY,
        .file_bytes = FILE_BYTES,
        /* With one core it is told that there is no scaling. */
        .scale = weir_crew_cores() < 2 ? 2 : weir_crew_cores(),
        .rounds = ROUNDS,
    };
    for (; weir_stages_usual[c->config.stages_count] != NULL;
         c->config.stages_count++)
        c->config.stages[c->config.stages_count] =
            weir_stages_usual[c->config.stages_count];
}

static bool needs_folder(const struct weir_stages_config *config)
{
    for (size_t i = 0; i < config->stages_count; i++)
        if (config->stages[i]->files)
            return true;
    return false;
}

/* A folder that cannot be had leaves out what needs it. */
static int run(void *context, struct weir_results *results,
               struct weir_err *err)
{
    struct command *c = context;
    const char *folder = c->folder != NULL ? c->folder : weir_scratch_folder();
    struct weir_scratch scratch;
    struct weir_err why;
    uint32_t failed = 0;
    c->config.folder = NULL;
    if (needs_folder(&c->config)) {
        if (weir_scratch_open(&scratch, folder, c->config.file_bytes, &why) ==
            0)
            c->config.folder = scratch.path;
        else
            fprintf(stderr, COMMAND ": %s\n", why.text);
    }
    int ret = weir_stages_run(&c->config, results,
                              weir_results_people(c->results), &failed, err);
    if (c->config.folder != NULL)
        weir_scratch_close(&scratch);
    c->config.folder = NULL;
    if (ret != 0)
        return ret;
    return failed == 0
               ? 0
               : weir_err_set(err, -EIO, "%u could not be measured", failed);
}

int weir_bench_stages(int argc, char **argv)
{
    struct command c = {0};
    struct weir_args args;
    bool help = false;
    set_defaults(&c);
    weir_args_start(&args, COMMAND, argc, argv, "w:h", options);
    int status = weir_bench_args_read(&args, &help, take, &c);
    if (status != WEIR_EXIT_OK)
        return status;
    if (help) {
        weir_output_start();
        return print_help();
    }
    const struct weir_session session = {.command = COMMAND,
                                         .name = "stages",
                                         .results = c.results,
                                         .argc = argc,
                                         .argv = argv};
    return weir_session_run(&session, run, &c);
}
