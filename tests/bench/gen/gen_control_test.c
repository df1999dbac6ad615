/* How a run begins and ends, and what is said when it cannot. */

#include <criterion/criterion.h>

#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/bench/gen/gen_rig.h"
#include "tests/capture/net_rig.h"

static void start(void)
{
    const char *reason;
    if (!rig_open(&reason))
        cr_skip_test("%s", reason);
}

TestSuite(gen_control, .init = start, .timeout = 40);

static const char *const ways[] = {"xdp", "txring", "mmsg"};

#define WAYS (sizeof ways / sizeof ways[0])

/* Not by xdp in a user namespace of one's own. */
static bool possible(size_t way)
{
    if (way % WAYS != 0 || gen_privileged())
        return true;
    cr_log_warn("not by xdp: the machine's own CAP_NET_ADMIN is needed");
    return false;
}

static struct weir_plan *plan_of(void)
{
    struct weir_plan *plan = NULL;
    struct weir_plan_config config = {.flows = 1, .seed = 1};
    cr_assert_eq(weir_mix_parse(&config.mix, "60", 60, NULL), 0);
    cr_assert_eq(weir_plan_open(&plan, &config, NULL), 0);
    return plan;
}

static void run_on(struct gen_run *run, const char *way, const char *options)
{
    char arguments[256];
    snprintf(arguments, sizeof arguments, "--way %s -i %s %s", way,
             strcmp(way, "xdp") == 0 ? RIG_RIGHT : RIG_LEFT, options);
    gen_start(run, arguments);
}

Test(gen_control, a_signal_ends_it_and_the_counts_are_right)
{
    static const int signals[] = {SIGTERM, SIGINT, SIGTERM};
    static const char *const rates[] = {"--rate 5000", "--rate 2"};
    struct weir_plan *plan = plan_of();
    for (size_t i = 0; i < WAYS * 2; i++) {
        if (!possible(i))
            continue;
        char options[64];
        struct gen_tap tap;
        struct gen_run run;
        gen_tap_open(&tap, RIG_RIGHT);
        snprintf(options, sizeof options, "-a duration:1h %s", rates[i / WAYS]);
        run_on(&run, ways[i % WAYS], options);
        cr_assert(gen_tap_take(&tap, plan, 10000));
        cr_assert_eq(kill(run.pid, signals[i % WAYS]), 0);
        gen_tap_drain(&tap, plan, &run);
        cr_assert_eq(run.status, 0, "%s", run.words);
        cr_assert_str_empty(run.words);
        cr_assert_eq(gen_number(&run, "sent"), tap.frames);
        gen_tap_close(&tap);
    }
    weir_plan_close(plan);
}

Test(gen_control, it_holds_until_it_is_told)
{
    struct weir_plan *plan = plan_of();
    for (size_t i = 0; i < WAYS * 2; i++) {
        if (!possible(i))
            continue;
        char line[64];
        struct gen_tap tap;
        struct gen_run run;
        gen_tap_open(&tap, RIG_RIGHT);
        run_on(&run, ways[i % WAYS], "-c 50 --hold");
        cr_assert(gen_line(&run, line, sizeof line));
        cr_assert_str_eq(line, "ready");
        cr_assert(!gen_tap_take(&tap, plan, 20));
        uint64_t told_ns = (uint64_t)weir_clock_mono_ns();
        /* A line, or the end, which gen_finish makes. */
        if (i < WAYS)
            cr_assert_eq(write(run.in, "go\n", 3), 3);
        else
            gen_finish(&run);
        while (tap.frames < 50)
            cr_assert(gen_tap_take(&tap, plan, 10000));
        if (i < WAYS)
            gen_finish(&run);
        cr_assert_eq(run.status, 0, "%s", run.words);
        cr_assert_eq(gen_number(&run, "sent"), 50);
        cr_assert_geq(tap.first_ns, told_ns);
        gen_tap_close(&tap);
    }
    weir_plan_close(plan);
}

