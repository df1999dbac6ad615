#include <errno.h>

#include "base/err.h"
#include "base/linktype.h"
#include "bench/gen/gen_way.h"
#include "sink/sender_port.h"

int weir_gen_device_check(const char *device, struct weir_err *err)
{
    struct weir_sender_port port;
    int ret = weir_sender_port_find(&port, device, err);
    if (ret != 0)
        return ret;
    if (port.linktype != WEIR_LINKTYPE_ETHERNET)
        ret = weir_err_set(err, -EPROTONOSUPPORT,
                           "%s: not an Ethernet interface", device);
    else if (!port.up)
        ret = weir_err_set(err, -ENETDOWN, "%s: the interface is down", device);
    weir_sender_port_close(&port);
    return ret;
}

int weir_gen_device_sends(const char *device, const struct weir_plan *plan,
                          struct weir_err *err)
{
    struct weir_sender_port port;
    int ret = weir_sender_port_find(&port, device, err);
    if (ret != 0)
        return ret;
    weir_sender_port_close(&port);
    if (!port.carrier)
        return weir_err_set(err, -ENETDOWN, "%s: no carrier", device);
    /* The Ethernet header does not count, nor does a tag (net/packet/
     * af_packet.c, packet_extra_vlan_len_allowed). */
    bool ipv6 = plan->layout.ip_sum == 0;
    uint32_t link = plan->layout.port - (ipv6 ? 40 : 20);
    uint32_t needed = plan->size_max - link;
    if (needed > port.mtu)
        return weir_err_set(err, -EMSGSIZE,
                            "%s: its MTU is %u, a frame of %u bytes needs %u",
                            device, port.mtu, plan->size_max, needed);
    return 0;
}
