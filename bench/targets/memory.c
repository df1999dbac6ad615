#include "bench/targets/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "bench/host/job.h"
#include "bench/results/lines.h"
#include "bench/results/results.h"
#include "ring/batch.h"

#define TASK        "live, 1000 kpps"
#define NAME        "memory, live: weir over what was asked for"
#define ROUNDS_MAX  100
#define PATIENCE_NS (5 * WEIR_NS_PER_S)

/* A block and a chunk for each batch: a source of its own needs the first,
 * one that lends the kernel's memory does not. */
bool weir_targets_pool(const char *plan, uint64_t *out)
{
    static const char between[] = " batches, blocks of ";
    const char *pool = strstr(plan, "pool ");
    if (pool == NULL)
        return false;
    char *rest = NULL;
    const uint64_t batches = strtoull(pool + strlen("pool "), &rest, 10);
    if (strncmp(rest, between, strlen(between)) != 0)
        return false;
    const uint64_t block_kib = strtoull(rest + strlen(between), &rest, 10);
    if (strncmp(rest, " KiB", 4) != 0)
        return false;
    *out = batches * (2 * block_kib * 1024 + (uint64_t)WEIR_LEASE_FRAMES_MAX *
                                                 WEIR_CHUNK_BYTES_PER_FRAME);
    return true;
}

static int pool_ask(uint64_t *out, const char *weir, struct weir_err *err)
{
    const char *const argv[] = {weir, "record", "-i",        "lo",
                                "-w", "out",    "--dry-run", NULL};
    const struct weir_job_config config = {
        .argv = argv, .netns_fd = -1, .input_fd = -1, .output = ""};
    struct weir_job_end *end = calloc(1, sizeof *end);
    if (end == NULL)
        return weir_err_sys(err, -ENOMEM, "weir --dry-run");
    int ret = weir_job_run(&config, PATIENCE_NS, end, err);
    if (ret == 0 && !weir_targets_pool(end->output, out))
        ret = weir_err_set(err, -EBADMSG, "weir --dry-run tells no pool");
    free(end);
    return ret;
}

/* The rounds' figures of the last such line; how many. */
static size_t rounds_read(double over[ROUNDS_MAX], const char *path)
{
    struct weir_lines lines;
    size_t at = 0;
    size_t n = 0;
    const json_t *peer;
    if (weir_lines_open(&lines, path, NULL) != 0)
        return 0;
    while ((peer = weir_lines_next(&lines, "peer", &at)) != NULL) {
        const json_t *rounds = json_object_get(peer, "rounds");
        const char *task = weir_line_text(peer, "task");
        const char *name = weir_line_text(peer, "peer");
        if (task == NULL || name == NULL || strcmp(task, TASK) != 0 ||
            strcmp(name, "weir") != 0)
            continue;
        for (n = 0; n < ROUNDS_MAX && n < json_array_size(rounds); n++)
            over[n] =
                weir_line_number(json_array_get(rounds, n), "memory_bytes");
    }
    weir_lines_close(&lines);
    return n;
}

int weir_targets_memory(const char *path, const char *weir,
                        struct weir_err *err)
{
    double over[ROUNDS_MAX];
    double under[ROUNDS_MAX];
    struct weir_results *results = NULL;
    uint64_t pool = 0;
    const size_t count = rounds_read(over, path);
    if (count == 0)
        return 0;
    int ret = pool_ask(&pool, weir, err);
    if (ret == 0)
        ret = weir_results_open(&results, path, err);
    for (size_t i = 0; i < count; i++)
        under[i] = (double)(WEIR_TARGETS_RING_BYTES + pool +
                            WEIR_TARGETS_TABLES_BYTES);
    if (ret == 0)
        ret =
            weir_results_ratio(results, NAME, over, under, count, "less", err);
    int rc = weir_results_close(results, ret == 0 ? err : NULL);
    return ret != 0 ? ret : rc;
}
