#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/results/page_parts.h"

#define GIGA 1e-9

static const struct weir_doc_column target_columns[] = {
    {"Target", true}, {"What", false},  {"Held against", false},
    {"Figure", true}, {"Spread", true}, {"Bound", true},
    {"Is it", false}, {"By", true},     {"Remarks", false},
};

static const struct weir_doc_column disk_columns[] = {
    {"Frame", false},        {"Disk", false},         {"Depth 1, GB/s", true},
    {"Depth 2, GB/s", true}, {"Depth 4, GB/s", true}, {"weir, GB/s", true},
    {"Share", true},         {"Mpps", true},          {"CPU, ns/frame", true},
    {"How", false},          {"Remarks", false},
};

static const char *const depths[] = {"1", "2", "4"};

/* "met", "missed"; "shown" without a bound; NULL without a figure. */
static const char *verdict(const json_t *target)
{
    if (json_is_null(json_object_get(target, "bound")))
        return "shown";
    if (json_is_null(json_object_get(target, "met")))
        return NULL;
    return weir_line_bool(target, "met") ? "met" : "missed";
}

static void target_row(const json_t *target, struct weir_doc *doc)
{
    char low[WEIR_DOC_NUMBER_MAX];
    char high[WEIR_DOC_NUMBER_MAX];
    const char *least =
        weir_doc_number(low, weir_line_number(target, "least"), 3);
    const char *most =
        weir_doc_number(high, weir_line_number(target, "most"), 3);
    const double bound = weir_line_number(target, "bound");
    const double margin = weir_line_number(target, "margin_fraction");
    const bool more = strcmp(weir_page_text(target, "better"), "more") == 0;
    const char *remark = weir_line_text(target, "remark");
    weir_doc_figure(doc, weir_line_number(target, "target"), 0);
    weir_doc_cell(doc, weir_page_text(target, "name"));
    weir_doc_cell(doc, weir_page_text(target, "against"));
    weir_doc_figure(doc, weir_line_number(target, "value"), 3);
    if (least != NULL && most != NULL)
        weir_doc_cellf(doc, "%s to %s", least, most);
    else
        weir_doc_cell(doc, NULL);
    if (isfinite(bound))
        weir_doc_cellf(doc, "%s %.3g", more ? "≥" : "≤", bound);
    else
        weir_doc_cell(doc, NULL);
    weir_doc_cell(doc, verdict(target));
    if (isfinite(margin))
        weir_doc_cellf(doc, "%+.0f%%", 100 * margin);
    else
        weir_doc_cell(doc, NULL);
    weir_doc_cell(doc, remark != NULL ? remark : "");
}

void weir_page_targets(const struct weir_lines *lines, struct weir_doc *doc)
{
    struct weir_rows targets;
    weir_rows_open(&targets, lines, "target");
    if (targets.count == 0)
        return;
    weir_doc_add(doc, WEIR_DOC_HEADING, "Targets");
    weir_doc_add(doc, WEIR_DOC_TEXT,
                 "What weir is to reach. A figure is the median of its rounds, "
                 "and a ratio but for shares of a core and of frames; how far "
                 "it is from its bound is a share of that, + on the right "
                 "side.");
    weir_doc_table(doc, "", target_columns,
                   sizeof target_columns / sizeof target_columns[0]);
    for (size_t i = 0; i < targets.count; i++)
        target_row(targets.at[i], doc);
    weir_rows_say_left(&targets, "targets", doc);
}

static void disk_row(const json_t *disk, const json_t *round,
                     struct weir_doc *doc)
{
    char text[WEIR_PAGE_NAME_MAX];
    const json_t *raw = json_object_get(round, "raw_bytes_s");
    const double best = weir_line_number(round, "best_bytes_s");
    const double rate = weir_line_number(round, "file_bytes_s");
    weir_doc_cell(doc, weir_page_frame(text, disk));
    weir_doc_cell(doc, weir_page_target(text, disk));
    for (size_t i = 0; i < sizeof depths / sizeof depths[0]; i++)
        weir_doc_figure(doc, GIGA * weir_line_number(raw, depths[i]), 3);
    weir_doc_figure(doc, GIGA * rate, 3);
    weir_doc_figure(doc, best > 0 ? rate / best : (double)NAN, 3);
    weir_doc_figure(doc, weir_line_number(round, "load_pps") / 1e6, 3);
    weir_doc_figure(doc, weir_line_number(round, "cpu_ns"), 0);
    weir_doc_cell(doc, weir_line_text(round, "write"));
    weir_doc_cell(doc, weir_line_bool(round, "generator_limited")
                           ? "the generator gave no more"
                           : "");
}

void weir_page_disks(const struct weir_lines *lines, struct weir_doc *doc)
{
    struct weir_rows disks;
    weir_rows_open(&disks, lines, "disk");
    if (disks.count == 0)
        return;
    weir_doc_add(doc, WEIR_DOC_HEADING, "Disk");
    weir_doc_add(doc, WEIR_DOC_TEXT,
                 "Round by round: what the disk takes by O_DIRECT with so many "
                 "writes of 1 MiB on their way, and the highest load that weir "
                 "recorded there without loss, in bytes of the file that were "
                 "written while frames were sent.");
    weir_doc_table(doc, "", disk_columns,
                   sizeof disk_columns / sizeof disk_columns[0]);
    for (size_t i = 0; i < disks.count; i++) {
        const json_t *rounds = json_object_get(disks.at[i], "rounds");
        for (size_t k = 0; k < json_array_size(rounds) && k < WEIR_ROWS_MAX;
             k++)
            disk_row(disks.at[i], json_array_get(rounds, k), doc);
    }
    weir_rows_say_left(&disks, "disks", doc);
}
