#ifndef WEIR_BASE_PCAPNG_H
#define WEIR_BASE_PCAPNG_H

/* pcapng: the numbers of the block-structured capture file format.
 *
 * draft-ietf-opsawg-pcapng, "PCAP Now Generic (pcapng) Capture File Format".
 * Reading is in base/pcapng_parse.h, writing in base/pcapng_encode.h.
 *
 * Threads   any; constants. */

#include <stdint.h>

#define WEIR_PCAPNG_SHB UINT32_C(0x0a0d0d0a) /* the same in both orders */
#define WEIR_PCAPNG_IDB UINT32_C(0x00000001)
#define WEIR_PCAPNG_PB  UINT32_C(0x00000002) /* obsolete Packet Block */
#define WEIR_PCAPNG_SPB UINT32_C(0x00000003)
#define WEIR_PCAPNG_NRB UINT32_C(0x00000004)
#define WEIR_PCAPNG_ISB UINT32_C(0x00000005)
#define WEIR_PCAPNG_EPB UINT32_C(0x00000006)

/* A block of ours: types with that bit are for local use, and readers pass
 * over them.  A Custom Block would say the same, but Wireshark's programs show
 * one as a record, which moves the numbers of all frames behind it, and cannot
 * save it in a pcap. */
#define WEIR_PCAPNG_LOCAL UINT32_C(0x80007ed9)

/* The Private Enterprise Number in our options and blocks: that for examples
 * (RFC 5612). */
#define WEIR_PCAPNG_PEN UINT32_C(32473)

#define WEIR_PCAPNG_BYTE_ORDER_MAGIC UINT32_C(0x1a2b3c4d)

/* Type, total length, and total length again. */
#define WEIR_PCAPNG_BLOCK_BYTES_MIN 12

#define WEIR_PCAPNG_SHB_BYTES_MIN 28
#define WEIR_PCAPNG_IDB_BYTES_MIN 20
#define WEIR_PCAPNG_EPB_BYTES_MIN 32
#define WEIR_PCAPNG_SPB_BYTES_MIN 16
#define WEIR_PCAPNG_ISB_BYTES_MIN 24
#define WEIR_PCAPNG_CB_BYTES_MIN  16

/* epb_flags, bits 0 and 1. */
#define WEIR_PCAPNG_INBOUND  UINT32_C(1)
#define WEIR_PCAPNG_OUTBOUND UINT32_C(2)

/* Options. */
#define WEIR_PCAPNG_OPT_END          0
#define WEIR_PCAPNG_OPT_COMMENT      1
#define WEIR_PCAPNG_OPT_CUSTOM       19373 /* binary, not to be copied */
#define WEIR_PCAPNG_SHB_HARDWARE     2
#define WEIR_PCAPNG_SHB_OS           3
#define WEIR_PCAPNG_SHB_USERAPPL     4
#define WEIR_PCAPNG_IF_NAME          2
#define WEIR_PCAPNG_IF_DESCRIPTION   3
#define WEIR_PCAPNG_IF_TSRESOL       9
#define WEIR_PCAPNG_IF_FILTER        11
#define WEIR_PCAPNG_IF_OS            12
#define WEIR_PCAPNG_IF_FCSLEN        13
#define WEIR_PCAPNG_IF_TSOFFSET      14
#define WEIR_PCAPNG_EPB_FLAGS        2
#define WEIR_PCAPNG_EPB_DROPCOUNT    4
#define WEIR_PCAPNG_ISB_STARTTIME    2
#define WEIR_PCAPNG_ISB_ENDTIME      3
#define WEIR_PCAPNG_ISB_IFRECV       4
#define WEIR_PCAPNG_ISB_IFDROP       5
#define WEIR_PCAPNG_ISB_FILTERACCEPT 6
#define WEIR_PCAPNG_ISB_OSDROP       7
#define WEIR_PCAPNG_ISB_USRDELIV     8

#endif
