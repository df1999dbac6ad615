#include "capture/netif_missed.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int weir_netif_missed_open(void)
{
    const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    return fd >= 0 ? fd : -errno;
}

/* Kernels grow the structure at its end. */
#define NEEDED                                                                 \
    (offsetof(struct rtnl_link_stats64, rx_missed_errors) +                    \
     sizeof(((struct rtnl_link_stats64 *)0)->rx_missed_errors))

static uint64_t read_stats(const uint8_t *bytes)
{
    struct rtnl_link_stats64 stats = {0};
    memcpy(&stats, bytes, NEEDED);
    return stats.rx_missed_errors + stats.rx_fifo_errors;
}

/* The first attribute may be padding (nla_reserve_64bit in the kernel).  Not
 * by RTA_NEXT, which runs behind the end where the last is not padded. */
static uint64_t read_attributes(const uint8_t *at, size_t left)
{
    struct rtattr attribute;
    while (left >= sizeof attribute) {
        memcpy(&attribute, at, sizeof attribute);
        if (attribute.rta_len < sizeof attribute || attribute.rta_len > left)
            return 0;
        if (attribute.rta_type == IFLA_STATS_LINK_64)
            return RTA_PAYLOAD(&attribute) >= NEEDED
                       ? read_stats(at + RTA_LENGTH(0))
                       : 0;
        const size_t step = RTA_ALIGN(attribute.rta_len);
        if (step > left)
            return 0;
        at += step;
        left -= step;
    }
    return 0;
}

static uint64_t read_answer(const uint8_t *answer, size_t len, uint32_t ifindex)
{
    const size_t before = NLMSG_SPACE(sizeof(struct if_stats_msg));
    struct nlmsghdr header;
    struct if_stats_msg what;
    if (len < before)
        return 0;
    memcpy(&header, answer, sizeof header);
    memcpy(&what, answer + NLMSG_HDRLEN, sizeof what);
    if (header.nlmsg_type != RTM_NEWSTATS || header.nlmsg_len < before ||
        header.nlmsg_len > len || what.ifindex != ifindex)
        return 0;
    return read_attributes(answer + before, header.nlmsg_len - before);
}

uint64_t weir_netif_missed(int fd, uint32_t ifindex)
{
    struct {
        struct nlmsghdr header;
        struct if_stats_msg what;
    } request = {
        .header = {.nlmsg_len = sizeof request,
                   .nlmsg_type = RTM_GETSTATS,
                   .nlmsg_flags = NLM_F_REQUEST},
        .what = {.ifindex = ifindex,
                 .filter_mask = IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64)},
    };
    uint8_t answer[1024];
    if (send(fd, &request, sizeof request, 0) != (ssize_t)sizeof request)
        return 0;
    const ssize_t n = recv(fd, answer, sizeof answer, MSG_DONTWAIT);
    return n > 0 ? read_answer(answer, (size_t)n, ifindex) : 0;
}
