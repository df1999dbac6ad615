#include "bench/trial/verify_formats.h"

#include <assert.h>
#include <linux/if_packet.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/pcap_parse.h"
#include "base/pcapng_parse.h"

static_assert(WEIR_VERIFY_BLOCK_HEAD_BYTES == sizeof(struct tpacket_block_desc),
              "a block begins with its description");
static_assert(WEIR_VERIFY_BLOCK_BYTES <= WEIR_WINDOW_READ,
              "a block fits the window");
static_assert(WEIR_SNAPLEN_MAX + 64 <= WEIR_WINDOW_READ,
              "a record fits the window");

bool weir_verify_pcap(struct weir_verify *verify)
{
    struct weir_window *window = &verify->window;
    struct weir_pcap_header header;
    if (!weir_window_has(window, WEIR_PCAP_FILE_HEADER_BYTES) ||
        weir_pcap_header_parse(&header, weir_window_at(window)) != 0)
        return false;
    weir_window_take(window, WEIR_PCAP_FILE_HEADER_BYTES);
    const struct weir_pcap_form form = header.form;
    while (weir_window_has(window, form.header_bytes)) {
        uint32_t caplen = 0;
        uint32_t len = 0;
        weir_pcap_lengths_parse(&form, weir_window_at(window), &caplen, &len);
        if (caplen > WEIR_SNAPLEN_MAX ||
            !weir_window_has(window, form.header_bytes + caplen))
            return false;
        weir_verify_frame(verify, weir_window_at(window) + form.header_bytes,
                          caplen);
        weir_window_take(window, form.header_bytes + caplen);
    }
    return window->start == window->end;
}

/* A block with a frame, all of it there. */
static bool packet_take(struct weir_verify *verify, bool swapped, uint32_t type,
                        uint32_t bytes)
{
    const uint8_t *block = weir_window_at(&verify->window);
    struct weir_pcapng_packet packet;
    if (!weir_pcapng_packet_parse(&packet, swapped, type, block, bytes))
        return false;
    weir_verify_frame(verify, block + packet.data, packet.caplen);
    return true;
}

/* The block at the window, of which the header is there. */
static bool block_take(struct weir_verify *verify, bool swapped)
{
    struct weir_window *window = &verify->window;
    const uint8_t *block = weir_window_at(window);
    uint32_t type = weir_pcapng_load_32(swapped, block);
    uint32_t bytes = weir_pcapng_load_32(swapped, block + 4);
    if (bytes < WEIR_PCAPNG_BLOCK_BYTES_MIN || bytes % 4 != 0)
        return false;
    /* A block that is not a frame's may be of any size. */
    if (bytes > WEIR_WINDOW_READ)
        return !weir_pcapng_is_packet(type) && weir_window_skip(window, bytes);
    if (!weir_window_has(window, bytes))
        return false;
    block = weir_window_at(window);
    if (weir_pcapng_load_32(swapped, block + bytes - 4) != bytes ||
        (weir_pcapng_is_packet(type) &&
         !packet_take(verify, swapped, type, bytes)))
        return false;
    weir_window_take(window, bytes);
    return true;
}

bool weir_verify_pcapng(struct weir_verify *verify)
{
    struct weir_window *window = &verify->window;
    struct weir_pcapng_section section = {0};
    while (weir_window_has(window, WEIR_PCAPNG_BLOCK_HEADER_BYTES)) {
        if (weir_load_32(weir_window_at(window)) == WEIR_PCAPNG_SHB &&
            (!weir_window_has(window, WEIR_PCAPNG_SECTION_HEADER_BYTES) ||
             weir_pcapng_section_parse(&section, weir_window_at(window)) != 0))
            return false;
        if (!block_take(verify, section.swapped))
            return false;
    }
    return window->start == window->end;
}

bool weir_verify_is_block(const uint8_t *bytes)
{
    struct tpacket_block_desc block;
    memcpy(&block, bytes, sizeof block);
    return block.version == TPACKET_V3 &&
           block.hdr.bh1.blk_len <= WEIR_VERIFY_BLOCK_BYTES &&
           block.hdr.bh1.offset_to_first_pkt >= sizeof block &&
           block.hdr.bh1.offset_to_first_pkt <= WEIR_VERIFY_BLOCK_BYTES;
}

/* The frames of one block; false if one is said to lie outside. */
static bool frames_take(struct weir_verify *verify, const uint8_t *block)
{
    struct tpacket_block_desc about;
    struct tpacket3_hdr frame;
    const uint32_t end = WEIR_VERIFY_BLOCK_BYTES;
    memcpy(&about, block, sizeof about);
    uint32_t at = about.hdr.bh1.offset_to_first_pkt;
    for (uint32_t n = about.hdr.bh1.num_pkts; n > 0; n--) {
        if (at > end - sizeof frame)
            return false;
        memcpy(&frame, block + at, sizeof frame);
        if (frame.tp_mac > end - at ||
            frame.tp_snaplen > end - at - frame.tp_mac)
            return false;
        weir_verify_frame(verify, block + at + frame.tp_mac, frame.tp_snaplen);
        /* The next is behind this one, so that this comes to an end; the
         * last has no next. */
        if (n > 1 && (frame.tp_next_offset < sizeof frame ||
                      frame.tp_next_offset > end - at))
            return false;
        at += frame.tp_next_offset;
    }
    return true;
}

bool weir_verify_blocks(struct weir_verify *verify)
{
    struct weir_window *window = &verify->window;
    while (weir_window_has(window, WEIR_VERIFY_BLOCK_BYTES)) {
        const uint8_t *block = weir_window_at(window);
        if (!weir_verify_is_block(block) || !frames_take(verify, block))
            return false;
        weir_window_take(window, WEIR_VERIFY_BLOCK_BYTES);
    }
    return window->start == window->end;
}
