/* `weir bench` finds weir-bench and hands everything over to it. */

#include <criterion/criterion.h>

#include <string.h>

#include "tests/cli/command.h"

static void expect_out(const char *script, int status, const char *out)
{
    const struct command_result *r = command_run("%s", script);
    cr_expect_eq(r->status, status, "%s: %d: %s", script, r->status, r->err);
    cr_expect(strstr(r->out, out) != NULL, "%s: %s", script, r->out);
}

Test(bench, is_in_the_help)
{
    expect_out("weir --help", 0, "\n  weir bench ");
}

Test(bench, of_the_build_tree_is_executed)
{
    expect_out("weir bench --help", 0, "usage: weir bench COMMAND");
    expect_out("weir bench --version", 0, "weir-bench ");
    command_complains("weir bench", 2, "weir bench", "no command given");
    command_complains("weir bench frobnicate", 2, "'frobnicate'",
                      "not a command");
}

/* A script in its place tells what it was given. */
#define STAND_IN                                                               \
    "mkdir -p %s && cp $(command -v weir) bin/ && "                            \
    "printf '#!/bin/sh\\necho \"$0 $*\"\\nexit 5\\n' >%s/weir-bench && "       \
    "chmod 755 %s/weir-bench; "

Test(bench, beside_the_command_comes_before_path)
{
    const struct command_result *r = command_run(
        STAND_IN "PATH=/usr/bin:/bin bin/weir bench limit --x 'a b'", "bin",
        "bin", "bin");
    cr_expect_eq(r->status, 5, "%s", r->err);
    cr_expect(strstr(r->out, "/bin/weir-bench limit --x a b\n") != NULL, "%s",
              r->out);
}

Test(bench, is_found_by_path)
{
    const struct command_result *r =
        command_run(STAND_IN "PATH=$PWD/else:/usr/bin:/bin bin/weir bench x",
                    "bin else", "else", "else");
    cr_expect_eq(r->status, 5, "%s", r->err);
    cr_expect(strstr(r->out, "/else/weir-bench x\n") != NULL, "%s", r->out);
}

Test(bench, that_is_not_installed_is_one_line)
{
    command_complains("mkdir bin && cp $(command -v weir) bin/ && "
                      "PATH=/no/such/folder bin/weir bench limit",
                      1, "weir bench: weir-bench: not found", "PATH");
    command_complains("printf 'x' >bin/weir-bench && chmod 755 bin/weir-bench "
                      "&& bin/weir bench limit",
                      1, "weir bench: ", "weir-bench: Exec format error");
}
