#include "bench/targets/steps.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"

/* Words in braces stand for what was asked for. */
#define ROUNDS "{rounds}"
#define FRAMES "{frames}"
#define FOLDER "{folder}"
#define LOAD   "{load}"

/* That are live and take --seconds. */
enum kind { OFFLINE, LIVE };

static const struct plan {
    int target;
    enum kind kind;
    const char *command;
    const char *argv[15];
} plans[WEIR_STEPS] = {
    /* First: it has ratios of stages too, of shorter runs than those that
     * are judged. */
    {6, OFFLINE, "self", {"--rounds", ROUNDS}},
    {1,
     LIVE,
     "peers",
     {"--task", "live", "--frame", "60", "--rate", "full", "--peer",
      "tcpdump,weir-pcap,weir-libpcap", "--rounds", ROUNDS}},
    {2, LIVE, "disk", {"-w", FOLDER, "--frame", "1514", "--rounds", ROUNDS}},
    {2,
     LIVE,
     "peers",
     {"--task", "live", "--frame", "1514", "--rate", LOAD, "--peer",
      "tcpdump,netsniff-ng,stenotype", "-w", FOLDER, "--rounds", ROUNDS}},
    {3,
     OFFLINE,
     "peers",
     {"--task", "copy", "--frame", "60", "--frames", FRAMES, "--peer",
      "tcpdump,cp,weir-flows", "--rounds", ROUNDS}},
    {4,
     OFFLINE,
     "peers",
     {"--task", "flows", "--frame", "60", "--frames", FRAMES, "--peer",
      "nfpcapd,weir-flows", "--rounds", ROUNDS}},
    {5,
     OFFLINE,
     "stages",
     {"--stage", "cores,account,account_flows", "--frame", "60", "--flows",
      "1000", "--workers", "2", "--rounds", ROUNDS}},
    {5,
     LIVE,
     "peers",
     {"--task", "live", "--frame", "60", "--rate", "2M", "--peer", "weir",
      "--rounds", ROUNDS}},
    {6,
     LIVE,
     "peers",
     {"--task", "live", "--frame", "60", "--rate", "1M", "--peer", "weir",
      "--rounds", ROUNDS}},
};

static void word_add(struct weir_step *step, const char *word)
{
    WEIR_ASSERT(step->argc < WEIR_STEP_WORDS_MAX);
    step->argv[step->argc++] = word;
    step->argv[step->argc] = NULL;
}

static void option_add(struct weir_step *step, const char *name,
                       const char *value)
{
    if (value == NULL)
        return;
    word_add(step, name);
    word_add(step, value);
}

static const char *filled(const struct weir_step *step, const char *word,
                          const struct weir_targets_options *options)
{
    const struct {
        const char *word;
        const char *text;
    } known[] = {
        {ROUNDS, options->rounds},
        {FRAMES, options->frames},
        {FOLDER, options->folder},
        {LOAD, step->number},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(word, known[i].word) == 0)
            return known[i].text;
    return word;
}

static bool needs_load(const struct plan *t)
{
    for (size_t i = 0; t->argv[i] != NULL; i++)
        if (strcmp(t->argv[i], LOAD) == 0)
            return true;
    return false;
}

/* Short runs are for tests: then all that has a time takes it. */
static void seconds_add(struct weir_step *step, const struct plan *t,
                        const struct weir_targets_options *options)
{
    if (t->kind == LIVE || strcmp(t->command, "peers") != 0)
        option_add(step, "--seconds", options->seconds);
}

bool weir_step_make(struct weir_step *out, size_t index,
                    const struct weir_targets_options *options,
                    const char *results, double load_pps)
{
    WEIR_ASSERT(index < WEIR_STEPS);
    const struct plan *t = &plans[index];
    *out = (struct weir_step){
        .target = t->target, .root = t->kind == LIVE, .command = t->command};
    if (!options->targets[t->target - 1] ||
        (needs_load(t) && !(load_pps >= 1000)))
        return false;
    snprintf(out->number, sizeof out->number, "%.0fk", load_pps / 1000);
    word_add(out, t->command);
    for (size_t i = 0; t->argv[i] != NULL; i++)
        word_add(out, filled(out, t->argv[i], options));
    seconds_add(out, t, options);
    if (strcmp(t->command, "self") == 0)
        option_add(out, "--folder", options->folder);
    option_add(out, "--weir", options->weir);
    option_add(out, "--results", results);
    if (t->kind == LIVE) {
        option_add(out, "--recorder-cpus", options->recorder_cpus);
        option_add(out, "--generator-cpus", options->generator_cpus);
    }
    return true;
}
