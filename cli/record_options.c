#include "cli/record_options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/args.h"
#include "base/clock.h"
#include "base/pcap.h"
#include "cli/record_options_parts.h"
#include "cli/record_settle.h"

/* What a summary line every second tells is enough for a log; --stats asks
 * for another pace. */
#define STATS_DEFAULT_NS WEIR_NS_PER_S
#define FLUSH_DEFAULT_NS WEIR_NS_PER_S
#define YEAR_NS          (INT64_C(366) * 24 * 3600 * WEIR_NS_PER_S)

static const char short_options[] = "i:r:w:s:c:pDLdf:nqB:j:a:b:C:G:W:Z:h";

static const struct option long_options[] = {
    {"workers", required_argument, NULL, OPT_WORKERS},
    {"cpus", required_argument, NULL, OPT_CPUS},
    {"stats", required_argument, NULL, OPT_STATS},
    {"report", required_argument, NULL, OPT_REPORT},
    {"format", required_argument, NULL, OPT_FORMAT},
    {"write", required_argument, NULL, OPT_WRITE},
    {"flush", required_argument, NULL, OPT_FLUSH},
    {"synth", required_argument, NULL, OPT_SYNTH},
    {"dry-run", no_argument, NULL, OPT_DRY_RUN},
    {"lanes", required_argument, NULL, OPT_LANES},
    {"fanout", required_argument, NULL, OPT_FANOUT},
    {"lane-files", no_argument, NULL, OPT_LANE_FILES},
    {"source", required_argument, NULL, OPT_SOURCE},
    {"queue", required_argument, NULL, OPT_QUEUE},
    {"block-size", required_argument, NULL, OPT_BLOCK_SIZE},
    {"retire-timeout", required_argument, NULL, OPT_RETIRE_TIMEOUT},
    {"time-stamp-type", required_argument, NULL, 'j'},
    {"help", no_argument, NULL, OPT_HELP},
    FLOW_LONG_OPTIONS,
    {NULL, 0, NULL, 0},
};

static const char *const format_names[] = {"pcap", "pcap-ns", "pcapng", NULL};

static const char *const write_names[] = {
    [WEIR_WRITE_AUTO] = "auto",
    [WEIR_WRITE_ONLY_DIRECT] = "direct",
    [WEIR_WRITE_ONLY_CACHED] = "cached",
    NULL,
};

/* The same manner may be asked for twice, two manners may not. */
static int set_manner(struct record_options *o, struct weir_args *args,
                      enum record_manner manner)
{
    if (o->manner != RECORD_MANNER_NONE && o->manner != manner)
        return weir_err_set(&args->err, -EINVAL,
                            "%s: files are named as dumpcap does (-b) or as "
                            "tcpdump does (-C, -G, -W), not both",
                            args->option);
    o->manner = manner;
    return 0;
}

/* -c and -a packets: are one limit: the smaller holds. */
static int set_frames_max(struct record_options *o, struct weir_args *args,
                          const char *value)
{
    uint64_t n;
    int ret = weir_args_number(args, value, 1, INT64_MAX, &n);
    if (ret == 0 && (o->frames_max == 0 || n < o->frames_max))
        o->frames_max = n;
    return ret;
}

static int set_stop(struct record_options *o, struct weir_args *args)
{
    static const char *const keys[] = {"duration", "filesize", "packets",
                                       "files", NULL};
    const char *value;
    switch (weir_args_key(args, args->value, keys, &value)) {
    case 0:
        return weir_args_duration(args, value, WEIR_NS_PER_MS, YEAR_NS,
                                  &o->duration_ns);
    case 1:
        return weir_args_size(args, value, WEIR_ARGS_KB, 1, INT64_MAX,
                              &o->total_bytes_max);
    case 2:
        return set_frames_max(o, args, value);
    case 3:
        return weir_args_number(args, value, 1, UINT32_MAX,
                                &o->total_files_max);
    default:
        return -EINVAL;
    }
}

static int set_ring(struct record_options *o, struct weir_args *args,
                    const char *value)
{
    uint64_t files;
    int ret = weir_args_number(args, value, 1, UINT16_MAX, &files);
    if (ret == 0)
        o->ring_files = (uint32_t)files;
    return ret;
}

static int set_rotation(struct record_options *o, struct weir_args *args)
{
    static const char *const keys[] = {"duration", "filesize", "packets",
                                       "files",    "interval", NULL};
    const char *value;
    int key = weir_args_key(args, args->value, keys, &value);
    int ret = key < 0 ? key : set_manner(o, args, RECORD_MANNER_DUMPCAP);
    if (ret < 0)
        return ret;
    switch (key) {
    case 0:
        return weir_args_duration(args, value, WEIR_NS_PER_MS, YEAR_NS,
                                  &o->file_duration_ns);
    case 1:
        return weir_args_size(args, value, WEIR_ARGS_KB, 1, INT64_MAX,
                              &o->file_bytes_max);
    case 2:
        return weir_args_number(args, value, 1, INT64_MAX,
                                &o->file_packets_max);
    case 3:
        return set_ring(o, args, value);
    default:
        return weir_args_duration(args, value, WEIR_NS_PER_S, YEAR_NS,
                                  &o->file_interval_ns);
    }
}

static int set_size(struct record_options *o, struct weir_args *args)
{
    int ret = set_manner(o, args, RECORD_MANNER_TCPDUMP);
    return ret < 0 ? ret
                   : weir_args_size(args, args->value, WEIR_ARGS_MB, 1,
                                    INT64_MAX, &o->file_bytes_max);
}

