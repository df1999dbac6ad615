#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/results/page_parts.h"
#include "bench/results/plot.h"

/* Of a 60-byte frame's whole way, in ns. */
#define BUDGET_NS    80.0
#define BUDGET_BYTES 60.0

/* Where a stage was measured with several numbers of flows. */
#define FLOWS 1000

/* The way of a frame; other stages are in the table only. */
static const char *const way[] = {"walk",   "dissect", "flow",
                                  "encode", "link",    "write"};
#define WAY (sizeof way / sizeof way[0])

static const char *const by_frame[] = {"frame", NULL};

static const struct weir_doc_column columns[] = {
    {"Frame", false},       {"Stage", false},    {"Flows", true},
    {"Median, ns", true},   {"Least", true},     {"p90", true},
    {"p99", true},          {"Most", true},      {"Cycles", true},
    {"Instructions", true}, {"Floor, ns", true}, {"Floor", false},
    {"Also", false},
};

/* What is counted in other things than frames, and bandwidths. */
static void also_cell(const json_t *stage, struct weir_doc *doc)
{
    char number[WEIR_DOC_NUMBER_MAX];
    const json_t *item = json_object_get(stage, "item");
    double ns = weir_line_number(json_object_get(item, "ns"), "p50");
    const char *text = weir_doc_number(number, ns, weir_page_decimals(ns));
    double bits = weir_line_number(stage, "rate_bits");
    double file = weir_line_number(stage, "file_bytes");
    if (text != NULL)
        weir_doc_cellf(doc, "%s ns a %s", text, weir_page_text(item, "name"));
    else if (isfinite(bits))
        weir_doc_cellf(doc, "%.2f GB/s", bits / 8e9);
    else if (isfinite(file))
        weir_doc_cellf(doc, "%.1f bytes in the file", file);
    else
        weir_doc_cell(doc, "");
}

static void stage_row(const json_t *stage, struct weir_doc *doc)
{
    static const char *const keys[] = {"p50", "least", "p90", "p99", "most"};
    char frame[WEIR_PAGE_NAME_MAX];
    const json_t *ns = json_object_get(stage, "ns");
    const json_t *floor = json_object_get(stage, "floor");
    weir_doc_cell(doc, weir_page_frame(frame, stage));
    weir_doc_cell(doc, weir_page_text(stage, "stage"));
    weir_doc_figure(doc, weir_line_number(stage, "flows"), 0);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        double value = weir_line_number(ns, keys[i]);
        weir_doc_figure(doc, value, weir_page_decimals(value));
    }
    double cycles = weir_line_number(stage, "cycles");
    weir_doc_figure(doc, cycles, weir_page_decimals(cycles));
    double count = weir_line_number(stage, "instructions");
    weir_doc_figure(doc, count, weir_page_decimals(count));
    double value = weir_line_number(floor, "ns");
    weir_doc_figure(doc, value, weir_page_decimals(value));
    weir_doc_cell(doc, weir_line_text(floor, "name"));
    also_cell(stage, doc);
}

static void bar_label(char out[WEIR_PAGE_NAME_MAX], double ns)
{
    (void)snprintf(out, WEIR_PAGE_NAME_MAX, "%.*f ns", weir_page_decimals(ns),
                   ns);
}

/* Of the stage's lines that with the flows of a small network, else the
 * first. */
static double way_ns(const struct weir_rows *stages, const json_t *frame,
                     const char *name)
{
    const json_t *found = NULL;
    for (size_t i = 0; i < stages->count; i++) {
        const json_t *stage = stages->at[i];
        if (!weir_rows_alike(stage, frame, by_frame) ||
            strcmp(weir_page_text(stage, "stage"), name) != 0)
            continue;
        if (found == NULL || weir_line_number(stage, "flows") == FLOWS)
            found = stage;
    }
    return weir_line_number(json_object_get(found, "ns"), "p50");
}

/* The stages of one frame size; false if not one of them was measured. */
static bool stack_bar(struct weir_plot *plot, const struct weir_rows *stages,
                      const json_t *line)
{
    char label[WEIR_PAGE_NAME_MAX];
    double sum = 0;
    size_t found = 0;
    for (size_t i = 0; i < WAY; i++) {
        double ns = way_ns(stages, line, way[i]);
        found += isfinite(ns) ? 1 : 0;
        sum += isfinite(ns) ? ns : 0;
    }
    if (found == 0)
        return false;
    bar_label(label, sum);
    struct weir_plot_bar *bar = weir_plot_bar_add(plot, "stages alone", label);
    for (size_t i = 0; i < WAY; i++) {
        double ns = way_ns(stages, line, way[i]);
        weir_plot_part_add(bar, isfinite(ns) ? ns : 0, (unsigned)i);
    }
    return true;
}

