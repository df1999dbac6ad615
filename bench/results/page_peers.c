#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/results/page_parts.h"
#include "bench/results/plot.h"

#define MEGA 1e-6
#define MIB  (1.0 / (1024 * 1024))

/* A plot of more bars is no plot any more. */
#define BARS_MAX 40

static const char *const by_task[] = {"task", NULL};
static const char *const by_task_frame[] = {"task", "frame", NULL};
static const char *const by_does[] = {"does", NULL};
static const char *const by_command[] = {"peer", "version", "task", "command",
                                         NULL};

static const struct weir_doc_column columns[] = {
    {"Frame", false},        {"Peer", false},         {"What it did", false},
    {"Mpps", true},          {"least to most", true}, {"Lost", true},
    {"CPU, ns/frame", true}, {"least to most", true}, {"Memory, MiB", true},
};

static const struct weir_doc_column flag_columns[] = {
    {"Peer", false},    {"Version", false},         {"Task", false},
    {"Command", false}, {"Why these flags", false},
};

/* With other options than its own choice it is "weir-" and what they are. */
static bool is_weir(const json_t *peer)
{
    const char *name = weir_page_text(peer, "peer");
    return strncmp(name, "weir", 4) == 0 && (name[4] == '\0' || name[4] == '-');
}

/* Plots compare: in results of a weir that had no flows yet its bar would stand
 * for less work than theirs.  The table says what it did. */
static bool is_drawn(const json_t *peer)
{
    static const char finds[] = "finds flows";
    return !is_weir(peer) ||
           strcmp(weir_page_text(peer, "task"), "flows") != 0 ||
           strncmp(weir_page_text(peer, "does"), finds, strlen(finds)) == 0;
}

static double median(const json_t *peer, const char *key)
{
    return weir_line_number(json_object_get(peer, "median"), key);
}

/* The fastest first; where rates are equal, as offered ones are, the
 * cheapest. */
static int by_rate(const void *left, const void *right)
{
    const json_t *a = *(const json_t *const *)left;
    const json_t *b = *(const json_t *const *)right;
    static const char *const keys[] = {"loss_fraction", "pps", "cpu_ns"};
    static const double sign[] = {1, -1, 1};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        double x = sign[i] * median(a, keys[i]);
        double y = sign[i] * median(b, keys[i]);
        if (isnan(x) != isnan(y))
            return isnan(x) ? 1 : -1;
        if (x < y)
            return -1;
        if (x > y)
            return 1;
    }
    return strcmp(weir_page_text(a, "peer"), weir_page_text(b, "peer"));
}

/* Those of one task and frame, sorted, in rows of their own. */
static void group_open(struct weir_rows *out, const struct weir_rows *peers,
                       size_t i)
{
    out->count = 0;
    out->left = 0;
    for (size_t k = i; k < peers->count; k++)
        if (weir_rows_alike(peers->at[k], peers->at[i], by_task_frame))
            out->at[out->count++] = peers->at[k];
    qsort(out->at, out->count, sizeof(void *), by_rate);
}

static void loss_cell(const json_t *peer, struct weir_doc *doc)
{
    double loss = median(peer, "loss_fraction");
    double most =
        weir_line_number(json_object_get(peer, "most"), "loss_fraction");
    if (!isfinite(loss))
        weir_doc_cell(doc, NULL);
    else if (loss <= 0 && !(most > 0))
        weir_doc_cell(doc, "0");
    else if (!(most > loss))
        weir_doc_cellf(doc, "%.3g%%", 100 * loss);
    else
        weir_doc_cellf(doc, "%.3g%% (to %.3g%%)", 100 * loss, 100 * most);
}

static void peer_row(const json_t *peer, struct weir_doc *doc)
{
    char text[WEIR_PAGE_NAME_MAX];
    double cpu = median(peer, "cpu_ns");
    weir_doc_cell(doc, weir_page_frame(text, peer));
    weir_doc_cell(doc, weir_page_text(peer, "peer"));
    weir_doc_cell(doc, weir_line_text(peer, "does"));
    weir_doc_figure(doc, MEGA * median(peer, "pps"), 3);
    weir_doc_cell(doc, weir_page_range(text, peer, "pps", MEGA, 3));
    loss_cell(peer, doc);
    weir_doc_figure(doc, cpu, weir_page_decimals(cpu));
    weir_doc_cell(
        doc, weir_page_range(text, peer, "cpu_ns", 1, weir_page_decimals(cpu)));
    /* 0 is that of a program that ended before it was looked at. */
    double memory = median(peer, "memory_bytes");
    weir_doc_figure(doc, memory > 0 ? MIB * memory : (double)NAN, 1);
    if (is_weir(peer))
        weir_doc_strong(doc);
}

