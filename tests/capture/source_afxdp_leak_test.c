/* The AF_XDP source gives back what it takes, also where it fails.  A plain
 * main, for LeakSanitizer. */

#include <errno.h>
#include <stdio.h>

#include "base/err.h"
#include "capture/source_afxdp.h"
#include "tests/capture/net_rig.h"

static int open_source(struct weir_source **out, const char *device,
                       const char *filter, uint32_t queue)
{
    struct weir_err err = {""};
    const struct weir_afxdp_config config = {
        .source = {.leases = 2, .block_bytes = 524288, .filter = filter},
        .device = device,
        .queue = queue,
        .promisc = true,
        .buffer_bytes = 1u << 20,
    };
    return weir_afxdp_source_open(out, &config, &err);
}

/* Opens, takes what comes until the end of a cut, and closes. */
static int check_run(void)
{
    struct weir_source *source = NULL;
    struct weir_lease lease;
    struct weir_err err = {""};
    if (open_source(&source, RIG_RIGHT, "udp", 0) != 0)
        return 1;
    rig_send_udp(10, 100);
    source->ops->cut(source);
    uint64_t frames = 0;
    int rc = WEIR_SOURCE_WAIT;
    for (uint32_t i = 0; i < 100000000 && rc > 0 && rc != WEIR_SOURCE_END;
         i++) {
        rc = source->ops->next(source, &lease, &err);
        if (rc == WEIR_SOURCE_LEASE) {
            frames += lease.frames;
            source->ops->reclaim(source, &lease);
        }
    }
    source->ops->close(source);
    return rc == WEIR_SOURCE_END && frames == 10 ? 0 : 1;
}

/* A close that nothing went before. */
static int check_close(void)
{
    struct weir_source *source = NULL;
    if (open_source(&source, RIG_RIGHT, NULL, 0) != 0)
        return 1;
    rig_send_udp(10, 100);
    source->ops->close(source);
    return 0;
}

static int check_refused(const char *device, const char *filter, uint32_t queue)
{
    struct weir_source *source = NULL;
    return open_source(&source, device, filter, queue) < 0 ? 0 : 1;
}

int main(void)
{
    const char *reason = NULL;
    if (!rig_open(&reason)) {
        printf("SKIPPED: %s\n0 passed, 0 failed\n", reason);
        return 0;
    }
    struct weir_source *source = NULL;
    const int rc = open_source(&source, RIG_RIGHT, NULL, 0);
    if (rc == -EPERM || rc == -EAFNOSUPPORT || rc == -EOPNOTSUPP) {
        printf("SKIPPED: no AF_XDP is allowed here\n0 passed, 0 failed\n");
        return 0;
    }
    /* The queue is taken, the program is there. */
    int failed = rc == 0 ? check_refused(RIG_RIGHT, NULL, 0) : 1;
    if (rc == 0)
        source->ops->close(source);
    failed += check_run() + check_close() + check_refused("nosuch0", NULL, 0) +
              check_refused(RIG_RIGHT, "port banana", 0) +
              check_refused(RIG_RIGHT, NULL, 99);
    printf("%d passed, %d failed\n", 6 - failed, failed);
    return failed == 0 ? 0 : 1;
}
