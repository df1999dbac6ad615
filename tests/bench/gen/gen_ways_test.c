/* Each way sends exactly the frames of its plan, in a namespace of the test's
 * own. */

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tests/bench/gen/gen_rig.h"
#include "tests/capture/net_rig.h"

static void start(void)
{
    const char *reason;
    if (!rig_open(&reason))
        cr_skip_test("%s", reason);
    if (!gen_privileged())
        cr_skip_test("no XDP and no large buffers without CAP_NET_ADMIN");
    cr_assert(rig_ip("link set " RIG_LEFT " mtu 9000"));
    cr_assert(rig_ip("link set " RIG_RIGHT " mtu 9000"));
}

TestSuite(gen_ways, .init = start, .timeout = 40);

/* Where the way's frames are seen to come in is RIG_RIGHT. */
static const struct way {
    const char *name;
    const char *device;
} ways[] = {
    {"xdp", RIG_RIGHT},
    {"txring", RIG_LEFT},
    {"mmsg", RIG_LEFT},
};

#define WAYS (sizeof ways / sizeof ways[0])

static struct weir_plan *plan_of(struct weir_plan_config *config,
                                 const char *frame)
{
    struct weir_plan *plan = NULL;
    config->seed = 1;
    if (config->flows == 0)
        config->flows = 1;
    cr_assert_eq(
        weir_mix_parse(&config->mix, frame, weir_plan_size_min(config), NULL),
        0);
    cr_assert_eq(weir_plan_open(&plan, config, NULL), 0);
    return plan;
}

/* `frames` of them, all there and all as planned. */
static void check_all(const struct way *way, struct weir_plan_config config,
                      const char *frame, const char *options, unsigned frames)
{
    char arguments[256];
    struct gen_tap tap;
    struct gen_run run;
    struct weir_plan *plan = plan_of(&config, frame);
    gen_tap_open(&tap, RIG_RIGHT);
    snprintf(arguments, sizeof arguments, "--way %s -i %s -c %u --frame %s %s",
             way->name, way->device, frames, frame, options);
    gen_start(&run, arguments);
    gen_tap_drain(&tap, plan, &run);
    cr_assert_eq(run.status, 0, "%s: %s", arguments, run.words);
    cr_assert_eq(tap.frames, frames, "%s: %llu", arguments,
                 (unsigned long long)tap.frames);
    cr_assert_eq(gen_number(&run, "sent"), frames);
    cr_assert_eq(gen_number(&run, "bytes"), tap.bytes);
    cr_assert_geq(gen_number(&run, "duration_ns"), tap.stamp_ns - tap.first_ns);
    cr_assert(gen_is(&run, "type", "gen"));
    cr_assert(gen_is(&run, "way", way->name));
    cr_assert(gen_is(&run, "frame", frame));
    cr_assert(gen_is(&run, "limited", "false"));
    gen_tap_close(&tap);
    weir_plan_close(plan);
}

Test(gen_ways, frames_of_one_size)
{
    for (size_t i = 0; i < WAYS; i++) {
        check_all(&ways[i], (struct weir_plan_config){0}, "60", "", 20000);
        check_all(&ways[i], (struct weir_plan_config){0}, "1514", "", 5000);
    }
}

Test(gen_ways, mixed_sizes_and_skewed_flows)
{
    for (size_t i = 0; i < WAYS; i++)
        check_all(&ways[i],
                  (struct weir_plan_config){.flows = 1000, .skew = 1.1}, "imix",
                  "--flows 1000 --skew 1.1", 20000);
}

/* More frames than there are rows. */
Test(gen_ways, the_plan_begins_anew)
{
    for (size_t i = 0; i < WAYS; i++)
        check_all(&ways[i], (struct weir_plan_config){.flows = 40000}, "60",
                  "--flows 40000", 50000);
}

Test(gen_ways, tags_and_ipv6)
{
    for (size_t i = 0; i < WAYS; i++) {
        check_all(&ways[i], (struct weir_plan_config){.ipv6 = true}, "80",
                  "--ip 6", 2000);
        check_all(&ways[i],
                  (struct weir_plan_config){.tagged = true, .vlan = 7}, "imix",
                  "--vlan 7", 2000);
        check_all(&ways[i],
                  (struct weir_plan_config){
                      .tagged = true, .vlan = 4095, .ipv6 = true, .flows = 3},
                  "imix", "--vlan 4095 --ip 6 --flows 3", 2000);
    }
}

Test(gen_ways, the_longest_frames)
{
    check_all(&ways[0], (struct weir_plan_config){0}, "3000", "", 500);
    check_all(&ways[1], (struct weir_plan_config){0}, "9014", "", 500);
    check_all(&ways[2], (struct weir_plan_config){0}, "9014", "", 500);
}

