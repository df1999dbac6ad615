#include "sink/report.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "sink/json_text.h"
#include "sink/whole.h"

/* Every value goes through put or append, and they remember a failure: a
 * json_t * that is NULL, for want of memory, is taken anywhere. */
static void put(bool *failed, json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        *failed = true;
}

static json_t *append(bool *failed, json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        *failed = true;
    return value;
}

/* jansson's integers are signed. */
static json_t *number(uint64_t v)
{
    return v <= INT64_MAX ? json_integer((json_int_t)v) : json_real((double)v);
}

static void put_sum(bool *failed, json_t *object, struct weir_sum sum)
{
    put(failed, object, "frames", number(sum.frames));
    put(failed, object, "bytes", number(sum.bytes));
}

/* Numbers under their reasons' names (ring/ledger.h). */
static json_t *named(bool *failed, const char *name(uint32_t reason),
                     const uint64_t *values, uint32_t n)
{
    json_t *object = json_object();
    for (uint32_t i = 0; i < n; i++)
        put(failed, object, name(i), number(values[i]));
    return object;
}

static json_t *ledger(bool *failed, const struct weir_ledger *l)
{
    json_t *o = json_object();
    put(failed, o, "received", number(l->received));
    put(failed, o, "written", number(l->delivered));
    put(failed, o, "excluded",
        named(failed, weir_ledger_excluded_name, l->excluded,
              WEIR_EXCLUDED_COUNT));
    put(failed, o, "lost",
        named(failed, weir_ledger_lost_name, l->lost, WEIR_LOST_COUNT));
    put(failed, o, "in_flight", number(l->in_flight));
    put(failed, o, "kernel_seen",
        l->has_kernel ? number(l->kernel_seen) : json_null());
    put(failed, o, "kernel_dropped",
        l->has_kernel ? number(l->kernel_dropped) : json_null());
    put(failed, o, "discards",
        named(failed, weir_ledger_discard_name, l->discards,
              WEIR_DISCARD_COUNT));
    if (l->interface_dropped > 0)
        put(failed, o, "interface_dropped", number(l->interface_dropped));
    if (l->kernel_derived)
        put(failed, o, "kernel_derived", json_true());
    put(failed, o, "balanced", json_boolean(weir_ledger_balanced(l)));
    return o;
}

/* The rows come in reading order, so the array that a row belongs to is the
 * last one that was opened at its depth. */
static json_t *protocols(bool *failed, const struct weir_proto_tree *tree)
{
    json_t *at[WEIR_PROTO_DEPTH_MAX + 1] = {json_array()};
    for (size_t i = 0; i < tree->count; i++) {
        const struct weir_proto_row *row = &tree->rows[i];
        json_t *o = append(failed, at[row->depth], json_object());
        put(failed, o, "name", json_string(row->name));
        put_sum(failed, o, row->sum);
        at[row->depth + 1] = json_array();
        put(failed, o, "children", at[row->depth + 1]);
        if (*failed)
            break;
    }
    return at[0];
}

static json_t *sizes(bool *failed, const struct weir_summary *summary)
{
    json_t *array = json_array();
    uint32_t min = 0;
    for (uint32_t i = 0; i < WEIR_SIZE_CLASSES; i++) {
        json_t *o = append(failed, array, json_object());
        put(failed, o, "min", number(min));
        put(failed, o, "max", number(weir_size_class_max[i]));
        put_sum(failed, o, weir_summary_size(summary, i));
        min = weir_size_class_max[i] + 1;
    }
    return array;
}

static json_t *talkers(bool *failed, const struct weir_talker *list,
                       size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        char address[WEIR_TALKER_TEXT_MAX];
        json_t *o = append(failed, array, json_object());
        put(failed, o, "address",
            json_string(weir_talker_text(address, &list[i])));
        put_sum(failed, o, list[i].sum);
    }
    return array;
}

static json_t *malformed(bool *failed, const struct weir_report *report)
{
    json_t *o = json_object();
    for (uint8_t i = 1; i < WEIR_OUTCOMES_MAX; i++) {
        char spare[WEIR_TALKER_TEXT_MAX];
        struct weir_sum sum = weir_summary_outcome(report->summary, i);
        if (sum.frames > 0)
            put(failed, o, weir_report_outcome(report, i, spare),
                number(sum.frames));
    }
    return o;
}

static json_t *write_counts(bool *failed, const struct weir_report_write *write)
{
    if (write->mode == NULL)
        return json_null();
    json_t *o = json_object();
    put(failed, o, "mode", json_string(write->mode));
    put(failed, o, "in_place", number(write->in_place));
    put(failed, o, "compacted", number(write->compacted));
    put(failed, o, "copied", number(write->copied));
    put(failed, o, "padding_bytes", number(write->padding_bytes));
    return o;
}

static json_t *copied(bool *failed, const struct weir_report *report)
{
    json_t *o = json_object();
    put(failed, o, "blocks", number(report->copied_blocks));
    put(failed, o, "frames", number(report->copied_frames));
    return o;
}

