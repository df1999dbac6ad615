#include <criterion/criterion.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/args.h"
#include "bench/host/bench_args.h"

/* "0,1,2" of a parsed list, or "bad". */
static const char *list(const char *text)
{
    static char out[8192];
    static struct weir_bench_cpus cpus;
    if (weir_bench_cpus_parse(&cpus, text) != 0)
        return "bad";
    size_t used = 0;
    for (size_t i = 0; i < cpus.count; i++)
        used += (size_t)snprintf(out + used, sizeof out - used, "%s%u",
                                 i > 0 ? "," : "", cpus.cpu[i]);
    return out;
}

Test(bench_args, cpu_lists)
{
    cr_expect_str_eq(list("0"), "0");
    cr_expect_str_eq(list("5,0-2"), "0,1,2,5");
    cr_expect_str_eq(list("3-3,3"), "3");
    cr_expect_str_eq(list("1022-1023"), "1022,1023");
    const char *const bad[] = {
        "",
        ",",
        "0,",
        "-1",
        "1-",
        "2-1",
        "x",
        "1x",
        "1024",
        "0-1024",
        "99999999999999999999",
        "1--2",
        "0 1",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_expect_str_eq(list(bad[i]), "bad", "%s", bad[i]);
}

Test(bench_args, the_last_cpu_sends)
{
    const struct weir_bench_cpus three = {.count = 3, .cpu = {1, 4, 6}};
    const struct weir_bench_cpus one = {.count = 1, .cpu = {2}};
    static struct weir_bench_cpus recorder;
    static struct weir_bench_cpus generator;
    weir_bench_cpus_split(&three, &recorder, &generator);
    cr_expect(recorder.count == 2 && recorder.cpu[0] == 1 &&
              recorder.cpu[1] == 4);
    cr_expect(generator.count == 1 && generator.cpu[0] == 6);
    weir_bench_cpus_split(&one, &recorder, &generator);
    cr_expect(recorder.count == 1 && recorder.cpu[0] == 2);
    cr_expect(generator.count == 1 && generator.cpu[0] == 2);
}

/* What take says of a command line; *bench is filled in. */
static int take(struct weir_bench_args *bench, struct weir_args *args, int argc,
                char **argv)
{
    static const struct option options[] = {WEIR_BENCH_ARGS_OPTIONS, {0}};
    int option;
    weir_args_start(args, "weir bench x", argc, argv, "", options);
    while ((option = weir_args_next(args)) != WEIR_ARGS_END) {
        int ret = weir_bench_args_take(bench, args, option);
        if (ret != 0)
            return ret;
    }
    return 0;
}

Test(bench_args, options_are_taken)
{
    static struct weir_bench_args bench;
    static struct weir_args args;
    static struct weir_bench_cpus allowed;
    char cpu[8];
    cr_assert_eq(weir_bench_cpus_allowed(&allowed, NULL), 0);
    snprintf(cpu, sizeof cpu, "%u", allowed.cpu[0]);
    char *argv[] = {"x",         "--weir",           "/bin/true",
                    "--results", "r.jsonl",          "--recorder-cpus",
                    cpu,         "--generator-cpus", cpu,
                    NULL};
    cr_assert_eq(take(&bench, &args, 9, argv), 0);
    cr_expect_str_eq(bench.weir_asked, "/bin/true");
    cr_expect_str_eq(bench.results, "r.jsonl");
    cr_expect(bench.recorder.count == 1 && bench.generator.count == 1);

    char *unknown[] = {"x", "--frob", NULL};
    cr_expect_eq(take(&bench, &args, 2, unknown), -EINVAL);
    cr_expect_str_eq(args.err.text, "--frob: no such option");

    char *nameless[] = {"x", "--results", "", NULL};
    cr_expect_eq(take(&bench, &args, 3, nameless), -EINVAL);
    cr_expect_str_eq(args.err.text, "--results: '' names nothing");

    char *bad[] = {"x", "--generator-cpus", "0-", NULL};
    cr_expect_eq(take(&bench, &args, 3, bad), -EINVAL);
    cr_expect_str_eq(args.err.text,
                     "--generator-cpus: '0-' is no list of CPUs");

    char *absent[] = {"x", "--recorder-cpus", "1023", NULL};
    cr_expect_eq(take(&bench, &args, 3, absent), -EINVAL);
    cr_expect_str_eq(args.err.text,
                     "--recorder-cpus: CPU 1023 is not there for us");
}

Test(bench_args, settles_what_was_not_asked)
{
    static struct weir_bench_args bench;
    static struct weir_bench_cpus allowed;
    struct weir_err err = {0};
    bench.weir_asked = "/bin/sh";
    cr_assert_eq(weir_bench_cpus_allowed(&allowed, NULL), 0);
    cr_assert_eq(weir_bench_args_settle(&bench, &err), 0, "%s", err.text);
    cr_expect_eq(access(bench.weir, X_OK), 0);
    cr_expect_eq(bench.weir[0], '/');
    cr_expect_eq(bench.generator.count, 1);
    cr_expect_eq(bench.generator.cpu[0], allowed.cpu[allowed.count - 1]);
    cr_expect_eq(bench.shared, allowed.count == 1);
    cr_expect_eq(bench.recorder.count + (bench.shared ? 0 : 1), allowed.count);
}

Test(bench_args, what_is_not_there_is_named)
{
    static struct weir_bench_args bench;
    struct weir_err err;
    bench.weir_asked = "";
    cr_expect_eq(weir_bench_args_settle(&bench, &err), -ENOENT);
    cr_expect_str_eq(err.text, "--weir: '' names no program");
    bench.weir_asked = "/no/such/weir";
    cr_expect_eq(weir_bench_args_settle(&bench, &err), -ENOENT);
    cr_expect_str_eq(err.text, "/no/such/weir: No such file or directory");
    bench.weir_asked = "/etc/passwd";
    cr_expect_eq(weir_bench_args_settle(&bench, &err), -EACCES);
    cr_expect_str_eq(err.text, "/etc/passwd: Permission denied");
    bench.weir_asked = "/bin";
    cr_expect_eq(weir_bench_args_settle(&bench, &err), -EACCES);
    cr_expect_str_eq(err.text, "/bin: not a program");
}

static int take_rounds(void *context, struct weir_args *args, int option)
{
    unsigned *rounds = context;
    if (option != 'r')
        return -EINVAL;
    uint64_t n;
    int ret = weir_args_number(args, args->value, 1, 9, &n);
    if (ret == 0)
        *rounds = (unsigned)n;
    return ret;
}

/* The status of a line of one or two words, and what was made of it. */
static int read_line(const char *first, const char *second, unsigned *rounds,
                     bool *help)
{
    static const struct option options[] = {
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    char command[] = "x";
    char *argv[] = {command, (char *)first, (char *)second, NULL};
    struct weir_args args;
    weir_args_start(&args, "weir bench x", second == NULL ? 2 : 3, argv,
                    "hr:", options);
    *rounds = 0;
    *help = false;
    return weir_bench_args_read(&args, help, take_rounds, rounds);
}

Test(bench_args, a_line_of_options_alone)
{
    unsigned rounds;
    bool help;
    cr_expect_eq(read_line("-r", "7", &rounds, &help), WEIR_EXIT_OK);
    cr_expect(rounds == 7 && !help);
    /* What stands behind -h is not looked at. */
    cr_expect_eq(read_line("--help", "--bad", &rounds, &help), WEIR_EXIT_OK);
    cr_expect(help);
    cr_expect_eq(read_line("-r", "10", &rounds, &help), WEIR_EXIT_USAGE);
    cr_expect(rounds == 0 && !help);
    cr_expect_eq(read_line("--bad", NULL, &rounds, &help), WEIR_EXIT_USAGE);
    cr_expect_eq(read_line("-r7", "more", &rounds, &help), WEIR_EXIT_USAGE);
}
