#include "sink/template.h"

#include <criterion/criterion.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/linktype.h"
#include "base/pcap.h"
#include "dissect/dissect.h"
#include "dissect/fields.h"

static struct weir_template_maker *maker;

static void start(void)
{
    cr_assert_eq(weir_template_open(&maker, NULL), 0);
}

static void finish(void)
{
    weir_template_close(maker);
}

TestSuite(template, .init = start, .fini = finish);

/* RFC 1071, word by word. */
static uint32_t sum_of(const uint8_t *bytes, uint32_t len, uint32_t sum)
{
    for (uint32_t i = 0; i < len; i++)
        sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
    return sum;
}

static uint32_t folded(uint32_t sum)
{
    while (sum > UINT16_MAX)
        sum = (sum & UINT16_MAX) + (sum >> 16);
    return sum;
}

/* All checksums of a frame, also of its pseudo header (RFC 768, 8200 8.1). */
static void check_sums(const struct weir_template_config *config,
                       const uint8_t *frame, const struct weir_template *form)
{
    uint32_t len = form->size - form->upper;
    uint32_t sum = 0;
    bool ipv6 = config->ip == WEIR_TEMPLATE_IPV6;
    uint8_t protocol = frame[form->ip + (ipv6 ? 6 : 9)];
    if (!ipv6)
        cr_assert_eq(folded(sum_of(frame + form->ip, 20, 0)), 0xffff);
    if (ipv6 || config->upper != WEIR_TEMPLATE_ICMP)
        sum = sum_of(frame + form->ip + (ipv6 ? 8 : 12), ipv6 ? 32 : 8,
                     protocol + (len >> 16) + (len & 0xffff));
    cr_assert_eq(folded(sum_of(frame + form->upper, len, sum)), 0xffff,
                 "%d %d %u", config->ip, config->upper, form->size);
}

