#include "bench/host/netstat.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/gen_stats.h>
#include <linux/if_link.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "bench/host/netlink.h"
#include "bench/host/rig.h"

/* A line is some 120 bytes, one for each CPU. */
#define SOFTNET_BYTES 262144

/* Words of a line of softnet_stat (net/core/net-procfs.c, softnet_seq_show):
 * hexadecimal, 8 digits each. */
static bool line_parse(const char **text, uint64_t words[3])
{
    const char *at = *text;
    for (int i = 0; i < 3; i++) {
        char *end = NULL;
        words[i] = strtoull(at, &end, 16);
        if (end == at || (*end != ' ' && *end != '\n' && *end != '\0'))
            return false;
        at = end;
    }
    at += strcspn(at, "\n");
    *text = *at == '\n' ? at + 1 : at;
    return true;
}

int weir_netstat_softnet_parse(struct weir_netstat *out, const char *text)
{
    uint64_t words[3];
    out->softnet_frames = out->softnet_dropped = out->softnet_squeezed = 0;
    do {
        if (!line_parse(&text, words))
            return -EINVAL;
        out->softnet_frames += words[0];
        out->softnet_dropped += words[1];
        out->softnet_squeezed += words[2];
    } while (*text != '\0');
    return 0;
}

static int softnet_take(struct weir_netstat *out)
{
    int ret = 0;
    size_t used = 0;
    ssize_t n = 1;
    char *text = malloc(SOFTNET_BYTES);
    int fd = open("/proc/net/softnet_stat", O_RDONLY | O_CLOEXEC);
    if (text == NULL || fd < 0)
        ret = text == NULL ? -ENOMEM : -errno;
    while (ret == 0 && n > 0 && used < SOFTNET_BYTES - 1) {
        n = read(fd, text + used, SOFTNET_BYTES - 1 - used);
        if (n < 0)
            ret = -errno;
        else
            used += (size_t)n;
    }
    if (ret == 0) {
        text[used] = '\0';
        ret = weir_netstat_softnet_parse(out, text);
    }
    if (fd >= 0)
        (void)close(fd);
    free(text);
    return ret;
}

/* What is asked of one namespace. */
struct question {
    const char *device;
    int index; /* by the first answer */
    struct weir_netstat *out;
};

/* The kernel's struct may be shorter or longer than ours. */
static void copy(void *out, size_t size, const struct nlattr *attr)
{
    const size_t bytes = mnl_attr_get_payload_len(attr);
    memset(out, 0, size);
    memcpy(out, mnl_attr_get_payload(attr), bytes < size ? bytes : size);
}

static int stats_take(const struct nlattr *attr, void *context)
{
    struct weir_netstat *out = context;
    struct rtnl_link_stats64 stats;
    if (mnl_attr_get_type(attr) != IFLA_STATS64)
        return MNL_CB_OK;
    copy(&stats, sizeof stats, attr);
    out->rx_frames = stats.rx_packets;
    out->tx_frames = stats.tx_packets;
    out->rx_errors = stats.rx_errors;
    out->tx_errors = stats.tx_errors;
    out->rx_dropped = stats.rx_dropped;
    out->tx_dropped = stats.tx_dropped;
    out->rx_missed = stats.rx_missed_errors;
    out->rx_nohandler = stats.rx_nohandler;
    return MNL_CB_OK;
}

static int link_take(const struct nlmsghdr *message, void *context)
{
    struct question *question = context;
    const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
    question->index = info->ifi_index;
    return mnl_attr_parse(message, sizeof *info, stats_take, question->out);
}

static int queue_take(const struct nlattr *attr, void *context)
{
    struct weir_netstat *out = context;
    struct gnet_stats_queue queue;
    if (mnl_attr_get_type(attr) != TCA_STATS_QUEUE)
        return MNL_CB_OK;
    copy(&queue, sizeof queue, attr);
    out->qdisc_dropped = queue.drops;
    out->qdisc_requeued = queue.requeues;
    return MNL_CB_OK;
}

static int stats2_take(const struct nlattr *attr, void *context)
{
    if (mnl_attr_get_type(attr) != TCA_STATS2)
        return MNL_CB_OK;
    return mnl_attr_parse_nested(attr, queue_take, context);
}

