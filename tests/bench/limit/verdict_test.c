#include "bench/limit/verdict.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

enum { CAPTURE, WORKER, OTHER_WORKER, WRITER, STATS, THREADS };

static struct weir_trial_thread threads[THREADS];

/* A trial that lost frames in the kernel's ring and whose threads had little
 * to do. */
static struct weir_verdict_facts idle(void)
{
    static const char *const names[THREADS] = {"weir-capture", "weir-work-0",
                                               "weir-work-1", "weir-write",
                                               "weir-stats"};
    for (int i = 0; i < THREADS; i++) {
        threads[i].busy_fraction = 0.1;
        threads[i].waiting_fraction = 0.01;
        snprintf(threads[i].name, sizeof threads[i].name, "%s", names[i]);
    }
    return (struct weir_verdict_facts){.lost = 100,
                                       .kernel_dropped = 100,
                                       .threads = threads,
                                       .threads_count = THREADS};
}

static void expect(const struct weir_verdict_facts *facts, const char *text)
{
    char out[WEIR_VERDICT_TEXT_MAX];
    cr_expect_str_eq(weir_verdict_text(out, weir_verdict(facts)), text);
}

Test(verdict, nothing_lost_is_no_limit_or_the_generator)
{
    struct weir_verdict_facts facts = idle();
    facts.lost = 0;
    threads[CAPTURE].busy_fraction = 1;
    expect(&facts, "-");
    cr_expect_null(weir_limit_name(weir_verdict(&facts).limit));
    facts.generator_limited = true;
    expect(&facts, "generator");
}

Test(verdict, frames_that_no_socket_saw_are_the_stacks)
{
    struct weir_verdict_facts facts = idle();
    facts.before.backlog = 40;
    facts.before.device = 40;
    facts.before.qdisc = 21;
    expect(&facts, "stack");
    facts.before.qdisc = 20;
    expect(&facts, "ring");
}

Test(verdict, a_busy_stage_is_the_limit)
{
    struct weir_verdict_facts facts = idle();
    expect(&facts, "ring");
    threads[CAPTURE].busy_fraction = 0.79;
    threads[CAPTURE].waiting_fraction = 0;
    expect(&facts, "ring");
    threads[CAPTURE].busy_fraction = 0.80;
    expect(&facts, "capture");
    facts = idle();
    threads[OTHER_WORKER].busy_fraction = 0.97;
    expect(&facts, "workers");
    facts = idle();
    threads[WRITER].busy_fraction = 0.9;
    expect(&facts, "writer");
    facts = idle();
    threads[STATS].busy_fraction = 1;
    expect(&facts, "ring");
}

Test(verdict, an_empty_pool_points_behind_the_capture_thread)
{
    struct weir_verdict_facts facts = idle();
    threads[CAPTURE].busy_fraction = 0.99;
    threads[WORKER].busy_fraction = 0.85;
    expect(&facts, "capture");
    facts.starved = 1;
    expect(&facts, "workers");
    threads[WRITER].busy_fraction = 0.90;
    expect(&facts, "writer");
    threads[WRITER].busy_fraction = threads[WORKER].busy_fraction = 0.2;
    expect(&facts, "capture");
    threads[CAPTURE].busy_fraction = 0.5;
    threads[WRITER].busy_fraction = 0.3;
    expect(&facts, "ring (mostly writer)");
    facts.starved = 0;
    expect(&facts, "ring");
}

Test(verdict, a_writer_that_waits_in_write_is_held_up_by_the_disk)
{
    struct weir_verdict_facts facts = idle();
    facts.starved = 1;
    facts.write_fraction = 0.95;
    threads[WRITER].busy_fraction = 0.3;
    threads[WORKER].busy_fraction = 0.9;
    expect(&facts, "disk");
    /* What it does there is work: copying into the page cache. */
    threads[WRITER].busy_fraction = 0.92;
    expect(&facts, "writer");
    threads[WRITER].busy_fraction = 0.3;
    facts.write_fraction = 0.4;
    expect(&facts, "workers");
    facts = idle();
    facts.lost_in_write = 1;
    expect(&facts, "disk");
}

Test(verdict, a_disk_that_stops_the_writer_for_moments_is_the_limit)
{
    struct weir_verdict_facts facts = idle();
    facts.loss_fraction = 0.05;
    facts.write_fraction = 0.5;
    threads[WRITER].busy_fraction = 0.3;
    threads[WRITER].waiting_fraction = 0.05;
    expect(&facts, "ring");
    facts.starved = 700;
    expect(&facts, "disk");
    /* More was lost than came while it was stuck. */
    facts.loss_fraction = 0.16;
    expect(&facts, "ring (mostly writer)");
    facts.loss_fraction = 0.05;
    facts.write_fraction = 0.44;
    expect(&facts, "ring (mostly writer)");
}

Test(verdict, who_could_run_and_has_no_cpu_waits_for_one)
{
    struct weir_verdict_facts facts = idle();
    threads[CAPTURE].busy_fraction = 0.5;
    threads[CAPTURE].waiting_fraction = 0.45;
    expect(&facts, "cpu (mostly capture)");
    cr_expect_eq(weir_verdict(&facts).stage, WEIR_LIMIT_CAPTURE);
    facts = idle();
    facts.starved = 2;
    threads[WORKER].busy_fraction = 0.6;
    threads[WORKER].waiting_fraction = 0.3;
    expect(&facts, "cpu (mostly workers)");
    threads[WORKER].busy_fraction = 0.88;
    threads[WORKER].waiting_fraction = 0.1;
    expect(&facts, "workers");
}

Test(verdict, of_cpus_that_are_shared_the_stage_that_used_them_most_is_named)
{
    struct weir_verdict_facts facts = idle();
    threads[CAPTURE].busy_fraction = 0.3;
    threads[CAPTURE].waiting_fraction = 0.6;
    threads[WORKER].busy_fraction = threads[OTHER_WORKER].busy_fraction = 0.2;
    threads[WORKER].waiting_fraction = 0.4;
    threads[WRITER].busy_fraction = 0.25;
    expect(&facts, "cpu (mostly workers)");
    threads[WRITER].busy_fraction = 0.45;
    expect(&facts, "cpu (mostly writer)");
    threads[CAPTURE].busy_fraction = 0.46;
    expect(&facts, "cpu (mostly capture)");
}

Test(verdict, threads_that_are_not_known_tell_nothing)
{
    struct weir_verdict_facts facts = idle();
    facts.threads_count = 0;
    expect(&facts, "ring");
    facts.starved = 1;
    facts.write_fraction = 1;
    expect(&facts, "disk");
}

Test(verdict, every_limit_but_none_has_a_name)
{
    cr_expect_null(weir_limit_name(WEIR_LIMIT_NONE));
    for (int i = WEIR_LIMIT_NONE + 1; i < WEIR_LIMIT_COUNT; i++)
        cr_expect_not_null(weir_limit_name((enum weir_limit)i));
}
