#include "pipeline/branch.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "ring/bell.h"
#include "ring/counter.h"
#include "ring/link.h"
#include "ring/stop.h"

struct sum_cell {
    struct weir_counter frames;
    struct weir_counter bytes;
};

struct feed_cells {
    struct sum_cell delivered;
    struct sum_cell skipped;
    struct sum_cell given_up;
    struct sum_cell put;
};

struct branch_cells {
    struct sum_cell taken;
    struct sum_cell given_up;
    struct sum_cell popped;
};

/* The outlet's, but for the ends of the links. */
struct weir_branch_feed {
    _Alignas(WEIR_CACHE_PAIR) struct feed_cells cells;
    struct weir_branch *branch;
    struct weir_link *parcels; /* to the branch */
    struct weir_link *back;
    uint32_t out;
};

struct weir_branch {
    _Alignas(WEIR_CACHE_PAIR) struct branch_cells cells;
    _Alignas(WEIR_CACHE_PAIR) struct weir_bell bell;
    struct weir_branch_config config;
    struct weir_branch_scope scope;
    _Atomic bool failed; /* by [b]; outlets look */
    bool ended;
    int error;
    struct weir_err err;
    struct weir_err notice;
    struct weir_link *notices; /* at most that one, to stats */
    uint32_t turn;             /* the feed that is looked at first */
    uint32_t feeds_count;
    struct weir_branch_feed feeds[];
};

static void count(struct sum_cell *cell, struct weir_sum what)
{
    weir_counter_add(&cell->bytes, what.bytes);
    weir_counter_add(&cell->frames, what.frames);
}

static void add_cell(struct weir_sum *into, const struct sum_cell *cell)
{
    into->frames += weir_counter_read(&cell->frames);
    into->bytes += weir_counter_read(&cell->bytes);
}

/* Of so many branches. */
static uint64_t leases_percent(const struct weir_branch_config *config,
                               uint32_t branches)
{
    return config->leases_percent != 0
               ? (uint64_t)config->leases_percent * branches
               : WEIR_BRANCH_LEASES_PERCENT;
}

int weir_branch_check(const struct weir_branch_config *configs, uint32_t n,
                      struct weir_err *err)
{
    uint64_t percent = 0;
    if (n > WEIR_BRANCHES_MAX)
        return weir_err_set(err, -EINVAL,
                            "%u sinks beside the writer: %d are possible", n,
                            WEIR_BRANCHES_MAX);
    for (uint32_t i = 0; i < n; i++) {
        const struct weir_branch_config *c = &configs[i];
        if (c->name == NULL || c->take == NULL)
            return weir_err_set(err, -EINVAL,
                                "sink %u has no name or no function", i);
        if (c->parcels > WEIR_BRANCH_PARCELS_MAX)
            return weir_err_set(err, -EINVAL,
                                "sink %s: %u parcels: %d are possible", c->name,
                                c->parcels, WEIR_BRANCH_PARCELS_MAX);
        percent += leases_percent(c, n);
        if (percent > (uint64_t)n * WEIR_BRANCH_LEASES_PERCENT_MAX)
            return weir_err_set(
                err, -EINVAL,
                "sink %s: more than %d %% of the leases for all sinks together",
                c->name, WEIR_BRANCH_LEASES_PERCENT_MAX);
    }
    return 0;
}

int weir_branch_open(struct weir_branch **out,
                     const struct weir_branch_config *config,
                     const struct weir_branch_scope *scope,
                     struct weir_err *err)
{
    size_t bytes = sizeof(struct weir_branch) +
                   scope->outlets_max * sizeof(struct weir_branch_feed);
    struct weir_branch *branch = aligned_alloc(WEIR_CACHE_PAIR, bytes);
    if (branch == NULL)
        return weir_err_sys(err, -ENOMEM, "sink %s", config->name);
    memset(branch, 0, bytes);
    branch->config = *config;
    branch->scope = *scope;
    if (config->parcels == 0)
        branch->config.parcels = WEIR_BRANCH_PARCELS;
    int ret = weir_bell_open(&branch->bell, false, err);
    if (ret == 0)
        ret = weir_link_open(&branch->notices, 1, scope->stats_bell, err);
    if (ret < 0) {
        weir_branch_close(branch);
        return ret;
    }
    *out = branch;
    return 0;
}

