#include "bench/peers/rounds.h"

#include <math.h>
#include <stdlib.h>

const char *const weir_round_keys[WEIR_ROUND_FIGURES] = {
    [WEIR_ROUND_PPS] = "pps",
    [WEIR_ROUND_LOSS] = "loss_fraction",
    [WEIR_ROUND_CPU_NS] = "cpu_ns",
    [WEIR_ROUND_MEMORY] = "memory_bytes",
    [WEIR_ROUND_DURATION] = "duration_s",
    [WEIR_ROUND_CAPTURE] = "capture_fraction",
};

double weir_round_memory(uint64_t bytes)
{
    return bytes > 0 ? (double)bytes : NAN;
}

size_t weir_rounds_valid(const struct weir_rounds *rounds)
{
    size_t n = 0;
    for (size_t i = 0; i < rounds->count; i++)
        n += rounds->at[i].valid;
    return n;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool is_known(const struct weir_round *round,
                     enum weir_round_figure figure)
{
    return round->valid && isfinite(round->figures[figure]);
}

double weir_rounds_pick(const struct weir_rounds *rounds,
                        enum weir_round_figure figure,
                        enum weir_rounds_pick pick)
{
    double known[WEIR_ROUNDS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < rounds->count; i++)
        if (is_known(&rounds->at[i], figure))
            known[n++] = rounds->at[i].figures[figure];
    if (n == 0)
        return NAN;
    qsort(known, n, sizeof *known, by_size);
    switch (pick) {
    case WEIR_ROUNDS_LEAST:
        return known[0];
    case WEIR_ROUNDS_MOST:
        return known[n - 1];
    default:
        return (known[n / 2] + known[(n - 1) / 2]) / 2;
    }
}

void weir_rounds_list(const struct weir_rounds *rounds,
                      enum weir_round_figure figure, double *out, size_t count)
{
    for (size_t i = 0; i < count; i++)
        out[i] = i < rounds->count && is_known(&rounds->at[i], figure)
                     ? rounds->at[i].figures[figure]
                     : 0;
}

void weir_rounds_enough(const struct weir_rounds *rounds, uint64_t frames,
                        double *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (i >= rounds->count || rounds->at[i].recorded < frames)
            list[i] = 0;
}

size_t weir_rounds_turn(size_t round, size_t place, size_t count)
{
    return (round + place) % count;
}

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *count_or_null(int64_t value)
{
    return value >= 0 ? json_integer(value) : json_null();
}

static int live_add(json_t *line, const struct weir_round *round)
{
    return json_object_set_new(line, "sent",
                               json_integer((json_int_t)round->sent)) |
           json_object_set_new(line, "recorded",
                               json_integer((json_int_t)round->recorded)) |
           json_object_set_new(line, "repeated",
                               json_integer((json_int_t)round->repeated)) |
           json_object_set_new(line, "offered_pps",
                               number(round->offered_pps)) |
           json_object_set_new(line, "limited", json_boolean(round->limited)) |
           json_object_set_new(line, "says_captured",
                               count_or_null(round->captured)) |
           json_object_set_new(line, "says_dropped",
                               count_or_null(round->dropped)) |
           json_object_set_new(line, "job_cpu_ns", number(round->job_cpu_ns)) |
           json_object_set_new(line, "quiet_s", number(round->quiet_s));
}

static json_t *round_json(const struct weir_round *round)
{
    json_t *line = json_object();
    int bad = 0;
    for (int i = 0; i < WEIR_ROUND_FIGURES; i++)
        bad |= json_object_set_new(line, weir_round_keys[i],
                                   number(round->figures[i]));
    if (round->live)
        bad |= live_add(line, round);
    if (round->flows > 0)
        bad |= json_object_set_new(line, "flows",
                                   json_integer((json_int_t)round->flows)) |
               json_object_set_new(line, "flow_bytes",
                                   json_integer((json_int_t)round->flow_bytes));
    if (bad == 0)
        return line;
    json_decref(line);
    return NULL;
}

json_t *weir_rounds_json(const struct weir_rounds *rounds)
{
    json_t *list = json_array();
    for (size_t i = 0; i < rounds->count; i++)
        if (rounds->at[i].valid &&
            json_array_append_new(list, round_json(&rounds->at[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

json_t *weir_rounds_pick_json(const struct weir_rounds *rounds,
                              enum weir_rounds_pick pick)
{
    json_t *line = json_object();
    int bad = 0;
    for (int i = 0; i < WEIR_ROUND_FIGURES; i++)
        bad |= json_object_set_new(
            line, weir_round_keys[i],
            number(weir_rounds_pick(rounds, (enum weir_round_figure)i, pick)));
    if (bad == 0)
        return line;
    json_decref(line);
    return NULL;
}
