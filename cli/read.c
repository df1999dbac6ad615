#include "cli/read.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/args.h"
#include "base/output.h"
#include "base/pcap.h"
#include "capture/filter.h"
#include "capture/source_file.h"
#include "cli/print_json.h"
#include "cli/print_text.h"
#include "dissect/dissect.h"

#define COMMAND     "weir read"
#define FRAMES      64
#define BLOCK_BYTES (1U << 20)

enum { OPTION_JSON = 256 };

static const struct option long_options[] = {
    {"help", no_argument, NULL, 'h'},
    {"json", no_argument, NULL, OPTION_JSON},
    {NULL, 0, NULL, 0},
};

static const char help[] =
    "usage: weir read -r FILE [-c N] [-n] [--json] [FILTER...]\n"
    "\n"
    "Prints the frames of a capture file (pcap or pcapng), a line each.\n"
    "\n"
    "  -r FILE   the file to read; - is standard input\n"
    "  -c N      stop after N frames (of those that the filter passes)\n"
    "  -n        accepted for habit's sake: weir never looks up names\n"
    "  --json    one JSON object a line instead of text\n"
    "  --help    this text\n"
    "\n"
    "FILTER is an expression as of tcpdump, see pcap-filter(7): its words are\n"
    "joined, so that quotes are needed only for what the shell would take.\n"
    "Times are local in text, seconds since 1970 in JSON.\n"
    "\n"
    "Exit status: 0 at the end of the file, after N frames, or when the "
    "reader\n"
    "of the output closes the pipe (head), 1 if anything could not be read or\n"
    "written, 2 for a bad command line.\n";

struct reader {
    const char *path;
    char *filter;
    bool json;
    bool help;
    uint64_t frames_max; /* to print; UINT64_MAX: all */

    struct weir_source *source;
    struct weir_err err;
    uint64_t frames; /* read, whether or not a filter passed them */
    uint64_t printed;
    bool closed; /* standard output takes no more */
};

static int parse(struct weir_args *args, struct reader *reader)
{
    int option;
    while ((option = weir_args_next(args)) != WEIR_ARGS_END) {
        switch (option) {
        case 'r':
            if (weir_args_name(args, &reader->path) != 0)
                return -EINVAL;
            break;
        case 'c':
            if (weir_args_number(args, args->value, 1, INT64_MAX,
                                 &reader->frames_max) != 0)
                return -EINVAL;
            break;
        case 'n':
            break;
        case OPTION_JSON:
            reader->json = true;
            break;
        case 'h':
            reader->help = true;
            return 0;
        default:
            return -EINVAL;
        }
    }
    if (reader->path == NULL)
        return weir_err_set(&args->err, -EINVAL, "-r FILE is missing");
    return 0;
}

static int print_frame(struct reader *reader, const struct weir_frame *frame)
{
    const struct weir_iface *iface = &reader->source->ifaces->at[frame->iface];
    reader->frames++;
    if (iface->filter != NULL && !weir_filter_match(iface->filter, frame->data,
                                                    frame->caplen, frame->len))
        return 0;
    struct weir_dissection dissection;
    weir_dissect(&dissection, frame->data, frame->caplen, frame->len,
                 iface->linktype);
    reader->printed++;
    if (!reader->json) {
        weir_print_text(stdout, frame, iface->linktype, &dissection);
        return 0;
    }
    int rc = weir_print_json(stdout, reader->frames, frame, iface->linktype,
                             &dissection);
    return rc == 0 ? 0 : weir_err_sys(&reader->err, rc, "%s", reader->path);
}

static bool satisfied(const struct reader *reader)
{
    return reader->printed >= reader->frames_max || reader->closed;
}

static int print_lease(struct reader *reader, const struct weir_lease *lease)
{
    struct weir_frame frames[FRAMES];
    struct weir_walk walk = {0};
    uint32_t n;
    int rc = 0;
    while (rc == 0 && !satisfied(reader) &&
           (n = lease->walk(lease, &walk, frames, FRAMES)) > 0)
        for (uint32_t i = 0; rc == 0 && i < n && !satisfied(reader); i++)
            rc = print_frame(reader, &frames[i]);
    /* What a stream has brought is shown before the next read waits. */
    reader->closed = !weir_output_flush();
    return rc;
}

static void wait_for(const struct weir_source *source)
{
    struct pollfd fd = {.fd = source->fd, .events = POLLIN};
    (void)poll(&fd, 1, source->wait_ms);
}

static int print_all(struct reader *reader)
{
    struct weir_source *source = reader->source;
    int rc = 0;
    while (rc == 0 && !satisfied(reader)) {
        struct weir_lease lease;
        int result = source->ops->next(source, &lease, &reader->err);
        if (result == WEIR_SOURCE_END)
            break;
        if (result == WEIR_SOURCE_LEASE) {
            rc = print_lease(reader, &lease);
            source->ops->reclaim(source, &lease);
        } else if (result == WEIR_SOURCE_WAIT) {
            wait_for(source);
        } else {
            rc = result;
        }
    }
    return rc;
}

static int run(struct reader *reader)
{
    const struct weir_source_config config = {
        .leases = 1,
        .block_bytes = BLOCK_BYTES,
        .snaplen = WEIR_SNAPLEN_MAX,
        .filter = reader->filter,
    };
    int rc = weir_file_source_open(&reader->source, reader->path, &config,
                                   &reader->err);
    if (rc != 0)
        return rc;
    rc = print_all(reader);
    reader->source->ops->close(reader->source);
    return rc;
}

int weir_cmd_read(int argc, char **argv)
{
    struct reader reader = {.frames_max = UINT64_MAX};
    struct weir_args args;
    weir_args_start(&args, COMMAND, argc, argv, "r:c:nh", long_options);
    if (parse(&args, &reader) != 0)
        return weir_args_usage(&args);
    weir_output_start();
    if (reader.help) {
        fputs(help, stdout);
        return weir_output_finish(COMMAND, WEIR_EXIT_OK);
    }
    int rc = weir_args_join(&args, &reader.filter);
    if (rc == 0)
        rc = run(&reader);
    else
        weir_err_sys(&reader.err, rc, "filter");
    free(reader.filter);
    int status =
        weir_output_finish(COMMAND, rc == 0 ? WEIR_EXIT_OK : WEIR_EXIT_FAILED);
    if (rc != 0)
        fprintf(stderr, COMMAND ": %s\n", reader.err.text);
    return status;
}
