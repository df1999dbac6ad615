#include "bench/embed/turns.h"

#include <errno.h>
#include <inttypes.h>

#include "base/err.h"
#include "bench/results/results.h"
#include "bench/self/told.h"
#include "bench/stages/spread.h"

static int turn(struct weir_embed_turns *turns, uint32_t k, uint64_t *sum,
                struct weir_err *err)
{
    struct weir_embed_entrant *entrant = &turns->entrants[k];
    struct weir_alone found;
    struct weir_err why;
    if (entrant->out)
        return 0;
    int rc = weir_alone_run(&found, entrant->work, entrant->context,
                            turns->timeout_ns, &why);
    if (rc == 0 && turns->frames == 0)
        turns->frames = found.frames;
    if (rc == 0 && *sum == 0)
        *sum = found.sum;
    if (rc == 0 && (found.frames != turns->frames || found.sum != *sum ||
                    found.frames == 0))
        rc = weir_err_set(&why, -EBADMSG,
                          "other frames than the others: %" PRIu64
                          ", not %" PRIu64,
                          found.frames, turns->frames);
    if (rc != 0) {
        entrant->out = true;
        turns->failed++;
        fprintf(stderr, "weir bench: %s: %s: %s\n", turns->task, entrant->name,
                why.text);
        return turns->results == NULL
                   ? 0
                   : weir_results_skip(turns->results, entrant->name, why.text,
                                       err);
    }
    const double frames = (double)found.frames;
    entrant->rounds[entrant->count++] = (struct weir_self_round){
        .duration_s = (double)found.wall_ns / 1e9,
        .pps = frames * 1e9 / (double)found.wall_ns,
        .cpu_ns = (double)found.cpu_ns / frames,
        .memory_bytes = (double)found.memory_bytes,
    };
    return 0;
}

static double cpu_ns_of(const struct weir_self_round *round)
{
    return round->cpu_ns;
}

static double pps_of(const struct weir_self_round *round)
{
    return round->pps;
}

static struct weir_spread
spread_of(const struct weir_embed_entrant *entrant,
          double (*figure)(const struct weir_self_round *))
{
    double values[WEIR_SELF_ROUNDS_MAX];
    struct weir_spread spread;
    for (uint32_t i = 0; i < entrant->count; i++)
        values[i] = figure(&entrant->rounds[i]);
    weir_spread_make(&spread, values, entrant->count);
    return spread;
}

static int tell(const struct weir_embed_turns *turns,
                const struct weir_embed_entrant *entrant, struct weir_err *err)
{
    const struct weir_spread cpu = spread_of(entrant, cpu_ns_of);
    const struct weir_spread pps = spread_of(entrant, pps_of);
    fprintf(turns->out, "%-24s %9.2f %7.2f to %7.2f %9.2f\n", entrant->name,
            cpu.p50, cpu.least, cpu.most, pps.p50 / 1e6);
    if (turns->results == NULL)
        return 0;
    struct weir_self_entrant line = {
        .task = turns->task,
        .peer = entrant->name,
        .does = entrant->does,
        .argv = {entrant->name, NULL},
        .count = entrant->count,
    };
    (void)snprintf(line.version, sizeof line.version, "%s", entrant->version);
    for (uint32_t i = 0; i < entrant->count; i++)
        line.rounds[i] = entrant->rounds[i];
    return weir_results_add(turns->results, weir_told_json(&line), err);
}

int weir_embed_turns_run(struct weir_embed_turns *turns, struct weir_err *err)
{
    uint64_t sum = 0;
    int rc = 0;
    for (uint32_t i = 0; i < turns->rounds && rc == 0; i++)
        for (uint32_t k = 0; k < turns->count && rc == 0; k++)
            rc = turn(turns, (i + k) % turns->count, &sum, err);
    fprintf(turns->out, "%-24s %9s %18s %9s\n", "function", "CPU ns",
            "least to most", "Mpps");
    for (uint32_t k = 0; k < turns->count && rc == 0; k++)
        if (turns->entrants[k].count > 0)
            rc = tell(turns, &turns->entrants[k], err);
    (void)fflush(turns->out);
    return rc;
}

static int ratio(struct weir_embed_turns *turns, const char *name,
                 const double *over, const double *under, uint32_t count,
                 struct weir_err *err)
{
    double ratios[WEIR_SELF_ROUNDS_MAX];
    struct weir_spread spread;
    for (uint32_t i = 0; i < count; i++)
        ratios[i] = under[i] > 0 ? over[i] / under[i] : 0;
    weir_spread_make(&spread, ratios, count);
    fprintf(turns->out, "%s: %.2f (%.2f to %.2f)\n", name, spread.p50,
            spread.least, spread.most);
    return turns->results == NULL
               ? 0
               : weir_results_ratio(turns->results, name, over, under, count,
                                    "more", err);
}

int weir_embed_turns_ratio(struct weir_embed_turns *turns, uint32_t over,
                           uint32_t under, struct weir_err *err)
{
    const struct weir_embed_entrant *a = &turns->entrants[over];
    const struct weir_embed_entrant *b = &turns->entrants[under];
    double of_a[WEIR_SELF_ROUNDS_MAX];
    double of_b[WEIR_SELF_ROUNDS_MAX];
    char name[160];
    if (a->out || b->out)
        return 0;
    for (uint32_t i = 0; i < turns->rounds; i++) {
        of_a[i] = a->rounds[i].pps;
        of_b[i] = b->rounds[i].pps;
    }
    (void)snprintf(name, sizeof name, "%s: %s over %s, rate", turns->task,
                   a->name, b->name);
    int rc = ratio(turns, name, of_a, of_b, turns->rounds, err);
    for (uint32_t i = 0; i < turns->rounds; i++) {
        of_a[i] = a->rounds[i].cpu_ns;
        of_b[i] = b->rounds[i].cpu_ns;
    }
    (void)snprintf(name, sizeof name, "%s: %s over %s, CPU", turns->task,
                   b->name, a->name);
    return rc != 0 ? rc : ratio(turns, name, of_b, of_a, turns->rounds, err);
}
