#include "capture/afpacket_stamp.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/err.h"

static bool can_stamp(int fd, struct ifreq *request)
{
    struct ethtool_ts_info info = {.cmd = ETHTOOL_GET_TS_INFO};
    const uint32_t needed =
        SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE;
    request->ifr_data = (char *)&info;
    return ioctl(fd, SIOCETHTOOL, request) == 0 &&
           (info.so_timestamping & needed) == needed &&
           (info.rx_filters & (1U << HWTSTAMP_FILTER_ALL)) != 0;
}

int weir_afpacket_stamp(int packet_socket, const char *device,
                        enum weir_stamp stamp, struct weir_err *err)
{
    struct ifreq request = {0};
    struct hwtstamp_config config = {.tx_type = HWTSTAMP_TX_OFF,
                                     .rx_filter = HWTSTAMP_FILTER_ALL};
    const int hardware = SOF_TIMESTAMPING_RAW_HARDWARE;
    if (stamp == WEIR_STAMP_HOST)
        return 0;
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", device);
    if (!can_stamp(packet_socket, &request))
        return weir_err_set(err, -EOPNOTSUPP,
                            "%s: the adapter cannot stamp all frames that it "
                            "receives; the host can",
                            device);
    request.ifr_data = (char *)&config;
    if (ioctl(packet_socket, SIOCSHWTSTAMP, &request) != 0)
        return weir_err_sys(err, -errno, "%s: SIOCSHWTSTAMP", device);
    if (setsockopt(packet_socket, SOL_PACKET, PACKET_TIMESTAMP, &hardware,
                   sizeof hardware) != 0)
        return weir_err_sys(err, -errno, "%s: PACKET_TIMESTAMP", device);
    return 0;
}
