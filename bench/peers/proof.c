#include "bench/peers/proof.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "bench/host/job.h"
#include "bench/peers/peer.h"
#include "bench/peers/says.h"
#include "bench/trial/verify.h"

#define CHUNK ((size_t)1 << 20)

#define NFDUMP_NS (60 * WEIR_NS_PER_S)

static int compare(FILE *a, FILE *b, char *buffer, const char *name,
                   struct weir_err *err)
{
    uint64_t at = 0;
    for (;;) {
        size_t n = fread(buffer, 1, CHUNK, a);
        size_t m = fread(buffer + CHUNK, 1, CHUNK, b);
        if (ferror(a) != 0 || ferror(b) != 0)
            return weir_err_sys(err, -EIO, "%s", name);
        if (n != m || memcmp(buffer, buffer + CHUNK, n) != 0)
            return weir_err_set(err, -EBADMSG,
                                "its copy differs behind byte %" PRIu64, at);
        if (n == 0)
            return 0;
        at += n;
    }
}

int weir_proof_same(const char *a, const char *b, struct weir_err *err)
{
    FILE *one = fopen(a, "re");
    FILE *other = one != NULL ? fopen(b, "re") : NULL;
    char *buffer = other != NULL ? malloc(2 * CHUNK) : NULL;
    int ret = buffer == NULL
                  ? weir_err_sys(err, -errno, "%s", one != NULL ? b : a)
                  : compare(one, other, buffer, b, err);
    free(buffer);
    if (other != NULL)
        (void)fclose(other);
    if (one != NULL)
        (void)fclose(one);
    return ret;
}

static int count_check(uint64_t got, uint64_t frames, const char *what,
                       struct weir_err *err)
{
    if (got == frames)
        return 0;
    return weir_err_set(err, -EBADMSG, "%s %" PRIu64 " of %" PRIu64 " frames",
                        what, got, frames);
}

/* The one file in the folder. */
static int only_file(const char *folder, char path[PATH_MAX],
                     struct weir_err *err)
{
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return weir_err_sys(err, -errno, "%s", folder);
    int found = 0;
    for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir))
        if (e->d_name[0] != '.') {
            snprintf(path, PATH_MAX, "%s/%s", folder, e->d_name);
            found++;
        }
    (void)closedir(dir);
    if (found == 1)
        return 0;
    return weir_err_set(err, -EBADMSG, "it left %d files instead of one",
                        found);
}

static int records_check(const char *folder, uint64_t frames,
                         struct weir_err *err)
{
    struct weir_verify *verify = NULL;
    int ret = weir_verify_open(&verify, 1, err);
    if (ret == 0)
        ret = weir_verify_folder(verify, folder, err);
    if (ret == 0)
        ret = count_check(weir_verify_counts(verify).frames, frames,
                          "its copy has", err);
    weir_verify_close(verify);
    return ret;
}

/* nfpcapd's files, read by nfdump. */
static int nfdump_read(struct weir_proof_flows *out, const char *folder,
                       struct weir_err *err)
{
    const char *const argv[] = {"nfdump", "-R", folder, "-I", NULL};
    const struct weir_job_config config = {
        .argv = argv, .netns_fd = -1, .input_fd = -1, .output = ""};
    struct weir_job_end *end = calloc(1, sizeof *end);
    if (end == NULL)
        return weir_err_sys(err, -ENOMEM, "nfdump");
    int ret = weir_job_run(&config, NFDUMP_NS, end, err);
    if (ret == 0 &&
        !(weir_says_number(end->output, "\nFlows:", true, &out->flows) &&
          weir_says_number(end->output, "\nPackets:", true, &out->frames) &&
          weir_says_number(end->output, "\nBytes:", true, &out->bytes)))
        ret = weir_err_set(err, -EBADMSG, "nfdump does not read its flows");
    free(end);
    return ret;
}

static uint64_t number_of(const json_t *object, const char *key)
{
    const json_int_t n = json_integer_value(json_object_get(object, key));
    return n > 0 ? (uint64_t)n : 0;
}

/* Of a file of flows, or of `weir flows --json`, with other words behind it. */
static int totals_read(struct weir_proof_flows *out, const char *folder,
                       const char *said, struct weir_err *err)
{
    char path[PATH_MAX];
    json_t *flows = only_file(folder, path, NULL) == 0
                        ? json_load_file(path, 0, NULL)
                        : json_loads(said, JSON_DISABLE_EOF_CHECK, NULL);
    const json_t *totals = json_object_get(flows, "totals");
    *out = (struct weir_proof_flows){
        .flows = number_of(flows, "flows_count"),
        .frames = number_of(totals, "packets"),
        .bytes = number_of(totals, "bytes"),
    };
    int ret = totals != NULL
                  ? 0
                  : weir_err_set(err, -EBADMSG, "it does not tell its flows");
    json_decref(flows);
    return ret;
}

int weir_proof(const struct weir_peer *peer, uint64_t frames, const char *input,
               const char *said, const char *folder,
               struct weir_proof_flows *found, struct weir_err *err)
{
    char path[PATH_MAX];
    uint64_t number = 0;
    struct weir_says_argus argus;
    int ret = 0;
    switch (peer->proof) {
    case WEIR_PEER_SAYS:
        if (!weir_says_number(said, peer->says, peer->says_before, &number))
            return weir_err_set(err, -EBADMSG, "it does not say '%s'",
                                peer->says);
        return count_check(number, frames, "it says that it took", err);
    case WEIR_PEER_RECORDS:
        return records_check(folder, frames, err);
    case WEIR_PEER_SAME:
        ret = only_file(folder, path, err);
        return ret != 0 ? ret : weir_proof_same(input, path, err);
    case WEIR_PEER_ARGUS:
        ret = only_file(folder, path, err);
        if (ret == 0)
            ret = weir_says_argus(&argus, path, err);
        return ret != 0
                   ? ret
                   : count_check(argus.frames, frames, "its flows have", err);
    case WEIR_PEER_NFDUMP:
    case WEIR_PEER_TOTALS:
        ret = peer->proof == WEIR_PEER_NFDUMP
                  ? nfdump_read(found, folder, err)
                  : totals_read(found, folder, said, err);
        return ret != 0
                   ? ret
                   : count_check(found->frames, frames, "its flows have", err);
    default:
        return weir_err_set(err, -EINVAL, "%s: not of a file", peer->name);
    }
}
