#include "bench/host/rig.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/err.h"
#include "bench/host/netlink.h"

/* The least that IPv4 asks for, and the most that a veth takes
 * (drivers/net/veth.c: ETH_MAX_MTU). */
#define MTU_MIN 68
#define MTU_MAX 65535

/* For both ends to be ready. */
#define READY_NS (5 * WEIR_NS_PER_S)

/* Of this thread; that of the process is the main thread's. */
#define OWN_NETNS "/proc/thread-self/ns/net"

struct weir_rig {
    int near;
    int far;
};

static int netns_open(struct weir_err *err)
{
    int fd = open(OWN_NETNS, O_RDONLY | O_CLOEXEC);
    return fd >= 0 ? fd : weir_err_sys(err, -errno, "%s", OWN_NETNS);
}

static bool is_here(int netns_fd)
{
    struct stat here;
    struct stat there;
    return stat(OWN_NETNS, &here) == 0 && fstat(netns_fd, &there) == 0 &&
           here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}

/* Back where the caller was, if it left.  Who had the right to leave has the
 * right to come back, and to go on in the wrong network would be worse than
 * to stop. */
static void netns_back(int own)
{
    WEIR_ASSERT(is_here(own) || setns(own, CLONE_NEWNET) == 0);
    (void)close(own);
}

int weir_rig_enter(int netns_fd, int (*call)(void *context), void *context,
                   struct weir_err *err)
{
    int own = netns_open(err);
    if (own < 0)
        return own;
    if (setns(netns_fd, CLONE_NEWNET) != 0) {
        int ret = weir_err_sys(err, -errno, "setns to a network namespace");
        (void)close(own);
        return ret;
    }
    int ret = call(context);
    netns_back(own);
    return ret;
}

/* IPv6 would say hello on each device.  A kernel without it has no such
 * file. */
static int ipv6_off(struct weir_err *err)
{
    static const char *const paths[] = {
        "/proc/sys/net/ipv6/conf/default/disable_ipv6",
        "/proc/sys/net/ipv6/conf/all/disable_ipv6",
    };
    for (int i = 0; i < 2; i++) {
        int fd = open(paths[i], O_WRONLY | O_CLOEXEC);
        if (fd < 0 && errno == ENOENT)
            return 0;
        int ret = fd < 0 || write(fd, "1", 1) != 1 ? -errno : 0;
        if (fd >= 0)
            (void)close(fd);
        if (ret != 0)
            return weir_err_sys(err, ret, "%s", paths[i]);
    }
    return 0;
}

/* A new namespace, in which the caller is then. */
static int netns_make(int *out, struct weir_err *err)
{
    if (unshare(CLONE_NEWNET) != 0) {
        int ret = -errno;
        if (ret == -EPERM)
            return weir_err_set(err, ret,
                                "a network namespace of our own needs root "
                                "(CAP_SYS_ADMIN and CAP_NET_ADMIN)");
        return weir_err_sys(err, ret, "unshare a network namespace");
    }
    int ret = ipv6_off(err);
    if (ret != 0)
        return ret;
    int fd = netns_open(err);
    if (fd < 0)
        return fd;
    *out = fd;
    return 0;
}

static void put_end(struct nlmsghdr *m, const char *name, uint32_t mtu)
{
    struct ifinfomsg *info = mnl_nlmsg_put_extra_header(m, sizeof *info);
    info->ifi_family = AF_UNSPEC;
    info->ifi_flags = IFF_NOARP;
    info->ifi_change = IFF_NOARP;
    mnl_attr_put_strz(m, IFLA_IFNAME, name);
    mnl_attr_put_u32(m, IFLA_MTU, mtu);
}

