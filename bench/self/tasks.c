#include "bench/self/tasks.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/pcap.h"
#include "bench/results/results.h"
#include "bench/self/rounds.h"
#include "bench/self/told.h"
#include "bench/stages/spread.h"

#define SIZE "60"

#define RECORD (WEIR_PCAP_RECORD_HEADER_BYTES + 60)

/* Of the memory's rounds, against those of a file. */
#define FEW_SHARE  4
#define MANY_SHARE 5

/* Stacks, the allocator's own pages, and tables that are first touched when
 * a second summary is used. */
#define GROWTH_BYTES (4.0 * (1 << 20))

/* The words of a recorder's command line; room for all that change. */
struct words {
    char synth[128];
    char path[PATH_MAX];
    char report[PATH_MAX];
};

uint64_t weir_self_room(uint64_t frames)
{
    return 2 * (frames * RECORD + WEIR_PCAP_FILE_HEADER_BYTES) + (16 << 20);
}

static void words_make(struct words *w, const struct weir_self_config *config,
                       uint64_t frames, const char *file)
{
    (void)snprintf(w->synth, sizeof w->synth,
                   "frames=%llu,size=" SIZE ",flows=1000,seed=1",
                   (unsigned long long)frames);
    (void)snprintf(w->path, sizeof w->path, "%s/%s", config->folder, file);
    (void)snprintf(w->report, sizeof w->report, "%s/report.json",
                   config->folder);
}

/* The recorder with made frames; to w->path or, if that is not wanted, to
 * nowhere. */
static struct weir_self_entrant synth(const struct weir_self_config *config,
                                      const struct words *w, const char *task,
                                      uint64_t frames, bool file)
{
    struct weir_self_entrant e = {
        .task = task,
        .peer = "weir",
        .does = file ? "makes, dissects, counts, records"
                     : "makes, dissects, counts",
        .argv = {config->weir, "record", "-q", "--synth", w->synth, "--report",
                 w->report, file ? "-w" : NULL, file ? w->path : NULL, NULL},
        .frames = frames,
        .made = file ? w->path : NULL,
        .report = w->report,
    };
    (void)weir_self_version(config->weir, e.version, NULL);
    return e;
}

static int tell_ratio(struct weir_self_config *config, const char *name,
                      const struct weir_self_entrant *over,
                      const struct weir_self_entrant *under, size_t offset,
                      const char *better, struct weir_err *err)
{
    uint32_t count = over->count < under->count ? over->count : under->count;
    double a[WEIR_SELF_ROUNDS_MAX], b[WEIR_SELF_ROUNDS_MAX];
    double ratios[WEIR_SELF_ROUNDS_MAX];
    struct weir_spread spread;
    if (count == 0 || over->out || under->out)
        return 0;
    for (uint32_t i = 0; i < count; i++) {
        memcpy(&a[i], (const char *)&over->rounds[i] + offset, sizeof a[i]);
        memcpy(&b[i], (const char *)&under->rounds[i] + offset, sizeof b[i]);
        ratios[i] = a[i] / b[i];
    }
    weir_spread_make(&spread, ratios, count);
    fprintf(config->out, "%s: %.2f (%.2f to %.2f)\n", name, spread.p50,
            spread.least, spread.most);
    if (config->results == NULL)
        return 0;
    return weir_results_ratio(config->results, name, a, b, count, better, err);
}

#define RATE   offsetof(struct weir_self_round, pps)
#define MEMORY offsetof(struct weir_self_round, memory_bytes)

int weir_self_synth(struct weir_self_config *config, struct weir_err *err)
{
    struct words w;
    words_make(&w, config, config->frames, "synth.pcap");
    struct weir_self_entrant entrants[] = {
        synth(config, &w, "self: synth to null", config->frames, false),
        synth(config, &w, "self: synth to file", config->frames, true),
    };
    int ret = weir_self_rounds(entrants, 2, config->rounds, config->results,
                               config->out, &config->failed, err);
    (void)unlink(w.path);
    if (ret != 0)
        return ret;
    return tell_ratio(config, "self: synth to file over to null, rate",
                      &entrants[1], &entrants[0], RATE, "more", err);
}

static struct weir_self_entrant copier(const char *peer, const char *does,
                                       const struct words *in,
                                       const struct words *out, uint64_t frames)
{
    return (struct weir_self_entrant){
        .task = "self: copy a file",
        .peer = peer,
        .does = does,
        .frames = frames,
        .made = out->path,
        .same = in->path,
    };
}

