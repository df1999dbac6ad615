#include "bench/results/compare_cmd.h"

#include <stdio.h>

#include "base/args.h"
#include "base/output.h"
#include "bench/results/compare.h"
#include "bench/results/lines.h"

#define COMMAND "weir bench compare"

static const char help[] =
    "usage: weir bench compare OLD NEW\n"
    "\n"
    "Compares the ratios of two results files: old, new, and the change.  A\n"
    "change of more than 10 % to the worse is a regression, and the exit\n"
    "status is 1, unless the rounds of the two overlap: then their order\n"
    "means nothing, and that is said.\n"
    "\n"
    "  -h, --help            this text\n";

static int say(const struct weir_err *err)
{
    fprintf(stderr, COMMAND ": %s\n", err->text);
    return WEIR_EXIT_FAILED;
}

static void say_broken(const struct weir_lines *lines, const char *path)
{
    struct weir_err err;
    if (lines->broken_count == 0)
        return;
    (void)weir_err_set(&err, 0, "%s: %zu lines are left out: line %zu: %s",
                       path, lines->broken_count, lines->broken[0].number,
                       lines->broken[0].why);
    (void)say(&err);
}

static int print(const struct weir_lines *was, const struct weir_lines *now)
{
    struct weir_compare compare;
    struct weir_err err;
    if (weir_compare_open(&compare, was, now, &err) != 0)
        return say(&err);
    weir_compare_print(&compare, was, now, stdout);
    int status = compare.of[WEIR_COMPARE_REGRESSION] > 0 ? WEIR_EXIT_FAILED
                                                         : WEIR_EXIT_OK;
    if (weir_compare_both(&compare) == 0) {
        (void)weir_err_set(&err, 0, "the two have no ratio in common");
        status = say(&err);
    }
    weir_compare_close(&compare);
    return status;
}

int weir_bench_compare(int argc, char **argv)
{
    static const struct option options[] = {
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    struct weir_args args;
    struct weir_lines was;
    struct weir_lines now;
    struct weir_err err;
    weir_output_start();
    weir_args_start(&args, COMMAND, argc, argv, "h", options);
    int option = weir_args_next(&args);
    if (option == 'h') {
        fputs(help, stdout);
        return weir_output_finish(COMMAND, WEIR_EXIT_OK);
    }
    if (option != WEIR_ARGS_END)
        return weir_args_usage(&args);
    if (args.words + 2 != argc) {
        (void)weir_err_set(&args.err, 0, "two results files are needed");
        return weir_args_usage(&args);
    }
    if (weir_lines_open(&was, argv[args.words], &err) != 0)
        return say(&err);
    if (weir_lines_open(&now, argv[args.words + 1], &err) != 0) {
        weir_lines_close(&was);
        return say(&err);
    }
    say_broken(&was, argv[args.words]);
    say_broken(&now, argv[args.words + 1]);
    int status = print(&was, &now);
    weir_lines_close(&now);
    weir_lines_close(&was);
    return weir_output_finish(COMMAND, status);
}
