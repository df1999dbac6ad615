#include "bench/limit/search_interval.h"

#include <math.h>
#include <stddef.h>

/* Two trials that agree decide, of three at most. */
#define AGREEING 2

int search_longest(const struct weir_search_load *load)
{
    return load->trials[LONG] > 0 ? LONG : SHORT;
}

bool search_is_good(const struct weir_search_load *load, uint32_t goal)
{
    int kind = search_longest(load);
    return load->failures[goal][kind] * 2 < load->trials[kind];
}

bool search_is_confirmed(const struct weir_search_load *load, uint32_t goal)
{
    return search_longest(load) == LONG && search_is_good(load, goal);
}

bool search_is_open(const struct weir_search_load *load, uint32_t goal)
{
    int kind = search_longest(load);
    uint32_t failures = load->failures[goal][kind];
    return failures > 0 && failures < AGREEING &&
           load->trials[kind] - failures < AGREEING;
}

bool search_is_misled(const struct weir_search *s, uint32_t goal)
{
    for (size_t i = 0; i < s->loads_count; i++) {
        const struct weir_search_load *load = &s->loads[i];
        if (load->trials[LONG] > 0 && !search_is_good(load, goal) &&
            load->failures[goal][SHORT] * 2 < load->trials[SHORT])
            return true;
    }
    return false;
}

/* A bad load below one that was confirmed to be good was a hiccup. */
struct search_interval search_interval_find(const struct weir_search *s,
                                            uint32_t goal)
{
    struct search_interval between = {NULL, NULL};
    double confirmed = 0;
    for (size_t i = 0; i < s->loads_count; i++)
        if (search_is_confirmed(&s->loads[i], goal))
            confirmed = fmax(confirmed, s->loads[i].pps);
    for (size_t i = 0; i < s->loads_count; i++) {
        const struct weir_search_load *load = &s->loads[i];
        if (!search_is_good(load, goal) && load->pps > confirmed &&
            (between.high == NULL || load->pps < between.high->pps))
            between.high = load;
    }
    for (size_t i = 0; i < s->loads_count; i++) {
        const struct weir_search_load *load = &s->loads[i];
        if (search_is_good(load, goal) &&
            (between.high == NULL || load->pps < between.high->pps) &&
            (between.low == NULL || load->pps > between.low->pps))
            between.low = load;
    }
    return between;
}