static void whole_bar(struct weir_plot *plot, const char *name, double ns)
{
    char label[WEIR_PAGE_NAME_MAX];
    if (!isfinite(ns))
        return;
    bar_label(label, ns);
    weir_plot_part_add(weir_plot_bar_add(plot, name, label), ns,
                       WEIR_PLOT_MUTED);
}

/* tcpdump's line of this frame; of a task of the peers rather than of self. */
static const json_t *tcpdump_of(const struct weir_rows *peers,
                                const json_t *line)
{
    const json_t *found = NULL;
    for (size_t i = 0; i < peers->count; i++) {
        const json_t *peer = peers->at[i];
        bool self = strncmp(weir_page_text(peer, "task"), "self:", 5) == 0;
        if (!weir_rows_alike(peer, line, by_frame) ||
            strcmp(weir_page_text(peer, "peer"), "tcpdump") != 0)
            continue;
        if (!self)
            return peer;
        if (found == NULL)
            found = peer;
    }
    return found;
}

/* What the whole costs, of the task in which tcpdump was measured too. */
static void whole_bars(struct weir_plot *plot, const struct weir_rows *peers,
                       const json_t *line)
{
    static const char *const same_task[] = {"task", "frame", NULL};
    char text[2 * WEIR_PAGE_NAME_MAX];
    const json_t *tcpdump = tcpdump_of(peers, line);
    if (tcpdump == NULL)
        return;
    for (size_t i = 0; i < peers->count; i++)
        if (weir_rows_alike(peers->at[i], tcpdump, same_task) &&
            strcmp(weir_page_text(peers->at[i], "peer"), "weir") == 0)
            whole_bar(plot, "weir, whole",
                      weir_line_number(json_object_get(peers->at[i], "median"),
                                       "cpu_ns"));
    whole_bar(plot, "tcpdump, whole",
              weir_line_number(json_object_get(tcpdump, "median"), "cpu_ns"));
    (void)snprintf(text, sizeof text, "whole: CPU of \"%.100s\"",
                   weir_page_text(tcpdump, "task"));
    weir_plot_name_add(plot, text, WEIR_PLOT_MUTED);
}

static void stack_plots(const struct weir_rows *stages,
                        const struct weir_rows *peers, struct weir_doc *doc)
{
    bool budget = false;
    for (size_t i = 0; i < stages->count; i++) {
        if (!weir_rows_first(stages, i, by_frame))
            continue;
        char frame[WEIR_PAGE_NAME_MAX];
        struct weir_plot *plot =
            weir_plot_open(WEIR_PLOT_BARS, "A frame's way through the stages",
                           weir_page_frame(frame, stages->at[i]));
        if (plot == NULL)
            return;
        plot->x_label = "ns per frame";
        if (!stack_bar(plot, stages, stages->at[i])) {
            weir_plot_close(plot);
            continue;
        }
        for (size_t k = 0; k < WAY; k++)
            if (isfinite(way_ns(stages, stages->at[i], way[k])))
                weir_plot_name_add(plot, way[k], (unsigned)k);
        if (weir_page_size(stages->at[i]) == BUDGET_BYTES) {
            whole_bar(plot, "budget", BUDGET_NS);
            budget = true;
        }
        whole_bars(plot, peers, stages->at[i]);
        weir_doc_plot(doc, plot);
    }
    if (budget)
        weir_doc_add(doc, WEIR_DOC_TEXT,
                     "The budget is what weir's design allows the whole "
                     "pipeline for a frame of %.0f bytes: %.0f ns.",
                     BUDGET_BYTES, BUDGET_NS);
}

void weir_page_stages(const struct weir_lines *lines, struct weir_doc *doc)
{
    struct weir_rows stages;
    struct weir_rows peers;
    weir_rows_open(&stages, lines, "stage");
    weir_rows_by_size(&stages);
    weir_rows_open(&peers, lines, "peer");
    if (stages.count > 0) {
        weir_doc_add(doc, WEIR_DOC_HEADING, "Stages");
        weir_doc_add(doc, WEIR_DOC_TEXT,
                     "Each stage alone, on warm memory, in nanoseconds per "
                     "frame; beside it the floor: the least that this host "
                     "needs for the part of it that cannot be avoided. The "
                     "whole is not the sum: it has a source too, and "
                     "stages on other cores find frames in other caches.");
        stack_plots(&stages, &peers, doc);
        weir_doc_table(doc, "", columns, sizeof columns / sizeof columns[0]);
        for (size_t i = 0; i < stages.count; i++)
            stage_row(stages.at[i], doc);
        weir_rows_say_left(&stages, "stages", doc);
    }
}