/* From within near: the pair, with its other end in far. */
static int pair_make(const struct weir_rig *rig, uint32_t mtu)
{
    struct weir_netlink *netlink = NULL;
    int ret = weir_netlink_open(&netlink);
    if (ret != 0)
        return ret;
    struct nlmsghdr *m =
        weir_netlink_message(netlink, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
    put_end(m, WEIR_RIG_NEAR, mtu);
    struct nlattr *link = mnl_attr_nest_start(m, IFLA_LINKINFO);
    mnl_attr_put_strz(m, IFLA_INFO_KIND, "veth");
    struct nlattr *data = mnl_attr_nest_start(m, IFLA_INFO_DATA);
    struct nlattr *peer = mnl_attr_nest_start(m, VETH_INFO_PEER);
    put_end(m, WEIR_RIG_FAR, mtu);
    mnl_attr_put_u32(m, IFLA_NET_NS_FD, (uint32_t)rig->far);
    mnl_attr_nest_end(m, peer);
    mnl_attr_nest_end(m, data);
    mnl_attr_nest_end(m, link);
    ret = weir_netlink_ask(netlink, NULL, NULL);
    weir_netlink_close(netlink);
    return ret;
}

/* An end can be up only when it has a peer, so not while they are made
 * (drivers/net/veth.c, veth_open). */
static int device_up(void *name)
{
    struct weir_netlink *netlink = NULL;
    int ret = weir_netlink_open(&netlink);
    if (ret != 0)
        return ret;
    struct nlmsghdr *m = weir_netlink_message(netlink, RTM_NEWLINK, 0);
    struct ifinfomsg *info = mnl_nlmsg_put_extra_header(m, sizeof *info);
    info->ifi_family = AF_UNSPEC;
    info->ifi_flags = IFF_UP;
    info->ifi_change = IFF_UP;
    mnl_attr_put_strz(m, IFLA_IFNAME, name);
    ret = weir_netlink_ask(netlink, NULL, NULL);
    weir_netlink_close(netlink);
    return ret;
}

static int flags_take(const struct nlmsghdr *message, void *context)
{
    const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
    *(unsigned *)context = info->ifi_flags;
    return MNL_CB_OK;
}

/* The end that was up first gets its queue when a kernel thread has seen the
 * carrier; what is sent before that is dropped (net/core/link_watch.c,
 * linkwatch_do_dev). */
static int device_ready(void *name)
{
    const int64_t deadline_ns = weir_clock_mono_ns() + READY_NS;
    const struct timespec pause = {.tv_nsec = WEIR_NS_PER_MS};
    struct weir_netlink *netlink = NULL;
    int ret = weir_netlink_open(&netlink);
    unsigned flags = 0;
    while (ret == 0 && (flags & IFF_RUNNING) == 0) {
        struct nlmsghdr *m = weir_netlink_message(netlink, RTM_GETLINK, 0);
        struct ifinfomsg *info = mnl_nlmsg_put_extra_header(m, sizeof *info);
        info->ifi_family = AF_UNSPEC;
        mnl_attr_put_strz(m, IFLA_IFNAME, name);
        ret = weir_netlink_ask(netlink, flags_take, &flags);
        if (ret == 0 && (flags & IFF_RUNNING) == 0) {
            ret = weir_clock_mono_ns() < deadline_ns ? 0 : -ETIMEDOUT;
            (void)nanosleep(&pause, NULL);
        }
    }
    weir_netlink_close(netlink);
    return ret;
}

/* From anywhere; the caller is in one of the new namespaces afterwards. */
static int build(struct weir_rig *rig, uint32_t mtu, struct weir_err *err)
{
    char near[] = WEIR_RIG_NEAR;
    char far[] = WEIR_RIG_FAR;
    int ret = netns_make(&rig->far, err);
    if (ret != 0)
        return ret;
    ret = netns_make(&rig->near, err);
    if (ret != 0)
        return ret;
    ret = pair_make(rig, mtu);
    if (ret == -EPERM)
        return weir_err_set(err, ret,
                            "a veth pair of our own needs root "
                            "(CAP_NET_ADMIN)");
    if (ret == 0)
        ret = device_up(near);
    if (ret == 0)
        ret = weir_rig_enter(rig->far, device_up, far, NULL);
    if (ret == 0)
        ret = device_ready(near);
    if (ret == 0)
        ret = weir_rig_enter(rig->far, device_ready, far, NULL);
    if (ret != 0)
        return weir_err_sys(err, ret, "a veth pair with an MTU of %u", mtu);
    return 0;
}

int weir_rig_open(struct weir_rig **out, uint32_t mtu, struct weir_err *err)
{
    if (mtu < MTU_MIN || mtu > MTU_MAX)
        return weir_err_set(err, -EINVAL, "an MTU of %u: %u to %u is possible",
                            mtu, MTU_MIN, MTU_MAX);
    int own = netns_open(err);
    if (own < 0)
        return own;
    struct weir_rig *rig = calloc(1, sizeof *rig);
    if (rig == NULL) {
        (void)close(own);
        (void)weir_err_sys(err, -ENOMEM, "rig");
        return -ENOMEM;
    }
    rig->near = rig->far = -1;
    int ret = build(rig, mtu, err);
    netns_back(own);
    if (ret != 0) {
        weir_rig_close(rig);
        return ret;
    }
    *out = rig;
    return 0;
}

int weir_rig_near(const struct weir_rig *rig)
{
    return rig->near;
}

int weir_rig_far(const struct weir_rig *rig)
{
    return rig->far;
}

void weir_rig_close(struct weir_rig *rig)
{
    if (rig == NULL)
        return;
    if (rig->near >= 0)
        (void)close(rig->near);
    if (rig->far >= 0)
        (void)close(rig->far);
    free(rig);
}
