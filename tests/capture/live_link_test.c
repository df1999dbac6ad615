/* Interfaces that come and go, and those that cannot be had, for every live
 * source. */

#include <criterion/criterion.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "tests/capture/live_rig.h"
#include "tests/capture/net_rig.h"

Test(live_link, an_interface_that_was_down_goes_on)
{
    live_need();
    struct weir_err err = {""};
    struct weir_source *source = live_open(RIG_RIGHT, NULL);
    rig_send_udp(100, 60);
    cr_assert(rig_ip("link set " RIG_RIGHT " down"));
    live_receive(source, 100);
    for (int i = 0; i < 20 && source->notice == NULL; i++)
        cr_assert_geq(live_step(source, &err), 0, "%s", err.text);
    cr_assert_not_null(source->notice);
    cr_assert_not_null(strstr(source->notice, RIG_RIGHT " is down"));
    const uint32_t generation = source->notice_generation;
    cr_assert(rig_ip("link set " RIG_RIGHT " name wother"));
    for (int i = 0; i < 5; i++)
        cr_assert_geq(live_step(source, &err), 0, "%s", err.text);
    cr_assert(rig_ip("link set wother up"));
    for (int i = 0; i < 20 && source->notice_generation == generation; i++)
        cr_assert_geq(live_step(source, &err), 0, "%s", err.text);
    cr_assert_not_null(strstr(source->notice, "up again"));
    cr_assert(rig_carries(RIG_LEFT));
    rig_send_udp(100, 60);
    live_receive(source, 200);
    cr_assert_eq(live_cut(source).kernel_seen, 200);
}

static void check_removal(bool down_first)
{
    struct weir_err err = {""};
    struct weir_source_stats stats;
    got_count = 0;
    struct weir_source *source = live_open(RIG_RIGHT, NULL);
    rig_send_udp(200, 60);
    if (down_first) {
        cr_assert(rig_ip("link set " RIG_RIGHT " down"));
        for (int i = 0; i < 20 && source->notice == NULL; i++)
            cr_assert_geq(live_step(source, &err), 0, "%s", err.text);
    }
    cr_assert(rig_ip("link del " RIG_LEFT));
    cr_assert_eq(live_finish(source, &stats, &err), -ENODEV);
    cr_assert_str_eq(err.text, RIG_RIGHT ": the interface was removed");
    cr_assert_eq(got_count, 200);
    cr_assert_eq(stats.kernel_seen, 200);
    cr_assert_eq(stats.interface_dropped, 0);
    struct weir_lease lease;
    cr_assert_eq(source->ops->next(source, &lease, &err), -ENODEV);
    source->ops->close(source);
}

Test(live_link, a_removed_interface_gives_all_and_then_a_message)
{
    live_need();
    check_removal(false);
}

Test(live_link, an_interface_removed_while_down_too)
{
    live_need();
    check_removal(true);
}

/* What becomes of the interface between open and start is told by next. */
Test(live_link, an_interface_that_goes_down_before_the_start)
{
    live_need();
    const struct weir_pcap_config config = live_config(RIG_RIGHT, NULL);
    struct weir_err err = {""};
    struct weir_source *source = live_open_shut(&config);
    cr_assert(rig_ip("link set " RIG_RIGHT " down"));
    cr_assert_eq(weir_source_start(source, &err), 0, "%s", err.text);
    for (int i = 0; i < 20 && source->notice == NULL; i++)
        cr_assert_geq(live_step(source, &err), 0, "%s", err.text);
    cr_assert_not_null(source->notice);
    cr_assert_not_null(strstr(source->notice, RIG_RIGHT " is down"));
    cr_assert(rig_ip("link set " RIG_RIGHT " up"));
    cr_assert(rig_carries(RIG_LEFT));
    rig_send_udp(100, 60);
    live_receive(source, 100);
    cr_assert_eq(live_cut(source).kernel_seen, 100);
}

Test(live_link, an_interface_that_is_removed_before_the_start)
{
    live_need();
    const struct weir_pcap_config config = live_config(RIG_RIGHT, NULL);
    struct weir_err err = {""};
    struct weir_source_stats stats;
    struct weir_source *source = live_open_shut(&config);
    rig_send_udp(100, 60);
    cr_assert(rig_ip("link del " RIG_LEFT));
    cr_assert_eq(weir_source_start(source, &err), 0, "%s", err.text);
    cr_assert_eq(live_finish(source, &stats, &err), -ENODEV);
    cr_assert_str_eq(err.text, RIG_RIGHT ": the interface was removed");
    cr_assert_eq(stats.kernel_seen, 0);
    source->ops->close(source);
}

/* Numbers follow one another where nothing was dropped. */
static void check_sequence(void)
{
    for (uint32_t i = 1; i < got_count && i < LIVE_FRAMES; i++)
        cr_assert_eq(rig_number(got[i].data, 14),
                     rig_number(got[i - 1].data, 14) + 1, "frame %u", i);
}

