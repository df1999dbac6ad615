#include "bench/limit/verdict.h"

#include <stdio.h>
#include <string.h>

/* The threads of a stage: the one that has the most to do decides, as
 * batches go to the workers in turn. */
struct load {
    double busy, waiting;
};

/* Those behind the pool first. */
static const enum weir_limit stages[] = {WEIR_LIMIT_WRITER, WEIR_LIMIT_WORKERS,
                                         WEIR_LIMIT_CAPTURE};
#define STAGES        (sizeof stages / sizeof stages[0])
#define STAGES_BEHIND 2

static double total(struct load load)
{
    return load.busy + load.waiting;
}

static enum weir_limit stage_of(const char *name)
{
    if (strcmp(name, "weir-capture") == 0)
        return WEIR_LIMIT_CAPTURE;
    if (strncmp(name, "weir-work-", strlen("weir-work-")) == 0)
        return WEIR_LIMIT_WORKERS;
    if (strcmp(name, "weir-write") == 0)
        return WEIR_LIMIT_WRITER;
    return WEIR_LIMIT_NONE;
}

static struct load load_of(const struct weir_verdict_facts *facts,
                           enum weir_limit stage)
{
    struct load most = {0, 0};
    for (size_t i = 0; i < facts->threads_count; i++) {
        const struct weir_trial_thread *t = &facts->threads[i];
        struct load load = {t->busy_fraction, t->waiting_fraction};
        if (stage_of(t->name) == stage && total(load) > total(most))
            most = load;
    }
    return most;
}

static bool is_busy(const struct weir_verdict_facts *facts,
                    enum weir_limit stage)
{
    return total(load_of(facts, stage)) >= WEIR_VERDICT_BUSY;
}

static double cpu_of(const struct weir_verdict_facts *facts,
                     enum weir_limit stage)
{
    double busy = 0;
    for (size_t i = 0; i < facts->threads_count; i++)
        if (stage_of(facts->threads[i].name) == stage)
            busy += facts->threads[i].busy_fraction;
    return busy;
}

/* The stage wants a CPU.  If it does not have one, who has used the most of
 * what there was? */
static struct weir_verdict blame(const struct weir_verdict_facts *facts,
                                 enum weir_limit stage)
{
    if (load_of(facts, stage).waiting < WEIR_VERDICT_WAITING)
        return (struct weir_verdict){stage, stage};
    for (size_t i = 0; i < STAGES; i++)
        if (cpu_of(facts, stages[i]) > cpu_of(facts, stage))
            stage = stages[i];
    return (struct weir_verdict){WEIR_LIMIT_CPU, stage};
}

static struct weir_verdict is_limit(enum weir_limit limit)
{
    return (struct weir_verdict){limit, limit};
}

/* Most of the time inside write(), and there not on a CPU. */
static bool disk_holds_up(const struct weir_verdict_facts *facts)
{
    struct load writer = load_of(facts, WEIR_LIMIT_WRITER);
    return facts->write_fraction >= WEIR_VERDICT_WRITE &&
           total(writer) < WEIR_VERDICT_ON_CPU * facts->write_fraction;
}

/* Nobody was at its limit on the mean, but for as long as what was lost took
 * to come, the writer was stuck: inside write() and not on a CPU.  A page
 * cache takes all at first and then stops whoever writes, for moments. */
static bool disk_held_up_for_moments(const struct weir_verdict_facts *facts)
{
    double stuck =
        facts->write_fraction - total(load_of(facts, WEIR_LIMIT_WRITER));
    return stuck >= WEIR_VERDICT_STUCK && stuck >= facts->loss_fraction;
}

/* Of the first of them, the one with the most to do. */
static enum weir_limit busiest(const struct weir_verdict_facts *facts,
                               size_t count)
{
    enum weir_limit most = stages[0];
    for (size_t i = 1; i < count; i++)
        if (total(load_of(facts, stages[i])) > total(load_of(facts, most)))
            most = stages[i];
    return most;
}

/* Frames were lost in the kernel's ring: who did not empty it? */
static struct weir_verdict
blame_for_ring(const struct weir_verdict_facts *facts)
{
    enum weir_limit behind = busiest(facts, STAGES_BEHIND);
    if (facts->starved > 0 && disk_holds_up(facts))
        return is_limit(WEIR_LIMIT_DISK);
    if (facts->starved > 0 && is_busy(facts, behind))
        return blame(facts, behind);
    if (is_busy(facts, WEIR_LIMIT_CAPTURE))
        return blame(facts, WEIR_LIMIT_CAPTURE);
    if (is_busy(facts, behind))
        return blame(facts, behind);
    if (facts->starved > 0 && disk_held_up_for_moments(facts))
        return is_limit(WEIR_LIMIT_DISK);
    return (struct weir_verdict){WEIR_LIMIT_RING,
                                 facts->starved > 0 ? behind : WEIR_LIMIT_RING};
}

struct weir_verdict weir_verdict(const struct weir_verdict_facts *facts)
{
    uint64_t before =
        facts->before.qdisc + facts->before.device + facts->before.backlog;
    if (facts->lost == 0)
        return is_limit(facts->generator_limited ? WEIR_LIMIT_GENERATOR
                                                 : WEIR_LIMIT_NONE);
    if (before > facts->kernel_dropped + facts->lost_in_write)
        return is_limit(WEIR_LIMIT_STACK);
    if (facts->lost_in_write > 0)
        return is_limit(WEIR_LIMIT_DISK);
    return blame_for_ring(facts);
}

const char *weir_limit_name(enum weir_limit limit)
{
    static const char *const names[WEIR_LIMIT_COUNT] = {
        [WEIR_LIMIT_GENERATOR] = "generator", [WEIR_LIMIT_STACK] = "stack",
        [WEIR_LIMIT_RING] = "ring",           [WEIR_LIMIT_CAPTURE] = "capture",
        [WEIR_LIMIT_WORKERS] = "workers",     [WEIR_LIMIT_WRITER] = "writer",
        [WEIR_LIMIT_DISK] = "disk",           [WEIR_LIMIT_CPU] = "cpu"};
    return names[limit];
}

char *weir_verdict_text(char *out, struct weir_verdict verdict)
{
    const char *limit = weir_limit_name(verdict.limit);
    const char *stage = weir_limit_name(verdict.stage);
    if (limit == NULL)
        snprintf(out, WEIR_VERDICT_TEXT_MAX, "-");
    else if (verdict.limit != verdict.stage && stage != NULL)
        snprintf(out, WEIR_VERDICT_TEXT_MAX, "%s (mostly %s)", limit, stage);
    else
        snprintf(out, WEIR_VERDICT_TEXT_MAX, "%s", limit);
    return out;
}
