#include "capture/source_afpacket.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/err.h"
#include "capture/afpacket_kernel.h"
#include "capture/intake.h"
#include "capture/kernel_filter.h"
#include "capture/screen.h"

/* A timer of the kernel's may fire so late. */
#define TIMER_SLACK_MS 50

/* So often next says WAIT before it takes out wake-ups without a block. */
#define QUIET_MAX 4

/* From a frame's stamp until it is in the ring. */
#define QUIET_NS (5 * WEIR_NS_PER_MS)

/* Frames as they are on the wire, but for a tag beside them. */
static const struct weir_kernel_filter_config kernel_view = {.marked = true};

struct afpacket {
    struct weir_source base;   /* first: what others see */
    struct weir_ifaces ifaces; /* where the recording has no other */
    struct weir_intake intake;
    struct weir_afpacket_device device;
    struct weir_afpacket_kernel kernel;
    struct weir_afpacket_queue queue;
    struct weir_source_stats stats;
    const char *label;
    bool broken;    /* the ring is not to be looked at again */
    uint32_t quiet; /* times that no block was there, since the last was */
};

static struct afpacket *afpacket_of(struct weir_source *source)
{
    return (struct afpacket *)source;
}

static void look_at_counts(struct afpacket *a)
{
    struct weir_source_stats *stats = &a->stats;
    weir_afpacket_queue_count(&a->queue);
    stats->kernel_seen = a->queue.seen;
    stats->kernel_dropped = a->queue.dropped;
    stats->freezes = a->queue.freezes;
    stats->interface_dropped = a->kernel.ops->missed(a->kernel.self);
}

static void drain(struct afpacket *a, int error)
{
    if (a->intake.state != WEIR_INTAKE_RUNNING)
        return;
    a->kernel.ops->cut(a->kernel.self);
    weir_intake_drain(&a->intake, error);
}

static void housekeep(struct afpacket *a, int64_t now_ns)
{
    if (!weir_intake_watch_due(&a->intake, now_ns))
        return;
    const int rc =
        weir_intake_link(&a->intake, a->kernel.ops->link(a->kernel.self));
    if (rc != 0)
        drain(a, rc);
}

/* The wake-up is taken out once behind the last block that was there.  Other
 * wake-ups (a frame that froze the ring, a link that went down) are rare, and
 * may come back a time or two; a call each time we look would cost more. */
static bool calms(struct afpacket *a)
{
    return a->quiet++ % QUIET_MAX == 0;
}

/* A block, if one is there; also one that came while the wake-up was taken
 * out, for its wake-up may have been taken out too. */
static int take(struct afpacket *a, struct weir_lease *out)
{
    if (a->broken)
        return 0;
    int rc = weir_afpacket_queue_take(&a->queue, out, &a->intake.error_text);
    if (rc == 0 && calms(a)) {
        a->kernel.ops->calm(a->kernel.self);
        rc = weir_afpacket_queue_take(&a->queue, out, &a->intake.error_text);
    }
    if (rc == 1)
        a->quiet = 0;
    if (rc >= 0)
        return rc;
    a->broken = true;
    (void)weir_err_wrap(&a->intake.error_text, rc, "%s", a->label);
    drain(a, rc);
    a->intake.error = rc;
    return 0;
}

static int afpacket_next(struct weir_source *source, struct weir_lease *out,
                         struct weir_err *err)
{
    struct afpacket *a = afpacket_of(source);
    const int64_t now_ns = weir_clock_mono_ns();
    housekeep(a, now_ns);
    if (a->intake.state != WEIR_INTAKE_ENDED && take(a, out) == 1)
        return WEIR_SOURCE_LEASE;
    if (a->intake.state == WEIR_INTAKE_DRAINING) {
        look_at_counts(a);
        weir_intake_settle(&a->intake, &a->stats, a->queue.received,
                           a->broken ||
                               weir_intake_overdue(&a->intake, now_ns));
    }
    const bool idle = !a->broken && weir_afpacket_queue_idle(&a->queue);
    source->wants_home = weir_afpacket_queue_tight(&a->queue);
    source->quiet_ns = idle ? QUIET_NS : source->hold_ns;
    return weir_intake_answer(&a->intake, err);
}

static void afpacket_reclaim(struct weir_source *source,
                             struct weir_lease *lease)
{
    weir_afpacket_queue_give(&afpacket_of(source)->queue, lease);
}

static void afpacket_cut(struct weir_source *source)
{
    drain(afpacket_of(source), 0);
}

