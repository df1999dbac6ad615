#ifndef WEIR_BENCH_HOST_NETSTAT_H
#define WEIR_BENCH_HOST_NETSTAT_H

/* netstat: what the kernel counts about a device, before and after a trial.
 *
 *     weir_netstat_take(&then, netns, "weir0", &err);
 *     ...
 *     weir_netstat_take(&now, netns, "weir0", &err);
 *     change = weir_netstat_since(&now, &then);
 *
 * Threads   one; the caller's network namespace is as before.
 * Units     frames.
 * Errors    -errno with the device's name. */

#include <stdint.h>

struct weir_err;

struct weir_netstat {
    /* The device (struct rtnl_link_stats64). */
    uint64_t rx_frames;
    uint64_t tx_frames;
    uint64_t rx_errors;
    uint64_t tx_errors;
    uint64_t rx_dropped; /* also by the input queue of a CPU */
    uint64_t tx_dropped;
    uint64_t rx_missed;    /* by the device for want of a buffer */
    uint64_t rx_nohandler; /* after the taps have seen them */

    /* Its root qdisc.  The kernel's counters have 32 bits. */
    uint64_t qdisc_dropped;
    uint64_t qdisc_requeued;

    /* The input queues of all CPUs, whatever device the frames are from
     * (/proc/net/softnet_stat).  32 bits, too. */
    uint64_t softnet_frames;
    uint64_t softnet_dropped;
    uint64_t softnet_squeezed; /* times that work was left over */
};

/* weir_netstat_take: netns_fd -1 is the caller's own namespace. */
int weir_netstat_take(struct weir_netstat *out, int netns_fd,
                      const char *device, struct weir_err *err);

/* weir_netstat_since: the difference, exact for up to 2^32 frames between. */
struct weir_netstat weir_netstat_since(const struct weir_netstat *now,
                                       const struct weir_netstat *then);

/* weir_netstat_softnet_parse: the three of a softnet_stat's text, into *out.
 * Returns 0 or -EINVAL. */
int weir_netstat_softnet_parse(struct weir_netstat *out, const char *text);

/* before: frames that the sender takes for sent and that no packet socket at
 * the other end could see, by who dropped them. */
struct weir_netstat_before {
    uint64_t qdisc;
    uint64_t device;
    uint64_t backlog;
};

/* weir_netstat_before: from the changes at both ends of a link.
 *
 * A full input queue counts a frame up to three times: by the CPU, as
 * rx_dropped of the receiving device (net/core/dev.c, enqueue_to_backlog),
 * and, if that is a veth, as tx_dropped of the sending one
 * (drivers/net/veth.c, veth_xmit).  Here it counts once, as backlog.
 *
 * refused: the sender's own count of frames that were not taken (ENOBUFS):
 * what a qdisc or a veth drops, a packet socket tells its sender
 * (net/packet/af_packet.c, packet_snd), so that these are not among those
 * sent, and are subtracted.
 *
 * far may be NULL: frames that never left a device, such as those that XDP
 * passes on, or that come from another machine. */
struct weir_netstat_before weir_netstat_before(const struct weir_netstat *near,
                                               const struct weir_netstat *far,
                                               uint64_t refused);

#endif
