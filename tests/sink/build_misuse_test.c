#include "sink/build.h"

#include <criterion/criterion.h>

#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "sink/build_impl.h"

static struct weir_build *build;
static struct weir_err err;
static uint8_t frame[WEIR_BUILD_BYTES_MAX];

static const struct weir_build_eth eth;
static const struct weir_build_vlan vlan;
static const struct weir_build_arp arp;
static const struct weir_build_ipv4 ipv4;
static const struct weir_build_ipv6 ipv6;
static const struct weir_build_tcp tcp;
static const struct weir_build_udp udp;
static const struct weir_build_icmp icmp;

static void start(void)
{
    cr_assert_eq(weir_build_open(&build, NULL), 0);
}

static void finish(void)
{
    cr_assert_eq(weir_build_close(&build, NULL), 0);
}

TestSuite(build_misuse, .init = start, .fini = finish);

static void refused(int rc, int code, const char *why)
{
    cr_assert_eq(rc, code, "%d, not %d: %s", rc, code, why);
    cr_assert_not_null(strstr(err.text, why), "'%s' lacks '%s'", err.text, why);
}

Test(build_misuse, null)
{
    refused(weir_build_open(NULL, &err), -EINVAL, "handle");
    refused(weir_build_add_eth(NULL, &eth, &err), -EINVAL, "no handle");
    refused(weir_build_add_eth(build, NULL, &err), -EINVAL, "Ethernet: NULL");
    refused(weir_build_add_vlan(build, NULL, &err), -EINVAL, "VLAN: NULL");
    refused(weir_build_add_arp(build, NULL, &err), -EINVAL, "ARP: NULL");
    refused(weir_build_add_ipv4(build, NULL, &err), -EINVAL, "IPv4: NULL");
    refused(weir_build_add_ipv6(build, NULL, &err), -EINVAL, "IPv6: NULL");
    refused(weir_build_add_tcp(build, NULL, &err), -EINVAL, "TCP: NULL");
    refused(weir_build_add_udp(build, NULL, &err), -EINVAL, "UDP: NULL");
    refused(weir_build_add_icmp(build, NULL, &err), -EINVAL, "ICMP: NULL");
    refused(weir_build_add_icmpv6(build, NULL, &err), -EINVAL, "ICMPv6: NULL");
    refused(weir_build_add_payload(build, NULL, 1, &err), -EINVAL,
            "payload: NULL");
    refused(weir_build_set_eth(NULL, 0, &eth, &err), -EINVAL, "no handle");
    refused(weir_build_set_eth(build, 0, NULL, &err), -EINVAL, "NULL");
    refused(weir_build_set_payload(NULL, 0, "", 1, &err), -EINVAL, "no handle");
    refused(weir_build_bytes(NULL, frame, 1, &err), -EINVAL, "no handle");
    refused(weir_build_bytes(build, NULL, 1, &err), -EINVAL, "no memory");
    refused(weir_build_reset(NULL, &err), -EINVAL, "no handle");
    cr_assert_eq(weir_build_close(NULL, &err), 0);
    cr_assert_lt(weir_build_add_eth(build, NULL, NULL), 0);
    cr_assert_lt(weir_build_bytes(build, frame, sizeof frame, NULL), 0);
}

Test(build_misuse, twice_opened)
{
    struct weir_build *same = build;
    refused(weir_build_open(&build, &err), -EBUSY, "open already");
    cr_assert_eq(build, same);
}

Test(build_misuse, twice_closed)
{
    struct weir_build *other = NULL;
    cr_assert_eq(weir_build_close(&other, &err), 0);
    cr_assert_eq(weir_build_open(&other, &err), 0);
    cr_assert_eq(weir_build_close(&other, &err), 0);
    cr_assert_null(other);
    cr_assert_eq(weir_build_close(&other, &err), 0);
}

