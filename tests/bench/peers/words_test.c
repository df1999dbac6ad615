/* What `weir bench peers` says to a user, with no peer but weir. */

#include <criterion/criterion.h>

#include <jansson.h>
#include <string.h>

#include "tests/cli/command.h"

#define COUNT                                                                  \
    "weir bench peers --task count --peer weir --frames 1000 --rounds 1 "      \
    "--frame 60 "

static void has(const char *text, const char *part)
{
    cr_expect_not_null(strstr(text, part), "'%s' is not in: %s", part, text);
}

Test(words, results_on_standard_output_are_alone_there)
{
    char text[sizeof((struct command_result *)0)->out];
    int lines = 0;
    const struct command_result *r = command_run(COUNT "-w . --results -");
    cr_assert_eq(r->status, 0, "%s", r->err);
    memcpy(text, r->out, sizeof text);
    for (char *rest = text, *line; (line = strsep(&rest, "\n")) != NULL;) {
        json_t *object = *line == '\0' ? NULL : json_loads(line, 0, NULL);
        cr_expect(*line == '\0' || json_is_object(object), "%s", line);
        lines += object != NULL;
        json_decref(object);
    }
    cr_expect_geq(lines, 2);
    has(r->err, "count: 1,000 frames of 60 bytes, 1 round\n");
    has(r->err, "Mpps");
    has(r->err, "per frame");
    has(r->err, "rows: 1; this takes some 1 s; ");
}

Test(words, a_folder_may_be_called_anything)
{
    const struct command_result *r =
        command_run("d=$(printf 'a\\nb'); mkdir \"$d\"; " COUNT "-w \"$d\"");
    cr_assert_eq(r->status, 0, "%s", r->err);
    has(r->out, "a?b/");
    cr_expect_null(strstr(r->out, "a\nb"));
    r = command_run("weir bench self --frames 1000 --rounds 1 --seconds 1ms "
                    "--folder \"$(printf 'a\\nb')\"");
    cr_assert_eq(r->status, 0, "%s", r->err);
    has(r->out, "1000 frames of 60 bytes, 1 round in turn, in a?b/");
    cr_expect_null(strstr(r->out, "a\nb"));
    command_complains("weir bench peers -w ''", 1, "folder ''", "No such file");
    command_complains("weir bench self --folder ''", 1, "folder ''",
                      "No such file");
}

Test(words, help_tells_of_itself_and_of_failures)
{
    const struct command_result *r = command_run("weir bench peers --help");
    cr_expect_eq(r->status, 0);
    has(r->out, "  -h, --help ");
    has(r->out, "exit status is 1");
}
