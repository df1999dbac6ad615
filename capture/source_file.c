#include "capture/source_file.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/err.h"
#include "base/linktype.h"
#include "capture/file_reader.h"
#include "capture/filter.h"

/* Enough to tell every format, and a whole pcap header. */
#define HEAD_BYTES WEIR_PCAP_FILE_HEADER_BYTES

static_assert(offsetof(struct file_source, source) == 0, "it begins with it");

int file_fail(const struct file_source *file, struct weir_err *err,
              const char *format, ...)
{
    char what[160];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return weir_err_set(err, -EBADMSG,
                        "%s: broken at offset %" PRIu64 " (frame %" PRIu64
                        "): %s",
                        file->name, file->base_offset + file->pos,
                        file->frames_before + file->frames + 1, what);
}

static int truncated(const struct file_source *file, struct weir_err *err)
{
    return weir_err_set(
        err, -EBADMSG,
        "%s: cut off in the record at offset %" PRIu64 " (frame %" PRIu64
        "): the file has %" PRIu64 " of its %" PRIu64 " bytes",
        file->name, file->record, file->frames_before + file->frames + 1,
        file->base_offset + file->have - file->record, file->need);
}

int file_end(const struct file_source *file, struct weir_err *err)
{
    return file->base_offset + file->have == file->record
               ? WEIR_SOURCE_END
               : truncated(file, err);
}

static struct file_block *block_free(struct file_source *file)
{
    struct file_block *block = file->block_set;
    while (block == file->block || block->leases > 0) {
        block++;
        WEIR_ASSERT(block <= file->block_set + file->leases);
    }
    return block;
}

void file_room_make(struct file_source *file)
{
    WEIR_ASSERT(file->frames == 0);
    uint32_t rest = file->have - file->start;
    struct file_block *to = file->block;
    if (file->block->leases == 0 && file->start == 0)
        return;
    if (file->block->leases > 0) {
        if (file->have < file->capacity)
            return;
        to = block_free(file);
    } else if (rest > 0 && file->have < file->capacity) {
        return;
    }
    memmove(to->base, file->block->base + file->start, rest);
    file->block = to;
    file->base_offset += file->start;
    file->pos -= file->start;
    file->have = rest;
    file->start = 0;
}

static enum weir_records records_of(const struct weir_pcap_form *form)
{
    if (form->swapped || form->lengths != WEIR_PCAP_LENGTHS_CAPLEN_FIRST ||
        form->header_bytes != WEIR_PCAP_RECORD_HEADER_BYTES)
        return WEIR_RECORDS_OTHER;
    return form->nanoseconds ? WEIR_RECORDS_PCAP_NS : WEIR_RECORDS_PCAP;
}

static int lease_give(struct file_source *file, struct weir_lease *out)
{
    WEIR_ASSERT(file->frames > 0 && file->leases_home > 0);
    struct file_loan *loan = file->free_loans[--file->leases_home];
    loan->block = file->block;
    loan->block->leases++;
    loan->slot = file->slot;
    *out = (struct weir_lease){
        .walk = file_pcap_walk,
        .walk_context = &file->form,
        .base = file->block->base + file->start,
        .bytes = file->pos - file->start,
        .frames = file->frames,
        .records = records_of(&file->form),
        .owner = loan,
    };
    if (file->slot != NULL) {
        file->slot->leases++;
        out->walk = file_pcapng_walk;
        out->walk_context = &file->slot->section;
        out->records = WEIR_RECORDS_OTHER;
    }
    file->frames_before += file->frames;
    file->frames = 0;
    file->start = file->pos;
    return WEIR_SOURCE_LEASE;
}

