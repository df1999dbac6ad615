#include "bench/results/page.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/results/page_parts.h"

static const struct weir_doc_column ratio_columns[] = {
    {"Ratio", false}, {"Median", true},     {"least to most", true},
    {"Rounds", true}, {"Better is", false},
};

void weir_page_ratios(const struct weir_lines *lines, struct weir_doc *doc)
{
    struct weir_rows ratios;
    weir_rows_open(&ratios, lines, "ratio");
    if (ratios.count > 0) {
        weir_doc_add(doc, WEIR_DOC_HEADING, "Ratios");
        weir_doc_add(doc, WEIR_DOC_TEXT,
                     "Of two figures of one run, round by round: what may be "
                     "compared with other runs, by weir bench compare.");
        weir_doc_table(doc, "", ratio_columns,
                       sizeof ratio_columns / sizeof ratio_columns[0]);
        for (size_t i = 0; i < ratios.count; i++) {
            const json_t *ratio = ratios.at[i];
            char low[WEIR_DOC_NUMBER_MAX];
            char high[WEIR_DOC_NUMBER_MAX];
            const char *least =
                weir_doc_number(low, weir_line_number(ratio, "least"), 2);
            const char *most =
                weir_doc_number(high, weir_line_number(ratio, "most"), 2);
            weir_doc_cell(doc, weir_page_text(ratio, "name"));
            weir_doc_figure(doc, weir_line_number(ratio, "value"), 2);
            if (least != NULL && most != NULL)
                weir_doc_cellf(doc, "%s to %s", least, most);
            else
                weir_doc_cell(doc, NULL);
            weir_doc_figure(doc, weir_line_number(ratio, "rounds"), 0);
            weir_doc_cell(doc, weir_line_text(ratio, "better"));
        }
        weir_rows_say_left(&ratios, "ratios", doc);
    }
}

void weir_page_build(const struct weir_lines *lines, struct weir_doc *doc)
{
    weir_page_title(lines, doc);
    weir_page_headlines(lines, doc);
    weir_page_targets(lines, doc);
    weir_page_limits(lines, doc);
    weir_page_disks(lines, doc);
    weir_page_stages(lines, doc);
    weir_page_peers(lines, doc);
    weir_page_embed(lines, doc);
    weir_page_ratios(lines, doc);
    weir_page_trials(lines, doc);
    weir_page_method(lines, doc);
    weir_page_host(lines, doc);
}
