#include "pipeline/branch.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "ring/bell.h"
#include "ring/stop.h"

#define PARCELS 2

static struct weir_stop stop, abandon;
static struct weir_bell outlet_bell, stats_bell;
static struct weir_err err;
static struct weir_branch *branch;
static struct weir_branch_feed *feeds[2];

/* What the branch was called with. */
static const struct weir_parcel *taken[8];
static uint32_t taken_count;
static uint32_t fail_at;
static uint32_t finished;
static int finish_error;

static int take(void *context, const struct weir_parcel *parcel,
                struct weir_err *text)
{
    cr_assert_eq(context, &taken);
    cr_assert_eq(finished, 0);
    if (taken_count == fail_at)
        return weir_err_set(text, -ENOSPC, "no room");
    taken[taken_count++] = parcel;
    return 0;
}

static int finish(void *context, struct weir_err *text)
{
    (void)text;
    cr_assert_eq(context, &taken);
    finished++;
    return finish_error;
}

static void begin(void)
{
    cr_assert_eq(weir_stop_open(&stop, &err), 0);
    cr_assert_eq(weir_stop_open(&abandon, &err), 0);
    cr_assert_eq(weir_bell_open(&outlet_bell, false, &err), 0);
    cr_assert_eq(weir_bell_open(&stats_bell, false, &err), 0);
    taken_count = 0;
    fail_at = UINT32_MAX;
    finished = 0;
    finish_error = 0;
}

static void end(void)
{
    weir_branch_close(branch);
    weir_bell_close(&stats_bell);
    weir_bell_close(&outlet_bell);
    weir_stop_close(&abandon);
    weir_stop_close(&stop);
}

TestSuite(branch, .init = begin, .fini = end);

static void open_branch(enum weir_branch_full when_full, bool ends_all)
{
    const struct weir_branch_config config = {.name = "mine",
                                              .take = take,
                                              .finish = finish,
                                              .context = &taken,
                                              .when_full = when_full,
                                              .ends_all = ends_all,
                                              .parcels = PARCELS};
    const struct weir_branch_scope scope = {.stop = &stop,
                                            .abandon = &abandon,
                                            .stats_bell = &stats_bell,
                                            .outlets_max = 2,
                                            .branches = 1};
    cr_assert_eq(weir_branch_check(&config, 1, &err), 0);
    cr_assert_eq(weir_branch_open(&branch, &config, &scope, &err), 0);
    for (int i = 0; i < 2; i++)
        cr_assert_eq(
            weir_branch_feed_add(branch, &outlet_bell, &feeds[i], &err), 0);
}

static struct weir_sum sum_of(const struct weir_parcel *parcel)
{
    return (struct weir_sum){.frames = parcel->frames,
                             .bytes = parcel->wire_bytes};
}

/* As an outlet does.  Returns whether the branch got it. */
static bool offer(int feed, struct weir_parcel *parcel)
{
    cr_assert(weir_branch_feed_ready(feeds[feed]));
    if (!weir_branch_feed_offer(feeds[feed], sum_of(parcel)))
        return false;
    weir_branch_feed_put(feeds[feed], parcel);
    return true;
}

static void end_feeds(void)
{
    weir_branch_feed_end(feeds[0]);
    weir_branch_feed_end(feeds[1]);
    while (weir_branch_step(branch) != WEIR_STEP_ENDED)
        continue;
    for (int i = 0; i < 2; i++) {
        while (weir_branch_feed_back(feeds[i]) != NULL)
            continue;
        cr_assert(weir_branch_feed_ended(feeds[i]));
    }
    cr_assert_eq(finished, 1);
}

static struct weir_branch_counts counts(void)
{
    struct weir_branch_counts c;
    weir_branch_counts(branch, &c);
    cr_assert(weir_branch_holds(&c));
    return c;
}

static struct weir_parcel a = {.frames = 1, .wire_bytes = 100};
static struct weir_parcel b = {.frames = 10, .wire_bytes = 1000};
static struct weir_parcel c = {.frames = 100, .wire_bytes = 10000};

Test(branch, takes_parcels_in_their_order_and_gives_them_back)
{
    open_branch(WEIR_BRANCH_WAIT, false);
    cr_assert_eq(weir_branch_step(branch), WEIR_STEP_IDLE);
    cr_assert(offer(0, &a));
    cr_assert(offer(0, &b));
    cr_assert_eq(counts().in_flight.frames, 11);
    cr_assert_null(weir_branch_feed_back(feeds[0]));
    cr_assert_eq(weir_branch_step(branch), WEIR_STEP_WORKED);
    cr_assert_eq(weir_branch_step(branch), WEIR_STEP_WORKED);
    cr_assert_eq(weir_branch_step(branch), WEIR_STEP_IDLE);
    cr_assert_eq(taken[0], &a);
    cr_assert_eq(taken[1], &b);
    cr_assert_eq(weir_branch_feed_back(feeds[0]), &a);
    cr_assert_eq(weir_branch_feed_back(feeds[0]), &b);
    end_feeds();
    cr_assert_eq(counts().taken.bytes, 1100);
    const struct weir_branch_counts all = counts();
    cr_assert(weir_branch_balanced(&all, 11));
    cr_assert_not(weir_branch_balanced(&all, 12));
    cr_assert_eq(weir_branch_error(branch, &err), 0);
}

