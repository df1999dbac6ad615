/* What may be changed while a socket is open, by either way. */

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "tests/pipeline/socket_rig.h"

#define IP_OFFSET 14
#define FRAMES    200000U
#define SWAPS     1000U

/* Frames of the flood by the lowest byte of their number. */
static const char *const filters[2] = {"udp[8] & 3 != 1", "udp[8] & 3 != 2"};

/* The ring has room for the whole flood, so nothing is dropped however late
 * it is read. */
static struct weir_socket *big_socket(const char *filter)
{
    struct weir_socket_config config = rig_config(filter);
    config.buffer_bytes = 67108864;
    return rig_socket_on(&config);
}

/* What all filters take comes, each once and in order; what the one that goes
 * now refuses does not. */
Test(socket_change, a_thousand_filters_lose_no_frame)
{
    struct weir_err err = {""};
    rig_need();
    struct weir_socket *socket = big_socket(filters[0]);
    const int child = rig_flood(RIG_LEFT, FRAMES);
    uint32_t swaps = 0;
    uint32_t since = 0;
    int64_t last = -1;
    uint32_t common = 0;
    for (int nothing = 0; common < FRAMES / 2 && nothing < 200;) {
        const struct weir_frame *frame;
        const int rc = weir_socket_next(socket, &frame, &err);
        cr_assert_geq(rc, 0, "%s", err.text);
        nothing = rc == WEIR_NEXT_NOTHING ? nothing + 1 : 0;
        if (rc != WEIR_NEXT_FRAME)
            continue;
        const uint32_t number = rig_number(frame->data, IP_OFFSET);
        cr_assert_gt(number, last);
        cr_assert_neq(number & 3, swaps % 2 == 0 ? 1 : 2);
        last = number;
        common += (number & 3) == 0 || (number & 3) == 3;
        if (++since % 97 == 0 && swaps < SWAPS) {
            swaps++;
            cr_assert_eq(weir_socket_filter(socket, filters[swaps % 2], &err),
                         0, "%s", err.text);
        }
    }
    rig_flood_end(child);
    const struct weir_socket_stats stats = rig_stats(socket);
    cr_assert_eq(common, FRAMES / 2);
    cr_assert_eq(swaps, SWAPS);
    cr_assert_eq(stats.dropped, 0);
    cr_assert_gt(stats.excluded, 0);
    cr_assert_eq(stats.given + stats.excluded, stats.received);
    rig_close(socket);
}

static void expect_numbers(struct weir_socket *socket, uint32_t from,
                           uint32_t to)
{
    for (uint32_t i = from; i < to; i++)
        cr_assert_eq(rig_number(rig_next(socket).data, IP_OFFSET), i);
    rig_expect(socket, WEIR_NEXT_NOTHING);
}

Test(socket_change, a_filter_holds_for_what_is_in_hand)
{
    rig_need();
    struct weir_socket *socket = rig_socket(NULL);
    rig_send_udp(40, 60);
    cr_assert_eq(rig_number(rig_next(socket).data, IP_OFFSET), 0);
    cr_assert_eq(weir_socket_filter(socket, "udp[8] >= 30", NULL), 0);
    expect_numbers(socket, 30, 40);
    cr_assert_eq(weir_socket_filter(socket, "", NULL), 0);
    rig_send_udp(5, 60);
    expect_numbers(socket, 0, 5);
    cr_assert_eq(weir_socket_filter(socket, NULL, NULL), 0);
    rig_send_udp(5, 60);
    expect_numbers(socket, 0, 5);
    rig_close(socket);
}

Test(socket_change, a_wrong_filter_changes_nothing)
{
    struct weir_err err = {""};
    rig_need();
    struct weir_socket *socket = rig_socket("udp[8] < 7");
    cr_assert_eq(weir_socket_filter(socket, "tcp prot 80", &err), -EINVAL);
    cr_assert_str_eq(err.text,
                     RIG_RIGHT ": filter 'tcp prot 80': syntax error");
    struct weir_socket_info info;
    cr_assert_eq(weir_socket_info(socket, &info, NULL), 0);
    cr_assert_str_eq(info.filter, "udp[8] < 7");
    rig_send_udp(10, 60);
    expect_numbers(socket, 0, 7);
    rig_close(socket);
}

