#include <stddef.h>

#include "base/assert.h"
#include "base/clock.h"
#include "pipeline/flows.h"
#include "pipeline/lane_impl.h"
#include "pipeline/settings.h"
#include "ring/stop.h"

/* The kernel's 32-bit counts must be read before they wrap, and the live
 * line and the pcapng trailers want them fresh. */
#define COUNTS_INTERVAL_NS (250 * WEIR_NS_PER_MS)

static bool bring_home(struct weir_lane *lane)
{
    struct capture_stage *c = &lane->capture;
    struct weir_source *source = lane->config.source;
    struct weir_batch *batch;
    bool any = false;
    while ((batch = weir_link_pop(c->home)) != NULL) {
        source->ops->reclaim(source, &batch->lease);
        weir_snapshot_home(batch->snapshot, lane->config.number);
        weir_pool_put(c->pool, batch);
        any = true;
    }
    return any;
}

static void read_counts(struct weir_lane *lane)
{
    struct capture_cells *cells = &lane->capture.cells;
    struct weir_source *source = lane->config.source;
    if (!source->live)
        return;
    struct weir_source_stats s = {0};
    source->ops->stats(source, &s);
    weir_counter_set(&cells->kernel_seen, s.kernel_seen);
    weir_counter_set(&cells->kernel_dropped, s.kernel_dropped);
    weir_counter_set(&cells->interface_dropped, s.interface_dropped);
    weir_counter_set(&cells->freezes, s.freezes);
    for (int i = 0; i < WEIR_DISCARD_COUNT; i++)
        weir_counter_set(&cells->discards[i], s.discards[i]);
    weir_counter_set(&cells->derived, s.derived ? 1 : 0);
}

/* Hands a line to the stats stage, which may be slow to show it; one that
 * finds no free slot is dropped: the next will say the newer. */
static void tell(struct weir_lane *lane, const char *text)
{
    struct capture_stage *c = &lane->capture;
    struct weir_err *slot = weir_link_pop(c->notices_back);
    if (slot == NULL)
        return;
    weir_err_set(slot, 0, "%s", text);
    weir_link_push(c->notices, slot);
}

static void pass_notice(struct weir_lane *lane)
{
    struct capture_stage *c = &lane->capture;
    const struct weir_source *source = lane->config.source;
    if (source->notice_generation == c->notice_generation)
        return;
    c->notice_generation = source->notice_generation;
    if (source->notice != NULL)
        tell(lane, source->notice);
}

/* Gives the source's kernel what it is to test from now on. */
static bool put_screen(struct weir_lane *lane, struct weir_snapshot *settings,
                       int64_t now_ns)
{
    struct capture_stage *c = &lane->capture;
    struct weir_source *source = lane->config.source;
    const struct weir_screen *screen =
        settings->lanes[lane->config.number].screen;
    struct weir_err err = {.text = ""};
    if (screen == NULL || source->ops->screen_put == NULL)
        return true;
    if (c->refused == settings->generation && now_ns < c->again_ns)
        return false;
    if (source->ops->screen_put(source, screen, settings->generation, &err) ==
        0)
        return true;
    if (c->refused != settings->generation)
        tell(lane, err.text);
    c->refused = settings->generation;
    c->again_ns = now_ns + COUNTS_INTERVAL_NS;
    return false;
}

static void put_wait(struct weir_lane *lane,
                     const struct weir_snapshot *settings)
{
    struct weir_source *source = lane->config.source;
    if (settings->waits && source->ops->wait_put != NULL)
        source->ops->wait_put(source, settings->wait_ms);
}

/* The settings that go from here on, at a boundary between batches. */
static struct weir_snapshot *heed_settings(struct weir_lane *lane,
                                           int64_t now_ns)
{
    struct capture_stage *c = &lane->capture;
    struct weir_snapshot *settings = weir_settings_read(lane->config.settings);
    if (settings->generation != c->generation &&
        put_screen(lane, settings, now_ns)) {
        put_wait(lane, settings);
        c->generation = settings->generation;
        weir_counter_set(&c->cells.generation, c->generation);
    }
    return settings;
}

static void end(struct weir_lane *lane)
{
    lane->capture.state = CAPTURE_ENDED;
    weir_counter_set(&lane->capture.cells.generation, UINT64_MAX);
    read_counts(lane);
    for (uint32_t i = 0; i < lane->config.workers; i++)
        weir_link_end(lane->workers[i].in);
    weir_link_end(lane->capture.notices);
}

/* What the kernel still holds was never counted by us: it can only be
 * derived, and the ledger says so. */
