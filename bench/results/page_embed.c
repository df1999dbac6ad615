#include <math.h>
#include <stdio.h>

#include "bench/results/page_parts.h"

#define KILO  1e-3
#define MEGA  1e-6
#define MICRO 1e-3 /* of nanoseconds */

static const struct weir_doc_column socket_columns[] = {
    {"Load", false},  {"Function", false},     {"Version", false},
    {"Mpps", true},   {"least to most", true}, {"Lost", true},
    {"Rounds", true}, {"CPU, ns/frame", true}, {"least to most", true},
};

static const struct weir_doc_column pace_columns[] = {
    {"Asked, kpps", true},   {"Peer", false},
    {"How", false},          {"Sent, kpps", true},
    {"Median, us", true},    {"99th percentile, us", true},
    {"least to most", true}, {"Longest, us", true},
    {"CPU, us/frame", true},
};

static const struct weir_doc_column swap_columns[] = {
    {"Swaps a round", true}, {"Sent, Mpps", true},
    {"Rounds", true},        {"Both accept, sent", true},
    {"of these seen", true}, {"Kernel dropped", true},
    {"Unexplained", true},   {"CPU, ns/frame", true},
    {"least to most", true},
};

static double median(const json_t *row, const char *key)
{
    return weir_line_number(json_object_get(row, "median"), key);
}

static double rounds_of(const json_t *row)
{
    return (double)json_array_size(json_object_get(row, "rounds"));
}

static double sum(const json_t *row, const char *key)
{
    double all = 0;
    size_t i;
    const json_t *round;
    json_array_foreach(json_object_get(row, "rounds"), i, round) all +=
        weir_line_number(round, key);
    return all;
}

static void cpu_cells(const json_t *row, struct weir_doc *doc)
{
    char text[WEIR_PAGE_NAME_MAX];
    weir_doc_figure(doc, median(row, "cpu_ns"), 1);
    weir_doc_cell(doc, weir_page_range(text, row, "cpu_ns", 1, 1));
}

static void socket_row(const json_t *row, struct weir_doc *doc)
{
    char text[WEIR_PAGE_NAME_MAX];
    const double load = weir_line_number(row, "load_pps");
    const double loss = median(row, "loss_fraction");
    if (isfinite(load))
        weir_doc_cellf(doc, "%.0f kpps", KILO * load);
    else
        weir_doc_cell(doc, "full speed");
    weir_doc_cell(doc, weir_page_text(row, "function"));
    weir_doc_cell(doc, weir_line_text(row, "version"));
    weir_doc_figure(doc, MEGA * median(row, "pps"), 3);
    weir_doc_cell(doc, weir_page_range(text, row, "pps", MEGA, 3));
    if (isfinite(loss))
        weir_doc_cellf(doc, "%.3g%%", 100 * loss);
    else
        weir_doc_cell(doc, NULL);
    weir_doc_figure(doc, rounds_of(row), 0);
    cpu_cells(row, doc);
}

static void sockets(const struct weir_rows *rows, struct weir_doc *doc)
{
    if (rows->count == 0)
        return;
    weir_doc_add(doc, WEIR_DOC_PART, "Live frames, by function");
    weir_doc_add(doc, WEIR_DOC_TEXT,
                 "Each function in turn, at traffic of the same kind: it looks "
                 "at each frame's length and first byte. The CPU is that of "
                 "the process that takes the frames.");
    weir_doc_table(doc, "", socket_columns,
                   sizeof socket_columns / sizeof socket_columns[0]);
    for (size_t i = 0; i < rows->count; i++)
        socket_row(rows->at[i], doc);
    weir_rows_say_left(rows, "rows", doc);
}

static void pace_row(const json_t *row, struct weir_doc *doc)
{
    char text[WEIR_PAGE_NAME_MAX];
    weir_doc_figure(doc, KILO * weir_line_number(row, "asked_pps"), 1);
    weir_doc_cell(doc, weir_page_text(row, "peer"));
    weir_doc_cell(doc, weir_line_text(row, "does"));
    weir_doc_figure(doc, KILO * median(row, "pps"), 2);
    weir_doc_figure(doc, MICRO * median(row, "p50_ns"), 1);
    weir_doc_figure(doc, MICRO * median(row, "p99_ns"), 1);
    weir_doc_cell(doc, weir_page_range(text, row, "p99_ns", MICRO, 1));
    weir_doc_figure(doc, MICRO * median(row, "most_ns"), 0);
    weir_doc_figure(doc, MICRO * median(row, "cpu_ns"), 1);
}

static void paces(const struct weir_rows *rows, struct weir_doc *doc)
{
    if (rows->count == 0)
        return;
    weir_doc_add(doc, WEIR_DOC_PART, "Frames at a pace");
    weir_doc_add(doc, WEIR_DOC_TEXT,
                 "How far the gaps between frames are from the one that was "
                 "asked for, by the receiver's time stamps.");
    weir_doc_table(doc, "", pace_columns,
                   sizeof pace_columns / sizeof pace_columns[0]);
    for (size_t i = 0; i < rows->count; i++)
        pace_row(rows->at[i], doc);
    weir_rows_say_left(rows, "rows", doc);
}

static void swap_row(const json_t *row, struct weir_doc *doc)
{
    weir_doc_figure(doc, weir_line_number(row, "swaps"), 0);
    weir_doc_figure(doc, MEGA * sum(row, "offered_pps") / rounds_of(row), 3);
    weir_doc_figure(doc, rounds_of(row), 0);
    weir_doc_figure(doc, sum(row, "both_sent"), 0);
    weir_doc_figure(doc, sum(row, "both_seen"), 0);
    weir_doc_figure(doc, sum(row, "kernel_dropped"), 0);
    weir_doc_figure(doc, sum(row, "unexplained"), 0);
    cpu_cells(row, doc);
}

static void swaps(const struct weir_rows *rows, struct weir_doc *doc)
{
    if (rows->count == 0)
        return;
    weir_doc_add(doc, WEIR_DOC_PART, "A filter that is swapped");
    weir_doc_add(doc, WEIR_DOC_TEXT,
                 "Two filters take turns on a pipeline under traffic at full "
                 "speed; of the frames that both accept none may be missing. "
                 "The counts are of all rounds.");
    weir_doc_table(doc, "", swap_columns,
                   sizeof swap_columns / sizeof swap_columns[0]);
    for (size_t i = 0; i < rows->count; i++)
        swap_row(rows->at[i], doc);
    weir_rows_say_left(rows, "rows", doc);
}

void weir_page_embed(const struct weir_lines *lines, struct weir_doc *doc)
{
    struct weir_rows of_socket;
    struct weir_rows of_pace;
    struct weir_rows of_swap;
    weir_rows_open(&of_socket, lines, "socket");
    weir_rows_open(&of_pace, lines, "pace");
    weir_rows_open(&of_swap, lines, "swap");
    if (of_socket.count + of_pace.count + of_swap.count > 0) {
        weir_doc_add(doc, WEIR_DOC_HEADING, "The library");
        sockets(&of_socket, doc);
        paces(&of_pace, doc);
        swaps(&of_swap, doc);
    }
}