static int set_seconds(struct record_options *o, struct weir_args *args)
{
    int ret = set_manner(o, args, RECORD_MANNER_TCPDUMP);
    return ret < 0 ? ret
                   : weir_args_duration(args, args->value, WEIR_NS_PER_S,
                                        YEAR_NS, &o->file_duration_ns);
}

static int set_workers(struct record_options *o, struct weir_args *args)
{
    uint64_t n;
    int ret = weir_args_number(args, args->value, 1, WEIR_WORKERS_MAX, &n);
    if (ret == 0)
        o->workers = (uint32_t)n;
    return ret;
}

static int set_snaplen(struct record_options *o, struct weir_args *args)
{
    uint64_t n;
    int ret = weir_args_number(args, args->value, 0, WEIR_SNAPLEN_MAX, &n);
    if (ret == 0)
        o->snaplen = (uint32_t)n;
    return ret;
}

static int set_format(struct record_options *o, struct weir_args *args)
{
    int n = weir_args_choice(args, args->value, format_names);
    if (n < 0)
        return n;
    o->format = (enum weir_format)(WEIR_FORMAT_PCAP + n);
    return 0;
}

static int set_write(struct record_options *o, struct weir_args *args)
{
    int n = weir_args_choice(args, args->value, write_names);
    if (n < 0)
        return n;
    o->write = (enum weir_write)n;
    return 0;
}

static int set_long(struct record_options *o, struct weir_args *args,
                    int option)
{
    if (option >= FLOW_OPTION_FIRST && option < FLOW_OPTION_END)
        return flow_options_set(&o->flows, args, option);
    switch (option) {
    case OPT_WORKERS:
        return set_workers(o, args);
    case OPT_CPUS:
        return record_set_cpus(o, args);
    case OPT_STATS:
        return weir_args_duration(args, args->value, 0, YEAR_NS, &o->stats_ns);
    case OPT_REPORT:
        return weir_args_name(args, &o->report);
    case OPT_FORMAT:
        return set_format(o, args);
    case OPT_WRITE:
        return set_write(o, args);
    case OPT_FLUSH:
        return weir_args_duration(args, args->value, WEIR_NS_PER_MS,
                                  3600 * WEIR_NS_PER_S, &o->flush_ns);
    case OPT_SYNTH:
        /* Frames without end are asked for by a key, not by a variable of a
         * script that is empty. */
        if (args->value[0] == '\0')
            return weir_err_set(&args->err, -EINVAL, "%s: '' is not KEY=N,...",
                                args->option);
        return weir_args_name(args, &o->synth);
    case OPT_DRY_RUN:
        o->verb = RECORD_DRY_RUN;
        return 0;
    case OPT_HELP:
    case 'h':
        o->verb = RECORD_HELP;
        return 0;
    default:
        return -EINVAL;
    }
}

/* Options of the outputs and their limits; the rest is set_long's. */
static int set_output(struct record_options *o, struct weir_args *args,
                      int option)
{
    switch (option) {
    case 'w':
        return weir_args_name(args, &o->output);
    case 'c':
        return set_frames_max(o, args, args->value);
    case 'a':
        return set_stop(o, args);
    case 'b':
        return set_rotation(o, args);
    case 'C':
        return set_size(o, args);
    case 'G':
        return set_seconds(o, args);
    case 'W': {
        int ret = set_manner(o, args, RECORD_MANNER_TCPDUMP);
        return ret < 0 ? ret : set_ring(o, args, args->value);
    }
    case 'Z':
        return weir_args_name(args, &o->user);
    default:
        return set_long(o, args, option);
    }
}

static int set_filter(struct record_options *o, struct weir_args *args)
{
    if (o->filter != NULL && strcmp(o->filter, args->value) != 0)
        return weir_err_set(&args->err, -EINVAL,
                            "-f: '%s' or '%s'? Only one of them can be, or "
                            "both with 'and'",
                            o->filter, args->value);
    free(o->filter);
    o->filter = strdup(args->value);
    return o->filter != NULL ? 0 : weir_err_sys(&args->err, -ENOMEM, "-f");
}

static int set_option(struct record_options *o, struct weir_args *args,
                      int option)
{
    int ret;
    switch (option) {
    case 'r':
        return weir_args_name(args, &o->input);
    case 's':
        return set_snaplen(o, args);
    case 'D':
        o->verb = RECORD_LIST_DEVICES;
        return 0;
    case 'L':
        o->verb = RECORD_LIST_LINK_TYPES;
        return 0;
    case 'd':
        o->verb = RECORD_SHOW_FILTER;
        return 0;
    case 'f':
        return set_filter(o, args);
    case 'n': /* names are never looked up */
        return 0;
    case 'q':
        o->quiet = true;
        return 0;
    default:
        ret = record_set_source(o, args, option);
        return ret > 0 ? set_output(o, args, option) : ret;
    }
}

int record_options_parse(struct record_options *out, int argc, char **argv)
{
    struct weir_args args;
    int option;
    memset(out, 0, sizeof *out);
    out->stats_ns = STATS_DEFAULT_NS;
    out->flush_ns = FLUSH_DEFAULT_NS;
    out->is_flows = strcmp(argv[0], "flows") == 0;
    out->command = out->is_flows ? "weir flows" : "weir record";
    flow_options_start(&out->flows);
    weir_args_start(&args, out->command, argc, argv, short_options,
                    long_options);
    while ((option = weir_args_next(&args)) != WEIR_ARGS_END)
        if (option == WEIR_ARGS_BAD || set_option(out, &args, option) < 0)
            return weir_args_usage(&args);
    if (out->verb == RECORD_HELP)
        return WEIR_EXIT_OK;
    if (record_options_settle(out, &args) < 0)
        return weir_args_usage(&args);
    return WEIR_EXIT_OK;
}

void record_options_free(struct record_options *options)
{
    free(options->filter);
}
