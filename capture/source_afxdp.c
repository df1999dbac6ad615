#include "capture/source_afxdp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/linktype.h"
#include "base/pcap.h"
#include "capture/afxdp_news.h"
#include "capture/afxdp_port.h"
#include "capture/afxdp_umem.h"
#include "capture/filter.h"
#include "capture/intake.h"

/* A frame may be so long in the kernel's hands after it has its time. */
#define SLACK_MS 20

/* How long a nap is, see below; and a look at what is left after a cut, which
 * is there at once unless a kernel does not settle. */
#define SOON_MS 1

/* The kernel wakes a sleeper at each of its own batches, which may be of one
 * frame.  Where at least so many come in SOON_MS, the source looks by the clock
 * instead, as long as there is room for what 10 Gbit/s bring until then. */
#define NAP_FRAMES      4u
#define NAP_NS          (SOON_MS * WEIR_NS_PER_MS)
#define NAP_FREE_CHUNKS 16384u

struct afxdp {
    struct weir_source base;   /* first: what others see */
    struct weir_ifaces ifaces; /* where it has no others' to join */
    struct weir_intake intake;
    struct weir_afxdp_port *port;
    struct weir_afxdp_umem *umem;
    struct weir_filter *filter;
    int64_t hold_ns;
    struct weir_afxdp_news news;

    bool broken; /* the rings are not to be looked at again */
    bool napping;
    bool unheard;          /* there is a notice of which next has not told */
    int64_t fill_since_ns; /* the open loan has waited since; 0: it has not */
    int64_t paced_at_ns;
    uint32_t paced_frames; /* since then */
    uint64_t lent;
    uint64_t missed;     /* before it was started */
    uint64_t lost_until; /* kernel_dropped of the lease before */
    struct weir_afxdp_program_facts facts;
    struct weir_afxdp_losses losses;
    struct weir_source_stats stats;
    struct weir_err text;
};

static struct afxdp *afxdp_of(struct weir_source *source)
{
    return (struct afxdp *)source;
}

static void look(struct afxdp *x)
{
    x->port->look(x->port, &x->facts);
    x->port->losses(x->port, &x->losses);
    x->stats.kernel_seen = x->facts.redirected;
    x->stats.kernel_dropped = x->losses.dropped + x->losses.ring_full;
}

/* Ends the intake: for a cut, or with an error to tell when all is given. */
static void drain(struct afxdp *x, int error)
{
    if (x->intake.state != WEIR_INTAKE_RUNNING)
        return;
    x->port->intake(x->port, false);
    x->port->settle(x->port);
    weir_intake_drain(&x->intake, error);
}

/* All frames that were taken in have been lent. */
static void settle(struct afxdp *x, int64_t now_ns)
{
    const bool over = x->broken || weir_intake_overdue(&x->intake, now_ns);
    look(x);
    if (weir_intake_settle(&x->intake, &x->stats, x->lent, over) &&
        weir_afxdp_news_last(&x->news, &x->losses, &x->intake.notice))
        weir_intake_notify(&x->intake);
}

/* What stats had to say is heard before the link is looked at again. */
static void housekeep(struct afxdp *x, int64_t now_ns)
{
    const bool unheard = x->unheard;
    x->unheard = false;
    if (unheard || !weir_intake_watch_due(&x->intake, now_ns))
        return;
    const int rc = weir_intake_link(&x->intake, x->port->link(x->port));
    if (rc != 0)
        drain(x, rc);
}

/* Waiting for the clock alone, or for the socket too. */
static void nap(struct afxdp *x, bool on)
{
    if (x->napping == on)
        return;
    struct epoll_event event = {.events = on ? 0 : EPOLLIN};
    if (epoll_ctl(x->base.fd, EPOLL_CTL_MOD, x->port->fd, &event) == 0)
        x->napping = on;
}

/* Whoever has this source looks twice before it sleeps, so a look says little:
 * what counts is what came in a time as long as a nap. */
static void pace(struct afxdp *x, uint32_t n, int64_t now_ns)
{
    const bool room = x->intake.state == WEIR_INTAKE_RUNNING &&
                      weir_afxdp_umem_free(x->umem) >= NAP_FREE_CHUNKS;
    const int64_t elapsed_ns = now_ns - x->paced_at_ns;
    x->paced_frames += n;
    if (elapsed_ns < NAP_NS) {
        if (!room || x->paced_frames >= NAP_FRAMES)
            nap(x, room);
        return;
    }
    nap(x, room && x->paced_frames * NAP_NS >= NAP_FRAMES * elapsed_ns);
    x->paced_at_ns = now_ns;
    x->paced_frames = 0;
}

