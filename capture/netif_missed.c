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

static uint64_t read_answer(const void *answer, size_t len)
{
    const struct nlmsghdr *header = answer;
    if (len > INT32_MAX || !NLMSG_OK(header, (uint32_t)len) ||
        header->nlmsg_type != RTM_NEWSTATS ||
        header->nlmsg_len < NLMSG_SPACE(sizeof(struct if_stats_msg)))
        return 0;
    const size_t before = NLMSG_SPACE(sizeof(struct if_stats_msg));
    const struct rtattr *attribute =
        (const void *)((const uint8_t *)answer + before);
    const uint32_t left = header->nlmsg_len - (uint32_t)before;
    struct rtnl_link_stats64 stats = {0};
    /* Kernels grow the structure at its end. */
    const size_t needed = offsetof(struct rtnl_link_stats64, rx_missed_errors) +
                          sizeof stats.rx_missed_errors;
    if (!RTA_OK(attribute, left) || attribute->rta_type != IFLA_STATS_LINK_64 ||
        RTA_PAYLOAD(attribute) < needed)
        return 0;
    memcpy(&stats, RTA_DATA(attribute), needed);
    return stats.rx_missed_errors + stats.rx_fifo_errors;
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
    _Alignas(struct nlmsghdr) uint8_t answer[1024];
    if (send(fd, &request, sizeof request, 0) != (ssize_t)sizeof request)
        return 0;
    const ssize_t n = recv(fd, answer, sizeof answer, MSG_DONTWAIT);
    return n > 0 ? read_answer(answer, (size_t)n) : 0;
}
