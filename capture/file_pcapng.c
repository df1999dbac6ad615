/* pcapng: sections in either byte order, interfaces, blocks with frames, and
 * blocks that are passed over. */

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/err.h"
#include "capture/file_reader.h"

static_assert(WEIR_PCAPNG_SPB_BYTES_MIN >= WEIR_LEASE_RECORD_BYTES_MIN,
              "what a lease's record has at least");

/* A Section Header Block without options. */
#define SECTION_BYTES_MIN 28

/* What is done with the block at pos, besides enum file_scan_result and
 * -errno. */
#define PASSED 0

/* The block at pos. */
struct at_pos {
    const uint8_t *bytes;
    uint32_t avail; /* of it and what follows */
    uint32_t type;
    uint32_t total; /* as it says */
    uint32_t size;  /* padded: some writers' lengths leave the padding out */
};

static int more(struct file_source *file, uint32_t need)
{
    file->record = file->base_offset + file->pos;
    file->need = need;
    return FILE_SCAN_MORE;
}

static bool trailer_ok(const struct file_source *file,
                       const struct at_pos *block)
{
    return weir_pcapng_load_32(file->slot->section.swapped,
                               block->bytes + block->size - 4) == block->total;
}

static int trailer_fail(const struct file_source *file, struct weir_err *err)
{
    return file_fail(file, err, "the two lengths of a block differ");
}

/* Goes behind a block that holds no frame. */
static void pass(struct file_source *file, uint32_t bytes)
{
    file->pos += bytes;
    if (file->frames == 0)
        file->start = file->pos;
}

/* The slot that a new or longer section may be written to: no lease is out
 * that walks by it. */
static struct file_section_slot *slot_free(const struct file_source *file)
{
    if (file->slot->leases == 0)
        return file->slot;
    struct file_section_slot *slot = file->slots;
    while (slot->leases > 0) {
        slot++;
        WEIR_ASSERT(slot <= file->slots + file->leases);
    }
    return slot;
}

/* Drops what is there of a block that is not looked at, and so need not fit
 * into our memory.  record and need stay those of the block. */
static int skip_on(struct file_source *file, struct weir_err *err)
{
    uint32_t avail = file->have - file->pos;
    uint32_t drop = avail < file->skip_left ? avail : file->skip_left;
    file->skip_left -= drop;
    pass(file, drop);
    if (file->skip_left > 0 || avail - drop < 4)
        return FILE_SCAN_MORE;
    if (weir_pcapng_load_32(file->slot->section.swapped,
                            file->block->base + file->pos) != file->skip_total)
        return trailer_fail(file, err);
    pass(file, 4);
    file->skipping = false;
    return PASSED;
}

static int other(struct file_source *file, const struct at_pos *block,
                 struct weir_err *err)
{
    if (block->avail >= block->size) {
        if (!trailer_ok(file, block))
            return trailer_fail(file, err);
        pass(file, block->size);
        return PASSED;
    }
    if (file->frames > 0)
        return FILE_SCAN_CUT;
    file->skipping = true;
    file->skip_left = block->size - 4;
    file->skip_total = block->total;
    (void)more(file, block->size);
    return skip_on(file, err);
}

/* The numbers of a block's length; total is set. */
static int size_check(const struct file_source *file, struct at_pos *block,
                      uint32_t least, struct weir_err *err)
{
    if (block->total < least || block->total > UINT32_MAX - 3)
        return file_fail(file, err, "a block of %u bytes is impossible",
                         block->total);
    block->size = (block->total + 3) & ~UINT32_C(3);
    return 0;
}

static int section_begin(struct file_source *file, struct at_pos *block,
                         struct weir_err *err)
{
    struct weir_pcapng_section section;
    int rc = weir_pcapng_section_parse(&section, block->bytes);
    if (rc == -EINVAL)
        return file_fail(file, err, "a section header has no byte order");
    if (rc != 0)
        return file_fail(file, err, "version %u.%u of pcapng is not supported",
                         section.version_major, section.version_minor);
    block->total = weir_pcapng_load_32(section.swapped, block->bytes + 4);
    rc = size_check(file, block, SECTION_BYTES_MIN, err);
    if (rc != 0)
        return rc;
    if (file->frames > 0)
        return FILE_SCAN_CUT;
    file->slot = slot_free(file);
    file->slot->section.swapped = section.swapped;
    file->slot->section.count = 0;
    file->sections++;
    return other(file, block, err);
}

