#include "pipeline/progress_sum.h"

#include <stddef.h>

static void add_all(uint64_t *into, const uint64_t *of, size_t n)
{
    for (size_t i = 0; i < n; i++)
        into[i] += of[i];
}

struct weir_progress weir_progress_none(void)
{
    return (struct weir_progress){.time_min_ns = INT64_MAX,
                                  .time_max_ns = INT64_MIN};
}

static void add_ledger(struct weir_ledger *into, const struct weir_ledger *of)
{
    into->received += of->received;
    into->delivered += of->delivered;
    add_all(into->excluded, of->excluded, WEIR_EXCLUDED_COUNT);
    add_all(into->lost, of->lost, WEIR_LOST_COUNT);
    into->in_flight += of->in_flight;
    into->has_kernel |= of->has_kernel;
    into->kernel_derived |= of->kernel_derived;
    into->kernel_seen += of->kernel_seen;
    into->kernel_dropped += of->kernel_dropped;
    into->interface_dropped += of->interface_dropped;
    add_all(into->discards, of->discards, WEIR_DISCARD_COUNT);
}

void weir_progress_add(struct weir_progress *into,
                       const struct weir_progress *of)
{
    add_ledger(&into->ledger, &of->ledger);
    into->delivered_bytes += of->delivered_bytes;
    into->malformed += of->malformed;
    into->truncated += of->truncated;
    into->oversized += of->oversized;
    into->starved += of->starved;
    into->freezes += of->freezes;
    into->write_ns += of->write_ns;
    into->late += of->late;
    into->hurried += of->hurried;
    into->copied_blocks += of->copied_blocks;
    into->copied_frames += of->copied_frames;
    if (of->late_ns > into->late_ns)
        into->late_ns = of->late_ns;
    if (of->time_min_ns < into->time_min_ns)
        into->time_min_ns = of->time_min_ns;
    if (of->time_max_ns > into->time_max_ns)
        into->time_max_ns = of->time_max_ns;
}
