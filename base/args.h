#ifndef WEIR_BASE_ARGS_H
#define WEIR_BASE_ARGS_H

/* args: a command line's options, and their values with reasons.
 *
 * getopt_long with two additions: every complaint names the option as the
 * user wrote it, and goes to args.err instead of stderr.
 *
 *     while ((option = weir_args_next(&args)) != WEIR_ARGS_END)
 *         switch (option) {
 *         case 'c':
 *             if (weir_args_number(&args, args.value, 1, MAX, &count) != 0)
 *                 return weir_args_usage(&args);
 *             ...
 *         default:
 *             return weir_args_usage(&args);
 *
 * Options and trailing words may be mixed, as tcpdump allows; "--" ends the
 * options.
 *
 * Owner     the caller; texts point into argv.
 * Threads   one command line at a time: getopt has global state.
 * Units     bytes, nanoseconds.
 * Errors    the parsers return 0 or -EINVAL, with a text in args.err and
 *           *out as it was. */

#include <getopt.h>
#include <stdint.h>

#include "base/err.h"

/* The exit status of every command. */
#define WEIR_EXIT_OK     0
#define WEIR_EXIT_FAILED 1
#define WEIR_EXIT_USAGE  2

/* Answers of weir_args_next besides the options' own values. */
#define WEIR_ARGS_END (-1)
#define WEIR_ARGS_BAD '?'

/* Units of a size without a suffix. */
#define WEIR_ARGS_BYTE UINT64_C(1)
#define WEIR_ARGS_KB   UINT64_C(1000)
#define WEIR_ARGS_MB   UINT64_C(1000000)
#define WEIR_ARGS_KIB  UINT64_C(1024)
#define WEIR_ARGS_MIB  (UINT64_C(1024) * 1024)

struct weir_args {
    const char *command; /* "weir read", for messages */
    int argc;
    char **argv; /* argv[0] is the command's own name */
    const char *short_options;
    const struct option *long_options;

    /* Set by weir_args_next. */
    char option[64];   /* as the user wrote it: "-c", "--json" */
    const char *value; /* or NULL */
    int words;         /* after the end: argv[words .. argc) are left over */
    struct weir_err err;
};

/* weir_args_start: fills *args in and makes getopt begin anew. */
void weir_args_start(struct weir_args *args, const char *command, int argc,
                     char **argv, const char *short_options,
                     const struct option *long_options);

/* weir_args_next: the option's value as in the two tables, WEIR_ARGS_END, or
 * WEIR_ARGS_BAD with a text.  short_options has no '+', '-' or ':' in front
 * and long_options no flag pointers. */
int weir_args_next(struct weir_args *args);

/* weir_args_number: decimal digits only, min and max included. */
int weir_args_number(struct weir_args *args, const char *text, uint64_t min,
                     uint64_t max, uint64_t *out);

/* weir_args_size: digits, then nothing (a multiple of `unit`), or K, M or G
 * in either case (2^10, 2^20, 2^30 bytes).  min and max are in bytes. */
int weir_args_size(struct weir_args *args, const char *text, uint64_t unit,
                   uint64_t min, uint64_t max, uint64_t *out);

/* weir_args_duration: digits, perhaps with a fraction (of which six digits
 * count), then nothing or s (seconds), ms, us, m (minutes) or h.  min and max
 * are in nanoseconds and not negative. */
int weir_args_duration(struct weir_args *args, const char *text, int64_t min,
                       int64_t max, int64_t *out);

/* A rate: of frames, or of bits on the wire (with preamble, gap and check
 * sequence); the other is 0.  Both 0: as fast as can be. */
struct weir_rate {
    uint64_t frames; /* a second */
    uint64_t bits;   /* a second */
};

/* weir_args_rate: digits, perhaps with a fraction (of which six digits
 * count), perhaps k, M or G in either case (10^3, 10^6, 10^9), then nothing
 * or pps (frames), or bit.  A whole number of them: at least one a second, at
 * most 10^9 frames or 10^13 bits. */
int weir_args_rate(struct weir_args *args, const char *text,
                   struct weir_rate *out);

/* weir_args_name: the value names a file or the like: it is not empty, and not
 * another than *out, if the option was there before. */
int weir_args_name(struct weir_args *args, const char **out);

/* weir_args_key: text is "key:value" with one of `keys`, an array that ends
 * with NULL.  Returns its index, sets *value behind the colon, and names the
 * key in args->option ("-a files"); or -EINVAL.  weir_args_choice: text is one
 * of `names`; index or -EINVAL. */
int weir_args_key(struct weir_args *args, const char *text,
                  const char *const *keys, const char **value);
int weir_args_choice(struct weir_args *args, const char *text,
                     const char *const *names);

/* weir_args_join: the left over words with one blank between each, in memory
 * from malloc; NULL if there are none.  Returns 0 or -ENOMEM. */
int weir_args_join(const struct weir_args *args, char **out);

/* weir_args_usage: prints args.err as one line.  Returns WEIR_EXIT_USAGE. */
int weir_args_usage(const struct weir_args *args);

#endif
