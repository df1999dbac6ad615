#include "bench/limit/limit_table.h"

#include <stdio.h>
#include <string.h>

#include "bench/limit/limit_lines.h"
#include "sink/printable.h"

/* What is told of buffers is as coarse as the looks at them
 * (bench/trial/quiet.h). */
#define DRAIN_LEAST_NS 100e6

/* Of a long trial: if this much was only in memory at its end, the disk does
 * not keep up with NDR. */
#define STOP_FRACTION 0.1

/* Columns of names. */
#define FRAME_MAX    24
#define TARGET_LEAST 8
#define TARGET_MAX   40

#define FIGURE_MAX 24

/* Another folder's row would read the same. */
static bool has_namesake(const struct weir_limit_row *rows, size_t count,
                         const struct weir_limit_row *row)
{
    for (size_t i = 0; i < count; i++)
        if (rows[i].target != NULL &&
            strcmp(rows[i].target, row->target) != 0 &&
            strcmp(rows[i].target_type, row->target_type) == 0)
            return true;
    return false;
}

/* The file system's type, or the folder where that is not known or does not
 * tell rows apart. */
static char *target_text(char out[TARGET_MAX + sizeof WEIR_PRINTABLE_CUT],
                         const struct weir_limit_row *rows, size_t count,
                         const struct weir_limit_row *row)
{
    const char *text = row->target_type;
    if (row->target == NULL)
        text = "none";
    else if (text[0] == '\0' || has_namesake(rows, count, row))
        text = row->target;
    return weir_printable_end(out, TARGET_MAX + sizeof WEIR_PRINTABLE_CUT, text,
                              TARGET_MAX);
}

/* Its search was broken off before the goal was known as well as asked. */
static bool is_broken_off(const struct weir_limit_row *row,
                          const struct weir_search_goal *goal)
{
    return row->end != WEIR_LIMIT_ROW_DONE &&
           (!goal->confirmed ||
            goal->width_fraction > row->search.config.width);
}

/* A rate, and before it in `mark`: "~", no long trial has confirmed it; ">=",
 * it may be higher; "<", each load that was tried was too high. */
static void goal_text(char mark[4], char rate[WEIR_LIMIT_RATE_MAX],
                      const struct weir_limit_row *row,
                      const struct weir_search_goal *goal)
{
    bool least = goal->generator_limited || is_broken_off(row, goal);
    snprintf(mark, 4, "%s%s", goal->confirmed ? "" : "~", least ? ">=" : "");
    if (goal->found) {
        weir_limit_rate_text(rate, goal->pps);
    } else if (goal->above_pps > 0) {
        snprintf(mark, 4, "<");
        weir_limit_rate_text(rate, goal->above_pps);
    } else {
        mark[0] = '\0';
        snprintf(rate, WEIR_LIMIT_RATE_MAX, "-");
    }
}

static char *figure(char out[FIGURE_MAX], bool known, int digits, double value)
{
    if (known)
        snprintf(out, FIGURE_MAX, "%.*f", digits, value);
    else
        snprintf(out, FIGURE_MAX, "-");
    return out;
}

static void print_found(FILE *out, const struct weir_limit_row *row)
{
    struct weir_limit_found f = weir_limit_row_found(row);
    bool ndr = f.ndr.found;
    char mark[4], rate[WEIR_LIMIT_RATE_MAX], verdict[WEIR_VERDICT_TEXT_MAX];
    char bits[FIGURE_MAX], width[FIGURE_MAX], cpu[FIGURE_MAX];
    char ring[FIGURE_MAX], drain[FIGURE_MAX];
    goal_text(mark, rate, row, &f.ndr);
    (void)fprintf(out, " %-3s%-12s %7s %5s", mark, rate,
                  figure(bits, ndr, 2, f.bits / 1e9),
                  figure(width, ndr, 1, 100 * f.ndr.width_fraction));
    goal_text(mark, rate, row, &f.pdr);
    /* What limits far above NDR may not be what limits there. */
    bool limit = ndr || row->end == WEIR_LIMIT_ROW_DONE;
    (void)fprintf(out, "  %-3s%-12s %12s %8s %8s  %s\n", mark, rate,
                  figure(cpu, ndr, 0, f.cpu_ns),
                  figure(ring, ndr, 0, f.ring_s * 1e3),
                  figure(drain, ndr, 0, (double)f.drain_ns / 1e6),
                  limit ? weir_verdict_text(verdict, f.verdict) : "-");
}