/* Takes frames until the loan is full or there are no more now. */
static void pump(struct afxdp *x, int64_t now_ns)
{
    if (x->broken)
        return;
    struct weir_err *text = &x->intake.error_text;
    const int n = weir_afxdp_umem_take(x->umem, now_ns, text);
    if (n < 0) {
        x->broken = true;
        (void)weir_err_wrap(text, n, "%s: AF_XDP", x->news.label);
        drain(x, n);
        x->intake.error = n;
        return;
    }
    pace(x, (uint32_t)n, now_ns);
}

static int lend(struct afxdp *x, struct weir_lease *out)
{
    look(x);
    const int64_t mono_ns = weir_clock_mono_ns();
    const struct weir_afxdp_terms terms = {
        .iface = x->base.iface,
        .stamped = x->facts.stamped,
        .real_less_mono_ns = weir_clock_real_ns() - mono_ns,
    };
    weir_afxdp_umem_lend(x->umem, &terms, out);
    out->kernel_dropped = x->stats.kernel_dropped;
    out->lost_before = out->kernel_dropped - x->lost_until;
    x->lost_until = out->kernel_dropped;
    x->lent += out->frames;
    x->fill_since_ns = 0;
    return WEIR_SOURCE_LEASE;
}

/* Nothing more is there now, and the loan holds frames: they go, or wait. */
static bool held_enough(struct afxdp *x, int64_t now_ns)
{
    if (x->intake.state != WEIR_INTAKE_RUNNING || x->hold_ns == 0)
        return true;
    if (x->fill_since_ns == 0)
        x->fill_since_ns = now_ns;
    return now_ns - x->fill_since_ns >= x->hold_ns;
}

/* What is waited for besides what all live sources wait for. */
static void shorten_wait(struct afxdp *x, int64_t now_ns)
{
    const int64_t left_ns = x->fill_since_ns + x->hold_ns - now_ns;
    const int64_t left_ms = left_ns / WEIR_NS_PER_MS + 1;
    int *wait_ms = &x->base.wait_ms;
    if (x->intake.state == WEIR_INTAKE_DRAINING || x->napping)
        *wait_ms = SOON_MS;
    else if (weir_afxdp_umem_open_frames(x->umem) > 0 && left_ms < *wait_ms)
        *wait_ms = (int)left_ms;
}

static int afxdp_start(struct weir_source *source, struct weir_err *err)
{
    struct afxdp *x = afxdp_of(source);
    (void)err;
    x->missed = x->port->missed(x->port);
    x->port->intake(x->port, true);
    return 0;
}

static int afxdp_next(struct weir_source *source, struct weir_lease *out,
                      struct weir_err *err)
{
    struct afxdp *x = afxdp_of(source);
    const int64_t now_ns = weir_clock_mono_ns();
    housekeep(x, now_ns);
    if (x->intake.state != WEIR_INTAKE_ENDED)
        pump(x, now_ns);
    if (weir_afxdp_umem_full(x->umem))
        return lend(x, out);
    if (weir_afxdp_umem_open_frames(x->umem) > 0 && held_enough(x, now_ns))
        return lend(x, out);
    if (x->intake.state == WEIR_INTAKE_DRAINING)
        settle(x, now_ns);
    source->wants_home = weir_afxdp_umem_tight(x->umem);
    const int answer = weir_intake_answer(&x->intake, err);
    shorten_wait(x, now_ns);
    return answer;
}

static void afxdp_reclaim(struct weir_source *source, struct weir_lease *lease)
{
    struct afxdp *x = afxdp_of(source);
    weir_afxdp_umem_reclaim(x->umem, lease);
    x->port->wake(x->port);
}

static void afxdp_cut(struct weir_source *source)
{
    drain(afxdp_of(source), 0);
}

