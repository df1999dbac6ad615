#include "sink/figure.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

char *weir_figure_grouped(char out[WEIR_FIGURE_MAX], uint64_t value)
{
    char digits[WEIR_FIGURE_MAX];
    size_t n = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, value);
    size_t to = 0;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            out[to++] = ',';
        out[to++] = digits[i];
    }
    out[to] = '\0';
    return out;
}

char *weir_figure_scaled(char out[WEIR_FIGURE_MAX], double value,
                         const char *unit)
{
    static const char *const prefixes[] = {"", "k", "M", "G", "T", "P", "E"};
    const size_t last = sizeof prefixes / sizeof *prefixes - 1;
    if (!isfinite(value) || value < 0) {
        snprintf(out, WEIR_FIGURE_MAX, "-");
        return out;
    }
    size_t at = 0;
    /* 999.5 would be printed as 1000. */
    while (value >= 999.5 && at < last) {
        value /= 1000;
        at++;
    }
    int decimals = 0;
    if (at > 0 || value != floor(value))
        decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    snprintf(out, WEIR_FIGURE_MAX, "%.*f %s%.8s", decimals,
             value > 1e15 ? 1e15 : value, prefixes[at], unit);
    return out;
}

char *weir_figure_percent(char out[WEIR_FIGURE_MAX], uint64_t part,
                          uint64_t whole)
{
    if (whole == 0) {
        snprintf(out, WEIR_FIGURE_MAX, "-");
        return out;
    }
    double percent = 100.0 * (double)part / (double)whole;
    if (part > 0 && percent < 0.05)
        snprintf(out, WEIR_FIGURE_MAX, "<0.1%%");
    else if (part < whole && percent >= 99.95)
        snprintf(out, WEIR_FIGURE_MAX, ">99.9%%");
    else
        snprintf(out, WEIR_FIGURE_MAX, "%.1f%%", percent);
    return out;
}

char *weir_figure_clock(char out[WEIR_FIGURE_MAX], int64_t ns)
{
    int64_t s = ns < 0 ? 0 : ns / WEIR_NS_PER_S;
    snprintf(out, WEIR_FIGURE_MAX, "%" PRId64 ":%02d:%02d", s / 3600,
             (int)(s / 60 % 60), (int)(s % 60));
    return out;
}

char *weir_figure_seconds(char out[WEIR_FIGURE_MAX], int64_t ns)
{
    int64_t ms = ns < 0 ? 0 : ns / WEIR_NS_PER_MS;
    char whole[WEIR_FIGURE_MAX];
    weir_figure_grouped(whole, (uint64_t)(ms / 1000));
    snprintf(out, WEIR_FIGURE_MAX, "%.20s.%03d s", whole, (int)(ms % 1000));
    return out;
}

double weir_figure_rate(uint64_t count, int64_t ns)
{
    if (ns <= 0)
        return 0;
    return (double)count * (double)WEIR_NS_PER_S / (double)ns;
}