static bool first_does(const struct weir_rows *peers, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (!is_weir(peers->at[k]) &&
            weir_rows_alike(peers->at[k], peers->at[i], by_does))
            return false;
    return true;
}

/* weir's colour is its own; others have that of what they did. */
static unsigned colour_of(const json_t *peer, const struct weir_rows *peers)
{
    unsigned index = 0;
    if (is_weir(peer))
        return 0;
    for (size_t i = 0; i < peers->count; i++) {
        if (is_weir(peers->at[i]))
            continue;
        if (weir_rows_alike(peers->at[i], peer, by_does))
            break;
        index += first_does(peers, i);
    }
    return index == 0 ? WEIR_PLOT_MUTED
                      : 1 + (index - 1) % (WEIR_PLOT_COLOURS - 1);
}

/* What the bars of a plot show. */
struct figure {
    const char *title;
    const char *key;
    double scale;
    const char *unit;
};

static const struct figure rate = {"Rate", "pps", MEGA, "Mpps"};
static const struct figure cpu = {"CPU per frame", "cpu_ns", 1, "ns per frame"};
static const struct figure loss = {"Frames lost", "loss_fraction", 100, "%"};

static void peer_bar(struct weir_plot *plot, const json_t *peer,
                     const struct figure *figure, unsigned colour)
{
    char text[WEIR_PAGE_NAME_MAX];
    double value = figure->scale * median(peer, figure->key);
    if (!isfinite(value) || plot->bars_count == BARS_MAX || !is_drawn(peer))
        return;
    (void)snprintf(text, sizeof text, value < 1000 ? "%.3g" : "%.0f", value);
    struct weir_plot_bar *bar =
        weir_plot_bar_add(plot, weir_page_text(peer, "peer"), text);
    if (bar == NULL)
        return;
    weir_plot_part_add(bar, value, colour);
    bar->least = figure->scale *
                 weir_line_number(json_object_get(peer, "least"), figure->key);
    bar->most = figure->scale *
                weir_line_number(json_object_get(peer, "most"), figure->key);
    for (size_t k = 0; k < plot->names_count; k++)
        if (plot->names[k].colour == colour)
            return;
    /* weir does more for some tasks and less for others than its rivals. */
    (void)snprintf(text, sizeof text, "%s%.120s", is_weir(peer) ? "weir: " : "",
                   weir_page_text(peer, "does"));
    weir_plot_name_add(plot, text, colour);
}

static void bars_plot(const struct weir_rows *group,
                      const struct weir_rows *peers,
                      const struct figure *figure, struct weir_doc *doc)
{
    char frame[WEIR_PAGE_NAME_MAX];
    struct weir_plot *plot = weir_plot_open(
        WEIR_PLOT_BARS, figure->title, weir_page_frame(frame, group->at[0]));
    if (plot == NULL)
        return;
    plot->x_label = figure->unit;
    for (size_t i = 0; i < group->count; i++)
        peer_bar(plot, group->at[i], figure, colour_of(group->at[i], peers));
    /* One bar compares nothing. */
    if (plot->bars_count > 1)
        weir_doc_plot(doc, plot);
    else
        weir_plot_close(plot);
}

/* Offline the rate is the figure; live it was given, and the cost is. */
static void group_plots(const struct weir_rows *group,
                        const struct weir_rows *peers, struct weir_doc *doc)
{
    bool live = false;
    bool lost = false;
    for (size_t i = 0; i < group->count; i++) {
        live |= isfinite(median(group->at[i], "loss_fraction"));
        lost |= median(group->at[i], "loss_fraction") > 0;
    }
    bars_plot(group, peers, live ? &cpu : &rate, doc);
    if (lost)
        bars_plot(group, peers, &loss, doc);
}