Test(gen_control, a_signal_while_it_holds_means_none)
{
    for (size_t i = 0; i < WAYS; i++) {
        if (!possible(i))
            continue;
        char line[64];
        struct gen_run run;
        run_on(&run, ways[i], "-c 50 --hold");
        cr_assert(gen_line(&run, line, sizeof line));
        cr_assert_eq(kill(run.pid, SIGTERM), 0);
        int in = run.in;
        run.in = -1;
        gen_finish(&run);
        (void)close(in);
        cr_assert_eq(run.status, 0, "%s", run.words);
        cr_assert_eq(gen_number(&run, "sent"), 0);
        cr_assert_eq(gen_number(&run, "duration_ns"), 0);
    }
}

Test(gen_control, devices_that_cannot_send)
{
    gen_complains("-i nowhere -c 1", 1, "nowhere: no such interface");
    gen_complains("-i a-name-that-is-too-long -c 1", 1, "has 1 to 15 bytes");
    for (size_t i = 0; i < WAYS; i++) {
        char arguments[128];
        snprintf(arguments, sizeof arguments, "-i nowhere -c 1 --way %s",
                 ways[i]);
        gen_complains(arguments, 1, "nowhere: no such interface");
    }
    gen_complains("-i " RIG_LEFT " -c 1 --frame 1515 --way mmsg", 1,
                  "its MTU is 1500, a frame of 1515 bytes needs 1501");
    gen_complains("-i " RIG_LEFT " -c 1 --frame 9014 --way txring", 1,
                  "its MTU is 1500");
    gen_complains("-i " RIG_LEFT " -c 1 --frame 9014", 1, "its MTU is 1500");
    /* A tag is not counted. */
    gen_complains("-i " RIG_LEFT " -c 1 --frame 1519 --vlan 1 --way mmsg", 1,
                  "needs 1501");
    struct gen_run run;
    gen_start(&run, "-i " RIG_LEFT " -c 1 --frame 1518 --vlan 1 --way mmsg");
    gen_finish(&run);
    cr_assert_eq(run.status, 0, "%s", run.words);
    cr_assert(rig_ip("link set " RIG_LEFT " down"));
    for (size_t i = 0; i < WAYS; i++) {
        char arguments[128];
        snprintf(arguments, sizeof arguments, "-i " RIG_LEFT " -c 1 --way %s",
                 ways[i]);
        gen_complains(arguments, 1, RIG_LEFT ": the interface is down");
    }
}

Test(gen_control, a_device_that_goes_down_meanwhile)
{
    for (size_t i = 1; i < WAYS; i++) {
        struct weir_plan *plan = plan_of();
        struct gen_tap tap;
        struct gen_run run;
        gen_tap_open(&tap, RIG_RIGHT);
        run_on(&run, ways[i], "-a duration:20 --rate 1000");
        cr_assert(gen_tap_take(&tap, plan, 10000));
        cr_assert(rig_ip("link set " RIG_LEFT " down"));
        gen_finish(&run);
        cr_assert_eq(run.status, 1);
        cr_assert_not_null(strstr(run.words, "Network is down"), "%s",
                           run.words);
        cr_assert(rig_ip("link set " RIG_LEFT " up"));
        gen_tap_close(&tap);
        weir_plan_close(plan);
    }
}

/* A call of xdp keeps hold of its device; the kernel takes it away when the
 * run has ended. */
Test(gen_control, a_device_that_goes_away_from_xdp)
{
    if (!possible(0))
        return;
    struct gen_run run;
    struct weir_plan *plan = plan_of();
    struct gen_tap tap;
    gen_tap_open(&tap, RIG_RIGHT);
    run_on(&run, "xdp", "-a duration:1h --rate 1000");
    cr_assert(gen_tap_take(&tap, plan, 10000));
    cr_assert(rig_ip("link set " RIG_RIGHT " down"));
    cr_assert_eq(kill(run.pid, SIGTERM), 0);
    gen_finish(&run);
    cr_expect_eq(run.status, 1);
    cr_expect_str_empty(run.text);
    cr_expect_not_null(strstr(run.words, RIG_RIGHT ": the interface is down"),
                       "%s", run.words);
    gen_tap_close(&tap);
    weir_plan_close(plan);
    cr_assert(rig_ip("link set " RIG_RIGHT " up"));
    run_on(&run, "xdp", "-a duration:300ms --rate 1000 --hold");
    char line[64];
    cr_assert(gen_line(&run, line, sizeof line));
    cr_assert_eq(write(run.in, "go\n", 3), 3);
    (void)usleep(50000);
    cr_assert(rig_ip("link del " RIG_RIGHT));
    gen_finish(&run);
    cr_expect_eq(run.status, 1);
    cr_expect_not_null(strstr(run.words, RIG_RIGHT ": "), "%s", run.words);
}

