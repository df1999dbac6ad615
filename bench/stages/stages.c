#include "bench/stages/stages.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/err.h"
#include "bench/results/results.h"
#include "bench/stages/crew.h"
#include "bench/stages/crossing.h"
#include "bench/stages/cycles.h"
#include "bench/stages/input.h"
#include "bench/stages/line.h"
#include "bench/stages/measure.h"
#include "bench/stages/scaling.h"
#include "bench/stages/stage.h"
#include "bench/stages/waited.h"

/* Of waiting for the CPU: more has an effect on the figures. */
#define WAITED_PERCENT 2

const struct weir_stage *const weir_stages_usual[] = {
    &weir_stage_walk,          &weir_stage_ring_walk,
    &weir_stage_in_place,      &weir_stage_dissect,
    &weir_stage_flow,          &weir_stage_flow_table,
    &weir_stage_encode_pcap,   &weir_stage_encode,
    &weir_stage_link,          &weir_stage_link_threads,
    &weir_stage_account,       &weir_stage_account_flows,
    &weir_stage_worker,        &weir_stage_worker_copied,
    &weir_stage_worker_turned, &weir_stage_write,
    &weir_stage_read,          &weir_stage_memcpy,
    &weir_stage_direct,        &weir_stage_cp,
    &weir_stage_cores,         NULL,
};

const struct weir_stage *const weir_stages_all[] = {
    &weir_stage_walk,
    &weir_stage_ring_walk,
    &weir_stage_in_place,
    &weir_stage_dissect,
    &weir_stage_flow,
    &weir_stage_flow_table,
    &weir_stage_encode_pcap,
    &weir_stage_encode,
    &weir_stage_link,
    &weir_stage_link_threads,
    &weir_stage_account,
    &weir_stage_account_flows,
    &weir_stage_worker,
    &weir_stage_worker_copied,
    &weir_stage_worker_turned,
    &weir_stage_write,
    &weir_stage_pool,
    &weir_stage_bell,
    &weir_stage_pcap_parse,
    &weir_stage_pcapng_parse,
    &weir_stage_file_pcap,
    &weir_stage_file_pcapng,
    &weir_stage_read,
    &weir_stage_memcpy,
    &weir_stage_touch,
    &weir_stage_touch_near,
    &weir_stage_memcpy_near,
    &weir_stage_file_read,
    &weir_stage_buffered,
    &weir_stage_direct,
    &weir_stage_cp,
    &weir_stage_cores,
    NULL,
};

const struct weir_stage *weir_stages_find(const char *name)
{
    for (const struct weir_stage *const *s = weir_stages_all; *s != NULL; s++)
        if (strcmp((*s)->name, name) == 0)
            return *s;
    return NULL;
}

/* A floor's figure is good for every stage over the same frames. */
struct floor_kept {
    const struct weir_stage *stage;
    bool good;
    struct weir_measure measure;
};

struct round {
    const struct weir_stages_config *config;
    struct weir_results *results;
    FILE *out;
    uint32_t *failed;
    struct weir_cycles cycles;
    const struct weir_input *input;
    struct floor_kept floors[WEIR_STAGES_LIST_MAX];
    size_t floors_count;
    struct weir_crossing_point points[WEIR_STAGES_LIST_MAX]; /* by frame */
    size_t points_count;
};

/* A stage that could not be: what is not here is no failure. */
static int tell(struct round *r, const char *what, int code,
                const struct weir_err *why, struct weir_err *err)
{
    fprintf(stderr, "weir bench stages: %s\n", why->text);
    if (code != -EOPNOTSUPP)
        ++*r->failed;
    if (r->results == NULL)
        return 0;
    return weir_results_skip(r->results, what, why->text, err);
}

static int measure(struct round *r, const struct weir_stage *stage,
                   int64_t time_ns, struct weir_measure *out,
                   struct weir_err *err)
{
    const struct weir_measure_config config = {
        .setup = {.input = r->input,
                  .folder = r->config->folder,
                  .file_bytes = r->config->file_bytes},
        .cycles = &r->cycles,
        .time_ns = time_ns,
    };
    if (stage->files && r->config->folder == NULL)
        return weir_err_set(err, -ENOENT, "stage %s: no folder for files",
                            stage->name);
    return weir_measure_stage(out, stage, &config, err);
}

/* The stage's floor, measured now or before; NULL without one. */
static int floor_of(struct round *r, const struct weir_stage *stage,
                    const struct floor_kept **out, struct weir_err *err)
{
    *out = NULL;
    if (stage->floor == NULL)
        return 0;
    const struct weir_stage *floor = weir_stages_find(stage->floor);
    for (size_t i = 0; i < r->floors_count; i++)
        if (r->floors[i].stage == floor) {
            *out = r->floors[i].good ? &r->floors[i] : NULL;
            return 0;
        }
    struct floor_kept *kept = &r->floors[r->floors_count++];
    struct weir_err why;
    kept->stage = floor;
    int ret = measure(r, floor, r->config->time_ns / 2, &kept->measure, &why);
    kept->good = ret == 0;
    if (ret != 0)
        return tell(r, floor->name, ret, &why, err);
    *out = kept;
    return 0;
}

/* What the two ways of a kernel's block cost, for the frame. */
static void keep_way(struct round *r, const struct weir_stage *stage,
                     const struct weir_measure *m)
{
    const struct weir_crossing_way way = {m->ns.p50, m->file_bytes};
    struct weir_crossing_point *point = &r->points[r->points_count - 1];
    if (stage == &weir_stage_worker_copied)
        point->copied = way;
    else if (stage == &weir_stage_worker_turned)
        point->turned = way;
}

