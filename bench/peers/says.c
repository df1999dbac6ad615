#include "bench/peers/says.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sink/printable.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits from `from` on. */
static bool take_number(const char *from, uint64_t *out)
{
    uint64_t n = 0;
    const char *p = from;
    for (; is_digit(*p); p++)
        if (__builtin_mul_overflow(n, 10, &n) ||
            __builtin_add_overflow(n, (uint64_t)(*p - '0'), &n))
            return false;
    if (p == from)
        return false;
    *out = n;
    return true;
}

bool weir_says_number(const char *text, const char *key, bool before,
                      uint64_t *out)
{
    const char *at = NULL;
    for (const char *p = text; (p = strstr(p, key)) != NULL; p++)
        at = p;
    if (at == NULL)
        return false;
    if (before) {
        at += strlen(key);
        while (*at == ' ' || *at == '\t')
            at++;
        return take_number(at, out);
    }
    while (at > text && is_digit(at[-1]))
        at--;
    return take_number(at, out);
}

bool weir_says_version(const char *text, char *out, size_t size)
{
    out[0] = '\0';
    for (const char *p = text; *p != '\0'; p++) {
        if (!is_digit(*p) || (p > text && isalnum((unsigned char)p[-1])))
            continue;
        size_t n = strspn(p, "0123456789.");
        while (n > 0 && p[n - 1] == '.')
            n--;
        if (memchr(p, '.', n) == NULL)
            continue;
        if (n >= size)
            n = size - 1;
        memcpy(out, p, n);
        out[n] = '\0';
        return true;
    }
    return false;
}

char *weir_says_last_line(const char *text, char *out, size_t size)
{
    size_t end = strlen(text);
    while (end > 0 && isspace((unsigned char)text[end - 1]))
        end--;
    size_t begin = end;
    while (begin > 0 && text[begin - 1] != '\n' && text[begin - 1] != '\r')
        begin--;
    char *line = strndup(text + begin, end - begin);
    weir_printable(out, size, line != NULL ? line : "");
    free(line);
    return out;
}
