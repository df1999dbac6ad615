#include "tests/capture/afpacket_hand.h"

#include <criterion/criterion.h>
#include <poll.h>

#include "base/clock.h"
#include "base/err.h"
#include "tests/capture/net_rig.h"

struct weir_afpacket_config afpacket_hand_config(const char *device)
{
    return (struct weir_afpacket_config){
        .source = {.leases = AFPACKET_HAND_LEASES,
                   .block_bytes = AFPACKET_HAND_BLOCK},
        .device = device,
        .blocks = AFPACKET_HAND_BLOCKS,
        .retire_ms = 20,
        .promisc = true,
    };
}

struct weir_source *
afpacket_hand_open(const struct weir_afpacket_config *config)
{
    struct weir_err err = {""};
    struct weir_source *source = NULL;
    int rc = weir_afpacket_source_open(&source, config, &err);
    if (rc == 0)
        rc = weir_source_start(source, &err);
    cr_assert_eq(rc, 0, "%s", err.text);
    return source;
}

bool afpacket_hand_readable(const struct weir_source *source, int ms)
{
    struct pollfd wait = {.fd = source->fd, .events = POLLIN};
    return poll(&wait, 1, ms) == 1;
}

struct weir_lease afpacket_hand_take(struct weir_source *source)
{
    struct weir_err err = {""};
    struct weir_lease lease;
    const int64_t end = weir_clock_mono_ns() + 2 * WEIR_NS_PER_S;
    for (;;) {
        const int rc = source->ops->next(source, &lease, &err);
        if (rc == WEIR_SOURCE_LEASE)
            return lease;
        cr_assert_eq(rc, WEIR_SOURCE_WAIT, "%d %s", rc, err.text);
        cr_assert_lt(weir_clock_mono_ns(), end);
        (void)afpacket_hand_readable(source, source->wait_ms);
    }
}

void afpacket_hand_waits(struct weir_source *source)
{
    struct weir_err err = {""};
    struct weir_lease lease;
    cr_assert_eq(source->ops->next(source, &lease, &err), WEIR_SOURCE_WAIT);
}

uint8_t *afpacket_hand_seen;

static void mark(const struct weir_lease *lease)
{
    struct weir_walk walk = {0};
    struct weir_frame frame;
    while (afpacket_hand_seen != NULL &&
           lease->walk(lease, &walk, &frame, 1) == 1)
        cr_assert_eq(afpacket_hand_seen[rig_number(frame.data, 14)]++, 0,
                     "twice");
}

struct weir_source_stats afpacket_hand_end(struct weir_source *source,
                                           uint64_t received)
{
    struct weir_err err = {""};
    struct weir_lease lease;
    struct weir_source_stats stats;
    int rc;
    source->ops->cut(source);
    while ((rc = source->ops->next(source, &lease, &err)) > 0 &&
           rc != WEIR_SOURCE_END) {
        if (rc == WEIR_SOURCE_WAIT) {
            (void)afpacket_hand_readable(source, source->wait_ms);
            continue;
        }
        received += lease.frames;
        mark(&lease);
        source->ops->reclaim(source, &lease);
    }
    cr_assert_eq(rc, WEIR_SOURCE_END, "%s", err.text);
    source->ops->stats(source, &stats);
    cr_assert_eq(stats.kernel_seen, received + stats.kernel_dropped);
    cr_assert_not(stats.derived);
    source->ops->close(source);
    return stats;
}
