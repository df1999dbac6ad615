/* The afpacket source gives back what it takes, also where it fails.  A plain
 * main, for LeakSanitizer. */

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "capture/source_afpacket.h"
#include "tests/capture/net_rig.h"

static struct weir_source *open_source(const char *device, const char *filter,
                                       uint32_t blocks)
{
    struct weir_source *source = NULL;
    struct weir_err err = {""};
    const struct weir_afpacket_config config = {
        .source = {.leases = 2,
                   .block_bytes = WEIR_AFPACKET_BLOCK_BYTES_MIN,
                   .filter = filter},
        .device = device,
        .blocks = blocks,
        .retire_ms = 10,
    };
    (void)weir_afpacket_source_open(&source, &config, &err);
    return source;
}

/* Opens, takes what comes until the end of a cut, and closes. */
static int check_run(const char *device, const char *filter)
{
    struct weir_source *source = open_source(device, filter, 8);
    if (source == NULL)
        return 1;
    struct weir_lease lease;
    struct weir_err err = {""};
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
    return rc == WEIR_SOURCE_END && frames >= 10 ? 0 : 1;
}

/* A close that nothing went before. */
static int check_close(void)
{
    struct weir_source *source = open_source(RIG_RIGHT, NULL, 8);
    if (source == NULL)
        return 1;
    rig_send_udp(10, 100);
    source->ops->close(source);
    return 0;
}

static int check_refused(const char *device, const char *filter,
                         uint32_t blocks)
{
    return open_source(device, filter, blocks) == NULL ? 0 : 1;
}

/* More alternatives than a program in the kernel has instructions: weir
 * filters, and has a program of its own to free. */
static int check_long_filter(void)
{
    static char text[65536];
    size_t n = 0;
    for (uint32_t i = 0; i < 2400; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%sudp[8:4] = %u",
                              i == 0 ? "" : " or ", i * 7);
    struct weir_source *source = open_source(RIG_RIGHT, text, 8);
    if (source == NULL)
        return 1;
    const int rc =
        source->ifaces->at[0].filter != NULL && source->notice != NULL ? 0 : 1;
    source->ops->close(source);
    return rc;
}

int main(void)
{
    const char *reason = NULL;
    if (!rig_open(&reason)) {
        printf("SKIPPED: %s\n0 passed, 0 failed\n", reason);
        return 0;
    }
    const int failed = check_run(RIG_RIGHT, NULL) +
                       check_run(RIG_RIGHT, "udp") + check_close() +
                       check_long_filter() + check_refused("nosuch0", NULL, 8) +
                       check_refused(RIG_RIGHT, "port banana", 8) +
                       check_refused(RIG_RIGHT, NULL, 2);
    printf("%d passed, %d failed\n", 7 - failed, failed);
    return failed == 0 ? 0 : 1;
}