/* Only the root: a multi-queue one has its children's sums. */
static int qdisc_take(const struct nlmsghdr *message, void *context)
{
    const struct question *question = context;
    const struct tcmsg *about = mnl_nlmsg_get_payload(message);
    if (about->tcm_ifindex != question->index || about->tcm_parent != TC_H_ROOT)
        return MNL_CB_OK;
    return mnl_attr_parse(message, sizeof *about, stats2_take, question->out);
}

static int device_take(void *context)
{
    struct question *question = context;
    struct weir_netlink *netlink = NULL;
    int ret = weir_netlink_open(&netlink);
    if (ret != 0)
        return ret;
    struct nlmsghdr *m = weir_netlink_message(netlink, RTM_GETLINK, 0);
    struct ifinfomsg *info = mnl_nlmsg_put_extra_header(m, sizeof *info);
    info->ifi_family = AF_UNSPEC;
    mnl_attr_put_strz(m, IFLA_IFNAME, question->device);
    ret = weir_netlink_ask(netlink, link_take, question);
    if (ret == 0) {
        m = weir_netlink_message(netlink, RTM_GETQDISC, NLM_F_DUMP);
        struct tcmsg *about = mnl_nlmsg_put_extra_header(m, sizeof *about);
        about->tcm_family = AF_UNSPEC;
        about->tcm_ifindex = question->index;
        ret = weir_netlink_ask(netlink, qdisc_take, question);
    }
    weir_netlink_close(netlink);
    return ret;
}

int weir_netstat_take(struct weir_netstat *out, int netns_fd,
                      const char *device, struct weir_err *err)
{
    struct weir_netstat taken = {0};
    struct question question = {.device = device, .out = &taken};
    int ret = softnet_take(&taken);
    if (ret != 0)
        return weir_err_sys(err, ret, "/proc/net/softnet_stat");
    ret = netns_fd < 0 ? device_take(&question)
                       : weir_rig_enter(netns_fd, device_take, &question, NULL);
    if (ret != 0)
        return weir_err_sys(err, ret, "%s", device);
    *out = taken;
    return 0;
}

/* A counter of 32 bits may have begun anew. */
static uint64_t since_32(uint64_t now, uint64_t then)
{
    return (now - then) & UINT32_MAX;
}

struct weir_netstat weir_netstat_since(const struct weir_netstat *now,
                                       const struct weir_netstat *then)
{
    return (struct weir_netstat){
        .rx_frames = now->rx_frames - then->rx_frames,
        .tx_frames = now->tx_frames - then->tx_frames,
        .rx_errors = now->rx_errors - then->rx_errors,
        .tx_errors = now->tx_errors - then->tx_errors,
        .rx_dropped = now->rx_dropped - then->rx_dropped,
        .tx_dropped = now->tx_dropped - then->tx_dropped,
        .rx_missed = now->rx_missed - then->rx_missed,
        .rx_nohandler = now->rx_nohandler - then->rx_nohandler,
        .qdisc_dropped = since_32(now->qdisc_dropped, then->qdisc_dropped),
        .qdisc_requeued = since_32(now->qdisc_requeued, then->qdisc_requeued),
        .softnet_frames = since_32(now->softnet_frames, then->softnet_frames),
        .softnet_dropped =
            since_32(now->softnet_dropped, then->softnet_dropped),
        .softnet_squeezed =
            since_32(now->softnet_squeezed, then->softnet_squeezed),
    };
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Takes from *count as many of *n as it has. */
static void forget(uint64_t *count, uint64_t *n)
{
    const uint64_t some = least(*count, *n);
    *count -= some;
    *n -= some;
}

struct weir_netstat_before weir_netstat_before(const struct weir_netstat *near,
                                               const struct weir_netstat *far,
                                               uint64_t refused)
{
    struct weir_netstat_before before = {
        .backlog = least(near->rx_dropped, near->softnet_dropped),
    };
    before.device =
        near->rx_dropped - before.backlog + near->rx_errors + near->rx_missed;
    if (far != NULL) {
        before.qdisc = far->qdisc_dropped;
        before.device += far->tx_errors;
        if (far->tx_dropped > near->rx_dropped)
            before.device += far->tx_dropped - near->rx_dropped;
    }
    forget(&before.qdisc, &refused);
    forget(&before.backlog, &refused);
    forget(&before.device, &refused);
    return before;
}
