#include "bench/peers/options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#define FRAMES_DEFAULT   5000000
#define FRAMES_MAX       UINT64_C(1000000000)
#define SECONDS_DEFAULT  (2 * WEIR_NS_PER_S)
#define SECONDS_MAX      (600 * WEIR_NS_PER_S)
#define PATIENCE_DEFAULT (15 * WEIR_NS_PER_S)
#define PATIENCE_LEAST   WEIR_NS_PER_MS
#define ROUNDS_QUICK     5
#define ROUNDS_SLOW      3
#define SIZE_MIN         60
#define SIZE_MAX_BYTES   9014
#define TOKEN_MAX        64

enum {
    SECONDS = 0x100,
    TASK,
    PEER,
    FRAMES,
    ROUNDS,
    FRAME,
    RATE,
    WAY,
    PATIENCE
};

static const char *const ways[] = {"xdp", "txring", "mmsg", NULL};

void weir_peers_options_help(void)
{
    printf(
        "usage: weir bench peers [OPTION...]\n"
        "\n"
        "The same work by every peer that is installed and by weir, in turn.\n"
        "\n"
        "  --task LIST           of live, copy, count, flows; all by default\n"
        "  --peer LIST           these and weir; by default all but weir-pcap\n"
        "  --frames N            in a file of small frames (5000000; 2000000\n"
        "                        to find flows in)\n"
        "  --rounds N            of each (live and flows 3, else 5)\n"
        "  --frame LIST          sizes in bytes, without CRC, or imix: 60, "
        "590\n"
        "                        and 1514 at 7:4:1 (60,1514)\n"
        "  --rate LIST           live loads; full is full speed (300k,full)\n"
        "  --seconds N           of a live load (2); at full speed 2.5 times\n"
        "                        that\n"
        "  --way WAY             of the generator: xdp, txring, mmsg (xdp)\n"
        "  --patience SECONDS    until a program that reads a file hangs (15,\n"
        "                        and 20 times what is usual)\n"
        "  -w FOLDER             for all files; by default in memory\n");
    fputs(WEIR_BENCH_ARGS_HELP, stdout);
    printf(
        "  -h, --help            this text\n"
        "\n"
        "A peer that is not installed, or that needs a privilege that is not\n"
        "there, is named and left out.  The exit status is 1 if a peer failed\n"
        "in every round of a task, or if a task has no figure at all.\n");
}

/* The next of a list of words with commas between, in token; false at its
 * end.  A word that is too long is cut off, and then is none of ours. */
static bool token_next(const char **list, char token[TOKEN_MAX])
{
    if (*list == NULL)
        return false;
    size_t len = strcspn(*list, ",");
    snprintf(token, TOKEN_MAX, "%.*s", (int)(len < TOKEN_MAX ? len : TOKEN_MAX),
             *list);
    *list = (*list)[len] == ',' ? *list + len + 1 : NULL;
    return true;
}

static int take_tasks(struct weir_peers_options *o, struct weir_args *args)
{
    char token[TOKEN_MAX];
    memset(o->tasks, 0, sizeof o->tasks);
    for (const char *list = args->value; token_next(&list, token);) {
        int task = weir_args_choice(args, token, weir_peer_task_names);
        if (task < 0)
            return task;
        o->tasks[task] = true;
    }
    return 0;
}

static bool is_peer(const char *name)
{
    for (size_t i = 0; i < weir_peers_count; i++)
        if (strcmp(weir_peers[i].name, name) == 0)
            return true;
    return false;
}

static int take_peers(struct weir_peers_options *o, struct weir_args *args)
{
    char token[TOKEN_MAX];
    for (const char *list = args->value; token_next(&list, token);)
        if (!is_peer(token))
            return weir_err_set(&args->err, -EINVAL,
                                "%s: no peer is named "
                                "'%s'",
                                args->option, token);
    o->peers = args->value;
    return 0;
}

static int too_many(struct weir_args *args)
{
    return weir_err_set(&args->err, -EINVAL, "%s: more than %d", args->option,
                        WEIR_PEERS_LIST_MAX);
}

