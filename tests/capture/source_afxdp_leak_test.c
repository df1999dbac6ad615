/* The AF_XDP source gives back what it takes, also where it fails. */

#include <errno.h>

#include "base/err.h"
#include "capture/source_afxdp.h"
#include "tests/capture/live_leak.h"
#include "tests/capture/net_rig.h"
#include "tests/check/check.h"

static int try_source(struct weir_source **out, const char *device,
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

static struct weir_source *open_source(const char *device, const char *filter,
                                       uint32_t queue)
{
    struct weir_source *source = NULL;
    (void)try_source(&source, device, filter, queue);
    return source;
}

int main(void)
{
    const char *reason = NULL;
    if (!rig_open(&reason))
        return check_skip(reason);
    struct weir_source *source = NULL;
    const int rc = try_source(&source, RIG_RIGHT, NULL, 0);
    if (rc == -EPERM || rc == -EAFNOSUPPORT || rc == -EOPNOTSUPP)
        return check_skip("no AF_XDP is allowed here");
    check(rc == 0, "open");
    if (rc == 0) {
        /* The queue is taken, the program is there. */
        live_leak_refused(open_source(RIG_RIGHT, NULL, 0), "a second socket");
        source->ops->close(source);
    }
    check(live_leak_run(open_source(RIG_RIGHT, "udp", 0)) == 10, "all of udp");
    live_leak_close(open_source(RIG_RIGHT, NULL, 0));
    live_leak_refused(open_source("nosuch0", NULL, 0), "no device");
    live_leak_refused(open_source(RIG_RIGHT, "port banana", 0), "no filter");
    live_leak_refused(open_source(RIG_RIGHT, NULL, 99), "no queue");
    return check_end();
}
