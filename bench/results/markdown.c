#include "bench/results/markdown.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bench/results/doc.h"

#define NO_FIGURE "-"

/* Inside words an underscore is no markup. */
static bool is_word(char c)
{
    return isalnum((unsigned char)c) != 0 || (unsigned char)c >= 0x80;
}

/* At the beginning of a line these are headings, quotes and lists. */
static bool opens_block(const char *text, const char *at)
{
    if (at == text)
        return strchr("#>+-=~", *at) != NULL;
    return (*at == '.' || *at == ')') && (at[1] == ' ' || at[1] == '\0') &&
           strspn(text, "0123456789") == (size_t)(at - text);
}

static bool is_markup(const char *text, const char *at)
{
    switch (*at) {
    case '\\':
    case '`':
    case '*':
    case '[':
    case ']':
    case '|':
    case '~':
    case '$':
        return true;
    case '_':
        return at == text || !is_word(at[-1]) || !is_word(at[1]);
    case ':':
        return strncmp(at, "://", 3) == 0;
    case '@':
        return is_word(at[1]);
    case '.':
        /* "www." begins a link. */
        return (at - text >= 3 && strncasecmp(at - 3, "www", 3) == 0) ||
               opens_block(text, at);
    default:
        return opens_block(text, at);
    }
}

char *weir_markdown_text(const char *text)
{
    char *out = malloc(5 * strlen(text) + 1);
    if (out == NULL)
        return NULL;
    char *to = out;
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '&') {
            to = stpcpy(to, "&amp;");
        } else if (*c == '<') {
            to = stpcpy(to, "&lt;");
        } else {
            if (is_markup(text, c))
                *to++ = '\\';
            *to++ = *c;
        }
    }
    *to = '\0';
    return out;
}

static void put_text(const char *text, FILE *out)
{
    char *escaped = weir_markdown_text(text);
    if (escaped != NULL)
        (void)fputs(escaped, out);
    free(escaped);
}

static char *cell_text(const struct weir_doc_block *block, size_t i)
{
    const char *plain = block->cells[i];
    if (plain == NULL)
        return strdup(NO_FIGURE);
    char *text = weir_markdown_text(plain);
    if (text == NULL || !block->strong[i] || *plain == '\0')
        return text;
    char *strong = NULL;
    int n = asprintf(&strong, "**%s**", text);
    free(text);
    return n < 0 ? NULL : strong;
}

/* Characters, not bytes. */
static size_t width_of(const char *text)
{
    size_t width = 0;
    for (const char *c = text; *c != '\0'; c++)
        width += ((unsigned char)*c & 0xc0) != 0x80;
    return width;
}

static void put_padded(const char *text, size_t width, bool right, FILE *out)
{
    size_t own = width_of(text);
    int pad = own < width ? (int)(width - own) : 0;
    (void)fprintf(out, " %*s%s%*s |", right ? pad : 0, "", text,
                  right ? 0 : pad, "");
}

static void put_rule(const struct weir_doc_block *block, const size_t *width,
                     FILE *out)
{
    (void)fputc('|', out);
    for (size_t k = 0; k < block->columns_count; k++) {
        (void)fputc('-', out);
        for (size_t i = 0; i < width[k]; i++)
            (void)fputc('-', out);
        (void)fputs(block->columns[k].number ? ":|" : "-|", out);
    }
    (void)fputc('\n', out);
}