static int file_next(struct weir_source *source, struct weir_lease *out,
                     struct weir_err *err)
{
    struct file_source *file = (struct file_source *)source;
    if (file->cut)
        return WEIR_SOURCE_END;
    for (;;) {
        int rc = file->scan(file, err);
        /* Frames go out before a fault, which the next scan finds again. */
        bool full =
            rc != FILE_SCAN_MORE || file->eof || file->have == file->capacity;
        if (full && file->frames > 0)
            return lease_give(file, out);
        if (rc < 0)
            return rc;
        if (file->eof)
            return file_end(file, err);
        if (file->frames == 0)
            file_room_make(file);
        rc = file_input_read(file, false, err);
        if (rc >= 0)
            continue;
        if (file->frames > 0)
            return lease_give(file, out);
        return rc == -EAGAIN ? WEIR_SOURCE_WAIT : rc;
    }
}

static void file_reclaim(struct weir_source *source, struct weir_lease *lease)
{
    struct file_source *file = (struct file_source *)source;
    struct file_loan *loan = lease->owner;
    WEIR_ASSERT(loan->block->leases > 0);
    loan->block->leases--;
    if (loan->slot != NULL)
        loan->slot->leases--;
    file->free_loans[file->leases_home++] = loan;
}

static void file_cut(struct weir_source *source)
{
    struct file_source *file = (struct file_source *)source;
    file->cut = true;
}

static void file_free(struct file_source *file)
{
    file_ifaces_free(file);
    file_input_close(file);
    if (file->blocks != NULL)
        for (uint32_t i = 0; i <= file->leases; i++)
            weir_blocks_put(file->blocks, file->block_set[i].base);
    weir_blocks_close(file->blocks);
    free(file->block_set);
    free(file->slots);
    free(file->loans);
    free(file->free_loans);
    free(file->name);
    free(file);
}

static void file_close(struct weir_source *source)
{
    struct file_source *file = (struct file_source *)source;
    if (file->own_lease)
        file_reclaim(source, &file->lease);
    WEIR_ASSERT(file->leases_home == file->leases);
    file_free(file);
}

static const struct weir_source_ops file_ops = {
    .next = file_next,
    .reclaim = file_reclaim,
    .cut = file_cut,
    .close = file_close,
};

static int memory_take(struct file_source *file,
                       const struct weir_source_config *config,
                       struct weir_err *err)
{
    int rc = weir_blocks_open(&file->blocks, config->leases + 1,
                              config->block_bytes, err);
    if (rc != 0)
        return weir_err_wrap(err, rc, "%s", file->name);
    file->leases = config->leases;
    file->capacity = config->block_bytes;
    size_t n = file->leases + (size_t)1;
    file->block_set = calloc(n, sizeof *file->block_set);
    file->loans = calloc(n, sizeof *file->loans);
    file->free_loans = calloc(n, sizeof(struct file_loan *));
    if (file->block_set == NULL || file->loans == NULL ||
        file->free_loans == NULL) {
        weir_blocks_close(file->blocks);
        file->blocks = NULL;
        return weir_err_sys(err, -ENOMEM, "%s", file->name);
    }
    for (size_t i = 0; i < n; i++)
        file->block_set[i].base = weir_blocks_get(file->blocks);
    for (uint32_t i = 0; i < file->leases; i++)
        file->free_loans[i] = &file->loans[i];
    file->leases_home = file->leases;
    file->block = &file->block_set[0];
    return 0;
}

/* What people try to read, and what undoes it. */
static const struct {
    uint8_t magic[6];
    uint8_t bytes;
    const char *program;
} compressions[] = {
    {{0x1f, 0x8b}, 2, "gzip"},
    {{0x28, 0xb5, 0x2f, 0xfd}, 4, "zstd"},
    {{0xfd, '7', 'z', 'X', 'Z', 0}, 6, "xz"},
    {{'B', 'Z', 'h'}, 3, "bzip2"},
    {{0x04, 0x22, 0x4d, 0x18}, 4, "lz4"},
};