/* The peers of a task over the sizes that they were measured with. */
static void cpu_plot(const struct weir_rows *peers, size_t task,
                     struct weir_doc *doc)
{
    static const char *const by_peer[] = {"task", "peer", NULL};
    struct weir_plot *plot =
        weir_plot_open(WEIR_PLOT_LINES, "CPU per frame, by frame size",
                       weir_page_text(peers->at[task], "task"));
    if (plot == NULL)
        return;
    plot->x_label = "frame, bytes";
    plot->y_label = "CPU, ns per frame";
    plot->x_scale = WEIR_PLOT_LOG;
    unsigned others = 0;
    bool drawn = false;
    /* weir first, then the others. */
    for (size_t n = 0; n < 2 * peers->count; n++) {
        size_t i = n % peers->count;
        bool own = n < peers->count;
        if (i < task || is_weir(peers->at[i]) != own ||
            !is_drawn(peers->at[i]) ||
            !weir_rows_alike(peers->at[i], peers->at[task], by_task) ||
            !weir_rows_first(peers, i, by_peer))
            continue;
        unsigned colour = own ? 0 : 1 + others++ % (WEIR_PLOT_COLOURS - 1);
        struct weir_plot_series *series = weir_plot_series_add(
            plot, weir_page_text(peers->at[i], "peer"), colour);
        for (size_t k = i; k < peers->count; k++)
            if (weir_rows_alike(peers->at[k], peers->at[i], by_peer))
                weir_plot_point_add(series, weir_page_size(peers->at[k]),
                                    median(peers->at[k], "cpu_ns"));
        weir_plot_series_sort(series);
        drawn |= series != NULL && series->count >= 2;
    }
    if (drawn)
        weir_doc_plot(doc, plot);
    else
        weir_plot_close(plot);
}

static void task_part(const struct weir_rows *peers, size_t task,
                      struct weir_doc *doc)
{
    const char *name = weir_page_text(peers->at[task], "task");
    weir_doc_add(doc, WEIR_DOC_PART, "%s", name);
    for (size_t i = task; i < peers->count; i++) {
        struct weir_rows group;
        if (!weir_rows_alike(peers->at[i], peers->at[task], by_task) ||
            !weir_rows_first(peers, i, by_task_frame))
            continue;
        group_open(&group, peers, i);
        if (group.count > 0)
            group_plots(&group, peers, doc);
    }
    cpu_plot(peers, task, doc);
    weir_doc_table(doc, "", columns, sizeof columns / sizeof columns[0]);
    for (size_t i = task; i < peers->count; i++) {
        struct weir_rows group;
        if (!weir_rows_alike(peers->at[i], peers->at[task], by_task) ||
            !weir_rows_first(peers, i, by_task_frame))
            continue;
        group_open(&group, peers, i);
        for (size_t k = 0; k < group.count; k++)
            peer_row(group.at[k], doc);
    }
}

/* The command without the folders of the machine that ran it. */
static void command_cell(const json_t *peer, struct weir_doc *doc)
{
    const char *command = weir_line_text(peer, "command");
    char *text = command == NULL ? NULL : strdup(command);
    char *to = text;
    for (const char *c = text; c != NULL && *c != '\0';) {
        bool path = *c == '/' && (c == text || strchr(" =:,", c[-1]) != NULL);
        size_t len = strcspn(c, " =:,");
        const char *name = path ? memrchr(c, '/', len) : NULL;
        if (name != NULL && name + 1 < c + len)
            c = name + 1;
        else
            *to++ = *c++;
    }
    if (to != NULL)
        *to = '\0';
    weir_doc_cell(doc, text);
    free(text);
}

static void flags_part(const struct weir_rows *peers, struct weir_doc *doc)
{
    weir_doc_add(doc, WEIR_DOC_PART, "Versions and flags");
    weir_doc_table(doc, "", flag_columns,
                   sizeof flag_columns / sizeof flag_columns[0]);
    for (size_t i = 0; i < peers->count; i++) {
        if (!weir_rows_first(peers, i, by_command))
            continue;
        weir_doc_cell(doc, weir_page_text(peers->at[i], "peer"));
        weir_doc_cell(doc, weir_line_text(peers->at[i], "version"));
        weir_doc_cell(doc, weir_page_text(peers->at[i], "task"));
        command_cell(peers->at[i], doc);
        weir_doc_cell(doc, weir_line_text(peers->at[i], "flags"));
    }
}

void weir_page_peers(const struct weir_lines *lines, struct weir_doc *doc)
{
    struct weir_rows peers;
    weir_rows_open(&peers, lines, "peer");
    if (peers.count > 0) {
        weir_doc_add(doc, WEIR_DOC_HEADING, "Peers");
        weir_doc_add(doc, WEIR_DOC_TEXT,
                     "The same work by each recorder that is installed, in "
                     "turn, with the order rotated from round to round. "
                     "Figures are medians of the rounds. What each one did "
                     "for them differs, and is said.");
        for (size_t i = 0; i < peers.count; i++)
            if (weir_rows_first(&peers, i, by_task))
                task_part(&peers, i, doc);
        weir_rows_say_left(&peers, "figures of peers", doc);
        flags_part(&peers, doc);
    }
}
