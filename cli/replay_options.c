#include "cli/replay_options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/args.h"
#include "base/clock.h"
#include "base/decimal.h"
#include "cli/same_file.h"

#define COMMAND "weir replay"

#define SPEED_MAX UINT64_C(1000000000000)
#define YEAR_NS   (INT64_C(366) * 86400 * WEIR_NS_PER_S)

#define STATS_DEFAULT_NS WEIR_NS_PER_S

enum {
    OPTION_RATE = 256,
    OPTION_MAX_GAP,
    OPTION_BYPASS,
    OPTION_PATH,
    OPTION_REPORT,
    OPTION_STATS,
};

static const struct option long_options[] = {
    {"interface", required_argument, NULL, 'i'},
    {"speed", required_argument, NULL, 'x'},
    {"pps", required_argument, NULL, 'p'},
    {"rate", required_argument, NULL, OPTION_RATE},
    {"topspeed", no_argument, NULL, 't'},
    {"max-gap", required_argument, NULL, OPTION_MAX_GAP},
    {"loop", required_argument, NULL, 'l'},
    {"limit", required_argument, NULL, 'L'},
    {"preload", no_argument, NULL, 'K'},
    {"qdisc-bypass", no_argument, NULL, OPTION_BYPASS},
    {"qdisc-path", no_argument, NULL, OPTION_PATH},
    {"report", required_argument, NULL, OPTION_REPORT},
    {"stats", required_argument, NULL, OPTION_STATS},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static const char help[] =
    "usage: weir replay FILE -i DEVICE [options] [filter]\n"
    "\n"
    "Sends the frames of a capture file (pcap or pcapng) out of an interface,\n"
    "and accounts for every one.\n"
    "\n"
    "  -r FILE              the file, if not the first word; - is the "
    "standard\n"
    "                       input\n"
    "  -i, --interface DEVICE  where they go out\n"
    "\n"
    "When: as the file's times say, or\n"
    "  -x, --speed FACTOR   so many times as fast (0.5, 2)\n"
    "  -p, --pps N          N frames a second (10000, 10k)\n"
    "  --rate RATE          1Gbit, 100Mbit (on the wire: with preamble, gap "
    "and\n"
    "                       check sequence), 10kpps\n"
    "  -t, --topspeed       as fast as possible, past the queueing discipline\n"
    "  --max-gap TIME       a longer wait between two frames is cut to that\n"
    "                       (seconds; 500ms)\n"
    "\n"
    "What\n"
    "  -l, --loop N         the file N times; 0: until INT\n"
    "  -L, --limit N        N frames at most, of those that the filter passes\n"
    "  -K, --preload        hold the file in memory, however large; one of "
    "up\n"
    "                       to 64 MiB is held anyway, with --loop 256 MiB\n"
    "\n"
    "  --qdisc-bypass       past the queueing discipline: nothing is queued "
    "but\n"
    "                       in the driver, and no tap on DEVICE (tcpdump "
    "there)\n"
    "                       sees the frames\n"
    "  --qdisc-path         through it, with --topspeed, too; one that drops\n"
    "                       what it had queued (fq_codel) tells nobody\n"
    "  --report FILE        write a report in JSON; - is the standard output\n"
    "  --stats SECONDS      a line of what was sent every so often on stderr "
    "(1;\n"
    "                       0: none)\n"
    "  -q                   quiet: no lines and no summary; errors only\n"
    "  --help               this text\n"
    "\n"
    "What became of the frames, the rate, and how late they went is told on\n"
    "stderr.  INT or TERM ends the replay with the report.  Frames of another\n"
    "link type than the interface's are not sent, nor are those that its MTU\n"
    "does not allow: they are counted.\n"
    "\n"
    "Exit status: 0 if all were sent, 1 if some could not be or the file is\n"
    "broken, 2 for a bad command line.\n";

void weir_replay_options_help(void)
{
    fputs(help, stdout);
}

struct line {
    struct weir_replay_options *out;
    struct weir_args args;
    int when; /* the option that said when; 0: none did */
    char when_name[sizeof((struct weir_args *)0)->option];
    int past; /* the one about the queueing discipline */
};

/* One of the options that say when; they exclude one another. */
static int mode_set(struct line *line, int option, enum weir_replay_mode mode)
{
    if (line->when != 0 && line->when != option)
        return weir_err_set(&line->args.err, -EINVAL,
                            "%s and %s exclude each other", line->when_name,
                            line->args.option);
    line->when = option;
    memcpy(line->when_name, line->args.option, sizeof line->when_name);
    line->out->pace.mode = mode;
    return 0;
}

static int speed_take(struct weir_replay_options *out, struct weir_args *args)
{
    struct weir_decimal factor;
    const char *rest = args->value;
    if (weir_decimal_take(&rest, &factor) && *rest == '\0') {
        out->pace.speed = weir_decimal_times(&factor, WEIR_REPLAY_SPEED);
        if (out->pace.speed >= 1 && out->pace.speed <= SPEED_MAX)
            return 0;
    }
    return weir_err_set(&args->err, -EINVAL,
                        "%s %s: not a factor from 0.000001 to 1000000",
                        args->option, args->value);
}

static int rate_take(struct weir_replay_options *out, struct weir_args *args,
                     bool frames_only)
{
    struct weir_rate rate;
    int ret = weir_args_rate(args, args->value, &rate);
    if (ret != 0)
        return ret;
    if (frames_only && rate.frames == 0)
        return weir_err_set(&args->err, -EINVAL,
                            "%s %s: not a number of frames (see --rate)",
                            args->option, args->value);
    out->pace.rate = rate;
    return 0;
}

static int timing_take(struct line *line, int option)
{
    struct weir_replay_options *out = line->out;
    int ret;
    switch (option) {
    case 'x':
        ret = mode_set(line, option, WEIR_REPLAY_ORIGINAL);
        return ret != 0 ? ret : speed_take(out, &line->args);
    case 'p':
    case OPTION_RATE:
        ret = mode_set(line, option, WEIR_REPLAY_RATE);
        return ret != 0 ? ret : rate_take(out, &line->args, option == 'p');
    case 't':
        return mode_set(line, option, WEIR_REPLAY_TOPSPEED);
    default:
        return -EINVAL;
    }
}

static int past_set(struct line *line, int option)
{
    if (line->past != 0 && line->past != option)
        return weir_err_set(&line->args.err, -EINVAL,
                            "--qdisc-bypass and --qdisc-path exclude each "
                            "other");
    line->past = option;
    return 0;
}

static int take(struct line *line, int option)
{
    struct weir_replay_options *out = line->out;
    struct weir_args *args = &line->args;
    switch (option) {
    case 'r':
        return weir_args_name(args, &out->path);
    case 'i':
        return weir_args_name(args, &out->device);
    case OPTION_MAX_GAP:
        return weir_args_duration(args, args->value, 0, YEAR_NS,
                                  &out->pace.gap_max_ns);
    case 'l':
        return weir_args_number(args, args->value, 0, INT64_MAX, &out->passes);
    case 'L':
        return weir_args_number(args, args->value, 1, INT64_MAX,
                                &out->frames_max);
    case 'K':
        out->preload = true;
        return 0;
    case OPTION_BYPASS:
    case OPTION_PATH:
        return past_set(line, option);
    case OPTION_REPORT:
        return weir_args_name(args, &out->report);
    case OPTION_STATS:
        return weir_args_duration(args, args->value, 0, YEAR_NS,
                                  &out->stats_ns);
    case 'q':
        out->quiet = true;
        return 0;
    case 'h':
        out->help = true;
        return 0;
    default:
        return timing_take(line, option);
    }
}

/* The first word, if -r does not say; the others are the filter. */
static int words_take(struct weir_replay_options *out, struct weir_args *args)
{
    if (out->path == NULL && args->words < args->argc)
        out->path = args->argv[args->words++];
    if (out->path == NULL || out->path[0] == '\0')
        return weir_err_set(&args->err, -EINVAL, "FILE is missing");
    if (out->device == NULL)
        return weir_err_set(&args->err, -EINVAL, "-i DEVICE is missing");
    if (out->pace.mode != WEIR_REPLAY_ORIGINAL &&
        out->pace.gap_max_ns != INT64_MAX)
        return weir_err_set(&args->err, -EINVAL,
                            "--max-gap is for the file's own timing");
    if (weir_same_file(out->report, out->path, STDIN_FILENO))
        return weir_err_set(&args->err, -EINVAL,
                            "--report %s: that is the file to be sent",
                            out->report);
    int ret = weir_args_join(args, &out->filter);
    return ret == 0 ? 0 : weir_err_sys(&args->err, ret, "filter");
}

int weir_replay_options_parse(struct weir_replay_options *out, int argc,
                              char **argv)
{
    struct line line = {.out = out};
    int option;
    *out = (struct weir_replay_options){
        .pace = {.speed = WEIR_REPLAY_SPEED, .gap_max_ns = INT64_MAX},
        .passes = 1,
        .frames_max = UINT64_MAX,
        .stats_ns = STATS_DEFAULT_NS,
    };
    weir_args_start(&line.args, COMMAND, argc, argv, "r:i:x:p:tl:L:Kqh",
                    long_options);
    while (!out->help && (option = weir_args_next(&line.args)) != WEIR_ARGS_END)
        if (take(&line, option) != 0)
            return weir_args_usage(&line.args);
    if (out->help)
        return WEIR_EXIT_OK;
    if (words_take(out, &line.args) != 0)
        return weir_args_usage(&line.args);
    if (out->passes == 0)
        out->passes = UINT64_MAX;
    out->bypass = line.past == OPTION_BYPASS ||
                  (line.past == 0 && out->pace.mode == WEIR_REPLAY_TOPSPEED);
    return WEIR_EXIT_OK;
}
