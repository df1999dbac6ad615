/* Which frames of a batch are to be delivered, and how much of each. */

#include "capture/filter.h"
#include "pipeline/account_impl.h"

bool account_is_whole(const struct weir_account_config *config,
                      const struct weir_batch *batch)
{
    bool whole = config->snaplen == 0 && batch->filter == NULL;
    for (uint32_t i = 0; i < batch->ifaces_count; i++) {
        const struct weir_iface *iface = &batch->ifaces->at[i];
        whole = whole && iface->filter == NULL && !iface->copies &&
                (!config->one_linktype || iface->linktype == config->linktype);
    }
    return whole;
}

static bool is_wanted(const struct weir_filter *filter,
                      const struct weir_frame *f)
{
    return filter == NULL ||
           weir_filter_match(filter, f->data, f->caplen, f->len);
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
        if (!is_wanted(iface->filter, &v[i]) ||
            !is_wanted(batch->filter, &v[i])) {
            out->excluded[WEIR_EXCLUDED_FILTER]++;
            continue;
        }
        v[kept] = v[i];
        if (config->snaplen != 0 && v[kept].caplen > config->snaplen) {
            v[kept].caplen = config->snaplen;
            out->cut++;
        }
        kept++;
    }
    return kept;
}
