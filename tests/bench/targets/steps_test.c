#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "bench/targets/steps.h"

static struct weir_targets_options options = {
    .targets = {true, true, true, true, true, true},
    .rounds = "7",
    .frames = "1000",
    .folder = "/disk",
    .weir = "/x/weir",
    .recorder_cpus = "0",
};

static char text[1024];

/* The words of a step with blanks between; "" if it is not wanted. */
static const char *words(size_t index, double load_pps)
{
    struct weir_step step;
    size_t used = 0;
    text[0] = '\0';
    if (!weir_step_make(&step, index, &options, "found", load_pps))
        return text;
    cr_assert_null(step.argv[step.argc]);
    for (int i = 0; i < step.argc; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s ",
                                 step.argv[i]);
    return text;
}

static size_t count(double load_pps)
{
    size_t n = 0;
    for (size_t i = 0; i < WEIR_STEPS; i++)
        n += words(i, load_pps)[0] != '\0';
    return n;
}

/* The first step with that in it. */
static const char *with(const char *part, double load_pps)
{
    for (size_t i = 0; i < WEIR_STEPS; i++)
        if (strstr(words(i, load_pps), part) != NULL)
            return text;
    return "";
}

Test(steps, all_have_rounds_and_results)
{
    for (size_t i = 0; i < WEIR_STEPS; i++) {
        cr_assert_not_null(strstr(words(i, 5e5), "--rounds 7 "), "%s", text);
        cr_assert_not_null(strstr(text, "--results found "), "%s", text);
        cr_assert_not_null(strstr(text, "--weir /x/weir "), "%s", text);
        cr_assert_null(strchr(text, '{'), "%s", text);
    }
}

Test(steps, those_of_a_target)
{
    cr_assert_eq(count(5e5), WEIR_STEPS);
    memset(options.targets, 0, sizeof options.targets);
    cr_assert_eq(count(5e5), 0);
    options.targets[3] = true;
    cr_assert_eq(count(0), 1);
    cr_assert_not_null(strstr(with("peers", 0), "--task flows --frame 60 "
                                                "--frames 1000 "));
    options.targets[1] = true;
    cr_assert_eq(count(0), 2);
    cr_assert_eq(count(999), 2);
    cr_assert_eq(count(5e5), 3);
}

Test(steps, a_load_that_was_found)
{
    cr_assert_not_null(strstr(with("netsniff", 351234), " --rate 351k "));
    cr_assert_not_null(strstr(text, " -w /disk "));
    cr_assert_str_eq(with("{load}", 351234), "");
}

Test(steps, seconds_and_cpus_are_those_of_live_loads)
{
    options.seconds = "0.1";
    cr_assert_not_null(strstr(with("disk -w", 0), " --seconds 0.1 "));
    cr_assert_not_null(strstr(text, " --recorder-cpus 0 "));
    cr_assert_not_null(strstr(with("stages", 0), " --seconds 0.1 "));
    cr_assert_null(strstr(text, "cpus"));
    cr_assert_null(strstr(with("copy", 0), "--seconds"));
    options.seconds = NULL;
    for (size_t i = 0; i < WEIR_STEPS; i++)
        cr_assert_null(strstr(words(i, 5e5), "--seconds"));
}

/* What it has of stages is short, and another step's is to be judged. */
Test(steps, self_comes_before_the_stages)
{
    cr_assert_str_eq(words(0, 0), with("self", 0));
}
