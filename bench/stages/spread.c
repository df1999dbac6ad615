#include "bench/stages/spread.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double rank(const double *sorted, size_t count, size_t percent)
{
    size_t at = (count * percent + 99) / 100;
    return sorted[at > 0 ? at - 1 : 0];
}

void weir_spread_make(struct weir_spread *out, double *samples, size_t count)
{
    *out = (struct weir_spread){0};
    if (count == 0)
        return;
    qsort(samples, count, sizeof *samples, compare);
    out->least = samples[0];
    out->p10 = rank(samples, count, 10);
    out->p50 = rank(samples, count, 50);
    out->p90 = rank(samples, count, 90);
    out->p99 = rank(samples, count, 99);
    out->most = samples[count - 1];
}

struct weir_spread weir_spread_scale(const struct weir_spread *spread,
                                     double factor)
{
    return (struct weir_spread){
        .least = spread->least * factor,
        .p10 = spread->p10 * factor,
        .p50 = spread->p50 * factor,
        .p90 = spread->p90 * factor,
        .p99 = spread->p99 * factor,
        .most = spread->most * factor,
    };
}
