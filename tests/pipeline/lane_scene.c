#include "tests/pipeline/lane_scene.h"

#include <string.h>

#include "base/linktype.h"
#include "pipeline/lane.h"
#include "tests/pipeline/fake_source.h"

#define BLOCK_BYTES          32768 /* a lease may be worth turning */
#define FRAMES_PER_LEASE_MAX 100
#define HOLD_NS              50000 /* whole microseconds, as all times here */
#define SNAPLEN_MORE         400   /* than all headers */
#define FRAMES_MAX           UINT64_C(4000) /* of a lane */

uint64_t scene_pick(struct scene *s, uint64_t below)
{
    return fake_random(&s->random) % below;
}

/* One in `odds` seeds gets a number below `below`, the others none. */
static uint64_t sometimes(struct scene *s, uint64_t odds, uint64_t below)
{
    uint64_t value = scene_pick(s, below);
    return scene_pick(s, odds) == 0 ? value : UINT64_MAX;
}

/* What all lanes of a recording have in common. */
struct common {
    bool clocked, silent;
    bool in_place;
    bool live, second_iface, one_linktype, filtered;
    enum weir_format format;
    enum weir_records records;
};

/* Small leases are not worth turning. */
static uint32_t frames_per_lease(struct scene *s, bool in_place)
{
    uint32_t frames = 1 + (uint32_t)scene_pick(s, FRAMES_PER_LEASE_MAX);
    return in_place ? FRAMES_PER_LEASE_MAX : frames;
}

static void open_source(struct scene *s, uint64_t seed, uint32_t lane,
                        const struct common *common)
{
    s->sources[lane] = fake_source_open(&(struct fake_source_config){
        .seed = seed + 1 + UINT64_C(100) * lane,
        .lane = (uint8_t)lane,
        .leases = weir_lane_batches(s->config.workers, true),
        .block_bytes = BLOCK_BYTES,
        .frames = 1 + scene_pick(s, FRAMES_MAX),
        .fail_at = sometimes(s, 4, 3000),
        .frames_per_lease_max = frames_per_lease(s, common->in_place),
        .wait_percent =
            common->silent && lane == 0 ? 100 : (uint32_t)scene_pick(s, 90),
        .live = common->live,
        .clock_ns = common->clocked ? &s->now_ns : NULL,
        .hold_ns = HOLD_NS,
        .second_iface = common->second_iface,
        .filtered = common->filtered,
        .records = common->records,
        .in_place = common->in_place,
        .fates = s->changes.odds != 0 ? &s->changes.fates : NULL,
    });
}

/* One that keeps batches settles many at a time: no branch keeps up. */
static uint32_t keep_percent(struct scene *s)
{
    uint32_t percent = (uint32_t)(scene_pick(s, 2) * scene_pick(s, 101));
    return s->branches.prompt ? 0 : percent;
}

static void open_sink(struct scene *s, uint64_t seed, uint32_t outlet,
                      const struct common *common)
{
    fake_sink_open(
        &s->sinks[outlet],
        &(struct fake_sink_config){
            .seed = seed + 2 + UINT64_C(100) * outlet,
            .format = common->format,
            .one_linktype = common->one_linktype,
            .second_iface = common->second_iface,
            .filtered = common->filtered,
            .clocked = common->clocked,
            .taps = &s->taps,
            .fates = &s->changes.fates,
            .in_place_min = common->in_place ? 1 : 0,
            .snaplen = s->config.snaplen,
            .fail_at = sometimes(s, 4, 3000),
            .done_at = sometimes(s, 4, 3000),
            .keep_percent = keep_percent(s),
            .move_percent = (uint32_t)scene_pick(s, 101),
            .on_frame = s->flows != NULL ? flows_check_frame : NULL,
            .context = s->flows,
            .on_record = s->branches.count > 0 ? sim_branches_note : NULL,
            .record_context = &s->branches.watches[outlet],
        });
    const struct fake_sink_config *config = &s->sinks[outlet].config;
    s->flows_same &=
        config->fail_at == UINT64_MAX && config->done_at == UINT64_MAX;
    weir_assembly_set_sink(s->assembly, outlet, &s->sinks[outlet].sink);
}

/* Tables so small that they are handed over after nearly every batch, and
 * now and then too small a total. */
static void choose_flows(struct scene *s)
{
    static struct flows_check check;
    struct weir_flows_config *flows = &s->config.flows;
    if (scene_pick(s, 3) == 0)
        return;
    *flows = (struct weir_flows_config){
        .batch_frames = FRAMES_PER_LEASE_MAX,
        .workers = s->config.lanes * s->config.workers,
        .outlets = s->config.outlets_apart ? s->config.lanes : 1,
        .idle_ns = WEIR_FLOW_TIMEOUT_MIN_NS,
        .active_ns = WEIR_FLOW_TIMEOUT_MIN_NS * (1 + (int64_t)scene_pick(s, 4)),
    };
    flows->memory_bytes =
        weir_flows_memory_min(flows) + scene_pick(s, 1u << 20);
    s->flows = &check;
    check.n = 0;
    check.bytes = 0;
}

