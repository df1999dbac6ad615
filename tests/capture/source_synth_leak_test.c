/* What source_synth's open takes, its close gives back, and so does an open
 * that fails. */

#include <errno.h>

#include "capture/source_synth.h"
#include "tests/check/check.h"

static int open_with(struct weir_source **out, uint32_t block_bytes,
                     uint32_t leases, const char *filter)
{
    static const struct weir_synth_config synth = {.size = 6000, .flows = 1};
    const struct weir_source_config config = {
        .leases = leases, .block_bytes = block_bytes, .filter = filter};
    return weir_synth_source_open(out, &synth, &config, NULL);
}

int main(void)
{
    struct weir_source *source = NULL;
    check(open_with(&source, 65536, 2, "udp port 20000") == 0, "open");
    struct weir_lease lease;
    check(source->ops->next(source, &lease, NULL) == WEIR_SOURCE_LEASE, "next");
    source->ops->reclaim(source, &lease);
    source->ops->close(source);
    check(open_with(&source, 65536, 2, "no such word") == -EINVAL, "filter");
    check(open_with(&source, 4096, 2, "udp") == -EINVAL, "a small block");
    check(open_with(&source, 65536, 0, "udp") == -EINVAL, "no lease");
    return check_end();
}
