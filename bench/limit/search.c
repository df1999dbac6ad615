#include "bench/limit/search.h"

#include <math.h>

#include "base/assert.h"
#include "bench/limit/search_interval.h"

/* A tenth of PDR's usual loss: this little may be a hiccup of the host. */
#define SLIGHT_LOSS 0.0005

/* So far below the load that was asked for, the generator was not there. */
#define REACHED 0.98

/* And each has to take a quarter of the interval away: where a host loses a
 * little over a wide range, what got through tells little. */
#define GUESSES_MAX 2

/* Less than a whole interval: the next step goes to the middle anyway. */
#define STEPS_MAX 16
#define STEP_MOST 0.5

struct weir_search_config weir_search_defaults(void)
{
    return (struct weir_search_config){
        .short_ns = INT64_C(2000000000),
        .long_ns = INT64_C(10000000000),
        .width = 0.02,
        .pdr_loss = 0.005,
        .trials_max = 60,
        .voids_max = 3,
        .total_ns = INT64_C(900000000000),
        .least_pps = 1000,
    };
}

void weir_search_open(struct weir_search *search,
                      const struct weir_search_config *config)
{
    *search = (struct weir_search){.config = *config};
    WEIR_ASSERT(config->short_ns > 0 && config->long_ns > 0);
    WEIR_ASSERT(config->width > 0 && config->width < 1);
    WEIR_ASSERT(config->trials_max >= 1 && config->least_pps >= 1);
    if (search->config.trials_max > WEIR_SEARCH_TRIALS_MAX)
        search->config.trials_max = WEIR_SEARCH_TRIALS_MAX;
    if (config->rfc2544)
        search->config.pdr_loss = 0;
}

static void ask(struct weir_search *s, uint64_t load_pps, bool is_long,
                enum weir_search_why why)
{
    s->asked = (struct weir_search_ask){
        .load_pps = load_pps,
        .duration_ns = is_long ? s->config.long_ns : s->config.short_ns,
        .why = why,
        .pdr = s->goal == PDR,
    };
}

static bool ask_new(struct weir_search *s, double pps, enum weir_search_why why)
{
    if (s->unreachable > 0 && pps >= s->unreachable)
        return false;
    double least = (double)s->config.least_pps;
    ask(s, pps < least ? s->config.least_pps : (uint64_t)llround(pps),
        s->config.rfc2544 || s->misled, why);
    return true;
}

static bool ask_again(struct weir_search *s,
                      const struct weir_search_load *load, bool is_long,
                      enum weir_search_why why)
{
    ask(s, load->asked_pps, is_long, why);
    return true;
}

/* The load at which as much gets through as did when it was too high, and
 * half the interval less, so that its lower end is likely to be good. */
static double guess(const struct weir_search *s,
                    const struct search_interval *between)
{
    double loss = s->goal == PDR ? s->config.pdr_loss : 0;
    return between->high->received_pps / (1 - loss) * (1 - s->config.width / 2);
}

/* Just less than the width, so that one step can close the interval. */
static double step(struct weir_search *s)
{
    double wide = s->config.width * 0.98 * (double)(UINT64_C(1) << s->steps);
    if (s->steps < STEPS_MAX)
        s->steps++;
    return fmin(wide, STEP_MOST);
}

/* Nothing was good yet: downwards. */
static bool narrow_down(struct weir_search *s,
                        const struct search_interval *between)
{
    double high = between->high->pps;
    double best = guess(s, between);
    if (high <= (double)s->config.least_pps)
        return false;
    if (s->guesses == 0 && best < high * (1 - s->config.width / 2)) {
        s->guesses++;
        return ask_new(s, best, WEIR_SEARCH_GUESS);
    }
    double next = high * (1 - step(s));
    if (best < next)
        return ask_new(s, best, WEIR_SEARCH_GUESS);
    return ask_new(s, next, WEIR_SEARCH_NARROW);
}

