#include <criterion/criterion.h>

#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "bench/peers/rounds.h"
#include "bench/peers/tally.h"

static struct weir_peers_tally tally;
static struct weir_err err;

static const struct weir_peer *peer_of(enum weir_peer_task task,
                                       const char *name)
{
    for (size_t i = 0; i < weir_peers_count; i++)
        if (weir_peers[i].task == task && strcmp(weir_peers[i].name, name) == 0)
            return &weir_peers[i];
    cr_assert_fail("no peer %s", name);
    return NULL;
}

/* A row of three rounds. */
static void put(enum weir_peer_task task, const char *name, size_t valid)
{
    static struct weir_rounds rounds;
    rounds.count = 3;
    for (size_t i = 0; i < 3; i++)
        rounds.at[i].valid = i >= 3 - valid;
    weir_tally_put(&tally, peer_of(task, name), &rounds);
}

static int judge(bool live, bool copy, bool count)
{
    const bool tasks[WEIR_PEER_TASKS] = {[WEIR_PEER_LIVE] = live,
                                         [WEIR_PEER_COPY] = copy,
                                         [WEIR_PEER_COUNT] = count};
    return weir_tally_judge(&tally, tasks, &err);
}

Test(tally, good_rounds_are_a_success)
{
    put(WEIR_PEER_COUNT, "capinfos", 3);
    put(WEIR_PEER_COUNT, "weir", 3);
    cr_assert_eq(judge(false, false, true), 0);
}

Test(tally, void_rounds_beside_good_ones_are_no_failure)
{
    put(WEIR_PEER_COUNT, "capinfos", 1);
    put(WEIR_PEER_COUNT, "weir", 2);
    cr_assert_eq(judge(false, false, true), 0);
}

/* In one row none was good, in another one was. */
Test(tally, rows_of_a_task_count_together)
{
    put(WEIR_PEER_COUNT, "capinfos", 0);
    put(WEIR_PEER_COUNT, "weir", 3);
    cr_assert_eq(judge(false, false, true), -EIO);
    put(WEIR_PEER_COUNT, "capinfos", 1);
    cr_assert_eq(judge(false, false, true), 0);
}

Test(tally, peers_without_a_good_round_are_named)
{
    put(WEIR_PEER_COPY, "tcpdump", 0);
    put(WEIR_PEER_COPY, "weir", 3);
    put(WEIR_PEER_LIVE, "tcpdump", 3);
    put(WEIR_PEER_COUNT, "capinfos", 0);
    put(WEIR_PEER_COUNT, "weir", 3);
    cr_assert_eq(judge(true, true, true), -EIO);
    cr_assert_str_eq(err.text, "failed in every round: tcpdump (copy), "
                               "capinfos (count)");
}

Test(tally, tasks_without_a_figure_are_named)
{
    put(WEIR_PEER_COPY, "weir", 3);
    cr_assert_eq(judge(true, true, true), -EIO);
    cr_assert_str_eq(err.text, "nothing was measured of live, count");
    cr_assert_eq(judge(false, true, false), 0);
    put(WEIR_PEER_COUNT, "weir", 0);
    cr_assert_eq(judge(true, true, true), -EIO);
    cr_assert_str_eq(err.text, "nothing was measured of live, count; failed "
                               "in every round: weir (count)");
}

Test(tally, all_of_them_are_told_as_far_as_there_is_room)
{
    for (size_t i = 0; i < weir_peers_count; i++)
        put(weir_peers[i].task, weir_peers[i].name, 0);
    cr_assert_eq(judge(true, true, true), -EIO);
    cr_assert_not_null(strstr(err.text, "failed in every round: tcpdump "
                                        "(live), dumpcap (live)"));
}
