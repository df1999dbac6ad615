#include "bench/results/svg.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/err.h"
#include "bench/results/escape.h"

/* Each is its own, so that a drawing's colours can be told apart. */
static const uint32_t palette[WEIR_SVG_COLOURS] = {
    0x0b5fa5, 0xc2570c, 0x1f7a4d, 0x86489a, 0x8f7100, 0x30707f, 0xb3261e,
    0xa83f78, 0x9aa3ad, 0x3d444d, 0x8c959f, 0xe3e7eb, 0xd1242f,
};

uint32_t weir_svg_rgb(unsigned colour)
{
    WEIR_ASSERT(colour < WEIR_SVG_COLOURS);
    return palette[colour];
}

/* from is at "rgb(": the colour's number in the palette and what is behind
 * the bracket, or -1. */
static int palette_find(const char *from, const char **behind)
{
    const char *at = from + strlen("rgb(");
    uint32_t rgb = 0;
    for (int i = 0; i < 3; i++) {
        char *end = NULL;
        unsigned long part = strtoul(at, &end, 10);
        if (end == at || part > 255 || *end != (i < 2 ? ',' : ')'))
            return -1;
        rgb = rgb << 8 | (uint32_t)part;
        at = end + 1;
    }
    *behind = at;
    for (int c = 0; c < WEIR_SVG_COLOURS; c++)
        if (palette[c] == rgb)
            return c;
    return -1;
}

/* from is at "<g": what is behind a group that holds nothing but blanks, or
 * NULL. */
static const char *empty_group(const char *from)
{
    const char *end = strchr(from, '>');
    if (end == NULL)
        return NULL;
    end++;
    end += strspn(end, " \t\r\n");
    return strncmp(end, "</g>", 4) == 0 ? end + 4 : NULL;
}

static bool begins(const char *text, const char *word)
{
    return strncmp(text, word, strlen(word)) == 0;
}

/* What is behind the element that begins here and that the page has no use
 * for, or NULL: gnuplot's own titles (its command lines) and two filters. */
static const char *without(const char *at)
{
    static const char *const ends[][2] = {{"<title>", "</title>"},
                                          {"<filter ", "</filter>"}};
    for (size_t i = 0; i < 2; i++)
        if (begins(at, ends[i][0])) {
            const char *end = strstr(at, ends[i][1]);
            return end == NULL ? NULL : end + strlen(ends[i][1]);
        }
    if (begins(at, "<g"))
        return empty_group(at);
    /* Blanks at the beginnings of lines. */
    if (at[0] == '\n' && isspace((unsigned char)at[1]))
        return at + 1;
    return at[0] == '\t' ? at + 1 : NULL;
}

/* Where the prefix goes in: behind the quote of an id, behind '#'. */
static size_t id_begins(const char *at)
{
    static const char *const words[] = {" id='", " id=\"", "href='#",
                                        "href=\"#", "url(#"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (begins(at, words[i]))
            return strlen(words[i]);
    return 0;
}

static void adopt(const char *at, const char *prefix, FILE *out)
{
    while (*at != '\0' && !begins(at, "</svg>")) {
        const char *behind = without(at);
        size_t id = id_begins(at);
        int colour = begins(at, "rgb(") ? palette_find(at, &behind) : -1;
        if (colour >= 0) {
            (void)fprintf(out, "var(--c%d)", colour);
            at = behind;
        } else if (begins(at, "rgb(")) {
            (void)fputs("rgb(", out);
            at += strlen("rgb(");
        } else if (behind != NULL) {
            at = behind;
        } else if (id > 0) {
            (void)fwrite(at, 1, id, out);
            (void)fprintf(out, "%s-", prefix);
            at += id;
        } else {
            (void)fputc(*at++, out);
        }
    }
}

int weir_svg_adopt(const char *drawn, const char *prefix, const char *label,
                   char **out, struct weir_err *err)
{
    const char *box = strstr(drawn, "viewBox=\"");
    const char *box_end = box == NULL ? NULL : strchr(box + 9, '"');
    const char *canvas = strstr(drawn, "<g id=\"gnuplot_canvas\"");
    if (box_end == NULL || canvas == NULL || strstr(canvas, "</svg>") == NULL)
        return weir_err_set(err, -EINVAL, "no whole drawing by gnuplot");
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    if (memory == NULL)
        return weir_err_sys(err, -ENOMEM, "drawing");
    (void)fprintf(memory, "<svg %.*s\" role=\"img\" aria-label=\"",
                  (int)(box_end - box), box);
    weir_escape(label, memory);
    (void)fputs("\">\n", memory);
    adopt(canvas, prefix, memory);
    (void)fputs("</svg>\n", memory);
    bool failed = ferror(memory) != 0;
    if (fclose(memory) != 0 || failed) {
        free(text);
        return weir_err_sys(err, -ENOMEM, "drawing");
    }
    *out = text;
    return 0;
}
