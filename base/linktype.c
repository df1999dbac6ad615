#include "base/linktype.h"

#include <stddef.h>

/* Each system has its own number for these, so files have one of their own
 * (libpcap 1.10.3, pcap-common.c); the left column is Linux's. */
static const struct {
    int dlt;
    uint16_t linktype;
} differing[] = {
    {11, 100}, /* LLC-encapsulated ATM */
    {12, WEIR_LINKTYPE_RAW},
    {15, 102}, /* BSD/OS SLIP */
    {16, 103}, /* BSD/OS PPP */
    {19, 106}, /* Linux Classical IP over ATM */
};

int weir_linktype_to_dlt(uint16_t linktype)
{
    for (size_t i = 0; i < sizeof differing / sizeof differing[0]; i++)
        if (differing[i].linktype == linktype)
            return differing[i].dlt;
    return linktype;
}

uint16_t weir_linktype_from_dlt(int dlt)
{
    for (size_t i = 0; i < sizeof differing / sizeof differing[0]; i++)
        if (differing[i].dlt == dlt)
            return differing[i].linktype;
    return (uint16_t)dlt;
}