static struct weir_template_config sample(bool tagged, enum weir_template_ip ip,
                                          enum weir_template_upper upper)
{
    return (struct weir_template_config){
        .mac_dst = {2, 0, 0, 0, 0, 2},
        .mac_src = {2, 0, 0, 0, 0, 1},
        .tagged = tagged,
        .priority = 5,
        .vlan = 1234,
        .ip = ip,
        .ip_src = {198, 18, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
        .ip_dst = {192, 0, 2, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12},
        .tos = 0x28,
        .id = 0x1234,
        .ttl = 7,
        .upper = upper,
        .port_src = 1025,
        .port_dst = 9,
        .seq = 0x01020304,
        .ack = 0x05060708,
        .flags = 0x12,
        .window = 4096,
        .payload = (const uint8_t *)"weir",
        .payload_bytes = 3,
    };
}

/* Made by hand from RFC 894, 791 and 768. */
Test(template, udp_over_ipv4_is_these_bytes)
{
    static const uint8_t want[] = {
        2,    0,    0,    0,    0,    2,    2,    0,    0,   0, 0, 1,
        0x08, 0x00, 0x45, 0x28, 0,    31,   0x12, 0x34, 0,   0, 7, 17,
        0x16, 0x53, 198,  18,   3,    4,    192,  0,    2,   9, 4, 1,
        0,    9,    0,    11,   0x90, 0x48, 'w',  'e',  'i',
    };
    struct weir_template_config config =
        sample(false, WEIR_TEMPLATE_IPV4, WEIR_TEMPLATE_UDP);
    struct weir_template form;
    uint8_t out[sizeof want];
    cr_assert_eq(
        weir_template_make(maker, &config, out, sizeof out, &form, NULL), 0);
    cr_assert_eq(form.size, sizeof want);
    cr_assert_arr_eq(out, want, sizeof want);
    cr_assert_eq(form.ip, 14);
    cr_assert_eq(form.upper, 34);
    cr_assert_eq(form.checksum, 40);
    cr_assert_eq(form.payload, 42);
}

static void check_dissection(const struct weir_template_config *config,
                             const uint8_t *frame,
                             const struct weir_template *form)
{
    static const uint8_t protos[2][3] = {
        {WEIR_PROTO_UDP, WEIR_PROTO_TCP, WEIR_PROTO_ICMP},
        {WEIR_PROTO_UDP, WEIR_PROTO_TCP, WEIR_PROTO_ICMPV6},
    };
    struct weir_dissection d;
    weir_dissect(&d, frame, form->size, form->size, WEIR_LINKTYPE_ETHERNET);
    cr_assert_eq(d.outcome, WEIR_OUTCOME_OK);
    cr_assert_eq(d.layers_count, config->tagged ? 4 : 3);
    const struct weir_layer *upper = &d.layers[d.layers_count - 1];
    cr_assert_eq(upper->proto, protos[config->ip][config->upper]);
    cr_assert_eq(upper->offset, form->upper);
    cr_assert_eq(upper[-1].offset, form->ip);
    cr_assert_eq(d.payload_offset, form->payload);
    cr_assert_eq(d.payload_end, form->size);
    if (config->tagged) {
        struct weir_vlan_view tag;
        weir_vlan_view_read(&tag, frame, &d.layers[1]);
        cr_assert_eq(tag.id, 1234);
        cr_assert_eq(tag.priority, 5);
        cr_assert(!tag.dei);
    }
}

/* Every kind, at every size from the least to 300, in exactly that memory. */
Test(template, every_size_is_exact_and_summed)
{
    for (int kind = 0; kind < 12; kind++) {
        struct weir_template_config config =
            sample(kind / 6 != 0, (enum weir_template_ip)(kind / 3 % 2),
                   (enum weir_template_upper)(kind % 3));
        uint32_t least = weir_template_layout(&config).size;
        for (config.size = least; config.size <= 300; config.size++) {
            uint8_t *out = malloc(config.size);
            struct weir_template form;
            cr_assert_not_null(out);
            cr_assert_eq(weir_template_make(maker, &config, out, config.size,
                                            &form, NULL),
                         0);
            cr_assert_eq(form.size, config.size);
            check_sums(&config, out, &form);
            check_dissection(&config, out, &form);
            for (uint32_t i = form.payload; i < form.size; i++)
                cr_assert_eq(out[i], "wei"[(i - form.payload) % 3]);
            free(out);
        }
    }
}

Test(template, fields_are_where_they_belong)
{
    struct weir_template_config config =
        sample(true, WEIR_TEMPLATE_IPV6, WEIR_TEMPLATE_TCP);
    uint8_t out[200];
    struct weir_dissection d;
    cr_assert_eq(
        weir_template_make(maker, &config, out, sizeof out, NULL, NULL), 0);
    weir_dissect(&d, out, 81, 81, WEIR_LINKTYPE_ETHERNET);
    struct weir_ipv6_view ip;
    struct weir_tcp_view tcp;
    weir_ipv6_view_read(&ip, out, weir_dissection_find(&d, WEIR_PROTO_IPV6));
    weir_tcp_view_read(&tcp, out, weir_dissection_find(&d, WEIR_PROTO_TCP));
    cr_assert_eq(ip.traffic_class, 0x28);
    cr_assert_eq(ip.hlim, 7);
    cr_assert_eq(ip.plen, 23);
    cr_assert_arr_eq(ip.src, config.ip_src, 16);
    cr_assert_arr_eq(ip.dst, config.ip_dst, 16);
    cr_assert_eq(tcp.srcport, 1025);
    cr_assert_eq(tcp.dstport, 9);
    cr_assert_eq(tcp.seq, 0x01020304);
    cr_assert_eq(tcp.ack, 0x05060708);
    cr_assert_eq(tcp.flags, 0x12);
    cr_assert_eq(tcp.window, 4096);

    config.upper = WEIR_TEMPLATE_ICMP;
    cr_assert_eq(
        weir_template_make(maker, &config, out, sizeof out, NULL, NULL), 0);
    weir_dissect(&d, out, 69, 69, WEIR_LINKTYPE_ETHERNET);
    struct weir_icmp_view icmp;
    weir_icmp_view_read(&icmp, out,
                        weir_dissection_find(&d, WEIR_PROTO_ICMPV6));
    cr_assert_eq(icmp.type, 128);
    cr_assert_eq(icmp.code, 0);
    cr_assert_eq(icmp.rest, 1025u << 16 | 9);
}

Test(template, no_payload_is_zeros_and_the_ttl_has_a_default)
{
    struct weir_template_config config =
        sample(false, WEIR_TEMPLATE_IPV4, WEIR_TEMPLATE_ICMP);
    uint8_t out[60];
    config.payload = NULL;
    config.ttl = 0;
    config.size = sizeof out;
    memset(out, 0xff, sizeof out);
    cr_assert_eq(
        weir_template_make(maker, &config, out, sizeof out, NULL, NULL), 0);
    cr_assert_eq(out[14 + 8], 64);
    for (size_t i = 42; i < sizeof out; i++)
        cr_assert_eq(out[i], 0);
}

/* RFC 768: a checksum of 0 says that there is none. */
Test(template, a_udp_sum_of_zero_is_sent_as_ones)
{
    struct weir_template_config config =
        sample(false, WEIR_TEMPLATE_IPV6, WEIR_TEMPLATE_UDP);
    uint8_t payload[2] = {0, 0};
    uint8_t out[64];
    struct weir_template form;
    config.payload = payload;
    config.payload_bytes = 2;
    cr_assert_eq(
        weir_template_make(maker, &config, out, sizeof out, &form, NULL), 0);
    /* Adding the checksum itself makes the sum all ones. */
    memcpy(payload, out + form.checksum, 2);
    cr_assert_eq(
        weir_template_make(maker, &config, out, sizeof out, &form, NULL), 0);
    cr_assert_eq(weir_load_16(out + form.checksum), 0xffff);
    check_sums(&config, out, &form);
}

Test(template, the_longest_frames)
{
    uint8_t *out = malloc(WEIR_TEMPLATE_SIZE_MAX + 1);
    cr_assert_not_null(out);
    for (int kind = 0; kind < 4; kind++) {
        struct weir_template_config config =
            sample(kind % 2 != 0, (enum weir_template_ip)(kind / 2),
                   WEIR_TEMPLATE_UDP);
        struct weir_template form;
        config.size = 65535 + (kind % 2 != 0 ? 18 : 14);
        cr_assert_eq(weir_template_make(maker, &config, out,
                                        WEIR_TEMPLATE_SIZE_MAX, &form, NULL),
                     0);
        check_sums(&config, out, &form);
        config.size = kind < 2 ? config.size + 1 : WEIR_TEMPLATE_SIZE_MAX + 1;
        cr_assert_eq(weir_template_make(maker, &config, out,
                                        WEIR_TEMPLATE_SIZE_MAX + 1, NULL, NULL),
                     -EMSGSIZE);
    }
    free(out);
}

static void refused(const struct weir_template_config *config, size_t room,
                    int code, const char *why)
{
    uint8_t out[200];
    struct weir_err err;
    cr_assert_eq(weir_template_make(maker, config, out, room, NULL, &err), code,
                 "%s", why);
    cr_assert_not_null(strstr(err.text, why), "%s", err.text);
}

Test(template, what_is_no_frame_is_refused)
{
    struct weir_template_config good =
        sample(true, WEIR_TEMPLATE_IPV4, WEIR_TEMPLATE_UDP);
    struct weir_template_config config = good;
    config.size = 45;
    refused(&config, 200, -EMSGSIZE, "too short for its headers: at least 46");
    config.size = 46;
    refused(&config, 45, -EMSGSIZE, "does not fit");
    config = good;
    config.payload_bytes = UINT32_MAX;
    refused(&config, 200, -EMSGSIZE, "too long");
    config = good;
    config.vlan = 4096;
    refused(&config, 200, -EINVAL, "VLAN");
    config = good;
    config.priority = 8;
    refused(&config, 200, -EINVAL, "priority 8");
    config = good;
    config.ip = (enum weir_template_ip)2;
    refused(&config, 200, -EINVAL, "no known protocol");
    config = good;
    config.upper = (enum weir_template_upper)3;
    refused(&config, 200, -EINVAL, "no known protocol");
    uint8_t out[200];
    cr_assert_eq(weir_template_make(maker, &good, out, sizeof out, NULL, NULL),
                 0);
}

Test(template, close_takes_null)
{
    weir_template_close(NULL);
}
