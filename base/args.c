#include "base/args.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/decimal.h"
#include "base/size.h"

void weir_args_start(struct weir_args *args, const char *command, int argc,
                     char **argv, const char *short_options,
                     const struct option *long_options)
{
    memset(args, 0, sizeof *args);
    args->command = command;
    args->argc = argc;
    args->argv = argv;
    args->short_options = short_options;
    args->long_options = long_options;
    opterr = 0;
    optind = 0; /* glibc: start over, also in the middle of a word */
}

/* The long option's own name, whatever abbreviation was written. */
static void name_option(struct weir_args *args, int c, int index)
{
    if (index >= 0)
        snprintf(args->option, sizeof args->option, "--%s",
                 args->long_options[index].name);
    else
        snprintf(args->option, sizeof args->option, "-%c", c);
}

/* Whether the long option that `word` begins (up to `len`) takes none. */
static bool takes_no_value(const struct weir_args *args, const char *word,
                           size_t len)
{
    for (const struct option *o = args->long_options; o->name != NULL; o++)
        if (strncmp(o->name, word + 2, len - 2) == 0)
            return o->has_arg == no_argument;
    return false;
}

/* How many long options `word` could be. */
static int candidates(const struct weir_args *args, const char *word,
                      size_t len)
{
    int n = 0;
    for (const struct option *o = args->long_options; o->name != NULL; o++)
        n += strncmp(o->name, word + 2, len - 2) == 0;
    return n;
}

/* getopt is silent here, so its complaints are told apart by hand.  optopt is
 * the letter, or for a long option its value, or 0 if there is none like it.
 * The word is the one before optind, but for a bundle of letters that is not
 * used up yet: there the word before may be a long option that was fine. */
static int complain(struct weir_args *args)
{
    const char *word = args->argv[optind - 1];
    size_t len = strcspn(word, "=");
    bool dashes = strncmp(word, "--", 2) == 0 && len > 2;
    bool surplus =
        dashes && word[len] == '=' && takes_no_value(args, word, len);
    const char *why;
    if (dashes && (optopt == 0 || optind == args->argc || surplus)) {
        snprintf(args->option, sizeof args->option, "%.*s", (int)len, word);
        if (optopt == 0)
            why = candidates(args, word, len) > 1
                      ? "could be more than one option"
                      : "no such option";
        else
            why = surplus ? "takes no value" : "needs a value";
    } else {
        snprintf(args->option, sizeof args->option, "-%c", optopt);
        why = optopt != ':' && strchr(args->short_options, optopt) != NULL
                  ? "needs a value"
                  : "no such option";
    }
    weir_err_set(&args->err, -EINVAL, "%s: %s", args->option, why);
    return WEIR_ARGS_BAD;
}

int weir_args_next(struct weir_args *args)
{
    int index = -1;
    int c = getopt_long(args->argc, args->argv, args->short_options,
                        args->long_options, &index);
    args->value = optarg;
    if (c == -1) {
        args->option[0] = '\0';
        args->words = optind;
        return WEIR_ARGS_END;
    }
    if (c == '?')
        return complain(args);
    name_option(args, c, index);
    return c;
}

static int refuse(struct weir_args *args, const char *text, const char *why)
{
    return weir_err_set(&args->err, -EINVAL, "%s: '%s' %s", args->option, text,
                        why);
}

static int refuse_range(struct weir_args *args, const char *text, uint64_t n,
                        uint64_t min, uint64_t max, const char *unit)
{
    if (n < min)
        return weir_err_set(&args->err, -EINVAL,
                            "%s: '%s' is too small: at least %llu%s",
                            args->option, text, (unsigned long long)min, unit);
    return weir_err_set(&args->err, -EINVAL,
                        "%s: '%s' is too large: at most %llu%s", args->option,
                        text, (unsigned long long)max, unit);
}

static int refuse_size(struct weir_args *args, const char *text, uint64_t n,
                       uint64_t min, uint64_t max)
{
    char limit[WEIR_SIZE_TEXT];
    weir_size_text(limit, n < min ? min : max);
    return weir_err_set(&args->err, -EINVAL, "%s: '%s' is too %s %s",
                        args->option, text,
                        n < min ? "small: at least" : "large: at most", limit);
}

/* "-a: 'foo' is none of duration, filesize, packets". */
static int refuse_choice(struct weir_args *args, const char *text, int len,
                         const char *const *names)
{
    char all[256] = "";
    size_t used = 0;
    for (int i = 0; names[i] != NULL && used < sizeof all; i++)
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s",
                                 i == 0 ? "" : ", ", names[i]);
    return weir_err_set(&args->err, -EINVAL, "%s: '%.*s' is none of %s",
                        args->option, len, text, all);
}

int weir_args_number(struct weir_args *args, const char *text, uint64_t min,
                     uint64_t max, uint64_t *out)
{
    const char *p = text;
    uint64_t n;
    if (!weir_decimal_digits(&p, &n) || *p != '\0')
        return refuse(args, text, "is not a number");
    if (n < min || n > max)
        return refuse_range(args, text, n, min, max, "");
    *out = n;
    return 0;
}

