/* weir bench disk, as a user runs it: a round on whatever disk this is. */

#include <criterion/criterion.h>

#include <jansson.h>
#include <string.h>

#include "base/err.h"
#include "bench/host/rig.h"
#include "tests/cli/command.h"

static void need_rig(void)
{
    struct weir_rig *rig = NULL;
    struct weir_err err = {.text = ""};
    if (weir_rig_open(&rig, 1500, &err) != 0)
        cr_skip_test("SKIPPED: %s", err.text);
    weir_rig_close(rig);
}

static json_t *line_of(const char *text, const char *type)
{
    json_t *found = NULL;
    while (*text != '\0' && found == NULL) {
        size_t len = strcspn(text, "\n");
        json_t *line = json_loadb(text, len, 0, NULL);
        cr_assert_not_null(line, "%.*s", (int)len, text);
        const char *is = json_string_value(json_object_get(line, "type"));
        if (strcmp(is, type) == 0)
            found = line;
        else
            json_decref(line);
        text += len + (text[len] == '\n');
    }
    return found;
}

Test(disk, a_round_has_a_share)
{
    need_rig();
    const struct command_result *r =
        command_run("mkdir d; weir bench disk -w d --rounds 1 --trials 2 "
                    "--seconds 0.1 --way mmsg --ring 16 --results -; "
                    "rmdir d");
    if (strstr(r->err, "tmpfs") != NULL ||
        strstr(r->err, "O_DIRECT by") != NULL)
        cr_skip_test("SKIPPED: %s", r->err);
    cr_assert_eq(r->status, 0, "%s", r->err);
    json_t *disk = line_of(r->out, "disk");
    json_t *ratio = line_of(r->out, "ratio");
    cr_assert_not_null(disk, "%s", r->err);
    cr_assert_not_null(ratio);
    const json_t *round = json_array_get(json_object_get(disk, "rounds"), 0);
    const double best =
        json_number_value(json_object_get(round, "best_bytes_s"));
    const double file =
        json_number_value(json_object_get(round, "file_bytes_s"));
    cr_assert_gt(best, 0);
    cr_assert_float_eq(json_number_value(json_object_get(ratio, "value")),
                       file / best, 1e-6);
    json_decref(disk);
    json_decref(ratio);
}

Test(disk, words)
{
    command_complains("weir bench disk --frame 59", 2, "--frame", "59");
    command_complains("weir bench disk --way pigeon", 2, "--way", "pigeon");
    command_complains("weir bench disk x", 2, "'x'", "no words");
}
