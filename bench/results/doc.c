#include "bench/results/doc.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "bench/results/plot.h"
#include "sink/printable.h"

void weir_doc_open(struct weir_doc *doc)
{
    *doc = (struct weir_doc){0};
}

bool weir_doc_failed(const struct weir_doc *doc)
{
    return doc->failed;
}

void weir_doc_close(struct weir_doc *doc)
{
    for (size_t i = 0; i < doc->count; i++) {
        struct weir_doc_block *block = &doc->blocks[i];
        for (size_t k = 0; k < block->cells_count; k++)
            free(block->cells[k]);
        free(block->cells);
        free(block->strong);
        free(block->text);
        weir_plot_close(block->plot);
    }
    free(doc->blocks);
    *doc = (struct weir_doc){0};
}

/* A copy that is fit to be shown; line feeds stay where `lines` says so. */
static char *copy(const char *text, bool lines)
{
    char *out = malloc(WEIR_DOC_TEXT_MAX);
    char *whole = strndup(text, WEIR_DOC_TEXT_MAX);
    if (out == NULL || whole == NULL) {
        free(out);
        free(whole);
        return NULL;
    }
    size_t room = WEIR_DOC_TEXT_MAX - sizeof WEIR_PRINTABLE_CUT;
    size_t used = 0;
    for (char *line = whole; line != NULL && used < room;) {
        char *end = lines ? strchr(line, '\n') : NULL;
        if (end != NULL)
            *end = '\0';
        (void)weir_printable(out + used, room - used, line);
        used += strlen(out + used);
        line = end == NULL ? NULL : end + 1;
        if (line != NULL && used + 1 < room)
            out[used++] = '\n';
    }
    out[used] = '\0';
    if (strlen(text) >= room)
        memcpy(out + used, WEIR_PRINTABLE_CUT, sizeof WEIR_PRINTABLE_CUT);
    free(whole);
    return out;
}

static struct weir_doc_block *append(struct weir_doc *doc,
                                     enum weir_doc_kind kind)
{
    if (doc->failed)
        return NULL;
    struct weir_doc_block *blocks =
        reallocarray(doc->blocks, doc->count + 1, sizeof *blocks);
    if (blocks == NULL) {
        doc->failed = true;
        return NULL;
    }
    doc->blocks = blocks;
    blocks[doc->count] = (struct weir_doc_block){.kind = kind};
    return &blocks[doc->count++];
}

static struct weir_doc_block *last(struct weir_doc *doc)
{
    return doc->count == 0 ? NULL : &doc->blocks[doc->count - 1];
}

static void add_text(struct weir_doc *doc, enum weir_doc_kind kind,
                     const char *text)
{
    struct weir_doc_block *block = append(doc, kind);
    if (block == NULL)
        return;
    block->text = copy(text, kind == WEIR_DOC_CODE);
    doc->failed |= block->text == NULL;
}

/* From malloc; NULL, and the document has failed: there is no memory. */
__attribute__((format(printf, 2, 0))) static char *
print(struct weir_doc *doc, const char *format, va_list args)
{
    char *text = NULL;
    if (vasprintf(&text, format, args) >= 0)
        return text;
    doc->failed = true;
    return NULL;
}

void weir_doc_add(struct weir_doc *doc, enum weir_doc_kind kind,
                  const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = print(doc, format, args);
    va_end(args);
    if (text != NULL)
        add_text(doc, kind, text);
    free(text);
}

/* Takes the text; NULL is no figure. */
static void cell_take(struct weir_doc *doc, char *text)
{
    struct weir_doc_block *block = last(doc);
    if (doc->failed) {
        free(text);
        return;
    }
    WEIR_ASSERT(block != NULL);
    size_t count = block->cells_count;
    if ((count & (count - 1)) == 0) {
        size_t max = count == 0 ? 1 : 2 * count;
        char **cells = reallocarray(block->cells, max, sizeof *cells);
        if (cells != NULL)
            block->cells = cells;
        bool *strong = reallocarray(block->strong, max, sizeof *strong);
        if (strong != NULL)
            block->strong = strong;
        if (cells == NULL || strong == NULL) {
            doc->failed = true;
            free(text);
            return;
        }
    }
    block->cells[count] = text;
    block->strong[count] = false;
    block->cells_count++;
}