Test(live_link, opens_and_cuts_under_load_are_exact)
{
    live_need();
    const int child = rig_flood(RIG_LEFT, 2000000);
    for (int round = 0; round < 10; round++) {
        got_count = 0;
        struct weir_source *source = live_open(RIG_RIGHT, "udp");
        live_receive(source, 2000);
        if (live_cut(source).kernel_dropped == 0)
            check_sequence();
        cr_assert_geq(got_count, 1);
    }
    rig_flood_end(child);
}

Test(live_link, down_and_up_under_load_is_exact)
{
    live_need();
    struct weir_source *source = live_open(RIG_RIGHT, "udp");
    const int child = rig_flood(RIG_LEFT, 2000000);
    for (int round = 0; round < 3; round++) {
        live_receive(source, got_count + 500);
        cr_assert(rig_ip("link set " RIG_RIGHT " down"));
        cr_assert(rig_ip("link set " RIG_RIGHT " up"));
    }
    rig_flood_end(child);
    live_cut(source);
}

/* For the namespace that it leaves it is removed. */
Test(live_link, an_interface_moved_to_another_namespace)
{
    live_need();
    struct weir_err err = {""};
    struct weir_source_stats stats;
    struct weir_source *source = live_open(RIG_RIGHT, NULL);
    int ready[2];
    char byte = 0;
    char command[64];
    cr_assert_eq(pipe(ready), 0);
    const int child = fork();
    if (child == 0) {
        if (unshare(CLONE_NEWNET) == 0)
            (void)!write(ready[1], &byte, 1);
        else
            (void)close(ready[1]);
        (void)pause();
        _exit(0);
    }
    (void)close(ready[1]);
    cr_assert_eq(read(ready[0], &byte, 1), 1);
    rig_send_udp(100, 60);
    snprintf(command, sizeof command, "link set " RIG_RIGHT " netns %d", child);
    cr_assert(rig_ip(command));
    cr_assert_eq(live_finish(source, &stats, &err), -ENODEV);
    cr_assert_str_eq(err.text, RIG_RIGHT ": the interface was removed");
    cr_assert_eq(stats.kernel_seen, 100);
    cr_assert_eq(got_count, 100);
    rig_flood_end(child);
    source->ops->close(source);
}

Test(live_link, removal_under_load_is_exact)
{
    live_need();
    struct weir_err err = {""};
    struct weir_source_stats stats;
    struct weir_source *source = live_open(RIG_RIGHT, "udp");
    const int child = rig_flood(RIG_LEFT, 2000000);
    live_receive(source, 1000);
    cr_assert(rig_ip("link del " RIG_LEFT));
    cr_assert_eq(live_finish(source, &stats, &err), -ENODEV);
    rig_flood_end(child);
    cr_assert_eq(stats.kernel_seen, got_count + stats.kernel_dropped);
    cr_assert_not(stats.derived);
    source->ops->close(source);
}

static void check_refused(const char *device, const char *filter, int code,
                          const char *text)
{
    struct weir_err err = {""};
    struct weir_source *source = NULL;
    const struct weir_pcap_config config = live_config(device, filter);
    const int rc = live_try(&source, &config, &err);
    cr_assert_eq(rc, code, "%s: %d", err.text, rc);
    cr_assert_null(source);
    cr_assert_str_eq(err.text, text);
}

Test(live_link, what_cannot_be_opened_says_why)
{
    live_need();
    check_refused("nosuch0", NULL, -ENODEV, "nosuch0: no such device");
    check_refused("a-name-that-is-longer-than-any", NULL, -ENODEV,
                  "a-name-that-is-longer-than-any: no such device");
    check_refused("bad\nname", NULL, -ENODEV, "bad?name: no such device");
    check_refused(RIG_RIGHT, "tcp prot 80", -EINVAL,
                  "filter 'tcp prot 80': syntax error");
    check_refused(RIG_RIGHT, "port banana", -EINVAL,
                  "filter 'port banana': unknown port 'banana'");
    cr_assert(rig_ip("link set " RIG_RIGHT " down"));
    check_refused(RIG_RIGHT, NULL, -ENETDOWN,
                  RIG_RIGHT ": the interface is down");
}

Test(live_link, without_privilege_it_says_which)
{
    if (getuid() == 0)
        cr_assert_eq(setresuid(65534, 65534, 65534), 0);
    check_refused("lo", NULL, -EPERM,
                  live_is("afxdp")
                      ? "lo: no privilege for AF_XDP: that takes CAP_NET_RAW, "
                        "CAP_NET_ADMIN and CAP_BPF"
                      : "lo: no privilege to capture: that takes "
                        "CAP_NET_RAW");
}
