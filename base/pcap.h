#ifndef WEIR_BASE_PCAP_H
#define WEIR_BASE_PCAP_H

/* pcap: the numbers of the classic capture file format.
 *
 * draft-ietf-opsawg-pcap, "PCAP Capture File Format".  Reading is in
 * base/pcap_parse.h, writing in base/pcap_encode.h.
 *
 * Threads   any; constants. */

#include <stdint.h>

#define WEIR_PCAP_MAGIC_US UINT32_C(0xa1b2c3d4)
#define WEIR_PCAP_MAGIC_NS UINT32_C(0xa1b23c4d)

#define WEIR_PCAP_FILE_HEADER_BYTES   24
#define WEIR_PCAP_RECORD_HEADER_BYTES 16

/* In the header's link type word: a frame check sequence ends each frame, of
 * as many 16-bit words as the four highest bits say. */
#define WEIR_PCAP_FCS_PRESENT UINT32_C(0x04000000)
#define WEIR_PCAP_FCS_SHIFT   28

/* What libpcap takes as the longest frame of most link types, and writes as
 * the snapshot length where none was asked for. */
#define WEIR_SNAPLEN_MAX UINT32_C(262144)

#endif
