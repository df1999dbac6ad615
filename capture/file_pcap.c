/* pcap: one interface, and records of a header and a frame. */

#include <assert.h>
#include <errno.h>

#include "base/err.h"
#include "capture/file_reader.h"

static_assert(WEIR_PCAP_RECORD_HEADER_BYTES >= WEIR_LEASE_RECORD_BYTES_MIN,
              "what a lease's record has at least");

static int pcap_scan(struct file_source *file, struct weir_err *err)
{
    const struct weir_pcap_form form = file->form;
    const uint8_t *base = file->block->base;
    const uint32_t have = file->have;
    const uint32_t header = form.header_bytes;
    const uint32_t caplen_max = file->caplen_max;
    uint32_t pos = file->pos;
    uint32_t frames = file->frames;
    uint32_t need = header;
    uint32_t caplen = 0;
    int result = FILE_SCAN_MORE;

    while (have - pos >= header) {
        uint32_t len;
        weir_pcap_lengths_parse(&form, base + pos, &caplen, &len);
        need = header + caplen;
        if (caplen > caplen_max || have - pos < need)
            break;
        if (frames == WEIR_LEASE_FRAMES_MAX) {
            result = FILE_SCAN_CUT;
            break;
        }
        pos += need;
        frames++;
        need = header;
        caplen = 0;
    }
    file->pos = pos;
    file->frames = frames;
    file->record = file->base_offset + pos;
    file->need = need;
    if (caplen > caplen_max)
        return file_fail(file, err,
                         "a frame of %u bytes is impossible or does not fit "
                         "(%u do)",
                         caplen, caplen_max);
    return result;
}

uint32_t file_pcap_walk(const struct weir_lease *lease, struct weir_walk *walk,
                        struct weir_frame *out, uint32_t max)
{
    const struct weir_pcap_form form =
        *(const struct weir_pcap_form *)lease->walk_context;
    const uint32_t header = form.header_bytes;
    uint32_t offset = walk->offset;
    uint32_t n = 0;
    while (n < max && lease->bytes - offset >= header) {
        struct weir_pcap_record record;
        weir_pcap_record_parse(&form, lease->base + offset, &record);
        if (record.caplen > lease->bytes - offset - header)
            break;
        out[n++] = (struct weir_frame){
            .data = lease->base + offset + header,
            .time_ns = record.time_ns,
            .caplen = record.caplen,
            .len = record.len,
        };
        offset += header + record.caplen;
    }
    walk->offset = offset;
    walk->frames += n;
    return n;
}

int file_pcap_open(struct file_source *file, struct weir_err *err)
{
    if (file->have < WEIR_PCAP_FILE_HEADER_BYTES)
        return weir_err_set(err, -EBADMSG,
                            "%s: cut off in the file's header: the file has "
                            "%u of its %d bytes",
                            file->name, file->have,
                            WEIR_PCAP_FILE_HEADER_BYTES);
    struct weir_pcap_header header;
    if (weir_pcap_header_parse(&header, file->block->base) != 0)
        return weir_err_set(
            err, -EBADMSG, "%s: version %u.%u of pcap is not supported",
            file->name, header.version_major, header.version_minor);
    file->form = header.form;
    file->scan = pcap_scan;
    file->caplen_max = weir_pcap_caplen_max(header.linktype);
    if (file->caplen_max > file->capacity - header.form.header_bytes)
        file->caplen_max = file->capacity - header.form.header_bytes;
    file->pos = WEIR_PCAP_FILE_HEADER_BYTES;
    file->start = file->pos;
    const struct weir_iface iface = {
        .linktype = header.linktype,
        .fcs_bytes = header.fcs_bytes,
        .tsresol = header.form.nanoseconds ? 9 : 6,
        .snaplen = header.snaplen,
    };
    uint16_t number;
    return file_iface_add(file, &iface, &number, err);
}