static void put_table(const struct weir_doc_block *block, FILE *out)
{
    size_t width[WEIR_DOC_COLUMNS_MAX];
    size_t columns = block->columns_count;
    char **texts = calloc(block->cells_count + 1, sizeof *texts);
    if (texts == NULL || columns == 0) {
        free(texts);
        return;
    }
    for (size_t k = 0; k < columns; k++)
        width[k] = width_of(block->columns[k].name);
    for (size_t i = 0; i < block->cells_count; i++) {
        texts[i] = cell_text(block, i);
        size_t own = texts[i] == NULL ? 0 : width_of(texts[i]);
        if (own > width[i % columns])
            width[i % columns] = own;
    }
    if (block->text[0] != '\0') {
        put_text(block->text, out);
        (void)fputs("\n\n", out);
    }
    (void)fputc('|', out);
    for (size_t k = 0; k < columns; k++)
        put_padded(block->columns[k].name, width[k], block->columns[k].number,
                   out);
    (void)fputc('\n', out);
    put_rule(block, width, out);
    for (size_t i = 0; i < block->cells_count; i++) {
        size_t k = i % columns;
        (void)fputs(k == 0 ? "|" : "", out);
        put_padded(texts[i] == NULL ? "" : texts[i], width[k],
                   block->columns[k].number, out);
        (void)fputs(k == columns - 1 ? "\n" : "", out);
        free(texts[i]);
    }
    (void)fputc('\n', out);
    free(texts);
}

static void put_cards(const struct weir_doc_block *block, FILE *out)
{
    for (size_t i = 0; i + WEIR_DOC_CARD_CELLS <= block->cells_count;
         i += WEIR_DOC_CARD_CELLS) {
        char *const *cell = block->cells + i;
        static const char *const before[] = {"- **", " ", "**: ", "; "};
        for (size_t k = 0; k < WEIR_DOC_CARD_CELLS; k++) {
            bool has = cell[k] != NULL && cell[k][0] != '\0';
            if (has || k == 2)
                (void)fputs(before[k], out);
            if (has)
                put_text(cell[k], out);
        }
        (void)fputc('\n', out);
    }
    (void)fputc('\n', out);
}

/* The fence is longer than any in the text. */
static void put_code(const char *text, FILE *out)
{
    size_t fence = 3;
    for (const char *c = strchr(text, '`'); c != NULL; c = strchr(c, '`')) {
        size_t run = strspn(c, "`");
        fence = run >= fence ? run + 1 : fence;
        c += run;
    }
    for (int end = 0; end < 2; end++) {
        for (size_t i = 0; i < fence; i++)
            (void)fputc('`', out);
        if (end == 0)
            (void)fprintf(out, "\n%s\n", text);
    }
    (void)fputs("\n\n", out);
}

static void put_heading(const char *text, int level, FILE *out)
{
    (void)fprintf(out, "%.*s ", level, "######");
    put_text(text, out);
    (void)fputs("\n\n", out);
}

static void put_block(const struct weir_doc_block *block, bool part, FILE *out)
{
    switch (block->kind) {
    case WEIR_DOC_TITLE:
        if (!part) {
            put_heading(block->text, 1, out);
            break;
        }
        (void)fputs("**", out);
        put_text(block->text, out);
        (void)fputs("**\n\n", out);
        break;
    case WEIR_DOC_HEADING:
        put_heading(block->text, part ? 3 : 2, out);
        break;
    case WEIR_DOC_PART:
        put_heading(block->text, part ? 4 : 3, out);
        break;
    case WEIR_DOC_FOLD:
        (void)fputs("<details><summary>", out);
        put_text(block->text, out);
        (void)fputs("</summary>\n\n", out);
        break;
    case WEIR_DOC_FOLD_END:
        (void)fputs("</details>\n\n", out);
        break;
    case WEIR_DOC_LEAD:
    case WEIR_DOC_TEXT:
        put_text(block->text, out);
        (void)fputs("\n\n", out);
        break;
    case WEIR_DOC_CODE:
        put_code(block->text, out);
        break;
    case WEIR_DOC_LIST:
        for (size_t i = 0; i < block->cells_count; i++) {
            (void)fputs("- ", out);
            put_text(block->cells[i] == NULL ? "" : block->cells[i], out);
            (void)fputc('\n', out);
        }
        (void)fputc('\n', out);
        break;
    case WEIR_DOC_CARDS:
        put_cards(block, out);
        break;
    case WEIR_DOC_TABLE:
        put_table(block, out);
        break;
    case WEIR_DOC_PLOT:
        break;
    }
}

void weir_markdown_put(const struct weir_doc *doc, bool part, FILE *out)
{
    for (size_t i = 0; i < doc->count; i++)
        put_block(&doc->blocks[i], part, out);
}
