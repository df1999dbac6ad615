#ifndef WEIR_CLI_RECORD_DEVICE_H
#define WEIR_CLI_RECORD_DEVICE_H

/* record_device: which live source captures from a device, and how.
 *
 * Threads   the control thread. */

#include <stdbool.h>
#include <stdint.h>

#include "capture/source_afpacket.h"
#include "cli/record_options.h"

struct record_device {
    enum record_source source;          /* not auto */
    struct weir_afpacket_layout layout; /* of afpacket */
    uint32_t block_bytes;               /* of the source's leases */
};

/* record_device_plan: what `weir record` would open of the device `name`.
 * Returns 0, or -EINVAL if the ring, or the lanes, that are asked for cannot
 * be. */
int record_device_plan(struct record_device *out,
                       const struct record_options *options, const char *name,
                       uint32_t leases, struct weir_err *err);

/* A lane of the device: its number, and the source of lane 0 for the
 * others. */
struct record_device_lane {
    const char *name; /* of the device */
    uint32_t number;
    const struct weir_source *first;
};

/* record_device_open: opens that; config->block_bytes is the plan's. */
int record_device_open(struct weir_source **out,
                       const struct record_device *device,
                       const struct record_options *options,
                       const struct record_device_lane *lane,
                       const struct weir_source_config *config,
                       struct weir_err *err);

/* record_device_show: for --dry-run. */
void record_device_show(const struct record_device *device,
                        const struct record_options *options,
                        const struct weir_source *source);

/* record_device_warn: what this does to the host, on stderr. */
void record_device_warn(const struct record_device *device,
                        const struct weir_source *source);

#endif