void weir_branch_close(struct weir_branch *branch)
{
    if (branch == NULL)
        return;
    for (uint32_t i = 0; i < branch->feeds_count; i++) {
        weir_link_close(branch->feeds[i].parcels);
        weir_link_close(branch->feeds[i].back);
    }
    while (branch->notices != NULL && weir_link_pop(branch->notices) != NULL)
        continue;
    weir_link_close(branch->notices);
    weir_bell_close(&branch->bell);
    free(branch);
}

/* Keeps the first error, and does what it is to do. */
static void fail(struct weir_branch *branch, int error,
                 const struct weir_err *err)
{
    const struct weir_branch_config *config = &branch->config;
    if (branch->error != 0)
        return;
    /* Whatever it says, it has failed. */
    error = error < 0 ? error : -EINVAL;
    branch->error = error;
    if (err->text[0] == '\0')
        weir_err_sys(&branch->err, error, "sink %s", config->name);
    else
        weir_err_set(&branch->err, error, "sink %s: %s", config->name,
                     err->text);
    /* Relaxed: outlets that see it late find their frames given up here. */
    atomic_store_explicit(&branch->failed, true, memory_order_relaxed);
    if (config->ends_all) {
        weir_stop_set(branch->scope.stop);
        return;
    }
    weir_err_set(&branch->notice, 0, "%s; the recording goes on without it",
                 branch->err.text);
    weir_link_push(branch->notices, &branch->notice);
}

static void take(struct weir_branch *branch, const struct weir_parcel *parcel)
{
    const struct weir_branch_config *config = &branch->config;
    const struct weir_sum sum = {.frames = parcel->frames,
                                 .bytes = parcel->wire_bytes};
    struct weir_err err = {.text = ""};
    int error = -ECANCELED;
    if (branch->error == 0 && !weir_stop_is_set(branch->scope.abandon)) {
        error = config->take(config->context, parcel, &err);
        if (error != 0)
            fail(branch, error, &err);
    }
    count(error == 0 ? &branch->cells.taken : &branch->cells.given_up, sum);
    count(&branch->cells.popped, sum);
}

static void end(struct weir_branch *branch)
{
    const struct weir_branch_config *config = &branch->config;
    struct weir_err err = {.text = ""};
    int error =
        config->finish == NULL ? 0 : config->finish(config->context, &err);
    if (error != 0)
        fail(branch, error, &err);
    weir_link_end(branch->notices);
    for (uint32_t i = 0; i < branch->feeds_count; i++)
        weir_link_end(branch->feeds[i].back);
    branch->ended = true;
}

enum weir_step weir_branch_step(struct weir_branch *branch)
{
    bool ended = true;
    if (branch->ended)
        return WEIR_STEP_ENDED;
    for (uint32_t i = 0; i < branch->feeds_count; i++) {
        uint32_t at = (branch->turn + i) % branch->feeds_count;
        struct weir_branch_feed *feed = &branch->feeds[at];
        struct weir_parcel *parcel = weir_link_pop(feed->parcels);
        if (parcel != NULL) {
            take(branch, parcel);
            weir_link_push(feed->back, parcel);
            branch->turn = at + 1;
            return WEIR_STEP_WORKED;
        }
        ended &= weir_link_ended(feed->parcels);
    }
    if (!ended)
        return WEIR_STEP_IDLE;
    end(branch);
    return WEIR_STEP_ENDED;
}

struct weir_bell *weir_branch_bell(struct weir_branch *branch)
{
    return &branch->bell;
}

bool weir_branch_notice(struct weir_branch *branch, struct weir_err *text)
{
    const struct weir_err *notice = weir_link_pop(branch->notices);
    if (notice == NULL)
        return false;
    *text = *notice;
    return true;
}

bool weir_branch_noticed(const struct weir_branch *branch)
{
    return weir_link_ended(branch->notices);
}

void weir_branch_counts(const struct weir_branch *branch,
                        struct weir_branch_counts *out)
{
    struct weir_sum put = {0}, popped = {0};
    *out = (struct weir_branch_counts){.taken = {0}};
    /* Downstream first. */
    add_cell(&popped, &branch->cells.popped);
    add_cell(&out->taken, &branch->cells.taken);
    add_cell(&out->given_up, &branch->cells.given_up);
    for (uint32_t i = 0; i < branch->feeds_count; i++) {
        const struct feed_cells *cells = &branch->feeds[i].cells;
        add_cell(&put, &cells->put);
        add_cell(&out->skipped, &cells->skipped);
        add_cell(&out->given_up, &cells->given_up);
        add_cell(&out->delivered, &cells->delivered);
    }
    out->in_flight.frames = put.frames - popped.frames;
    out->in_flight.bytes = put.bytes - popped.bytes;
}

