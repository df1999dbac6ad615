#include "tests/pipeline/socket_rig.h"

#include <criterion/criterion.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum weir_socket_way rig_way(void)
{
    const char *way = getenv("SOCKET_WAY");
    return way != NULL && strcmp(way, "libpcap") == 0 ? WEIR_SOCKET_LIBPCAP
                                                      : WEIR_SOCKET_AFPACKET;
}

void rig_need(void)
{
    const char *reason = "";
    if (!rig_open(&reason))
        cr_skip_test("SKIPPED: %s", reason);
}

struct weir_socket_config rig_config(const char *filter)
{
    return (struct weir_socket_config){
        .device = RIG_RIGHT,
        .filter = filter,
        .timeout_ms = 10,
        .way = rig_way(),
    };
}

struct weir_socket *rig_socket_on(const struct weir_socket_config *config)
{
    struct weir_err err = {""};
    struct weir_socket *socket = NULL;
    cr_assert_eq(weir_socket_open(&socket, config, &err), 0, "%s", err.text);
    return socket;
}

struct weir_socket *rig_socket(const char *filter)
{
    const struct weir_socket_config config = rig_config(filter);
    return rig_socket_on(&config);
}

struct weir_frame rig_next(struct weir_socket *socket)
{
    struct weir_err err = {""};
    const struct weir_frame *frame = NULL;
    int rc = WEIR_NEXT_NOTHING;
    for (int i = 0; i < 500 && rc == WEIR_NEXT_NOTHING; i++)
        rc = weir_socket_next(socket, &frame, &err);
    cr_assert_eq(rc, WEIR_NEXT_FRAME, "%d: %s", rc, err.text);
    return *frame;
}

void rig_expect(struct weir_socket *socket, int answer)
{
    struct weir_err err = {""};
    const struct weir_frame *frame = NULL;
    const int rc = weir_socket_next(socket, &frame, &err);
    cr_assert_eq(rc, answer, "%d: %s", rc, err.text);
    cr_assert_null(frame);
}

struct weir_socket_stats rig_stats(struct weir_socket *socket)
{
    struct weir_err err = {""};
    struct weir_socket_stats stats;
    cr_assert_eq(weir_socket_stats(socket, &stats, &err), 0, "%s", err.text);
    cr_assert_leq(stats.given + stats.excluded, stats.received);
    cr_assert_leq(stats.received + stats.dropped, stats.seen);
    return stats;
}

uint32_t rig_promiscuity(const char *interface)
{
    struct {
        struct nlmsghdr header;
        struct ifinfomsg link;
    } ask = {
        .header = {.nlmsg_len = sizeof ask,
                   .nlmsg_type = RTM_GETLINK,
                   .nlmsg_flags = NLM_F_REQUEST},
        .link = {.ifi_index = (int)if_nametoindex(interface)},
    };
    static _Alignas(struct nlmsghdr) char answer[16384];
    const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    cr_assert_eq(send(fd, &ask, sizeof ask, 0), (ssize_t)sizeof ask);
    const ssize_t size = recv(fd, answer, sizeof answer, 0);
    (void)close(fd);
    struct nlmsghdr *header = (struct nlmsghdr *)answer;
    cr_assert(size > 0 && header->nlmsg_type == RTM_NEWLINK);
    struct ifinfomsg *link = NLMSG_DATA(header);
    uint32_t left = (uint32_t)IFLA_PAYLOAD(header);
    uint32_t n = UINT32_MAX;
    for (struct rtattr *at = IFLA_RTA(link); RTA_OK(at, left);
         at = RTA_NEXT(at, left))
        if (at->rta_type == IFLA_PROMISCUITY)
            memcpy(&n, RTA_DATA(at), sizeof n);
    return n;
}

void rig_close(struct weir_socket *socket)
{
    struct weir_err err = {""};
    (void)rig_stats(socket);
    cr_assert_eq(weir_socket_close(&socket, &err), 0, "%s", err.text);
    cr_assert_null(socket);
    cr_assert_eq(weir_socket_close(&socket, &err), 0);
}
