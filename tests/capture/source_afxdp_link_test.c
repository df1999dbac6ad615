#include "capture/source_afxdp.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "tests/capture/afxdp_rig.h"
#include "tests/capture/live_rig.h"
#include "tests/capture/net_rig.h"

/* The chunks are for the MTU that was there at the open. */
Test(source_afxdp_link, frames_that_become_too_long_are_lost_by_name)
{
    live_need();
    struct weir_source *source = afxdp_open();
    uint8_t frame[2514];
    rig_send_udp(10, 60);
    cr_assert(rig_ip("link set " RIG_LEFT " mtu 2500"));
    cr_assert(rig_ip("link set " RIG_RIGHT " mtu 2500"));
    for (uint32_t i = 0; i < 5; i++) {
        rig_udp(frame, sizeof frame, 2000, i, 0);
        rig_send(RIG_LEFT, frame, sizeof frame);
    }
    rig_send_udp(10, 60);
    live_receive(source, 20);
    struct weir_source_stats stats;
    source->ops->stats(source, &stats);
    cr_assert_eq(stats.kernel_dropped, 5);
    cr_assert_str_eq(source->notice, RIG_RIGHT
                     ": frames of more than 1792 bytes come, and are lost");
    cr_assert_eq(live_cut(source).kernel_seen, 25);
}

/* As few chunks as there may be, and a reader that is late. */
Test(source_afxdp_link, overload_is_exact)
{
    live_need();
    struct weir_afxdp_config config = afxdp_config();
    config.buffer_bytes = 131072;
    struct weir_source *source = afxdp_open_config(&config);
    const int child = rig_flood(RIG_LEFT, 2000000);
    struct weir_source_stats stats = {0};
    for (int i = 0; i < 100 && stats.kernel_dropped == 0; i++) {
        (void)usleep(2000);
        live_receive(source, got_count + 20);
        source->ops->stats(source, &stats);
    }
    rig_flood_end(child);
    cr_assert_gt(live_cut(source).kernel_dropped, 0);
}

/* A process that takes the frames, and ends in no orderly way. */
Test(source_afxdp_link, a_killed_process_leaves_the_interface_as_it_was)
{
    live_need();
    const int tap = afxdp_tap();
    int ready[2];
    char byte = 0;
    cr_assert_eq(pipe(ready), 0);
    const int child = fork();
    if (child == 0) {
        (void)afxdp_open();
        (void)!write(ready[1], &byte, 1);
        (void)pause();
        _exit(0);
    }
    cr_assert_eq(read(ready[0], &byte, 1), 1);
    rig_send_udp(10, 60);
    cr_assert_eq(afxdp_tapped(tap), 0);
    (void)kill(child, SIGKILL);
    (void)waitpid(child, NULL, 0);
    /* The kernel takes the program off after the process is reaped. */
    uint32_t seen = 0;
    for (int i = 0; i < 200 && seen == 0; i++) {
        (void)usleep(10000);
        rig_send_udp(1, 60);
        seen = afxdp_tapped(tap);
    }
    cr_assert_gt(seen, 0);
    rig_send_udp(10, 60);
    cr_assert_eq(afxdp_tapped(tap), 10);
    struct weir_source *source = afxdp_open();
    rig_send_udp(10, 60);
    live_receive(source, 10);
    live_cut(source);
    (void)close(tap);
}

static void check_refused(const struct weir_afxdp_config *config, int code,
                          const char *text)
{
    struct weir_err err = {""};
    struct weir_source *source = NULL;
    const int rc = weir_afxdp_source_open(&source, config, &err);
    cr_assert_eq(rc, code, "%s: %d", err.text, rc);
    cr_assert_null(source);
    cr_assert_str_eq(err.text, text);
}

static void check_device(const char *device, int code, const char *text)
{
    struct weir_afxdp_config config = afxdp_config();
    config.device = device;
    check_refused(&config, code, text);
}

Test(source_afxdp_link, what_cannot_be_opened_says_why)
{
    live_need();
    struct weir_afxdp_config config = afxdp_config();
    check_device("any", -EOPNOTSUPP,
                 "any: AF_XDP takes the frames of one interface");
    config.queue = 3;
    check_refused(&config, -EINVAL,
                  RIG_RIGHT ": no queue 3: it has one, queue 0");
    struct weir_source *source = afxdp_open();
    check_device(RIG_RIGHT, -EBUSY,
                 RIG_RIGHT ": queue 0 has another AF_XDP socket already");
    live_cut(source);
    cr_assert(rig_ip("link set " RIG_LEFT " mtu 9000"));
    cr_assert(rig_ip("link set " RIG_RIGHT " mtu 9000"));
    check_device(RIG_RIGHT, -EMSGSIZE,
                 RIG_RIGHT ": AF_XDP takes frames of up to 3840 bytes, and "
                           "the interface's MTU allows 9022 with VLAN tags");
}

static bool keep_capabilities(uint64_t wanted)
{
    struct __user_cap_header_struct header = {.version =
                                                  _LINUX_CAPABILITY_VERSION_3};
    const struct __user_cap_data_struct data[2] = {
        {.effective = (uint32_t)wanted, .permitted = (uint32_t)wanted},
        {.effective = (uint32_t)(wanted >> 32),
         .permitted = (uint32_t)(wanted >> 32)},
    };
    return syscall(SYS_capset, &header, data) == 0;
}

#define BIT(capability) (UINT64_C(1) << (capability))

Test(source_afxdp_link, the_privileges_that_are_named_are_enough)
{
    live_need();
    cr_assert(keep_capabilities(BIT(CAP_NET_RAW) | BIT(CAP_NET_ADMIN) |
                                BIT(CAP_BPF) | BIT(CAP_IPC_LOCK)));
    struct weir_source *source = afxdp_open();
    /* Nor is any needed from then on. */
    cr_assert(keep_capabilities(BIT(CAP_NET_RAW)));
    rig_send_udp(1000, 60);
    live_receive(source, 1000);
    cr_assert_eq(live_cut(source).kernel_seen, 1000);
}

Test(source_afxdp_link, too_much_memory_is_refused_by_name)
{
    live_need();
    const struct rlimit none = {.rlim_cur = 65536, .rlim_max = 65536};
    cr_assert_eq(setrlimit(RLIMIT_MEMLOCK, &none), 0);
    cr_assert(keep_capabilities(BIT(CAP_NET_RAW) | BIT(CAP_NET_ADMIN) |
                                BIT(CAP_BPF)));
    check_device(RIG_RIGHT, -ENOBUFS,
                 RIG_RIGHT ": 16777216 bytes are more memory than may be "
                           "locked (a smaller -B, or ulimit -l)");
}