static void give_up(struct weir_lane *lane)
{
    struct capture_cells *cells = &lane->capture.cells;
    struct weir_source *source = lane->config.source;
    end(lane);
    if (!source->live)
        return;
    uint64_t known = weir_counter_read(&cells->received) +
                     weir_counter_read(&cells->kernel_dropped);
    for (int i = 0; i < WEIR_DISCARD_COUNT; i++)
        known += weir_counter_read(&cells->discards[i]);
    uint64_t seen = weir_counter_read(&cells->kernel_seen);
    if (seen > known) {
        weir_counter_add(&cells->discards[WEIR_DISCARD_UNREAD], seen - known);
        weir_counter_set(&cells->derived, 1);
    }
}

/* A worker that waits, with batches in hand, sleeps on its bell alone. */
static bool tell_workers(struct weir_lane *lane)
{
    struct capture_stage *c = &lane->capture;
    if (c->told || !weir_stop_is_set(lane->config.abandon))
        return false;
    c->told = true;
    for (uint32_t i = 0; i < lane->config.workers; i++)
        weir_bell_ring(&lane->workers[i].bell);
    return true;
}

static void begin_flows(struct weir_lane *lane, const struct weir_lease *lease)
{
    struct weir_walk walk = {0};
    struct weir_frame first;
    if (lease->walk(lease, &walk, &first, 1) == 1)
        weir_flows_begin(lane->config.flows, first.time_ns);
}

static void stamp(const struct weir_lane *lane, struct weir_batch *batch,
                  struct weir_snapshot *settings)
{
    const uint32_t number = lane->config.number;
    const struct weir_screen *screen = settings->lanes[number].screen;
    weir_snapshot_stamp(settings, number);
    batch->snapshot = settings;
    batch->snaplen = settings->snaplen;
    batch->anew = screen != NULL;
    batch->filter = batch->anew ? NULL : lane->config.source->filter;
    batch->screen =
        batch->lease.screened < settings->generation ? screen : NULL;
}

static void send(struct weir_lane *lane, struct weir_batch *batch,
                 int64_t now_ns)
{
    struct capture_stage *c = &lane->capture;
    struct weir_source *source = lane->config.source;
    WEIR_ASSERT(batch->lease.frames <= WEIR_LEASE_FRAMES_MAX);
    batch->seq = c->seq++;
    batch->ifaces = source->ifaces;
    batch->ifaces_count = weir_ifaces_count(source->ifaces);
    stamp(lane, batch, heed_settings(lane, now_ns));
    batch->frames_before = weir_counter_read(&c->cells.received);
    if (batch->frames_before == 0 && lane->config.flows != NULL)
        begin_flows(lane, &batch->lease);
    weir_counter_add(&c->cells.received, batch->lease.frames);
    weir_counter_add(&c->cells.sent, 1);
    uint32_t worker = (uint32_t)(batch->seq % lane->config.workers);
    weir_link_push(lane->workers[worker].in, batch);
}

/* The source has nothing now: what it gives from here on is not older than
 * what it may hold back. */
static void leave_mark(struct weir_lane *lane, int64_t real_ns)
{
    struct capture_stage *c = &lane->capture;
    const struct weir_source *source = lane->config.source;
    if (!source->live)
        return;
    int64_t mark_ns = real_ns - source->quiet_ns;
    int64_t last_ns = weir_lane_mark(lane);
    /* What was true stays true, unless the clock was set back. */
    if (mark_ns < last_ns && last_ns <= real_ns)
        mark_ns = last_ns;
    weir_counter_set(&c->cells.mark_ns, (uint64_t)mark_ns);
    int64_t asked_ns = atomic_load_explicit(&c->asked_ns, memory_order_relaxed);
    /* One that comes too late for this look has rung for another. */
    if (mark_ns >= asked_ns && atomic_compare_exchange_strong_explicit(
                                   &c->asked_ns, &asked_ns, INT64_MAX,
                                   memory_order_relaxed, memory_order_relaxed))
        weir_bell_ring(lane->config.outlet_bell);
}

static bool is_stopped(const struct weir_lane *lane)
{
    const struct weir_stop *too = lane->config.stop_too;
    return weir_stop_is_set(lane->config.stop) ||
           (too != NULL && weir_stop_is_set(too));
}

static void heed_stop(struct weir_lane *lane, int64_t now_ns)
{
    struct capture_stage *c = &lane->capture;
    struct weir_source *source = lane->config.source;
    if (c->deadline_ns == 0)
        c->deadline_ns = lane->config.duration_ns > 0
                             ? now_ns + lane->config.duration_ns
                             : INT64_MAX;
    if (c->state == CAPTURE_RUNNING &&
        (is_stopped(lane) || now_ns >= c->deadline_ns)) {
        source->ops->cut(source);
        c->state = CAPTURE_CUT;
    }
}