static void afxdp_stats(struct weir_source *source,
                        struct weir_source_stats *out)
{
    struct afxdp *x = afxdp_of(source);
    if (x->intake.state != WEIR_INTAKE_ENDED)
        look(x);
    if (weir_afxdp_news_next(&x->news, &x->facts, &x->losses,
                             &x->intake.notice)) {
        weir_intake_notify(&x->intake);
        x->unheard = true;
    }
    const uint64_t missed = x->base.beside ? 0 : x->port->missed(x->port);
    if (missed > x->missed)
        x->stats.interface_dropped = missed - x->missed;
    *out = x->stats;
}

static void afxdp_close(struct weir_source *source)
{
    struct afxdp *x = afxdp_of(source);
    x->port->close(x->port);
    weir_afxdp_umem_close(x->umem);
    weir_filter_free(x->filter);
    if (x->base.fd >= 0)
        (void)close(x->base.fd);
    free(x);
}

static const struct weir_source_ops afxdp_ops = {
    .start = afxdp_start,
    .next = afxdp_next,
    .reclaim = afxdp_reclaim,
    .cut = afxdp_cut,
    .stats = afxdp_stats,
    .close = afxdp_close,
};

/* An epoll of one: what it listens to can be changed, and whoever waits need
 * not know. */
static int open_epoll(struct afxdp *x)
{
    struct epoll_event event = {.events = EPOLLIN};
    x->base.fd = epoll_create1(EPOLL_CLOEXEC);
    if (x->base.fd < 0)
        return -errno;
    return epoll_ctl(x->base.fd, EPOLL_CTL_ADD, x->port->fd, &event) == 0
               ? 0
               : -errno;
}

static int join(struct afxdp *x, const struct weir_afxdp_source_config *config,
                struct weir_err *err)
{
    struct weir_iface iface = {
        .linktype = WEIR_LINKTYPE_ETHERNET,
        .tsresol = 9,
        .snaplen = config->snaplen,
        .filter_text = config->filter_text,
    };
    snprintf(iface.name, sizeof iface.name, "%s", config->name);
    const int number = weir_ifaces_join(x->base.ifaces, &iface);
    if (number < 0)
        return weir_err_set(err, -EINVAL, "%s: one interface too many",
                            config->name);
    x->base.iface = (uint16_t)number;
    return 0;
}

int weir_afxdp_source_make(struct weir_source **out,
                           const struct weir_afxdp_source_config *config,
                           struct weir_afxdp_port *port,
                           struct weir_afxdp_umem *umem, struct weir_err *err)
{
    struct afxdp *x = calloc(1, sizeof *x);
    if (x == NULL)
        return weir_err_sys(err, -ENOMEM, "%s", config->name);
    x->hold_ns = (int64_t)config->hold_ms * WEIR_NS_PER_MS;
    x->base = (struct weir_source){
        .ops = &afxdp_ops,
        .ifaces = config->ifaces != NULL ? config->ifaces : &x->ifaces,
        .name = config->name,
        .live = true,
        .beside = config->beside,
        .fd = -1,
        .hold_ns = x->hold_ns + SLACK_MS * WEIR_NS_PER_MS,
        .quiet_ns = x->hold_ns + SLACK_MS * WEIR_NS_PER_MS,
        .quiet_least_ns = x->hold_ns + SLACK_MS * WEIR_NS_PER_MS,
    };
    weir_intake_open(&x->intake, &x->base, 0);
    x->port = port;
    x->umem = umem;
    x->news = (struct weir_afxdp_news){
        .name = config->name,
        .label = config->label != NULL ? config->label : config->name,
        .frame_max = config->frame_max,
        .zero_copy = config->zero_copy,
        .takes_tags = config->takes_tags,
        .told_passed = config->beside,
        .told_unstamped = config->beside,
        .told_tagless = config->beside,
    };
    weir_err_set(&x->text, 0, "%s", config->text);
    int rc = open_epoll(x);
    if (rc != 0)
        (void)weir_err_sys(err, rc, "%s: epoll", config->name);
    else
        rc = join(x, config, err);
    if (rc != 0) {
        if (x->base.fd >= 0)
            (void)close(x->base.fd);
        free(x);
        return rc;
    }
    x->filter = config->filter;
    x->base.filter = x->filter;
    *out = &x->base;
    return 0;
}

const char *weir_afxdp_source_text(const struct weir_source *source)
{
    return ((const struct afxdp *)source)->text.text;
}

struct weir_afxdp_port *weir_afxdp_source_port(const struct weir_source *source)
{
    return ((const struct afxdp *)source)->port;
}