/* Frame by frame: not before its time.  20 bursts of 25 in 380 ms. */
Test(gen_ways, a_rate_is_never_exceeded)
{
    for (size_t i = 0; i < WAYS; i++) {
        char arguments[128];
        struct gen_tap tap;
        struct gen_run run;
        struct weir_plan_config config = {0};
        struct weir_plan *plan = plan_of(&config, "60");
        gen_tap_open(&tap, RIG_RIGHT);
        snprintf(arguments, sizeof arguments,
                 "--way %s -i %s -c 500 --rate 1250 --burst 25", ways[i].name,
                 ways[i].device);
        gen_start(&run, arguments);
        while (tap.frames < 500 && gen_tap_take(&tap, plan, 10000)) {
            uint64_t due_ns = (tap.frames - 1) / 25 * 20 * WEIR_NS_PER_MS;
            cr_assert_geq(tap.stamp_ns - tap.first_ns, due_ns);
        }
        gen_finish(&run);
        cr_assert_eq(tap.frames, 500);
        cr_assert_geq(gen_number(&run, "duration_ns"), 380 * WEIR_NS_PER_MS);
        gen_tap_close(&tap);
        weir_plan_close(plan);
    }
}

/* A queueing discipline of 30 frames that lets some 15000 a second out. */
Test(gen_ways, what_is_refused_is_sent_again)
{
    struct gen_tap tap;
    struct gen_run run;
    struct weir_plan_config config = {0};
    const char *tc = "PATH=$PATH:/usr/sbin:/sbin tc qdisc add dev " RIG_LEFT
                     " root tbf rate 10mbit burst 2k limit 3000 2>/dev/null";
    if (system(tc) != 0) /* NOLINT(cert-env33-c) */
        cr_skip_test("no queueing discipline tbf here");
    struct weir_plan *plan = plan_of(&config, "60");
    gen_tap_open(&tap, RIG_RIGHT);
    gen_start(&run, "--way mmsg -i " RIG_LEFT " -c 1000");
    while (tap.frames < 1000)
        cr_assert(gen_tap_take(&tap, plan, 10000));
    gen_finish(&run);
    cr_assert_eq(run.status, 0, "%s", run.words);
    cr_assert_eq(gen_number(&run, "sent"), 1000);
    cr_assert_gt(gen_number(&run, "refused"), 0);
    gen_tap_close(&tap);
    weir_plan_close(plan);
}

Test(gen_ways, a_rate_that_is_missed_is_told)
{
    for (size_t i = 0; i < WAYS; i++) {
        char arguments[128];
        struct gen_run run;
        snprintf(arguments, sizeof arguments,
                 "--way %s -i %s -c 20000 --rate 1G", ways[i].name,
                 ways[i].device);
        gen_start(&run, arguments);
        gen_finish(&run);
        cr_assert_eq(run.status, 0, "%s", run.words);
        cr_assert_eq(gen_number(&run, "sent"), 20000);
        cr_assert(gen_is(&run, "limited", "true"));
        cr_assert_gt(gen_number(&run, "late_frames"), 0);
        cr_assert_gt(gen_number(&run, "late_most_ns"), 100000);
    }
}

Test(gen_ways, a_duration_ends_it)
{
    for (size_t i = 0; i < WAYS; i++) {
        char arguments[128];
        struct gen_run run;
        snprintf(arguments, sizeof arguments,
                 "--way %s -i %s -a duration:100ms --rate 1000", ways[i].name,
                 ways[i].device);
        gen_start(&run, arguments);
        gen_finish(&run);
        cr_assert_eq(run.status, 0, "%s", run.words);
        cr_assert_geq(gen_number(&run, "sent"), 1);
        cr_assert_leq(gen_number(&run, "sent"), 100);
    }
}

Test(gen_ways, auto_says_which)
{
    struct gen_run run;
    gen_start(&run, "-i " RIG_LEFT " -c 2 --rate 999");
    gen_finish(&run);
    cr_assert(gen_is(&run, "way", "mmsg"));
    /* Too long for xdp. */
    gen_start(&run, "-i " RIG_LEFT " -c 10 --frame 9014");
    gen_finish(&run);
    cr_assert(gen_is(&run, "way", "txring"));
    gen_start(&run, "-i " RIG_LEFT " -c 10");
    gen_finish(&run);
    cr_assert(gen_is(&run, "way", "xdp"));
    cr_assert_eq(gen_number(&run, "sent"), 10);
}