Test(branch, the_end_comes_behind_the_last_parcel_of_every_outlet)
{
    open_branch(WEIR_BRANCH_WAIT, false);
    cr_assert(offer(0, &a));
    weir_branch_feed_end(feeds[0]);
    cr_assert_eq(weir_branch_step(branch), WEIR_STEP_WORKED);
    cr_assert_eq(weir_branch_step(branch), WEIR_STEP_IDLE);
    cr_assert(offer(1, &b));
    cr_assert_not(weir_branch_feed_ended(feeds[0]));
    end_feeds();
    cr_assert_eq(taken_count, 2);
    cr_assert_eq(weir_branch_step(branch), WEIR_STEP_ENDED);
    cr_assert_eq(finished, 1);
}

Test(branch, outlets_have_their_turn)
{
    open_branch(WEIR_BRANCH_WAIT, false);
    cr_assert(offer(0, &a));
    cr_assert(offer(0, &b));
    cr_assert(offer(1, &c));
    for (int i = 0; i < 3; i++)
        cr_assert_eq(weir_branch_step(branch), WEIR_STEP_WORKED);
    cr_assert_eq(taken[0], &a);
    cr_assert_eq(taken[1], &c);
    cr_assert_eq(taken[2], &b);
    end_feeds();
}

Test(branch, one_that_is_waited_for_is_ready_when_a_parcel_is_back)
{
    open_branch(WEIR_BRANCH_WAIT, false);
    cr_assert(offer(0, &a));
    cr_assert(offer(0, &b));
    cr_assert_not(weir_branch_feed_ready(feeds[0]));
    cr_assert(weir_branch_feed_ready(feeds[1]), "each outlet has its own");
    cr_assert_eq(weir_branch_step(branch), WEIR_STEP_WORKED);
    cr_assert_not(weir_branch_feed_ready(feeds[0]));
    cr_assert_eq(weir_branch_feed_back(feeds[0]), &a);
    cr_assert(weir_branch_feed_ready(feeds[0]));
    end_feeds();
}

Test(branch, one_that_is_not_waited_for_is_skipped_to_the_frame)
{
    open_branch(WEIR_BRANCH_SKIP, false);
    cr_assert(offer(0, &a));
    cr_assert(offer(0, &b));
    cr_assert_not(offer(0, &c));
    cr_assert_eq(counts().skipped.frames, 100);
    cr_assert_eq(counts().skipped.bytes, 10000);
    cr_assert_eq(weir_branch_step(branch), WEIR_STEP_WORKED);
    cr_assert_eq(weir_branch_feed_back(feeds[0]), &a);
    cr_assert(offer(0, &c));
    end_feeds();
    const struct weir_branch_counts all = counts();
    cr_assert(weir_branch_balanced(&all, 211));
    cr_assert_eq(all.taken.frames, 111);
}

Test(branch, an_error_ends_it_alone_and_is_told)
{
    open_branch(WEIR_BRANCH_WAIT, false);
    fail_at = 1;
    cr_assert(offer(0, &a));
    cr_assert(offer(0, &b));
    cr_assert(offer(1, &c));
    cr_assert_not(weir_branch_feed_over(feeds[0]));
    cr_assert_eq(weir_branch_step(branch), WEIR_STEP_WORKED);
    cr_assert_not(weir_branch_notice(branch, &err));
    cr_assert_eq(weir_branch_step(branch), WEIR_STEP_WORKED);
    cr_assert(weir_branch_feed_over(feeds[0]));
    cr_assert(weir_branch_feed_ready(feeds[0]), "nobody waits for it");
    cr_assert_not(offer(0, &c));
    cr_assert_not(weir_branch_noticed(branch));
    cr_assert(weir_branch_notice(branch, &err));
    cr_assert_str_eq(err.text, "sink mine: no room; the recording goes on "
                               "without it");
    cr_assert_not(weir_stop_is_set(&stop));
    end_feeds();
    cr_assert_eq(taken_count, 1);
    const struct weir_branch_counts all = counts();
    cr_assert(weir_branch_balanced(&all, 211));
    cr_assert_eq(all.taken.frames, 1);
    cr_assert_eq(all.given_up.frames, 210);
    cr_assert_eq(weir_branch_error(branch, &err), -ENOSPC);
    cr_assert_str_eq(err.text, "sink mine: no room");
    cr_assert(weir_branch_noticed(branch));
}

Test(branch, an_error_ends_the_recording_if_it_is_to)
{
    open_branch(WEIR_BRANCH_WAIT, true);
    fail_at = 0;
    cr_assert(offer(0, &a));
    cr_assert_eq(weir_branch_step(branch), WEIR_STEP_WORKED);
    cr_assert(weir_stop_is_set(&stop));
    end_feeds();
    cr_assert_not(weir_branch_notice(branch, &err));
    cr_assert(weir_branch_noticed(branch));
}

