#include "tests/bench/trial/marked.h"

#include <linux/if_packet.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

static void put_be(uint8_t *at, int bytes, uint64_t value)
{
    for (int i = bytes - 1; i >= 0; i--, value >>= 8)
        at[i] = (uint8_t)value;
}

size_t marked_frame(uint8_t *out, size_t len, int tags, int ip, uint64_t number)
{
    size_t at = 12;
    memset(out, 0, len);
    memset(out, 2, 12);
    for (int i = 0; i < tags; i++, at += 4) {
        put_be(out + at, 2, i + 1 < tags ? 0x88a8 : 0x8100);
        put_be(out + at + 2, 2, 100);
    }
    put_be(out + at, 2, ip == 4 ? 0x0800 : 0x86dd);
    at += 2;
    if (ip == 4) {
        out[at] = 0x45;
        put_be(out + at + 2, 2, len - at);
        out[at + 8] = 64;
        out[at + 9] = 17;
        at += 20;
    } else {
        out[at] = 0x60;
        put_be(out + at + 4, 2, len - at - 40);
        out[at + 6] = 17;
        at += 40;
    }
    WEIR_ASSERT(at + 8 + 18 <= len);
    put_be(out + at, 2, 40000);
    put_be(out + at + 2, 2, 9);
    put_be(out + at + 4, 2, len - at);
    put_be(out + at + 8, 2, 0x5745);
    put_be(out + at + 10, 8, number);
    put_be(out + at + 18, 8, UINT64_C(123456789));
    return at;
}

struct marked_file *marked_file_new(bool swapped)
{
    struct marked_file *file = calloc(1, sizeof *file);
    WEIR_ASSERT(file != NULL);
    file->swapped = swapped;
    return file;
}

/* Without bytes: zeros. */
static void add(struct marked_file *file, const void *bytes, size_t n)
{
    WEIR_ASSERT(n <= MARKED_FILE_MAX - file->used);
    if (bytes != NULL)
        memcpy(file->bytes + file->used, bytes, n);
    file->used += n;
}

static void add_16(struct marked_file *file, uint16_t value)
{
    if (file->swapped)
        value = __builtin_bswap16(value);
    add(file, &value, sizeof value);
}

static void add_32(struct marked_file *file, uint32_t value)
{
    if (file->swapped)
        value = __builtin_bswap32(value);
    add(file, &value, sizeof value);
}

void marked_pcap_header(struct marked_file *file, uint32_t magic)
{
    add_32(file, magic);
    add_16(file, 2);
    add_16(file, 4);
    add_32(file, 0);
    add_32(file, 0);
    add_32(file, 262144);
    add_32(file, 1);
}

void marked_pcap_frame(struct marked_file *file, const uint8_t *frame,
                       uint32_t caplen)
{
    add_32(file, 1700000000);
    add_32(file, 999999);
    add_32(file, caplen);
    add_32(file, caplen);
    add(file, frame, caplen);
}

void marked_ng_section(struct marked_file *file)
{
    add_32(file, 0x0a0d0d0a);
    add_32(file, 28);
    add_32(file, 0x1a2b3c4d);
    add_16(file, 1);
    add_16(file, 0);
    add_32(file, UINT32_MAX);
    add_32(file, UINT32_MAX);
    add_32(file, 28);
    add_32(file, 1);
    add_32(file, 20);
    add_16(file, 1);
    add_16(file, 0);
    add_32(file, 0);
    add_32(file, 20);
}

void marked_ng_block(struct marked_file *file, uint32_t type, uint32_t body)
{
    add_32(file, type);
    add_32(file, body + 12);
    add(file, NULL, body);
    add_32(file, body + 12);
}

void marked_ng_frame(struct marked_file *file, uint32_t type,
                     const uint8_t *frame, uint32_t caplen)
{
    const uint32_t padded = (caplen + 3) & ~UINT32_C(3);
    const uint32_t options = type == 6 ? 12 : 0;
    const uint32_t head = type == 3 ? 12 : 28;
    add_32(file, type);
    add_32(file, head + padded + options + 4);
    if (type == 3) {
        add_32(file, caplen);
    } else {
        add_32(file, 0);
        add_32(file, 0x60000);
        add_32(file, 0);
        add_32(file, caplen);
        add_32(file, caplen);
    }
    add(file, frame, caplen);
    add(file, NULL, padded - caplen);
    if (options != 0) {
        add_16(file, 2);
        add_16(file, 4);
        add_32(file, 1);
        add_32(file, 0);
    }
    add_32(file, head + padded + options + 4);
}

/* As the kernel lays them out: 48 bytes in front, each frame's header with
 * its address, 82 bytes behind which it starts, all at multiples of 16
 * (net/packet/af_packet.c). */
void marked_block(struct marked_file *file, uint64_t number, uint32_t n,
                  uint32_t len)
{
    uint8_t *block = file->bytes + file->used;
    const uint32_t step = (82 + len + 15) & ~UINT32_C(15);
    const struct tpacket_block_desc about = {
        .version = TPACKET_V3,
        .offset_to_priv = 48,
        .hdr.bh1 = {.block_status = 1,
                    .num_pkts = n,
                    .offset_to_first_pkt = 48,
                    .blk_len = 48 + n * step},
    };
    add(file, NULL, (size_t)1 << 20);
    memcpy(block, &about, sizeof about);
    for (uint32_t i = 0; i < n; i++) {
        uint8_t *at = block + 48 + (size_t)i * step;
        const struct tpacket3_hdr header = {
            .tp_next_offset = i + 1 < n ? step : 0,
            .tp_sec = 1700000000,
            .tp_snaplen = len,
            .tp_len = len,
            .tp_status = 1,
            .tp_mac = 82,
            .tp_net = 96,
        };
        memcpy(at, &header, sizeof header);
        (void)marked_frame(at + 82, len, 0, 4, number + i);
    }
}
