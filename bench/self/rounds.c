#include "bench/self/rounds.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "bench/host/job.h"
#include "bench/results/results.h"
#include "bench/self/made.h"
#include "bench/self/told.h"

#define PATIENCE_NS (300 * WEIR_NS_PER_S)

/* What a program said last, in one line. */
static const char *last_line(struct weir_job_end *end)
{
    size_t len = strlen(end->words);
    while (len > 0 && end->words[len - 1] == '\n')
        end->words[--len] = '\0';
    const char *line = strrchr(end->words, '\n');
    line = line == NULL ? end->words : line + 1;
    return *line != '\0' ? line : "it said nothing";
}

static int run(const struct weir_self_entrant *entrant,
               struct weir_job_end *end, struct weir_err *err)
{
    const struct weir_job_config config = {
        .argv = entrant->argv, .netns_fd = -1, .input_fd = -1};
    int ret = weir_job_run(&config, PATIENCE_NS, end, err);
    if (ret != 0)
        return ret;
    if (end->timed_out)
        return weir_err_set(err, -ETIMEDOUT, "%s: it does not end",
                            entrant->peer);
    if (end->status == 0)
        return 0;
    if (end->signal != 0)
        return weir_err_set(err, -EIO, "%s: killed by signal %d", entrant->peer,
                            end->signal);
    return weir_err_set(err, -EIO, "%s: exit status %d: %s", entrant->peer,
                        end->status, last_line(end));
}

int weir_self_once(struct weir_self_entrant *entrant,
                   struct weir_self_round *round, struct weir_err *err)
{
    struct weir_job_end end;
    if (entrant->made != NULL)
        (void)unlink(entrant->made);
    if (entrant->report != NULL)
        (void)unlink(entrant->report);
    int ret = run(entrant, &end, err);
    if (ret == 0 && entrant->report != NULL)
        ret = weir_made_report(entrant->report, entrant->frames, err);
    if (ret == 0 && entrant->same != NULL)
        ret = weir_made_same(entrant->made, entrant->same, entrant->count == 0,
                             err);
    if (ret != 0)
        return ret;
    double frames = (double)entrant->frames;
    *round = (struct weir_self_round){
        .duration_s = (double)end.wall_ns / 1e9,
        .pps = frames * 1e9 / (double)end.wall_ns,
        .cpu_ns = (double)(end.user_ns + end.system_ns) / frames,
        .memory_bytes = (double)end.memory_bytes,
    };
    return 0;
}

static int turn(struct weir_self_entrant *entrant, struct weir_results *results,
                uint32_t *failed, struct weir_err *err)
{
    struct weir_err why;
    if (entrant->out)
        return 0;
    if (weir_self_once(entrant, &entrant->rounds[entrant->count], &why) == 0) {
        entrant->count++;
        return 0;
    }
    entrant->out = true;
    ++*failed;
    fprintf(stderr, "weir bench self: %s: %s\n", entrant->task, why.text);
    return results == NULL
               ? 0
               : weir_results_skip(results, entrant->peer, why.text, err);
}

int weir_self_rounds(struct weir_self_entrant *entrants, size_t count,
                     uint32_t rounds, struct weir_results *results, FILE *out,
                     uint32_t *failed, struct weir_err *err)
{
    int ret = 0;
    for (uint32_t i = 0; i < rounds && ret == 0; i++)
        for (size_t k = 0; k < count && ret == 0; k++)
            ret = turn(&entrants[(i + k) % count], results, failed, err);
    for (size_t k = 0; k < count && ret == 0; k++) {
        if (entrants[k].count == 0)
            continue;
        weir_told_row(out, &entrants[k]);
        (void)fflush(out);
        if (results != NULL)
            ret = weir_results_add(results, weir_told_json(&entrants[k]), err);
    }
    return ret;
}

int weir_self_version(const char *program, char out[64], struct weir_err *err)
{
    const char *const argv[] = {program, "--version", NULL};
    const struct weir_job_config config = {
        .argv = argv, .netns_fd = -1, .input_fd = -1, .output = ""};
    struct weir_job_end end;
    out[0] = '\0';
    int ret = weir_job_run(&config, PATIENCE_NS, &end, err);
    if (ret != 0)
        return ret;
    /* tcpdump says it on the standard error. */
    char *text = end.output[0] != '\0' ? end.output : end.words;
    text[strcspn(text, "\n")] = '\0';
    for (char *rest = text, *word; (word = strsep(&rest, " ")) != NULL;)
        if (isdigit((unsigned char)word[0]))
            (void)snprintf(out, 64, "%s", word);
    return 0;
}
