#include "cli/record_settle.h"

#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/args.h"
#include "base/clock.h"
#include "cli/record_memory.h"
#include "cli/record_options.h"
#include "cli/same_file.h"
#include "pipeline/placement.h"

/* -W counts the files of a ring with -C, the files in all with -G, and with
 * both only the digits of the names: tcpdump(1). */
static int settle_files(struct record_options *o, struct weir_args *args)
{
    if (o->manner != RECORD_MANNER_TCPDUMP || o->ring_files == 0)
        return 0;
    if (o->file_bytes_max == 0 && o->file_duration_ns == 0)
        return weir_err_set(&args->err, -EINVAL, "-W goes with -C or -G");
    if (o->file_bytes_max == 0) {
        o->total_files_max = o->ring_files;
        o->ring_files = 0;
    }
    return 0;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* The last extension decides, but for the number or time of a rotated file:
 * "x.pcap", "x.CAP", "x.pcap3", "x.pcap.3", "x.pcap-%H", but not "x.pcapng". */
static bool names_pcap(const char *path)
{
    const char *name = base_name(path);
    const char *dot = name + strlen(name);
    do
        dot = memrchr(name, '.', (size_t)(dot - name));
    while (dot != NULL && (isdigit((unsigned char)dot[1]) || dot[1] == '%'));
    if (dot == NULL)
        return false;
    const char *end = strncasecmp(dot, ".pcap", 5) == 0  ? dot + 5
                      : strncasecmp(dot, ".cap", 4) == 0 ? dot + 4
                                                         : "x";
    return !isalpha((unsigned char)*end);
}

/* Whoever finds a file of that name would take it for compressed. */
static int settle_name(struct weir_args *args, const char *option,
                       const char *path)
{
    static const char *const compressed[] = {".gz", ".bz2", ".xz", ".zst",
                                             ".lz4"};
    const char *dot = path != NULL ? strrchr(base_name(path), '.') : NULL;
    for (size_t i = 0; i < sizeof compressed / sizeof compressed[0]; i++)
        if (dot != NULL && strcasecmp(dot, compressed[i]) == 0)
            return weir_err_set(&args->err, -EINVAL,
                                "%s %s: weir does not compress: leave '%s' "
                                "out, or pipe '%s -' to what does",
                                option, path, dot, option);
    return 0;
}

static int settle_names(const struct record_options *o, struct weir_args *args)
{
    int ret = settle_name(args, "-w", o->output);
    if (ret == 0)
        ret = settle_name(args, "--report", o->report);
    if (ret == 0)
        ret = settle_name(args, "--flows", o->flows.output);
    return ret;
}

/* What is written at the end would replace what it is about. */
static int settle_end(const struct record_options *o, struct weir_args *args,
                      const char *option, const char *path)
{
    const char *taken = NULL;
    if (weir_same_file(path, o->output, STDOUT_FILENO))
        taken = "-w";
    else if (weir_same_file(path, o->input, STDIN_FILENO))
        taken = "-r";
    if (taken == NULL)
        return 0;
    return weir_err_set(&args->err, -EINVAL, "%s %s: that is what %s names",
                        option, path, taken);
}

static int settle_report(const struct record_options *o, struct weir_args *args)
{
    int ret = settle_end(o, args, "--report", o->report);
    if (ret == 0 && !o->is_flows)
        ret = settle_end(o, args, "--flows", o->flows.output);
    if (ret == 0 && weir_same_file(o->report, o->flows.output, STDOUT_FILENO))
        ret = weir_err_set(&args->err, -EINVAL,
                           "--report %s: the flows go there", o->report);
    return ret;
}

static int settle_flows(struct record_options *o, struct weir_args *args)
{
    if (o->is_flows && o->output != NULL)
        return weir_err_set(&args->err, -EINVAL,
                            "-w goes with weir record; its --flows counts "
                            "flows, too");
    return flow_options_settle(&o->flows, args, o->is_flows);
}

static int settle_output(struct record_options *o, struct weir_args *args)
{
    struct weir_err *err = &args->err;
    bool rotates = o->manner != RECORD_MANNER_NONE;
    if (o->output == NULL) {
        const char *what = NULL;
        if (rotates || o->total_bytes_max > 0 || o->total_files_max > 0)
            what = "a limit for files";
        else if (o->format != WEIR_FORMAT_NONE)
            what = "--format";
        else if (o->write != WEIR_WRITE_AUTO)
            what = "--write";
        else if (o->is_flows && o->lane_files)
            what = "--lane-files";
        return what == NULL
                   ? 0
                   : weir_err_set(err, -EINVAL, "%s goes with %s-w", what,
                                  o->is_flows ? "weir record " : "");
    }
    bool to_stdout = strcmp(o->output, "-") == 0;
    if (to_stdout && rotates)
        return weir_err_set(err, -EINVAL, "-w -: a stream has no next file");
    if (o->total_files_max > 0 && !rotates)
        return weir_err_set(err, -EINVAL, "-a files: goes with -b, -C or -G");
    if (o->manner == RECORD_MANNER_DUMPCAP && o->file_bytes_max == 0 &&
        o->file_duration_ns == 0 && o->file_interval_ns == 0 &&
        o->file_packets_max == 0)
        return weir_err_set(err, -EINVAL,
                            "-b files: goes with another -b that says when "
                            "the next file begins");
    if (o->format == WEIR_FORMAT_NONE)
        o->format = to_stdout || names_pcap(o->output) ? WEIR_FORMAT_PCAP
                                                       : WEIR_FORMAT_PCAPNG;
    if (o->write == WEIR_WRITE_ONLY_DIRECT && o->format != WEIR_FORMAT_PCAPNG)
        return weir_err_set(err, -EINVAL,
                            "--write direct: a pcap has no padding; with "
                            "--format pcapng it can be");
    return settle_files(o, args);
}

/* An interface has other names, and is one all the same. */
static int settle_devices(const struct record_options *o, struct weir_err *err)
{
    unsigned indices[WEIR_LANES_MAX];
    for (uint32_t i = 0; i < o->devices_count; i++) {
        indices[i] = if_nametoindex(o->devices[i]);
        for (uint32_t k = 0; indices[i] != 0 && k < i; k++)
            if (indices[k] == indices[i])
                return weir_err_set(err, -EINVAL,
                                    "-i %s: that is the interface %s, which "
                                    "is named already",
                                    o->devices[i], o->devices[k]);
    }
    return 0;
}

static int settle_source(struct record_options *o, struct weir_args *args)
{
    struct weir_err *err = &args->err;
    int sources = (o->device != NULL) + (o->input != NULL) + (o->synth != NULL);
    if (o->verb == RECORD_LIST_DEVICES)
        return 0;
    if (sources == 0)
        return weir_err_set(err, -EINVAL,
                            "where from? -i DEVICE, -r FILE or --synth");
    if (sources > 1)
        return weir_err_set(err, -EINVAL,
                            "-i, -r and --synth: one of them at a time");
    if (o->verb == RECORD_LIST_LINK_TYPES && o->device == NULL)
        return weir_err_set(err, -EINVAL, "-L goes with -i");
    if (o->device == NULL && (o->buffer_bytes > 0 || o->no_promisc))
        return weir_err_set(err, -EINVAL, "-B and -p go with -i");
    if (o->device == NULL &&
        (o->source != RECORD_SOURCE_AUTO || o->stamp != WEIR_STAMP_HOST))
        return weir_err_set(err, -EINVAL, "--source and -j go with -i");
    if (o->source == RECORD_SOURCE_AFXDP && o->stamp != WEIR_STAMP_HOST)
        return weir_err_set(err, -EINVAL,
                            "-j adapter goes with --source afpacket or pcap");
    if (o->has_queue && o->source != RECORD_SOURCE_AFXDP)
        return weir_err_set(err, -EINVAL, "--queue goes with --source afxdp");
    if ((o->device == NULL || o->source == RECORD_SOURCE_PCAP ||
         o->source == RECORD_SOURCE_AFXDP) &&
        (o->block_bytes > 0 || o->retire_ms > 0))
        return weir_err_set(err, -EINVAL,
                            "--block-size and --retire-timeout go with "
                            "--source afpacket");
    if (o->retire_ms * WEIR_NS_PER_MS > o->flush_ns)
        return weir_err_set(err, -EINVAL,
                            "--retire-timeout: %u ms is longer than --flush, "
                            "%.10g s",
                            o->retire_ms, (double)o->flush_ns / 1e9);
    if (o->synth != NULL)
        return weir_synth_parse(o->synth, &o->synth_config, err);
    return settle_devices(o, err);
}

static int settle_lanes(struct record_options *o, struct weir_args *args)
{
    struct weir_err *err = &args->err;
    if (o->lanes == 0)
        o->lanes = 1;
    uint32_t all = record_lanes_count(o);
    if (o->lanes > 1 && o->input != NULL)
        return weir_err_set(err, -EINVAL, "--lanes goes with -i or --synth");
    if (all > WEIR_LANES_MAX)
        return weir_err_set(err, -EINVAL,
                            "%u lanes of %u interfaces: more than %d in all",
                            o->lanes, o->devices_count, WEIR_LANES_MAX);
    if (o->fanout != WEIR_FANOUT_NONE && (o->lanes == 1 || o->device == NULL ||
                                          o->source == RECORD_SOURCE_AFXDP))
        return weir_err_set(err, -EINVAL,
                            "--fanout goes with --lanes and --source afpacket");
    if (o->fanout == WEIR_FANOUT_NONE)
        o->fanout = WEIR_FANOUT_HASH;
    if (!o->lane_files)
        return 0;
    if (all == 1)
        return weir_err_set(err, -EINVAL,
                            "--lane-files goes with --lanes or several -i");
    if (o->output == NULL || strcmp(o->output, "-") == 0)
        return weir_err_set(err, -EINVAL, "--lane-files goes with -w FILE");
    return 0;
}

int record_options_settle(struct record_options *o, struct weir_args *args)
{
    char *words;
    int ret = weir_args_join(args, &words);
    if (ret < 0)
        return weir_err_sys(&args->err, ret, "filter");
    if (words != NULL && o->filter != NULL) {
        free(words);
        return weir_err_set(&args->err, -EINVAL,
                            "a filter by -f and another by the words at the "
                            "end");
    }
    if (words != NULL)
        o->filter = words;
    ret = settle_source(o, args);
    if (ret == 0)
        ret = settle_flows(o, args);
    if (ret == 0)
        ret = settle_names(o, args);
    if (ret == 0)
        ret = settle_output(o, args);
    if (ret == 0)
        ret = settle_report(o, args);
    if (ret == 0)
        ret = settle_lanes(o, args);
    if (ret == 0 && o->workers == 0)
        o->workers =
            weir_placement_workers(record_lanes_count(o), o->output != NULL);
    if (ret == 0 && (o->verb == RECORD_RUN || o->verb == RECORD_DRY_RUN))
        ret = record_memory_settle(o, &args->err);
    return ret;
}
