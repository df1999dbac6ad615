#include <criterion/criterion.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/args.h"

enum { OPTION_JSON = 1000, OPTION_REPORT, OPTION_REPEAT };

static const struct option long_options[] = {
    {"json", no_argument, NULL, OPTION_JSON},
    {"report", required_argument, NULL, OPTION_REPORT},
    {"repeat", required_argument, NULL, OPTION_REPEAT},
    {"count", required_argument, NULL, 'c'},
    {NULL, 0, NULL, 0},
};

static struct weir_args args;
static char *words[16];

static void start(const char *line)
{
    static char copy[256];
    snprintf(copy, sizeof copy, "%s", line);
    int n = 0;
    for (char *w = strtok(copy, " "); w != NULL; w = strtok(NULL, " "))
        words[n++] = w;
    words[n] = NULL;
    weir_args_start(&args, "weir read", n, words, "c:nq", long_options);
}

/* The text of the first complaint about a command line. */
static const char *complaint(const char *line)
{
    start(line);
    int c;
    do
        c = weir_args_next(&args);
    while (c != WEIR_ARGS_END && c != WEIR_ARGS_BAD);
    return c == WEIR_ARGS_BAD ? args.err.text : "";
}

Test(args, options_and_words_may_be_mixed)
{
    start("read tcp -n port --count=3 80 -c4");
    cr_assert_eq(weir_args_next(&args), 'n');
    cr_assert_str_eq(args.option, "-n");
    cr_assert_eq(weir_args_next(&args), 'c');
    cr_assert_str_eq(args.option, "--count");
    cr_assert_str_eq(args.value, "3");
    cr_assert_eq(weir_args_next(&args), 'c');
    cr_assert_str_eq(args.option, "-c");
    cr_assert_str_eq(args.value, "4");
    cr_assert_eq(weir_args_next(&args), WEIR_ARGS_END);
    char *filter;
    cr_assert_eq(weir_args_join(&args, &filter), 0);
    cr_assert_str_eq(filter, "tcp port 80");
    free(filter);
}

Test(args, two_dashes_end_the_options)
{
    start("read -n -- -c --json");
    cr_assert_eq(weir_args_next(&args), 'n');
    cr_assert_eq(weir_args_next(&args), WEIR_ARGS_END);
    char *filter;
    cr_assert_eq(weir_args_join(&args, &filter), 0);
    cr_assert_str_eq(filter, "-c --json");
    free(filter);
}

Test(args, no_words_join_to_null)
{
    start("read -n");
    while (weir_args_next(&args) != WEIR_ARGS_END)
        continue;
    char *filter = words[0];
    cr_assert_eq(weir_args_join(&args, &filter), 0);
    cr_assert_null(filter);
}

Test(args, complaints_name_the_option_and_the_reason)
{
    cr_assert_str_eq(complaint("read -x"), "-x: no such option");
    cr_assert_str_eq(complaint("read -nxq"), "-x: no such option");
    cr_assert_str_eq(complaint("read --json -nxq"), "-x: no such option");
    cr_assert_str_eq(complaint("read --report=a -xq b"), "-x: no such option");
    cr_assert_str_eq(complaint("read -n:"), "-:: no such option");
    cr_assert_str_eq(complaint("read -c"), "-c: needs a value");
    cr_assert_str_eq(complaint("read -nc"), "-c: needs a value");
    cr_assert_str_eq(complaint("read tcp --count"), "--count: needs a value");
    cr_assert_str_eq(complaint("read --bogus -n"), "--bogus: no such option");
    cr_assert_str_eq(complaint("read --bogus=3"), "--bogus: no such option");
    cr_assert_str_eq(complaint("read --json=3 -n"), "--json: takes no value");
    cr_assert_str_eq(complaint("read --rep x"),
                     "--rep: could be more than one option");
    cr_assert_str_eq(complaint("read --js -n --co 4"), "");
}

/* Parsers, on behalf of "-c". */
static void on_behalf(void)
{
    memset(&args, 0, sizeof args);
    strcpy(args.option, "-c");
}

static uint64_t number(const char *text)
{
    uint64_t n = 77;
    on_behalf();
    int rc = weir_args_number(&args, text, 1, 1000, &n);
    cr_assert(rc == 0 || (rc == -EINVAL && n == 77), "%s: %d", text, rc);
    return n;
}