/* What lies before all that 64 bits can tell is told as their least. */
static int64_t epoch_of(const struct weir_pcapng_clock *clock)
{
    const bool early =
        clock->offset_s < 0 && clock->offset_s >= INT64_MIN / WEIR_NS_PER_S;
    return early ? clock->offset_s * WEIR_NS_PER_S : 0;
}

static int iface_begin(struct file_source *file, const struct at_pos *block,
                       struct weir_err *err)
{
    struct weir_pcapng_iface said;
    const char *why = "";
    if (!trailer_ok(file, block))
        return trailer_fail(file, err);
    if (weir_pcapng_iface_parse(&said, file->slot->section.swapped,
                                block->bytes, block->size, &why) != 0)
        return file_fail(file, err, "a broken interface description: %s", why);
    if (file->frames > 0)
        return FILE_SCAN_CUT;
    struct weir_iface iface = {
        .linktype = said.linktype,
        .fcs_bytes = said.fcs_bytes,
        .tsresol = said.tsresol,
        .snaplen = said.snaplen,
        .epoch_ns = epoch_of(&said.clock),
    };
    static_assert(sizeof iface.name == sizeof said.name, "the same room");
    memcpy(iface.name, said.name, sizeof iface.name);
    uint16_t number;
    int rc = file_iface_add(file, &iface, &number, err);
    if (rc != 0)
        return rc;

    const struct file_section *old = &file->slot->section;
    struct file_section_slot *slot = slot_free(file);
    if (slot != file->slot) {
        slot->section.swapped = old->swapped;
        slot->section.count = old->count;
        memcpy(slot->section.at, old->at, old->count * sizeof old->at[0]);
        file->slot = slot;
    }
    /* Each of a section's interfaces has a number of its own. */
    WEIR_ASSERT(slot->section.count < WEIR_IFACES_MAX);
    slot->section.at[slot->section.count++] = (struct file_section_iface){
        .clock = said.clock,
        .snaplen = said.snaplen,
        .number = number,
    };
    pass(file, block->size);
    return PASSED;
}

static int packet(struct file_source *file, const struct at_pos *block,
                  struct weir_err *err)
{
    const struct file_section *section = &file->slot->section;
    struct weir_pcapng_packet said;
    if (!trailer_ok(file, block))
        return trailer_fail(file, err);
    if (!weir_pcapng_packet_parse(&said, section->swapped, block->type,
                                  block->bytes, block->size))
        return file_fail(file, err,
                         "the frame is longer than its block of "
                         "%u bytes",
                         block->size);
    if (said.iface >= section->count)
        return file_fail(file, err,
                         "the frame is of interface %u, and %u are declared",
                         said.iface, section->count);
    if (file->frames == WEIR_LEASE_FRAMES_MAX)
        return FILE_SCAN_CUT;
    file->pos += block->size;
    file->frames++;
    return PASSED;
}

static int block_take(struct file_source *file, struct at_pos *block,
                      struct weir_err *err)
{
    block->total =
        weir_pcapng_load_32(file->slot->section.swapped, block->bytes + 4);
    int rc = size_check(file, block, WEIR_PCAPNG_BLOCK_BYTES_MIN, err);
    if (rc != 0)
        return rc;
    bool is_packet = weir_pcapng_is_packet(block->type);
    if (!is_packet && block->type != WEIR_PCAPNG_IDB)
        return other(file, block, err);
    if (block->size > file->capacity)
        return file_fail(file, err, "a block of %u bytes does not fit (%u do)",
                         block->size, file->capacity);
    if (block->avail < block->size)
        return more(file, block->size);
    return is_packet ? packet(file, block, err) : iface_begin(file, block, err);
}

