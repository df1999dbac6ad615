#include "bench/embed/replay_rival.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "bench/host/rig.h"
#include "bench/results/results.h"
#include "bench/self/told.h"
#include "bench/stages/spread.h"

/* Words that are replaced, by their address. */
static const char WEIR[] = "{weir}";
static const char FILE_OF[] = "{file}";
static const char PACKETS[] = "{packets}";
static const char FRAMES[] = "{frames}";
static const char LOOPS[] = "{loops}";
static const char PACE[] = "{pace}";
static const char PACE_PPS[] = "{pace}pps";

/* trafgen by one process, as the others are, which also keeps the order; it
 * looks for no interrupts to move. */
static const struct program {
    const char *peer;
    const char *does;
    bool paced;
    const char *argv[16];
} programs[] = {
    {"weir",
     "transmit ring, past the queueing discipline",
     false,
     {WEIR, "replay", FILE_OF, "-i", WEIR_RIG_FAR, "--topspeed", "--loop",
      LOOPS}},
    {"weir, through the qdisc",
     "transmit ring",
     false,
     {WEIR, "replay", FILE_OF, "-i", WEIR_RIG_FAR, "--topspeed", "--qdisc-path",
      "--loop", LOOPS}},
    {"tcpreplay",
     "reads as it sends, a send each",
     false,
     {"tcpreplay", "-q", "--topspeed", "--loop", LOOPS, "-i", WEIR_RIG_FAR,
      FILE_OF}},
    {"tcpreplay, preloaded",
     "a send each",
     false,
     {"tcpreplay", "-q", "--topspeed", "--preload-pcap", "--no-flow-stats",
      "--loop", LOOPS, "-i", WEIR_RIG_FAR, FILE_OF}},
    {"trafgen",
     "transmit ring, the first frames only",
     false,
     {"trafgen", "-i", PACKETS, "-o", WEIR_RIG_FAR, "-n", FRAMES, "-P", "1",
      "-Q", "-C"}},
    {"weir",
     "sleeps, then looks at the clock",
     true,
     {WEIR, "replay", FILE_OF, "-i", WEIR_RIG_FAR, "--pps", PACE, "--loop", "0",
      "--limit", FRAMES}},
    {"tcpreplay",
     "its own timer",
     true,
     {"tcpreplay", "-q", "--pps", PACE, "--loop", LOOPS, "--limit", FRAMES,
      "-i", WEIR_RIG_FAR, FILE_OF}},
    {"tcpreplay, nano",
     "nanosleep, preloaded",
     true,
     {"tcpreplay", "-q", "--timer=nano", "--preload-pcap", "--no-flow-stats",
      "--pps", PACE, "--loop", LOOPS, "--limit", FRAMES, "-i", WEIR_RIG_FAR,
      FILE_OF}},
    {"trafgen",
     "the first frames only",
     true,
     {"trafgen", "-i", PACKETS, "-o", WEIR_RIG_FAR, "-n", FRAMES, "-P", "1",
      "-Q", "-C", "-b", PACE_PPS}},
};

#define PROGRAMS (sizeof programs / sizeof programs[0])

static const char *word_of(const char *word,
                           const struct weir_replay_words *words)
{
    const struct {
        const char *from;
        const char *to;
    } replaced[] = {
        {WEIR, words->weir},         {FILE_OF, words->file},
        {PACKETS, words->packets},   {FRAMES, words->frames},
        {LOOPS, words->loops},       {PACE, words->pace},
        {PACE_PPS, words->pace_pps},
    };
    for (size_t i = 0; i < sizeof replaced / sizeof replaced[0]; i++)
        if (word == replaced[i].from)
            return replaced[i].to;
    return word;
}

static int leave_out(const struct program *program, const char *why,
                     struct weir_results *results, FILE *people,
                     struct weir_err *err)
{
    fprintf(people, "%s is left out: %s\n", program->peer, why);
    return results == NULL
               ? 0
               : weir_results_skip(results, program->peer, why, err);
}

int weir_replay_rivals(struct weir_replay_rival *out, uint32_t *count,
                       const char *task, const struct weir_replay_words *words,
                       struct weir_results *results, FILE *people,
                       struct weir_err *err)
{
    int ret = 0;
    *count = 0;
    for (size_t i = 0; i < PROGRAMS && ret == 0; i++) {
        const struct program *program = &programs[i];
        struct weir_self_entrant *entrant = &out[*count].entrant;
        struct weir_err why;
        if (program->paced != (words->pace[0] != '\0'))
            continue;
        *entrant = (struct weir_self_entrant){
            .task = task,
            .frame = words->frame,
            .peer = program->peer,
            .does = program->does,
            .frames = strtoull(words->frames, NULL, 10),
        };
        for (size_t k = 0; program->argv[k] != NULL; k++)
            entrant->argv[k] = word_of(program->argv[k], words);
        if (weir_self_version(entrant->argv[0], entrant->version, &why) == 0)
            ++*count;
        else
            ret = leave_out(program, why.text, results, people, err);
    }
    return ret;
}