static void afpacket_stats(struct weir_source *source,
                           struct weir_source_stats *out)
{
    struct afpacket *a = afpacket_of(source);
    if (a->intake.state != WEIR_INTAKE_ENDED)
        look_at_counts(a);
    *out = a->stats;
}

static int afpacket_screen_put(struct weir_source *source,
                               const struct weir_screen *screen,
                               uint64_t generation, struct weir_err *err)
{
    struct afpacket *a = afpacket_of(source);
    int tests = 0;
    /* Behind a cut it would open the intake again. */
    if (a->intake.state == WEIR_INTAKE_RUNNING)
        tests =
            weir_screen_attach(screen, a->kernel.ops->filter, a->kernel.self);
    if (tests < 0)
        return weir_err_sys(err, tests, "%s: SO_ATTACH_FILTER", a->label);
    a->device.snaplen = weir_screen_snaplen(screen);
    weir_afpacket_queue_screen(&a->queue, generation, tests != 0);
    return 0;
}

static int afpacket_promisc_put(struct weir_source *source, bool on,
                                struct weir_err *err)
{
    struct afpacket *a = afpacket_of(source);
    const int rc = a->kernel.ops->promisc(a->kernel.self, on);
    return rc == 0 ? 0
                   : weir_err_sys(err, rc, "%s: promiscuous mode", a->label);
}

static int afpacket_start(struct weir_source *source, struct weir_err *err)
{
    struct afpacket *a = afpacket_of(source);
    return a->kernel.ops->start(a->kernel.self, err);
}

static void afpacket_close(struct weir_source *source)
{
    struct afpacket *a = afpacket_of(source);
    weir_afpacket_queue_close(&a->queue);
    a->kernel.ops->close(a->kernel.self);
    free(a);
}

static const struct weir_source_ops afpacket_ops = {
    .start = afpacket_start,
    .next = afpacket_next,
    .reclaim = afpacket_reclaim,
    .cut = afpacket_cut,
    .stats = afpacket_stats,
    .screen_put = afpacket_screen_put,
    .promisc_put = afpacket_promisc_put,
    .close = afpacket_close,
};

static int join_ifaces(struct afpacket *a,
                       const struct weir_afpacket_origin *origin,
                       struct weir_err *err)
{
    const int number = weir_ifaces_join(a->base.ifaces, &origin->iface);
    if (number < 0)
        return weir_err_set(err, -EINVAL, "one interface too many");
    a->base.iface = (uint16_t)number;
    a->device = (struct weir_afpacket_device){
        .snaplen = origin->iface.snaplen,
        .iface = a->base.iface,
        .copies = origin->iface.copies,
    };
    return 0;
}

int weir_afpacket_source_over(struct weir_source **out,
                              const struct weir_afpacket_kernel *kernel,
                              const struct weir_afpacket_origin *origin,
                              struct weir_err *err)
{
    struct afpacket *a = calloc(1, sizeof *a);
    if (a == NULL) {
        kernel->ops->close(kernel->self);
        return weir_err_sys(err, -ENOMEM, "%s", origin->name);
    }
    a->kernel = *kernel;
    a->label = origin->label != NULL ? origin->label : origin->name;
    a->base = (struct weir_source){
        .ops = &afpacket_ops,
        .ifaces = origin->ifaces != NULL ? origin->ifaces : &a->ifaces,
        .name = origin->name,
        .live = true,
        .in_turn = true,
        .beside = origin->beside,
        .filter = origin->filter,
        .kernel = &kernel_view,
        .fd = kernel->fd,
        .hold_ns = (kernel->retire_ms + TIMER_SLACK_MS) * WEIR_NS_PER_MS,
        .quiet_least_ns = QUIET_NS,
    };
    weir_intake_open(&a->intake, &a->base, kernel->retire_ms);
    const struct weir_afpacket_queue_config queue = {
        .memory = kernel->memory,
        .block_bytes = kernel->block_bytes,
        .blocks = kernel->blocks,
        .counts = kernel->ops->counts,
        .counts_context = kernel->self,
        .device = &a->device,
    };
    int rc = weir_afpacket_queue_open(&a->queue, &queue, err);
    if (rc == 0)
        rc = join_ifaces(a, origin, err);
    if (rc != 0) {
        afpacket_close(&a->base);
        return weir_err_wrap(err, rc, "%s", origin->name);
    }
    if (origin->notice != NULL && !origin->beside) {
        weir_err_set(&a->intake.notice, 0, "%s", origin->notice);
        weir_intake_notify(&a->intake);
    }
    *out = &a->base;
    return 0;
}

uint16_t weir_afpacket_source_fanout(const struct weir_source *source)
{
    return ((const struct afpacket *)source)->kernel.group;
}