Test(build_misuse, order)
{
    refused(weir_build_bytes(build, frame, sizeof frame, &err), -EINVAL,
            "no layers");
    refused(weir_build_add_tcp(build, &tcp, &err), -EINVAL,
            "TCP cannot be the first");
    refused(weir_build_add_payload(build, "", 1, &err), -EINVAL, "first");
    cr_assert_eq(weir_build_add_eth(build, &eth, &err), 0);
    refused(weir_build_add_eth(build, &eth, &err), -EINVAL,
            "Ethernet cannot follow Ethernet");
    refused(weir_build_add_icmp(build, &icmp, &err), -EINVAL,
            "ICMP cannot follow Ethernet");
    cr_assert_eq(weir_build_add_arp(build, &arp, &err), 1);
    refused(weir_build_add_tcp(build, &tcp, &err), -EINVAL,
            "TCP cannot follow ARP");
    cr_assert_eq(weir_build_reset(build, &err), 0);
    cr_assert_eq(weir_build_add_ipv4(build, &ipv4, &err), 0);
    refused(weir_build_add_icmpv6(build, &icmp, &err), -EINVAL,
            "ICMPv6 cannot follow IPv4");
    refused(weir_build_add_vlan(build, &vlan, &err), -EINVAL,
            "VLAN cannot follow IPv4");
    cr_assert_eq(weir_build_add_udp(build, &udp, &err), 1);
    refused(weir_build_add_ipv6(build, &ipv6, &err), -EINVAL,
            "IPv6 cannot follow UDP");
    cr_assert_eq(weir_build_add_payload(build, NULL, 0, &err), 2);
    refused(weir_build_add_payload(build, "", 1, &err), -EINVAL,
            "payload cannot follow payload");
    /* What was there still is. */
    cr_assert_eq(weir_build_bytes(build, frame, sizeof frame, &err), 28);
}

Test(build_misuse, set_of_what_is_not_there)
{
    refused(weir_build_set_eth(build, 0, &eth, &err), -EINVAL,
            "there is no layer 0");
    cr_assert_eq(weir_build_add_eth(build, &eth, &err), 0);
    cr_assert_eq(weir_build_add_ipv6(build, &ipv6, &err), 1);
    refused(weir_build_set_ipv6(build, UINT32_MAX, &ipv6, &err), -EINVAL,
            "there is no layer 4294967295");
    refused(weir_build_set_udp(build, 1, &udp, &err), -EINVAL,
            "layer 1 is IPv6, not UDP");
    refused(weir_build_set_payload(build, 1, "", 1, &err), -EINVAL,
            "layer 1 is IPv6, not payload");
    cr_assert_eq(weir_build_bytes(build, frame, sizeof frame, &err), 54);
}

Test(build_misuse, what_does_not_fit)
{
    static uint8_t much[70000];
    cr_assert_eq(weir_build_add_ipv4(build, &ipv4, &err), 0);
    refused(weir_build_add_payload(build, much, sizeof much, &err), -EMSGSIZE,
            "70000 bytes: at most 65535");
    refused(weir_build_add_payload(build, much, SIZE_MAX, &err), -EMSGSIZE,
            "at most 65535");
    cr_assert_eq(weir_build_add_payload(build, much, 65535, &err), 1);
    refused(weir_build_bytes(build, frame, sizeof frame, &err), -EMSGSIZE,
            "65555 bytes are more than the length of IPv4 can tell");
    cr_assert_eq(weir_build_set_payload(build, 1, much, 65515, &err), 1);
    refused(weir_build_bytes(build, frame, 65534, &err), -EMSGSIZE,
            "65535 bytes does not fit into 65534");
    cr_assert_eq(weir_build_bytes(build, frame, 65535, &err), 65535);
    refused(weir_build_bytes(build, frame, 0, &err), -EMSGSIZE, "into 0");
}

Test(build_misuse, too_many_layers)
{
    cr_assert_eq(weir_build_add_eth(build, &eth, &err), 0);
    for (int i = 1; i < WEIR_BUILD_LAYERS_MAX; i++)
        cr_assert_eq(weir_build_add_vlan(build, &vlan, &err), i);
    refused(weir_build_add_vlan(build, &vlan, &err), -ENOSPC, "16 layers");
}