static int run_stage(struct round *r, const struct weir_stage *stage,
                     struct weir_err *err)
{
    const struct floor_kept *floor;
    struct weir_measure m;
    struct weir_err why;
    int ret = measure(r, stage, r->config->time_ns, &m, &why);
    if (ret != 0)
        return tell(r, stage->name, ret, &why, err);
    keep_way(r, stage, &m);
    ret = floor_of(r, stage, &floor, err);
    if (ret != 0)
        return ret;
    const struct weir_stage_line line = {
        .stage = stage,
        .input = r->input,
        .measure = &m,
        .floor = floor == NULL ? NULL : floor->stage,
        .floor_measure = floor == NULL ? NULL : &floor->measure,
    };
    weir_stage_line_row(r->out, &line);
    (void)fflush(r->out);
    if (r->results == NULL)
        return 0;
    return weir_results_add(r->results, weir_stage_line_json(&line), err);
}

static int run_input(struct round *r, bool middle, struct weir_err *err)
{
    int ret = 0;
    r->floors_count = 0;
    for (size_t i = 0; i < r->config->stages_count && ret == 0; i++) {
        const struct weir_stage *stage = r->config->stages[i];
        if (middle || stage->flows)
            ret = run_stage(r, stage, err);
    }
    return ret;
}

static int run_scaling(struct round *r, struct weir_err *err)
{
    const struct weir_stages_config *config = r->config;
    int ret = 0;
    for (size_t i = 0; i < config->stages_count && ret == 0; i++) {
        const struct weir_scaling_config scaling = {
            .stage = config->stages[i],
            .input = r->input,
            .workers = config->scale,
            .rounds = config->rounds,
            .time_ns = config->time_ns,
        };
        struct weir_err why;
        if (config->scale < 2 || !scaling.stage->scales)
            continue;
        ret = weir_scaling_run(&scaling, r->results, r->out, &why);
        if (ret != 0)
            ret = tell(r, "scaling", ret, &why, err);
    }
    return ret;
}

static bool any_by_flows(const struct weir_stages_config *config)
{
    for (size_t i = 0; i < config->stages_count; i++)
        if (config->stages[i]->flows)
            return true;
    return false;
}

/* One frame in one number of flows. */
static int run_flows(struct round *r, const char *frame, uint32_t flows,
                     bool middle, struct weir_err *err)
{
    const struct weir_input_config config = {
        .frame = frame, .flows = flows, .bytes = r->config->memory_bytes};
    struct weir_input *input;
    struct weir_err why;
    int ret = weir_input_open(&input, &config, &why);
    if (ret != 0)
        return tell(r, frame, ret, &why, err);
    r->input = input;
    ret = run_input(r, middle, err);
    if (ret == 0 && middle)
        ret = run_scaling(r, err);
    weir_input_close(input);
    return ret;
}

static int run_frame(struct round *r, const char *frame, struct weir_err *err)
{
    const struct weir_stages_config *config = r->config;
    const size_t middle = (config->flows_count - 1) / 2;
    r->points_count++;
    int ret = run_flows(r, frame, config->flows[middle], true, err);
    if (!any_by_flows(config))
        return ret;
    for (size_t i = 0; i < config->flows_count && ret == 0; i++)
        if (i != middle)
            ret = run_flows(r, frame, config->flows[i], false, err);
    return ret;
}

/* Says where turning in place begins to cost less than copying. */
static int tell_crossing(struct round *r, struct weir_err *err)
{
    const struct weir_crossing c =
        weir_crossing_find(r->points, r->points_count);
    if (!isfinite(c.bytes))
        return 0;
    fprintf(r->out,
            "turned in place costs less than copied from a mean of %.0f bytes "
            "in the\nkernel's block on; there the file is %.1f%% larger\n",
            c.bytes, 100 * (c.more - 1));
    return r->results == NULL
               ? 0
               : weir_results_note(r->results, err,
                                   "stages: a worker's block costs less turned "
                                   "in place than copied from a mean of %.0f "
                                   "bytes in it on; there the file is %.1f%% "
                                   "larger",
                                   c.bytes, 100 * (c.more - 1));
}

/* Says so if something else ran where the stages were timed. */
static int tell_waited(struct round *r, const struct weir_waited *before,
                       struct weir_err *err)
{
    const struct weir_waited after = weir_waited_read();
    const double percent = 100 * weir_waited_fraction(before, &after);
    if (percent < WAITED_PERCENT)
        return 0;
    fprintf(r->out,
            "not alone: the measuring thread waited %.0f %% of the time for "
            "its CPU\n",
            percent);
    return r->results == NULL
               ? 0
               : weir_results_note(r->results, err,
                                   "stages: the measuring thread waited %.0f "
                                   "%% of the time for its CPU",
                                   percent);
}

int weir_stages_run(const struct weir_stages_config *config,
                    struct weir_results *results, FILE *out, uint32_t *failed,
                    struct weir_err *err)
{
    struct round r = {
        .config = config, .results = results, .out = out, .failed = failed};
    struct weir_err why;
    int ret = 0;
    if (weir_cycles_open(&r.cycles, &why) != 0) {
        fprintf(out, "cycles and instructions: %s\n", why.text);
        if (results != NULL)
            ret = weir_results_skip(results, "cycles and instructions",
                                    why.text, err);
    }
    const struct weir_waited before = weir_waited_read();
    weir_crew_pin(0);
    weir_stage_line_head(out);
    for (size_t i = 0; i < config->frames_count && ret == 0; i++)
        ret = run_frame(&r, config->frames[i], err);
    weir_crew_unpin();
    if (ret == 0)
        ret = tell_crossing(&r, err);
    if (ret == 0)
        ret = tell_waited(&r, &before, err);
    weir_cycles_close(&r.cycles);
    return ret;
}
