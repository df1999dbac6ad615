#ifndef WEIR_PIPELINE_ASSEMBLY_IMPL_H
#define WEIR_PIPELINE_ASSEMBLY_IMPL_H

/* assembly_impl: the assembly's own memory; for the files of assembly.h only.
 *
 * Owner     the assembly, all of it.
 * Threads   nothing of it changes after open, but for what says whose it is. */

#include <stdatomic.h>

#include "pipeline/assembly.h"
#include "pipeline/branch.h"
#include "pipeline/quota.h"

struct weir_settings;

struct weir_assembly {
    struct weir_quota quota;
    struct weir_settings *settings;
    struct weir_stats *stats;
    struct weir_flows *flows;
    uint32_t lanes_count;
    uint32_t outlets_count;
    uint32_t taps_count;
    const char *taps_names[WEIR_TAPS_MAX];
    _Atomic uint64_t generation; /* that was published last */
    /* The control thread's, for changes. */
    const char *const *filters; /* of open */
    char *filter;               /* instead of them; NULL: not changed yet */
    bool untested;        /* a kernel may take more than filters of open do */
    uint32_t snaplen;     /* 1 to WEIR_SNAPLEN_MAX */
    uint32_t snaplen_max; /* that of open */
    bool writes;          /* a file says snaplen_max */
    struct weir_lane *lanes[WEIR_LANES_MAX];
    struct weir_outlet *outlets[WEIR_LANES_MAX];
    uint32_t branches_count;
    struct weir_branch *branches[WEIR_BRANCHES_MAX];
};

/* The least that these lanes have taken. */
uint64_t assembly_generation_of(const struct weir_assembly *a, uint32_t first,
                                uint32_t end);

#endif
