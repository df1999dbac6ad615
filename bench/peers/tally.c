#include "bench/peers/tally.h"

#include <errno.h>
#include <stdio.h>

#include "base/assert.h"
#include "base/err.h"
#include "bench/peers/rounds.h"

/* With commas between; cut off if they are too many. */
struct names {
    char text[200];
    size_t used;
};

static void name_add(struct names *names, const char *name, const char *task)
{
    const size_t room = sizeof names->text - names->used;
    int n =
        snprintf(names->text + names->used, room, "%s%s%s%s%s",
                 names->used > 0 ? ", " : "", name, task != NULL ? " (" : "",
                 task != NULL ? task : "", task != NULL ? ")" : "");
    if (n > 0)
        names->used += (size_t)n < room ? (size_t)n : room - 1;
}

void weir_tally_put(struct weir_peers_tally *tally,
                    const struct weir_peer *peer,
                    const struct weir_rounds *rounds)
{
    const size_t i = (size_t)(peer - weir_peers);
    WEIR_ASSERT(i < weir_peers_count);
    tally->rounds[i].tried += rounds->count;
    tally->rounds[i].valid += weir_rounds_valid(rounds);
}

int weir_tally_judge(const struct weir_peers_tally *tally,
                     const bool tasks[WEIR_PEER_TASKS], struct weir_err *err)
{
    uint64_t valid[WEIR_PEER_TASKS] = {0};
    struct names empty = {0};
    struct names failed = {0};
    for (size_t i = 0; i < weir_peers_count; i++) {
        const struct weir_peer *peer = &weir_peers[i];
        valid[peer->task] += tally->rounds[i].valid;
        if (tally->rounds[i].tried > 0 && tally->rounds[i].valid == 0)
            name_add(&failed, peer->name, weir_peer_task_names[peer->task]);
    }
    for (size_t i = 0; i < WEIR_PEER_TASKS; i++)
        if (tasks[i] && valid[i] == 0)
            name_add(&empty, weir_peer_task_names[i], NULL);
    if (empty.used == 0 && failed.used == 0)
        return 0;
    return weir_err_set(
        err, -EIO, "%s%s%s%s%s",
        empty.used > 0 ? "nothing was measured of " : "", empty.text,
        empty.used > 0 && failed.used > 0 ? "; " : "",
        failed.used > 0 ? "failed in every round: " : "", failed.text);
}