static void cell_copy(struct weir_doc *doc, const char *text)
{
    char *clean = text == NULL ? NULL : copy(text, false);
    doc->failed |= text != NULL && clean == NULL;
    cell_take(doc, clean);
}

static bool gather(struct weir_doc *doc, enum weir_doc_kind kind)
{
    const struct weir_doc_block *block = last(doc);
    if (block != NULL && block->kind == kind)
        return !doc->failed;
    return append(doc, kind) != NULL;
}

void weir_doc_item(struct weir_doc *doc, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = print(doc, format, args);
    va_end(args);
    if (text != NULL && gather(doc, WEIR_DOC_LIST))
        cell_copy(doc, text);
    free(text);
}

void weir_doc_card(struct weir_doc *doc, const char *value, const char *unit,
                   const char *what, const char *remark)
{
    if (!gather(doc, WEIR_DOC_CARDS))
        return;
    cell_copy(doc, value);
    cell_copy(doc, unit);
    cell_copy(doc, what);
    cell_copy(doc, remark);
}

void weir_doc_table(struct weir_doc *doc, const char *caption,
                    const struct weir_doc_column *columns, size_t count)
{
    WEIR_ASSERT(count > 0 && count <= WEIR_DOC_COLUMNS_MAX);
    add_text(doc, WEIR_DOC_TABLE, caption);
    struct weir_doc_block *block = last(doc);
    if (doc->failed || block == NULL)
        return;
    memcpy(block->columns, columns, count * sizeof *columns);
    block->columns_count = count;
}

void weir_doc_cell(struct weir_doc *doc, const char *text)
{
    cell_copy(doc, text);
}

void weir_doc_cellf(struct weir_doc *doc, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = print(doc, format, args);
    va_end(args);
    if (text != NULL)
        cell_copy(doc, text);
    free(text);
}

const char *weir_doc_number(char out[WEIR_DOC_NUMBER_MAX], double value,
                            int decimals)
{
    /* Beyond 2^53 a double's last digits mean nothing, and no figure of a
     * bench is there. */
    if (!isfinite(value) || fabs(value) >= 0x1p53)
        return NULL;
    char plain[WEIR_DOC_NUMBER_MAX];
    int n = snprintf(plain, sizeof plain, "%.*f", decimals, fabs(value));
    if (n < 0 || (size_t)n >= sizeof plain)
        return NULL;
    size_t whole = strcspn(plain, ".");
    char *at = out;
    if (value < 0 && strspn(plain, "0.") != (size_t)n)
        *at++ = '-';
    for (size_t i = 0; plain[i] != '\0'; i++) {
        if (i > 0 && i < whole && (whole - i) % 3 == 0)
            *at++ = ',';
        *at++ = plain[i];
    }
    *at = '\0';
    return out;
}

void weir_doc_figure(struct weir_doc *doc, double value, int decimals)
{
    char text[WEIR_DOC_NUMBER_MAX];
    cell_copy(doc, weir_doc_number(text, value, decimals));
}

void weir_doc_strong(struct weir_doc *doc)
{
    struct weir_doc_block *block = last(doc);
    if (doc->failed || block == NULL || block->columns_count == 0)
        return;
    size_t begin = (block->cells_count - 1) / block->columns_count;
    for (size_t i = begin * block->columns_count; i < block->cells_count; i++)
        block->strong[i] = true;
}

void weir_doc_plot(struct weir_doc *doc, struct weir_plot *plot)
{
    if (plot == NULL)
        return;
    struct weir_doc_block *block = append(doc, WEIR_DOC_PLOT);
    if (block == NULL)
        weir_plot_close(plot);
    else
        block->plot = plot;
}
