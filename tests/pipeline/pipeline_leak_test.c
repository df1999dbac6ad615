/* Every way in and out of an embedded pipeline, so that a leak sanitizer can
 * look. */

#include <stdlib.h>

#include "pipeline/pipeline.h"
#include "tests/check/check.h"
#include "tests/pipeline/embed_rig.h"

static int create(void *context, uint32_t lane, uint32_t worker, void **state,
                  struct weir_err *err)
{
    const uint32_t *fails_at = context;
    (void)lane;
    if (worker + 1 == *fails_at)
        return weir_err_set(err, -5, "no state");
    *state = malloc(100);
    return 0;
}

static uint64_t tap(void *state, const struct weir_tap_vector *v)
{
    (void)state;
    return v->frames[0].caplen;
}

static void destroy(void *context, void *state)
{
    (void)context;
    free(state);
}

static int take(void *context, const struct weir_delivery *d,
                struct weir_err *err)
{
    (void)context;
    (void)d;
    (void)err;
    return 0;
}

static uint32_t fails_at;

static const struct weir_tap_config taps = {.name = "tap",
                                            .context = &fails_at,
                                            .excludes = true,
                                            .create = create,
                                            .tap = tap,
                                            .destroy = destroy};
static const struct weir_pipeline_sink sink = {.name = "sink", .take = take};

/* Opens, and goes as far as `steps` says. */
static void walk(struct weir_pipeline_config config, const char *file,
                 int steps, int answer)
{
    const struct weir_pipeline_source source = {.file = embed_path(file)};
    struct weir_pipeline *p = NULL;
    config.sources = &source;
    config.sources_count = 1;
    config.workers = 2;
    config.taps = &taps;
    config.taps_count = 1;
    config.sinks = &sink;
    config.sinks_count = 1;
    check(weir_pipeline_open(&p, &config, &embed_err) == answer,
          "opens as it should");
    for (int i = 0; p != NULL && i < steps; i++) {
        if (i == 0)
            check(weir_pipeline_set_filter(p, "udp", NULL) == 1, "a change");
        if (i == 1)
            check(weir_pipeline_start(p, NULL) == 0, "starts");
        if (i == 2)
            check(weir_pipeline_set_filter(p, "udp port 53", NULL) == 2 ||
                      weir_pipeline_stop(p) == 0,
                  "another");
        if (i == 3)
            check(weir_pipeline_join(p, NULL) == 0, "joins");
    }
    check(weir_pipeline_close(&p, NULL) == 0, "closes");
}

int main(void)
{
    const struct weir_pipeline_config plain = {.filter = "ip"};
    const unsigned files = check_files_open();
    embed_begin();
    embed_make("in.pcap", 2000);
    const struct weir_pipeline_config writes = {
        .file = {.path = embed_path("out.pcapng")}};
    const struct weir_pipeline_config nowhere = {
        .file = {.path = "/nowhere/at/all"}};
    const struct weir_pipeline_config wrong = {.filter = "ip nix"};
    for (int steps = 0; steps <= 4; steps++) {
        walk(plain, "in.pcap", steps, 0);
        walk(writes, "in.pcap", steps, 0);
    }
    walk(plain, "none.pcap", 0, -2);
    walk(nowhere, "in.pcap", 0, -2);
    walk(wrong, "in.pcap", 0, -22);
    for (fails_at = 1; fails_at <= 2; fails_at++)
        walk(plain, "in.pcap", 0, -5);
    embed_end();
    check(check_files_open() == files, "no file stays open");
    return check_end();
}
