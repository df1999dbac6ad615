#include <criterion/criterion.h>

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "bench/targets/memory.h"

static char folder[] = "/tmp/weir-memory-XXXXXX";
static char found[64];
static char weir[64];

static void setup(void)
{
    cr_assert_not_null(mkdtemp(folder));
    snprintf(found, sizeof found, "%s/found", folder);
    snprintf(weir, sizeof weir, "%s/weir", folder);
}

static void teardown(void)
{
    (void)unlink(found);
    (void)unlink(weir);
    cr_assert_eq(rmdir(folder), 0);
}

TestSuite(memory, .init = setup, .fini = teardown);

static void put(const char *path, const char *text, unsigned mode)
{
    FILE *file = fopen(path, "we");
    cr_assert_not_null(file);
    cr_assert_geq(fputs(text, file), 0);
    cr_assert_eq(fclose(file), 0);
    cr_assert_eq(chmod(path, mode), 0);
}

#define POOL (UINT64_C(16) * (2 * 320 * 1024 + 16384 * 32))
#define PLAN "source   x\npool     16 batches, blocks of 320 KiB\nthread\n"

Test(memory, the_pool_is_in_the_plan)
{
    uint64_t bytes = 0;
    cr_assert(weir_targets_pool(PLAN, &bytes));
    cr_assert_eq(bytes, POOL);
    cr_assert_not(weir_targets_pool("pool     many batches", &bytes));
    cr_assert_not(weir_targets_pool("", &bytes));
}

static const char line[] =
    "{\"type\":\"peer\",\"task\":\"live, 1000 kpps\",\"peer\":\"weir\","
    "\"rounds\":[{\"memory_bytes\":600000000},{\"memory_bytes\":null}]}\n";

Test(memory, a_ratio_behind_what_was_found)
{
    struct weir_err err = {.text = ""};
    json_error_t wrong;
    put(weir, "#!/bin/sh\nprintf '" PLAN "'\n", 0700);
    put(found, line, 0600);
    cr_assert_eq(weir_targets_memory(found, weir, &err), 0, "%s", err.text);
    FILE *file = fopen(found, "re");
    cr_assert_not_null(file);
    for (int c = 0; c != '\n' && c != EOF;)
        c = getc(file);
    json_t *ratio = json_loadf(file, JSON_DISABLE_EOF_CHECK, &wrong);
    (void)fclose(file);
    const double asked =
        (double)(WEIR_TARGETS_RING_BYTES + WEIR_TARGETS_TABLES_BYTES + POOL);
    const double value = json_number_value(json_object_get(ratio, "value"));
    cr_assert_float_eq(value, 6e8 / asked, 1e-6);
    cr_assert_eq(json_integer_value(json_object_get(ratio, "rounds")), 1);
    json_decref(ratio);
}

Test(memory, without_such_a_recording_there_is_none)
{
    struct weir_err err = {.text = ""};
    put(found, "", 0600);
    cr_assert_eq(weir_targets_memory(found, weir, &err), 0, "%s", err.text);
}

Test(memory, a_weir_that_tells_no_pool)
{
    struct weir_err err = {.text = ""};
    put(weir, "#!/bin/sh\n", 0700);
    put(found, line, 0600);
    cr_assert_lt(weir_targets_memory(found, weir, &err), 0);
    cr_assert_str_eq(err.text, "weir --dry-run tells no pool");
}
