#include "bench/results/compare.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "bench/results/lines.h"
#include "sink/printable.h"

#define NAME_MAX_BYTES 200

static const char *const verdicts[] = {
    [WEIR_COMPARE_SAME] = "",         [WEIR_COMPARE_OVERLAP] = "overlap",
    [WEIR_COMPARE_BETTER] = "better", [WEIR_COMPARE_REGRESSION] = "REGRESSION",
    [WEIR_COMPARE_UNJUDGED] = "",     [WEIR_COMPARE_MISSING] = "missing",
    [WEIR_COMPARE_NEW] = "new",       [WEIR_COMPARE_NO_FIGURE] = "no figure",
};

static const char *name_of(const json_t *ratio)
{
    const char *name = weir_line_text(ratio, "name");
    return name == NULL ? "?" : name;
}

/* The ratios by name; the last of a name, as a later command replaces what an
 * earlier one had. */
static json_t *index_of(const struct weir_lines *lines)
{
    json_t *names = json_object();
    for (size_t i = 0; i < lines->count; i++)
        if (strcmp(lines->at[i].type, "ratio") == 0)
            (void)json_object_set(names, name_of(lines->at[i].object),
                                  lines->at[i].object);
    return names;
}

static bool overlap(const json_t *was, const json_t *now)
{
    return weir_line_number(was, "least") <= weir_line_number(now, "most") &&
           weir_line_number(now, "least") <= weir_line_number(was, "most");
}

static enum weir_compare_verdict judge(double change, bool overlaps,
                                       const char *better)
{
    if (better == NULL ||
        (strcmp(better, "more") != 0 && strcmp(better, "less") != 0))
        return WEIR_COMPARE_UNJUDGED;
    double gain = strcmp(better, "more") == 0 ? change : -change;
    if (fabs(gain) <= WEIR_COMPARE_LIMIT)
        return WEIR_COMPARE_SAME;
    if (overlaps)
        return WEIR_COMPARE_OVERLAP;
    return gain > 0 ? WEIR_COMPARE_BETTER : WEIR_COMPARE_REGRESSION;
}

static struct weir_compare_row pair(const json_t *was, const json_t *now)
{
    struct weir_compare_row row = {
        .name = name_of(was != NULL ? was : now),
        .was = weir_line_number(was, "value"),
        .now = weir_line_number(now, "value"),
        .change = (double)NAN,
    };
    if (was == NULL || now == NULL) {
        row.verdict = was == NULL ? WEIR_COMPARE_NEW : WEIR_COMPARE_MISSING;
        return row;
    }
    row.change = row.now / row.was - 1;
    row.verdict = row.was > 0 && row.now > 0 && isfinite(row.change)
                      ? judge(row.change, overlap(was, now),
                              weir_line_text(now, "better"))
                      : WEIR_COMPARE_NO_FIGURE;
    return row;
}

static size_t count_ratios(const struct weir_lines *lines)
{
    size_t at = 0;
    size_t count = 0;
    while (weir_lines_next(lines, "ratio", &at) != NULL)
        count++;
    return count;
}

static void pair_all(struct weir_compare *compare, const struct weir_lines *was,
                     const json_t *old, const struct weir_lines *now,
                     const json_t *new)
{
    const json_t *ratio;
    size_t at = 0;
    while ((ratio = weir_lines_next(was, "ratio", &at)) != NULL)
        if (json_object_get(old, name_of(ratio)) == ratio)
            compare->rows[compare->count++] =
                pair(ratio, json_object_get(new, name_of(ratio)));
    at = 0;
    while ((ratio = weir_lines_next(now, "ratio", &at)) != NULL)
        if (json_object_get(new, name_of(ratio)) == ratio &&
            json_object_get(old, name_of(ratio)) == NULL)
            compare->rows[compare->count++] = pair(NULL, ratio);
    for (size_t i = 0; i < compare->count; i++)
        compare->of[compare->rows[i].verdict]++;
}

int weir_compare_open(struct weir_compare *compare,
                      const struct weir_lines *was,
                      const struct weir_lines *now, struct weir_err *err)
{
    *compare = (struct weir_compare){0};
    json_t *old = index_of(was);
    json_t *new = index_of(now);
    compare->rows = calloc(count_ratios(was) + count_ratios(now) + 1,
                           sizeof *compare->rows);
    int rc = 0;
    if (compare->rows == NULL || old == NULL || new == NULL)
        rc = weir_err_sys(err, -ENOMEM, "compare");
    else
        pair_all(compare, was, old, now, new);
    json_decref(old);
    json_decref(new);
    if (rc != 0)
        weir_compare_close(compare);
    return rc;
}

void weir_compare_close(struct weir_compare *compare)
{
    free(compare->rows);
    *compare = (struct weir_compare){0};
}

/* A column of 8: a figure, or that there is none. */
static void put_figure(double value, FILE *out)
{
    if (isfinite(value))
        (void)fprintf(out, " %8.3f", value);
    else
        (void)fprintf(out, " %8s", "-");
}

