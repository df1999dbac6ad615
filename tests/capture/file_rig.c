#include "tests/capture/file_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/pcapng.h"
#include "capture/source_file.h"

#define HELD_MAX 8

void made_free(struct made *made)
{
    free(made->bytes);
    *made = (struct made){0};
}

static uint8_t *more(struct made *made, size_t n)
{
    if (made->n + n > made->room) {
        made->room = (made->n + n) * 2;
        made->bytes = realloc(made->bytes, made->room);
        WEIR_ASSERT(made->bytes != NULL);
    }
    uint8_t *to = made->bytes + made->n;
    made->n += n;
    return to;
}

void made_bytes(struct made *made, const void *bytes, size_t n)
{
    if (n > 0)
        memcpy(more(made, n), bytes, n);
}

void made_zeros(struct made *made, size_t n)
{
    if (n > 0)
        memset(more(made, n), 0, n);
}

void made_16(struct made *made, uint16_t v)
{
    weir_store_16(more(made, 2), made->swapped ? __builtin_bswap16(v) : v);
}

void made_32(struct made *made, uint32_t v)
{
    weir_store_32(more(made, 4), made->swapped ? __builtin_bswap32(v) : v);
}

void made_64(struct made *made, uint64_t v)
{
    weir_store_64(more(made, 8), made->swapped ? __builtin_bswap64(v) : v);
}

void made_pcap(struct made *made, uint32_t magic, uint16_t minor,
               uint32_t snaplen, uint32_t link)
{
    made_32(made, magic);
    made_16(made, 2);
    made_16(made, minor);
    made_zeros(made, 8);
    made_32(made, snaplen);
    made_32(made, link);
}

void made_record(struct made *made, uint32_t seconds, uint32_t fraction,
                 const void *data, uint32_t caplen, uint32_t len)
{
    made_32(made, seconds);
    made_32(made, fraction);
    made_32(made, caplen);
    made_32(made, len);
    made_bytes(made, data, caplen);
}

/* Begins a block; what is behind it ends it. */
static size_t block_begin(struct made *made, uint32_t type)
{
    size_t at = made->n;
    made_32(made, type);
    made_32(made, 0);
    return at;
}

static void block_end(struct made *made, size_t at)
{
    made_zeros(made, (4 - (made->n - at) % 4) % 4);
    uint32_t total = (uint32_t)(made->n - at + 4);
    made_32(made, total);
    memcpy(made->bytes + at + 4, made->bytes + made->n - 4, 4);
}

void made_shb(struct made *made)
{
    size_t at = block_begin(made, WEIR_PCAPNG_SHB);
    made_32(made, WEIR_PCAPNG_BYTE_ORDER_MAGIC);
    made_16(made, 1);
    made_16(made, 0);
    made_64(made, UINT64_MAX);
    block_end(made, at);
}

static void put_options(struct made *made, const struct made *options)
{
    if (options != NULL)
        made_bytes(made, options->bytes, options->n);
}

void made_idb(struct made *made, uint16_t linktype, uint32_t snaplen,
              const struct made *options)
{
    size_t at = block_begin(made, WEIR_PCAPNG_IDB);
    made_16(made, linktype);
    made_16(made, 0);
    made_32(made, snaplen);
    put_options(made, options);
    block_end(made, at);
}

void made_option(struct made *made, uint16_t code, const void *value,
                 uint16_t n)
{
    made_16(made, code);
    made_16(made, n);
    made_bytes(made, value, n);
    made_zeros(made, (4u - n % 4u) % 4u);
}

void made_epb(struct made *made, uint32_t iface, uint64_t stamp,
              const void *data, uint32_t caplen, uint32_t len,
              const struct made *options)
{
    size_t at = block_begin(made, WEIR_PCAPNG_EPB);
    made_32(made, iface);
    made_32(made, (uint32_t)(stamp >> 32));
    made_32(made, (uint32_t)stamp);
    made_32(made, caplen);
    made_32(made, len);
    made_bytes(made, data, caplen);
    made_zeros(made, (4 - caplen % 4) % 4);
    put_options(made, options);
    block_end(made, at);
}

void made_pb(struct made *made, uint16_t iface, uint64_t stamp,
             const void *data, uint32_t caplen, uint32_t len)
{
    size_t at = block_begin(made, WEIR_PCAPNG_PB);
    made_16(made, iface);
    made_16(made, 3); /* drops */
    made_32(made, (uint32_t)(stamp >> 32));
    made_32(made, (uint32_t)stamp);
    made_32(made, caplen);
    made_32(made, len);
    made_bytes(made, data, caplen);
    block_end(made, at);
}

void made_spb(struct made *made, const void *data, uint32_t caplen,
              uint32_t len)
{
    size_t at = block_begin(made, WEIR_PCAPNG_SPB);
    made_32(made, len);
    made_bytes(made, data, caplen);
    block_end(made, at);
}

void made_block(struct made *made, uint32_t type, const void *body, uint32_t n)
{
    size_t at = block_begin(made, type);
    made_bytes(made, body, n);
    block_end(made, at);
}

const uint8_t *made_frame(uint32_t number, uint32_t caplen)
{
    static uint8_t data[1 << 18];
    WEIR_ASSERT(caplen <= sizeof data);
    for (uint32_t i = 0; i < caplen; i++)
        data[i] = (uint8_t)(number * 7 + i * 13 + (i >> 8));
    return data;
}