/* The kernel tests what is put once the old filter's frames are gone: so says
 * its count. */
Test(socket_change, the_kernel_filters_in_the_end)
{
    rig_need();
    struct weir_socket *socket = rig_socket(NULL);
    cr_assert_eq(weir_socket_filter(socket, "udp[8] = 0", NULL), 0);
    rig_send_udp(100, 60);
    expect_numbers(socket, 0, 1);
    cr_assert_eq(rig_stats(socket).seen, 1);
    rig_close(socket);
}

/* The kernel takes such frames for IP, as their tag is beside them; so does
 * weir while it tests. */
static void check_tagged(const char *device, uint32_t ip_offset)
{
    static const char *const texts[2] = {"ip", "udp or arp"};
    struct weir_socket_config config = rig_config("udp");
    config.device = device;
    if (strcmp(device, "any") == 0)
        config.way = WEIR_SOCKET_AUTO;
    struct weir_socket *socket = rig_socket_on(&config);
    uint8_t sent[100];
    for (uint32_t i = 0; i < 60; i++) {
        rig_udp(sent, sizeof sent, 53, i, 5);
        rig_send(RIG_LEFT, sent, sizeof sent);
    }
    for (uint32_t i = 0; i < 60;) {
        const struct weir_frame frame = rig_next(socket);
        /* On `any` it is also seen as sent, with the tag within. */
        if (rig_number(frame.data, ip_offset) != i)
            continue;
        cr_assert_eq(weir_socket_filter(socket, texts[i % 2], NULL), 0);
        i++;
    }
    rig_close(socket);
}

Test(socket_change, tagged_frames_are_not_lost_between_filters)
{
    rig_need();
    check_tagged(RIG_RIGHT, 18);
    check_tagged("any", 24);
}

/* A frame of afpacket tells its direction, one of libpcap does not. */
Test(socket_change, a_filter_by_direction)
{
    struct weir_err err = {""};
    rig_need();
    struct weir_socket *socket = rig_socket("inbound");
    rig_send_udp(5, 60);
    expect_numbers(socket, 0, 5);
    cr_assert_eq(weir_socket_set_snaplen(socket, 50, &err), 0, "%s", err.text);
    rig_send_udp(5, 60);
    expect_numbers(socket, 0, 5);
    const int rc = weir_socket_filter(socket, "outbound", &err);
    if (rig_way() == WEIR_SOCKET_AFPACKET) {
        cr_assert_eq(rc, 0, "%s", err.text);
        rig_send_udp(5, 60);
        rig_expect(socket, WEIR_NEXT_NOTHING);
        cr_assert_eq(weir_socket_filter(socket, "inbound", &err), 0);
        cr_assert_str_eq(err.text, "");
    } else {
        cr_assert_eq(rc, -ENOTSUP);
    }
    rig_send_udp(5, 60);
    expect_numbers(socket, 0, 5);
    rig_close(socket);
}

static void expect_lengths(struct weir_socket *socket, uint32_t caplen)
{
    rig_send_udp(20, 500);
    for (uint32_t i = 0; i < 20; i++) {
        const struct weir_frame frame = rig_next(socket);
        cr_assert_eq(frame.len, 500);
        cr_assert_eq(frame.caplen, caplen);
    }
}

Test(socket_change, the_snapshot_length_may_be_less_and_more)
{
    rig_need();
    struct weir_socket_config config = rig_config("udp");
    config.snaplen = 100;
    struct weir_socket *socket = rig_socket_on(&config);
    expect_lengths(socket, 100);
    cr_assert_eq(weir_socket_set_snaplen(socket, 300, NULL), 0);
    expect_lengths(socket, 300);
    cr_assert_eq(weir_socket_set_snaplen(socket, 64, NULL), 0);
    expect_lengths(socket, 64);
    cr_assert_eq(weir_socket_set_snaplen(socket, 0, NULL), 0);
    expect_lengths(socket, 500);
    cr_assert_eq(weir_socket_filter(socket, "", NULL), 0);
    expect_lengths(socket, 500);
    rig_close(socket);
}

