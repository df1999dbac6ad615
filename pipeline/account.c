#include "pipeline/account.h"

#include "dissect/dissect.h"
#include "pipeline/account_impl.h"
#include "pipeline/taps.h"

static void begin_flows(struct weir_flow_count *count,
                        struct weir_flow_table *flows)
{
    if (flows != NULL)
        weir_flow_count_begin(count, flows);
    else
        weir_flow_count_none(count);
}

/* Its records are the file's, but a tap may take some of them out yet. */
static bool is_lent(const struct weir_account_config *config,
                    const struct weir_batch *batch,
                    const struct weir_taps *taps)
{
    return account_is_verbatim(config, batch) &&
           (taps == NULL || !weir_taps_excludes(taps));
}

void weir_account_batch(const struct weir_account_config *config,
                        struct weir_batch *batch, struct weir_chunk *chunk,
                        struct weir_summary *summary,
                        struct weir_flow_table *flows, struct weir_taps *taps,
                        struct weir_account *out)
{
    struct weir_frame v[ACCOUNT_VECTOR];
    struct weir_walk walk = {0};
    struct weir_flow_count count;
    struct ahead ahead;
    uint32_t from = 0;
    uint32_t shown = 0;
    uint32_t n;
    account_clear(out);
    begin_flows(&count, flows);
    count.talkers = flows != NULL ? summary : NULL;
    if (batch->refuses)
        weir_flow_count_note(&count, batch->refused);
    if (chunk != NULL && is_lent(config, batch, taps)) {
        if (config->lends_none)
            account_copy(&batch->lease, chunk);
        else
            account_lend(&batch->lease, chunk);
        out->copied = config->lends_none;
        chunk = NULL;
    }
    const struct account_links links = account_links_of(batch);
    const bool whole = account_is_whole(config, batch);
    const bool worth =
        chunk != NULL && account_is_worth_turning(config, &batch->lease);
    const bool turns = worth && !config->lends_none;
    while ((n = batch->lease.walk(&batch->lease, &walk, v, ACCOUNT_VECTOR)) >
           0) {
        ahead_aim(&ahead, &batch->lease, from, walk.offset, v, n);
        from = walk.offset;
        if (!whole)
            n = account_select(config, batch, v, n, out);
        if (taps != NULL)
            n = account_tap(taps, batch, &shown, v, n, out);
        account_count(&links, v, n, ahead, summary, &count, out);
        if (chunk != NULL && !turns)
            account_encode(config, batch, chunk, v, n);
    }
    if (flows != NULL)
        weir_flow_count_end(&count);
    out->flows = count.kinds;
    if (turns)
        account_turn(config, batch, chunk, out);
    else if (worth)
        out->copied = out->passed == batch->lease.frames && out->cut == 0;
}

void weir_account_split(const struct weir_account_config *config,
                        const struct weir_batch *batch, uint32_t kept,
                        struct weir_summary *summary,
                        struct weir_flow_table *flows,
                        struct weir_account *kept_out,
                        struct weir_account *rest_out)
{
    struct weir_frame v[ACCOUNT_VECTOR];
    struct account_again again = {.shown = 0};
    struct weir_flow_count count;
    const struct account_links links = account_links_of(batch);
    const struct ahead none = {0};
    uint32_t n;
    account_clear(kept_out);
    account_clear(rest_out);
    begin_flows(&count, flows);
    if (batch->refuses)
        weir_flow_count_leave(&count, batch->refused, kept);
    while ((n = account_again(config, batch, &again, v, rest_out)) > 0) {
        uint32_t first = kept - (uint32_t)kept_out->passed;
        first = first < n ? first : n;
        (void)account_note(kept_out, v, first);
        account_count(&links, v + first, n - first, none, summary, &count,
                      rest_out);
    }
    if (flows != NULL)
        weir_flow_count_end(&count);
    rest_out->flows = count.kinds;
}

void weir_account_flows(const struct weir_account_config *config,
                        const struct weir_batch *batch, uint32_t kept,
                        struct weir_flow_table *flows,
                        struct weir_flow_kinds *out)
{
    struct weir_frame v[ACCOUNT_VECTOR];
    struct account_again again = {.shown = 0};
    struct weir_flow_count count;
    struct weir_account excluded;
    uint32_t n;
    account_clear(&excluded);
    weir_flow_count_begin(&count, flows);
    while (kept > 0 &&
           (n = account_again(config, batch, &again, v, &excluded)) > 0) {
        n = n < kept ? n : kept;
        for (uint32_t i = 0; i < n; i++) {
            struct weir_dissection d;
            weir_dissect(&d, v[i].data, v[i].caplen, v[i].len,
                         batch->ifaces->at[v[i].iface].linktype);
            (void)weir_flow_count_add(&count, &d, &v[i]);
        }
        weir_flow_count_turn(&count);
        kept -= n;
    }
    weir_flow_count_end(&count);
    *out = count.kinds;
}