int weir_args_size(struct weir_args *args, const char *text, uint64_t unit,
                   uint64_t min, uint64_t max, uint64_t *out)
{
    const char *p = text;
    uint64_t n;
    if (!weir_decimal_digits(&p, &n))
        return refuse(args, text, "is not a size");
    switch (*p) {
    case 'k':
    case 'K':
        unit = UINT64_C(1) << 10;
        p++;
        break;
    case 'm':
    case 'M':
        unit = UINT64_C(1) << 20;
        p++;
        break;
    case 'g':
    case 'G':
        unit = UINT64_C(1) << 30;
        p++;
        break;
    default:
        break;
    }
    if (*p != '\0')
        return refuse(args, text,
                      "is not a size: a number, perhaps with K, "
                      "M or G");
    n = weir_decimal_multiply(n, unit);
    if (n < min || n > max)
        return refuse_size(args, text, n, min, max);
    *out = n;
    return 0;
}

static int refuse_seconds(struct weir_args *args, const char *text,
                          const char *how, int64_t limit_ns)
{
    return weir_err_set(&args->err, -EINVAL, "%s: '%s' is %s %.10g s",
                        args->option, text, how, (double)limit_ns / 1e9);
}

int weir_args_duration(struct weir_args *args, const char *text, int64_t min,
                       int64_t max, int64_t *out)
{
    static const struct {
        const char *name;
        uint64_t ns;
    } units[] = {
        {"", WEIR_NS_PER_S},       {"s", WEIR_NS_PER_S},
        {"ms", WEIR_NS_PER_MS},    {"us", WEIR_NS_PER_US},
        {"m", 60 * WEIR_NS_PER_S}, {"h", 3600 * WEIR_NS_PER_S},
    };
    const char *p = text;
    struct weir_decimal decimal;
    if (!weir_decimal_take(&p, &decimal))
        return refuse(args, text, "is not a duration");
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(p, units[i].name) != 0)
            continue;
        uint64_t ns = weir_decimal_times(&decimal, units[i].ns);
        if (ns < (uint64_t)min)
            return refuse_seconds(args, text, "too small: at least", min);
        if (ns > (uint64_t)max)
            return refuse_seconds(args, text, "too large: at most", max);
        *out = (int64_t)ns;
        return 0;
    }
    return refuse(args, text,
                  "is not a duration: seconds, or a number with "
                  "ms, us, s, m or h");
}

int weir_args_rate(struct weir_args *args, const char *text,
                   struct weir_rate *out)
{
    const uint64_t frames_most = UINT64_C(1000000000);
    const uint64_t bits_most = UINT64_C(10000000000000);
    const char *p = text;
    struct weir_decimal decimal;
    bool digits = weir_decimal_take(&p, &decimal);
    uint64_t unit = weir_decimal_multiple(&p);
    bool bits = strcmp(p, "bit") == 0;
    if (!digits || (!bits && *p != '\0' && strcmp(p, "pps") != 0))
        return refuse(args, text,
                      "is not a rate: frames a second, perhaps with k, M or "
                      "G, or bits a second with bit (10Gbit)");
    uint64_t n = weir_decimal_times(&decimal, unit);
    uint64_t most = bits ? bits_most : frames_most;
    if (n < 1 || n > most)
        return refuse_range(args, text, n, 1, most,
                            bits    ? " bit/s"
                            : n < 1 ? " frame a second"
                                    : " frames a second");
    if (decimal.fraction * unit % decimal.scale != 0)
        return refuse(args, text,
                      bits ? "is no whole number of bits a second"
                           : "is no whole number of frames a second");
    *out =
        bits ? (struct weir_rate){.bits = n} : (struct weir_rate){.frames = n};
    return 0;
}

int weir_args_name(struct weir_args *args, const char **out)
{
    if (args->value[0] == '\0')
        return refuse(args, "", "is no name");
    if (*out != NULL && strcmp(*out, args->value) != 0)
        return weir_err_set(&args->err, -EINVAL,
                            "%s: '%s' or '%s'? Only one of them can be",
                            args->option, *out, args->value);
    *out = args->value;
    return 0;
}

/* "-a" becomes "-a files". */
static void name_key(struct weir_args *args, const char *key)
{
    size_t used = strlen(args->option);
    snprintf(args->option + used, sizeof args->option - used, " %s", key);
}

int weir_args_key(struct weir_args *args, const char *text,
                  const char *const *keys, const char **value)
{
    const char *colon = strchr(text, ':');
    if (colon == NULL)
        return refuse(args, text, "is not of the form key:value");
    for (int i = 0; keys[i] != NULL; i++) {
        size_t len = strlen(keys[i]);
        if (len == (size_t)(colon - text) && memcmp(keys[i], text, len) == 0) {
            *value = colon + 1;
            name_key(args, keys[i]);
            return i;
        }
    }
    return refuse_choice(args, text, (int)(colon - text), keys);
}

int weir_args_choice(struct weir_args *args, const char *text,
                     const char *const *names)
{
    for (int i = 0; names[i] != NULL; i++)
        if (strcmp(text, names[i]) == 0)
            return i;
    return refuse_choice(args, text, (int)strlen(text), names);
}

int weir_args_join(const struct weir_args *args, char **out)
{
    *out = NULL;
    size_t bytes = 0;
    for (int i = args->words; i < args->argc; i++)
        bytes += strlen(args->argv[i]) + 1;
    if (bytes == 0)
        return 0;
    char *text = malloc(bytes);
    if (text == NULL)
        return -ENOMEM;
    char *p = text;
    for (int i = args->words; i < args->argc; i++) {
        size_t len = strlen(args->argv[i]);
        memcpy(p, args->argv[i], len);
        p[len] = ' ';
        p += len + 1;
    }
    p[-1] = '\0';
    *out = text;
    return 0;
}

int weir_args_usage(const struct weir_args *args)
{
    fprintf(stderr, "%s: %s (see %s --help)\n", args->command, args->err.text,
            args->command);
    return WEIR_EXIT_USAGE;
}
