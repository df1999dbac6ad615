#include "tests/pipeline/fake_branch.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/err.h"

static uint64_t hash(const uint8_t *bytes, uint32_t n)
{
    /* FNV-1a */
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (uint32_t i = 0; i < n; i++)
        h = (h ^ bytes[i]) * UINT64_C(0x100000001b3);
    return h;
}

void fake_file_open(struct fake_file *file, size_t max)
{
    file->max = max;
    file->hashes = calloc(max, sizeof *file->hashes);
    atomic_init(&file->n, 0);
    WEIR_ASSERT(file->hashes != NULL);
}

void fake_file_close(struct fake_file *file)
{
    free(file->hashes);
}

void fake_file_note(void *context, const uint8_t *record, uint32_t bytes)
{
    struct fake_file *file = context;
    size_t n = atomic_load_explicit(&file->n, memory_order_relaxed);
    WEIR_ASSERT(n < file->max);
    file->hashes[n] = hash(record, bytes);
    /* Pairs with the acquire in find. */
    atomic_store_explicit(&file->n, n + 1, memory_order_release);
}

static bool find(struct fake_branch *b, uint32_t outlet, uint64_t wanted)
{
    const struct fake_file *file = &b->files[outlet];
    /* Pairs with the release in fake_file_note. */
    size_t n = atomic_load_explicit(&file->n, memory_order_acquire);
    size_t *at = &b->at[outlet];
    while (*at < n && file->hashes[*at] != wanted)
        ++*at;
    return *at < n && ++*at > 0;
}

static const char *check(struct fake_branch *b, const struct weir_parcel *p)
{
    uint32_t offset = p->preface;
    uint64_t wire_bytes = 0;
    int64_t min = INT64_MAX, max = INT64_MIN;
    if (p->frames == 0 || b->failed || b->finished)
        return "a parcel of nothing, or behind the end";
    for (uint32_t i = 0; i < p->frames; i++) {
        struct weir_encoded record;
        if (offset >= p->len)
            return "a parcel with fewer frames than it says";
        weir_encoded_read(p->format, p->bytes + offset, &record);
        if (record.bytes > p->len - offset)
            return "a parcel that ends within a record";
        if (!find(b, p->outlet, hash(p->bytes + offset, record.bytes)))
            return "a record that the file has not";
        offset += record.bytes;
        wire_bytes += record.len;
        min = record.time_ns < min ? record.time_ns : min;
        max = record.time_ns > max ? record.time_ns : max;
    }
    if (offset != p->len || wire_bytes != p->wire_bytes)
        return "a parcel with more bytes than its frames have";
    if (min != p->time_min_ns || max != p->time_max_ns)
        return "a parcel of another time";
    return NULL;
}

int fake_branch_take(void *context, const struct weir_parcel *parcel,
                     struct weir_err *err)
{
    struct fake_branch *b = context;
    if (b->sleep_us > 0)
        (void)usleep(b->sleep_us);
    if (b->frames >= b->fail_at && !b->failed) {
        b->failed = true;
        return weir_err_set(err, -EIO, "failed as told");
    }
    const char *fault = check(b, parcel);
    if (fault != NULL)
        b->fault = fault;
    b->frames += parcel->frames;
    b->wire_bytes += parcel->wire_bytes;
    b->parcels++;
    return 0;
}

int fake_branch_finish(void *context, struct weir_err *err)
{
    struct fake_branch *b = context;
    if (b->finished)
        b->fault = "finished twice";
    b->finished = true;
    b->failed |= b->fails_at_end;
    return b->fails_at_end ? weir_err_set(err, -EIO, "failed at the end") : 0;
}
