#include "bench/stages/micro.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>

#include "base/args.h"
#include "base/clock.h"
#include "base/output.h"
#include "bench/stages/crew.h"
#include "bench/stages/cycles.h"
#include "bench/stages/input.h"
#include "bench/stages/line.h"
#include "bench/stages/measure.h"
#include "bench/stages/stages.h"

#define SMOKE_NS (2 * WEIR_NS_PER_MS)

enum { OPTION_FRAME = 256, OPTION_FLOWS, OPTION_SECONDS, OPTION_SMOKE };

static const struct option options[] = {
    {"frame", required_argument, NULL, OPTION_FRAME},
    {"flows", required_argument, NULL, OPTION_FLOWS},
    {"seconds", required_argument, NULL, OPTION_SECONDS},
    {"smoke", no_argument, NULL, OPTION_SMOKE},
    {"help", no_argument, NULL, 'h'},
    {0},
};

struct micro {
    struct weir_input_config input;
    struct weir_measure_config measure;
};

static int print_help(const char *name)
{
    printf("usage: %s [--frame SIZE|imix] [--flows N] [--seconds S] "
           "[--smoke]\n",
           name);
    return weir_output_finish(name, WEIR_EXIT_OK);
}

static int take(struct micro *m, struct weir_args *args, int option)
{
    uint64_t flows;
    switch (option) {
    case OPTION_FRAME:
        m->input.frame = args->value;
        return 0;
    case OPTION_FLOWS:
        if (weir_args_number(args, args->value, 1, 1 << 24, &flows) != 0)
            return -EINVAL;
        m->input.flows = (uint32_t)flows;
        return 0;
    case OPTION_SECONDS:
        return weir_args_duration(args, args->value, WEIR_NS_PER_MS,
                                  3600 * WEIR_NS_PER_S, &m->measure.time_ns);
    case OPTION_SMOKE:
        m->input.bytes = WEIR_INPUT_BLOCK_BYTES;
        m->measure.time_ns = SMOKE_NS;
        return 0;
    default:
        return -EINVAL;
    }
}

static int print_line(const struct weir_stage_line *line, struct weir_err *err)
{
    json_t *json = weir_stage_line_json(line);
    if (json == NULL)
        return weir_err_sys(err, -ENOMEM, "JSON");
    int ret = json_dumpf(json, stdout, JSON_COMPACT | JSON_REAL_PRECISION(9));
    json_decref(json);
    return ret == 0 && putchar('\n') != EOF
               ? 0
               : weir_err_set(err, -EIO, "standard output");
}

static int run_stage(const struct micro *m, const struct weir_stage *stage,
                     struct weir_err *err)
{
    struct weir_measure own, least;
    int ret = weir_measure_stage(&own, stage, &m->measure, err);
    const struct weir_stage *floor =
        stage->floor == NULL ? NULL : weir_stages_find(stage->floor);
    if (ret == 0 && floor != NULL)
        ret = weir_measure_stage(&least, floor, &m->measure, err);
    if (ret == -EOPNOTSUPP) {
        fprintf(stderr, "left out: %s\n", err->text);
        return 0;
    }
    if (ret != 0)
        return ret;
    return print_line(
        &(struct weir_stage_line){
            .stage = stage,
            .input = m->measure.setup.input,
            .measure = &own,
            .floor = floor,
            .floor_measure = floor == NULL ? NULL : &least,
        },
        err);
}

static int run(struct micro *m, const struct weir_stage *const *stages,
               struct weir_err *err)
{
    struct weir_input *input;
    struct weir_cycles cycles;
    int ret = weir_input_open(&input, &m->input, err);
    if (ret != 0)
        return ret;
    m->measure.setup.input = input;
    /* Without counters two figures are null, which is all there is to say. */
    (void)weir_cycles_open(&cycles, NULL);
    m->measure.cycles = &cycles;
    weir_crew_pin(0);
    for (; *stages != NULL && ret == 0; stages++)
        ret = run_stage(m, *stages, err);
    weir_cycles_close(&cycles);
    m->measure.cycles = NULL;
    weir_input_close(input);
    return ret;
}

int weir_micro_main(int argc, char **argv,
                    const struct weir_stage *const *stages)
{
    struct micro m = {
        .input = {.frame = "60", .flows = 1000, .bytes = UINT64_C(64) << 20},
        .measure = {.time_ns = 300 * WEIR_NS_PER_MS},
    };
    const char *name = argv[0];
    struct weir_args args;
    struct weir_err err;
    int option;
    weir_args_start(&args, name, argc, argv, "h", options);
    while ((option = weir_args_next(&args)) != WEIR_ARGS_END) {
        if (option == 'h') {
            weir_output_start();
            return print_help(name);
        }
        if (take(&m, &args, option) != 0)
            return weir_args_usage(&args);
    }
    weir_output_start();
    int ret = run(&m, stages, &err);
    if (ret != 0)
        fprintf(stderr, "%s: %s\n", name, err.text);
    return weir_output_finish(name, ret == 0 ? WEIR_EXIT_OK : WEIR_EXIT_FAILED);
}
