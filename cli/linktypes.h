#ifndef WEIR_CLI_LINKTYPES_H
#define WEIR_CLI_LINKTYPES_H

/* linktypes: what people call a link type. */

#include <stddef.h>
#include <stdint.h>

#define WEIR_LINKTYPE_TEXT_MAX 128

/* weir_linktype_text: "EN10MB (Ethernet)" as libpcap says it, or the number.
 * out has WEIR_LINKTYPE_TEXT_MAX bytes; returns out. */
char *weir_linktype_text(char *out, uint16_t linktype);

#endif