static int take_sizes(struct weir_peers_options *o, struct weir_args *args)
{
    char token[TOKEN_MAX];
    o->sizes_count = 0;
    for (const char *list = args->value; token_next(&list, token);) {
        uint64_t size = 0;
        if (o->sizes_count == WEIR_PEERS_LIST_MAX)
            return too_many(args);
        int ret = strcmp(token, "imix") == 0
                      ? 0
                      : weir_args_number(args, token, SIZE_MIN, SIZE_MAX_BYTES,
                                         &size);
        if (ret != 0)
            return ret;
        o->sizes[o->sizes_count++] = (uint32_t)size;
    }
    return 0;
}

static int take_rates(struct weir_peers_options *o, struct weir_args *args)
{
    char token[TOKEN_MAX];
    o->rates_count = 0;
    for (const char *list = args->value; token_next(&list, token);) {
        struct weir_rate rate = {0};
        if (o->rates_count == WEIR_PEERS_LIST_MAX)
            return too_many(args);
        int ret =
            strcmp(token, "full") == 0 ? 0 : weir_args_rate(args, token, &rate);
        if (ret != 0)
            return ret;
        o->rates[o->rates_count++] = rate;
    }
    return 0;
}

static int take(void *context, struct weir_args *args, int option)
{
    struct weir_peers_options *o = context;
    uint64_t number = 0;
    int ret = 0;
    switch (option) {
    case TASK:
        return take_tasks(o, args);
    case PEER:
        return take_peers(o, args);
    case FRAMES:
        o->frames_asked = true;
        return weir_args_number(args, args->value, 1000, FRAMES_MAX,
                                &o->frames);
    case ROUNDS:
        ret = weir_args_number(args, args->value, 1, WEIR_ROUNDS_MAX, &number);
        if (ret == 0)
            o->rounds = (uint32_t)number;
        return ret;
    case FRAME:
        return take_sizes(o, args);
    case RATE:
        return take_rates(o, args);
    case SECONDS:
        return weir_args_duration(args, args->value, WEIR_NS_PER_MS,
                                  SECONDS_MAX, &o->seconds_ns);
    case WAY:
        o->way = args->value;
        ret = weir_args_choice(args, args->value, ways);
        return ret < 0 ? ret : 0;
    case PATIENCE:
        return weir_args_duration(args, args->value, PATIENCE_LEAST,
                                  SECONDS_MAX, &o->patience_ns);
    case 'w':
        o->folder = args->value;
        return 0;
    default:
        return weir_bench_args_take(&o->bench, args, option);
    }
}

static void defaults(struct weir_peers_options *o)
{
    *o = (struct weir_peers_options){
        .frames = FRAMES_DEFAULT,
        .seconds_ns = SECONDS_DEFAULT,
        .patience_ns = PATIENCE_DEFAULT,
        .way = ways[0],
        .sizes = {60, 1514},
        .sizes_count = 2,
        .rates = {{.frames = 300000}, {0}},
        .rates_count = 2,
    };
    for (size_t i = 0; i < WEIR_PEER_TASKS; i++)
        o->tasks[i] = true;
}

int weir_peers_options_parse(struct weir_peers_options *out, int argc,
                             char **argv)
{
    static const struct option options[] = {
        {"task", required_argument, NULL, TASK},
        {"peer", required_argument, NULL, PEER},
        {"frames", required_argument, NULL, FRAMES},
        {"rounds", required_argument, NULL, ROUNDS},
        {"frame", required_argument, NULL, FRAME},
        {"rate", required_argument, NULL, RATE},
        {"seconds", required_argument, NULL, SECONDS},
        {"way", required_argument, NULL, WAY},
        {"patience", required_argument, NULL, PATIENCE},
        WEIR_BENCH_ARGS_OPTIONS,
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    struct weir_args args;
    defaults(out);
    weir_args_start(&args, "weir bench peers", argc, argv, "hw:", options);
    return weir_bench_args_read(&args, &out->help, take, out);
}

uint32_t weir_peers_rounds(const struct weir_peers_options *options,
                           enum weir_peer_task task)
{
    if (options->rounds > 0)
        return options->rounds;
    return task == WEIR_PEER_LIVE || task == WEIR_PEER_FLOWS ? ROUNDS_SLOW
                                                             : ROUNDS_QUICK;
}
