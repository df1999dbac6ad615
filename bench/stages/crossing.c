#include "bench/stages/crossing.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static int by_bytes(const void *a, const void *b)
{
    const struct weir_crossing_point *x = a, *y = b;
    return (x->turned.file_bytes > y->turned.file_bytes) -
           (x->turned.file_bytes < y->turned.file_bytes);
}

static bool has_both(const struct weir_crossing_point *p)
{
    return p->copied.ns > 0 && p->turned.ns > 0;
}

/* What copying costs more; negative: less. */
static double gain(const struct weir_crossing_point *p)
{
    return p->copied.ns - p->turned.ns;
}

struct weir_crossing weir_crossing_find(struct weir_crossing_point *points,
                                        size_t count)
{
    struct weir_crossing found = {(double)NAN, (double)NAN};
    const struct weir_crossing_point *before = NULL;
    qsort(points, count, sizeof *points, by_bytes);
    for (size_t i = 0; i < count; i++) {
        const struct weir_crossing_point *p = &points[i];
        if (!has_both(p))
            continue;
        if (before != NULL && gain(before) < 0 && gain(p) >= 0) {
            const double part = gain(before) / (gain(before) - gain(p));
            const double copied =
                before->copied.file_bytes +
                part * (p->copied.file_bytes - before->copied.file_bytes);
            found.bytes =
                before->turned.file_bytes +
                part * (p->turned.file_bytes - before->turned.file_bytes);
            found.more = found.bytes / copied;
        }
        before = p;
    }
    return found;
}
