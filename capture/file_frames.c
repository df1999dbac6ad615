/* Frames for who reads in the source's own thread, and needs no leases. */

#include <errno.h>
#include <string.h>

#include "base/assert.h"
#include "capture/file_reader.h"
#include "capture/source_file.h"

/* Read at a time, each to where the last was: it is still in the second cache
 * when its frames are taken out of it, once.  10 million 60-byte frames took 13
 * ns a frame, of which read() had 10; by leases of whole blocks, whose records
 * are walked twice, it was 17. */
#define READ_BYTES (256u * 1024)

/* What is read begins at such a multiple: the kernel's copies are of aligned
 * pages, and took half a nanosecond more to where they were not. */
#define ALIGN 64u

/* Whole records from pos on, without a scan before.  Inlined with the usual
 * form as a constant, so that all else is gone. */
static inline __attribute__((always_inline)) uint32_t
take(struct file_source *file, const struct weir_pcap_form form,
     struct weir_frame *out, uint32_t max)
{
    const uint8_t *base = file->block->base;
    const uint32_t have = file->have;
    const uint32_t header = form.header_bytes;
    const uint32_t caplen_max = file->caplen_max;
    uint32_t pos = file->pos;
    uint32_t n = 0;
    while (n < max && have - pos >= header) {
        struct weir_pcap_record record;
        weir_pcap_record_parse(&form, base + pos, &record);
        if (record.caplen > have - pos - header || record.caplen > caplen_max)
            break;
        out[n++] = (struct weir_frame){
            .data = base + pos + header,
            .time_ns = record.time_ns,
            .caplen = record.caplen,
            .len = record.len,
        };
        pos += header + record.caplen;
    }
    file->start = file->pos = pos;
    file->frames_before += n;
    return n;
}

static uint32_t pcap_take(struct file_source *file, struct weir_frame *out,
                          uint32_t max)
{
    struct weir_pcap_form usual = {
        .header_bytes = WEIR_PCAP_RECORD_HEADER_BYTES,
        .lengths = WEIR_PCAP_LENGTHS_CAPLEN_FIRST,
    };
    const struct weir_pcap_form *form = &file->form;
    if (form->swapped || form->header_bytes != usual.header_bytes ||
        form->lengths != usual.lengths)
        return take(file, *form, out, max);
    usual.nanoseconds = form->nanoseconds;
    return take(file, usual, out, max);
}

/* What is left of a record moves down, so that what is read behind it begins
 * at a multiple of ALIGN. */
static void pcap_room(struct file_source *file)
{
    const uint32_t rest = file->have - file->pos;
    const bool fits =
        file->caplen_max + file->form.header_bytes + ALIGN <= file->capacity;
    const uint32_t to = fits ? (0u - rest) & (ALIGN - 1) : 0;
    if (file->pos <= to)
        return;
    memmove(file->block->base + to, file->block->base + file->pos, rest);
    file->base_offset += file->pos - to;
    file->start = file->pos = to;
    file->have = to + rest;
}

static int pcap_frames(struct file_source *file, struct weir_frame *out,
                       uint32_t max, uint32_t *count, struct weir_err *err)
{
    file->read_max = READ_BYTES;
    for (;;) {
        *count = pcap_take(file, out, max);
        if (*count > 0)
            return WEIR_SOURCE_LEASE;
        /* Of the record that is not whole it tells what is wrong with it. */
        int rc = file->scan(file, err);
        WEIR_ASSERT(file->frames == 0);
        if (rc < 0)
            return rc;
        if (file->eof)
            return file_end(file, err);
        pcap_room(file);
        rc = file_input_read(file, false, err);
        if (rc < 0)
            return rc == -EAGAIN ? WEIR_SOURCE_WAIT : rc;
    }
}

static int lease_frames(struct file_source *file, struct weir_frame *out,
                        uint32_t max, uint32_t *count, struct weir_err *err)
{
    const struct weir_source_ops *ops = file->source.ops;
    for (;;) {
        if (file->own_lease) {
            *count = file->lease.walk(&file->lease, &file->walk, out, max);
            if (*count > 0)
                return WEIR_SOURCE_LEASE;
            ops->reclaim(&file->source, &file->lease);
            file->own_lease = false;
        }
        const int rc = ops->next(&file->source, &file->lease, err);
        if (rc != WEIR_SOURCE_LEASE)
            return rc;
        file->own_lease = true;
        file->walk = (struct weir_walk){0};
    }
}

int weir_file_source_frames(struct weir_source *source, struct weir_frame *out,
                            uint32_t max, uint32_t *count, struct weir_err *err)
{
    struct file_source *file = (struct file_source *)source;
    *count = 0;
    return file->slots == NULL ? pcap_frames(file, out, max, count, err)
                               : lease_frames(file, out, max, count, err);
}
