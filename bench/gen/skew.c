#include "bench/gen/skew.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/args.h"
#include "base/err.h"

/* Without sign, exponent and other words of strtod. */
int weir_skew_take(struct weir_args *args, double *out)
{
    const char *text = args->value;
    size_t len = strspn(text, "0123456789.");
    char *end = NULL;
    double value = strtod(text, &end);
    if (len == 0 || text[len] != '\0' || *end != '\0')
        return weir_err_set(&args->err, -EINVAL, "%s: '%s' is not a number",
                            args->option, text);
    if (value > WEIR_SKEW_MAX)
        return weir_err_set(&args->err, -EINVAL,
                            "%s: '%s' is too large: at most %g", args->option,
                            text, WEIR_SKEW_MAX);
    *out = value;
    return 0;
}
