#include "bench/embed/turns.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"

static struct weir_err err;

/* So many frames, with a sum of its own. */
struct kind {
    uint64_t frames;
    uint64_t sum;
    int64_t ns;
    int rc;
};

static int work(void *context, struct weir_alone *out, struct weir_err *why)
{
    const struct kind *kind = context;
    out->frames = kind->frames;
    out->sum = kind->sum;
    out->cpu_ns = out->wall_ns = kind->ns;
    return kind->rc == 0 ? 0 : weir_err_set(why, kind->rc, "on purpose");
}

static struct weir_embed_entrant entrant(const char *name, struct kind *kind)
{
    return (struct weir_embed_entrant){
        .name = name, .version = "1", .work = work, .context = kind};
}

Test(turns, each_in_each_round_and_their_ratios)
{
    struct kind fast = {.frames = 100, .sum = 3, .ns = 1000};
    struct kind slow = {.frames = 100, .sum = 3, .ns = 4000};
    struct weir_embed_entrant entrants[] = {entrant("fast", &fast),
                                            entrant("slow", &slow)};
    char text[2000];
    FILE *out = fmemopen(text, sizeof text, "w");
    struct weir_embed_turns turns = {.task = "embed x",
                                     .entrants = entrants,
                                     .count = 2,
                                     .rounds = 3,
                                     .timeout_ns = INT64_C(10000000000),
                                     .out = out};
    cr_assert_eq(weir_embed_turns_run(&turns, &err), 0);
    cr_assert_eq(weir_embed_turns_ratio(&turns, 0, 1, &err), 0);
    fclose(out);
    cr_assert_eq(turns.failed, 0);
    cr_assert_eq(turns.frames, 100);
    cr_assert(entrants[0].count == 3 && entrants[1].count == 3);
    cr_assert_float_eq(entrants[1].rounds[2].cpu_ns, 40, 1e-9);
    cr_assert(
        strstr(text, "embed x: fast over slow, rate: 4.00 (4.00 to 4.00)") !=
            NULL,
        "%s", text);
    cr_assert(
        strstr(text, "embed x: slow over fast, CPU: 4.00 (4.00 to 4.00)") !=
            NULL,
        "%s", text);
}

/* Work that was not done has no figure. */
Test(turns, others_than_the_others_are_out)
{
    struct kind right = {.frames = 100, .sum = 3, .ns = 1000};
    struct kind fewer = {.frames = 99, .sum = 3, .ns = 1000};
    struct kind other = {.frames = 100, .sum = 4, .ns = 1000};
    struct kind fails = {.frames = 100, .sum = 3, .ns = 1000, .rc = -EIO};
    struct weir_embed_entrant entrants[] = {
        entrant("right", &right), entrant("fewer", &fewer),
        entrant("other", &other), entrant("fails", &fails)};
    FILE *out = fopen("/dev/null", "w");
    struct weir_embed_turns turns = {.task = "embed x",
                                     .entrants = entrants,
                                     .count = 4,
                                     .rounds = 2,
                                     .frames = 100,
                                     .timeout_ns = INT64_C(10000000000),
                                     .out = out};
    cr_assert_eq(weir_embed_turns_run(&turns, &err), 0);
    cr_assert_eq(weir_embed_turns_ratio(&turns, 0, 1, &err), 0);
    fclose(out);
    cr_assert_eq(turns.failed, 3);
    cr_assert(!entrants[0].out && entrants[0].count == 2);
    for (int i = 1; i < 4; i++)
        cr_assert(entrants[i].out && entrants[i].count == 0);
}
