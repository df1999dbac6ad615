#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

#include "bench/peers/rounds.h"

static struct weir_rounds rounds;

static void put(bool valid, double pps, double loss)
{
    struct weir_round *round = &rounds.at[rounds.count++];
    *round = (struct weir_round){.valid = valid, .captured = -1, .dropped = 5};
    for (int i = 0; i < WEIR_ROUND_FIGURES; i++)
        round->figures[i] = NAN;
    round->figures[WEIR_ROUND_PPS] = pps;
    round->figures[WEIR_ROUND_LOSS] = loss;
}

static double pick(enum weir_round_figure figure, enum weir_rounds_pick which)
{
    return weir_rounds_pick(&rounds, figure, which);
}

Test(rounds, nothing_is_typical_of_nothing)
{
    cr_assert(isnan(pick(WEIR_ROUND_PPS, WEIR_ROUNDS_MEDIAN)));
    put(false, 3, 0);
    cr_assert(isnan(pick(WEIR_ROUND_PPS, WEIR_ROUNDS_LEAST)));
    cr_assert_eq(weir_rounds_valid(&rounds), 0);
}

Test(rounds, median_least_and_most_of_the_valid)
{
    put(true, 3, NAN);
    put(false, 1000, 1);
    put(true, 1, 0.5);
    put(true, 2, NAN);
    cr_assert_eq(weir_rounds_valid(&rounds), 3);
    cr_assert_eq(pick(WEIR_ROUND_PPS, WEIR_ROUNDS_MEDIAN), 2);
    cr_assert_eq(pick(WEIR_ROUND_PPS, WEIR_ROUNDS_LEAST), 1);
    cr_assert_eq(pick(WEIR_ROUND_PPS, WEIR_ROUNDS_MOST), 3);
    cr_assert_eq(pick(WEIR_ROUND_LOSS, WEIR_ROUNDS_MEDIAN), 0.5);
    cr_assert(isnan(pick(WEIR_ROUND_MEMORY, WEIR_ROUNDS_MOST)));
    put(true, 10, 0);
    cr_assert_eq(pick(WEIR_ROUND_PPS, WEIR_ROUNDS_MEDIAN), 2.5);
}

/* A program that was too small and too quick to be seen is not one of 0. */
Test(rounds, memory_that_nobody_saw_is_not_known)
{
    put(true, 1, NAN);
    put(true, 1, NAN);
    rounds.at[0].figures[WEIR_ROUND_MEMORY] = weir_round_memory(0);
    rounds.at[1].figures[WEIR_ROUND_MEMORY] = weir_round_memory(4096);
    cr_assert_eq(pick(WEIR_ROUND_MEMORY, WEIR_ROUNDS_LEAST), 4096);
    cr_assert_eq(pick(WEIR_ROUND_MEMORY, WEIR_ROUNDS_MEDIAN), 4096);
}

Test(rounds, as_many_as_there_can_be)
{
    for (int i = 0; i < WEIR_ROUNDS_MAX; i++)
        put(true, i, NAN);
    cr_assert_eq(pick(WEIR_ROUND_PPS, WEIR_ROUNDS_MEDIAN),
                 (WEIR_ROUNDS_MAX - 1) / 2.0);
}

Test(rounds, each_has_each_place_in_turn)
{
    enum { PEERS = 5 };
    bool had[PEERS][PEERS] = {0};
    for (size_t round = 0; round < PEERS; round++) {
        bool seen[PEERS] = {0};
        for (size_t place = 0; place < PEERS; place++) {
            size_t who = weir_rounds_turn(round, place, PEERS);
            cr_assert_lt(who, PEERS);
            cr_assert_not(seen[who]);
            cr_assert_not(had[who][place]);
            seen[who] = had[who][place] = true;
        }
    }
    cr_assert_eq(weir_rounds_turn(7, 0, 1), 0);
}

Test(rounds, a_list_keeps_the_rounds_apart)
{
    double list[4] = {9, 9, 9, 9};
    put(true, 3, NAN);
    put(false, 4, NAN);
    put(true, 5, NAN);
    weir_rounds_list(&rounds, WEIR_ROUND_PPS, list, 4);
    cr_assert_eq(list[0], 3);
    cr_assert_eq(list[1], 0);
    cr_assert_eq(list[2], 5);
    cr_assert_eq(list[3], 0);
}

Test(rounds, what_was_taken_of_few_frames_is_left_out)
{
    double list[4];
    for (int i = 0; i < 3; i++)
        put(true, i + 1, NAN);
    rounds.at[0].recorded = 1;
    rounds.at[1].recorded = 9999;
    rounds.at[2].recorded = 10000;
    weir_rounds_list(&rounds, WEIR_ROUND_PPS, list, 4);
    weir_rounds_enough(&rounds, 10000, list, 4);
    cr_assert_eq(list[0], 0);
    cr_assert_eq(list[1], 0);
    cr_assert_eq(list[2], 3);
    cr_assert_eq(list[3], 0);
}

Test(rounds, json_has_the_valid_ones_with_null_for_the_unknown)
{
    put(true, 3, NAN);
    put(false, 4, 0.5);
    put(true, 5, 0.25);
    rounds.at[2].live = true;
    json_t *list = weir_rounds_json(&rounds);
    cr_assert_eq(json_array_size(list), 2);
    const json_t *first = json_array_get(list, 0);
    cr_assert_eq(json_real_value(json_object_get(first, "pps")), 3);
    cr_assert(json_is_null(json_object_get(first, "loss_fraction")));
    cr_assert_null(json_object_get(first, "sent"));
    const json_t *live = json_array_get(list, 1);
    cr_assert_eq(json_integer_value(json_object_get(live, "says_dropped")), 5);
    cr_assert(json_is_null(json_object_get(live, "says_captured")));
    json_decref(list);
    json_t *median = weir_rounds_pick_json(&rounds, WEIR_ROUNDS_MEDIAN);
    cr_assert_eq(json_object_size(median), WEIR_ROUND_FIGURES);
    cr_assert_eq(json_real_value(json_object_get(median, "pps")), 4);
    json_decref(median);
}
