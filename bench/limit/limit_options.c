#include "bench/limit/limit_options.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/args.h"
#include "base/clock.h"
#include "base/err.h"
#include "bench/gen/skew.h"

#define COMMAND "weir bench limit"

#define RING_DEFAULT (64 * WEIR_ARGS_MIB)
#define RING_LEAST   (2 * WEIR_ARGS_MIB)
#define RING_MOST    (1024 * WEIR_ARGS_MIB)

#define WORKERS_MAX 64
#define FLOWS_MAX   65536

#define TRIAL_LEAST      (50 * WEIR_NS_PER_MS)
#define TRIAL_MOST       (3600 * WEIR_NS_PER_S)
#define RFC2544_NS       (60 * WEIR_NS_PER_S)
#define RFC2544_TOTAL_NS (3600 * WEIR_NS_PER_S)

#define WIDTH_LEAST 0.001
#define WIDTH_MOST  0.5

enum {
    OPT_FROM = 256,
    OPT_FRAME,
    OPT_WORKERS,
    OPT_WAY,
    OPT_RING,
    OPT_FLOWS,
    OPT_SKEW,
    OPT_SHORT,
    OPT_LONG,
    OPT_RFC2544,
    OPT_WIDTH,
    OPT_TRIALS,
    OPT_TIME,
};

