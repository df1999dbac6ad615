#ifndef WEIR_CAPTURE_SYNTH_FRAME_H
#define WEIR_CAPTURE_SYNTH_FRAME_H

/* synth_frame: the bytes of made frames, for source_synth.c only.
 *
 * A template for each protocol holds the headers, the payload, and the sums
 * of both; a frame is a copy of it in which a few fields are changed and
 * added to the sums.
 *
 * Threads   init: [1]; make: any number at once. */

#include <stdint.h>

#include "capture/source_synth.h"

/* No header is longer than this: Ethernet, IPv6, TCP, frame number. */
#define SYNTH_HEAD_BYTES 96

#define SYNTH_TEMPLATES WEIR_SYNTH_MIX

struct synth_template {
    uint32_t ip_sum;   /* IPv4's header */
    uint32_t l4_sum;   /* pseudo header and all behind it */
    uint16_t l4;       /* offset of the transport header */
    uint16_t checksum; /* offset of its checksum, 0: none */
    uint16_t number;   /* offset of the frame's number, 0: no room */
    enum weir_synth_proto proto;
    uint8_t bytes[WEIR_SYNTH_SIZE_MAX];
};

struct synth_frames {
    uint32_t size;
    enum weir_synth_proto proto;
    uint32_t odd[2]; /* made of the seed */
    uint64_t key;
    struct synth_template templates[SYNTH_TEMPLATES];
};

/* synth_size_min: the shortest frame of a protocol. */
uint32_t synth_size_min(enum weir_synth_proto proto);

void synth_frames_init(struct synth_frames *frames,
                       const struct weir_synth_config *config);

/* synth_frame_make: writes the first caplen bytes of frame number n, which
 * is of a flow, to out. */
void synth_frame_make(const struct synth_frames *frames, uint64_t n,
                      uint32_t flow, uint8_t *out, uint32_t caplen);

#endif
