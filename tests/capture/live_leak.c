#include "tests/capture/live_leak.h"

#include "base/err.h"
#include "capture/source.h"
#include "tests/capture/net_rig.h"
#include "tests/check/check.h"

#define FRAMES 10

/* A cut ends long before. */
#define STEPS_MAX 100000000

uint64_t live_leak_run(struct weir_source *source)
{
    check(source != NULL, "open for a run");
    if (source == NULL)
        return 0;
    struct weir_lease lease;
    struct weir_err err = {""};
    check(weir_source_start(source, &err) == 0, "start");
    rig_send_udp(FRAMES, 100);
    source->ops->cut(source);
    uint64_t frames = 0;
    int rc = WEIR_SOURCE_WAIT;
    for (uint32_t i = 0; i < STEPS_MAX && rc > 0 && rc != WEIR_SOURCE_END;
         i++) {
        rc = source->ops->next(source, &lease, &err);
        if (rc == WEIR_SOURCE_LEASE) {
            frames += lease.frames;
            source->ops->reclaim(source, &lease);
        }
    }
    check(rc == WEIR_SOURCE_END, "the end of a run");
    source->ops->close(source);
    return frames;
}

void live_leak_close(struct weir_source *source)
{
    check(source != NULL, "open for a close");
    if (source == NULL)
        return;
    rig_send_udp(FRAMES, 100);
    source->ops->close(source);
}

void live_leak_refused(struct weir_source *source, const char *what)
{
    check(source == NULL, what);
    if (source != NULL)
        source->ops->close(source);
}
