#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Terminals obey U+0080 to U+009F too, in UTF-8 the bytes c2 80 to c2 9f. */
static void clean(struct weir_err *err)
{
    for (char *c = err->text; *c != '\0'; c++) {
        unsigned char first = (unsigned char)c[0];
        unsigned char second = (unsigned char)c[1];
        if (first < 0x20 || first == 0x7f)
            c[0] = '?';
        else if (first == 0xc2 && second >= 0x80 && second < 0xa0)
            c[0] = c[1] = '?';
    }
}

static void put(struct weir_err *err, const char *format, va_list args)
{
    if (format != NULL)
        vsnprintf(err->text, sizeof err->text, format, args);
    else
        snprintf(err->text, sizeof err->text, "(no text)");
}

int weir_err_set(struct weir_err *err, int code, const char *format, ...)
{
    if (err == NULL)
        return code;
    va_list args;
    va_start(args, format);
    put(err, format, args);
    va_end(args);
    clean(err);
    return code;
}

int weir_err_sys(struct weir_err *err, int code, const char *format, ...)
{
    if (err == NULL)
        return code;
    va_list args;
    va_start(args, format);
    put(err, format, args);
    va_end(args);
    size_t used = strlen(err->text);
    const char *reason = strerrordesc_np(-code);
    if (reason != NULL)
        snprintf(err->text + used, sizeof err->text - used, ": %s", reason);
    else
        snprintf(err->text + used, sizeof err->text - used, ": error %d",
                 -code);
    clean(err);
    return code;
}

int weir_err_wrap(struct weir_err *err, int code, const char *format, ...)
{
    if (err == NULL)
        return code;
    char inner[WEIR_ERR_TEXT_MAX];
    memcpy(inner, err->text, sizeof inner);
    va_list args;
    va_start(args, format);
    put(err, format, args);
    va_end(args);
    size_t used = strlen(err->text);
    snprintf(err->text + used, sizeof err->text - used, ": %s", inner);
    clean(err);
    return code;
}
