#ifndef WEIR_SINK_HEAD_H
#define WEIR_SINK_HEAD_H

/* head: what stands before the records of a capture file, as bytes.
 *
 * A pcap has one header, which names the link type of the recording's
 * interface 0.  A pcapng has a Section Header Block, and an Interface
 * Description Block for each interface before its first record.
 *
 * Threads   [1] fill; the others: any, pure functions of their arguments.
 * Progress  no allocation. */

#include <stdbool.h>
#include <stdint.h>

#include "base/format.h"
#include "ring/iface.h"

struct weir_head {
    enum weir_format format;
    const struct weir_ifaces *ifaces;
    uint32_t snaplen; /* that frames were cut to besides; 0: to none */
    bool live;
    char os[200];
};

/* No header or block is longer: the longest is that of an interface with the
 * longest filter. */
#define WEIR_HEAD_BYTES_MAX 65536

/* weir_head_fill [1]: snaplen: what an interface's is at most; 0: as it is. */
void weir_head_fill(struct weir_head *head, enum weir_format format,
                    const struct weir_ifaces *ifaces, uint32_t snaplen,
                    bool live);

/* weir_head_snaplen: what the file says of an interface's; 0: no limit. */
uint32_t weir_head_snaplen(const struct weir_head *head, uint32_t iface);

/* weir_head_encode_section: a pcapng's Section Header Block.
 * weir_head_encode_iface: the block of an interface.
 * weir_head_encode_pcap: a pcap's header, of the first of `count` interfaces,
 * or of Ethernet if there is none.
 * Each returns its length; with `to` NULL it only does that. */
uint32_t weir_head_encode_section(uint8_t *to, const struct weir_head *head);
uint32_t weir_head_encode_iface(uint8_t *to, const struct weir_head *head,
                                uint32_t iface);
uint32_t weir_head_encode_pcap(uint8_t *to, const struct weir_head *head,
                               uint32_t count);

#endif
