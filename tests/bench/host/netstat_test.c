#include <criterion/criterion.h>

#include <errno.h>

#include "bench/host/netstat.h"

Test(netstat, softnet_of_all_cpus)
{
    static const char text[] =
        "00a1b2c3 00000001 00000010 00000000 00000000 00000000 00000000 "
        "00000000 00000000 00000000 00000000 00000000 00000000\n"
        "fffffff0 ffffffff 00000002 00000000 00000000 00000000 00000000 "
        "00000000 00000000 00000000 00000000 00000000 00000001\n";
    struct weir_netstat out = {.rx_frames = 7};
    cr_assert_eq(weir_netstat_softnet_parse(&out, text), 0);
    cr_expect_eq(out.softnet_frames, 0xa1b2c3 + UINT64_C(0xfffffff0));
    cr_expect_eq(out.softnet_dropped, UINT64_C(0x100000000));
    cr_expect_eq(out.softnet_squeezed, 0x12);
    cr_expect_eq(out.rx_frames, 7);
    /* Old kernels have fewer words; the last line may lack its end. */
    cr_assert_eq(weir_netstat_softnet_parse(&out, "1 2 3"), 0);
    cr_expect_eq(out.softnet_dropped, 2);
}

Test(netstat, what_is_no_softnet_text)
{
    static const char *const texts[] = {"",       "\n",        "1 2",  "1 2 x",
                                        "1 2 3x", "1 2 3\n\n", "hello"};
    struct weir_netstat out;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        cr_expect_eq(weir_netstat_softnet_parse(&out, texts[i]), -EINVAL, "%zu",
                     i);
}

Test(netstat, differences_pass_32_bits)
{
    const struct weir_netstat then = {.rx_frames = UINT64_C(1) << 40,
                                      .qdisc_dropped = UINT32_MAX,
                                      .softnet_dropped = UINT64_C(0x1ffffffff)};
    const struct weir_netstat now = {.rx_frames = (UINT64_C(1) << 40) + 5,
                                     .qdisc_dropped = 1,
                                     .softnet_dropped = 0x100000002};
    const struct weir_netstat change = weir_netstat_since(&now, &then);
    cr_expect_eq(change.rx_frames, 5);
    cr_expect_eq(change.qdisc_dropped, 2);
    cr_expect_eq(change.softnet_dropped, 3);
    cr_expect_eq(change.tx_frames, 0);
}

static void expect_before(const struct weir_netstat *near,
                          const struct weir_netstat *far, uint64_t refused,
                          struct weir_netstat_before expected)
{
    const struct weir_netstat_before b =
        weir_netstat_before(near, far, refused);
    cr_expect_eq(b.qdisc, expected.qdisc, "qdisc %lu", b.qdisc);
    cr_expect_eq(b.device, expected.device, "device %lu", b.device);
    cr_expect_eq(b.backlog, expected.backlog, "backlog %lu", b.backlog);
}

Test(netstat, a_drop_is_named_once)
{
    const struct weir_netstat near = {.rx_dropped = 10, .softnet_dropped = 10};
    const struct weir_netstat far = {.tx_dropped = 10};
    expect_before(&near, &far, 0, (struct weir_netstat_before){.backlog = 10});
    /* The veth's sender was told of each, or of some. */
    expect_before(&near, &far, 10, (struct weir_netstat_before){0});
    expect_before(&near, &far, 4, (struct weir_netstat_before){.backlog = 6});
    /* Somebody else's drops on the same CPUs are not ours. */
    const struct weir_netstat busy = {.rx_dropped = 10, .softnet_dropped = 50};
    expect_before(&busy, &far, 0, (struct weir_netstat_before){.backlog = 10});
}

Test(netstat, every_place_has_its_name)
{
    const struct weir_netstat near = {.rx_dropped = 5,
                                      .rx_errors = 100,
                                      .rx_missed = 1000,
                                      .rx_nohandler = 9,
                                      .softnet_dropped = 2};
    const struct weir_netstat far = {
        .tx_dropped = 25, .tx_errors = 10000, .qdisc_dropped = 7};
    expect_before(&near, &far, 0,
                  (struct weir_netstat_before){
                      .qdisc = 7,
                      .device = 3 + 100 + 1000 + 20 + 10000,
                      .backlog = 2,
                  });
    expect_before(&near, &far, 10,
                  (struct weir_netstat_before){
                      .device = 3 + 100 + 1000 + 20 + 10000 - 1,
                  });
    expect_before(&near, NULL, 0,
                  (struct weir_netstat_before){
                      .device = 3 + 100 + 1000,
                      .backlog = 2,
                  });
    /* What a sender was refused for its own reasons was nowhere dropped. */
    expect_before(&near, NULL, 1000000, (struct weir_netstat_before){0});
}
