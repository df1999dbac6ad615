#include "bench/results/html.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "bench/results/doc.h"
#include "bench/results/escape.h"
#include "bench/results/plot.h"

/* Longer texts of a table are broken into lines. */
#define LONG_BYTES 26

static void put(const char *before, const char *text, const char *after,
                FILE *out)
{
    (void)fputs(before, out);
    weir_escape(text == NULL ? "" : text, out);
    (void)fputs(after, out);
}

/* Headings are texts of ours; their anchors are their words. */
static void put_anchor(const char *heading, FILE *out)
{
    bool gap = false;
    for (const char *c = heading; *c != '\0'; c++)
        if (isalnum((unsigned char)*c)) {
            (void)fputs(gap ? "-" : "", out);
            (void)fputc(tolower((unsigned char)*c), out);
            gap = false;
        } else {
            gap = c != heading;
        }
}

static void put_table(const struct weir_doc_block *block, FILE *out)
{
    size_t columns = block->columns_count;
    if (columns == 0)
        return;
    (void)fputs("<div class=\"scroll\" tabindex=\"0\">\n<table>\n", out);
    if (block->text[0] != '\0')
        put("<caption>", block->text, "</caption>\n", out);
    (void)fputs("<thead><tr>", out);
    for (size_t k = 0; k < columns; k++)
        put(block->columns[k].number ? "<th class=\"n\">" : "<th>",
            block->columns[k].name, "</th>", out);
    (void)fputs("</tr></thead>\n<tbody>\n", out);
    for (size_t i = 0; i < block->cells_count; i++) {
        size_t k = i % columns;
        const char *tag = k == 0 ? "th" : "td";
        bool number = block->columns[k].number;
        if (k == 0)
            (void)fputs(block->strong[i] ? "<tr class=\"strong\">" : "<tr>",
                        out);
        bool is_long =
            block->cells[i] != NULL && strlen(block->cells[i]) > LONG_BYTES;
        (void)fprintf(out, "<%s%s%s>", tag, k == 0 ? " scope=\"row\"" : "",
                      number    ? " class=\"n\""
                      : is_long ? " class=\"l\""
                                : "");
        if (block->cells[i] == NULL)
            (void)fputs("<span class=\"none\">–</span>", out);
        else
            weir_escape(block->cells[i], out);
        (void)fprintf(out, "</%s>", tag);
        if (k == columns - 1)
            (void)fputs("</tr>\n", out);
    }
    (void)fputs("</tbody>\n</table>\n</div>\n", out);
}

static void put_cards(const struct weir_doc_block *block, FILE *out)
{
    (void)fputs("<dl class=\"cards\">\n", out);
    for (size_t i = 0; i + WEIR_DOC_CARD_CELLS <= block->cells_count;
         i += WEIR_DOC_CARD_CELLS) {
        char *const *cell = block->cells + i;
        put("<div><dt>", cell[2], "</dt>", out);
        put("<dd class=\"value\">", cell[0], "", out);
        if (cell[1] != NULL && cell[1][0] != '\0')
            put(" <span class=\"unit\">", cell[1], "</span>", out);
        (void)fputs("</dd>", out);
        if (cell[3] != NULL && cell[3][0] != '\0')
            put("<dd class=\"remark\">", cell[3], "</dd>", out);
        (void)fputs("</div>\n", out);
    }
    (void)fputs("</dl>\n", out);
}

/* The shapes that gnuplot has for the points of plot_gnuplot.c. */
static void put_line_key(unsigned colour, unsigned shape, FILE *out)
{
    static const char *const shapes[WEIR_PLOT_SHAPES] = {
        "<circle cx=\"13\" cy=\"6\" r=\"4\"/>",
        "<path d=\"M9 2h8v8h-8z\"/>",
        "<path d=\"M13 1l5 9h-10z\"/>",
        "<path d=\"M13 1l5 5-5 5-5-5z\"/>",
        "<path d=\"M13 11l5-9h-10z\"/>",
        "<circle cx=\"13\" cy=\"6\" r=\"3.5\" class=\"hollow\"/>",
    };
    (void)fprintf(out,
                  "<svg class=\"key\" viewBox=\"0 0 26 12\" "
                  "aria-hidden=\"true\" style=\"color:var(--c%u)\">"
                  "<path class=\"stroke\" d=\"M0 6h26\"/>%s</svg>",
                  colour, shapes[shape % WEIR_PLOT_SHAPES]);
}