/* The kernel notices some moments later (net/core/link_watch.c); until then
 * the sender is told of every frame that is lost. */
static void wait_for_no_carrier(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    cr_assert_geq(fd, 0);
    struct ifreq request = {.ifr_name = RIG_LEFT};
    do {
        (void)usleep(1000);
        cr_assert_eq(ioctl(fd, SIOCGIFFLAGS, &request), 0);
    } while ((request.ifr_flags & IFF_RUNNING) != 0);
    (void)close(fd);
}

/* The other side of a veth pair that is down drops all. */
Test(gen_control, a_device_that_takes_no_more)
{
    for (size_t i = 1; i < WAYS; i++) {
        struct weir_plan *plan = plan_of();
        struct gen_tap tap;
        struct gen_run run;
        gen_tap_open(&tap, RIG_RIGHT);
        run_on(&run, ways[i], "-a duration:20 --rate 1000");
        cr_assert(gen_tap_take(&tap, plan, 10000));
        cr_assert(rig_ip("link set " RIG_RIGHT " down"));
        /* The ring is told that it is not taken, the queue is not. */
        bool told = strcmp(ways[i], "txring") == 0;
        wait_for_no_carrier();
        if (!told)
            cr_assert_eq(kill(run.pid, SIGTERM), 0);
        gen_finish(&run);
        cr_assert_eq(run.status, 1);
        cr_assert_not_null(strstr(run.words, told ? RIG_LEFT ": takes no more"
                                                  : RIG_LEFT ": no carrier"),
                           "%s", run.words);
        char arguments[64];
        snprintf(arguments, sizeof arguments, "-i " RIG_LEFT " -c 1 --way %s",
                 ways[i]);
        gen_complains(arguments, 1, RIG_LEFT ": no carrier");
        cr_assert(rig_ip("link set " RIG_RIGHT " up"));
        gen_tap_close(&tap);
        weir_plan_close(plan);
    }
}

Test(gen_control, a_kernel_without_live_frames)
{
    struct gen_run run;
    if (!possible(0))
        return;
    gen_start_without(&run, GEN_LACKS_LIVE_FRAMES,
                      "-i " RIG_LEFT " -c 1 --way xdp");
    gen_finish(&run);
    cr_assert_eq(run.status, 1);
    cr_assert_not_null(strstr(run.words, "no live XDP frames (Linux 5.18"),
                       "%s", run.words);
}

/* By auto, what works is found. */
Test(gen_control, what_is_lacking_leaves_another_way)
{
    static const enum gen_lack lacks[] = {GEN_LACKS_BPF, GEN_LACKS_LIVE_FRAMES};
    for (size_t i = 0; i < 2; i++) {
        struct gen_run run;
        gen_start_without(&run, lacks[i], "-i " RIG_LEFT " -c 3");
        gen_finish(&run);
        cr_assert_eq(run.status, 0, "%s", run.words);
        cr_assert_str_empty(run.words);
        cr_assert(gen_is(&run, "way", "txring"));
        cr_assert_eq(gen_number(&run, "sent"), 3);
    }
}

Test(gen_control, without_privilege)
{
    for (size_t i = 0; i < WAYS; i++) {
        char arguments[128];
        struct gen_run run;
        snprintf(arguments, sizeof arguments, "-i " RIG_LEFT " -c 1 --way %s",
                 ways[i]);
        gen_start_without(&run, GEN_LACKS_CAPABILITIES, arguments);
        gen_finish(&run);
        cr_assert_eq(run.status, 1);
        cr_assert_str_empty(run.text);
        cr_assert_not_null(
            strstr(run.words, "needed): Operation not permitted"), "%s",
            run.words);
        cr_assert_null(strchr(strchr(run.words, '\n') + 1, '\n'), "%s",
                       run.words);
    }
}