static const struct option long_options[] = {
    WEIR_BENCH_ARGS_OPTIONS,
    {"from", required_argument, NULL, OPT_FROM},
    {"frame", required_argument, NULL, OPT_FRAME},
    {"workers", required_argument, NULL, OPT_WORKERS},
    {"way", required_argument, NULL, OPT_WAY},
    {"ring", required_argument, NULL, OPT_RING},
    {"flows", required_argument, NULL, OPT_FLOWS},
    {"skew", required_argument, NULL, OPT_SKEW},
    {"short", required_argument, NULL, OPT_SHORT},
    {"long", required_argument, NULL, OPT_LONG},
    {"rfc2544", no_argument, NULL, OPT_RFC2544},
    {"width", required_argument, NULL, OPT_WIDTH},
    {"trials", required_argument, NULL, OPT_TRIALS},
    {"time", required_argument, NULL, OPT_TIME},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static const char help[] =
    "usage: weir bench limit [OPTION...]\n"
    "\n"
    "Searches for the highest rate that this host records without loss (NDR),\n"
    "and with at most 0.5 % of loss (PDR), and names the stage that limits.\n"
    "A row is measured for each frame, target and number of workers.\n"
    "\n"
    "What is recorded\n"
    "  -i INTERFACE          receive there; frames are put in from within the\n"
    "                        kernel (nothing goes on the wire).  By default a\n"
    "                        link of the bench's own is made\n"
    "  --from INTERFACE      with -i: send them out there instead\n"
    "  --frame SPEC,...      sizes without CRC, imix, or files (60)\n"
    "  --flows N, --skew S   different flows (1), and their Zipf exponent\n"
    "                        (0: in turn)\n"
    "  --way WAY             xdp, txring, mmsg or auto, the fastest (auto)\n"
    "\n"
    "How\n"
    "  -w FOLDER,...         write files there; none: dissect and count\n"
    "                        only (none)\n"
    "  --workers N,...       the recorder's --workers (its own default)\n"
    "  --ring SIZE           the kernel's buffer, in MiB (64): a large one\n"
    "                        hides a limit from short trials\n"
    "\n"
    "The search\n"
    "  --short SECONDS       of the trials that narrow the interval (2)\n"
    "  --long SECONDS        of those that confirm it (10)\n"
    "  --rfc2544             every trial of 60 s (or --long), none repeated,\n"
    "                        any loss fails, no PDR\n"
    "  --width PERCENT       of the last interval (2%)\n"
    "  --trials N            at most, for a row (60)\n"
    "  --time SECONDS        at most, of a row's trials (900;\n"
    "                        3600 with --rfc2544)\n"
    "\n" WEIR_BENCH_ARGS_HELP "  -h, --help            this text\n"
    "\n"
    "A trial in which sent, seen by the kernel, received and written do not\n"
    "agree is void and says why.  In the table ~ is what no long trial has\n"
    "confirmed, >= what may be more, < what every trial was too much for.\n"
    "Exit status: 0, 1 if a row has no figure or was broken off, 2 wrong\n"
    "usage.\n";

void weir_limit_options_help(void)
{
    fputs(help, stdout);
}

static int refuse(struct weir_args *args, const char *text, const char *why)
{
    return weir_err_set(&args->err, -EINVAL, "%s: '%s' %s", args->option, text,
                        why);
}

/* Calls take for each part between commas, in memory that *list keeps. */
static int each(struct weir_args *args, struct weir_limit_options *o,
                char **list,
                int (*take)(struct weir_args *args,
                            struct weir_limit_options *o, const char *text))
{
    free(*list);
    *list = strdup(args->value);
    if (*list == NULL)
        return weir_err_sys(&args->err, -ENOMEM, "%s", args->option);
    int ret = 0;
    char *rest = *list;
    while (ret == 0 && rest != NULL) {
        const char *part = strsep(&rest, ",");
        ret = part[0] == '\0' ? refuse(args, args->value, "has an empty part")
                              : take(args, o, part);
    }
    return ret;
}

static int is_full(struct weir_args *args, size_t count)
{
    if (count < WEIR_LIMIT_LIST_MAX)
        return 0;
    return weir_err_set(&args->err, -EINVAL, "%s: at most %d", args->option,
                        WEIR_LIMIT_LIST_MAX);
}

static int take_frame(struct weir_args *args, struct weir_limit_options *o,
                      const char *text)
{
    struct weir_mix mix;
    double weights = 0, bytes = 0;
    uint32_t most = 0;
    int ret = is_full(args, o->frames_count);
    if (ret != 0)
        return ret;
    for (size_t i = 0; i < o->frames_count; i++)
        if (strcmp(o->frames[i].spec, text) == 0)
            return refuse(args, text, "is there twice");
    ret = weir_mix_parse(&mix, text, WEIR_MIX_SIZE_MIN, &args->err);
    if (ret != 0)
        return weir_err_wrap(&args->err, ret, "--frame");
    for (uint32_t i = 0; i < mix.count; i++) {
        weights += mix.parts[i].weight;
        bytes += (double)mix.parts[i].size * mix.parts[i].weight;
        if (mix.parts[i].size > most)
            most = mix.parts[i].size;
    }
    o->frames[o->frames_count++] = (struct weir_limit_frame){
        .spec = text, .mean_bytes = bytes / weights, .most_bytes = most};
    return 0;
}

static int take_target(struct weir_args *args, struct weir_limit_options *o,
                       const char *text)
{
    int ret = is_full(args, o->targets_count);
    if (ret != 0)
        return ret;
    for (size_t i = 0; i < o->targets_count; i++)
        if (strcmp(o->targets[i] != NULL ? o->targets[i] : "none", text) == 0)
            return refuse(args, text, "is there twice");
    o->targets[o->targets_count++] = strcmp(text, "none") == 0 ? NULL : text;
    return 0;
}

static int take_workers(struct weir_args *args, struct weir_limit_options *o,
                        const char *text)
{
    uint64_t workers;
    int ret = is_full(args, o->workers_count);
    if (ret == 0)
        ret = weir_args_number(args, text, 1, WORKERS_MAX, &workers);
    for (size_t i = 0; ret == 0 && i < o->workers_count; i++)
        if (o->workers[i] == workers)
            ret = refuse(args, text, "is there twice");
    if (ret == 0)
        o->workers[o->workers_count++] = (uint32_t)workers;
    return ret;
}

/* A number, perhaps with % behind it. */
static int take_width(struct weir_args *args, struct weir_limit_options *o)
{
    char *end;
    double width = strtod(args->value, &end) / 100;
    if (*end == '%')
        end++;
    if (end == args->value || *end != '\0' || !isfinite(width) ||
        width < WIDTH_LEAST || width > WIDTH_MOST)
        return weir_err_set(
            &args->err, -EINVAL, "%s: '%s' is not a width of %g to %g %%",
            args->option, args->value, 100 * WIDTH_LEAST, 100 * WIDTH_MOST);
    o->search.width = width;
    return 0;
}

static int take_number(struct weir_args *args, uint64_t most, uint32_t *out)
{
    uint64_t value;
    int ret = weir_args_number(args, args->value, 1, most, &value);
    if (ret == 0)
        *out = (uint32_t)value;
    return ret;
}

static int take_duration(struct weir_args *args, int64_t least, int64_t most,
                         int64_t *out)
{
    return weir_args_duration(args, args->value, least, most, out);
}

static int take_search(struct weir_args *args, struct weir_limit_options *o,
                       int option)
{
    switch (option) {
    case OPT_SHORT:
        return take_duration(args, TRIAL_LEAST, TRIAL_MOST,
                             &o->search.short_ns);
    case OPT_LONG:
        return take_duration(args, TRIAL_LEAST, TRIAL_MOST, &o->search.long_ns);
    case OPT_RFC2544:
        o->search.rfc2544 = true;
        return 0;
    case OPT_WIDTH:
        return take_width(args, o);
    case OPT_TRIALS:
        return take_number(args, WEIR_SEARCH_TRIALS_MAX, &o->search.trials_max);
    case OPT_TIME:
        return take_duration(args, TRIAL_LEAST, 100 * TRIAL_MOST,
                             &o->search.total_ns);
    default:
        return weir_bench_args_take(&o->bench, args, option);
    }
}

static int take_way(struct weir_args *args, struct weir_limit_options *o)
{
    static const char *const ways[] = {"auto", "xdp", "txring", "mmsg", NULL};
    int way = weir_args_choice(args, args->value, ways);
    if (way >= 0)
        o->way = ways[way];
    return way < 0 ? way : 0;
}

static int take_ring(struct weir_args *args, struct weir_limit_options *o)
{
    uint64_t bytes;
    int ret =
        weir_args_size(args, args->value, WEIR_ARGS_MIB, 0, UINT64_MAX, &bytes);
    if (ret != 0)
        return ret;
    if (bytes < RING_LEAST || bytes > RING_MOST)
        return weir_err_set(
            &args->err, -EINVAL, "%s: '%s' is not a size of %d to %d MiB",
            args->option, args->value, (int)(RING_LEAST / WEIR_ARGS_MIB),
            (int)(RING_MOST / WEIR_ARGS_MIB));
    o->ring_bytes = bytes;
    return 0;
}

/* The generator takes it as a text, but only when the rows are measured. */
static int take_skew(struct weir_args *args, struct weir_limit_options *o)
{
    double skew;
    int ret = weir_skew_take(args, &skew);
    if (ret == 0)
        o->skew = args->value;
    return ret;
}

static int take_interface(struct weir_args *args, const char **out)
{
    if (args->value[0] == '\0')
        return refuse(args, args->value, "names no interface");
    *out = args->value;
    return 0;
}

static int take(struct weir_args *args, struct weir_limit_options *o,
                int option)
{
    switch (option) {
    case 'h':
        o->help = true;
        return 0;
    case 'i':
        return take_interface(args, &o->device);
    case OPT_FROM:
        return take_interface(args, &o->from);
    case OPT_WAY:
        return take_way(args, o);
    case OPT_FRAME:
        o->frames_count = 0;
        return each(args, o, &o->lists[0], take_frame);
    case 'w':
        o->targets_count = 0;
        return each(args, o, &o->lists[1], take_target);
    case OPT_WORKERS:
        o->workers_count = 0;
        return each(args, o, &o->lists[2], take_workers);
    case OPT_RING:
        return take_ring(args, o);
    case OPT_FLOWS:
        return take_number(args, FLOWS_MAX, &o->flows);
    case OPT_SKEW:
        return take_skew(args, o);
    default:
        return take_search(args, o, option);
    }
}

/* An interface may have more than one name. */
static bool is_same_interface(const char *a, const char *b)
{
    unsigned index = if_nametoindex(a);
    return strcmp(a, b) == 0 || (index != 0 && index == if_nametoindex(b));
}

/* What was not asked for, and what does not go together. */
static int settle(struct weir_args *args, struct weir_limit_options *o)
{
    const struct weir_search_config usual = weir_search_defaults();
    if (o->search.long_ns == 0)
        o->search.long_ns = o->search.rfc2544 ? RFC2544_NS : usual.long_ns;
    if (o->search.total_ns == 0)
        o->search.total_ns =
            o->search.rfc2544 ? RFC2544_TOTAL_NS : usual.total_ns;
    if (o->targets_count == 0)
        o->targets_count = 1;
    if (o->workers_count == 0)
        o->workers_count = 1;
    if (o->from != NULL && o->device == NULL)
        return weir_err_set(&args->err, -EINVAL, "--from goes with -i");
    if (o->from != NULL && is_same_interface(o->from, o->device))
        return weir_err_set(&args->err, -EINVAL,
                            "--from and -i are one interface, '%s', which "
                            "does not receive what it sends",
                            o->device);
    if (o->device != NULL && o->from == NULL && strcmp(o->way, "auto") != 0 &&
        strcmp(o->way, "xdp") != 0)
        return weir_err_set(&args->err, -EINVAL,
                            "--way %s with -i needs --from", o->way);
    if (args->words < args->argc)
        return weir_err_set(&args->err, -EINVAL, "'%s' is not understood",
                            args->argv[args->words]);
    if (o->search.short_ns > o->search.long_ns)
        return weir_err_set(&args->err, -EINVAL,
                            "--short is longer than --long");
    return o->frames_count > 0 ? 0 : take_frame(args, o, "60");
}

int weir_limit_options_parse(struct weir_limit_options *out, int argc,
                             char **argv)
{
    struct weir_args args;
    int option, ret = 0;
    *out = (struct weir_limit_options){.way = "auto",
                                       .ring_bytes = RING_DEFAULT,
                                       .search = weir_search_defaults()};
    /* What they are by default depends on --rfc2544. */
    out->search.long_ns = out->search.total_ns = 0;
    weir_args_start(&args, COMMAND, argc, argv, "hi:w:", long_options);
    while (ret == 0 && !out->help &&
           (option = weir_args_next(&args)) != WEIR_ARGS_END)
        ret = take(&args, out, option);
    if (ret == 0 && !out->help)
        ret = settle(&args, out);
    return ret == 0 ? WEIR_EXIT_OK : weir_args_usage(&args);
}

void weir_limit_options_free(struct weir_limit_options *options)
{
    for (size_t i = 0; i < sizeof options->lists / sizeof options->lists[0];
         i++)
        free(options->lists[i]);
}
