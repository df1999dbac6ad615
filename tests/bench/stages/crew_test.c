/* The crew, and the stages that have a partner in it: a plain main, since
 * Criterion does not run under ThreadSanitizer. */

#include "bench/stages/crew.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "bench/stages/cycles.h"
#include "bench/stages/input.h"
#include "bench/stages/measure.h"
#include "bench/stages/scaling.h"
#include "tests/check/check.h"

struct count {
    _Atomic uint32_t began;
    uint32_t members;
    uint32_t plain[4]; /* each written by its member alone */
};

/* Ends only when all have begun. */
static int meet(void *context, uint32_t member)
{
    struct count *c = context;
    atomic_fetch_add(&c->began, 1);
    c->plain[member] = member + 1;
    while (atomic_load(&c->began) < c->members)
        sched_yield();
    return 0;
}

static int fail_late(void *context, uint32_t member)
{
    (void)context;
    return member < 2 ? 0 : member == 2 ? -ENOSPC : -EIO;
}

static void check_crew(void)
{
    struct count c = {.members = 4};
    struct weir_crew *crew = NULL;
    check(weir_crew_open(&crew, 4, 0, meet, &c, NULL) == 0, "open");
    check(weir_crew_join(crew) == 0, "join");
    check(c.plain[0] == 1 && c.plain[3] == 4, "what they wrote is seen");
    check(weir_crew_join(crew) == 0, "join again");
    weir_crew_close(crew);

    check(weir_crew_open(&crew, 4, 0, fail_late, NULL, NULL) == 0, "open");
    check(weir_crew_join(crew) == -ENOSPC, "the first member's error");
    weir_crew_close(crew);

    c = (struct count){.members = 2};
    check(weir_crew_open(&crew, 2, 1, meet, &c, NULL) == 0, "open");
    weir_crew_close(crew);
    check(c.plain[1] == 2, "close waits");

    struct weir_err err = {{0}};
    check(weir_crew_open(&crew, 0, 0, meet, &c, &err) == -EINVAL, "0 members");
    check(weir_crew_open(&crew, WEIR_CREW_MAX + 1, 0, meet, &c, &err) ==
              -EINVAL,
          "too many");
    weir_crew_close(NULL);
}

static void check_stage(const struct weir_stage *stage,
                        const struct weir_input *input)
{
    struct weir_cycles cycles;
    struct weir_measure m;
    struct weir_err err = {{0}};
    (void)weir_cycles_open(&cycles, NULL);
    const struct weir_measure_config config = {
        .setup = {.input = input}, .cycles = &cycles, .time_ns = 3000000};
    int ret = weir_measure_stage(&m, stage, &config, &err);
    if (ret == -EOPNOTSUPP && weir_crew_cpus() < 2)
        printf("skipped: %s\n", err.text);
    else
        check(ret == 0 && m.count > 0, ret == 0 ? stage->name : err.text);
    weir_cycles_close(&cycles);
}

static void check_scaling(const struct weir_input *input)
{
    const struct weir_scaling_config config = {.stage = &weir_stage_worker,
                                               .input = input,
                                               .workers = 2,
                                               .rounds = 2,
                                               .time_ns = 3000000};
    struct weir_err err = {{0}};
    char text[256] = "";
    FILE *out = fmemopen(text, sizeof text, "w");
    int ret =
        out == NULL ? -ENOMEM : weir_scaling_run(&config, NULL, out, &err);
    if (out != NULL)
        (void)fclose(out);
    if (weir_crew_cores() < 2)
        check(ret == -EOPNOTSUPP, "scaling with one core");
    else
        check(ret == 0 && strstr(text, "stage worker: 2 over 1") != NULL,
              ret == 0 ? text : err.text);
}

int main(void)
{
    const struct weir_input_config config = {
        .frame = "60", .flows = 10, .bytes = 1 << 20};
    struct weir_input *input = NULL;
    check_crew();
    weir_crew_pin(0);
    check(weir_input_open(&input, &config, NULL) == 0, "input");
    check_stage(&weir_stage_link_threads, input);
    check_stage(&weir_stage_bell, input);
    check_scaling(input);
    weir_crew_unpin();
    weir_input_close(input);
    return check_end();
}
