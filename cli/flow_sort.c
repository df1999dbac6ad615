#include "cli/flow_sort.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli/flow_report.h"

/* Digits of a radix sort: 11 bits are few passes, and their counts stay in
 * the first cache. */
#define DIGIT_BITS 11
#define DIGITS     (1u << DIGIT_BITS)
#define PASSES     6 /* through 64 bits */

/* To look for so many of a table by a heap is quicker than to sort it. */
#define HEAP_PART 16

static int compare_flows(const struct weir_flow *a, const struct weir_flow *b)
{
    for (unsigned end = 0; end < 2; end++) {
        int order = memcmp(a->addresses[end], b->addresses[end], 16);
        if (order != 0)
            return order;
        if (a->ports[end] != b->ports[end])
            return a->ports[end] < b->ports[end] ? -1 : 1;
        if (a->tags[end] != b->tags[end])
            return a->tags[end] < b->tags[end] ? -1 : 1;
    }
    return (int)a->protocol - (int)b->protocol;
}

/* Where keys are the same, flows are looked at. */
static int compare_rows(const void *a, const void *b, void *table)
{
    const struct flow_row *x = a, *y = b;
    struct weir_flow flows[2];
    if (x->key != y->key)
        return x->key > y->key ? -1 : 1;
    if (x->first_ns != y->first_ns)
        return x->first_ns < y->first_ns ? -1 : 1;
    weir_flow_table_get(table, x->index, &flows[0]);
    weir_flow_table_get(table, y->index, &flows[1]);
    return compare_flows(&flows[0], &flows[1]);
}

static void sort(struct flow_row *rows, uint32_t count,
                 const struct weir_flow_table *table)
{
    qsort_r(rows, count, sizeof *rows, compare_rows, (void *)(uintptr_t)table);
}

/* A heap whose root is the last in order of the n rows in it. */
static void sift_down(struct flow_row *heap, uint32_t n, uint32_t at,
                      const struct weir_flow_table *table)
{
    void *t = (void *)(uintptr_t)table;
    for (uint64_t child; (child = 2 * (uint64_t)at + 1) < n;) {
        if (child + 1 < n &&
            compare_rows(&heap[child], &heap[child + 1], t) < 0)
            child++;
        if (compare_rows(&heap[at], &heap[child], t) >= 0)
            return;
        struct flow_row row = heap[at];
        heap[at] = heap[child];
        heap[child] = row;
        at = (uint32_t)child;
    }
}

static void choose(struct flow_row *rows, uint32_t count, uint32_t listed,
                   const struct weir_flow_table *table)
{
    for (uint32_t at = listed / 2; at-- > 0;)
        sift_down(rows, listed, at, table);
    for (uint32_t i = listed; i < count; i++) {
        if (compare_rows(&rows[i], &rows[0], (void *)(uintptr_t)table) >= 0)
            continue;
        struct flow_row row = rows[0];
        rows[0] = rows[i];
        rows[i] = row;
        sift_down(rows, listed, 0, table);
    }
}

/* What rows are sorted by, ascending: first the lesser of the two. */
static inline uint64_t part_of(const struct flow_row *row, bool key)
{
    return key ? ~row->key : (uint64_t)row->first_ns ^ (UINT64_C(1) << 63);
}

static inline unsigned digit_of(uint64_t part, unsigned pass)
{
    return (unsigned)(part >> pass * DIGIT_BITS) & (DIGITS - 1);
}

/* One pass of the radix sort.  false: all rows have the same digit, and
 * stay where they are. */
static bool pass_rows(struct flow_row *to, const struct flow_row *from,
                      uint32_t count, bool key, unsigned pass)
{
    uint32_t starts[DIGITS] = {0};
    for (uint32_t i = 0; i < count; i++)
        starts[digit_of(part_of(&from[i], key), pass)]++;
    if (starts[digit_of(part_of(&from[0], key), pass)] == count)
        return false;
    for (uint32_t digit = 0, start = 0; digit < DIGITS; digit++) {
        uint32_t n = starts[digit];
        starts[digit] = start;
        start += n;
    }
    for (uint32_t i = 0; i < count; i++)
        to[starts[digit_of(part_of(&from[i], key), pass)]++] = from[i];
    return true;
}

static bool is_tied(const struct flow_row *a, const struct flow_row *b)
{
    return a->key == b->key && a->first_ns == b->first_ns;
}

static void sort_ties(struct flow_row *rows, uint32_t count,
                      const struct weir_flow_table *table)
{
    for (uint32_t from = 0, to; from < count; from = to) {
        for (to = from + 1; to < count && is_tied(&rows[from], &rows[to]);)
            to++;
        if (to - from > 1)
            sort(rows + from, to - from, table);
    }
}

static void sort_all(struct flow_row *rows, uint32_t count,
                     const struct weir_flow_table *table)
{
    struct flow_row *spare = calloc(count, sizeof *spare);
    struct flow_row *from = rows;
    struct flow_row *to = spare;
    if (spare == NULL) {
        sort(rows, count, table);
        return;
    }
    for (unsigned pass = 0; pass < 2 * PASSES; pass++) {
        if (!pass_rows(to, from, count, pass >= PASSES, pass % PASSES))
            continue;
        struct flow_row *filled = to;
        to = from;
        from = filled;
    }
    if (from != rows)
        memcpy(rows, from, count * sizeof *rows);
    free(spare);
    sort_ties(rows, count, table);
}

void flow_sort_rows(struct flow_row *rows, uint32_t count, uint32_t listed,
                    const struct weir_flow_table *table)
{
    if (listed == 0)
        return;
    if (listed > count / HEAP_PART && count > DIGITS) {
        sort_all(rows, count, table);
        return;
    }
    if (listed < count)
        choose(rows, count, listed, table);
    sort(rows, listed, table);
}
