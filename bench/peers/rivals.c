#include "bench/peers/rivals.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/host/job.h"
#include "bench/peers/bench.h"
#include "bench/peers/says.h"
#include "bench/results/results.h"

/* With a program that only tells something. */
#define PATIENCE_NS INT64_C(5000000000)

bool weir_peers_wanted(const struct weir_peers_options *options,
                       const struct weir_peer *peer)
{
    if (!options->tasks[peer->task])
        return false;
    if (options->peers == NULL)
        return !peer->by_name;
    /* Without weir there is nothing to compare with. */
    return weir_peer_is_self(peer) || weir_peer_in(options->peers, peer->name);
}

/* By PATH, as exec does. */
static bool is_there(const char *program)
{
    char path[PATH_MAX];
    const char *from = getenv("PATH");
    while (from != NULL && *from != '\0') {
        size_t len = strcspn(from, ":");
        int n = snprintf(path, sizeof path, "%.*s/%s", (int)len, from, program);
        if (len > 0 && n > 0 && (size_t)n < sizeof path &&
            access(path, X_OK) == 0)
            return true;
        from += len;
        from += *from == ':';
    }
    return false;
}

/* "?" if it does not tell. */
static void ask_version(const struct weir_peers_bench *bench,
                        struct weir_peers_rival *rival)
{
    static const char *const package[] = {"dpkg-query", "-W", "-f",
                                          "${Version}\\n"};
    const struct weir_peer *peer = rival->peer;
    const char *words[WEIR_PEER_WORDS_MAX] = {0};
    if (peer->asked[0] != NULL) {
        memcpy(words, peer->asked, sizeof peer->asked);
    } else {
        memcpy(words, package, sizeof package);
        words[sizeof package / sizeof package[0]] = peer->package;
    }
    struct weir_job_end *end = calloc(1, sizeof *end);
    struct weir_peer_argv *argv = calloc(1, sizeof *argv);
    const struct weir_peer_fill fill = {.weir = bench->options->bench.weir};
    if (end != NULL && argv != NULL &&
        weir_peer_argv_make(argv, words, &fill, NULL) == 0) {
        const struct weir_job_config config = {.argv = argv->words,
                                               .netns_fd = -1,
                                               .folder = bench->folder,
                                               .input_fd = -1,
                                               .output = ""};
        if (weir_job_run(&config, PATIENCE_NS, end, NULL) == 0 &&
            !weir_says_version(end->output, rival->version,
                               sizeof rival->version))
            (void)weir_says_version(end->words, rival->version,
                                    sizeof rival->version);
    }
    if (rival->version[0] == '\0')
        snprintf(rival->version, sizeof rival->version, "?");
    free(argv);
    free(end);
}

/* Whether it may do its work here, by what it needs for it. */
static bool is_able(const struct weir_peers_bench *bench,
                    const struct weir_peer *peer)
{
    const char *words[sizeof peer->needs / sizeof peer->needs[0] + 1] = {0};
    const struct weir_peer_fill fill = {.weir = bench->options->bench.weir};
    if (peer->needs[0] == NULL)
        return true;
    memcpy(words, peer->needs, sizeof peer->needs);
    struct weir_job_end *end = calloc(1, sizeof *end);
    struct weir_peer_argv *argv = calloc(1, sizeof *argv);
    bool able = false;
    if (end != NULL && argv != NULL &&
        weir_peer_argv_make(argv, words, &fill, NULL) == 0) {
        const struct weir_job_config config = {.argv = argv->words,
                                               .netns_fd = -1,
                                               .folder = bench->folder,
                                               .input_fd = -1};
        able = weir_job_run(&config, PATIENCE_NS, end, NULL) == 0 &&
               end->status == 0;
    }
    free(argv);
    free(end);
    return able;
}

/* Whether it runs in the row; else `why` is set. */
static bool may_run(const struct weir_peers_bench *bench,
                    const struct weir_peer *peer, struct weir_err *why)
{
    const char *program = weir_peer_program(peer);
    if (program != NULL && !is_there(program)) {
        (void)weir_err_set(why, 0, "%s is not installed (Debian's package %s)",
                           program, peer->package);
        return false;
    }
    if (is_able(bench, peer))
        return true;
    (void)weir_err_set(why, 0, "%s needs %s", peer->name, peer->lacks);
    return false;
}

static int name_left_out(const struct weir_peers_bench *bench,
                         const struct weir_peers_row *row,
                         const struct weir_peer *peer,
                         const struct weir_err *why, struct weir_err *err)
{
    char what[128];
    snprintf(what, sizeof what, "%s, %s: %s", row->name, row->title,
             peer->name);
    fprintf(bench->out, "  left out: %s\n", why->text);
    return weir_results_skip(bench->results, what, why->text, err);
}

static void command_show(struct weir_peers_rival *rival, uint32_t size)
{
    static struct weir_peer_argv argv;
    const struct weir_peer_fill fill = {.weir = "weir",
                                        .device = "weir0",
                                        .in = "in.pcap",
                                        .out = WEIR_PEER_OUT};
    if (weir_peer_argv_of(&argv, rival->peer, size, &fill, NULL) == 0)
        weir_peer_argv_text(rival->command, sizeof rival->command, &argv);
}

int weir_rivals_find(struct weir_peers_rival **out, size_t *count,
                     const struct weir_peers_bench *bench,
                     const struct weir_peers_row *row, struct weir_err *err)
{
    struct weir_peers_rival *list = calloc(weir_peers_count, sizeof *list);
    if (list == NULL)
        return weir_err_sys(err, -ENOMEM, "peers");
    size_t n = 0;
    int ret = 0;
    for (size_t i = 0; ret == 0 && i < weir_peers_count; i++) {
        const struct weir_peer *peer = &weir_peers[i];
        if (peer->task != row->task || !weir_peers_wanted(bench->options, peer))
            continue;
        struct weir_err why;
        if (!may_run(bench, peer, &why)) {
            ret = name_left_out(bench, row, peer, &why, err);
            continue;
        }
        list[n].peer = peer;
        ask_version(bench, &list[n]);
        command_show(&list[n], row->size);
        n++;
    }
    *out = list;
    *count = n;
    return ret;
}
