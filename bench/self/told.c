#include "bench/self/told.h"

#include <stddef.h>
#include <string.h>

#include "bench/results/results.h"
#include "bench/self/rounds.h"
#include "bench/stages/spread.h"

static struct weir_spread spread_of(const struct weir_self_entrant *entrant,
                                    size_t offset)
{
    double values[WEIR_SELF_ROUNDS_MAX];
    struct weir_spread spread;
    for (uint32_t i = 0; i < entrant->count; i++)
        memcpy(&values[i], (const char *)&entrant->rounds[i] + offset,
               sizeof values[i]);
    weir_spread_make(&spread, values, entrant->count);
    return spread;
}

/* A program that was too small and too quick to be seen has none. */
static json_t *memory_json(double bytes)
{
    return bytes > 0 ? json_real(bytes) : json_null();
}

static json_t *round_json(double pps, double cpu_ns, double memory_bytes,
                          double duration_s)
{
    return json_pack("{s:f, s:n, s:f, s:o, s:f}", "pps", pps, "loss_fraction",
                     "cpu_ns", cpu_ns, "memory_bytes",
                     memory_json(memory_bytes), "duration_s", duration_s);
}

static json_t *rounds_json(const struct weir_self_entrant *entrant)
{
    json_t *rounds = json_array();
    for (uint32_t i = 0; i < entrant->count; i++) {
        const struct weir_self_round *r = &entrant->rounds[i];
        if (json_array_append_new(rounds,
                                  round_json(r->pps, r->cpu_ns, r->memory_bytes,
                                             r->duration_s)) != 0) {
            json_decref(rounds);
            return NULL;
        }
    }
    return rounds;
}

/* The command, its words with a blank between. */
static json_t *command_json(const struct weir_self_entrant *entrant)
{
    char text[4096] = "";
    size_t used = 0;
    for (const char *const *word = entrant->argv;
         *word != NULL && used < sizeof text; word++) {
        int n = snprintf(text + used, sizeof text - used, "%s%s",
                         used > 0 ? " " : "", *word);
        used += n > 0 ? (size_t)n : 0;
    }
    return weir_results_text(text);
}

json_t *weir_told_json(const struct weir_self_entrant *entrant)
{
    struct weir_spread pps =
        spread_of(entrant, offsetof(struct weir_self_round, pps));
    struct weir_spread cpu =
        spread_of(entrant, offsetof(struct weir_self_round, cpu_ns));
    struct weir_spread memory =
        spread_of(entrant, offsetof(struct weir_self_round, memory_bytes));
    struct weir_spread time =
        spread_of(entrant, offsetof(struct weir_self_round, duration_s));
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:o, s:o, s:o, s:o}", "type",
        "peer", "task", entrant->task, "frame",
        entrant->frame != NULL ? entrant->frame : "60", "peer", entrant->peer,
        "version", entrant->version, "command", command_json(entrant), "does",
        entrant->does, "rounds", rounds_json(entrant), "median",
        round_json(pps.p50, cpu.p50, memory.p50, time.p50), "least",
        round_json(pps.least, cpu.least, memory.least, time.least), "most",
        round_json(pps.most, cpu.most, memory.most, time.most));
}

void weir_told_head(FILE *out)
{
    fprintf(out, "%-20s %-8s %8s %17s %12s %9s\n", "task", "by", "Mpps",
            "least to most", "CPU ns/frame", "MiB");
}

void weir_told_row(FILE *out, const struct weir_self_entrant *entrant)
{
    struct weir_spread pps =
        spread_of(entrant, offsetof(struct weir_self_round, pps));
    struct weir_spread cpu =
        spread_of(entrant, offsetof(struct weir_self_round, cpu_ns));
    struct weir_spread memory =
        spread_of(entrant, offsetof(struct weir_self_round, memory_bytes));
    fprintf(out, "%-20s %-8s %8.2f %7.2f to %6.2f %12.1f", entrant->task,
            entrant->peer, pps.p50 / 1e6, pps.least / 1e6, pps.most / 1e6,
            cpu.p50);
    if (memory.p50 > 0)
        fprintf(out, " %9.1f\n", memory.p50 / (1 << 20));
    else
        fprintf(out, " %9s\n", "-");
}