static bool narrow(struct weir_search *s, const struct search_interval *between)
{
    if (between->low == NULL)
        return narrow_down(s, between);
    double low = between->low->pps, high = between->high->pps;
    double middle = (low + high) / 2;
    double best = guess(s, between);
    bool reached = s->unreachable == 0 || best < s->unreachable;
    if (reached && s->guesses < GUESSES_MAX &&
        best > low * (1 + s->config.width / 2) && best < (high + middle) / 2) {
        s->guesses++;
        return ask_new(s, best, WEIR_SEARCH_GUESS);
    }
    bool from_low = &s->loads[s->last] == between->low;
    double wide = step(s);
    return ask_new(s,
                   from_low ? fmin(low / (1 - wide), middle)
                            : fmax(high * (1 - wide), middle),
                   WEIR_SEARCH_NARROW);
}

/* A long trial lost a little, which may not happen again.  What a short one
 * lost is tried again only if it is the upper end of the last interval. */
static const struct weir_search_load *find_slight(const struct weir_search *s)
{
    for (size_t i = 0; i < s->loads_count; i++)
        if (s->loads[i].slight && search_longest(&s->loads[i]) == LONG &&
            search_is_open(&s->loads[i], s->goal))
            return &s->loads[i];
    return NULL;
}

static bool ask_about_high(struct weir_search *s,
                           const struct weir_search_load *high)
{
    if (s->config.rfc2544)
        return search_longest(high) == SHORT &&
               ask_again(s, high, true, WEIR_SEARCH_CONFIRM);
    return search_is_open(high, s->goal) &&
           ask_again(s, high, search_longest(high) == LONG, WEIR_SEARCH_AGAIN);
}

/* Long trials know of another limit than short ones: what those have shown of
 * it is used up. */
static void begin_anew(struct weir_search *s, bool misled)
{
    if (misled != s->misled) {
        s->guesses = 0;
        s->steps = 0;
    }
    s->misled = misled;
}

/* What the goal needs next; false: nothing. */
static bool ask_for_goal(struct weir_search *s)
{
    begin_anew(s, search_is_misled(s, s->goal));
    const struct weir_search_load *slight = find_slight(s);
    if (slight != NULL && !s->config.rfc2544)
        return ask_again(s, slight, true, WEIR_SEARCH_AGAIN);
    struct search_interval between = search_interval_find(s, s->goal);
    if (between.high != NULL) {
        double low = between.low == NULL ? 0 : between.low->pps;
        if (low < between.high->pps * (1 - s->config.width) &&
            narrow(s, &between))
            return true;
    }
    if (between.low != NULL && !search_is_confirmed(between.low, s->goal))
        return ask_again(s, between.low, true, WEIR_SEARCH_CONFIRM);
    return between.high != NULL && ask_about_high(s, between.high);
}

static bool is_exhausted(struct weir_search *s)
{
    if (s->trials >= s->config.trials_max)
        s->end = WEIR_SEARCH_TRIALS;
    else if (s->config.total_ns > 0 && s->spent_ns >= s->config.total_ns)
        s->end = WEIR_SEARCH_TIME;
    return s->end != WEIR_SEARCH_RUNNING;
}

static bool ask_next(struct weir_search *s)
{
    if (is_exhausted(s))
        return false;
    if (s->loads_count == 0) {
        ask(s, 0, false, WEIR_SEARCH_FULL_SPEED);
        return true;
    }
    if (ask_for_goal(s))
        return true;
    if (s->goal == NDR && s->config.pdr_loss > 0) {
        s->goal = PDR;
        s->guesses = 0;
        s->steps = 0;
        if (ask_for_goal(s))
            return true;
    }
    s->end = WEIR_SEARCH_DONE;
    return false;
}

bool weir_search_next(struct weir_search *search, struct weir_search_ask *ask)
{
    if (search->end != WEIR_SEARCH_RUNNING)
        return false;
    if (search->asked.duration_ns == 0 && !ask_next(search))
        return false;
    *ask = search->asked;
    return true;
}

