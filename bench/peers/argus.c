#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/err.h"
#include "bench/peers/says.h"

enum {
    WORD = 4,
    RECORD_MAX = 65535 * WORD,
    TYPE_FLOW = 0x10,      /* upper half of a record's first byte */
    PART_IMMEDIATE = 0x80, /* one word, whatever its length says */
    PART_COUNTS = 0x10,
};

/* How wide the two numbers of a part of counts are, frames and bytes, by its
 * qualifier; 0 for the kinds of both directions, which our inputs have not. */
static uint32_t count_bytes(uint8_t qualifier)
{
    static const uint8_t widths[] = {0, 0, 0, 0, 0, 1, 2, 4, 8, 1, 2, 4, 8};
    return qualifier < sizeof widths ? widths[qualifier] : 0;
}

static uint64_t load_wide(const uint8_t *from, uint32_t bytes)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < bytes; i++)
        n = n << 8 | from[i];
    return n;
}

/* The frames in one part of `bytes` bytes, its first word included. */
static uint64_t part_frames(const uint8_t *part, size_t bytes)
{
    const uint32_t width = count_bytes(part[2]);
    return bytes >= WORD + width ? load_wide(part + WORD, width) : 0;
}

/* The frames in a flow's record; parts that do not fit end it. */
static uint64_t flow_frames(const uint8_t *record, size_t bytes)
{
    uint64_t frames = 0;
    size_t at = WORD;
    while (bytes - at >= WORD) {
        const uint8_t *part = record + at;
        size_t len = (part[0] & PART_IMMEDIATE) != 0 || part[3] == 0
                         ? WORD
                         : (size_t)part[3] * WORD;
        if (len > bytes - at)
            break;
        if (part[0] == PART_COUNTS)
            frames += part_frames(part, len);
        at += len;
    }
    return frames;
}

static int records_read(struct weir_says_argus *out, FILE *file, uint8_t *at,
                        const char *path, struct weir_err *err)
{
    while (fread(at, 1, WORD, file) == WORD) {
        size_t bytes = (size_t)weir_load_be16(at + 2) * WORD;
        if (bytes < WORD)
            return weir_err_set(err, -EBADMSG, "%s: a record of no length",
                                path);
        if (fread(at + WORD, 1, bytes - WORD, file) != bytes - WORD)
            return weir_err_set(err, -EBADMSG, "%s: ends within a record",
                                path);
        if ((at[0] & 0xf0) != TYPE_FLOW)
            continue;
        out->flows++;
        out->frames += flow_frames(at, bytes);
    }
    if (ferror(file) != 0)
        return weir_err_sys(err, -EIO, "%s", path);
    return 0;
}

int weir_says_argus(struct weir_says_argus *out, const char *path,
                    struct weir_err *err)
{
    *out = (struct weir_says_argus){0};
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return weir_err_sys(err, -errno, "%s", path);
    uint8_t *record = malloc(RECORD_MAX);
    int ret = record == NULL ? weir_err_sys(err, -ENOMEM, "%s", path)
                             : records_read(out, file, record, path, err);
    free(record);
    (void)fclose(file);
    return ret;
}