int made_memfd(const struct made *made, size_t n, char path[64])
{
    int fd = memfd_create("made", MFD_CLOEXEC);
    WEIR_ASSERT(fd >= 0);
    for (size_t done = 0; done < n;) {
        ssize_t put = write(fd, made->bytes + done, n - done);
        WEIR_ASSERT(put > 0);
        done += (size_t)put;
    }
    (void)snprintf(path, 64, "/proc/self/fd/%d", fd);
    return fd;
}

void seen_free(struct seen *seen)
{
    free(seen->frames);
    made_free(&seen->bytes);
    *seen = (struct seen){0};
}

bool seen_same(const struct seen *a, const struct seen *b)
{
    if (a->count != b->count || a->bytes.n != b->bytes.n)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const struct seen_frame *f = &a->frames[i];
        const struct seen_frame *g = &b->frames[i];
        if (f->time_ns != g->time_ns || f->caplen != g->caplen ||
            f->len != g->len || f->iface != g->iface || f->flags != g->flags)
            return false;
    }
    return a->bytes.n == 0 ||
           memcmp(a->bytes.bytes, b->bytes.bytes, a->bytes.n) == 0;
}

static void note(struct seen *seen, const struct weir_frame *frame)
{
    if (seen->count == seen->room) {
        seen->room = seen->room * 2 + 64;
        seen->frames = realloc(seen->frames, seen->room * sizeof *seen->frames);
        WEIR_ASSERT(seen->frames != NULL);
    }
    seen->frames[seen->count++] = (struct seen_frame){
        .time_ns = frame->time_ns,
        .caplen = frame->caplen,
        .len = frame->len,
        .iface = frame->iface,
        .flags = frame->flags,
        .data = seen->bytes.n,
    };
    made_bytes(&seen->bytes, frame->data, frame->caplen);
}

/* Walks by a few frames at a time; a second walk gives the same. */
static void lease_note(struct seen *seen, const struct weir_lease *lease)
{
    const size_t count = seen->count;
    struct weir_lease exact = *lease;
    exact.base = malloc(lease->bytes);
    WEIR_ASSERT(exact.base != NULL);
    memcpy(exact.base, lease->base, lease->bytes);
    struct weir_frame frames[7];
    struct weir_walk walk = {0};
    uint32_t n;
    while ((n = lease->walk(&exact, &walk, frames, 7)) > 0)
        for (uint32_t i = 0; i < n; i++)
            note(seen, &frames[i]);
    free(exact.base);
    WEIR_ASSERT(seen->count - count == lease->frames);
    WEIR_ASSERT(walk.frames == lease->frames);

    size_t i = count;
    walk = (struct weir_walk){0};
    while ((n = lease->walk(lease, &walk, frames, 3)) > 0)
        for (uint32_t k = 0; k < n; k++, i++) {
            WEIR_ASSERT(frames[k].caplen == seen->frames[i].caplen);
            WEIR_ASSERT(frames[k].time_ns == seen->frames[i].time_ns);
            WEIR_ASSERT(frames[k].caplen == 0 ||
                        memcmp(frames[k].data,
                               seen->bytes.bytes + seen->frames[i].data,
                               frames[k].caplen) == 0);
        }
    WEIR_ASSERT(i == seen->count);
    if (lease->frames > seen->lease_frames_max)
        seen->lease_frames_max = lease->frames;
    seen->leases++;
}

/* Looks at all held leases in their order, and takes them home in another. */
static void home(struct seen *seen, struct weir_source *source,
                 struct weir_lease *leases, uint32_t *count)
{
    for (uint32_t i = 0; i < *count; i++)
        lease_note(seen, &leases[i]);
    for (uint32_t i = 1; i < *count; i += 2)
        source->ops->reclaim(source, &leases[i]);
    for (uint32_t i = 0; i < *count; i += 2)
        source->ops->reclaim(source, &leases[i]);
    *count = 0;
}

int seen_source(struct seen *seen, struct weir_source *source, uint32_t held)
{
    struct weir_lease leases[HELD_MAX];
    uint32_t count = 0;
    int rc;
    WEIR_ASSERT(held <= HELD_MAX);
    while ((rc = source->ops->next(source, &leases[count], &seen->err)) ==
           WEIR_SOURCE_LEASE) {
        WEIR_ASSERT(leases[count].frames > 0);
        if (++count == held)
            home(seen, source, leases, &count);
    }
    home(seen, source, leases, &count);
    seen->ifaces_count = weir_ifaces_count(source->ifaces);
    memcpy(seen->ifaces, source->ifaces->at, sizeof seen->ifaces);
    return rc;
}

int seen_made(struct seen *seen, const struct made *made, size_t n,
              uint32_t block_bytes)
{
    const struct weir_source_config config = {
        .leases = 3,
        .block_bytes = block_bytes,
    };
    *seen = (struct seen){0};
    char path[64];
    int fd = made_memfd(made, n, path);
    struct weir_source *source;
    int rc = weir_file_source_open(&source, path, &config, &seen->err);
    (void)close(fd);
    if (rc != 0)
        return rc;
    WEIR_ASSERT(source->fd == -1 && !source->live);
    rc = seen_source(seen, source, 3);
    source->ops->close(source);
    return rc;
}
