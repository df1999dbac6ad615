#ifndef WEIR_BASE_LINKTYPE_H
#define WEIR_BASE_LINKTYPE_H

/* linktype: LINKTYPE_ values, as capture files hold them.
 *
 * The registry: https://www.tcpdump.org/linktypes.html.  Most equal libpcap's
 * DLT_ values; capture/filter maps the few that do not. */

#define WEIR_LINKTYPE_NULL       0
#define WEIR_LINKTYPE_ETHERNET   1
#define WEIR_LINKTYPE_RAW        101
#define WEIR_LINKTYPE_LOOP       108
#define WEIR_LINKTYPE_LINUX_SLL  113
#define WEIR_LINKTYPE_IPV4       228
#define WEIR_LINKTYPE_IPV6       229
#define WEIR_LINKTYPE_LINUX_SLL2 276

#endif
