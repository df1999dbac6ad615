#include "bench/peers/print.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "bench/peers/bench.h"
#include "sink/figure.h"

void weir_peers_print_head(const struct weir_peers_row *row, size_t rounds)
{
    char frames[WEIR_FIGURE_MAX];
    weir_figure_grouped(frames, row->frames);
    if (row->task == WEIR_PEER_LIVE)
        printf("\n%s: frames of %u bytes for %.1f s (at most %s), %zu rounds\n",
               row->name, row->size, (double)row->duration_ns / 1e9, frames,
               rounds);
    else
        printf("\n%s: %s frames of %u bytes, %zu rounds\n", row->name, frames,
               row->size, rounds);
    (void)fflush(stdout);
}

static double pick(const struct weir_peers_rival *rival,
                   enum weir_round_figure figure, enum weir_rounds_pick which)
{
    return weir_rounds_pick(&rival->rounds, figure, which);
}

/* "2.1%"; "0" only where none at all is missing. */
static const char *percent(char *out, size_t size, double fraction)
{
    if (!isfinite(fraction))
        snprintf(out, size, "-");
    else if (fraction <= 0)
        snprintf(out, size, "0");
    else if (fraction < 0.0005)
        snprintf(out, size, "<0.1%%");
    else
        snprintf(out, size, "%.1f%%", 100 * fraction);
    return out;
}

/* What the last valid round's recorder itself says that it dropped. */
static const char *own_words(char *out, size_t size,
                             const struct weir_peers_rival *rival)
{
    snprintf(out, size, "-");
    for (size_t i = 0; i < rival->rounds.count; i++)
        if (rival->rounds.at[i].valid && rival->rounds.at[i].dropped >= 0)
            snprintf(out, size, "%" PRId64, rival->rounds.at[i].dropped);
    return out;
}

static void live_print(const struct weir_peers_rival *rival)
{
    char lost[3][16];
    char words[24];
    for (int i = 0; i < 3; i++)
        percent(lost[i], sizeof lost[i],
                pick(rival, WEIR_ROUND_LOSS, (enum weir_rounds_pick)i));
    printf("%9s %9s %9s %11s", lost[WEIR_ROUNDS_MEDIAN],
           lost[WEIR_ROUNDS_LEAST], lost[WEIR_ROUNDS_MOST],
           own_words(words, sizeof words, rival));
}

void weir_peers_print_table(const struct weir_peers_row *row,
                            const struct weir_peers_rival *rivals, size_t count)
{
    const bool live = row->task == WEIR_PEER_LIVE;
    size_t valid = 0;
    for (size_t i = 0; i < count; i++)
        valid += weir_rounds_valid(&rivals[i].rounds);
    if (valid == 0)
        return;
    printf("  %-24s %8s %8s %8s %9s %7s", "", live ? "in file" : "Mpps",
           "least", "most", "CPU ns/f", "MiB");
    if (live)
        printf("%9s %9s %9s %11s", "lost", "least", "most", "it says");
    printf("\n");
    for (size_t i = 0; i < count; i++) {
        const struct weir_peers_rival *rival = &rivals[i];
        char name[64];
        if (weir_rounds_valid(&rival->rounds) == 0)
            continue;
        snprintf(name, sizeof name, "%s %s", rival->peer->name, rival->version);
        printf("  %-24.24s %8.2f %8.2f %8.2f %9.0f %7.0f", name,
               pick(rival, WEIR_ROUND_PPS, WEIR_ROUNDS_MEDIAN) / 1e6,
               pick(rival, WEIR_ROUND_PPS, WEIR_ROUNDS_LEAST) / 1e6,
               pick(rival, WEIR_ROUND_PPS, WEIR_ROUNDS_MOST) / 1e6,
               pick(rival, WEIR_ROUND_CPU_NS, WEIR_ROUNDS_MEDIAN),
               pick(rival, WEIR_ROUND_MEMORY, WEIR_ROUNDS_MEDIAN) / 1048576);
        if (live)
            live_print(rival);
        printf("  %s\n", rival->peer->does);
    }
    (void)fflush(stdout);
}

void weir_peers_print_ratio(const char *name, const double *over,
                            const double *under, size_t count)
{
    static struct weir_rounds ratios;
    ratios.count = count;
    for (size_t i = 0; i < count; i++) {
        ratios.at[i].valid = over[i] > 0 && under[i] > 0;
        ratios.at[i].figures[0] = over[i] / under[i];
    }
    if (weir_rounds_valid(&ratios) == 0)
        return;
    const enum weir_round_figure only = (enum weir_round_figure)0;
    printf("  %s: %.2f (%.2f to %.2f)\n", name,
           weir_rounds_pick(&ratios, only, WEIR_ROUNDS_MEDIAN),
           weir_rounds_pick(&ratios, only, WEIR_ROUNDS_LEAST),
           weir_rounds_pick(&ratios, only, WEIR_ROUNDS_MOST));
    (void)fflush(stdout);
}
