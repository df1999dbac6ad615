/* Each stage, for a moment: it works, its work is checked, and it gives back
 * what it took. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "bench/stages/cycles.h"
#include "bench/stages/input.h"
#include "bench/stages/measure.h"
#include "bench/stages/scratch.h"
#include "bench/stages/stages.h"
#include "tests/check/check.h"

static void check_of(bool ok, const char *what, const char *why)
{
    char text[1024];
    (void)snprintf(text, sizeof text, "%s: %s", what, why);
    check(ok, text);
}

static void run_all(const struct weir_input *input, const char *folder)
{
    struct weir_cycles cycles;
    (void)weir_cycles_open(&cycles, NULL);
    const struct weir_measure_config config = {
        .setup = {.input = input, .folder = folder, .file_bytes = 8 << 20},
        .cycles = &cycles,
        .time_ns = 1000000,
    };
    for (const struct weir_stage *const *s = weir_stages_all; *s != NULL; s++) {
        struct weir_measure m = {0};
        struct weir_err err = {{0}};
        int ret = weir_measure_stage(&m, *s, &config, &err);
        if (ret == -EOPNOTSUPP) {
            printf("skipped: %s\n", err.text);
            continue;
        }
        check_of(ret == 0 && m.count > 0 && m.ns.most >= m.ns.least, (*s)->name,
                 err.text);
        if (ret == 0)
            check_of((*s)->floor == NULL ||
                         weir_stages_find((*s)->floor) != NULL,
                     (*s)->name, "its floor is no stage");
    }
    weir_cycles_close(&cycles);
}

int main(void)
{
    static const char *const frames[] = {"60", "imix", "9216"};
    struct weir_scratch scratch;
    struct weir_err err = {{0}};
    const char *folder = getenv("TEST_TMPDIR");
    if (folder == NULL)
        folder = weir_scratch_folder();
    int ret = weir_scratch_open(&scratch, folder, 8 << 20, &err);
    check_of(ret == 0, "scratch", err.text);
    for (size_t i = 0; ret == 0 && i < sizeof frames / sizeof frames[0]; i++) {
        const struct weir_input_config config = {
            .frame = frames[i], .flows = 10, .bytes = 2 << 20};
        struct weir_input *input = NULL;
        int opened = weir_input_open(&input, &config, &err);
        check_of(opened == 0, frames[i], err.text);
        if (opened == 0)
            run_all(input, scratch.path);
        weir_input_close(input);
    }
    if (ret == 0)
        weir_scratch_close(&scratch);
    return check_end();
}
