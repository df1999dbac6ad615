/* Taps and sinks of an embedded pipeline. */

#include <criterion/criterion.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "pipeline/pipeline.h"
#include "ring/ledger.h"
#include "tests/pipeline/embed_rig.h"

#define FRAMES 9000u

static void begin(void)
{
    embed_begin();
    embed_make("in.pcap", FRAMES);
}

TestSuite(pipeline_sinks, .init = begin, .fini = embed_end);

/* A sink that keeps everything. */
struct keeper {
    uint8_t *bytes;
    size_t count;
    uint32_t frames;
    uint32_t next; /* number of the frame that is to come */
    uint32_t finished;
    int fails_at; /* that call of take; 0: none */
    int calls;
};

static void keep(struct keeper *k, const uint8_t *bytes, uint32_t n)
{
    k->bytes = realloc(k->bytes, k->count + n + 1);
    cr_assert_not_null(k->bytes);
    if (n > 0)
        memcpy(k->bytes + k->count, bytes, n);
    k->count += n;
}

static int take(void *context, const struct weir_delivery *d,
                struct weir_err *err)
{
    struct keeper *k = context;
    struct weir_delivery_place place = {0, 0};
    struct weir_frame frames[7];
    int n;
    if (++k->calls == k->fails_at)
        return weir_err_set(err, -EIO, "the keeper is full");
    keep(k, d->head, d->head_bytes);
    keep(k, d->bytes, d->bytes_count);
    while ((n = weir_delivery_frames(d, &place, frames, 7)) > 0)
        for (int i = 0; i < n; i++) {
            const uint32_t number = embed_number(&frames[i]);
            cr_assert_eq(number, k->next++);
            cr_assert_eq(frames[i].time_ns,
                         EMBED_BEGIN + number * WEIR_NS_PER_MS);
            cr_assert_eq(frames[i].len, EMBED_FRAME_BYTES);
            cr_assert_eq(weir_delivery_linktype(d, frames[i].iface), 1);
            k->frames++;
        }
    cr_assert_eq(n, 0);
    cr_assert_eq(place.frames, d->frames);
    cr_assert_eq(weir_delivery_linktype(d, 1), -EINVAL);
    return 0;
}

static int finish(void *context, struct weir_err *err)
{
    struct keeper *k = context;
    (void)err;
    k->finished++;
    return 0;
}

static struct weir_pipeline_sink keeper_sink(struct keeper *k)
{
    return (struct weir_pipeline_sink){
        .name = "keeper", .take = take, .finish = finish, .context = k};
}

static void gets_what_the_file_gets(const char *name)
{
    struct keeper k = {0};
    struct weir_progress progress;
    struct weir_pipeline_sink_counts counts;
    const struct weir_pipeline_sink sink = keeper_sink(&k);
    struct weir_pipeline *p = embed_open(
        (struct weir_pipeline_config){
            .workers = 2,
            .file = {.path = embed_path(name)},
            .sinks = &sink,
            .sinks_count = 1,
        },
        "in.pcap");
    embed_run(p, &progress);
    cr_assert_eq(weir_pipeline_count_sink(p, 0, &counts), 0);
    cr_assert_eq(counts.delivered, FRAMES);
    cr_assert_eq(counts.taken, FRAMES);
    cr_assert_eq(counts.in_flight, 0);
    cr_assert_eq(weir_pipeline_count_sink(p, 1, &counts), -EINVAL);
    cr_assert_eq(weir_pipeline_close(&p, NULL), 0);
    cr_assert_eq(k.frames, FRAMES);
    cr_assert_eq(k.finished, 1);
    size_t bytes;
    uint8_t *file = embed_read(name, &bytes);
    /* A pcapng's statistics blocks stand behind the records. */
    cr_assert_leq(k.count, bytes);
    cr_assert(strcmp(name, "out.pcap") != 0 || k.count == bytes);
    cr_assert_eq(memcmp(k.bytes, file, k.count), 0);
    free(file);
    free(k.bytes);
}

Test(pipeline_sinks, one_gets_a_pcap_as_the_file_does)
{
    gets_what_the_file_gets("out.pcap");
}

Test(pipeline_sinks, one_gets_a_pcapng_as_the_file_does)
{
    gets_what_the_file_gets("out.pcapng");
}

Test(pipeline_sinks, one_gets_frames_where_no_file_is_written)
{
    struct keeper k = {0};
    struct weir_progress progress;
    const struct weir_pipeline_sink sink = keeper_sink(&k);
    struct weir_pipeline *p = embed_open(
        (struct weir_pipeline_config){
            .format = WEIR_FORMAT_PCAP_NS, .sinks = &sink, .sinks_count = 1},
        "in.pcap");
    embed_run(p, &progress);
    cr_assert_eq(weir_pipeline_close(&p, NULL), 0);
    cr_assert_eq(k.frames, FRAMES);
    free(k.bytes);
}

