#include "bench/limit/report_counts.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"

/* A count that is not there, or none, is not taken for 0. */
static uint64_t count_of(const json_t *object, const char *key, bool *bad)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_integer(value) || json_integer_value(value) < 0) {
        *bad = true;
        return 0;
    }
    return (uint64_t)json_integer_value(value);
}

static uint64_t sum_of(json_t *object, bool *bad)
{
    uint64_t sum = 0;
    const char *key;
    json_t *value;
    if (!json_is_object(object))
        *bad = true;
    json_object_foreach(object, key, value)
    {
        sum += count_of(object, key, bad);
    }
    return sum;
}

/* Without a file there is none of it. */
static void take_write(struct weir_report_counts *out, const json_t *write)
{
    bool bad = false;
    const char *mode = json_string_value(json_object_get(write, "mode"));
    if (mode == NULL)
        return;
    (void)snprintf(out->write_mode, sizeof out->write_mode, "%s", mode);
    out->in_place = count_of(write, "in_place", &bad);
    out->compacted = count_of(write, "compacted", &bad);
}

static int take(struct weir_report_counts *out, const json_t *report,
                struct weir_err *err)
{
    bool bad = false;
    const json_t *ledger = json_object_get(report, "ledger");
    json_t *lost = json_object_get(ledger, "lost");
    *out = (struct weir_report_counts){
        .kernel_seen = count_of(ledger, "kernel_seen", &bad),
        .kernel_dropped = count_of(ledger, "kernel_dropped", &bad),
        .discards = sum_of(json_object_get(ledger, "discards"), &bad),
        .received = count_of(ledger, "received", &bad),
        .written = count_of(ledger, "written", &bad),
        .excluded = sum_of(json_object_get(ledger, "excluded"), &bad),
        .lost = sum_of(lost, &bad),
        .lost_in_write = count_of(lost, "write", &bad),
        .starved = count_of(report, "starved", &bad),
        .write_ns = (int64_t)count_of(report, "write_ns", &bad),
        .balanced = json_is_true(json_object_get(ledger, "balanced")),
    };
    take_write(out, json_object_get(report, "write"));
    if (bad)
        return weir_err_set(err, -EPROTO,
                            "not the report of a recording from an interface");
    return 0;
}

int weir_report_counts_parse(struct weir_report_counts *out, const char *text,
                             struct weir_err *err)
{
    json_error_t error;
    json_t *report = json_loads(text, 0, &error);
    if (report == NULL)
        return weir_err_set(err, -EPROTO, "line %d: %s", error.line,
                            error.text);
    int ret = take(out, report, err);
    json_decref(report);
    return ret;
}

int weir_report_counts_read(struct weir_report_counts *out, const char *path,
                            struct weir_err *err)
{
    json_error_t error;
    json_t *report = json_load_file(path, 0, &error);
    if (report == NULL)
        return weir_err_set(err, -EPROTO, "%s: line %d: %s", path, error.line,
                            error.text);
    int ret = take(out, report, err);
    json_decref(report);
    return ret == 0 ? 0 : weir_err_wrap(err, ret, "%s", path);
}
