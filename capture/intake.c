#include "capture/intake.h"

#include <errno.h>

#include "base/clock.h"

#define COUNT_INTERVAL_NS (250 * WEIR_NS_PER_MS)
#define WATCH_INTERVAL_NS (50 * WEIR_NS_PER_MS)
#define WAIT_UP_MS        250
#define WAIT_DOWN_MS      100
#define WAIT_DRAIN_MS     10

/* After a cut the kernel gives its open block within the timeout; twice that
 * and this later, what it counted and did not give is unread. */
#define DRAIN_EXTRA_MS 500

void weir_intake_open(struct weir_intake *intake, struct weir_source *source,
                      uint32_t timeout_ms)
{
    *intake = (struct weir_intake){.source = source, .timeout_ms = timeout_ms};
}

void weir_intake_notify(struct weir_intake *intake)
{
    intake->source->notice = intake->notice.text;
    intake->source->notice_generation++;
}

void weir_intake_drain(struct weir_intake *intake, int error)
{
    intake->error = error;
    intake->state = WEIR_INTAKE_DRAINING;
    intake->deadline_ns =
        weir_clock_mono_ns() +
        (2 * (int64_t)intake->timeout_ms + DRAIN_EXTRA_MS) * WEIR_NS_PER_MS;
}

static bool due(const struct weir_intake *intake, int64_t now_ns, int64_t *at,
                int64_t interval_ns)
{
    if (intake->state != WEIR_INTAKE_RUNNING || now_ns - *at < interval_ns)
        return false;
    *at = now_ns;
    return true;
}

bool weir_intake_count_due(struct weir_intake *intake, int64_t now_ns)
{
    return due(intake, now_ns, &intake->counted_at_ns, COUNT_INTERVAL_NS);
}

bool weir_intake_watch_due(struct weir_intake *intake, int64_t now_ns)
{
    return due(intake, now_ns, &intake->watched_at_ns, WATCH_INTERVAL_NS);
}

int weir_intake_link(struct weir_intake *intake, enum weir_netif_state link)
{
    const char *name = intake->source->name;
    if (link == intake->link)
        return 0;
    intake->link = link;
    if (link == WEIR_NETIF_GONE)
        return weir_err_set(&intake->error_text, -ENODEV,
                            "%s: the interface was removed", name);
    if (intake->source->beside)
        return 0;
    weir_err_set(&intake->notice, 0,
                 link == WEIR_NETIF_UP ? "%s is up again"
                                       : "%s is down: waiting until it is up",
                 name);
    weir_intake_notify(intake);
    return 0;
}

bool weir_intake_overdue(const struct weir_intake *intake, int64_t now_ns)
{
    return intake->state == WEIR_INTAKE_DRAINING &&
           now_ns > intake->deadline_ns;
}

bool weir_intake_settle(struct weir_intake *intake,
                        struct weir_source_stats *stats, uint64_t received,
                        bool over)
{
    const uint64_t known = received + stats->kernel_dropped;
    if (stats->kernel_seen != known && !over)
        return false;
    if (stats->kernel_seen > known) {
        stats->discards[WEIR_DISCARD_UNREAD] = stats->kernel_seen - known;
        stats->derived = true;
    }
    intake->state = WEIR_INTAKE_ENDED;
    return true;
}

int weir_intake_answer(struct weir_intake *intake, struct weir_err *err)
{
    if (intake->state == WEIR_INTAKE_ENDED)
        return intake->error == 0 ? WEIR_SOURCE_END
                                  : weir_err_set(err, intake->error, "%s",
                                                 intake->error_text.text);
    intake->source->wait_ms = intake->state == WEIR_INTAKE_DRAINING
                                  ? WAIT_DRAIN_MS
                              : intake->link == WEIR_NETIF_UP ? WAIT_UP_MS
                                                              : WAIT_DOWN_MS;
    return WEIR_SOURCE_WAIT;
}