Test(branch, an_error_of_the_end_counts_and_one_without_a_text_gets_one)
{
    open_branch(WEIR_BRANCH_WAIT, false);
    finish_error = -EIO;
    end_feeds();
    cr_assert_eq(weir_branch_error(branch, &err), -EIO);
    cr_assert_str_eq(err.text, "sink mine: Input/output error");
}

Test(branch, abandoned_it_gives_up_what_it_has_not_taken)
{
    open_branch(WEIR_BRANCH_WAIT, false);
    cr_assert(offer(0, &a));
    cr_assert(offer(0, &b));
    cr_assert_eq(weir_branch_step(branch), WEIR_STEP_WORKED);
    cr_assert_not(weir_branch_feed_ready(feeds[0]));
    weir_stop_set(&abandon);
    cr_assert(weir_branch_feed_ready(feeds[0]), "nobody waits for it");
    cr_assert_not(offer(0, &c));
    end_feeds();
    cr_assert_eq(taken_count, 1);
    const struct weir_branch_counts all = counts();
    cr_assert(weir_branch_balanced(&all, 111));
    cr_assert_eq(all.given_up.frames, 110);
    cr_assert_eq(all.given_up.bytes, 11000);
    cr_assert_eq(weir_branch_error(branch, &err), 0);
}

Test(branch, holds_its_part_of_a_lanes_leases)
{
    struct weir_branch_config config = {.name = "mine", .take = take};
    struct weir_branch_scope scope = {.stop = &stop,
                                      .abandon = &abandon,
                                      .stats_bell = &stats_bell,
                                      .outlets_max = 2,
                                      .branches = 1};
    cr_assert_eq(weir_branch_open(&branch, &config, &scope, &err), 0);
    cr_assert_eq(weir_branch_feed_add(branch, &outlet_bell, feeds, &err), 0);
    cr_assert_eq(weir_branch_feed_leases(feeds[0], 12), 3);
    cr_assert_eq(weir_branch_feed_parcels(feeds[0]), WEIR_BRANCH_PARCELS);
    weir_branch_close(branch);
    scope.branches = 5;
    cr_assert_eq(weir_branch_open(&branch, &config, &scope, &err), 0);
    cr_assert_eq(weir_branch_feed_add(branch, &outlet_bell, feeds, &err), 0);
    cr_assert_eq(weir_branch_feed_leases(feeds[0], 40), 2);
    weir_branch_close(branch);
    scope.branches = 3;
    cr_assert_eq(weir_branch_open(&branch, &config, &scope, &err), 0);
    cr_assert_eq(weir_branch_feed_add(branch, &outlet_bell, feeds, &err), 0);
    cr_assert_eq(weir_branch_feed_leases(feeds[0], 12), 1, "a quarter of all");
    weir_branch_close(branch);
    config.leases_percent = 50;
    cr_assert_eq(weir_branch_open(&branch, &config, &scope, &err), 0);
    cr_assert_eq(weir_branch_feed_add(branch, &outlet_bell, feeds, &err), 0);
    cr_assert_eq(weir_branch_feed_leases(feeds[0], 13), 6);
}

/* It would stop the ring of a recording that is not to feel it. */
Test(branch, one_that_is_not_waited_for_holds_no_lease_of_a_ring)
{
    open_branch(WEIR_BRANCH_SKIP, false);
    cr_assert_not(weir_branch_feed_borrows(feeds[0], true));
    cr_assert(weir_branch_feed_borrows(feeds[0], false));
}

Test(branch, what_cannot_be_is_refused)
{
    struct weir_branch_config configs[WEIR_BRANCHES_MAX + 1];
    for (int i = 0; i <= WEIR_BRANCHES_MAX; i++)
        configs[i] = (struct weir_branch_config){.name = "s", .take = take};
    cr_assert_eq(weir_branch_check(NULL, 0, &err), 0);
    cr_assert_eq(weir_branch_check(configs, WEIR_BRANCHES_MAX, &err), 0);
    cr_assert_eq(weir_branch_check(configs, WEIR_BRANCHES_MAX + 1, &err),
                 -EINVAL);
    configs[1].leases_percent = 26;
    configs[2].leases_percent = 25;
    cr_assert_eq(weir_branch_check(configs, 2, &err), 0);
    cr_assert_eq(weir_branch_check(configs, 3, &err), -EINVAL);
    configs[1].leases_percent = UINT32_MAX;
    cr_assert_eq(weir_branch_check(configs, 2, &err), -EINVAL);
    configs[0].parcels = WEIR_BRANCH_PARCELS_MAX + 1;
    cr_assert_eq(weir_branch_check(configs, 1, &err), -EINVAL);
    configs[0].parcels = 1;
    configs[0].take = NULL;
    cr_assert_eq(weir_branch_check(configs, 1, &err), -EINVAL);
    configs[0].take = take;
    configs[0].name = NULL;
    cr_assert_eq(weir_branch_check(configs, 1, &err), -EINVAL);
}
