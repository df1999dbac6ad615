#ifndef WEIR_BASE_LINKTYPE_H
#define WEIR_BASE_LINKTYPE_H

/* linktype: LINKTYPE_ values, as capture files hold them.
 *
 * The registry: https://www.tcpdump.org/linktypes.html.  Most equal libpcap's
 * DLT_ values; the functions below know the few that do not.
 * Threads   any. */

#include <stdint.h>

#define WEIR_LINKTYPE_NULL       0
#define WEIR_LINKTYPE_ETHERNET   1
#define WEIR_LINKTYPE_RAW        101
#define WEIR_LINKTYPE_LOOP       108
#define WEIR_LINKTYPE_LINUX_SLL  113
#define WEIR_LINKTYPE_IPV4       228
#define WEIR_LINKTYPE_IPV6       229
#define WEIR_LINKTYPE_LINUX_SLL2 276

/* weir_linktype_to_dlt, weir_linktype_from_dlt: as libpcap on Linux has it;
 * what is not in its table is the same in both. */
int weir_linktype_to_dlt(uint16_t linktype);
uint16_t weir_linktype_from_dlt(int dlt);

#endif
