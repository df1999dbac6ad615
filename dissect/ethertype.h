#ifndef WEIR_DISSECT_ETHERTYPE_H
#define WEIR_DISSECT_ETHERTYPE_H

/* ethertype: the EtherTypes that lead to a layer we know.
 *
 * IEEE 802.3: in the type/length field a number up to 1500 is the length of
 * an LLC frame, one from 1536 an EtherType, and those between are nothing.
 * Threads   any; constants. */

#define WEIR_LENGTH_MAX         1500
#define WEIR_ETHERTYPE_MIN      1536
#define WEIR_ETHERTYPE_IP       0x0800
#define WEIR_ETHERTYPE_ARP      0x0806
#define WEIR_ETHERTYPE_RARP     0x8035
#define WEIR_ETHERTYPE_VLAN     0x8100 /* IEEE 802.1Q */
#define WEIR_ETHERTYPE_IPV6     0x86dd
#define WEIR_ETHERTYPE_MPLS     0x8847
#define WEIR_ETHERTYPE_MPLS_UP  0x8848 /* upstream-assigned: RFC 5332 */
#define WEIR_ETHERTYPE_SVLAN    0x88a8 /* IEEE 802.1ad */
#define WEIR_ETHERTYPE_QINQ_OLD 0x9100 /* before 802.1ad */

#endif
