#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void clean(struct weir_err *err)
{
    for (char *c = err->text; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
}

int weir_err_set(struct weir_err *err, int code, const char *format, ...)
{
    if (err == NULL)
        return code;
    va_list args;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
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
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    size_t used = strlen(err->text);
    snprintf(err->text + used, sizeof err->text - used, ": %s",
             strerrordesc_np(-code));
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
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    size_t used = strlen(err->text);
    snprintf(err->text + used, sizeof err->text - used, ": %s", inner);
    clean(err);
    return code;
}
