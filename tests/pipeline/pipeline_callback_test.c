/* Control calls from all callbacks of a pipeline: an error, and no harm. */

#include <criterion/criterion.h>
#include <errno.h>
#include <stdatomic.h>

#include "pipeline/pipeline.h"
#include "tests/pipeline/embed_rig.h"

static void begin(void)
{
    embed_begin();
    embed_make("in.pcap", 1000);
}

TestSuite(pipeline_callback, .init = begin, .fini = embed_end);

struct meddler {
    struct weir_pipeline *p;
    atomic_int calls;
    atomic_int refused;
};

static void control(struct meddler *m)
{
    struct weir_pipeline *p = m->p;
    const int64_t answers[] = {
        weir_pipeline_start(p, NULL),
        weir_pipeline_join(p, NULL),
        weir_pipeline_close(&p, NULL),
        weir_pipeline_set_filter(p, "ip", NULL),
        weir_pipeline_set_snaplen(p, 60, NULL),
        weir_pipeline_set_timeout(p, 60, NULL),
    };
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        m->calls++;
        m->refused += answers[i] == -EDEADLK;
    }
    cr_assert_eq(p, m->p);
}

static void meddle(struct meddler *m)
{
    struct weir_progress progress;
    control(m);
    cr_assert_eq(weir_pipeline_progress(m->p, &progress), 0);
}

static uint64_t tap(void *state, const struct weir_tap_vector *v)
{
    (void)v;
    meddle(state);
    return 0;
}

static int create(void *context, uint32_t lane, uint32_t worker, void **state,
                  struct weir_err *err)
{
    (void)lane;
    (void)worker;
    (void)err;
    *state = context;
    return 0;
}

static void merge(void *context, void *state)
{
    (void)state;
    meddle(context);
}

/* The parts of the pipeline go as it is called. */
static void destroy(void *context, void *state)
{
    struct meddler *m = context;
    struct weir_progress progress;
    struct weir_tap_counts counts;
    (void)state;
    control(m);
    cr_assert_eq(weir_pipeline_progress(m->p, &progress), -EINVAL);
    cr_assert_eq(weir_pipeline_count_tap(m->p, 0, &counts), -EINVAL);
    cr_assert_eq(weir_pipeline_done_fd(m->p), -EINVAL);
    cr_assert_eq(weir_pipeline_rotate(m->p), -EINVAL);
    cr_assert_eq(weir_pipeline_linktype(m->p, 0), -EINVAL);
    cr_assert_null(weir_pipeline_iface_name(m->p, 0));
    cr_assert_eq(weir_pipeline_stop(m->p), 0);
}

static int take(void *context, const struct weir_delivery *d,
                struct weir_err *err)
{
    (void)d;
    (void)err;
    meddle(context);
    return 0;
}

static void on_interval(void *context, const struct weir_progress *progress,
                        int64_t elapsed_ns)
{
    (void)progress;
    (void)elapsed_ns;
    meddle(context);
}

Test(pipeline_callback, control_from_a_callback_is_a_deadlock_that_is_told)
{
    struct meddler m = {.calls = 0};
    struct weir_progress progress;
    const struct weir_tap_config taps = {.name = "meddler",
                                         .context = &m,
                                         .create = create,
                                         .tap = tap,
                                         .merge = merge,
                                         .destroy = destroy};
    const struct weir_pipeline_sink sink = {
        .name = "meddler", .take = take, .context = &m};
    m.p = embed_open((struct weir_pipeline_config){.taps = &taps,
                                                   .taps_count = 1,
                                                   .sinks = &sink,
                                                   .sinks_count = 1,
                                                   .on_interval = on_interval,
                                                   .context = &m},
                     "in.pcap");
    embed_run(m.p, &progress);
    cr_assert_eq(weir_pipeline_close(&m.p, NULL), 0);
    cr_assert_geq(m.calls, 4 * 6);
    cr_assert_eq(m.calls, m.refused);
}

Test(pipeline_callback, control_while_one_is_closed_that_never_ran)
{
    struct meddler m = {.calls = 0};
    const struct weir_tap_config taps = {.name = "meddler",
                                         .context = &m,
                                         .create = create,
                                         .tap = tap,
                                         .destroy = destroy};
    m.p = embed_open((struct weir_pipeline_config){.taps = &taps,
                                                   .taps_count = 1,
                                                   .workers = 1},
                     "in.pcap");
    cr_assert_eq(weir_pipeline_close(&m.p, NULL), 0);
    cr_assert_null(m.p);
    cr_assert_eq(m.calls, 6);
    cr_assert_eq(m.calls, m.refused);
}
