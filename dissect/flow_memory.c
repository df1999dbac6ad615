/* How a table lies in its memory. */

#include <errno.h>
#include <sys/mman.h>

#include "base/err.h"
#include "dissect/flow_index.h"
#include "dissect/flow_table.h"

#define HUGE_PAGE_BYTES (UINT64_C(2) << 20)
#define PAGE_BYTES      4096 /* no page is smaller */

static uint32_t buckets_for(uint32_t flows)
{
    return (flows + FLOW_PER_BUCKET - 1) / FLOW_PER_BUCKET;
}

/* The struct has lines of its own before the buckets. */
static size_t head_bytes(void)
{
    return (sizeof(struct weir_flow_table) + FLOW_LINE - 1) / FLOW_LINE *
           FLOW_LINE;
}

uint64_t weir_flow_table_bytes(uint32_t flows)
{
    return head_bytes() +
           (uint64_t)buckets_for(flows) * sizeof(struct flow_bucket) +
           (uint64_t)flows *
               (sizeof(struct flow_hot) + sizeof(struct flow_cold));
}

uint32_t weir_flow_table_fit(uint64_t bytes)
{
    uint32_t fit = 0;
    for (uint32_t step = WEIR_FLOW_TABLE_FLOWS_MAX; step > 0; step /= 2)
        if (fit + step <= WEIR_FLOW_TABLE_FLOWS_MAX &&
            weir_flow_table_bytes(fit + step) <= bytes)
            fit += step;
    return fit < WEIR_FLOW_TABLE_FLOWS_MIN ? 0 : fit;
}

static bool timeout_good(int64_t ns)
{
    return ns >= WEIR_FLOW_TIMEOUT_MIN_NS && ns <= WEIR_FLOW_TIMEOUT_MAX_NS;
}

static int check(const struct weir_flow_table_config *config,
                 struct weir_err *err)
{
    if (config->flows < WEIR_FLOW_TABLE_FLOWS_MIN ||
        config->flows > WEIR_FLOW_TABLE_FLOWS_MAX)
        return weir_err_set(err, -EINVAL, "a table of %u flows", config->flows);
    if (!timeout_good(config->idle_ns) || !timeout_good(config->active_ns) ||
        config->active_ns / WEIR_FLOW_TIMEOUT_RATIO > config->idle_ns)
        return weir_err_set(err, -EINVAL, "a table with such timeouts");
    return 0;
}

/* The kernel gives zeros; so that it gives them now, each page is written
 * to, but for the first, where the table itself is. */
static void touch(volatile uint8_t *map, size_t bytes)
{
    for (size_t at = PAGE_BYTES; at < bytes; at += PAGE_BYTES)
        map[at] = 0;
}

int weir_flow_table_open(struct weir_flow_table **out,
                         const struct weir_flow_table_config *config,
                         struct weir_err *err)
{
    int ret = check(config, err);
    if (ret < 0)
        return ret;
    size_t bytes = weir_flow_table_bytes(config->flows);
    void *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED)
        return weir_err_sys(err, -errno, "a table of %u flows", config->flows);
    /* As for summaries: spares most misses of the address translation. */
    if (bytes >= HUGE_PAGE_BYTES)
        (void)madvise(map, bytes, MADV_HUGEPAGE);
    struct weir_flow_table *t = map;
    t->map_bytes = bytes;
    t->capacity = config->flows;
    t->aim.buckets_count = buckets_for(config->flows);
    t->aim.buckets = (const uint8_t *)map + head_bytes();
    t->buckets = (void *)((uint8_t *)map + head_bytes());
    t->hot = (void *)(t->buckets + t->aim.buckets_count);
    t->cold = (void *)(t->hot + t->capacity);
    t->idle_ns = (uint64_t)config->idle_ns;
    t->active_ns = config->active_ns;
    if (config->touched)
        touch(map, bytes);
    weir_flow_hash_init(&t->aim.hash, config->seed);
    weir_flow_table_set_origin(t, 0);
    *out = t;
    return 0;
}

void weir_flow_table_close(struct weir_flow_table *table)
{
    if (table != NULL)
        munmap(table, table->map_bytes);
}