/* A file's read may wait, for a pipe or for a disk. */
static int ask_source(struct weir_lane *lane, struct weir_lease *out)
{
    struct weir_source *source = lane->config.source;
    if (source->live)
        return source->ops->next(source, out, &lane->capture.err);
    weir_lane_rest(lane);
    int answer = source->ops->next(source, out, &lane->capture.err);
    weir_lane_resume(lane);
    return answer;
}

enum weir_step weir_lane_capture(struct weir_lane *lane, int64_t now_ns,
                                 int64_t real_ns)
{
    struct capture_stage *c = &lane->capture;
    weir_settings_quiet(lane->config.settings, lane->config.number);
    bool worked = bring_home(lane);
    worked |= tell_workers(lane);
    if (c->state == CAPTURE_ENDED) {
        if (weir_pool_out(c->pool) == 0)
            return WEIR_STEP_ENDED;
        return worked ? WEIR_STEP_WORKED : WEIR_STEP_IDLE;
    }
    if (weir_stop_is_set(lane->config.abandon)) {
        give_up(lane);
        return WEIR_STEP_WORKED;
    }
    heed_stop(lane, now_ns);
    (void)heed_settings(lane, now_ns);
    if (now_ns >= c->counts_due_ns) {
        read_counts(lane);
        c->counts_due_ns = now_ns + COUNTS_INTERVAL_NS;
    }
    struct weir_batch *batch = weir_pool_get(c->pool);
    if (batch == NULL) {
        if (!c->hungry)
            weir_counter_add(&c->cells.starved, 1);
        c->hungry = true;
        return worked ? WEIR_STEP_WORKED : WEIR_STEP_IDLE;
    }
    c->hungry = false;
    int answer = ask_source(lane, &batch->lease);
    pass_notice(lane);
    if (answer == WEIR_SOURCE_LEASE) {
        send(lane, batch, now_ns);
        return WEIR_STEP_WORKED;
    }
    weir_pool_put(c->pool, batch);
    if (answer == WEIR_SOURCE_WAIT) {
        leave_mark(lane, real_ns);
        return worked ? WEIR_STEP_WORKED : WEIR_STEP_IDLE;
    }
    if (answer < 0)
        c->error = answer;
    end(lane);
    return WEIR_STEP_WORKED;
}

void weir_lane_enter(struct weir_lane *lane)
{
    weir_settings_enter(lane->config.settings, lane->config.number);
}

void weir_lane_leave(struct weir_lane *lane)
{
    weir_settings_leave(lane->config.settings, lane->config.number);
}

void weir_lane_rest(struct weir_lane *lane)
{
    weir_settings_rest(lane->config.settings, lane->config.number);
}

void weir_lane_resume(struct weir_lane *lane)
{
    weir_settings_resume(lane->config.settings, lane->config.number);
}

/* A wake-up costs as much as some thousand frames, and most batches come home
 * while nobody needs them: then they lie in the link until the next block, or
 * the next look at the counts, wakes the stage.  Not so
 *   where something waits for them: an empty pool, a source, the end;
 *   where more than half are out, so that the source has always memory for
 *   as many leases as that while the stage sleeps. */
bool weir_lane_capture_deep(const struct weir_lane *lane)
{
    const struct capture_stage *c = &lane->capture;
    const struct weir_source *source = lane->config.source;
    uint32_t batches = weir_lane_batches(lane->config.workers, source->live);
    return c->state == CAPTURE_RUNNING && !c->hungry && !source->wants_home &&
           weir_pool_out(c->pool) <= batches / 2;
}

void weir_lane_capture_wait(const struct weir_lane *lane, int64_t now_ns,
                            struct weir_capture_wait *out)
{
    const struct capture_stage *c = &lane->capture;
    const struct weir_source *source = lane->config.source;
    *out = (struct weir_capture_wait){.fd = -1, .timeout_ns = -1};
    /* Once heeded, an event stays readable and means nothing more. */
    out->abandonable = !c->told;
    if (c->state == CAPTURE_ENDED)
        return;
    out->stoppable = c->state == CAPTURE_RUNNING;
    int64_t until = INT64_MAX;
    if (c->state == CAPTURE_RUNNING && c->deadline_ns != 0)
        until = c->deadline_ns;
    if (source->live && c->counts_due_ns < until)
        until = c->counts_due_ns;
    if (!c->hungry) {
        out->fd = source->fd;
        if (source->wait_ms >= 0 &&
            now_ns + source->wait_ms * WEIR_NS_PER_MS < until)
            until = now_ns + source->wait_ms * WEIR_NS_PER_MS;
    }
    if (until != INT64_MAX)
        out->timeout_ns = until > now_ns ? until - now_ns : 0;
}

struct weir_bell *weir_lane_capture_bell(struct weir_lane *lane)
{
    return &lane->capture.bell;
}
