#include "bench/self/rounds.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "bench/self/told.h"

static char path[64];

static void enter(void)
{
    strcpy(path, "/tmp/weir-rounds-XXXXXX");
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(close(fd), 0);
}

static void leave(void)
{
    cr_assert_eq(unlink(path), 0);
}

TestSuite(rounds, .init = enter, .fini = leave);

/* Notes its name in the file. */
static struct weir_self_entrant noting(const char *name, const char *script)
{
    return (struct weir_self_entrant){
        .task = "test",
        .peer = name,
        .does = "notes",
        .argv = {"sh", "-c", script, name, path, NULL},
        .frames = 100,
    };
}

static const char *noted(void)
{
    static char text[64];
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file);
    size_t n = fread(text, 1, sizeof text - 1, file);
    text[n] = '\0';
    cr_assert_eq(fclose(file), 0);
    return text;
}

#define NOTE "printf $0 >>$1"

static uint32_t run(struct weir_self_entrant *entrants, size_t count,
                    uint32_t rounds)
{
    uint32_t failed = 0;
    struct weir_err err;
    FILE *null = fopen("/dev/null", "w");
    cr_assert_not_null(null);
    cr_assert_eq(
        weir_self_rounds(entrants, count, rounds, NULL, null, &failed, &err),
        0);
    cr_assert_eq(fclose(null), 0);
    return failed;
}

Test(rounds, each_is_first_in_turn)
{
    struct weir_self_entrant e[] = {noting("a", NOTE), noting("b", NOTE),
                                    noting("c", NOTE)};
    cr_assert_eq(run(e, 3, 4), 0);
    cr_assert_str_eq(noted(), "abcbcacababc");
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(e[i].count, 4);
        cr_assert_gt(e[i].rounds[3].pps, 0);
        cr_assert_gt(e[i].rounds[3].duration_s, 0);
    }
}

Test(rounds, who_fails_is_out_and_the_others_go_on)
{
    struct weir_self_entrant e[] = {noting("a", NOTE),
                                    noting("b", NOTE "; echo no >&2; exit 3")};
    cr_assert_eq(run(e, 2, 3), 1);
    cr_assert_str_eq(noted(), "abaa");
    cr_assert(e[1].out);
    cr_assert_eq(e[1].count, 0);
    cr_assert_eq(e[0].count, 3);
}

Test(rounds, a_program_that_is_not_there_is_out)
{
    struct weir_self_entrant e[] = {noting("a", NOTE), noting("b", NOTE)};
    e[0].argv[0] = "weir-no-such-program";
    cr_assert_eq(run(e, 2, 2), 1);
    cr_assert_str_eq(noted(), "bb");
}

Test(rounds, what_it_made_must_be_right)
{
    char made[80];
    snprintf(made, sizeof made, "%s.made", path);
    struct weir_self_entrant e = noting("a", "cp $1 $1.made");
    e.made = made;
    e.same = path;
    cr_assert_eq(run(&e, 1, 2), 0);
    struct weir_self_entrant wrong = noting("a", "echo x >$1.made");
    wrong.made = made;
    wrong.same = path;
    cr_assert_eq(run(&wrong, 1, 2), 1);
    struct weir_self_entrant none = noting("a", "exit 0");
    none.made = made;
    none.same = path;
    cr_assert_eq(run(&none, 1, 2), 1);
    unlink(made);
}

Test(rounds, a_line_has_what_readers_want)
{
    static const char *const keys[] = {"type",    "task",    "frame", "peer",
                                       "version", "command", "does",  "rounds",
                                       "median",  "least",   "most"};
    struct weir_self_entrant e = noting("a", NOTE);
    cr_assert_eq(run(&e, 1, 3), 0);
    json_t *line = weir_told_json(&e);
    cr_assert_not_null(line);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        cr_assert_not_null(json_object_get(line, keys[i]), "%s", keys[i]);
    cr_assert_eq(json_array_size(json_object_get(line, "rounds")), 3);
    const json_t *least = json_object_get(line, "least");
    const json_t *most = json_object_get(line, "most");
    cr_assert_leq(json_real_value(json_object_get(least, "pps")),
                  json_real_value(json_object_get(most, "pps")));
    cr_assert(json_is_null(json_object_get(most, "loss_fraction")));
    json_decref(line);
}

Test(rounds, a_version_is_found_or_there_is_no_program)
{
    char version[64];
    struct weir_err err = {{0}};
    cr_assert_eq(weir_self_version("cp", version, &err), 0, "%s", err.text);
    cr_assert_neq(version[0], '\0');
    cr_assert_eq(weir_self_version("weir-no-such-program", version, &err),
                 -ENOENT);
}
