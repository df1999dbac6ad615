#include "sink/flight.h"

#include <errno.h>
#include <stddef.h>
#include <unistd.h>

#include "base/assert.h"
#include "sink/direct.h"
#include "sink/encode.h"

/* The disk's room is taken in steps: large ones keep a file in few pieces,
 * and what is left at the end goes back. */
#define ALLOCATE_BYTES     (64u << 20)
#define ALLOCATE_BYTES_MIN (1u << 20)

/* A disk that says "again" so often will not do it. */
#define STALLS_MAX 100

static struct weir_flight_write *at(struct weir_flight *flight, uint32_t place)
{
    return &flight->writes[place % WEIR_FLIGHT_PLACES];
}

static bool is_done(const struct weir_flight_write *write)
{
    return write->done == write->batch->chunk.len;
}

/* Where the rest of a write begins: a direct write begins with a page, so a
 * part of one is written once more. */
static uint32_t rest_of(const struct weir_flight_write *write)
{
    return write->done & ~(WEIR_LEASE_ALIGN - 1U);
}

void weir_flight_open(struct weir_flight *flight, struct weir_disk *disk,
                      struct weir_counter *written_bytes, uint64_t file_bytes)
{
    flight->disk = disk;
    flight->written_bytes = written_bytes;
    flight->allocate_bytes = ALLOCATE_BYTES;
    /* A file grows a little beyond its limit, by what is around its frames. */
    if (file_bytes > 0 && file_bytes < ALLOCATE_BYTES - ALLOCATE_BYTES_MIN)
        flight->allocate_bytes =
            ((uint32_t)file_bytes | (ALLOCATE_BYTES_MIN - 1)) + 1;
}

void weir_flight_begin(struct weir_flight *flight, struct weir_outfile *out)
{
    WEIR_ASSERT(flight->settled == flight->next);
    flight->out = out;
}

/* Room for what the chain writes, ahead of it.  The file's size stays what
 * was written: zeros would be read as blocks. */
static bool want_room(struct weir_flight *flight, uint64_t begin, uint64_t end)
{
    struct weir_outfile *out = flight->out;
    if (flight->allocate_bytes == 0 || end <= out->allocated)
        return false;
    uint64_t from = out->allocated > begin ? out->allocated : begin;
    flight->allocate = (struct weir_disk_op){
        .kind = WEIR_DISK_ALLOCATE,
        .fd = out->fd,
        .offset = from,
        .len = flight->allocate_bytes,
    };
    out->allocated = from + flight->allocate_bytes;
    return true;
}

/* Joins the writes of the places [first, end) that lie behind one another, as
 * many as may be; returns the place behind them. */
static uint32_t join(struct weir_flight *flight,
                     struct weir_flight_vector *vector, uint32_t first,
                     uint32_t end)
{
    struct weir_disk_op *op = &vector->op;
    uint32_t skip = rest_of(at(flight, first));
    *op = (struct weir_disk_op){
        .kind = WEIR_DISK_WRITE,
        .fd = flight->out->fd,
        .offset = at(flight, first)->offset + skip,
        .parts = vector->parts,
    };
    vector->first = first;
    for (uint32_t i = first; i != end; i++) {
        const struct weir_flight_write *write = at(flight, i);
        const struct weir_chunk *chunk = &write->batch->chunk;
        uint32_t bytes = chunk->len - skip;
        bool joins = rest_of(write) == 0 &&
                     op->parts_count < WEIR_FLIGHT_PARTS &&
                     op->len <= WEIR_FLIGHT_VECTOR_BYTES - bytes;
        if (i != first && (bytes > WEIR_FLIGHT_VECTOR_BYTES || !joins))
            return i;
        vector->parts[op->parts_count++] = (struct iovec){
            .iov_base = (void *)(uintptr_t)(chunk->bytes + skip),
            .iov_len = bytes,
        };
        op->len += bytes;
        skip = 0;
    }
    return end;
}

/* Gives the disk what is there: one chain, when it has done the last. */
static void start_chain(struct weir_flight *flight)
{
    struct weir_disk_op *chain[WEIR_FLIGHT_CHAIN + 1];
    uint32_t n = 0;
    uint32_t vectors = 0;
    if (flight->going > 0 || flight->error != 0 ||
        flight->settled == flight->next)
        return;
    uint32_t end = flight->next;
    if (end - flight->settled > WEIR_FLIGHT_CHAIN)
        end = flight->settled + WEIR_FLIGHT_CHAIN;
    const struct weir_flight_write *last = at(flight, end - 1);
    if (want_room(flight, at(flight, flight->settled)->offset,
                  last->offset + last->batch->chunk.len))
        chain[n++] = &flight->allocate;
    for (uint32_t i = flight->settled; i != end;) {
        if (is_done(at(flight, i))) {
            i++;
            continue;
        }
        struct weir_flight_vector *vector = &flight->vectors[vectors++];
        i = join(flight, vector, i, end);
        chain[n++] = &vector->op;
    }
    flight->started = end;
    flight->going = n;
    flight->disk->ops->start(flight->disk, chain, n);
}

/* The bytes of the chunk's whole records within the first `done`; counts
 * them. */
static uint32_t whole_records(const struct weir_chunk *chunk, uint32_t done,
                              uint32_t *frames)
{
    uint32_t whole = chunk->preface;
    *frames = 0;
    while (*frames < chunk->frames) {
        struct weir_encoded record;
        weir_encoded_read(WEIR_FORMAT_PCAPNG, chunk->bytes + whole, &record);
        if (whole + record.bytes > done)
            break;
        whole += record.bytes;
        ++*frames;
    }
    return *frames == 0 ? 0 : whole;
}