static int format_unknown(const struct file_source *file, struct weir_err *err)
{
    const uint8_t *head = file->block->base;
    if (file->have == 0)
        return weir_err_set(err, -EBADMSG, "%s: is empty", file->name);
    for (size_t i = 0; i < sizeof compressions / sizeof compressions[0]; i++) {
        const char *program = compressions[i].program;
        if (file->have < compressions[i].bytes ||
            memcmp(head, compressions[i].magic, compressions[i].bytes) != 0)
            continue;
        return weir_err_set(err, -EBADMSG,
                            "%s: is compressed by %s: decompress it first "
                            "(%s -dc)",
                            file->name, program, program);
    }
    return weir_err_set(err, -EBADMSG, "%s: is not a pcap or pcapng file",
                        file->name);
}

static int format_open(struct file_source *file, struct weir_err *err)
{
    const uint8_t *head = file->block->base;
    while (file->have < HEAD_BYTES && !file->eof) {
        int rc = file_input_read(file, true, err);
        if (rc < 0)
            return rc;
    }
    if (file->have >= 4 && weir_pcap_is(head))
        return file_pcap_open(file, err);
    if (file->have >= 4 && weir_load_32(head) == WEIR_PCAPNG_SHB)
        return file_pcapng_open(file, err);
    return format_unknown(file, err);
}

/* Reads on until an interface is known, or there is none. */
static int iface_await(struct file_source *file, struct weir_err *err)
{
    while (weir_ifaces_count(&file->ifaces) == 0) {
        int rc = file->scan(file, err);
        if (weir_ifaces_count(&file->ifaces) > 0)
            return 0;
        if (rc < 0)
            return rc;
        if (file->eof && file->base_offset + file->have != file->record)
            return truncated(file, err);
        if (file->eof)
            break;
        file_room_make(file);
        rc = file_input_read(file, true, err);
        if (rc < 0)
            return rc;
    }
    if (weir_ifaces_count(&file->ifaces) > 0 || file->filter == NULL)
        return 0;
    /* A wrong filter is wrong for an empty file as well. */
    struct weir_filter *filter;
    int rc = weir_filter_compile(&filter, file->filter, WEIR_LINKTYPE_ETHERNET,
                                 0, err);
    if (rc == 0)
        weir_filter_free(filter);
    return rc;
}

static int file_open(struct file_source *file, const char *path,
                     const struct weir_source_config *config,
                     struct weir_err *err)
{
    file->name = strdup(strcmp(path, "-") == 0 ? "standard input" : path);
    if (file->name == NULL)
        return weir_err_sys(err, -ENOMEM, "%s", path);
    if (config->filter != NULL && config->filter[0] != '\0')
        file->filter = config->filter;
    file->stop = config->stop;
    int rc = file_input_open(file, path, err);
    if (rc == 0)
        rc = memory_take(file, config, err);
    if (rc == 0)
        rc = format_open(file, err);
    if (rc == 0)
        rc = iface_await(file, err);
    return rc;
}

int weir_file_source_open(struct weir_source **out, const char *path,
                          const struct weir_source_config *config,
                          struct weir_err *err)
{
    if (config->leases == 0)
        return weir_err_set(err, -EINVAL, "a source without leases");
    struct file_source *file = calloc(1, sizeof *file);
    if (file == NULL)
        return weir_err_sys(err, -ENOMEM, "%s", path);
    int rc = file_open(file, path, config, err);
    if (rc != 0) {
        file_free(file);
        return rc;
    }
    file->source = (struct weir_source){
        .ops = &file_ops,
        .ifaces = &file->ifaces,
        .name = file->name,
        .fd = file->waits ? file->fd : -1,
        .wait_ms = -1,
    };
    *out = &file->source;
    return 0;
}

void weir_file_source_identity(const struct weir_source *source, dev_t *device,
                               ino_t *inode)
{
    const struct file_source *file = (const struct file_source *)source;
    *device = file->device;
    *inode = file->inode;
}
