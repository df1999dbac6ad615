/* reader_copy: a capture file copied by the library's reader and dump.
 *
 *     reader_copy FROM TO pcap|pcap-ns|pcapng
 *
 * Every whole frame is copied as it is; what ends the file early, or cannot be
 * in the copy, is said on stderr, with status 1. */

#include <stdio.h>
#include <string.h>

#include "pipeline/reader.h"

static const struct {
    const char *name;
    enum weir_format format;
} formats[] = {
    {"pcap", WEIR_FORMAT_PCAP},
    {"pcap-ns", WEIR_FORMAT_PCAP_NS},
    {"pcapng", WEIR_FORMAT_PCAPNG},
};

static int copy(struct weir_reader *reader, const char *to,
                enum weir_format format, struct weir_err *err)
{
    const struct weir_dump_config config = {.format = format};
    const struct weir_frame *frames;
    struct weir_dump *dump = weir_reader_dump(reader);
    uint32_t count;
    int rc = weir_dump_open(dump, to, &config, err);
    if (rc != 0)
        return rc;
    while ((rc = weir_reader_next_batch(reader, &frames, &count, err)) ==
           WEIR_NEXT_FRAME)
        for (uint32_t i = 0; i < count; i++) {
            rc = weir_dump_frame(dump, &frames[i], NULL, err);
            if (rc != 0)
                return rc;
        }
    return rc;
}

int main(int argc, char **argv)
{
    enum weir_format format = WEIR_FORMAT_NONE;
    for (size_t i = 0; argc == 4 && i < sizeof formats / sizeof formats[0]; i++)
        if (strcmp(argv[3], formats[i].name) == 0)
            format = formats[i].format;
    if (format == WEIR_FORMAT_NONE) {
        fputs("usage: reader_copy FROM TO pcap|pcap-ns|pcapng\n", stderr);
        return 2;
    }
    const struct weir_reader_config config = {.path = argv[1]};
    struct weir_reader *reader = NULL;
    struct weir_err err = {""};
    struct weir_err closing = {""};
    int rc = weir_reader_open(&reader, &config, &err);
    if (rc == 0)
        rc = copy(reader, argv[2], format, &err);
    if (rc < 0)
        fprintf(stderr, "%s\n", err.text);
    const int closed = weir_reader_close(&reader, &closing);
    if (closed < 0)
        fprintf(stderr, "%s\n", closing.text);
    return rc < 0 || closed < 0 ? 1 : 0;
}
