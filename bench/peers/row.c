/* A row: its rivals do the same work in turn, and what came of it. */

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/peers/bench.h"
#include "bench/peers/print.h"
#include "bench/peers/rivals.h"
#include "bench/peers/tally.h"
#include "bench/results/results.h"

/* Of fewer frames no ratio of what one costs is claimed. */
#define CPU_FRAMES 10000

static int void_add(const struct weir_peers_bench *bench,
                    const struct weir_peers_row *row,
                    struct weir_peers_rival *rival, size_t round,
                    const struct weir_peers_void *why, struct weir_err *err)
{
    char what[128];
    snprintf(what, sizeof what, "%s, %s: %s, round %zu", row->name, row->title,
             rival->peer->name, round + 1);
    fprintf(bench->out, "  void: %s, round %zu: %s%s\n", rival->peer->name,
            round + 1, why->why.text,
            why->for_good ? "; it is left out from here on" : "");
    (void)fflush(bench->out);
    rival->out = why->for_good;
    return weir_results_skip(bench->results, what, why->why.text, err);
}

static int turn_run(const struct weir_peers_bench *bench,
                    const struct weir_peers_row *row,
                    struct weir_peers_rival *rival, size_t round,
                    struct weir_err *err)
{
    struct weir_peers_void why = {0};
    struct weir_round *out = &rival->rounds.at[round];
    rival->rounds.count = round + 1;
    if (rival->out)
        return 0;
    int ret = row->task == WEIR_PEER_LIVE
                  ? weir_peers_live(bench, row, rival, out, &why, err)
                  : weir_peers_offline(bench, row, rival, out, &why, err);
    if (ret == 0 && weir_stop_is_set(&bench->stop))
        ret = weir_err_set(err, -ECANCELED, "interrupted");
    if (ret == 0 && !out->valid)
        ret = void_add(bench, row, rival, round, &why, err);
    return ret;
}

/* What the peers of a row were told and have done, as one line. */
static int peer_add(const struct weir_peers_bench *bench,
                    const struct weir_peers_row *row,
                    const struct weir_peers_rival *rival, struct weir_err *err)
{
    const struct weir_rounds *rounds = &rival->rounds;
    json_t *load = row->task == WEIR_PEER_LIVE && row->load_pps > 0
                       ? json_integer((json_int_t)row->load_pps)
                       : json_null();
    json_t *line = json_pack(
        "{s:s, s:o, s:s, s:s, s:o, s:o, s:s, s:s, s:o, s:I, s:o, s:o, s:o, "
        "s:o}",
        "type", "peer", "task", weir_results_text(row->name), "frame",
        row->frame, "peer", rival->peer->name, "version",
        weir_results_text(rival->version), "command",
        weir_results_text(rival->command), "does", rival->peer->does, "flags",
        rival->peer->flags, "load_pps", load, "frames", (json_int_t)row->frames,
        "rounds", weir_rounds_json(rounds), "median",
        weir_rounds_pick_json(rounds, WEIR_ROUNDS_MEDIAN), "least",
        weir_rounds_pick_json(rounds, WEIR_ROUNDS_LEAST), "most",
        weir_rounds_pick_json(rounds, WEIR_ROUNDS_MOST));
    return weir_results_add(bench->results, line, err);
}

static bool has_pair(const double *over, const double *under, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (over[i] > 0 && under[i] > 0)
            return true;
    return false;
}

/* Of the rounds in which both have the figure; none if there is no such. */
static int ratio_add(const struct weir_peers_bench *bench,
                     const struct weir_peers_row *row,
                     const struct weir_peers_rival *self,
                     const struct weir_peers_rival *other,
                     enum weir_round_figure figure, struct weir_err *err)
{
    double over[WEIR_ROUNDS_MAX];
    double under[WEIR_ROUNDS_MAX];
    char name[160];
    const size_t count = self->rounds.count;
    const bool rate = figure == WEIR_ROUND_PPS;
    weir_rounds_list(&self->rounds, figure, over, count);
    weir_rounds_list(&other->rounds, figure, under, count);
    if (!rate) {
        weir_rounds_enough(&self->rounds, CPU_FRAMES, over, count);
        weir_rounds_enough(&other->rounds, CPU_FRAMES, under, count);
    }
    if (!has_pair(over, under, count))
        return 0;
    snprintf(name, sizeof name, "%s, %s: %s over %s, %s", row->name, row->title,
             self->peer->name, other->peer->name,
             rate ? "rate" : "CPU per frame");
    weir_peers_print_ratio(bench->out, name, over, under, count);
    return weir_results_ratio(bench->results, name, over, under, count,
                              rate ? "more" : "less", err);
}

/* A recorder that lost nothing shows the generator's rate, not its own. */
static bool is_own_rate(const struct weir_peers_rival *rival)
{
    return weir_rounds_pick(&rival->rounds, WEIR_ROUND_LOSS,
                            WEIR_ROUNDS_LEAST) > 0;
}

static int live_ratios_add(const struct weir_peers_bench *bench,
                           const struct weir_peers_row *row,
                           const struct weir_peers_rival *self,
                           const struct weir_peers_rival *other,
                           struct weir_err *err)
{
    int ret = 0;
    if (row->load_pps == 0 && is_own_rate(other))
        ret = ratio_add(bench, row, self, other, WEIR_ROUND_PPS, err);
    if (ret == 0)
        ret = ratio_add(bench, row, self, other, WEIR_ROUND_CPU_NS, err);
    return ret;
}

