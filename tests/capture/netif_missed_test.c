#include "capture/netif_missed.h"

#include <criterion/criterion.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define IFINDEX 7u
#define MISSED  UINT64_C(0x100000002a)
#define FIFO    UINT64_C(1000)

Test(netif_missed, the_kernel_is_asked)
{
    const int fd = weir_netif_missed_open();
    cr_assert_geq(fd, 0);
    /* The loopback device misses nothing; the last one is not there. */
    cr_assert_eq(weir_netif_missed(fd, if_nametoindex("lo")), 0);
    cr_assert_eq(weir_netif_missed(fd, 0x7ffffff0), 0);
    (void)close(fd);
}

/* The other end of the fd, with an answer that was made by hand. */
struct answer {
    uint8_t bytes[512];
    size_t len;
};

static void put(struct answer *a, const void *bytes, size_t len)
{
    cr_assert_leq(a->len + len, sizeof a->bytes);
    memcpy(a->bytes + a->len, bytes, len);
    a->len += len;
}

static void put_attribute(struct answer *a, uint16_t type, const void *payload,
                          size_t len)
{
    const struct rtattr head = {.rta_type = type,
                                .rta_len = (uint16_t)RTA_LENGTH(len)};
    put(a, &head, sizeof head);
    put(a, payload, len);
}

static void end(struct answer *a)
{
    const uint32_t len = (uint32_t)a->len;
    memcpy(a->bytes + offsetof(struct nlmsghdr, nlmsg_len), &len, sizeof len);
}

static struct answer begin(uint16_t type, uint32_t ifindex)
{
    struct answer a = {.len = 0};
    const struct nlmsghdr head = {.nlmsg_type = type};
    const struct if_stats_msg what = {.ifindex = ifindex};
    put(&a, &head, sizeof head);
    put(&a, &what, sizeof what);
    return a;
}

/* Of counts, as many bytes as are asked for; what the test does not look for
 * is full of ones. */
static void put_stats(struct answer *a, size_t len)
{
    uint8_t bytes[256];
    struct rtnl_link_stats64 stats;
    memset(bytes, 0xff, sizeof bytes);
    memset(&stats, 0xff, sizeof stats);
    stats.rx_missed_errors = MISSED;
    stats.rx_fifo_errors = FIFO;
    memcpy(bytes, &stats, sizeof stats);
    put_attribute(a, IFLA_STATS_LINK_64, bytes, len);
}

static struct answer good(void)
{
    struct answer a = begin(RTM_NEWSTATS, IFINDEX);
    put_stats(&a, sizeof(struct rtnl_link_stats64));
    end(&a);
    return a;
}

/* What is made of the first len bytes of it. */
static uint64_t missed(const struct answer *a, size_t len)
{
    struct {
        struct nlmsghdr header;
        struct if_stats_msg what;
    } asked = {0};
    int ends[2];
    cr_assert_eq(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
    cr_assert_eq(send(ends[1], a->bytes, len, 0), (ssize_t)len);
    const uint64_t said = weir_netif_missed(ends[0], IFINDEX);
    cr_assert_eq(recv(ends[1], &asked, sizeof asked, MSG_DONTWAIT),
                 (ssize_t)sizeof asked);
    cr_assert_eq(asked.header.nlmsg_type, RTM_GETSTATS);
    cr_assert_eq(asked.what.ifindex, IFINDEX);
    cr_assert_eq(asked.what.filter_mask,
                 IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64));
    (void)close(ends[0]);
    (void)close(ends[1]);
    return said;
}

static uint64_t missed_all(const struct answer *a)
{
    return missed(a, a->len);
}

Test(netif_missed, both_counts_of_an_answer)
{
    const struct answer a = good();
    cr_assert_eq(missed_all(&a), MISSED + FIFO);
}

Test(netif_missed, no_answer_is_none)
{
    int ends[2];
    cr_assert_eq(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
    cr_assert_eq(weir_netif_missed(ends[0], IFINDEX), 0);
    (void)close(ends[1]);
    cr_assert_eq(weir_netif_missed(ends[0], IFINDEX), 0);
    (void)close(ends[0]);
}

/* The structure of an older kernel ends behind the last that is needed, a newer
 * one's has more. */
Test(netif_missed, structures_of_other_kernels)
{
    const size_t needed =
        offsetof(struct rtnl_link_stats64, rx_missed_errors) + 8;
    for (size_t len = 0; len <= 256; len++) {
        struct answer a = begin(RTM_NEWSTATS, IFINDEX);
        put_stats(&a, len);
        end(&a);
        cr_assert_eq(missed_all(&a), len >= needed ? MISSED + FIFO : 0,
                     "%zu bytes", len);
    }
}

Test(netif_missed, behind_other_attributes)
{
    struct answer a = begin(RTM_NEWSTATS, IFINDEX);
    put_attribute(&a, IFLA_STATS_UNSPEC, "", 0);
    put_attribute(&a, IFLA_STATS_LINK_XSTATS, "abcdefgh", 8);
    put_stats(&a, sizeof(struct rtnl_link_stats64));
    end(&a);
    cr_assert_eq(missed_all(&a), MISSED + FIFO);
}

Test(netif_missed, cut_anywhere)
{
    struct answer a = good();
    for (size_t len = 0; len < a.len; len++)
        cr_assert_eq(missed(&a, len), 0, "%zu bytes", len);
    /* And where it says so itself. */
    for (uint32_t len = 0; len < a.len; len++) {
        memcpy(a.bytes + offsetof(struct nlmsghdr, nlmsg_len), &len,
               sizeof len);
        cr_assert_eq(missed_all(&a), 0, "%u bytes", len);
    }
    memset(a.bytes + offsetof(struct nlmsghdr, nlmsg_len), 0xff, 4);
    cr_assert_eq(missed_all(&a), 0);
}

Test(netif_missed, attributes_that_cannot_be)
{
    static const uint16_t lengths[] = {0, 1, 3, 300, UINT16_MAX};
    const size_t at = NLMSG_SPACE(sizeof(struct if_stats_msg));
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct answer a = good();
        memcpy(a.bytes + at, &lengths[i], sizeof lengths[i]);
        cr_assert_eq(missed_all(&a), 0, "a length of %u", lengths[i]);
    }
    /* The last, of another type and without its padding. */
    struct answer a = begin(RTM_NEWSTATS, IFINDEX);
    put_attribute(&a, IFLA_STATS_LINK_XSTATS, "abcde", 5);
    end(&a);
    cr_assert_eq(missed_all(&a), 0);
}

Test(netif_missed, answers_to_other_questions)
{
    struct answer a = begin(RTM_NEWSTATS, IFINDEX + 1);
    put_stats(&a, sizeof(struct rtnl_link_stats64));
    end(&a);
    cr_assert_eq(missed_all(&a), 0);
    a = begin(NLMSG_ERROR, IFINDEX);
    put_stats(&a, sizeof(struct rtnl_link_stats64));
    end(&a);
    cr_assert_eq(missed_all(&a), 0);
}