static struct weir_spread spread_of(const struct weir_replay_rival *rival,
                                    size_t offset, bool of_gaps)
{
    double values[WEIR_SELF_ROUNDS_MAX];
    struct weir_spread spread;
    uint32_t count = rival->entrant.count;
    for (uint32_t i = 0; i < count; i++) {
        const void *from = of_gaps ? (const void *)&rival->gaps[i]
                                   : (const void *)&rival->entrant.rounds[i];
        memcpy(&values[i], (const char *)from + offset, sizeof values[i]);
    }
    weir_spread_make(&spread, values, count);
    return spread;
}

#define ROUND(field) offsetof(struct weir_self_round, field)
#define GAPS(field)  offsetof(struct weir_arrivals, field)

static json_t *gaps_json(double p50, double p99, double most, double pps,
                         double cpu_ns)
{
    return json_pack("{s:f, s:f, s:f, s:f, s:f}", "p50_ns", p50, "p99_ns", p99,
                     "most_ns", most, "pps", pps, "cpu_ns", cpu_ns);
}

static json_t *rounds_json(const struct weir_replay_rival *rival)
{
    json_t *rounds = json_array();
    for (uint32_t i = 0; i < rival->entrant.count; i++) {
        const struct weir_arrivals *g = &rival->gaps[i];
        (void)json_array_append_new(
            rounds,
            gaps_json(g->p50_ns, g->p99_ns, g->most_ns, g->pps, g->cpu_ns));
    }
    return rounds;
}

/* The command comes from the line of another type. */
static json_t *pace_json(const struct weir_replay_rival *rival, uint64_t pace)
{
    const struct weir_self_entrant *e = &rival->entrant;
    json_t *peer = weir_told_json(e);
    const struct weir_spread p50 = spread_of(rival, GAPS(p50_ns), true);
    const struct weir_spread p99 = spread_of(rival, GAPS(p99_ns), true);
    const struct weir_spread most = spread_of(rival, GAPS(most_ns), true);
    const struct weir_spread pps = spread_of(rival, GAPS(pps), true);
    const struct weir_spread cpu = spread_of(rival, GAPS(cpu_ns), true);
    json_t *line = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:O, s:s, s:I, s:o, s:o, s:o, s:o}", "type",
        "pace", "task", e->task, "frame", e->frame, "peer", e->peer, "version",
        e->version, "command", json_object_get(peer, "command"), "does",
        e->does, "asked_pps", (json_int_t)pace, "rounds", rounds_json(rival),
        "median", gaps_json(p50.p50, p99.p50, most.p50, pps.p50, cpu.p50),
        "least",
        gaps_json(p50.least, p99.least, most.least, pps.least, cpu.least),
        "most", gaps_json(p50.most, p99.most, most.most, pps.most, cpu.most));
    json_decref(peer);
    return line;
}

static void print_row(const struct weir_replay_rival *rival, uint64_t pace,
                      FILE *people)
{
    const struct weir_self_entrant *e = &rival->entrant;
    const struct weir_spread pps = spread_of(rival, ROUND(pps), false);
    const struct weir_spread cpu = spread_of(rival, ROUND(cpu_ns), false);
    const struct weir_spread p50 = spread_of(rival, GAPS(p50_ns), true);
    const struct weir_spread p99 = spread_of(rival, GAPS(p99_ns), true);
    const struct weir_spread most = spread_of(rival, GAPS(most_ns), true);
    if (pace == 0)
        fprintf(people, "%-24s %8.1f %8.1f to %8.1f %12.1f\n", e->peer,
                pps.p50 / 1e3, pps.least / 1e3, pps.most / 1e3, cpu.p50);
    else
        fprintf(people, "%-24s %8.1f %8.1f %8.1f %10.1f %12.1f\n", e->peer,
                p50.p50 / 1e3, p99.p50 / 1e3, most.p50 / 1e3, pps.p50, cpu.p50);
}

int weir_replay_tell(const struct weir_replay_rival *rivals, uint32_t count,
                     uint64_t pace, struct weir_results *results, FILE *people,
                     struct weir_err *err)
{
    int ret = 0;
    if (pace == 0)
        fprintf(people, "%-24s %8s %20s %12s\n", "by", "kpps", "least to most",
                "CPU ns/frame");
    else
        fprintf(people, "%-24s %8s %8s %8s %10s %12s\n", "gaps, us off", "p50",
                "p99", "most", "pps", "CPU ns/frame");
    for (uint32_t i = 0; i < count && ret == 0; i++) {
        if (rivals[i].entrant.count == 0)
            continue;
        print_row(&rivals[i], pace, people);
        if (results == NULL)
            continue;
        ret = weir_results_add(results,
                               pace == 0 ? weir_told_json(&rivals[i].entrant)
                                         : pace_json(&rivals[i], pace),
                               err);
    }
    (void)fflush(people);
    return ret;
}
