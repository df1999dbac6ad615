#include "pipeline/flows.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/err.h"
#include "ring/lease.h"
#include "ring/link.h"
#include "ring/summary.h"

/* A worker's table: room for the flows of a busy link beside a batch, so that
 * a short recording is merged once, at its end. */
#define WORKER_FLOWS_MAX 131072u

/* A tenth of what is asked for at least is for the total. */
#define TOTAL_PART 10

#define FEEDS_OF_OUTLET 2

/* Talkers that are counted at once: a multiple of what a summary fetches. */
#define TALKERS_VECTOR 64

#define NO_ORIGIN INT64_MIN

struct weir_flow_feed {
    struct weir_flows *flows;
    struct weir_flow_feed *next;
    struct weir_flow_table *tables[2];
    struct weir_flow_table *table; /* the one that is counted into */
    struct weir_link *full;
    struct weir_link *spare;
    struct weir_flow_kinds kinds;
    enum weir_flow_feed_kind kind;
    bool takes;
};

struct weir_flows {
    struct weir_flows_config config;
    uint32_t worker_flows; /* room in a worker's table */
    struct weir_flow_table *total;
    struct weir_summary *talkers;
    struct weir_flow_feed *feeds; /* a list, the last added first */
    _Atomic int64_t origin_ns;    /* NO_ORIGIN until a source has begun */
};

/* No batch has more flows than frames. */
static uint32_t batch_flows(const struct weir_flows_config *config)
{
    uint32_t flows = config->batch_frames != 0 ? config->batch_frames
                                               : WEIR_LEASE_FRAMES_MAX;
    return flows > WEIR_FLOW_TABLE_FLOWS_MIN ? flows
                                             : WEIR_FLOW_TABLE_FLOWS_MIN;
}

static uint64_t outlets_bytes(const struct weir_flows_config *config)
{
    return (uint64_t)config->outlets * FEEDS_OF_OUTLET * 2 *
           weir_flow_table_bytes(batch_flows(config));
}

uint64_t weir_flows_memory_min(const struct weir_flows_config *config)
{
    uint64_t feeds =
        outlets_bytes(config) + (uint64_t)config->workers * 2 *
                                    weir_flow_table_bytes(batch_flows(config));
    return feeds + feeds / (TOTAL_PART - 1) +
           weir_flow_table_bytes(WEIR_FLOW_TABLE_FLOWS_MIN);
}

/* The workers together get half of what the outlets leave, if they can use
 * it; the total gets the rest. */
static void divide(const struct weir_flows_config *config,
                   uint32_t *worker_flows, uint32_t *total_flows)
{
    uint64_t left = config->memory_bytes - outlets_bytes(config);
    uint32_t flows = weir_flow_table_fit(left / 4 / config->workers);
    if (flows > WORKER_FLOWS_MAX)
        flows = WORKER_FLOWS_MAX;
    if (flows < batch_flows(config))
        flows = batch_flows(config);
    left -= (uint64_t)config->workers * 2 * weir_flow_table_bytes(flows);
    *worker_flows = flows;
    *total_flows = weir_flow_table_fit(left);
}

static struct weir_flow_table_config
table_config(const struct weir_flows *flows, uint32_t room)
{
    return (struct weir_flow_table_config){
        .flows = room,
        .idle_ns = flows->config.idle_ns,
        .active_ns = flows->config.active_ns,
        .seed = flows->config.seed,
        .touched = flows->config.touched,
    };
}

int weir_flows_open(struct weir_flows **out,
                    const struct weir_flows_config *config,
                    struct weir_err *err)
{
    uint64_t min = weir_flows_memory_min(config);
    if (config->workers == 0 || config->memory_bytes < min)
        return weir_err_set(err, -EINVAL,
                            "memory for flows: %u workers need at least "
                            "%" PRIu64 " KiB",
                            config->workers, min / 1024 + 1);
    struct weir_flows *flows = calloc(1, sizeof *flows);
    if (flows == NULL)
        return weir_err_sys(err, -ENOMEM, "flows");
    flows->config = *config;
    atomic_init(&flows->origin_ns, NO_ORIGIN);
    uint32_t room;
    divide(config, &flows->worker_flows, &room);
    const struct weir_flow_table_config table = table_config(flows, room);
    int ret = weir_flow_table_open(&flows->total, &table, err);
    if (ret < 0) {
        free(flows);
        return weir_err_wrap(err, ret, "flows");
    }
    *out = flows;
    return 0;
}

static void close_feed(struct weir_flow_feed *feed)
{
    while (feed->full != NULL && weir_link_pop(feed->full) != NULL)
        continue;
    while (feed->spare != NULL && weir_link_pop(feed->spare) != NULL)
        continue;
    weir_link_close(feed->full);
    weir_link_close(feed->spare);
    weir_flow_table_close(feed->tables[0]);
    weir_flow_table_close(feed->tables[1]);
    free(feed);
}

void weir_flows_close(struct weir_flows *flows)
{
    if (flows == NULL)
        return;
    while (flows->feeds != NULL) {
        struct weir_flow_feed *feed = flows->feeds;
        flows->feeds = feed->next;
        close_feed(feed);
    }
    weir_flow_table_close(flows->total);
    free(flows);
}

