/* Flows for programs: JSON and CSV, with the same names. */

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/address_put.h"
#include "base/err.h"
#include "base/version.h"
#include "cli/flow_report.h"
#include "cli/flow_text.h"
#include "sink/json_text.h"
#include "sink/report.h"

static void put_address(struct flow_text *t, const struct weir_flow *f,
                        unsigned end)
{
    t->at = f->version == 6 ? weir_ipv6_put(t->at, f->addresses[end])
                            : weir_ipv4_put(t->at, f->addresses[end]);
}

/* A VLAN id, or what stands for none. */
static void put_vlan(struct flow_text *t, uint16_t tag, const char *none)
{
    if (tag == 0)
        flow_text_put(t, none);
    else
        flow_text_number(t, tag & WEIR_FLOW_VLAN_ID);
}

static void put_flags(struct flow_text *t, uint8_t flags)
{
    flow_flags(t->at, flags);
    t->at += strlen(t->at);
}

static void put_json_number(struct flow_text *t, const char *before, uint64_t n)
{
    flow_text_put(t, before);
    flow_text_number(t, n);
}

static void put_json_key(struct flow_text *t, const struct weir_flow *f)
{
    flow_text_put(t, "{\"first_ns\": ");
    flow_text_time(t, f->first_ns);
    flow_text_put(t, ", \"last_ns\": ");
    flow_text_time(t, f->last_ns);
    put_json_number(t, ", \"version\": ", f->version);
    put_json_number(t, ", \"protocol\": ", f->protocol);
    flow_text_put(t, ", \"src\": \"");
    put_address(t, f, 0);
    put_json_number(t, "\", \"src_port\": ", f->ports[0]);
    flow_text_put(t, ", \"dst\": \"");
    put_address(t, f, 1);
    put_json_number(t, "\", \"dst_port\": ", f->ports[1]);
    flow_text_put(t, ", \"vlan\": ");
    put_vlan(t, f->tags[0], "null");
    flow_text_put(t, ", \"vlan_inner\": ");
    put_vlan(t, f->tags[1], "null");
}

static void put_json(struct flow_text *t, const struct weir_flow *f)
{
    put_json_key(t, f);
    put_json_number(t, ", \"src_packets\": ", f->sent[0].frames);
    put_json_number(t, ", \"dst_packets\": ", f->sent[1].frames);
    put_json_number(t, ", \"src_bytes\": ", f->sent[0].bytes);
    put_json_number(t, ", \"dst_bytes\": ", f->sent[1].bytes);
    put_json_number(t, ", \"src_wire_bytes\": ", f->sent[0].wire);
    put_json_number(t, ", \"dst_wire_bytes\": ", f->sent[1].wire);
    flow_text_put(t, ", \"src_tcp_flags\": \"");
    put_flags(t, f->tcp_flags[0]);
    flow_text_put(t, "\", \"dst_tcp_flags\": \"");
    put_flags(t, f->tcp_flags[1]);
    flow_text_put(t, "\"}");
}

static void print_sums(const struct weir_flow_sums *sums, FILE *out)
{
    fprintf(out,
            "\"packets\": %" PRIu64 ", \"bytes\": %" PRIu64
            ", \"wire_bytes\": %" PRIu64 "}",
            sums->frames, sums->bytes, sums->wire);
}

/* A name of a file may be any bytes. */
static int print_text(const char *text, FILE *out)
{
    json_t *value = weir_json_text(text);
    int ret = value == NULL ? -ENOMEM : 0;
    if (value != NULL)
        (void)json_dumpf(value, out, JSON_ENCODE_ANY);
    json_decref(value);
    return ret;
}

