#include "bench/stages/line.h"

#include <math.h>

#include "bench/stages/input.h"

/* Of an item's time, what each frame of a block bears. */
static double share(const struct weir_stage_line *line)
{
    if (line->stage->items == NULL)
        return 1;
    return (double)line->input->count / (double)line->input->frames;
}

/* Bits a second, of the typical sample; negative: it is no bandwidth. */
static double rate_bits(const struct weir_stage_line *line)
{
    const struct weir_measure *m = line->measure;
    return m->bytes > 0 && m->ns.p50 > 0 ? m->bytes * 8 / m->ns.p50 * 1e9 : -1;
}

/* Thousandths are enough, and keep the lines readable; what lies under them
 * (a link's share of a frame) keeps three digits. */
static json_t *number(double value)
{
    if (value < 0)
        return json_null();
    double digits = 1000;
    if (value > 0 && value < 1)
        digits = pow(10, 2 - floor(log10(value)));
    return json_real(round(value * digits) / digits);
}

static json_t *spread_json(const struct weir_spread *ns)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "least",
                     number(ns->least), "p10", number(ns->p10), "p50",
                     number(ns->p50), "p90", number(ns->p90), "p99",
                     number(ns->p99), "most", number(ns->most));
}

static json_t *item_json(const struct weir_stage_line *line)
{
    if (line->stage->items == NULL)
        return json_null();
    return json_pack("{s:s, s:o}", "name", line->stage->items, "ns",
                     spread_json(&line->measure->ns));
}

static json_t *floor_json(const struct weir_stage_line *line)
{
    if (line->floor == NULL)
        return json_null();
    return json_pack("{s:s, s:o}", "name", line->floor->name, "ns",
                     number(line->floor_measure->ns.p50));
}

json_t *weir_stage_line_json(const struct weir_stage_line *line)
{
    const struct weir_measure *m = line->measure;
    struct weir_spread ns = weir_spread_scale(&m->ns, share(line));
    double part = share(line);
    return json_pack(
        "{s:s, s:s, s:s, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I, "
        "s:o}",
        "type", "stage", "stage", line->stage->name, "frame",
        line->input->frame, "flows", (json_int_t)line->input->flows, "ns",
        spread_json(&ns), "cycles", number(m->cycles * part), "instructions",
        number(m->instructions * part), "floor", floor_json(line), "item",
        item_json(line), "rate_bits", number(rate_bits(line)), "file_bytes",
        m->file_bytes > 0 ? number(m->file_bytes) : json_null(), "samples",
        (json_int_t)m->samples, "count", (json_int_t)m->count, "clock_ns",
        number(m->clock_ns));
}

void weir_stage_line_head(FILE *out)
{
    fprintf(out, "%-14s %6s %7s %9s %9s %9s %9s %8s  %-12s %6s  %s\n", "stage",
            "frame", "flows", "p10 ns", "p50 ns", "p90 ns", "p99 ns", "floor",
            "of", "ratio", "item, or bandwidth");
}

/* Three digits that mean something. */
static void figure(FILE *out, int width, double value)
{
    int digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 0.1 ? 2 : 4;
    fprintf(out, " %*.*f", width, digits, value);
}

/* The three columns of the floor; without one they are blank as far as
 * anything comes behind them. */
static void floor_put(FILE *out, const struct weir_stage_line *line, double ns,
                      bool last)
{
    if (line->floor == NULL) {
        fprintf(out, " %8s", "-");
        if (!last)
            fprintf(out, "  %-12s %6s", "", "");
        return;
    }
    const double least = line->floor_measure->ns.p50;
    figure(out, 8, least);
    fprintf(out, "  %-12s", line->floor->name);
    if (least > 0)
        fprintf(out, " %6.2f", ns / least);
    else
        fprintf(out, " %6s", "-");
}

void weir_stage_line_row(FILE *out, const struct weir_stage_line *line)
{
    struct weir_spread ns = weir_spread_scale(&line->measure->ns, share(line));
    fprintf(out, "%-14s %6s %7u", line->stage->name, line->input->frame,
            line->input->flows);
    figure(out, 9, ns.p10);
    figure(out, 9, ns.p50);
    figure(out, 9, ns.p90);
    figure(out, 9, ns.p99);
    const bool item = line->stage->items != NULL;
    const bool rate = rate_bits(line) > 0;
    const bool file = line->measure->file_bytes > 0;
    floor_put(out, line, ns.p50, !item && !rate && !file);
    if (item)
        fprintf(out, "  %.0f ns a %s", line->measure->ns.p50,
                line->stage->items);
    else if (rate)
        fprintf(out, "  %.2f GB/s", rate_bits(line) / 8e9);
    else if (file)
        fprintf(out, "  %.1f bytes in the file", line->measure->file_bytes);
    fputc('\n', out);
}
