#include "bench/results/page_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sink/printable.h"

void weir_rows_open(struct weir_rows *rows, const struct weir_lines *lines,
                    const char *type)
{
    size_t at = 0;
    const json_t *line;
    rows->count = 0;
    rows->left = 0;
    while ((line = weir_lines_next(lines, type, &at)) != NULL) {
        if (rows->count == WEIR_ROWS_MAX)
            rows->left++;
        else
            rows->at[rows->count++] = line;
    }
}

bool weir_rows_alike(const json_t *a, const json_t *b, const char *const *keys)
{
    for (size_t k = 0; keys[k] != NULL; k++)
        if (!weir_line_same(a, b, keys[k]))
            return false;
    return true;
}

bool weir_rows_first(const struct weir_rows *rows, size_t i,
                     const char *const *keys)
{
    for (size_t k = 0; k < i; k++)
        if (weir_rows_alike(rows->at[k], rows->at[i], keys))
            return false;
    return true;
}

/* Infinite of a mix. */
static double order_of(const json_t *line)
{
    double size = weir_page_size(line);
    return isfinite(size) ? size : (double)INFINITY;
}

/* By insertion, which keeps the order of equals: there are few rows, and most
 * are where they belong. */
void weir_rows_by_size(struct weir_rows *rows)
{
    for (size_t i = 1; i < rows->count; i++) {
        const json_t *row = rows->at[i];
        double order = order_of(row);
        size_t k = i;
        for (; k > 0 && order_of(rows->at[k - 1]) > order; k--)
            rows->at[k] = rows->at[k - 1];
        rows->at[k] = row;
    }
}

void weir_rows_say_left(const struct weir_rows *rows, const char *what,
                        struct weir_doc *doc)
{
    if (rows->left > 0)
        weir_doc_add(doc, WEIR_DOC_TEXT,
                     "%zu more %s are in the results, and "
                     "not shown here.",
                     rows->left, what);
}

const char *weir_page_text(const json_t *line, const char *key)
{
    const char *text = weir_line_text(line, key);
    return text == NULL ? "?" : text;
}

double weir_page_size(const json_t *line)
{
    const char *text = weir_line_text(line, "frame");
    if (text == NULL || *text == '\0' ||
        strspn(text, "0123456789") != strlen(text) || strlen(text) > 6)
        return (double)NAN;
    return strtod(text, NULL);
}

const char *weir_page_frame(char out[WEIR_PAGE_NAME_MAX], const json_t *line)
{
    const char *text = weir_page_text(line, "frame");
    if (isfinite(weir_page_size(line)))
        (void)snprintf(out, WEIR_PAGE_NAME_MAX, "%s B", text);
    else if (strcmp(text, "imix") == 0)
        (void)snprintf(out, WEIR_PAGE_NAME_MAX, "IMIX");
    else
        (void)weir_printable(out, WEIR_PAGE_NAME_MAX, text);
    return out;
}

const char *weir_page_target(char out[WEIR_PAGE_NAME_MAX], const json_t *line)
{
    const char *type = weir_page_text(line, "target");
    const char *folder = weir_line_text(line, "folder");
    if (strcmp(type, "none") == 0)
        (void)snprintf(out, WEIR_PAGE_NAME_MAX, "no file");
    else if (folder != NULL)
        (void)snprintf(out, WEIR_PAGE_NAME_MAX, "%.30s (%.100s)", type, folder);
    else
        (void)snprintf(out, WEIR_PAGE_NAME_MAX, "%.100s", type);
    return out;
}

const char *weir_page_row(char out[WEIR_PAGE_NAME_MAX], const json_t *line)
{
    char frame[WEIR_PAGE_NAME_MAX];
    char target[WEIR_PAGE_NAME_MAX];
    double workers = weir_line_number(line, "workers");
    int n =
        snprintf(out, WEIR_PAGE_NAME_MAX, "%.40s, %.80s",
                 weir_page_frame(frame, line), weir_page_target(target, line));
    if (n > 0 && isfinite(workers))
        (void)snprintf(out + n, WEIR_PAGE_NAME_MAX - (size_t)n,
                       ", %.0f worker%s", workers, workers > 1 ? "s" : "");
    return out;
}

const char *weir_page_limit(char out[WEIR_PAGE_NAME_MAX], const json_t *line)
{
    const char *limit = weir_line_text(line, "limit");
    const char *stage = weir_line_text(line, "stage");
    if (limit == NULL)
        return NULL;
    if (stage != NULL && strcmp(stage, limit) != 0)
        (void)snprintf(out, WEIR_PAGE_NAME_MAX, "%.40s (mostly %.40s)", limit,
                       stage);
    else
        (void)snprintf(out, WEIR_PAGE_NAME_MAX, "%.100s", limit);
    return out;
}

int weir_page_decimals(double value)
{
    double size = fabs(value);
    return size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 4;
}

const char *weir_page_range(char out[WEIR_PAGE_NAME_MAX], const json_t *line,
                            const char *key, double scale, int decimals)
{
    char low[WEIR_DOC_NUMBER_MAX];
    char high[WEIR_DOC_NUMBER_MAX];
    const json_t *least = json_object_get(line, "least");
    const json_t *most = json_object_get(line, "most");
    const char *from =
        weir_doc_number(low, scale * weir_line_number(least, key), decimals);
    const char *to =
        weir_doc_number(high, scale * weir_line_number(most, key), decimals);
    if (from == NULL || to == NULL)
        return NULL;
    (void)snprintf(out, WEIR_PAGE_NAME_MAX, "%s to %s", from, to);
    return out;
}
