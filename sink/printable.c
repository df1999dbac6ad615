#include "sink/printable.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Reads one character of UTF-8 (RFC 3629: no overlong forms, no surrogates,
 * nothing above U+10FFFF).  Returns its bytes, or 0 if there is none.  A
 * continuation byte is never 0, so the end of the text is never passed. */
static size_t decode(const unsigned char *s, uint32_t *out)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = s[0] < 0x80             ? 1
               : (s[0] & 0xe0) == 0xc0 ? 2
               : (s[0] & 0xf0) == 0xe0 ? 3
               : (s[0] & 0xf8) == 0xf0 ? 4
                                       : 0;
    if (n <= 1) {
        *out = s[0];
        return n;
    }
    uint32_t c = s[0] & (0xffU >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (s[i] & 0x3fU);
    }
    if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return 0;
    *out = c;
    return n;
}

/* U+009B alone begins a control sequence on many terminals. */
static bool drives(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 ||
           (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
           c == 0x200e || c == 0x200f;
}

static char *clean(char *out, size_t size, const char *text,
                   const char *instead, bool controls)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t to = 0;
    while (*s != '\0') {
        uint32_t c = 0;
        size_t n = decode(s, &c);
        const char *from = (const char *)s;
        size_t len = n;
        if (n == 0 || (!controls && drives(c))) {
            from = instead;
            len = strlen(instead);
        }
        if (len >= size - to)
            break;
        memcpy(out + to, from, len);
        to += len;
        s += n == 0 ? 1 : n;
    }
    out[to] = '\0';
    return out;
}

char *weir_printable(char *out, size_t size, const char *text)
{
    return clean(out, size, text, "?", false);
}

char *weir_printable_end(char *out, size_t size, const char *text, size_t bytes)
{
    size_t len = strlen(text);
    if (len <= bytes)
        return weir_printable(out, size, text);
    const char *end = text + len - bytes;
    while (((unsigned char)*end & 0xc0) == 0x80)
        end++;
    weir_printable(out, size, WEIR_PRINTABLE_CUT);
    size_t cut = strlen(out);
    weir_printable(out + cut, size - cut, end);
    return out;
}

char *weir_utf8(char *out, size_t size, const char *text)
{
    return clean(out, size, text, "\xef\xbf\xbd", true);
}
