#include "cli/flow_report.h"

#include <errno.h>
#include <stdlib.h>

#include "base/address.h"
#include "base/err.h"
#include "cli/flow_sort.h"

_Static_assert(FLOW_ADDRESS_TEXT >= WEIR_IPV6_TEXT, "any address must fit");

char *flow_address(char out[FLOW_ADDRESS_TEXT], const struct weir_flow *flow,
                   unsigned end)
{
    return flow->version == 6 ? weir_ipv6_text(out, flow->addresses[end])
                              : weir_ipv4_text(out, flow->addresses[end]);
}

char *flow_flags(char out[FLOW_FLAGS_TEXT], uint8_t flags)
{
    static const char letters[] = "FSRPAUEC";
    char *p = out;
    for (unsigned i = 0; i < 8; i++)
        if ((flags >> i & 1) != 0)
            *p++ = letters[i];
    *p = '\0';
    return out;
}

/* IANA's numbers. */
const char *flow_protocol(uint8_t protocol)
{
    switch (protocol) {
    case 1:
        return "icmp";
    case 2:
        return "igmp";
    case 4:
        return "ipip";
    case 6:
        return "tcp";
    case 17:
        return "udp";
    case 41:
        return "ipv6";
    case 47:
        return "gre";
    case 50:
        return "esp";
    case 58:
        return "icmpv6";
    case 89:
        return "ospf";
    case 103:
        return "pim";
    case 112:
        return "vrrp";
    case 132:
        return "sctp";
    default:
        return NULL;
    }
}

/* Rows whose flows are fetched ahead of their turn: in their order they lie
 * anywhere. */
#define AHEAD 16

void flow_row_get(const struct flow_list *list, uint32_t i,
                  struct weir_flow *out)
{
    if (i + AHEAD < list->listed)
        weir_flow_table_fetch(list->table, list->rows[i + AHEAD].index);
    weir_flow_table_get(list->table, list->rows[i].index, out);
}

static void add(struct weir_flow_sums *to, const struct weir_flow_sums *what)
{
    to->frames += what->frames;
    to->bytes += what->bytes;
    to->wire += what->wire;
}

static uint64_t key_of(const struct weir_flow *flow, enum flow_sort sort)
{
    switch (sort) {
    case FLOW_SORT_PACKETS:
        return flow->sent[0].frames + flow->sent[1].frames;
    case FLOW_SORT_DURATION:
        return (uint64_t)flow->last_ns - (uint64_t)flow->first_ns;
    case FLOW_SORT_FIRST: /* the earliest, of all that there can be, first */
        return ~((uint64_t)flow->first_ns ^ (UINT64_C(1) << 63));
    default:
        return flow->sent[0].bytes + flow->sent[1].bytes;
    }
}

static int fill(struct flow_list *list, const struct flow_report *report,
                struct weir_err *err)
{
    const struct flow_options *o = report->options;
    const struct weir_flow_table *table = weir_flows_total(report->flows);
    *list = (struct flow_list){.report = report, .table = table};
    list->count = weir_flow_table_flows(table);
    list->kinds = weir_flows_kinds(report->flows);
    list->evicted = weir_flow_table_evicted(table, &list->evicted_flows);
    list->rows = calloc((size_t)list->count + 1, sizeof *list->rows);
    if (list->rows == NULL)
        return weir_err_sys(err, -ENOMEM, "flows");
    for (uint32_t i = 0; i < list->count; i++) {
        struct weir_flow flow;
        weir_flow_table_get(table, i, &flow);
        list->rows[i] = (struct flow_row){
            .key = key_of(&flow, o->sort),
            .first_ns = flow.first_ns,
            .index = i,
        };
        add(&list->total, &flow.sent[0]);
        add(&list->total, &flow.sent[1]);
    }
    list->listed = list->count;
    if (o->top != 0 && o->top < list->count)
        list->listed = (uint32_t)o->top;
    flow_sort_rows(list->rows, list->count, list->listed, table);
    return 0;
}

int flow_report_write(const struct flow_report *report, FILE *out,
                      struct weir_err *err)
{
    struct flow_list list;
    int ret = fill(&list, report, err);
    if (ret < 0)
        return ret;
    switch (report->options->form) {
    case FLOW_FORM_JSON:
        ret = flow_json_print(&list, out, err);
        break;
    case FLOW_FORM_CSV:
        flow_csv_print(&list, out);
        break;
    default:
        flow_table_print(&list, out);
    }
    free(list.rows);
    return ret;
}
