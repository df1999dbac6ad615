/* The counters of a real pair of devices. */

#include <criterion/criterion.h>

#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "bench/host/job.h"
#include "bench/host/netstat.h"
#include "bench/host/rig.h"

static struct weir_rig *rig;

static void open_rig(void)
{
    struct weir_err err = {0};
    int ret = weir_rig_open(&rig, 1500, &err);
    if (ret == -EPERM) {
        fprintf(stderr, "skipped: %s\n", err.text);
        cr_skip_test("no network namespace is allowed here");
    }
    cr_assert_eq(ret, 0, "%s", err.text);
}

static struct weir_netstat take(int netns_fd, const char *device)
{
    struct weir_netstat out;
    struct weir_err err = {0};
    cr_assert_eq(weir_netstat_take(&out, netns_fd, device, &err), 0, "%s",
                 err.text);
    return out;
}

static int packet_socket(void *context)
{
    const struct sockaddr_ll to = {
        .sll_family = AF_PACKET,
        .sll_ifindex = (int)if_nametoindex(context),
    };
    int fd = socket(PF_PACKET, SOCK_RAW, 0);
    cr_assert(fd >= 0);
    cr_assert_eq(bind(fd, (const struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static unsigned send_frames(unsigned n)
{
    char far[] = WEIR_RIG_FAR;
    uint8_t frame[60] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xb5};
    unsigned refused = 0;
    int out = weir_rig_enter(weir_rig_far(rig), packet_socket, far, NULL);
    for (unsigned i = 0; i < n; i++)
        refused += send(out, frame, sizeof frame, 0) != sizeof frame;
    cr_assert_eq(close(out), 0);
    return refused;
}

Test(netstat_net, each_frame_is_counted_at_both_ends)
{
    open_rig();
    const int near_fd = weir_rig_near(rig);
    const int far_fd = weir_rig_far(rig);
    const struct weir_netstat near = take(near_fd, WEIR_RIG_NEAR);
    const struct weir_netstat far = take(far_fd, WEIR_RIG_FAR);
    cr_assert_eq(send_frames(1000), 0);
    const struct weir_netstat near_now = take(near_fd, WEIR_RIG_NEAR);
    const struct weir_netstat far_now = take(far_fd, WEIR_RIG_FAR);
    const struct weir_netstat in = weir_netstat_since(&near_now, &near);
    const struct weir_netstat out = weir_netstat_since(&far_now, &far);
    cr_expect_eq(in.rx_frames, 1000);
    cr_expect_eq(out.tx_frames, 1000);
    cr_expect_eq(in.tx_frames + out.rx_frames, 0);
    cr_expect_eq(out.tx_dropped + out.tx_errors + in.rx_errors, 0);
    cr_expect_geq(in.softnet_frames, 1000);
    weir_rig_close(rig);
}

/* A qdisc that drops every frame and tells nobody (net/sched/
 * sch_blackhole.c). */
Test(netstat_net, a_qdisc_s_drops_are_its_own)
{
    struct weir_job_end end;
    struct weir_err err = {0};
    open_rig();
    const int far_fd = weir_rig_far(rig);
    const char *const argv[] = {"tc",         "qdisc", "add",       "dev",
                                WEIR_RIG_FAR, "root",  "blackhole", NULL};
    const struct weir_job_config config = {
        .argv = argv, .netns_fd = far_fd, .input_fd = -1};
    /* Where tc may lie, and is not looked for by everybody. */
    cr_assert_eq(setenv("PATH", "/usr/sbin:/sbin:/usr/bin:/bin", 1), 0);
    cr_assert_eq(weir_job_run(&config, INT64_C(60000000000), &end, &err), 0,
                 "%s", err.text);
    cr_assert_eq(end.status, 0, "%s", end.words);
    const struct weir_netstat near = take(weir_rig_near(rig), WEIR_RIG_NEAR);
    const struct weir_netstat far = take(far_fd, WEIR_RIG_FAR);
    const unsigned refused = send_frames(100);
    struct weir_netstat in = take(weir_rig_near(rig), WEIR_RIG_NEAR);
    struct weir_netstat out = take(far_fd, WEIR_RIG_FAR);
    in = weir_netstat_since(&in, &near);
    out = weir_netstat_since(&out, &far);
    const struct weir_netstat_before before =
        weir_netstat_before(&in, &out, refused);
    cr_expect_eq(refused, 0);
    cr_expect_eq(before.qdisc, 100);
    cr_expect_eq(before.device + before.backlog, 0);
    cr_expect_eq(in.rx_frames, 0);
    weir_rig_close(rig);
}

Test(netstat_net, no_such_device_is_named)
{
    struct weir_err err;
    struct weir_netstat out;
    open_rig();
    cr_expect_eq(
        weir_netstat_take(&out, weir_rig_far(rig), WEIR_RIG_NEAR, &err),
        -ENODEV);
    cr_expect_str_eq(err.text, "weir0: No such device");
    cr_expect_eq(weir_netstat_take(&out, -1, "lo", &err), 0);
    weir_rig_close(rig);
}
