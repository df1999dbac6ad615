#ifndef WEIR_CAPTURE_COOKED_H
#define WEIR_CAPTURE_COOKED_H

/* cooked: puts the VLAN tag back into frames of cooked devices.
 *
 * The kernel takes the tag out of a frame and hands it over beside it.
 * libpcap puts it back under the headers that it knows how to, and SLL2 is
 * not one of them (1.10.3, set_vlan_offset): on `any` tags are lost.  Its
 * callback lends the frame where it is in the kernel's ring, however, so the
 * kernel's own header stands at a known distance before it.
 *
 * The frame is given as LINKTYPE_LINUX_SLL2 has it: the protocol of the
 * header becomes the tag's, and the tag and the protocol that was follow.
 *
 * Threads   plain data. */

#include <stdbool.h>
#include <stdint.h>

#define WEIR_COOKED_SLL2_BYTES   20
#define WEIR_COOKED_TAGGED_BYTES 24

/* weir_cooked_ring_back: how many bytes before an SLL2 frame of libpcap's the
 * kernel's header is, on this socket; 0 if it is not known. */
uint32_t weir_cooked_ring_back(int fd);

/* weir_cooked_tagged: data is in the ring, and its first 20 bytes are the
 * SLL2 header; len is what libpcap says.  If the kernel has a tag for it,
 * writes what stands instead of those 20 bytes and returns true. */
bool weir_cooked_tagged(uint8_t out[WEIR_COOKED_TAGGED_BYTES],
                        const uint8_t *data, uint32_t len, uint32_t ring_back);

#endif
