/* The frames of one file, by weir_reader and by libpcap. */

#include <errno.h>
#include <limits.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/args.h"
#include "base/clock.h"
#include "base/output.h"
#include "base/pcap.h"
#include "base/version.h"
#include "bench/embed/embed_cmd.h"
#include "bench/embed/turns.h"
#include "bench/host/bench_args.h"
#include "bench/results/results.h"
#include "bench/stages/scratch.h"
#include "bench/stages/session.h"
#include "pipeline/reader.h"
#include "pipeline/writer.h"

#define COMMAND "weir bench embed reader"
#define SIZE    60

#define FRAMES     10000000
#define FRAMES_MIN 1000
#define FRAMES_MAX 100000000
#define ROUNDS     7

#define PATIENCE_NS (600 * WEIR_NS_PER_S)

enum {
    OPTION_FOLDER = 256,
    OPTION_FRAMES,
    OPTION_ROUNDS,
    OPTION_RESULTS,
};

static const struct option options[] = {
    {"folder", required_argument, NULL, OPTION_FOLDER},
    {"frames", required_argument, NULL, OPTION_FRAMES},
    {"rounds", required_argument, NULL, OPTION_ROUNDS},
    {"results", required_argument, NULL, OPTION_RESULTS},
    {"help", no_argument, NULL, 'h'},
    {0},
};

struct command {
    const char *folder;
    const char *results;
    uint64_t frames;
    uint64_t rounds;
    char path[PATH_MAX];
};

static int print_help(void)
{
    weir_output_start();
    printf("usage: weir bench embed reader [OPTION...]\n"
           "\n"
           "Reads a file of 60-byte frames by weir_reader_next_batch, "
           "weir_reader_next,\n"
           "pcap_dispatch and pcap_next_ex, each in a process of its own, in "
           "turn, and looks\n"
           "at the length and the first byte of each frame.  Leaves no file.\n"
           "\n"
           "  --folder FOLDER  for the file, by default /dev/shm, or $TMPDIR "
           "or /tmp\n"
           "  --frames N       %d by default\n"
           "  --rounds N       of each function, in turn, %d by default\n"
           "  --results FILE   append the results as JSON lines; - is the\n"
           "                   standard output\n"
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
    case OPTION_RESULTS:
        c->results = args->value;
        return 0;
    default:
        return -EINVAL;
    }
}

static int open_reader(const struct command *c, struct weir_reader **out,
                       struct weir_err *err)
{
    const struct weir_reader_config config = {.path = c->path};
    return weir_reader_open(out, &config, err);
}

static int close_reader(struct weir_reader **reader, int rc,
                        struct weir_err *err)
{
    const int closed = weir_reader_close(reader, rc < 0 ? NULL : err);
    return rc < 0 ? rc : closed;
}

static int by_next_batch(void *context, struct weir_alone *out,
                         struct weir_err *err)
{
    const struct weir_frame *frames;
    struct weir_reader *reader = NULL;
    uint32_t count;
    int rc = open_reader(context, &reader, err);
    if (rc != 0)
        return rc;
    while ((rc = weir_reader_next_batch(reader, &frames, &count, err)) ==
           WEIR_NEXT_FRAME) {
        for (uint32_t i = 0; i < count; i++)
            out->sum += frames[i].caplen + frames[i].data[0];
        out->frames += count;
    }
    return close_reader(&reader, rc, err);
}

static int by_next(void *context, struct weir_alone *out, struct weir_err *err)
{
    const struct weir_frame *frame;
    struct weir_reader *reader = NULL;
    int rc = open_reader(context, &reader, err);
    if (rc != 0)
        return rc;
    while ((rc = weir_reader_next(reader, &frame, err)) == WEIR_NEXT_FRAME) {
        out->sum += frame->caplen + frame->data[0];
        out->frames++;
    }
    return close_reader(&reader, rc, err);
}

static pcap_t *open_pcap(const struct command *c, struct weir_err *err)
{
    char why[PCAP_ERRBUF_SIZE] = "";
    pcap_t *pcap = pcap_open_offline(c->path, why);
    if (pcap == NULL)
        (void)weir_err_set(err, -EIO, "%s", why);
    return pcap;
}

static int close_pcap(pcap_t *pcap, int rc, struct weir_err *err)
{
    if (rc == PCAP_ERROR)
        rc = weir_err_set(err, -EIO, "%s", pcap_geterr(pcap));
    else
        rc = 0;
    pcap_close(pcap);
    return rc;
}

static void take_frame(u_char *user, const struct pcap_pkthdr *header,
                       const u_char *bytes)
{
    struct weir_alone *out = (struct weir_alone *)(void *)user;
    out->sum += header->caplen + bytes[0];
    out->frames++;
}

