#include "tests/pipeline/embed_rig.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/pcap_encode.h"
#include "tests/support/tree.h"

#define RECORD_BYTES (WEIR_PCAP_RECORD_HEADER_BYTES + EMBED_FRAME_BYTES)

struct weir_err embed_err;

static char folder[PATH_MAX];
static char paths[64][PATH_MAX];
static unsigned paths_given;

void embed_begin(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/weir_embed_XXXXXX");
    WEIR_ASSERT(mkdtemp(folder) != NULL);
}

void embed_end(void)
{
    tree_remove(folder);
}

const char *embed_path(const char *name)
{
    char *path = paths[paths_given++ % 64];
    (void)snprintf(path, PATH_MAX, "%.64s/%s", folder, name);
    return path;
}

static void put_frame(uint8_t *to, uint32_t number)
{
    static const uint8_t headers[42] = {
        2,    0, 0,  0,  0, 2, 2,    0,    0,  0,  0, 1,  8,  0,
        0x45, 0, 0,  32, 0, 0, 0,    0,    64, 17, 0, 0,  10, 0,
        0,    1, 10, 0,  0, 2, 0x30, 0x39, 0,  80, 0, 12, 0,  0,
    };
    memcpy(to, headers, sizeof headers);
    to[37] = number % 3 == 0 ? 53 : 80;
    for (int i = 0; i < 4; i++)
        to[42 + i] = (uint8_t)(number >> (24 - 8 * i));
}

uint8_t *embed_bytes(uint32_t first, uint32_t n, size_t *bytes)
{
    uint8_t frame[EMBED_FRAME_BYTES];
    size_t at = 0;
    uint8_t *file =
        malloc(WEIR_PCAP_FILE_HEADER_BYTES + (size_t)n * RECORD_BYTES);
    WEIR_ASSERT(file != NULL);
    if (first == 0) {
        weir_pcap_encode_header(file, WEIR_PCAP_MAGIC_US, 262144, 1, 0);
        at = WEIR_PCAP_FILE_HEADER_BYTES;
    }
    for (uint32_t i = first; i < first + n; i++) {
        put_frame(frame, i);
        at += weir_pcap_encode_record(file + at, 1000,
                                      EMBED_BEGIN + i * WEIR_NS_PER_MS, frame,
                                      EMBED_FRAME_BYTES, EMBED_FRAME_BYTES);
    }
    *bytes = at;
    return file;
}

void embed_make(const char *name, uint32_t n)
{
    size_t bytes;
    uint8_t *file = embed_bytes(0, n, &bytes);
    const int fd = open(embed_path(name), O_WRONLY | O_CREAT | O_EXCL, 0600);
    WEIR_ASSERT(fd >= 0 && write(fd, file, bytes) == (ssize_t)bytes);
    WEIR_ASSERT(close(fd) == 0);
    free(file);
}

uint8_t *embed_read(const char *name, size_t *bytes)
{
    struct stat st;
    const int fd = open(embed_path(name), O_RDONLY);
    WEIR_ASSERT(fd >= 0 && fstat(fd, &st) == 0);
    uint8_t *file = malloc((size_t)st.st_size + 1);
    WEIR_ASSERT(file != NULL &&
                read(fd, file, (size_t)st.st_size) == st.st_size);
    WEIR_ASSERT(close(fd) == 0);
    *bytes = (size_t)st.st_size;
    return file;
}

void embed_same(const char *name, const uint8_t *bytes, size_t n)
{
    size_t have;
    uint8_t *file = embed_read(name, &have);
    WEIR_ASSERT(have == n && memcmp(file, bytes, n) == 0);
    free(file);
}

uint32_t embed_number(const struct weir_frame *frame)
{
    uint32_t number = 0;
    WEIR_ASSERT(frame->caplen == EMBED_FRAME_BYTES);
    for (int i = 0; i < 4; i++)
        number = number << 8 | frame->data[42 + i];
    return number;
}

struct weir_pipeline *embed_open(struct weir_pipeline_config config,
                                 const char *file)
{
    struct weir_pipeline *p = NULL;
    const struct weir_pipeline_source source = {.file = embed_path(file)};
    if (config.sources == NULL) {
        config.sources = &source;
        config.sources_count = 1;
    }
    if (weir_pipeline_open(&p, &config, &embed_err) != 0)
        fprintf(stderr, "open: %s\n", embed_err.text);
    WEIR_ASSERT(p != NULL);
    return p;
}

void embed_run(struct weir_pipeline *p, struct weir_progress *progress)
{
    if (weir_pipeline_start(p, &embed_err) != 0 ||
        weir_pipeline_join(p, &embed_err) != 0) {
        fprintf(stderr, "run: %s\n", embed_err.text);
        WEIR_ASSERT(false);
    }
    WEIR_ASSERT(weir_pipeline_progress(p, progress) == 0);
}