static json_t *flows(bool *failed, const struct weir_report_flows *of)
{
    if (!of->counted)
        return json_null();
    json_t *o = json_object();
    json_t *evicted = json_object();
    json_t *untracked = json_object();
    put(failed, o, "count", number(of->count));
    put(failed, evicted, "flows", number(of->evicted));
    put(failed, evicted, "packets", number(of->evicted_packets));
    put(failed, evicted, "bytes", number(of->evicted_bytes));
    put(failed, evicted, "wire_bytes", number(of->evicted_wire_bytes));
    put(failed, o, "evicted", evicted);
    put(failed, untracked, "packets", number(of->untracked));
    put(failed, untracked, "wire_bytes", number(of->untracked_wire_bytes));
    put(failed, o, "untracked", untracked);
    put(failed, o, "not_ip", number(of->not_ip));
    put(failed, o, "malformed", number(of->malformed));
    put(failed, o, "truncated", number(of->truncated));
    return o;
}

static json_t *threads(bool *failed, const struct weir_report *report)
{
    json_t *array = json_array();
    for (size_t i = 0; i < report->threads_count; i++) {
        json_t *o = append(failed, array, json_object());
        put(failed, o, "name", json_string(report->threads[i].name));
        put(failed, o, "cpu_ns", json_integer(report->threads[i].cpu_ns));
    }
    return array;
}

static json_t *lanes(bool *failed, const struct weir_report *report)
{
    json_t *array = json_array();
    for (size_t i = 0; i < report->lanes_count; i++) {
        const struct weir_report_lane *lane = &report->lanes[i];
        json_t *o = append(failed, array, json_object());
        put(failed, o, "name", weir_json_text(lane->name));
        put(failed, o, "interface", weir_json_text(lane->interface));
        put(failed, o, "ledger", ledger(failed, &lane->ledger));
        put(failed, o, "starved", number(lane->starved));
        put(failed, o, "freezes", number(lane->freezes));
    }
    return array;
}

static char *dump(const struct weir_report *report,
                  const struct weir_proto_tree *tree,
                  const struct weir_talker *list, size_t count,
                  struct weir_sum other)
{
    bool failed = false;
    json_t *o = json_object();
    put(&failed, o, "version", weir_json_text(report->version));
    put(&failed, o, "source", weir_json_text(report->source));
    put(&failed, o, "duration_ns", json_integer(report->duration_ns));
    put_sum(&failed, o, report->delivered);
    put(&failed, o, "ledger", ledger(&failed, &report->ledger));
    put(&failed, o, "protocols", protocols(&failed, tree));
    put(&failed, o, "sizes", sizes(&failed, report->summary));
    put(&failed, o, "talkers", talkers(&failed, list, count));
    if (other.frames > 0) {
        json_t *rest = json_object();
        put_sum(&failed, rest, other);
        put(&failed, o, "talkers_other", rest);
    }
    put(&failed, o, "malformed", malformed(&failed, report));
    put(&failed, o, "oversized", number(report->oversized));
    put(&failed, o, "write", write_counts(&failed, &report->write));
    put(&failed, o, "starved", number(report->starved));
    put(&failed, o, "freezes", number(report->freezes));
    put(&failed, o, "write_ns", json_integer(report->write_ns));
    put(&failed, o, "threads", threads(&failed, report));
    put(&failed, o, "late", number(report->late));
    put(&failed, o, "late_ns", json_integer(report->late_ns));
    put(&failed, o, "hurried", number(report->hurried));
    put(&failed, o, "copied_for_sinks", copied(&failed, report));
    put(&failed, o, "flows", flows(&failed, &report->flows));
    if (report->lanes_count > 1)
        put(&failed, o, "lanes", lanes(&failed, report));
    char *out =
        failed ? NULL : json_dumps(o, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    json_decref(o);
    return out;
}

int weir_report_json(const struct weir_report *report, char **out,
                     struct weir_err *err)
{
    struct weir_proto_tree tree;
    int rc =
        weir_proto_tree_open(&tree, report->summary, report->proto_name, err);
    if (rc != 0)
        return rc;
    struct weir_talker *list = NULL;
    size_t count = 0;
    struct weir_sum other = {0};
    rc = weir_report_talkers(report, &list, &count, &other, err);
    if (rc != 0)
        goto err_tree;
    char *json = dump(report, &tree, list, count, other);
    size_t len = json == NULL ? 0 : strlen(json);
    /* jansson ends without a line feed. */
    char *whole = json == NULL ? NULL : realloc(json, len + 2);
    if (whole == NULL) {
        free(json);
        rc = weir_err_set(err, -ENOMEM, "no memory for the report");
    } else {
        memcpy(whole + len, "\n", 2);
        *out = whole;
    }
    free(list);
err_tree:
    weir_proto_tree_close(&tree);
    return rc;
}

int weir_report_ledger_json(const struct weir_ledger *of, char **out,
                            struct weir_err *err)
{
    bool failed = false;
    json_t *o = ledger(&failed, of);
    *out = failed ? NULL : json_dumps(o, JSON_PRESERVE_ORDER);
    json_decref(o);
    return *out != NULL ? 0
                        : weir_err_set(err, -ENOMEM, "no memory for a report");
}

int weir_report_json_write(const struct weir_report *report, const char *path,
                           struct weir_err *err)
{
    struct weir_whole whole;
    char *json = NULL;
    int rc = weir_report_json(report, &json, err);
    if (rc == 0)
        rc = weir_whole_open(&whole, path, "report", err);
    if (rc == 0) {
        (void)fputs(json, whole.out);
        rc = weir_whole_close(&whole, true, "report", err);
    }
    free(json);
    return rc;
}
