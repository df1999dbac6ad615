#include "bench/stages/waited.h"

#include <stdio.h>
#include <stdlib.h>

struct weir_waited weir_waited_read(void)
{
    struct weir_waited waited = {0};
    char line[128];
    FILE *file = fopen("/proc/thread-self/schedstat", "re");
    if (file == NULL)
        return waited;
    if (fgets(line, sizeof line, file) != NULL) {
        char *end;
        waited.busy_ns = strtoll(line, &end, 10);
        waited.waiting_ns = strtoll(end, NULL, 10);
    }
    (void)fclose(file);
    return waited;
}

double weir_waited_fraction(const struct weir_waited *before,
                            const struct weir_waited *after)
{
    double busy = (double)(after->busy_ns - before->busy_ns);
    double waiting = (double)(after->waiting_ns - before->waiting_ns);
    return busy + waiting > 0 ? waiting / (busy + waiting) : 0;
}