static void choose_taps(struct scene *s, const struct common *common)
{
    fake_taps_choose(&s->taps, &s->random, FRAMES_MAX + 1, &s->config);
    s->taps.filtered = common->filtered;
    s->taps.second_iface = common->second_iface;
    s->taps.one_linktype = common->one_linktype;
    s->taps.snaplen = s->config.snaplen;
    s->taps.fates = &s->changes.fates;
}

const char *scene_open(struct scene *s, uint64_t seed)
{
    struct weir_err err;
    memset(s, 0, sizeof *s);
    s->random = seed;
    if (weir_stop_open(&s->stop, &err) != 0 ||
        weir_stop_open(&s->abandon, &err) != 0)
        return "no events";
    struct common common = {
        .live = scene_pick(s, 2) == 0,
        .second_iface = scene_pick(s, 2) == 0,
        .one_linktype = scene_pick(s, 2) == 0,
        .filtered = scene_pick(s, 2) == 0,
        .format = (enum weir_format)(WEIR_FORMAT_PCAP + scene_pick(s, 3)),
    };
    common.in_place = scene_pick(s, 2) == 0;
    if (!common.second_iface && common.format == WEIR_FORMAT_PCAP)
        common.records = WEIR_RECORDS_PCAP;
    if (!common.second_iface && common.format == WEIR_FORMAT_PCAP_NS)
        common.records = WEIR_RECORDS_PCAP_NS;
    s->config = (struct weir_assembly_config){
        .sources = s->sources,
        .lanes = 1 + (uint32_t)scene_pick(s, SCENE_LANES_MAX),
        .outlets_apart = scene_pick(s, 2) == 0,
        .stop = &s->stop,
        .abandon = &s->abandon,
        .workers = 1 + (uint32_t)scene_pick(s, SCENE_WORKERS_MAX),
        .block_bytes = BLOCK_BYTES,
        .account = {.format = common.format,
                    .one_linktype = common.one_linktype,
                    .linktype = WEIR_LINKTYPE_ETHERNET},
        .frames_max = scene_pick(s, 3) == 0 ? 1 + scene_pick(s, 3000) : 0,
        .duration_ns =
            scene_pick(s, 4) == 0 ? 1 + (int64_t)scene_pick(s, 500000) : 0,
        .talkers = 64,
        .seed = seed,
    };
    /* Stamps that are no clock's are for lanes that can be waited for. */
    common.clocked = common.live;
    common.silent = common.live && scene_pick(s, 4) == 0;
    s->sleepy = seed % 2 == 0;
    s->jump_step = sometimes(s, 3, 20000);
    s->stop_step = common.silent ? scene_pick(s, 20000) : sometimes(s, 3, 2000);
    s->abandon_step = sometimes(s, 6, 2000);
    if (scene_pick(s, 3) == 0)
        s->stats_step = scene_pick(s, SCENE_PATIENCE);
    if (scene_pick(s, 6) == 0) {
        s->abandon_step = scene_pick(s, SCENE_PATIENCE);
        s->stats_step = s->abandon_step + SCENE_PATIENCE;
    }
    if (scene_pick(s, 3) == 0)
        s->config.snaplen =
            FLOWS_CHECK_HEAD + (uint32_t)scene_pick(s, SNAPLEN_MORE);
    sim_changes_choose(&s->changes, &s->random, s->config.lanes, FRAMES_MAX + 1,
                       FLOWS_CHECK_HEAD, s->config.snaplen);
    for (uint32_t i = 0; i < s->config.lanes; i++)
        open_source(s, seed, i, &common);
    choose_flows(s);
    s->flows_same = s->abandon_step == UINT64_MAX;
    sim_branches_choose(&s->branches, &s->random, false,
                        SCENE_LANES_MAX * FRAMES_MAX, &s->config);
    s->branches.prompt = scene_pick(s, 4) == 0;
    choose_taps(s, &common);
    if (weir_assembly_open(&s->assembly, &s->config, &err) != 0)
        return "no assembly";
    for (uint32_t i = 0; i < weir_assembly_outlets(s->assembly); i++)
        open_sink(s, seed, i, &common);
    return NULL;
}

const char *scene_close(struct scene *s)
{
    weir_assembly_close(s->assembly);
    sim_branches_close(&s->branches);
    for (uint32_t i = 0; i < s->config.lanes; i++)
        fake_source_close(s->sources[i]);
    weir_stop_close(&s->stop);
    weir_stop_close(&s->abandon);
    bool destroyed = fake_taps_destroyed(&s->taps);
    fake_taps_close(&s->taps);
    sim_changes_close(&s->changes);
    return destroyed ? NULL : "a tap's state was not destroyed";
}