static int pcapng_scan(struct file_source *file, struct weir_err *err)
{
    int rc = PASSED;
    while (rc == PASSED) {
        if (file->skipping) {
            rc = skip_on(file, err);
            continue;
        }
        struct at_pos block = {
            .bytes = file->block->base + file->pos,
            .avail = file->have - file->pos,
        };
        if (block.avail < WEIR_PCAPNG_BLOCK_HEADER_BYTES)
            return more(file, WEIR_PCAPNG_BLOCK_HEADER_BYTES);
        block.type =
            weir_pcapng_load_32(file->slot->section.swapped, block.bytes);
        if (block.type != WEIR_PCAPNG_SHB)
            rc = block_take(file, &block, err);
        else if (block.avail >= WEIR_PCAPNG_SECTION_HEADER_BYTES)
            rc = section_begin(file, &block, err);
        else
            return more(file, WEIR_PCAPNG_SECTION_HEADER_BYTES);
    }
    return rc;
}

static void fill_in(struct weir_frame *out, const struct file_section *section,
                    const struct weir_pcapng_packet *said, const uint8_t *block,
                    uint32_t bytes)
{
    const struct file_section_iface *iface = &section->at[said->iface];
    *out = (struct weir_frame){
        .data = block + said->data,
        .caplen = said->caplen,
        .len = said->len,
        .iface = iface->number,
    };
    if (!said->has_stamp) {
        out->flags = WEIR_FRAME_NO_TIME;
        if (iface->snaplen != 0 && out->caplen > iface->snaplen)
            out->caplen = iface->snaplen;
        return;
    }
    out->time_ns = weir_pcapng_clock_ns(&iface->clock, said->stamp);
    if (bytes - 4 - said->options < 8) /* no room for a flags option */
        return;
    uint32_t flags = weir_pcapng_packet_flags(
        section->swapped, block + said->options, bytes - 4 - said->options);
    flags &= WEIR_PCAPNG_FLAGS_DIRECTION;
    if (flags == WEIR_PCAPNG_FLAGS_INBOUND)
        out->flags = WEIR_FRAME_INBOUND;
    else if (flags == WEIR_PCAPNG_FLAGS_OUTBOUND)
        out->flags = WEIR_FRAME_OUTBOUND;
}

/* What the scan has found good is checked once more, so that nothing but the
 * lease is read whatever happens. */
uint32_t file_pcapng_walk(const struct weir_lease *lease,
                          struct weir_walk *walk, struct weir_frame *out,
                          uint32_t max)
{
    const struct file_section *section = lease->walk_context;
    const bool swapped = section->swapped;
    uint32_t offset = walk->offset;
    uint32_t n = 0;
    while (n < max && lease->bytes - offset >= WEIR_PCAPNG_BLOCK_BYTES_MIN) {
        const uint8_t *block = lease->base + offset;
        uint32_t type = weir_pcapng_load_32(swapped, block);
        uint32_t bytes = weir_pcapng_load_32(swapped, block + 4);
        bytes = (bytes + 3) & ~UINT32_C(3);
        if (bytes < WEIR_PCAPNG_BLOCK_BYTES_MIN ||
            bytes > lease->bytes - offset)
            break;
        struct weir_pcapng_packet said;
        if (weir_pcapng_is_packet(type)) {
            if (!weir_pcapng_packet_parse(&said, swapped, type, block, bytes) ||
                said.iface >= section->count)
                break;
            fill_in(&out[n++], section, &said, block, bytes);
        }
        offset += bytes;
    }
    walk->offset = offset;
    walk->frames += n;
    return n;
}

int file_pcapng_open(struct file_source *file, struct weir_err *err)
{
    struct weir_pcapng_section section;
    if (file->have < WEIR_PCAPNG_SECTION_HEADER_BYTES)
        return weir_err_set(err, -EBADMSG,
                            "%s: cut off in its header: the file has %u bytes",
                            file->name, file->have);
    if (weir_pcapng_section_parse(&section, file->block->base) == -EINVAL)
        return weir_err_set(err, -EBADMSG, "%s: is not a pcap or pcapng file",
                            file->name);
    file->slots = calloc(file->leases + 1u, sizeof *file->slots);
    if (file->slots == NULL)
        return weir_err_sys(err, -ENOMEM, "%s", file->name);
    file->slot = &file->slots[0];
    file->scan = pcapng_scan;
    return 0;
}
