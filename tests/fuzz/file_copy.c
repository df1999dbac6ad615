#include "tests/fuzz/file_copy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "pipeline/reader.h"

/* One call in so many asks for a batch. */
#define ROUND 7

static struct weir_reader *open_reader(const char *path, int *rc)
{
    const struct weir_reader_config config = {.path = path};
    struct weir_reader *reader = NULL;
    *rc = weir_reader_open(&reader, &config, NULL);
    WEIR_ASSERT((*rc == 0) == (reader != NULL));
    return reader;
}

/* One frame, or several; 0 and what next said at the end. */
static uint32_t some(struct weir_reader *reader, uint64_t turn,
                     const struct weir_frame **frames, int *result)
{
    uint32_t count = 1;
    *result = turn % ROUND < ROUND - 1
                  ? weir_reader_next(reader, frames, NULL)
                  : weir_reader_next_batch(reader, frames, &count, NULL);
    return *result == WEIR_NEXT_FRAME ? count : 0;
}

static struct reading read_all(struct weir_reader *reader,
                               struct weir_dump *dump)
{
    struct reading reading = {.frames = 0};
    const struct weir_frame *frames;
    uint32_t count;
    uint64_t turn = 0;
    while ((count = some(reader, turn++, &frames, &reading.result)) > 0) {
        for (uint32_t i = 0; i < count; i++) {
            reading_take(&reading, &frames[i]);
            WEIR_ASSERT(weir_dump_frame(dump, &frames[i], NULL, NULL) == 0);
        }
        /* A filter that takes all, or is wrong. */
        if (turn % 16 == 0)
            WEIR_ASSERT(
                weir_reader_filter(reader, turn % 32 == 0 ? "" : "((", NULL) ==
                (turn % 32 == 0 ? 0 : -EINVAL));
    }
    /* And again, and again. */
    int again;
    WEIR_ASSERT(some(reader, 0, &frames, &again) == 0 &&
                again == reading.result);
    WEIR_ASSERT(some(reader, ROUND - 1, &frames, &again) == 0 &&
                again == reading.result);
    return reading;
}

/* Centuries from now, with an interface that begins centuries ago, a pcapng
 * has other times. */
static bool is_far(const struct weir_frame *frame)
{
    return frame->time_ns > INT64_MAX / 4 || frame->time_ns < -(INT64_MAX / 4);
}

/* A frame without a time has that of 1970 where its block cannot say so. */
static void same(const struct weir_frame *a, const struct weir_frame *b)
{
    const uint16_t flags = (uint16_t)~WEIR_FRAME_NO_TIME;
    WEIR_ASSERT(a->time_ns == b->time_ns || is_far(a) || is_far(b));
    WEIR_ASSERT(a->caplen == b->caplen && a->len == b->len &&
                a->iface == b->iface);
    WEIR_ASSERT((a->flags & flags) == (b->flags & flags));
    WEIR_ASSERT(a->caplen == 0 || memcmp(a->data, b->data, a->caplen) == 0);
}

static void compare(const char *path, const char *copy, uint64_t frames)
{
    const struct weir_frame *a;
    const struct weir_frame *b;
    int rc;
    struct weir_reader *one = open_reader(path, &rc);
    struct weir_reader *other = open_reader(copy, &rc);
    WEIR_ASSERT(one != NULL && other != NULL);
    for (uint64_t i = 0; i < frames; i++) {
        WEIR_ASSERT(weir_reader_next(one, &a, NULL) == WEIR_NEXT_FRAME);
        WEIR_ASSERT(weir_reader_next(other, &b, NULL) == WEIR_NEXT_FRAME);
        same(a, b);
    }
    WEIR_ASSERT(weir_reader_next(other, &b, NULL) == WEIR_NEXT_END);
    WEIR_ASSERT(weir_reader_close(&one, NULL) == 0);
    WEIR_ASSERT(weir_reader_close(&other, NULL) == 0);
}

static void name_copy(char path[64])
{
    const char *folder = getenv("TEST_TMPDIR");
    (void)snprintf(path, 64, "/dev/shm/weir-fuzz-%ld.pcapng", (long)getpid());
    if (access("/dev/shm", W_OK) != 0)
        (void)snprintf(path, 64, "%.40s/%ld.pcapng",
                       folder != NULL ? folder : "/tmp", (long)getpid());
}

void file_copy(const char *path, const struct reading *seen)
{
    char to[64];
    int rc;
    struct weir_reader *reader = open_reader(path, &rc);
    WEIR_ASSERT(rc == 0 || rc == seen->result);
    if (rc != 0)
        return;
    name_copy(to);
    struct weir_dump *dump = weir_reader_dump(reader);
    WEIR_ASSERT(weir_dump_open(dump, to, NULL, NULL) == 0);
    const struct reading plain = read_all(reader, dump);
    WEIR_ASSERT(plain.frames == seen->frames && plain.hash == seen->hash);
    WEIR_ASSERT(seen->result < 0 ? plain.result == seen->result
                                 : plain.result == WEIR_NEXT_END);
    WEIR_ASSERT(weir_reader_close(&reader, NULL) == 0);
    compare(path, to, plain.frames);
    (void)unlink(to);
}
