#include "capture/cooked.h"

#include <linux/if_packet.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "base/bytes.h"

/* In net/packet/af_packet.c, tpacket_rcv, a frame of a SOCK_DGRAM socket
 * lies this far behind its header, the reserve besides: the header and the
 * address, rounded up to TPACKET_ALIGNMENT, and 16. */
static const uint32_t payload_offset =
    (sizeof(struct tpacket3_hdr) + sizeof(struct sockaddr_ll) + 15) / 16 * 16 +
    16;

static bool packet_option(int fd, int option, int *value)
{
    socklen_t size = sizeof *value;
    return getsockopt(fd, SOL_PACKET, option, value, &size) == 0;
}

uint32_t weir_cooked_ring_back(int fd)
{
    int version = 0;
    int reserve = 0;
    if (!packet_option(fd, PACKET_VERSION, &version) || version != TPACKET_V3 ||
        !packet_option(fd, PACKET_RESERVE, &reserve) || reserve < 0)
        return 0;
    return payload_offset + (uint32_t)reserve - WEIR_COOKED_SLL2_BYTES;
}

bool weir_cooked_tagged(uint8_t out[WEIR_COOKED_TAGGED_BYTES],
                        const uint8_t *data, uint32_t len, uint32_t ring_back)
{
    struct tpacket3_hdr header;
    memcpy(&header, data - ring_back, sizeof header);
    if ((header.tp_status & TP_STATUS_VLAN_VALID) == 0)
        return false;
    /* It is the header of this frame. */
    if (header.tp_mac != ring_back + WEIR_COOKED_SLL2_BYTES ||
        header.tp_len + WEIR_COOKED_SLL2_BYTES != len)
        return false;
    const uint16_t tpid = (header.tp_status & TP_STATUS_VLAN_TPID_VALID) != 0
                              ? header.hv1.tp_vlan_tpid
                              : 0x8100;
    memcpy(out, data, WEIR_COOKED_SLL2_BYTES);
    weir_store_16(out, htobe16(tpid));
    weir_store_16(out + 20, htobe16((uint16_t)header.hv1.tp_vlan_tci));
    memcpy(out + 22, data, 2);
    return true;
}