static int print_head(const struct flow_list *list, FILE *out)
{
    const struct flow_options *o = list->report->options;
    const uint64_t *frames = list->kinds.frames;
    fprintf(out, "{\n\"version\": \"%s\",\n\"source\": ", WEIR_VERSION);
    int ret = print_text(list->report->source, out);
    fprintf(out,
            ",\n\"idle_timeout_ns\": %" PRId64
            ",\n\"active_timeout_ns\": %" PRId64 ",\n\"flows_count\": %" PRIu32
            ",\n\"flows_listed\": %" PRIu32 ",\n\"totals\": {",
            o->idle_ns, o->active_ns, list->count, list->listed);
    print_sums(&list->total, out);
    fprintf(out, ",\n\"evicted\": {\"flows\": %" PRIu64 ", ",
            list->evicted_flows);
    print_sums(&list->evicted, out);
    fprintf(out,
            ",\n\"untracked\": {\"packets\": %" PRIu64
            ", \"wire_bytes\": %" PRIu64 "}",
            frames[WEIR_FLOW_UNTRACKED], list->kinds.untracked_bytes);
    fprintf(out,
            ",\n\"not_ip\": %" PRIu64 ",\n\"malformed\": %" PRIu64
            ",\n\"truncated\": %" PRIu64 ",\n\"flows\": [",
            frames[WEIR_FLOW_NOT_IP], frames[WEIR_FLOW_MALFORMED],
            frames[WEIR_FLOW_TRUNCATED]);
    return ret;
}

int flow_json_print(const struct flow_list *list, FILE *out,
                    struct weir_err *err)
{
    struct flow_text text;
    char *ledger;
    int ret = weir_report_ledger_json(list->report->ledger, &ledger, err);
    if (ret < 0)
        return ret;
    ret = print_head(list, out);
    flow_text_begin(&text, out);
    for (uint32_t i = 0; i < list->listed; i++) {
        struct weir_flow flow;
        flow_row_get(list, i, &flow);
        flow_text_row(&text);
        flow_text_put(&text, i == 0 ? "\n" : ",\n");
        put_json(&text, &flow);
    }
    flow_text_end(&text);
    fprintf(out, "%s],\n\"ledger\": %s\n}\n", list->listed > 0 ? "\n" : "",
            ledger);
    free(ledger);
    return ret == 0 ? 0 : weir_err_sys(err, ret, "flows");
}

static void put_comma(struct flow_text *t)
{
    *t->at++ = ',';
}

static void put_csv_key(struct flow_text *t, const struct weir_flow *f)
{
    flow_text_time(t, f->first_ns);
    put_comma(t);
    flow_text_time(t, f->last_ns);
    put_comma(t);
    flow_text_number(t, f->version);
    put_comma(t);
    flow_text_number(t, f->protocol);
    put_comma(t);
    for (unsigned end = 0; end < 2; end++) {
        put_address(t, f, end);
        put_comma(t);
        flow_text_number(t, f->ports[end]);
        put_comma(t);
    }
    for (unsigned i = 0; i < 2; i++) {
        put_vlan(t, f->tags[i], "");
        put_comma(t);
    }
}

static void put_csv(struct flow_text *t, const struct weir_flow *f)
{
    const uint64_t sums[] = {f->sent[0].frames, f->sent[1].frames,
                             f->sent[0].bytes,  f->sent[1].bytes,
                             f->sent[0].wire,   f->sent[1].wire};
    put_csv_key(t, f);
    for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++) {
        flow_text_number(t, sums[i]);
        put_comma(t);
    }
    put_flags(t, f->tcp_flags[0]);
    put_comma(t);
    put_flags(t, f->tcp_flags[1]);
    *t->at++ = '\n';
}

void flow_csv_print(const struct flow_list *list, FILE *out)
{
    struct flow_text text;
    fputs("first_ns,last_ns,version,protocol,src,src_port,dst,dst_port,vlan,"
          "vlan_inner,src_packets,dst_packets,src_bytes,dst_bytes,"
          "src_wire_bytes,dst_wire_bytes,src_tcp_flags,dst_tcp_flags\n",
          out);
    flow_text_begin(&text, out);
    for (uint32_t i = 0; i < list->listed; i++) {
        struct weir_flow flow;
        flow_row_get(list, i, &flow);
        flow_text_row(&text);
        put_csv(&text, &flow);
    }
    flow_text_end(&text);
}