Test(args, numbers)
{
    cr_assert_eq(number("1"), 1);
    cr_assert_eq(number("0001000"), 1000);
    number("abc");
    cr_assert_str_eq(args.err.text, "-c: 'abc' is not a number");
    static const char *const bad[] = {"",    "-1",  "+1", " 1", "1 ",
                                      "0x1", "1e3", "1K", "1.0"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_assert_eq(number(bad[i]), 77, "%s", bad[i]);
    number("0");
    cr_assert_str_eq(args.err.text, "-c: '0' is too small: at least 1");
    number("18446744073709551617");
    cr_assert_str_eq(args.err.text,
                     "-c: '18446744073709551617' is too large: at most 1000");
}

static uint64_t size(const char *text, uint64_t unit)
{
    uint64_t n = 77;
    on_behalf();
    int rc = weir_args_size(&args, text, unit, 1, UINT64_C(1) << 40, &n);
    cr_assert(rc == 0 || (rc == -EINVAL && n == 77), "%s: %d", text, rc);
    return n;
}

Test(args, sizes)
{
    cr_assert_eq(size("2", WEIR_ARGS_MIB), 2 << 20);
    cr_assert_eq(size("2", WEIR_ARGS_KB), 2000);
    cr_assert_eq(size("2k", WEIR_ARGS_MIB), 2048);
    cr_assert_eq(size("3M", WEIR_ARGS_KB), 3 << 20);
    cr_assert_eq(size("4g", WEIR_ARGS_BYTE), UINT64_C(4) << 30);
    cr_assert_eq(size("0", WEIR_ARGS_MIB), 77);
    cr_assert_str_eq(args.err.text, "-c: '0' is too small: at least 1 byte");
    cr_assert_eq(size("17592186044416M", WEIR_ARGS_MIB), 77);
    cr_assert_eq(size("2KB", WEIR_ARGS_MIB), 77);
    cr_assert_eq(size("M", WEIR_ARGS_MIB), 77);
    cr_assert_str_eq(args.err.text, "-c: 'M' is not a size");
    cr_assert_eq(size("1.5G", WEIR_ARGS_MIB), 77);
}

static int64_t duration(const char *text)
{
    int64_t ns = 77;
    on_behalf();
    int rc = weir_args_duration(&args, text, 1, INT64_C(86400000000000), &ns);
    cr_assert(rc == 0 || (rc == -EINVAL && ns == 77), "%s: %d", text, rc);
    return ns;
}

Test(args, durations)
{
    cr_assert_eq(duration("10"), INT64_C(10000000000));
    cr_assert_eq(duration("0.25"), INT64_C(250000000));
    cr_assert_eq(duration(".5s"), INT64_C(500000000));
    cr_assert_eq(duration("1.s"), INT64_C(1000000000));
    cr_assert_eq(duration("250ms"), INT64_C(250000000));
    cr_assert_eq(duration("0.0015ms"), 1500);
    cr_assert_eq(duration("7us"), 7000);
    cr_assert_eq(duration("2m"), INT64_C(120000000000));
    cr_assert_eq(duration("1.5h"), INT64_C(5400000000000));
    cr_assert_eq(duration("0.999999999h"), INT64_C(3599996400000));
    cr_assert_eq(duration("0"), 77);
    cr_assert_eq(duration("25h"), 77);
    cr_assert_str_eq(args.err.text, "-c: '25h' is too large: at most 86400 s");
    cr_assert_eq(duration("99999999999999999999h"), 77);
    cr_assert_eq(duration("."), 77);
    cr_assert_eq(duration("ms"), 77);
    cr_assert_eq(duration("1d"), 77);
    cr_assert_eq(duration("-1"), 77);
}

static bool is_rate(const char *text, uint64_t frames, uint64_t bits)
{
    struct weir_rate rate = {7, 7};
    snprintf(args.option, sizeof args.option, "--rate");
    return weir_args_rate(&args, text, &rate) == 0 && rate.frames == frames &&
           rate.bits == bits;
}

static bool is_no_rate(const char *text, const char *why)
{
    struct weir_rate rate = {7, 7};
    snprintf(args.option, sizeof args.option, "--rate");
    return weir_args_rate(&args, text, &rate) == -EINVAL && rate.frames == 7 &&
           rate.bits == 7 && strncmp(args.err.text, "--rate: ", 8) == 0 &&
           strstr(args.err.text, why) != NULL;
}

Test(args, rates)
{
    cr_assert(is_rate("1", 1, 0));
    cr_assert(is_rate("500k", 500000, 0));
    cr_assert(is_rate("1.5M", 1500000, 0));
    cr_assert(is_rate("1.5m", 1500000, 0));
    cr_assert(is_rate(".25Kpps", 250, 0));
    cr_assert(is_rate("14880952", 14880952, 0));
    cr_assert(is_rate("1G", 1000000000, 0));
    cr_assert(is_rate("10Gbit", 0, UINT64_C(10000000000)));
    cr_assert(is_rate("2.5gbit", 0, UINT64_C(2500000000)));
    cr_assert(is_rate("64kbit", 0, 64000));
    cr_assert(is_rate("2.0", 2, 0));
    cr_assert(is_rate("1.000001M", 1000001, 0));
    cr_assert(is_rate("1bit", 0, 1));
    cr_assert(is_rate("10000Gbit", 0, UINT64_C(10000000000000)));

    cr_assert(is_no_rate("", "is not a rate"));
    cr_assert(is_no_rate(".", "is not a rate"));
    cr_assert(is_no_rate("k", "is not a rate"));
    cr_assert(is_no_rate("-1", "is not a rate"));
    cr_assert(is_no_rate("1e6", "is not a rate"));
    cr_assert(is_no_rate("10Gbits", "is not a rate"));
    cr_assert(is_no_rate("10 Gbit", "is not a rate"));
    cr_assert(is_no_rate("1kk", "is not a rate"));
    cr_assert(is_no_rate("0", "too small: at least 1 frame a second"));
    cr_assert(is_no_rate("0.9", "too small"));
    cr_assert(is_no_rate("2.5", "is no whole number of frames a second"));
    cr_assert(is_no_rate("1.0001kpps", "is no whole number of frames"));
    cr_assert(is_no_rate("1.5bit", "is no whole number of bits a second"));
    cr_assert(is_no_rate("0bit", "too small: at least 1 bit/s"));
    cr_assert(is_no_rate("1000000001", "at most 1000000000 frames a second"));
    cr_assert(is_no_rate("10001Gbit", "too large"));
    cr_assert(is_no_rate("99999999999999999999999G", "too large"));
}

Test(args, names)
{
    const char *name = NULL;
    on_behalf();
    args.value = "";
    cr_assert_eq(weir_args_name(&args, &name), -EINVAL);
    cr_assert_str_eq(args.err.text, "-c: '' is no name");
    cr_assert_null(name);
    args.value = "a";
    cr_assert_eq(weir_args_name(&args, &name), 0);
    cr_assert_str_eq(name, "a");
    const char *again = "a";
    args.value = again;
    cr_assert_eq(weir_args_name(&args, &name), 0);
    args.value = "b";
    cr_assert_eq(weir_args_name(&args, &name), -EINVAL);
    cr_assert_str_eq(args.err.text, "-c: 'a' or 'b'? Only one of them can be");
    cr_assert_str_eq(name, "a");
}

Test(args, keys_and_choices)
{
    static const char *const keys[] = {"duration", "filesize", "files", NULL};
    const char *value = NULL;
    on_behalf();
    cr_assert_eq(weir_args_key(&args, "files:7", keys, &value), 2);
    cr_assert_str_eq(value, "7");
    cr_assert_str_eq(args.option, "-c files");
    on_behalf();
    cr_assert_eq(weir_args_key(&args, "filesize:", keys, &value), 1);
    cr_assert_str_eq(value, "");
    on_behalf();
    cr_assert_eq(weir_args_key(&args, "file:7", keys, &value), -EINVAL);
    cr_assert_str_eq(args.err.text,
                     "-c: 'file' is none of duration, filesize, files");
    cr_assert_eq(weir_args_key(&args, "files", keys, &value), -EINVAL);
    cr_assert_str_eq(args.err.text, "-c: 'files' is not of the form key:value");
    cr_assert_eq(weir_args_choice(&args, "files", keys), 2);
    cr_assert_eq(weir_args_choice(&args, "", keys), -EINVAL);
    cr_assert_str_eq(args.err.text,
                     "-c: '' is none of duration, filesize, files");
}
