#ifndef WEIR_BENCH_HOST_NETLINK_H
#define WEIR_BENCH_HOST_NETLINK_H

/* netlink: questions to rtnetlink (RFC 3549, rtnetlink(7)), through libmnl.
 *
 *     struct nlmsghdr *m = weir_netlink_message(n, RTM_NEWLINK, flags);
 *     ... mnl_nlmsg_put_extra_header, mnl_attr_put ...
 *     ret = weir_netlink_ask(n, NULL, NULL);
 *
 * Owner     the caller closes.  It speaks with the network namespace in
 *           which it was opened, wherever the caller is later.
 * Threads   one.
 * Errors    -errno: the kernel's own answer. */

#include <libmnl/libmnl.h>
#include <stdint.h>

struct weir_netlink;

int weir_netlink_open(struct weir_netlink **out);

/* weir_netlink_message: begins a message; flags besides NLM_F_REQUEST and
 * NLM_F_ACK. */
struct nlmsghdr *weir_netlink_message(struct weir_netlink *netlink,
                                      uint16_t type, uint16_t flags);

/* weir_netlink_ask: sends the message and takes the answer; `each` is called
 * with each message in it that is no mere acknowledgement. */
int weir_netlink_ask(struct weir_netlink *netlink, mnl_cb_t each,
                     void *context);

/* weir_netlink_close: accepts NULL. */
void weir_netlink_close(struct weir_netlink *netlink);

#endif
