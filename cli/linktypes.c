#include "cli/linktypes.h"

#include <pcap/pcap.h>
#include <stdio.h>

#include "base/linktype.h"

char *weir_linktype_text(char *out, uint16_t linktype)
{
    int dlt = weir_linktype_to_dlt(linktype);
    const char *name = pcap_datalink_val_to_name(dlt);
    const char *text = pcap_datalink_val_to_description(dlt);
    if (name == NULL)
        snprintf(out, WEIR_LINKTYPE_TEXT_MAX, "%u", linktype);
    else
        snprintf(out, WEIR_LINKTYPE_TEXT_MAX, "%s (%s)", name,
                 text != NULL ? text : "?");
    return out;
}