/* What the last valid round has found. */
static const struct weir_round *found(const struct weir_peers_rival *rival)
{
    const struct weir_round *last = NULL;
    for (size_t i = 0; i < rival->rounds.count; i++)
        if (rival->rounds.at[i].valid)
            last = &rival->rounds.at[i];
    return last;
}

/* Of programs that have found the same flows: else it was not the same work,
 * and that is said. */
static int flows_ratio_add(const struct weir_peers_bench *bench,
                           const struct weir_peers_row *row,
                           const struct weir_peers_rival *self,
                           const struct weir_peers_rival *other,
                           struct weir_err *err)
{
    const struct weir_round *a = found(self);
    const struct weir_round *b = found(other);
    char what[256];
    if (a->flows == 0 || b->flows == 0)
        return 0;
    if (a->flows == b->flows && a->flow_bytes == b->flow_bytes)
        return ratio_add(bench, row, self, other, WEIR_ROUND_PPS, err);
    snprintf(what, sizeof what,
             "%s, %s: no ratio of %s over %s, which did not find the same: "
             "%" PRIu64 " flows of %" PRIu64 " bytes, %" PRIu64
             " flows of %" PRIu64 " bytes",
             row->name, row->title, self->peer->name, other->peer->name,
             a->flows, a->flow_bytes, b->flows, b->flow_bytes);
    fprintf(bench->out, "  %s\n", what);
    return weir_results_note(bench->results, err, "%s", what);
}

/* Live it is the cost that counts, and the rate too where the load was more
 * than a peer took. */
static int ratios_add(const struct weir_peers_bench *bench,
                      const struct weir_peers_row *row,
                      const struct weir_peers_rival *self,
                      const struct weir_peers_rival *other,
                      struct weir_err *err)
{
    const char *over = self->peer->over;
    if (weir_peer_is_weir(other->peer) ||
        (over != NULL && !weir_peer_in(over, other->peer->name)) ||
        weir_rounds_valid(&other->rounds) == 0 ||
        weir_rounds_valid(&self->rounds) == 0)
        return 0;
    switch (row->task) {
    case WEIR_PEER_LIVE:
        return live_ratios_add(bench, row, self, other, err);
    case WEIR_PEER_FLOWS:
        return flows_ratio_add(bench, row, self, other, err);
    default:
        return ratio_add(bench, row, self, other, WEIR_ROUND_PPS, err);
    }
}

/* At full speed: who was not at its limit. */
static int limits_note(const struct weir_peers_bench *bench,
                       const struct weir_peers_row *row,
                       const struct weir_peers_rival *rivals, size_t count,
                       struct weir_err *err)
{
    char names[256] = "";
    size_t used = 0;
    for (size_t i = 0; row->task == WEIR_PEER_LIVE && row->load_pps == 0 &&
                       i < count && used < sizeof names;
         i++)
        if (weir_rounds_valid(&rivals[i].rounds) > 0 &&
            !is_own_rate(&rivals[i])) {
            int n = snprintf(names + used, sizeof names - used, "%s%s",
                             used > 0 ? ", " : "", rivals[i].peer->name);
            used += n > 0 ? (size_t)n : 0;
        }
    if (used == 0)
        return 0;
    fprintf(bench->out,
            "  limited by the generator, for there was a round without loss: "
            "%s\n",
            names);
    return weir_results_note(bench->results, err,
                             "%s, %s: the generator's rate, not the limit of "
                             "the recorder, for there was a round without "
                             "loss: %s",
                             row->name, row->title, names);
}

static int results_add(const struct weir_peers_bench *bench,
                       const struct weir_peers_row *row,
                       const struct weir_peers_rival *rivals, size_t count,
                       struct weir_err *err)
{
    int ret = 0;
    for (size_t i = 0; ret == 0 && i < count; i++)
        if (weir_rounds_valid(&rivals[i].rounds) > 0)
            ret = peer_add(bench, row, &rivals[i], err);
    for (size_t s = 0; s < count; s++)
        for (size_t i = 0; ret == 0 && i < count; i++)
            if (weir_peer_is_weir(rivals[s].peer))
                ret = ratios_add(bench, row, &rivals[s], &rivals[i], err);
    if (ret == 0)
        ret = limits_note(bench, row, rivals, count, err);
    return ret;
}

int weir_peers_row(const struct weir_peers_bench *bench,
                   const struct weir_peers_row *row, struct weir_err *err)
{
    const size_t rounds = weir_peers_rounds(bench->options, row->task);
    struct weir_peers_rival *rivals = NULL;
    size_t count = 0;
    weir_peers_print_head(bench->out, row, rounds);
    int ret = weir_rivals_find(&rivals, &count, bench, row, err);
    for (size_t round = 0; ret == 0 && round < rounds; round++)
        for (size_t place = 0; ret == 0 && place < count; place++)
            ret = turn_run(bench, row,
                           &rivals[weir_rounds_turn(round, place, count)],
                           round, err);
    /* What was measured before a Ctrl-C is worth as much as ever. */
    if (ret == 0 || ret == -ECANCELED) {
        weir_peers_print_table(bench->out, row, rivals, count);
        for (size_t i = 0; i < count; i++)
            weir_tally_put(bench->tally, rivals[i].peer, &rivals[i].rounds);
        struct weir_err ignored;
        int rc =
            results_add(bench, row, rivals, count, ret == 0 ? err : &ignored);
        ret = ret != 0 ? ret : rc;
    }
    free(rivals);
    return ret;
}