static void put_row(const struct weir_compare_row *row, FILE *out)
{
    char name[NAME_MAX_BYTES];
    put_figure(row->was, out);
    put_figure(row->now, out);
    if (isfinite(row->change))
        (void)fprintf(out, " %+8.1f%%", 100 * row->change);
    else
        (void)fprintf(out, " %9s", "-");
    (void)fprintf(out, "  %-10s  %s\n", verdicts[row->verdict],
                  weir_printable(name, sizeof name, row->name));
}

static const json_t *first_host(const struct weir_lines *lines)
{
    size_t at = 0;
    return json_object_get(weir_lines_next(lines, "run", &at), "host");
}

static void put_value(const json_t *value, FILE *out)
{
    char text[NAME_MAX_BYTES];
    if (json_is_string(value))
        (void)fputs(weir_printable(text, sizeof text, json_string_value(value)),
                    out);
    else if (json_is_number(value))
        (void)fprintf(out, "%.15g", json_number_value(value));
    else
        (void)fputs("nothing", out);
}

static void put_hosts(const struct weir_lines *was,
                      const struct weir_lines *now, FILE *out)
{
    static const char *const keys[] = {"cpu", "cores", "memory_bytes", "kernel",
                                       "hypervisor"};
    const json_t *old = first_host(was);
    const json_t *new = first_host(now);
    if (old == NULL || new == NULL)
        (void)fprintf(out,
                      "\nCareful: the %s results do not say of which "
                      "host they are.\n",
                      old == NULL ? "old" : "new");
    size_t said = 0;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (old == NULL || new == NULL || weir_line_same(old, new, keys[i]))
            continue;
        (void)fprintf(out, "%sCareful: different hosts: %s was ",
                      said++ == 0 ? "\n" : "", keys[i]);
        put_value(json_object_get(old, keys[i]), out);
        (void)fputs(", is ", out);
        put_value(json_object_get(new, keys[i]), out);
        (void)fputs("\n", out);
    }
}

/* Made by ./dev bench --quick, on whose few frames a program's start weighs. */
static bool is_quick(const struct weir_lines *lines)
{
    size_t at = 0;
    const json_t *line;
    while ((line = weir_lines_next(lines, "bench", &at)) != NULL) {
        const char *command =
            json_string_value(json_object_get(line, "command"));
        if (command != NULL && strstr(command, " --quick") != NULL)
            return true;
    }
    return false;
}

static void put_quick(const struct weir_lines *was,
                      const struct weir_lines *now, FILE *out)
{
    if (is_quick(was) != is_quick(now))
        (void)fprintf(out,
                      "\nCareful: only the %s results are of a quick run: "
                      "compare like with like.\n",
                      is_quick(was) ? "old" : "new");
}

size_t weir_compare_both(const struct weir_compare *compare)
{
    return compare->count - compare->of[WEIR_COMPARE_MISSING] -
           compare->of[WEIR_COMPARE_NEW] - compare->of[WEIR_COMPARE_NO_FIGURE];
}

static void put_counts(const struct weir_compare *compare, FILE *out)
{
    const size_t *of = compare->of;
    size_t regressions = of[WEIR_COMPARE_REGRESSION];
    (void)fprintf(out, "\n%zu of %zu compared", weir_compare_both(compare),
                  compare->count - of[WEIR_COMPARE_NEW]);
    if (of[WEIR_COMPARE_MISSING] > 0)
        (void)fprintf(out, ", %zu missing", of[WEIR_COMPARE_MISSING]);
    if (of[WEIR_COMPARE_NO_FIGURE] > 0)
        (void)fprintf(out, ", %zu without a figure",
                      of[WEIR_COMPARE_NO_FIGURE]);
    if (of[WEIR_COMPARE_NEW] > 0)
        (void)fprintf(out, ", %zu new", of[WEIR_COMPARE_NEW]);
    (void)fprintf(out, "; %zu regression%s of more than %.0f%%", regressions,
                  regressions == 1 ? "" : "s", 100 * WEIR_COMPARE_LIMIT);
    if (of[WEIR_COMPARE_OVERLAP] > 0)
        (void)fprintf(out,
                      "; %zu such change%s with rounds that overlap: measure "
                      "again",
                      of[WEIR_COMPARE_OVERLAP],
                      of[WEIR_COMPARE_OVERLAP] == 1 ? "" : "s");
    (void)fputs("\n", out);
}

void weir_compare_print(const struct weir_compare *compare,
                        const struct weir_lines *was,
                        const struct weir_lines *now, FILE *out)
{
    (void)fprintf(out, " %8s %8s %9s  %-10s  %s\n", "old", "new", "change", "",
                  "ratio");
    for (size_t i = 0; i < compare->count; i++)
        put_row(&compare->rows[i], out);
    put_hosts(was, now, out);
    put_quick(was, now, out);
    (void)fputs(compare->of[WEIR_COMPARE_REGRESSION] > 0 ? "\n" : "", out);
    for (size_t i = 0; i < compare->count; i++) {
        const struct weir_compare_row *row = &compare->rows[i];
        char name[NAME_MAX_BYTES];
        if (row->verdict == WEIR_COMPARE_REGRESSION)
            (void)fprintf(out, "regression: %s: %.3f to %.3f (%+.1f%%)\n",
                          weir_printable(name, sizeof name, row->name),
                          row->was, row->now, 100 * row->change);
    }
    put_counts(compare, out);
}
