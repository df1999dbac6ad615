/* The afpacket source gives back what it takes, also where it fails. */

#include <stdio.h>

#include "base/err.h"
#include "capture/source_afpacket.h"
#include "tests/capture/live_leak.h"
#include "tests/capture/net_rig.h"
#include "tests/check/check.h"

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

/* More alternatives than a program in the kernel has instructions: weir
 * filters, and has a program of its own to free. */
static void check_long_filter(void)
{
    static char text[65536];
    size_t n = 0;
    for (uint32_t i = 0; i < 2400; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%sudp[8:4] = %u",
                              i == 0 ? "" : " or ", i * 7);
    struct weir_source *source = open_source(RIG_RIGHT, text, 8);
    check(source != NULL, "a long filter");
    if (source == NULL)
        return;
    check(source->filter != NULL && source->notice != NULL, "weir filters");
    source->ops->close(source);
}

int main(void)
{
    const char *reason = NULL;
    if (!rig_open(&reason))
        return check_skip(reason);
    check(live_leak_run(open_source(RIG_RIGHT, NULL, 8)) >= 10, "all frames");
    check(live_leak_run(open_source(RIG_RIGHT, "udp", 8)) >= 10, "all of udp");
    live_leak_close(open_source(RIG_RIGHT, NULL, 8));
    check_long_filter();
    live_leak_refused(open_source("nosuch0", NULL, 8), "no device");
    live_leak_refused(open_source(RIG_RIGHT, "port banana", 8), "no filter");
    live_leak_refused(open_source(RIG_RIGHT, NULL, 2), "too few blocks");
    return check_end();
}
