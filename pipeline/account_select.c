/* Which frames of a batch are to be delivered, and how much of each. */

#include <string.h>

#include "capture/filter.h"
#include "capture/screen.h"
#include "pipeline/account_impl.h"
#include "pipeline/taps.h"

bool account_is_whole(const struct weir_account_config *config,
                      const struct weir_batch *batch)
{
    bool whole =
        batch->snaplen == 0 && batch->filter == NULL && batch->screen == NULL;
    for (uint32_t i = 0; i < batch->ifaces_count; i++) {
        const struct weir_iface *iface = &batch->ifaces->at[i];
        whole = whole && (batch->anew || iface->filter == NULL) &&
                !iface->copies &&
                (!config->one_linktype || iface->linktype == config->linktype);
    }
    return whole;
}

static bool passes(const struct weir_filter *filter, const struct weir_frame *f)
{
    return filter == NULL ||
           weir_filter_match(filter, f->data, f->caplen, f->len);
}

static bool is_wanted(const struct weir_batch *batch,
                      const struct weir_iface *iface,
                      const struct weir_frame *f)
{
    if (batch->anew)
        return batch->screen == NULL ||
               weir_screen_match(batch->screen, iface->linktype, f);
    return passes(iface->filter, f) && passes(batch->filter, f);
}

uint32_t account_select(const struct weir_account_config *config,
                        const struct weir_batch *batch, struct weir_frame *v,
                        uint32_t n, struct weir_account *out)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct weir_iface *iface = &batch->ifaces->at[v[i].iface];
        if ((v[i].flags & WEIR_FRAME_COPY) != 0) {
            out->excluded[WEIR_EXCLUDED_OUTGOING]++;
            continue;
        }
        if (config->one_linktype && iface->linktype != config->linktype) {
            out->excluded[WEIR_EXCLUDED_LINK_TYPE]++;
            continue;
        }
        if (!is_wanted(batch, iface, &v[i])) {
            out->excluded[WEIR_EXCLUDED_FILTER]++;
            continue;
        }
        v[kept] = v[i];
        if (batch->snaplen != 0 && v[kept].caplen > batch->snaplen) {
            v[kept].caplen = batch->snaplen;
            out->cut++;
        }
        kept++;
    }
    return kept;
}

/* Closes up v[0 .. n) over those whose bits are set. */
static uint32_t leave_out(struct weir_frame *v, uint32_t n, uint64_t bits,
                          struct weir_account *out)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n; i++)
        if ((bits >> i & 1) == 0)
            v[kept++] = v[i];
    out->excluded[WEIR_EXCLUDED_TAP] += n - kept;
    return kept;
}

/* Bits of a vector that begins anywhere among those of the batch. */
static void put_bits(uint64_t *all, uint32_t at, uint64_t bits)
{
    all[at / 64] |= bits << at % 64;
    if (at % 64 != 0 && bits >> (64 - at % 64) != 0)
        all[at / 64 + 1] |= bits >> (64 - at % 64);
}

static uint64_t get_bits(const uint64_t *all, uint32_t at, uint32_t n)
{
    uint64_t bits = all[at / 64] >> at % 64;
    if (at % 64 + n > 64)
        bits |= all[at / 64 + 1] << (64 - at % 64);
    return bits;
}

uint32_t account_tap(struct weir_taps *taps, struct weir_batch *batch,
                     uint32_t *shown, struct weir_frame *v, uint32_t n,
                     struct weir_account *out)
{
    if (n == 0)
        return 0;
    uint64_t bits = weir_taps_show(taps, batch->ifaces->at, v, n);
    const uint32_t at = *shown;
    *shown += n;
    if (bits == 0)
        return n;
    if (!batch->tapped)
        memset(batch->taken_out, 0, sizeof batch->taken_out);
    batch->tapped = true;
    put_bits(batch->taken_out, at, bits);
    return leave_out(v, n, bits, out);
}

uint32_t account_again(const struct weir_account_config *config,
                       const struct weir_batch *batch,
                       struct account_again *again, struct weir_frame *v,
                       struct weir_account *out)
{
    const struct weir_lease *lease = &batch->lease;
    /* Then every frame had passed as it is; and such a walk no longer tells all
     * of a frame that a filter may ask for (ring/frame.h). */
    const bool turned = lease->records == WEIR_RECORDS_PCAPNG;
    uint32_t n;
    while ((n = lease->walk(lease, &again->walk, v, ACCOUNT_VECTOR)) > 0) {
        if (!turned)
            n = account_select(config, batch, v, n, out);
        if (batch->tapped && n > 0) {
            uint64_t bits = get_bits(batch->taken_out, again->shown, n);
            again->shown += n;
            n = leave_out(v, n, bits, out);
        }
        if (n > 0)
            return n;
    }
    return 0;
}