static int by_pcap_dispatch(void *context, struct weir_alone *out,
                            struct weir_err *err)
{
    pcap_t *pcap = open_pcap(context, err);
    if (pcap == NULL)
        return -EIO;
    int rc;
    do
        rc = pcap_dispatch(pcap, -1, take_frame, (u_char *)out);
    while (rc > 0);
    return close_pcap(pcap, rc, err);
}

static int by_pcap_next_ex(void *context, struct weir_alone *out,
                           struct weir_err *err)
{
    struct pcap_pkthdr *header;
    const u_char *bytes;
    pcap_t *pcap = open_pcap(context, err);
    if (pcap == NULL)
        return -EIO;
    int rc;
    while ((rc = pcap_next_ex(pcap, &header, &bytes)) == 1)
        take_frame((u_char *)out, header, bytes);
    return close_pcap(pcap, rc, err);
}

/* Frames that differ, a microsecond apart. */
static int make(const struct command *c, struct weir_err *err)
{
    const struct weir_writer_config config = {.linktype = 1, .path = c->path};
    struct weir_writer *writer = NULL;
    uint8_t bytes[SIZE] = {0};
    int rc = weir_writer_open(&writer, &config, err);
    struct weir_dump *dump = weir_writer_dump(writer);
    for (uint64_t i = 0; rc == 0 && i < c->frames; i++) {
        const struct weir_frame frame = {
            .data = bytes,
            .time_ns = WEIR_NS_PER_S + (int64_t)i * WEIR_NS_PER_US,
            .caplen = SIZE,
            .len = SIZE,
        };
        memcpy(bytes, &i, sizeof i);
        rc = weir_dump_frame(dump, &frame, NULL, err);
    }
    const int closed = weir_writer_close(&writer, rc == 0 ? err : NULL);
    return rc != 0 ? rc : closed;
}

static int measure(struct command *c, struct weir_results *results,
                   struct weir_err *err)
{
    struct weir_embed_entrant entrants[] = {
        {.name = "weir_reader_next_batch", .work = by_next_batch},
        {.name = "weir_reader_next", .work = by_next},
        {.name = "pcap_dispatch", .work = by_pcap_dispatch},
        {.name = "pcap_next_ex", .work = by_pcap_next_ex},
    };
    for (uint32_t i = 0; i < 4; i++) {
        entrants[i].version = i < 2 ? WEIR_VERSION : pcap_lib_version();
        entrants[i].does = "reads; looks at length and first byte";
        entrants[i].context = c;
    }
    struct weir_embed_turns turns = {
        .task = "embed reader",
        .entrants = entrants,
        .count = 4,
        .rounds = (uint32_t)c->rounds,
        .frames = c->frames,
        .timeout_ns = PATIENCE_NS,
        .results = results,
        .out = weir_results_people(c->results),
    };
    fprintf(turns.out, "%llu frames of %d bytes, %u rounds in turn, in %s\n\n",
            (unsigned long long)c->frames, SIZE, turns.rounds, c->path);
    int rc = weir_embed_turns_run(&turns, err);
    for (uint32_t over = 0; over < 2; over++)
        for (uint32_t under = 2; under < 4 && rc == 0; under++)
            rc = weir_embed_turns_ratio(&turns, over, under, err);
    if (rc == 0 && turns.failed > 0)
        rc = weir_err_set(err, -EIO, "%u could not be measured", turns.failed);
    return rc;
}

static int run(void *context, struct weir_results *results,
               struct weir_err *err)
{
    static const char memory[] = "/dev/shm";
    struct command *c = context;
    struct weir_scratch scratch;
    const uint64_t room =
        c->frames * (WEIR_PCAP_RECORD_HEADER_BYTES + SIZE) + (1 << 20);
    const char *folder = c->folder;
    if (folder == NULL)
        folder =
            access(memory, W_OK | X_OK) == 0 ? memory : weir_scratch_folder();
    int rc = weir_scratch_open(&scratch, folder, room, err);
    if (rc != 0)
        return rc;
    const int n =
        snprintf(c->path, sizeof c->path, "%s/frames.pcap", scratch.path);
    rc = n > 0 && (size_t)n < sizeof c->path
             ? make(c, err)
             : weir_err_sys(err, -ENAMETOOLONG, "%s", scratch.path);
    if (rc == 0)
        rc = measure(c, results, err);
    weir_scratch_close(&scratch);
    return rc;
}

int weir_embed_reader(int argc, char **argv)
{
    struct command c = {.frames = FRAMES, .rounds = ROUNDS};
    struct weir_args args;
    bool help = false;
    weir_args_start(&args, COMMAND, argc, argv, "h", options);
    const int status = weir_bench_args_read(&args, &help, take, &c);
    if (status != WEIR_EXIT_OK)
        return status;
    if (help)
        return print_help();
    const struct weir_session session = {.command = COMMAND,
                                         .name = "embed",
                                         .results = c.results,
                                         .argc = argc + 1,
                                         .argv = argv - 1};
    return weir_session_run(&session, run, &c);
}