/* tcpdump as root would write as another user, who may not here. */
static void tcpdump_words(struct weir_self_entrant *e, const struct words *in,
                          const struct words *out)
{
    size_t n = 0;
    e->argv[n++] = "tcpdump";
    if (geteuid() == 0) {
        e->argv[n++] = "-Z";
        e->argv[n++] = "root";
    }
    e->argv[n++] = "-r";
    e->argv[n++] = in->path;
    e->argv[n++] = "-w";
    e->argv[n++] = out->path;
}

/* Fills entrants in; how many. */
static size_t copiers(struct weir_self_config *config, const struct words *in,
                      const struct words *out,
                      struct weir_self_entrant entrants[3])
{
    size_t n = 0;
    struct weir_err why;
    struct weir_self_entrant *e = &entrants[n++];
    *e = copier("weir", "dissects, counts, records", in, out, config->frames);
    e->argv[0] = config->weir;
    e->argv[1] = "record";
    e->argv[2] = "-q";
    e->argv[3] = "-r";
    e->argv[4] = in->path;
    e->argv[5] = "-w";
    e->argv[6] = out->path;
    e->argv[7] = "--report";
    e->argv[8] = out->report;
    e->report = out->report;
    (void)weir_self_version(config->weir, e->version, NULL);
    e = &entrants[n++];
    *e = copier("cp", "copies bytes", in, out, config->frames);
    e->argv[0] = "cp";
    e->argv[1] = "--reflink=never";
    e->argv[2] = in->path;
    e->argv[3] = out->path;
    (void)weir_self_version("cp", e->version, NULL);
    e = &entrants[n];
    *e = copier("tcpdump", "records", in, out, config->frames);
    tcpdump_words(e, in, out);
    if (weir_self_version("tcpdump", e->version, &why) == 0)
        n++;
    return n;
}

int weir_self_copy(struct weir_self_config *config, struct weir_err *err)
{
    struct words in, out;
    struct weir_self_round round;
    struct weir_err why;
    words_make(&in, config, config->frames, "in.pcap");
    words_make(&out, config, config->frames, "out.pcap");
    struct weir_self_entrant maker =
        synth(config, &in, "self: copy a file", config->frames, true);
    if (weir_self_once(&maker, &round, &why) != 0) {
        fprintf(stderr, "weir bench self: %s: %s\n", maker.task, why.text);
        config->failed++;
        (void)unlink(in.path);
        return 0;
    }
    struct weir_self_entrant entrants[3];
    size_t count = copiers(config, &in, &out, entrants);
    int ret = 0;
    if (count < 3) {
        fprintf(config->out, "tcpdump is not installed: left out\n");
        if (config->results != NULL)
            ret = weir_results_skip(config->results, "tcpdump", "not installed",
                                    err);
    }
    if (ret == 0)
        ret = weir_self_rounds(entrants, count, config->rounds, config->results,
                               config->out, &config->failed, err);
    (void)unlink(in.path);
    (void)unlink(out.path);
    if (ret == 0)
        ret = tell_ratio(config, "self: copy a file: weir over cp, rate",
                         &entrants[0], &entrants[1], RATE, "more", err);
    if (ret == 0 && count == 3)
        ret = tell_ratio(config, "self: copy a file: weir over tcpdump, rate",
                         &entrants[0], &entrants[2], RATE, "more", err);
    return ret;
}

static double median_memory(const struct weir_self_entrant *entrant)
{
    double values[WEIR_SELF_ROUNDS_MAX];
    struct weir_spread spread;
    for (uint32_t i = 0; i < entrant->count; i++)
        values[i] = entrant->rounds[i].memory_bytes;
    weir_spread_make(&spread, values, entrant->count);
    return spread.p50;
}

int weir_self_memory(struct weir_self_config *config, struct weir_err *err)
{
    uint64_t few = config->frames / FEW_SHARE;
    uint64_t many = config->frames * MANY_SHARE;
    struct words few_words, many_words;
    words_make(&few_words, config, few, "");
    words_make(&many_words, config, many, "");
    struct weir_self_entrant entrants[] = {
        synth(config, &few_words, "self: few frames", few, false),
        synth(config, &many_words, "self: many frames", many, false),
    };
    int ret = weir_self_rounds(entrants, 2, config->rounds, config->results,
                               config->out, &config->failed, err);
    if (ret == 0)
        ret = tell_ratio(config, "self: many over few frames, memory",
                         &entrants[1], &entrants[0], MEMORY, "less", err);
    if (ret != 0 || entrants[0].out || entrants[1].out)
        return ret;
    double grown = median_memory(&entrants[1]) - median_memory(&entrants[0]);
    if (grown > GROWTH_BYTES) {
        config->failed++;
        fprintf(stderr,
                "weir bench self: memory grows by %.1f MiB from %llu to %llu "
                "frames\n",
                grown / (1 << 20), (unsigned long long)few,
                (unsigned long long)many);
    }
    return 0;
}