static void put_dash_key(const char *text, FILE *out)
{
    (void)fprintf(out,
                  "<li><svg class=\"key\" viewBox=\"0 0 26 12\" "
                  "aria-hidden=\"true\" style=\"color:var(--c12)\">"
                  "<path class=\"stroke dash\" d=\"M0 6h26\"/></svg>%s</li>\n",
                  text);
}

static void put_lines_legend(const struct weir_plot *plot, FILE *out)
{
    bool marked = false;
    for (size_t i = 0; i < plot->series_count; i++) {
        const struct weir_plot_series *series = &plot->series[i];
        (void)fputs("<li>", out);
        put_line_key(series->colour, series->shape, out);
        put("", series->name, "", out);
        if (series->remark != NULL)
            put(" <span class=\"remark\">", series->remark, "</span>", out);
        (void)fputs("</li>\n", out);
        marked |= isfinite(series->mark_x);
    }
    if (marked)
        (void)fputs("<li><svg class=\"key\" viewBox=\"0 0 26 12\" "
                    "aria-hidden=\"true\"><path class=\"hollow\" "
                    "d=\"M13 1l6 10h-12z\"/></svg>NDR: none lost</li>\n",
                    out);
    if (plot->y_scale == WEIR_PLOT_LOSS)
        put_dash_key("0.5%, the loss that PDR allows", out);
    else if (isfinite(plot->budget_y)) {
        char text[64];
        (void)snprintf(text, sizeof text, "budget: %.0f ns", plot->budget_y);
        put_dash_key(text, out);
    }
}

static void put_bars_legend(const struct weir_plot *plot, FILE *out)
{
    for (size_t i = 0; i < plot->names_count; i++) {
        (void)fprintf(out,
                      "<li><svg class=\"key box\" viewBox=\"0 0 12 12\" "
                      "aria-hidden=\"true\" style=\"color:var(--c%u)\">"
                      "<path d=\"M0 0h12v12H0z\"/></svg>",
                      plot->names[i].colour);
        put("", plot->names[i].name, "</li>\n", out);
    }
    for (size_t i = 0; i < plot->bars_count; i++)
        if (isfinite(plot->bars[i].least)) {
            (void)fputs("<li><svg class=\"key\" viewBox=\"0 0 26 12\" "
                        "aria-hidden=\"true\"><path class=\"stroke\" "
                        "d=\"M1 6h24M1 2v8M25 2v8\"/></svg>"
                        "least to most of the rounds</li>\n",
                        out);
            break;
        }
}

static void put_plot(const struct weir_plot *plot,
                     const struct weir_html_drawing *drawing, FILE *out)
{
    if (drawing == NULL || drawing->wide == NULL || drawing->narrow == NULL)
        return;
    (void)fputs("<figure>\n<figcaption>", out);
    put("<strong>", plot->title, "</strong>", out);
    if (plot->about != NULL && plot->about[0] != '\0')
        put(" <span>", plot->about, "</span>", out);
    (void)fprintf(out,
                  "</figcaption>\n<div class=\"wide\">%s</div>\n"
                  "<div class=\"narrow\">%s</div>\n<ul class=\"legend\">\n",
                  drawing->wide, drawing->narrow);
    if (plot->kind == WEIR_PLOT_LINES)
        put_lines_legend(plot, out);
    else
        put_bars_legend(plot, out);
    (void)fputs("</ul>\n</figure>\n", out);
}

static void put_list(const struct weir_doc_block *block, FILE *out)
{
    (void)fputs("<ul>\n", out);
    for (size_t i = 0; i < block->cells_count; i++)
        put("<li>", block->cells[i], "</li>\n", out);
    (void)fputs("</ul>\n", out);
}

static void put_nav(const struct weir_doc *doc, FILE *out)
{
    (void)fputs("<nav aria-label=\"Sections\"><ul>\n", out);
    for (size_t i = 0; i < doc->count; i++)
        if (doc->blocks[i].kind == WEIR_DOC_HEADING) {
            (void)fputs("<li><a href=\"#", out);
            put_anchor(doc->blocks[i].text, out);
            put("\">", doc->blocks[i].text, "</a></li>\n", out);
        }
    (void)fputs("</ul></nav>\n", out);
}

