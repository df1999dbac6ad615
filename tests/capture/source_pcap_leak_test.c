/* The live source and the lists of devices give back what they take, also
 * where they fail.  A plain main, for LeakSanitizer. */

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "capture/devices.h"
#include "capture/source_pcap.h"
#include "tests/capture/net_rig.h"

static struct weir_source *open_source(const char *device, const char *filter)
{
    struct weir_source *source = NULL;
    struct weir_err err = {""};
    const struct weir_pcap_config config = {
        .source = {.leases = 2, .block_bytes = 524288, .filter = filter},
        .device = device,
        .timeout_ms = 10,
    };
    (void)weir_pcap_source_open(&source, &config, &err);
    return source;
}

/* Opens, takes what comes until the end of a cut, and closes. */
static int check_run(const char *device, const char *filter)
{
    struct weir_source *source = open_source(device, filter);
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
    struct weir_source *source = open_source(RIG_RIGHT, NULL);
    if (source == NULL)
        return 1;
    rig_send_udp(10, 100);
    source->ops->close(source);
    return 0;
}

static int check_refused(const char *device, const char *filter)
{
    return open_source(device, filter) == NULL ? 0 : 1;
}

static int check_lists(void)
{
    struct weir_device *devices = NULL;
    struct weir_device_linktype *types = NULL;
    struct weir_err err = {""};
    size_t count = 0;
    if (weir_devices_list(&devices, &count, &err) != 0)
        return 1;
    weir_devices_free(devices);
    if (weir_device_linktypes("any", &types, &count, &err) != 0)
        return 1;
    weir_device_linktypes_free(types);
    return weir_device_linktypes("nosuch0", &types, &count, &err) < 0 ? 0 : 1;
}

int main(void)
{
    const char *reason = NULL;
    if (!rig_open(&reason)) {
        printf("SKIPPED: %s\n0 passed, 0 failed\n", reason);
        return 0;
    }
    const int failed = check_run(RIG_RIGHT, "udp") +
                       check_run("any", "link[12:2] = 0x0200 or udp") +
                       check_close() + check_refused("nosuch0", NULL) +
                       check_refused(RIG_RIGHT, "port banana") +
                       check_refused("any", "vlan 5") + check_lists();
    printf("%d passed, %d failed\n", 7 - failed, failed);
    return failed == 0 ? 0 : 1;
}
