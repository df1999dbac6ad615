#include "bench/results/escape.h"

void weir_escape(const char *text, FILE *out)
{
    for (const char *c = text; *c != '\0'; c++)
        switch (*c) {
        case '&':
            (void)fputs("&amp;", out);
            break;
        case '<':
            (void)fputs("&lt;", out);
            break;
        case '>':
            (void)fputs("&gt;", out);
            break;
        case '"':
            (void)fputs("&quot;", out);
            break;
        case '\'':
            (void)fputs("&#39;", out);
            break;
        default:
            (void)fputc(*c, out);
        }
}
