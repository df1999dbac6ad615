#ifndef WEIR_BENCH_GEN_GEN_WAY_H
#define WEIR_BENCH_GEN_GEN_WAY_H

/* gen_way: what stands behind gen.h; for bench/gen/gen*.c only. */

#include <stdbool.h>

#include "bench/gen/gen.h"

/* The first member of each way's own struct. */
struct weir_gen {
    enum weir_gen_way way;
    int (*run)(struct weir_gen *gen, struct weir_gen_counts *counts,
               struct weir_err *err);
    void (*close)(struct weir_gen *gen);
};

/* Each opens its way for a device that weir_gen_device_check has passed. */
int weir_gen_xdp_open(struct weir_gen **out,
                      const struct weir_gen_config *config,
                      struct weir_err *err);
int weir_gen_txring_open(struct weir_gen **out,
                         const struct weir_gen_config *config,
                         struct weir_err *err);
int weir_gen_mmsg_open(struct weir_gen **out,
                       const struct weir_gen_config *config,
                       struct weir_err *err);

/* weir_gen_device_check: the device is there, up, and of Ethernet frames.
 * weir_gen_device_sends: it has a carrier, and the plan's frames may go out of
 * it. */
int weir_gen_device_check(const char *device, struct weir_err *err);
int weir_gen_device_sends(const char *device, const struct weir_plan *plan,
                          struct weir_err *err);

#endif
