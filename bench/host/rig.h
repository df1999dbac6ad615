#ifndef WEIR_BENCH_HOST_RIG_H
#define WEIR_BENCH_HOST_RIG_H

/* rig: a network of the bench's own: two namespaces and a veth pair.
 *
 *   near: WEIR_RIG_NEAR, what is measured listens here
 *   far:  WEIR_RIG_FAR, what sends goes out here
 *
 * Nothing else speaks there: no ARP, no IPv6, no address.  The namespaces
 * have no name and end with the rig, or with the process, whatever kills it.
 * Frames of up to mtu + 14 bytes (18 with a tag) pass.
 *
 * Owner     the caller closes.
 * Threads   one; the caller's own namespace is as before after each call.
 *           Devices and counters of a namespace are asked for by netlink or
 *           /proc/thread-self/net within enter; /sys shows the bench's own.
 * Errors    -EPERM without CAP_SYS_ADMIN and CAP_NET_ADMIN, with words. */

#include <stdint.h>

#define WEIR_RIG_NEAR "weir0"
#define WEIR_RIG_FAR  "weir1"

struct weir_err;
struct weir_rig;

/* weir_rig_open: mtu from 68 to 65535. */
int weir_rig_open(struct weir_rig **out, uint32_t mtu, struct weir_err *err);

/* The namespaces, for struct weir_job_config; open until close. */
int weir_rig_near(const struct weir_rig *rig);
int weir_rig_far(const struct weir_rig *rig);

/* weir_rig_enter: runs call(context) within the namespace and comes back;
 * returns what call does, or -errno. */
int weir_rig_enter(int netns_fd, int (*call)(void *context), void *context,
                   struct weir_err *err);

void weir_rig_close(struct weir_rig *rig);

#endif