static void print_row(FILE *out, const struct weir_limit_row *row,
                      const char *target, int width)
{
    char frame[FRAME_MAX + sizeof WEIR_PRINTABLE_CUT];
    char workers[16] = "default";
    if (row->workers > 0)
        snprintf(workers, sizeof workers, "%u", row->workers);
    (void)fprintf(
        out, "%3u %-8s %-*s %7s %-7s", row->number,
        weir_printable_end(frame, sizeof frame, row->frame->spec, FRAME_MAX),
        width, target, workers, row->way);
    if (row->trials_count > 0)
        print_found(out, row);
    else
        (void)fputs("    -\n", out);
}

/* What has to be known of the row's figures. */
static void print_notes(FILE *out, const struct weir_limit_row *row)
{
    struct weir_limit_found found = weir_limit_row_found(row);
    struct weir_search_goal ndr = found.ndr;
    double drain = (double)found.drain_ns, stop = (double)found.stop_ns;
    double long_ns = (double)row->search.config.long_ns;
    uint32_t hiccups = weir_search_hiccups(&row->search);
    if (row->end != WEIR_LIMIT_ROW_DONE)
        (void)fprintf(out, "  row %u: %s\n", row->number, row->why);
    if (row->search.end == WEIR_SEARCH_TRIALS)
        (void)fprintf(out, "  row %u: ended early, after %u trial%s\n",
                      row->number, row->search.trials,
                      row->search.trials == 1 ? "" : "s");
    if (row->search.end == WEIR_SEARCH_TIME)
        (void)fprintf(out, "  row %u: ended early, after %.0f s of trials\n",
                      row->number, (double)row->search.spent_ns / 1e9);
    if (ndr.found && !ndr.confirmed)
        (void)fprintf(out,
                      "  row %u: no long trial has confirmed the NDR (~)\n",
                      row->number);
    if (drain > DRAIN_LEAST_NS &&
        drain > row->search.config.width * long_ns / 2)
        (void)fprintf(
            out,
            "  row %u: when the sending ended, the buffers held %.0f ms of "
            "frames: a longer trial may find up to %.1f %% less\n",
            row->number, drain / 1e6, 100 * drain / long_ns);
    if (row->target != NULL && stop > STOP_FRACTION * long_ns)
        (void)fprintf(
            out,
            "  row %u: it took %.1f s more to bring the file to the disk, "
            "which is slower than memory\n",
            row->number, stop / 1e9);
    if (hiccups > 0)
        (void)fprintf(
            out, "  row %u: loads at or below NDR that lost frames once: %u\n",
            row->number, hiccups);
    if (row->search.voids > 0)
        (void)fprintf(out, "  row %u: void trials: %u of %u\n", row->number,
                      row->search.voids, row->search.trials);
    if (row->shortened)
        (void)fprintf(
            out, "  row %u: trials were shortened to the room in the target\n",
            row->number);
}

void weir_limit_print_table(FILE *out, const struct weir_limit_row *rows,
                            size_t count)
{
    char target[TARGET_MAX + sizeof WEIR_PRINTABLE_CUT];
    int width = TARGET_LEAST;
    for (size_t i = 0; i < count; i++) {
        int len = (int)strlen(target_text(target, rows, count, &rows[i]));
        width = len > width ? len : width;
    }
    (void)fprintf(
        out,
        "row %-8s %-*s workers %-7s    %-12s %7s %5s     %-12s %12s %8s %8s"
        "  %s\n",
        "frame", width, "target", "way", "NDR", "Gbit/s", "width", "PDR",
        "CPU ns/frame", "ring ms", "drain ms", "limit");
    for (size_t i = 0; i < count; i++)
        print_row(out, &rows[i], target_text(target, rows, count, &rows[i]),
                  width);
    for (size_t i = 0; i < count; i++)
        print_notes(out, &rows[i]);
}