int weir_flows_add(struct weir_flows *flows, enum weir_flow_feed_kind kind,
                   struct weir_bell *bell, struct weir_flow_feed **out,
                   struct weir_err *err)
{
    const struct weir_flow_table_config table = table_config(
        flows, kind == WEIR_FLOW_FEED_WORKER ? flows->worker_flows
                                             : batch_flows(&flows->config));
    struct weir_flow_feed *feed = calloc(1, sizeof *feed);
    if (feed == NULL)
        return weir_err_sys(err, -ENOMEM, "flows");
    feed->flows = flows;
    feed->kind = kind;
    feed->takes = kind == WEIR_FLOW_FEED_OUTLET_TAKES;
    int ret = weir_link_open(&feed->full, 2, flows->config.stats_bell, err);
    if (ret == 0)
        ret = weir_link_open(&feed->spare, 2, bell, err);
    for (int i = 0; ret == 0 && i < 2; i++)
        ret = weir_flow_table_open(&feed->tables[i], &table, err);
    if (ret < 0) {
        close_feed(feed);
        return weir_err_wrap(err, ret, "flows");
    }
    feed->table = feed->tables[0];
    weir_link_push(feed->spare, feed->tables[1]);
    feed->next = flows->feeds;
    flows->feeds = feed;
    *out = feed;
    return 0;
}

void weir_flows_begin(struct weir_flows *flows, int64_t time_ns)
{
    int64_t none = NO_ORIGIN;
    if (time_ns == NO_ORIGIN)
        time_ns++;
    /* Relaxed: it is all there is to see, and who counts a frame has got it
     * over a link from a source that has been here. */
    (void)atomic_compare_exchange_strong_explicit(&flows->origin_ns, &none,
                                                  time_ns, memory_order_relaxed,
                                                  memory_order_relaxed);
}

int64_t weir_flows_origin(const struct weir_flows *flows)
{
    int64_t ns = atomic_load_explicit(&flows->origin_ns, memory_order_relaxed);
    return ns == NO_ORIGIN ? 0 : ns;
}

static void set_origin(const struct weir_flows *flows,
                       struct weir_flow_table *table)
{
    if (weir_flow_table_flows(table) == 0)
        weir_flow_table_set_origin(table, weir_flows_origin(flows));
}

bool weir_flow_feed_ready(struct weir_flow_feed *feed)
{
    if (weir_flow_table_room(feed->table) < batch_flows(&feed->flows->config)) {
        struct weir_flow_table *spare = weir_link_pop(feed->spare);
        if (spare == NULL)
            return false;
        weir_link_push(feed->full, feed->table);
        feed->table = spare;
    }
    return true;
}

struct weir_flow_table *weir_flow_feed_table(struct weir_flow_feed *feed)
{
    set_origin(feed->flows, feed->table);
    return feed->table;
}

static void add_kinds(struct weir_flow_kinds *to,
                      const struct weir_flow_kinds *what, bool take)
{
    uint64_t sign = take ? UINT64_MAX : 1;
    for (int i = 0; i < WEIR_FLOW_KINDS; i++)
        to->frames[i] += sign * what->frames[i];
    to->untracked_bytes += sign * what->untracked_bytes;
}

void weir_flow_feed_note(struct weir_flow_feed *feed,
                         const struct weir_flow_kinds *kinds)
{
    add_kinds(&feed->kinds, kinds, false);
}

void weir_flow_feed_end(struct weir_flow_feed *feed)
{
    weir_link_push(feed->full, feed->table);
    feed->table = NULL;
    weir_link_end(feed->full);
}

void weir_flows_set_talkers(struct weir_flows *flows,
                            struct weir_summary *talkers)
{
    flows->talkers = talkers;
}

static void count_talkers(struct weir_summary *summary,
                          const struct weir_flow_table *table)
{
    struct weir_talker talkers[TALKERS_VECTOR];
    uint32_t n = 0;
    for (uint32_t i = 0; i < weir_flow_table_flows(table); i++) {
        struct weir_flow flow;
        weir_flow_table_get(table, i, &flow);
        for (unsigned end = 0; end < 2; end++) {
            if (flow.sent[end].frames == 0)
                continue;
            struct weir_talker *talker = &talkers[n++];
            talker->sum =
                (struct weir_sum){flow.sent[end].frames, flow.sent[end].wire};
            talker->kind = flow.version;
            memcpy(talker->address, flow.addresses[end], 16);
        }
        if (n > TALKERS_VECTOR - 2) {
            weir_summary_count_talkers(summary, talkers, n);
            n = 0;
        }
    }
    weir_summary_count_talkers(summary, talkers, n);
}

static bool says_talkers(const struct weir_flows *flows,
                         const struct weir_flow_feed *feed)
{
    return flows->talkers != NULL && feed->kind == WEIR_FLOW_FEED_WORKER;
}

bool weir_flows_step(struct weir_flows *flows)
{
    bool any = false;
    for (struct weir_flow_feed *f = flows->feeds; f != NULL; f = f->next) {
        struct weir_flow_table *table = weir_link_pop(f->full);
        if (table == NULL)
            continue;
        if (weir_flow_table_flows(table) > 0) {
            set_origin(flows, flows->total);
            weir_flow_table_merge(flows->total, table, f->takes);
            if (says_talkers(flows, f))
                count_talkers(flows->talkers, table);
            weir_flow_table_clear(table);
        }
        weir_link_push(f->spare, table);
        any = true;
    }
    return any;
}

bool weir_flows_ended(const struct weir_flows *flows)
{
    for (struct weir_flow_feed *f = flows->feeds; f != NULL; f = f->next)
        if (!weir_link_ended(f->full))
            return false;
    return true;
}

void weir_flows_finish(struct weir_flows *flows, int64_t last_ns)
{
    weir_flow_table_settle(flows->total, last_ns);
}

const struct weir_flow_table *weir_flows_total(const struct weir_flows *flows)
{
    return flows->total;
}

struct weir_flow_kinds weir_flows_kinds(const struct weir_flows *flows)
{
    struct weir_flow_kinds all = {.untracked_bytes = 0};
    for (struct weir_flow_feed *f = flows->feeds; f != NULL; f = f->next)
        add_kinds(&all, &f->kinds, f->takes);
    return all;
}