static void put_block(const struct weir_doc_block *block,
                      const struct weir_html_drawing *drawing, FILE *out)
{
    switch (block->kind) {
    case WEIR_DOC_TITLE:
        put("<h1>", block->text, "</h1>\n", out);
        break;
    case WEIR_DOC_LEAD:
        put("<p class=\"lead\">", block->text, "</p>\n", out);
        break;
    case WEIR_DOC_HEADING:
        (void)fputs("<h2 id=\"", out);
        put_anchor(block->text, out);
        put("\">", block->text, "</h2>\n", out);
        break;
    case WEIR_DOC_PART:
        put("<h3>", block->text, "</h3>\n", out);
        break;
    case WEIR_DOC_TEXT:
        put("<p>", block->text, "</p>\n", out);
        break;
    case WEIR_DOC_CODE:
        put("<pre tabindex=\"0\"><code>", block->text, "</code></pre>\n", out);
        break;
    case WEIR_DOC_LIST:
        put_list(block, out);
        break;
    case WEIR_DOC_CARDS:
        put_cards(block, out);
        break;
    case WEIR_DOC_TABLE:
        put_table(block, out);
        break;
    case WEIR_DOC_PLOT:
        put_plot(block->plot, drawing, out);
        break;
    case WEIR_DOC_FOLD:
        put("<details>\n<summary>", block->text, "</summary>\n", out);
        break;
    case WEIR_DOC_FOLD_END:
        (void)fputs("</details>\n", out);
        break;
    }
}

static const char *title_of(const struct weir_doc *doc)
{
    for (size_t i = 0; i < doc->count; i++)
        if (doc->blocks[i].kind == WEIR_DOC_TITLE)
            return doc->blocks[i].text;
    return "weir bench";
}

/* Bars beside one another where there is room: plots in a row are one group,
 * and lines have it for themselves. */
static bool small_plot(const struct weir_doc *doc, size_t i)
{
    return i < doc->count && doc->blocks[i].kind == WEIR_DOC_PLOT &&
           doc->blocks[i].plot->kind == WEIR_PLOT_BARS;
}

static void put_body(const struct weir_doc *doc,
                     const struct weir_html_drawing *drawings,
                     const char *remark, FILE *out)
{
    size_t plot = 0;
    bool nav = false;
    for (size_t i = 0; i < doc->count; i++) {
        const struct weir_doc_block *block = &doc->blocks[i];
        const struct weir_html_drawing *drawing =
            drawings == NULL ? NULL : &drawings[plot];
        if (block->kind == WEIR_DOC_HEADING && !nav) {
            (void)fputs("</header>\n", out);
            put_nav(doc, out);
            (void)fputs("<main>\n", out);
            if (remark != NULL)
                put("<p class=\"lead\">", remark, "</p>\n", out);
            nav = true;
        }
        bool small = small_plot(doc, i);
        if (small && (i == 0 || !small_plot(doc, i - 1)))
            (void)fputs("<div class=\"plots\">\n", out);
        put_block(block, drawing, out);
        plot += block->kind == WEIR_DOC_PLOT;
        if (small && !small_plot(doc, i + 1))
            (void)fputs("</div>\n", out);
    }
    (void)fputs(nav ? "</main>\n" : "</header>\n", out);
}

void weir_html_put(const struct weir_doc *doc,
                   const struct weir_html_drawing *drawings, const char *remark,
                   FILE *out)
{
    (void)fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
                "<meta charset=\"utf-8\">\n"
                "<meta name=\"viewport\" content=\"width=device-width, "
                "initial-scale=1\">\n"
                "<meta name=\"color-scheme\" content=\"light dark\">\n"
                "<meta name=\"referrer\" content=\"no-referrer\">\n"
                "<meta http-equiv=\"Content-Security-Policy\" "
                "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n",
                out);
    put("<title>", title_of(doc), "</title>\n<style>\n", out);
    for (size_t i = 0; i < weir_html_style_parts; i++)
        (void)fputs(weir_html_style[i], out);
    (void)fputs("</style>\n</head>\n<body>\n<header>\n", out);
    put_body(doc, drawings, remark, out);
    (void)fputs("</body>\n</html>\n", out);
}
