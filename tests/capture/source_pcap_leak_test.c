/* The live source and the lists of devices give back what they take, also
 * where they fail. */

#include "base/err.h"
#include "capture/devices.h"
#include "capture/source_pcap.h"
#include "tests/capture/live_leak.h"
#include "tests/capture/net_rig.h"
#include "tests/check/check.h"

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

static void check_lists(void)
{
    struct weir_device *devices = NULL;
    struct weir_device_linktype *types = NULL;
    struct weir_err err = {""};
    size_t count = 0;
    check(weir_devices_list(&devices, &count, &err) == 0, "devices");
    weir_devices_free(devices);
    check(weir_device_linktypes("any", &types, &count, &err) == 0, "types");
    weir_device_linktypes_free(types);
    check(weir_device_linktypes("nosuch0", &types, &count, &err) < 0,
          "types of no device");
}

int main(void)
{
    const char *reason = NULL;
    if (!rig_open(&reason))
        return check_skip(reason);
    check(live_leak_run(open_source(RIG_RIGHT, "udp")) >= 10, "all of udp");
    check(live_leak_run(open_source("any", "link[12:2] = 0x0200 or udp")) >= 10,
          "all of any");
    live_leak_close(open_source(RIG_RIGHT, NULL));
    live_leak_refused(open_source("nosuch0", NULL), "no device");
    live_leak_refused(open_source(RIG_RIGHT, "port banana"), "no filter");
    live_leak_refused(open_source("any", "vlan 5"), "no filter of any");
    check_lists();
    return check_end();
}