static struct weir_search_load *
load_of(struct weir_search *s, const struct weir_search_result *r, int kind)
{
    double pps = r->offered_pps;
    bool reached =
        s->asked.load_pps > 0 &&
        (!r->generator_limited || pps >= (double)s->asked.load_pps * REACHED);
    if (reached)
        pps = (double)s->asked.load_pps;
    for (size_t i = 0; i < s->loads_count; i++) {
        struct weir_search_load *load = &s->loads[i];
        if (load->asked_pps != s->asked.load_pps)
            continue;
        /* What was offered at full speed for a moment is soon forgotten. */
        bool first_long = kind == LONG && load->trials[LONG] == 0;
        load->pps = first_long ? pps : fmin(load->pps, pps);
        s->last = i;
        return load;
    }
    if (!reached && s->asked.load_pps > 0)
        s->unreachable = s->unreachable == 0
                             ? (double)s->asked.load_pps
                             : fmin(s->unreachable, (double)s->asked.load_pps);
    s->last = s->loads_count++;
    s->loads[s->last] =
        (struct weir_search_load){.asked_pps = s->asked.load_pps, .pps = pps};
    return &s->loads[s->last];
}

static void put_void(struct weir_search *s)
{
    s->voids++;
    s->voids_in_row++;
    if (s->voids_in_row > s->config.voids_max)
        s->end = WEIR_SEARCH_VOIDS;
    else if (!is_exhausted(s))
        s->asked.why = WEIR_SEARCH_VOID_AGAIN;
}

void weir_search_put(struct weir_search *search,
                     const struct weir_search_result *result)
{
    WEIR_ASSERT(search->end == WEIR_SEARCH_RUNNING);
    WEIR_ASSERT(search->asked.duration_ns > 0);
    WEIR_ASSERT(result->lost <= result->sent);
    search->trials++;
    search->spent_ns += search->asked.duration_ns;
    if (!result->valid || result->sent == 0 || !(result->offered_pps > 0)) {
        put_void(search);
        return;
    }
    search->voids_in_row = 0;
    int kind =
        search->asked.duration_ns == search->config.long_ns ? LONG : SHORT;
    struct weir_search_load *load = load_of(search, result, kind);
    double loss = (double)result->lost / (double)result->sent;
    load->trials[kind]++;
    load->failures[NDR][kind] += result->lost > 0;
    load->failures[PDR][kind] += loss > search->config.pdr_loss;
    if (result->lost > 0) {
        load->received_pps = result->offered_pps * (1 - loss);
        load->slight = loss < SLIGHT_LOSS;
    }
    search->asked.duration_ns = 0;
}

static struct weir_search_goal goal_of(const struct weir_search *s,
                                       uint32_t goal)
{
    struct search_interval between = search_interval_find(s, goal);
    struct weir_search_goal out = {0};
    if (between.high != NULL)
        out.above_pps = between.high->pps;
    if (between.low == NULL)
        return out;
    out.found = true;
    out.confirmed = search_is_confirmed(between.low, goal);
    out.generator_limited = between.high == NULL;
    out.pps = between.low->pps;
    if (between.high != NULL)
        out.width_fraction = 1 - out.pps / out.above_pps;
    return out;
}

struct weir_search_goal weir_search_ndr(const struct weir_search *search)
{
    return goal_of(search, NDR);
}

struct weir_search_goal weir_search_pdr(const struct weir_search *search)
{
    return search->config.pdr_loss > 0 ? goal_of(search, PDR)
                                       : (struct weir_search_goal){0};
}

uint32_t weir_search_hiccups(const struct weir_search *search)
{
    uint32_t count = 0;
    double ndr = weir_search_ndr(search).pps;
    for (size_t i = 0; i < search->loads_count; i++) {
        const struct weir_search_load *load = &search->loads[i];
        uint32_t failures =
            load->failures[NDR][SHORT] + load->failures[NDR][LONG];
        count += failures > 0 && load->pps <= ndr;
    }
    return count;
}