Test(pipeline_sinks, one_that_fails_ends_all_if_it_says_so)
{
    struct keeper k = {.fails_at = 2};
    struct weir_pipeline_sink sink = keeper_sink(&k);
    sink.ends_all = true;
    struct weir_pipeline *p = embed_open(
        (struct weir_pipeline_config){.sinks = &sink, .sinks_count = 1},
        "in.pcap");
    cr_assert_eq(weir_pipeline_start(p, &embed_err), 0);
    cr_assert_eq(weir_pipeline_join(p, &embed_err), -EIO);
    cr_assert_not_null(strstr(embed_err.text, "the keeper is full"));
    cr_assert_eq(weir_pipeline_close(&p, &embed_err), 0);
    cr_assert_eq(k.finished, 1);
    free(k.bytes);
}

static int fails_oddly(void *context, const struct weir_delivery *d,
                       struct weir_err *err)
{
    (void)context;
    (void)d;
    (void)err;
    return 5;
}

/* All else goes on without it; what it answers is no errno, but no success. */
Test(pipeline_sinks, one_that_fails_alone_is_told_at_the_end)
{
    struct weir_progress progress;
    const struct weir_pipeline_sink sink = {.name = "odd", .take = fails_oddly};
    struct weir_pipeline *p = embed_open(
        (struct weir_pipeline_config){.sinks = &sink, .sinks_count = 1},
        "in.pcap");
    cr_assert_eq(weir_pipeline_start(p, &embed_err), 0);
    cr_assert_eq(weir_pipeline_join(p, &embed_err), -EINVAL);
    cr_assert_str_eq(embed_err.text, "sink odd: Invalid argument");
    cr_assert_eq(weir_pipeline_progress(p, &progress), 0);
    cr_assert_eq(progress.ledger.delivered, FRAMES);
    cr_assert_eq(weir_pipeline_close(&p, NULL), 0);
}

/* A tap that counts, and one that excludes what is not for port 53. */
struct tally {
    uint64_t frames;
    uint64_t dns;
    uint32_t states;
    uint32_t merged;
    uint32_t destroyed;
};

static int create(void *context, uint32_t lane, uint32_t worker, void **state,
                  struct weir_err *err)
{
    struct tally *all = context;
    (void)err;
    cr_assert_eq(lane, 0);
    cr_assert_eq(worker, all->states);
    all->states++;
    *state = calloc(1, sizeof(struct tally));
    return *state != NULL ? 0 : -ENOMEM;
}

static uint64_t only_dns(void *state, const struct weir_tap_vector *v)
{
    struct tally *t = state;
    uint64_t others = 0;
    for (uint32_t i = 0; i < v->count; i++) {
        const bool dns = embed_number(&v->frames[i]) % 3 == 0;
        cr_assert_eq(v->linktypes[i], 1);
        cr_assert_eq(v->dissections[i].layers_count, 3);
        t->frames++;
        t->dns += dns;
        others |= (uint64_t)!dns << i;
    }
    return others;
}

static void merge(void *context, void *state)
{
    struct tally *all = context;
    const struct tally *part = state;
    all->frames += part->frames;
    all->dns += part->dns;
    all->merged++;
}

static void destroy(void *context, void *state)
{
    struct tally *all = context;
    all->destroyed++;
    free(state);
}

static struct weir_tap_config dns_tap(struct tally *all, bool excludes)
{
    return (struct weir_tap_config){
        .name = "dns",
        .context = all,
        .excludes = excludes,
        .create = create,
        .tap = only_dns,
        .merge = merge,
        .destroy = destroy,
    };
}

static void taps_frames(bool excludes)
{
    struct tally all = {0};
    struct weir_progress progress;
    struct weir_tap_counts counts;
    const struct weir_tap_config tap = dns_tap(&all, excludes);
    struct weir_pipeline *p = embed_open(
        (struct weir_pipeline_config){
            .workers = 3,
            .file = {.path = embed_path("out.pcap")},
            .taps = &tap,
            .taps_count = 1,
        },
        "in.pcap");
    embed_run(p, &progress);
    const uint64_t out = excludes ? FRAMES - FRAMES / 3 : 0;
    cr_assert_eq(all.merged, 3);
    cr_assert_eq(all.frames, FRAMES);
    cr_assert_eq(all.dns, FRAMES / 3);
    cr_assert_eq(progress.ledger.excluded[WEIR_EXCLUDED_TAP], out);
    cr_assert_eq(progress.ledger.delivered, FRAMES - out);
    cr_assert_eq(weir_pipeline_count_tap(p, 0, &counts), 0);
    cr_assert_eq(counts.excluded, out);
    cr_assert_eq(weir_pipeline_count_tap(p, 1, &counts), -EINVAL);
    cr_assert_eq(weir_pipeline_close(&p, NULL), 0);
    cr_assert_eq(all.destroyed, 3);
    size_t bytes;
    free(embed_read("out.pcap", &bytes));
    cr_assert_eq(bytes, 24 + (FRAMES - out) * (16 + EMBED_FRAME_BYTES));
}

Test(pipeline_sinks, a_tap_sees_every_frame_on_all_workers)
{
    taps_frames(false);
}

Test(pipeline_sinks, a_tap_excludes)
{
    taps_frames(true);
}
