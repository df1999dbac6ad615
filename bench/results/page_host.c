#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/results/page_parts.h"

#define BROKEN_SHOWN 20

static const char *const rules[] = {
    "Absolute figures are this host's, on that day. What carries over are the "
    "ratios: both figures of a ratio come from one run, in rounds that "
    "alternate.",
    "A figure is the median of its rounds; beside it are the least and the "
    "most. Where two spreads overlap, the order of the two means nothing.",
    "Loss is what was sent and is not in the file, by sequence numbers in the "
    "frames, and not what a recorder says of itself. Without a file it is what "
    "was sent and is not in the recorder's ledger, which must agree with the "
    "counts of the sender and of the kernel.",
    "A figure that the generator limited is a lower bound, and marked ≥.",
    "CPU is user and system time of the recorder, by the frame; live it counts "
    "from when it is ready until all is quiet, so that setting up a ring is no "
    "part of it. What the kernel does for a frame before the recorder's socket "
    "runs on the sender's account, and is the same for all.",
    "Each peer has the best flags that we know of, and a ring of 512 MiB; its "
    "command line is in the page.",
};

void weir_page_method(const struct weir_lines *lines, struct weir_doc *doc)
{
    weir_doc_add(doc, WEIR_DOC_HEADING, "How it was measured");
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        weir_doc_item(doc, "%s", rules[i]);

    struct weir_rows notes;
    static const char *const by_text[] = {"text", NULL};
    weir_rows_open(&notes, lines, "note");
    if (notes.count > 0)
        weir_doc_add(doc, WEIR_DOC_PART, "Notes of this run");
    for (size_t i = 0; i < notes.count; i++)
        if (weir_rows_first(&notes, i, by_text))
            weir_doc_item(doc, "%s", weir_page_text(notes.at[i], "text"));

    struct weir_rows skips;
    static const char *const by_what[] = {"what", "why", NULL};
    weir_rows_open(&skips, lines, "skip");
    if (skips.count > 0)
        weir_doc_add(doc, WEIR_DOC_PART, "Left out");
    for (size_t i = 0; i < skips.count; i++)
        if (weir_rows_first(&skips, i, by_what))
            weir_doc_item(doc, "%s: %s", weir_page_text(skips.at[i], "what"),
                          weir_page_text(skips.at[i], "why"));
}

static void settings(const json_t *run, struct weir_doc *doc)
{
    static const struct weir_doc_column columns[] = {{"Setting", false},
                                                     {"Value", false}};
    const json_t *host = json_object_get(run, "host");
    const char *key;
    json_t *value;
    json_t *all = json_object_get(host, "settings");
    if (json_object_size(all) == 0)
        return;
    weir_doc_table(doc, "Settings of the host", columns, 2);
    json_object_foreach(all, key, value)
    {
        weir_doc_cell(doc, key);
        if (json_is_number(value))
            weir_doc_cellf(doc, "%.15g", json_number_value(value));
        else if (json_is_boolean(value))
            weir_doc_cell(doc, json_is_true(value) ? "yes" : "no");
        else
            weir_doc_cell(doc, json_string_value(value));
    }
}

static void broken_lines(const struct weir_lines *lines, struct weir_doc *doc)
{
    if (lines->broken_count == 0)
        return;
    weir_doc_add(doc, WEIR_DOC_PART, "Lines that could not be read");
    for (size_t i = 0; i < lines->broken_count && i < BROKEN_SHOWN; i++)
        weir_doc_item(doc, "line %zu: %s", lines->broken[i].number,
                      lines->broken[i].why);
    if (lines->broken_count > BROKEN_SHOWN)
        weir_doc_item(doc, "and %zu more", lines->broken_count - BROKEN_SHOWN);
}

void weir_page_host(const struct weir_lines *lines, struct weir_doc *doc)
{
    size_t at = 0;
    const json_t *run = weir_lines_next(lines, "run", &at);
    size_t before = doc->count;
    weir_doc_add(doc, WEIR_DOC_HEADING, "Host");
    settings(run, doc);
    if (lines->replaced > 0)
        weir_doc_add(doc, WEIR_DOC_TEXT,
                     "%zu lines of the results were measured anew by a later "
                     "command, and are not shown.",
                     lines->replaced);
    broken_lines(lines, doc);
    if (doc->count == before + 1)
        weir_doc_add(doc, WEIR_DOC_TEXT,
                     "The results say nothing of the host's settings.");
}