/* The oldest write has failed and the disk does nothing: the file ends in
 * it. */
static void end_in(struct weir_flight *flight, struct weir_flight_write *write,
                   int error)
{
    uint32_t whole =
        whole_records(&write->batch->chunk, write->done, &write->frames);
    weir_counter_add(flight->written_bytes, whole);
    flight->error = error;
    weir_err_sys(&flight->err, error, "%s: write", flight->out->name);
    flight->out->torn = true;
    weir_outfile_cut(flight->out, write->offset - flight->out->base + whole);
    while (++flight->settled != flight->next)
        at(flight, flight->settled)->frames = 0;
    flight->started = flight->next;
}

/* A write that ends within a page, however often it is tried, has met a limit
 * of the file there.  Direct writes end at whole pages and cannot ask for more;
 * one byte through the page cache can, and is told why not. */
static int why_short(const struct weir_flight *flight,
                     const struct weir_flight_write *write)
{
    int fd = flight->out->fd;
    off_t end = (off_t)(write->offset + write->done);
    weir_direct_leave(fd);
    ssize_t n = pwrite(fd, "", 1, end);
    if (n < 0)
        return -errno;
    if (n > 0 && ftruncate(fd, end) != 0)
        return -errno;
    return -EIO;
}

static void settle(struct weir_flight *flight)
{
    while (flight->settled != flight->started &&
           is_done(at(flight, flight->settled))) {
        weir_counter_add(flight->written_bytes,
                         at(flight, flight->settled)->done);
        flight->settled++;
    }
}

/* The chain is through: what was cut short goes on with the next one. */
static void end_chain(struct weir_flight *flight)
{
    if (flight->settled == flight->started)
        return;
    struct weir_flight_write *oldest = at(flight, flight->settled);
    int32_t result = oldest->result;
    bool again = result > 0 || result == -EAGAIN || result == -EINTR ||
                 result == -ECANCELED;
    if (++flight->stalls > STALLS_MAX)
        again = false;
    flight->started = flight->settled;
    if (!again)
        end_in(flight, oldest,
               result >= 0 ? why_short(flight, oldest) : result);
}

static void note_end(struct weir_flight *flight, struct weir_disk_op *op)
{
    flight->going--;
    if (op == &flight->allocate) {
        /* Not this file system, or not so much: without, then. */
        if (op->result < 0)
            flight->allocate_bytes = 0;
        return;
    }
    struct weir_flight_vector *vector = (struct weir_flight_vector *)op;
    uint32_t left = op->result > 0 ? (uint32_t)op->result : 0;
    WEIR_ASSERT(left <= op->len);
    for (uint32_t i = 0; i < op->parts_count; i++) {
        struct weir_flight_write *write = at(flight, vector->first + i);
        uint32_t bytes = (uint32_t)vector->parts[i].iov_len;
        uint32_t n = left < bytes ? left : bytes;
        uint32_t done = write->batch->chunk.len - bytes + n;
        write->result = op->result;
        left -= n;
        if (done <= write->done)
            continue;
        write->done = done;
        flight->stalls = 0;
    }
}

static bool reap(struct weir_flight *flight, bool wait)
{
    struct weir_disk_op *op;
    bool any = false;
    while (flight->going > 0 &&
           (op = flight->disk->ops->reap(flight->disk, wait && !any)) != NULL) {
        note_end(flight, op);
        any = true;
    }
    settle(flight);
    if (any && flight->going == 0)
        end_chain(flight);
    start_chain(flight);
    return any;
}

void weir_flight_poll(struct weir_flight *flight)
{
    /* All that is over, and what was begun again meanwhile: of a disk that
     * does everything at once nobody is told later. */
    while (flight->going > 0 && reap(flight, false))
        continue;
}

int weir_flight_drain(struct weir_flight *flight, struct weir_err *err)
{
    while (flight->going > 0)
        reap(flight, true);
    if (flight->error != 0)
        return weir_err_set(err, flight->error, "%s", flight->err.text);
    return 0;
}

int weir_flight_add(struct weir_flight *flight, struct weir_batch *batch,
                    struct weir_err *err)
{
    const struct weir_chunk *chunk = &batch->chunk;
    struct weir_outfile *out = flight->out;
    WEIR_ASSERT(weir_direct_is_aligned(chunk->bytes, chunk->len));
    while (flight->next - flight->settled == WEIR_FLIGHT_MAX &&
           flight->going > 0)
        reap(flight, true);
    if (flight->error != 0)
        return weir_err_set(err, flight->error, "%s", flight->err.text);
    WEIR_ASSERT(flight->next - flight->taken < WEIR_FLIGHT_PLACES);
    *at(flight, flight->next++) = (struct weir_flight_write){
        .batch = batch,
        .offset = out->base + out->bytes,
        .frames = chunk->frames,
    };
    out->bytes += chunk->len;
    start_chain(flight);
    return 0;
}

struct weir_batch *weir_flight_take(struct weir_flight *flight,
                                    uint32_t *frames)
{
    if (flight->taken == flight->settled)
        return NULL;
    struct weir_flight_write *write = at(flight, flight->taken++);
    *frames = write->frames;
    return write->batch;
}

void weir_flight_close(struct weir_flight *flight)
{
    if (flight->disk == NULL)
        return;
    weir_flight_drain(flight, NULL);
    flight->disk->ops->close(flight->disk);
    flight->disk = NULL;
}
