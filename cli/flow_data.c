/* Flows for programs: JSON and CSV, with the same names. */

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/version.h"
#include "cli/flow_report.h"
#include "sink/printable.h"
#include "sink/report.h"

/* A VLAN id, or what stands for none. */
static const char *vlan(char out[8], uint16_t tag, const char *none)
{
    if (tag == 0)
        return none;
    snprintf(out, 8, "%u", (unsigned)(tag & WEIR_FLOW_VLAN_ID));
    return out;
}

static void print_json_flow(const struct weir_flow *f, FILE *out)
{
    char src[FLOW_ADDRESS_TEXT], dst[FLOW_ADDRESS_TEXT];
    char outer[8], inner[8];
    char sent[FLOW_FLAGS_TEXT], returned[FLOW_FLAGS_TEXT];
    fprintf(out,
            "{\"first_ns\": %" PRId64 ", \"last_ns\": %" PRId64
            ", \"version\": %u, \"protocol\": %u, \"src\": \"%s\", "
            "\"src_port\": %u, \"dst\": \"%s\", \"dst_port\": %u, "
            "\"vlan\": %s, \"vlan_inner\": %s",
            f->first_ns, f->last_ns, f->version, f->protocol,
            flow_address(src, f, 0), f->ports[0], flow_address(dst, f, 1),
            f->ports[1], vlan(outer, f->tags[0], "null"),
            vlan(inner, f->tags[1], "null"));
    fprintf(out,
            ", \"src_packets\": %" PRIu64 ", \"dst_packets\": %" PRIu64
            ", \"src_bytes\": %" PRIu64 ", \"dst_bytes\": %" PRIu64
            ", \"src_wire_bytes\": %" PRIu64 ", \"dst_wire_bytes\": %" PRIu64
            ", \"src_tcp_flags\": \"%s\", \"dst_tcp_flags\": \"%s\"}",
            f->sent[0].frames, f->sent[1].frames, f->sent[0].bytes,
            f->sent[1].bytes, f->sent[0].wire, f->sent[1].wire,
            flow_flags(sent, f->tcp_flags[0]),
            flow_flags(returned, f->tcp_flags[1]));
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
    size_t size = 3 * strlen(text) + 1;
    char *clean = malloc(size);
    json_t *value =
        clean == NULL ? NULL : json_string(weir_utf8(clean, size, text));
    int ret = value == NULL ? -ENOMEM : 0;
    if (value != NULL)
        (void)json_dumpf(value, out, JSON_ENCODE_ANY);
    json_decref(value);
    free(clean);
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
    char *ledger;
    int ret = weir_report_ledger_json(list->report->ledger, &ledger, err);
    if (ret < 0)
        return ret;
    ret = print_head(list, out);
    for (uint32_t i = 0; i < list->listed; i++) {
        struct weir_flow flow;
        flow_row_get(list, i, &flow);
        fputs(i == 0 ? "\n" : ",\n", out);
        print_json_flow(&flow, out);
    }
    fprintf(out, "%s],\n\"ledger\": %s\n}\n", list->listed > 0 ? "\n" : "",
            ledger);
    free(ledger);
    return ret == 0 ? 0 : weir_err_sys(err, ret, "flows");
}

/* A row of CSV as it is made: there may be a million of them, and printf
 * takes longer than all that was done to count them. */
struct line {
    char *at;
    char text[512];
};

static void put_text(struct line *line, const char *text)
{
    line->at = stpcpy(line->at, text);
}

static void put_number(struct line *line, uint64_t n)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    line->at = mempcpy(line->at, digits + at, sizeof digits - at);
}

static void put_time(struct line *line, int64_t ns)
{
    if (ns < 0)
        *line->at++ = '-';
    put_number(line, ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns);
}

static void put_address(struct line *line, const struct weir_flow *f,
                        unsigned end)
{
    if (f->version == 6) {
        char text[FLOW_ADDRESS_TEXT];
        put_text(line, flow_address(text, f, end));
        return;
    }
    for (unsigned i = 0; i < 4; i++) {
        put_number(line, f->addresses[end][i]);
        if (i < 3)
            *line->at++ = '.';
    }
}

static void put_tag(struct line *line, uint16_t tag)
{
    if (tag != 0)
        put_number(line, tag & WEIR_FLOW_VLAN_ID);
}

static void put_comma(struct line *line)
{
    *line->at++ = ',';
}

static void put_key(struct line *line, const struct weir_flow *f)
{
    put_time(line, f->first_ns);
    put_comma(line);
    put_time(line, f->last_ns);
    put_comma(line);
    put_number(line, f->version);
    put_comma(line);
    put_number(line, f->protocol);
    put_comma(line);
    for (unsigned end = 0; end < 2; end++) {
        put_address(line, f, end);
        put_comma(line);
        put_number(line, f->ports[end]);
        put_comma(line);
    }
    for (unsigned i = 0; i < 2; i++) {
        put_tag(line, f->tags[i]);
        put_comma(line);
    }
}

static void put_sums(struct line *line, const struct weir_flow *f)
{
    const uint64_t sums[] = {f->sent[0].frames, f->sent[1].frames,
                             f->sent[0].bytes,  f->sent[1].bytes,
                             f->sent[0].wire,   f->sent[1].wire};
    for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++) {
        put_number(line, sums[i]);
        put_comma(line);
    }
}

void flow_csv_print(const struct flow_list *list, FILE *out)
{
    fputs("first_ns,last_ns,version,protocol,src,src_port,dst,dst_port,vlan,"
          "vlan_inner,src_packets,dst_packets,src_bytes,dst_bytes,"
          "src_wire_bytes,dst_wire_bytes,src_tcp_flags,dst_tcp_flags\n",
          out);
    for (uint32_t i = 0; i < list->listed; i++) {
        struct line line;
        struct weir_flow f;
        char flags[FLOW_FLAGS_TEXT];
        line.at = line.text;
        flow_row_get(list, i, &f);
        put_key(&line, &f);
        put_sums(&line, &f);
        put_text(&line, flow_flags(flags, f.tcp_flags[0]));
        put_comma(&line);
        put_text(&line, flow_flags(flags, f.tcp_flags[1]));
        *line.at++ = '\n';
        (void)fwrite(line.text, 1, (size_t)(line.at - line.text), out);
    }
}
