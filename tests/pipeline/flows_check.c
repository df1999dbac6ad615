#include "tests/pipeline/flows_check.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

void flows_check_frame(void *context, const struct weir_frame *frame)
{
    struct flows_check *check = context;
    WEIR_ASSERT(check->n < FLOWS_CHECK_FRAMES &&
                frame->caplen >= FLOWS_CHECK_HEAD);
    memcpy(check->heads[check->n], frame->data, FLOWS_CHECK_HEAD);
    check->frames[check->n] = *frame;
    check->frames[check->n].data = check->heads[check->n];
    check->frames[check->n].caplen = FLOWS_CHECK_HEAD;
    check->bytes += frame->len;
    check->n++;
}

/* The table that got all of them; the caller closes it. */
static struct weir_flow_table *reference(const struct flows_check *check,
                                         int64_t origin_ns,
                                         const struct weir_flows_config *config,
                                         const uint16_t *linktypes,
                                         struct weir_flow_kinds *kinds)
{
    const struct weir_flow_table_config room = {
        .flows = FLOWS_CHECK_FRAMES,
        .idle_ns = config->idle_ns,
        .active_ns = config->active_ns,
        .seed = 77,
    };
    struct weir_flow_table *table = NULL;
    struct weir_flow_table *joined = NULL;
    struct weir_flow_count count;
    WEIR_ASSERT(weir_flow_table_open(&table, &room, NULL) == 0);
    WEIR_ASSERT(weir_flow_table_open(&joined, &room, NULL) == 0);
    weir_flow_table_set_origin(table, origin_ns);
    weir_flow_table_set_origin(joined, origin_ns);
    weir_flow_count_begin(&count, table);
    for (uint64_t i = 0; i < check->n; i++) {
        const struct weir_frame *f = &check->frames[i];
        struct weir_dissection d;
        weir_dissect(&d, f->data, f->caplen, f->len, linktypes[f->iface]);
        weir_flow_count_add(&count, &d, f);
        if (i % WEIR_FLOW_VECTOR == WEIR_FLOW_VECTOR - 1)
            weir_flow_count_turn(&count);
    }
    weir_flow_count_end(&count);
    *kinds = count.kinds;
    weir_flow_table_merge(joined, table, false);
    weir_flow_table_close(table);
    return joined;
}

/* All that is reported of a flow, as one row of bytes. */
#define FLOW_BYTES offsetof(struct weir_flow, addresses[2])

static int compare(const void *a, const void *b)
{
    const struct weir_flow *x = a, *y = b;
    if (x->first_ns != y->first_ns)
        return x->first_ns < y->first_ns ? -1 : 1;
    return memcmp(a, b, FLOW_BYTES);
}

static struct weir_flow *sorted(const struct weir_flow_table *table)
{
    uint32_t n = weir_flow_table_flows(table);
    struct weir_flow *flows = calloc(n + 1, sizeof *flows);
    WEIR_ASSERT(flows != NULL);
    for (uint32_t i = 0; i < n; i++)
        weir_flow_table_get(table, i, &flows[i]);
    qsort(flows, n, sizeof *flows, compare);
    return flows;
}

static bool same_flows(const struct weir_flow_table *a,
                       const struct weir_flow_table *b)
{
    uint32_t n = weir_flow_table_flows(a);
    if (weir_flow_table_flows(b) != n)
        return false;
    struct weir_flow *x = sorted(a), *y = sorted(b);
    bool same = true;
    for (uint32_t i = 0; i < n; i++)
        same &= compare(&x[i], &y[i]) == 0;
    free(x);
    free(y);
    return same;
}

static void add(struct weir_flow_sums *to, const struct weir_flow_sums *what)
{
    to->frames += what->frames;
    to->bytes += what->bytes;
    to->wire += what->wire;
}

/* Of all flows, and of those that were evicted. */
static struct weir_flow_sums sums(const struct weir_flow_table *table,
                                  uint64_t *evicted)
{
    struct weir_flow_sums all = weir_flow_table_evicted(table, evicted);
    for (uint32_t i = 0; i < weir_flow_table_flows(table); i++) {
        struct weir_flow flow;
        weir_flow_table_get(table, i, &flow);
        add(&all, &flow.sent[0]);
        add(&all, &flow.sent[1]);
    }
    return all;
}

static bool within(const struct weir_flow_sums *a,
                   const struct weir_flow_sums *b)
{
    return a->frames <= b->frames && a->bytes <= b->bytes && a->wire <= b->wire;
}

/* No sum is less than nothing. */
static const char *check_each(const struct weir_flow_table *table,
                              const struct weir_flow_sums *delivered)
{
    uint64_t flows;
    const struct weir_flow_sums evicted =
        weir_flow_table_evicted(table, &flows);
    if (!within(&evicted, delivered))
        return "more was evicted than was delivered";
    for (uint32_t i = 0; i < weir_flow_table_flows(table); i++) {
        struct weir_flow flow;
        weir_flow_table_get(table, i, &flow);
        if (!within(&flow.sent[0], delivered) ||
            !within(&flow.sent[1], delivered))
            return "a flow has more than was delivered";
    }
    return NULL;
}

static const char *check_sums(const struct weir_flow_sums *a,
                              const struct weir_flow_kinds *got,
                              const struct weir_flow_sums *b,
                              const struct weir_flow_kinds *expected)
{
    const uint64_t *frames = got->frames;
    if (!within(a, b))
        return "flows have more than was delivered";
    if (a->frames != frames[WEIR_FLOW_TRACKED])
        return "flows have other frames than those that were tracked";
    if (a->frames + frames[WEIR_FLOW_UNTRACKED] != b->frames)
        return "frames of flows are missing";
    if (a->wire + got->untracked_bytes != b->wire)
        return "bytes of flows are missing";
    if (frames[WEIR_FLOW_UNTRACKED] == 0 && a->bytes != b->bytes)
        return "bytes of packets of flows are missing";
    if (frames[WEIR_FLOW_NOT_IP] != expected->frames[WEIR_FLOW_NOT_IP])
        return "frames that are not IP are missing";
    return NULL;
}

const char *flows_check_end(const struct flows_check *check,
                            struct weir_flows *flows,
                            const struct weir_flows_config *config,
                            const uint16_t *linktypes, bool same)
{
    const struct weir_flow_table *total = weir_flows_total(flows);
    struct weir_flow_kinds got = weir_flows_kinds(flows), expected;
    uint64_t evicted, none;
    int64_t origin_ns = weir_flows_origin(flows);
    struct weir_flow_table *table =
        reference(check, origin_ns, config, linktypes, &expected);
    struct weir_flow_sums a = sums(total, &evicted), b = sums(table, &none);
    const char *fault = check_sums(&a, &got, &b, &expected);
    if (fault == NULL)
        fault = check_each(total, &b);
    if (fault == NULL && same && evicted == 0 &&
        got.frames[WEIR_FLOW_UNTRACKED] == 0 && !same_flows(total, table))
        fault = "flows are not those of the delivered frames";
    weir_flow_table_close(table);
    return fault;
}
