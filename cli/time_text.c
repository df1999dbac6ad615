#include "cli/time_text.h"

#include <stdio.h>
#include <time.h>

#include "base/clock.h"

char *weir_time_epoch(char *out, int64_t time_ns)
{
    /* Unsigned, for INT64_MIN has no positive twin. */
    uint64_t ns = time_ns < 0 ? -(uint64_t)time_ns : (uint64_t)time_ns;
    snprintf(out, WEIR_TIME_TEXT, "%s%llu.%09llu", time_ns < 0 ? "-" : "",
             (unsigned long long)(ns / WEIR_NS_PER_S),
             (unsigned long long)(ns % WEIR_NS_PER_S));
    return out;
}

char *weir_time_local(char *out, int64_t time_ns)
{
    int64_t seconds = time_ns / WEIR_NS_PER_S;
    int64_t ns = time_ns % WEIR_NS_PER_S;
    if (ns < 0) {
        seconds--;
        ns += WEIR_NS_PER_S;
    }
    struct tm tm;
    time_t when = seconds;
    localtime_r(&when, &tm); /* any 64-bit count of ns is a year in range */
    snprintf(out, WEIR_TIME_TEXT, "%02d:%02d:%02d.%06d", tm.tm_hour, tm.tm_min,
             tm.tm_sec, (int)(ns / WEIR_NS_PER_US));
    return out;
}
