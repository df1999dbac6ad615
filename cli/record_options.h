#ifndef WEIR_CLI_RECORD_OPTIONS_H
#define WEIR_CLI_RECORD_OPTIONS_H

/* record_options: what the command line of `weir record` or `weir flows` asks
 * for.
 *
 * Parsed and checked against itself; nothing is opened.  Flags that tcpdump
 * or dumpcap have mean here what they mean there.
 *
 * Owner     texts point into argv, but for filter, which is the struct's.
 * Units     bytes, nanoseconds, frames; 0 = not asked for. */

#include <stdbool.h>
#include <stdint.h>

#include "capture/source_afpacket.h"
#include "capture/source_synth.h"
#include "cli/flow_options.h"
#include "pipeline/runner.h"
#include "sink/encode.h"
#include "sink/file_sink.h"

enum record_verb {
    RECORD_RUN,
    RECORD_HELP,
    RECORD_LIST_DEVICES,    /* -D */
    RECORD_LIST_LINK_TYPES, /* -L */
    RECORD_SHOW_FILTER,     /* -d */
    RECORD_DRY_RUN,         /* --dry-run */
};

/* How rotated files are named and where they are cut. */
enum record_manner {
    RECORD_MANNER_NONE,
    RECORD_MANNER_TCPDUMP, /* -C, -G, -W */
    RECORD_MANNER_DUMPCAP, /* -b */
};

/* What captures from a device. */
enum record_source {
    RECORD_SOURCE_AUTO, /* afpacket where it can, else libpcap */
    RECORD_SOURCE_AFPACKET,
    RECORD_SOURCE_PCAP,
    RECORD_SOURCE_AFXDP,
};

struct record_options {
    enum record_verb verb;
    const char *command; /* "weir record" or "weir flows" */
    bool is_flows;       /* the latter: no file is written */

    const char *device; /* the first -i */
    const char *devices[WEIR_LANES_MAX];
    uint32_t devices_count;
    uint32_t lanes; /* of each source */
    enum weir_fanout_mode fanout;
    bool lane_files;   /* a file for each lane, of several */
    const char *input; /* -r; "-": stdin */
    const char *synth; /* --synth */
    struct weir_synth_config synth_config;

    const char *output; /* -w; "-": stdout; NULL: none */
    enum weir_format format;
    enum weir_write write; /* --write */

    char *filter; /* -f or the trailing words, NULL: none */
    uint32_t snaplen;
    bool no_promisc;
    enum record_source source;
    bool has_queue; /* --queue */
    uint32_t queue;
    uint64_t buffer_bytes; /* -B */
    uint32_t block_bytes;  /* --block-size */
    uint32_t retire_ms;    /* --retire-timeout */
    enum weir_stamp stamp; /* -j */
    int64_t flush_ns;

    uint64_t frames_max;      /* -c, -a packets: */
    int64_t duration_ns;      /* -a duration: */
    uint64_t total_bytes_max; /* -a filesize: */
    uint64_t total_files_max; /* -a files:, -W with -G */

    enum record_manner manner;
    uint64_t file_bytes_max;   /* -C, -b filesize: */
    int64_t file_duration_ns;  /* -G, -b duration: */
    int64_t file_interval_ns;  /* -b interval: */
    uint64_t file_packets_max; /* -b packets: */
    uint32_t ring_files;       /* -W with -C, -b files: */

    const char *user; /* -Z */
    uint32_t workers;
    int cpus[WEIR_CPUS_MAX];
    uint32_t cpus_count;
    bool cpus_auto; /* --cpus auto */

    bool quiet;
    int64_t stats_ns; /* --stats; 0: silent */
    const char *report;
    struct flow_options flows; /* --flows and what goes with it */
};

/* record_options_parse: argv[0] is "record" or "flows".  Returns WEIR_EXIT_OK,
 * or the status to exit with after it has printed why. */
int record_options_parse(struct record_options *out, int argc, char **argv);

/* record_lanes_count: of all sources. */
static inline uint32_t record_lanes_count(const struct record_options *options)
{
    return options->devices_count > 1 ? options->devices_count * options->lanes
                                      : options->lanes;
}

void record_options_free(struct record_options *options);

/* record_options_help: prints the command's help. */
void record_options_help(const struct record_options *options);

#endif