Test(socket_change, a_snapshot_length_holds_for_what_is_in_hand)
{
    rig_need();
    struct weir_socket *socket = rig_socket(NULL);
    rig_send_udp(10, 200);
    cr_assert_eq(rig_next(socket).caplen, 200);
    cr_assert_eq(weir_socket_set_snaplen(socket, 70, NULL), 0);
    for (uint32_t i = 1; i < 10; i++) {
        const struct weir_frame frame = rig_next(socket);
        cr_assert_eq(frame.caplen, 70);
        cr_assert_eq(frame.len, 200);
    }
    rig_close(socket);
}

/* For a text about tags the device is opened once more, which takes the
 * privilege.  Without it weir tests, and goes on when it has it again. */
Test(socket_change, a_filter_outlives_a_loss_of_privilege)
{
    rig_need();
    struct weir_socket *socket = rig_socket("vlan 7");
    cr_assert_eq(seteuid(65534), 0);
    cr_assert_eq(weir_socket_set_snaplen(socket, 100, NULL), 0);
    cr_assert_eq(seteuid(0), 0);
    rig_send_udp(5, 60);
    cr_assert_eq(weir_socket_set_snaplen(socket, 200, NULL), 0);
    rig_send_udp(5, 60);
    rig_expect(socket, WEIR_NEXT_NOTHING);
    rig_close(socket);
}

/* A tag that the kernel has taken out is put back, within the length. */
Test(socket_change, a_tagged_frame_is_cut_like_any)
{
    rig_need();
    struct weir_socket_config config = rig_config(NULL);
    config.snaplen = 80;
    struct weir_socket *socket = rig_socket_on(&config);
    uint8_t sent[200];
    rig_udp(sent, sizeof sent, 53, 1, 5);
    for (uint32_t i = 0; i < 2; i++) {
        rig_send(RIG_LEFT, sent, sizeof sent);
        const struct weir_frame frame = rig_next(socket);
        cr_assert_eq(frame.len, sizeof sent);
        cr_assert_eq(frame.caplen, 80 - 40 * i);
        cr_assert_arr_eq(frame.data, sent, frame.caplen);
        cr_assert_eq(weir_socket_set_snaplen(socket, 40, NULL), 0);
    }
    rig_close(socket);
}

static uint32_t promiscuity(void)
{
    return rig_promiscuity(RIG_RIGHT);
}

Test(socket_change, promiscuous_mode_is_the_sockets_own)
{
    rig_need();
    struct weir_socket_config config = rig_config(NULL);
    cr_assert_eq(promiscuity(), 0);
    struct weir_socket *on = rig_socket_on(&config);
    cr_assert_eq(promiscuity(), 1);
    config.no_promisc = true;
    struct weir_socket *off = rig_socket_on(&config);
    cr_assert_eq(promiscuity(), 1);
    cr_assert_eq(weir_socket_set_promisc(off, true, NULL), 0);
    cr_assert_eq(weir_socket_set_promisc(off, true, NULL), 0);
    cr_assert_eq(promiscuity(), 2);
    cr_assert_eq(weir_socket_set_promisc(on, false, NULL), 0);
    cr_assert_eq(weir_socket_set_promisc(on, false, NULL), 0);
    cr_assert_eq(promiscuity(), 1);
    struct weir_socket_info info;
    cr_assert_eq(weir_socket_info(on, &info, NULL), 0);
    cr_assert_not(info.promisc);
    rig_close(off);
    cr_assert_eq(promiscuity(), 0);
    cr_assert_eq(weir_socket_set_promisc(on, true, NULL), 0);
    cr_assert_eq(promiscuity(), 1);
    rig_close(on);
    cr_assert_eq(promiscuity(), 0);
}