bool weir_branch_holds(const struct weir_branch_counts *c)
{
    return c->delivered.frames == c->taken.frames + c->skipped.frames +
                                      c->given_up.frames +
                                      c->in_flight.frames &&
           c->delivered.bytes == c->taken.bytes + c->skipped.bytes +
                                     c->given_up.bytes + c->in_flight.bytes;
}

bool weir_branch_balanced(const struct weir_branch_counts *counts,
                          uint64_t delivered)
{
    return weir_branch_holds(counts) && counts->delivered.frames == delivered &&
           counts->in_flight.frames == 0;
}

const char *weir_branch_name(const struct weir_branch *branch)
{
    return branch->config.name;
}

int weir_branch_error(const struct weir_branch *branch, struct weir_err *err)
{
    if (branch->error != 0)
        *err = branch->err;
    return branch->error;
}

int weir_branch_feed_add(struct weir_branch *branch, struct weir_bell *bell,
                         struct weir_branch_feed **out, struct weir_err *err)
{
    WEIR_ASSERT(branch->feeds_count < branch->scope.outlets_max);
    struct weir_branch_feed *feed = &branch->feeds[branch->feeds_count];
    uint32_t parcels = branch->config.parcels;
    int ret = weir_link_open(&feed->parcels, parcels, &branch->bell, err);
    if (ret < 0)
        return ret;
    ret = weir_link_open(&feed->back, parcels, bell, err);
    if (ret < 0) {
        weir_link_close(feed->parcels);
        return ret;
    }
    feed->branch = branch;
    branch->feeds_count++;
    *out = feed;
    return 0;
}

uint32_t weir_branch_feed_parcels(const struct weir_branch_feed *feed)
{
    return feed->branch->config.parcels;
}

bool weir_branch_feed_borrows(const struct weir_branch_feed *feed, bool in_turn)
{
    return !in_turn || feed->branch->config.when_full == WEIR_BRANCH_WAIT;
}

uint32_t weir_branch_feed_leases(const struct weir_branch_feed *feed,
                                 uint32_t leases)
{
    const struct weir_branch *branch = feed->branch;
    uint32_t branches = branch->scope.branches;
    return (uint32_t)(leases * leases_percent(&branch->config, branches) /
                      (UINT64_C(100) * branches));
}

bool weir_branch_feed_over(const struct weir_branch_feed *feed)
{
    const struct weir_branch *branch = feed->branch;
    return atomic_load_explicit(&branch->failed, memory_order_relaxed) ||
           weir_stop_is_set(branch->scope.abandon);
}

bool weir_branch_feed_ready(const struct weir_branch_feed *feed)
{
    const struct weir_branch_config *config = &feed->branch->config;
    return config->when_full == WEIR_BRANCH_SKIP ||
           feed->out < config->parcels || weir_branch_feed_over(feed);
}

bool weir_branch_feed_offer(struct weir_branch_feed *feed,
                            struct weir_sum delivered)
{
    const struct weir_branch_config *config = &feed->branch->config;
    count(&feed->cells.delivered, delivered);
    if (weir_branch_feed_over(feed)) {
        count(&feed->cells.given_up, delivered);
        return false;
    }
    if (feed->out < config->parcels)
        return true;
    WEIR_ASSERT(config->when_full == WEIR_BRANCH_SKIP);
    count(&feed->cells.skipped, delivered);
    return false;
}

void weir_branch_feed_put(struct weir_branch_feed *feed,
                          struct weir_parcel *parcel)
{
    const struct weir_sum sum = {.frames = parcel->frames,
                                 .bytes = parcel->wire_bytes};
    feed->out++;
    count(&feed->cells.put, sum);
    weir_link_push(feed->parcels, parcel);
}

struct weir_parcel *weir_branch_feed_back(struct weir_branch_feed *feed)
{
    struct weir_parcel *parcel = weir_link_pop(feed->back);
    if (parcel != NULL)
        feed->out--;
    return parcel;
}

void weir_branch_feed_end(struct weir_branch_feed *feed)
{
    weir_link_end(feed->parcels);
}

bool weir_branch_feed_ended(const struct weir_branch_feed *feed)
{
    return weir_link_ended(feed->back);
}