Test(build_misuse, values_that_no_field_can_hold)
{
    struct weir_build_vlan tag = {.id = 4096};
    struct weir_build_ipv4 ip = {.flags = 8};
    struct weir_build_ipv6 ip6 = {.flow = 1U << 20};
    struct weir_build_tcp syn = {.flags = 4096};
    static const uint8_t options[41];
    cr_assert_eq(weir_build_add_eth(build, &eth, &err), 0);
    refused(weir_build_add_vlan(build, &tag, &err), -EINVAL,
            "build: VLAN: id 4096: at most 4095");
    tag = (struct weir_build_vlan){.priority = 8};
    refused(weir_build_add_vlan(build, &tag, &err), -EINVAL, "priority 8");
    refused(weir_build_add_ipv4(build, &ip, &err), -EINVAL, "flags 8");
    ip = (struct weir_build_ipv4){.fragment_offset = 4};
    refused(weir_build_add_ipv4(build, &ip, &err), -EINVAL,
            "fragment offset 4 is not a multiple of 8");
    ip = (struct weir_build_ipv4){.header_length = 22};
    refused(weir_build_add_ipv4(build, &ip, &err), -EINVAL, "multiple of 4");
    ip = (struct weir_build_ipv4){.header_length = 64};
    refused(weir_build_add_ipv4(build, &ip, &err), -EINVAL, "at most 60");
    ip = (struct weir_build_ipv4){.options = options, .options_bytes = 41};
    refused(weir_build_add_ipv4(build, &ip, &err), -EMSGSIZE, "41 bytes");
    ip = (struct weir_build_ipv4){.options_bytes = 1};
    refused(weir_build_add_ipv4(build, &ip, &err), -EINVAL, "no options");
    refused(weir_build_add_ipv6(build, &ip6, &err), -EINVAL, "flow 1048576");
    cr_assert_eq(weir_build_add_ipv6(build, &ipv6, &err), 1);
    refused(weir_build_set_ipv6(build, 1, &ip6, &err), -EINVAL, "flow");
    refused(weir_build_add_tcp(build, &syn, &err), -EINVAL, "flags 4096");
    syn = (struct weir_build_tcp){.header_length = 1};
    refused(weir_build_add_tcp(build, &syn, &err), -EINVAL, "multiple of 4");
    syn = (struct weir_build_tcp){.options = options, .options_bytes = 41};
    refused(weir_build_add_tcp(build, &syn, &err), -EMSGSIZE, "41 bytes");
    cr_assert_eq(weir_build_bytes(build, frame, sizeof frame, &err), 54);
}

Test(build_misuse, zeros_that_there_are_not)
{
    const struct weir_build_eth first = {.zeros = 64};
    const struct weir_build_vlan tag = {.zeros = 1U << 31};
    const struct weir_build_arp request = {.zeros = 64};
    const struct weir_build_ipv4 ip = {.zeros = 128 | 1};
    const struct weir_build_ipv6 ip6 = {.zeros = 64};
    const struct weir_build_tcp syn = {.zeros = 64};
    const struct weir_build_udp ports = {.zeros = 64};
    const struct weir_build_icmp echo = {.zeros = 64};
    refused(weir_build_add_eth(build, &first, &err), -EINVAL,
            "build: Ethernet: zeros 0x40: there are no such");
    cr_assert_eq(weir_build_add_eth(build, &eth, &err), 0);
    refused(weir_build_add_vlan(build, &tag, &err), -EINVAL, "0x80000000");
    refused(weir_build_add_arp(build, &request, &err), -EINVAL, "zeros");
    refused(weir_build_add_ipv4(build, &ip, &err), -EINVAL, "zeros 0x81");
    refused(weir_build_add_ipv6(build, &ip6, &err), -EINVAL, "zeros");
    cr_assert_eq(weir_build_add_ipv6(build, &ipv6, &err), 1);
    refused(weir_build_add_tcp(build, &syn, &err), -EINVAL, "zeros");
    refused(weir_build_add_udp(build, &ports, &err), -EINVAL, "zeros");
    refused(weir_build_add_icmpv6(build, &echo, &err), -EINVAL, "zeros");
}

/* As if another thread were in it now. */
Test(build_misuse, in_use)
{
    cr_assert_eq(weir_build_add_eth(build, &eth, &err), 0);
    cr_assert(weir_guard_enter(&build->guard));
    refused(weir_build_add_ipv4(build, &ipv4, &err), -EBUSY, "another thread");
    refused(weir_build_set_eth(build, 0, &eth, &err), -EBUSY, "another thread");
    refused(weir_build_bytes(build, frame, sizeof frame, &err), -EBUSY,
            "another thread");
    refused(weir_build_reset(build, &err), -EBUSY, "another thread");
    refused(weir_build_close(&build, &err), -EBUSY, "another thread");
    weir_guard_leave(&build->guard);
    cr_assert_eq(weir_build_bytes(build, frame, sizeof frame, &err), 14);
}
