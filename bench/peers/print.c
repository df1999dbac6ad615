#include "bench/peers/print.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "bench/peers/bench.h"
#include "sink/figure.h"

void weir_peers_print_head(FILE *out, const struct weir_peers_row *row,
                           size_t rounds)
{
    char frames[WEIR_FIGURE_MAX];
    const char *plural = rounds == 1 ? "" : "s";
    const char *of = row->title[0] == 'I' ? "frames, " : "frames of ";
    weir_figure_grouped(frames, row->frames);
    if (row->task == WEIR_PEER_LIVE)
        fprintf(out,
                "\n%s: %s%s for %.1f s (at most %s), %zu "
                "round%s\n",
                row->name, of, row->title, (double)row->duration_ns / 1e9,
                frames, rounds, plural);
    else
        fprintf(out, "\n%s: %s %s%s, %zu round%s\n", row->name, frames, of,
                row->title, rounds, plural);
    (void)fflush(out);
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

static void cell(FILE *out, int width, int digits, double value)
{
    if (isfinite(value))
        fprintf(out, " %*.*f", width, digits, value);
    else
        fprintf(out, " %*s", width, "-");
}

/* What the columns are, and under that of which units. */
static void heads_print(FILE *out, bool live)
{
    fprintf(out, "  %-24s %26s %9s %7s", "",
            live ? "Mpps that are in the file" : "Mpps", "CPU ns", "memory");
    if (live)
        fprintf(out, " %29s %11s", "lost", "it says it");
    fprintf(out, "\n  %-24s %8s %8s %8s %9s %7s", "", "median", "least", "most",
            "per frame", "MiB");
    if (live)
        fprintf(out, " %9s %9s %9s %11s", "median", "least", "most", "dropped");
    fprintf(out, "\n");
}

static void live_print(FILE *out, const struct weir_peers_rival *rival)
{
    char lost[3][16];
    char words[24];
    for (int i = 0; i < 3; i++)
        percent(lost[i], sizeof lost[i],
                pick(rival, WEIR_ROUND_LOSS, (enum weir_rounds_pick)i));
    fprintf(out, " %9s %9s %9s %11s", lost[WEIR_ROUNDS_MEDIAN],
            lost[WEIR_ROUNDS_LEAST], lost[WEIR_ROUNDS_MOST],
            own_words(words, sizeof words, rival));
}

static void rival_print(FILE *out, const struct weir_peers_rival *rival,
                        bool live)
{
    char name[64];
    snprintf(name, sizeof name, "%s %s", rival->peer->name, rival->version);
    fprintf(out, "  %-24.24s", name);
    for (int i = 0; i < 3; i++)
        cell(out, 8, 2,
             pick(rival, WEIR_ROUND_PPS, (enum weir_rounds_pick)i) / 1e6);
    cell(out, 9, 0, pick(rival, WEIR_ROUND_CPU_NS, WEIR_ROUNDS_MEDIAN));
    cell(out, 7, 0,
         pick(rival, WEIR_ROUND_MEMORY, WEIR_ROUNDS_MEDIAN) / 1048576);
    if (live)
        live_print(out, rival);
    fprintf(out, "  %s\n", rival->peer->does);
}

void weir_peers_print_table(FILE *out, const struct weir_peers_row *row,
                            const struct weir_peers_rival *rivals, size_t count)
{
    const bool live = row->task == WEIR_PEER_LIVE;
    size_t valid = 0;
    for (size_t i = 0; i < count; i++)
        valid += weir_rounds_valid(&rivals[i].rounds);
    if (valid == 0)
        return;
    heads_print(out, live);
    for (size_t i = 0; i < count; i++)
        if (weir_rounds_valid(&rivals[i].rounds) > 0)
            rival_print(out, &rivals[i], live);
    (void)fflush(out);
}

void weir_peers_print_ratio(FILE *out, const char *name, const double *over,
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
    fprintf(out, "  %s: %.2f (%.2f to %.2f)\n", name,
            weir_rounds_pick(&ratios, only, WEIR_ROUNDS_MEDIAN),
            weir_rounds_pick(&ratios, only, WEIR_ROUNDS_LEAST),
            weir_rounds_pick(&ratios, only, WEIR_ROUNDS_MOST));
    (void)fflush(out);
}
