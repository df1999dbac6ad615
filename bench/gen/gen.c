#include "bench/gen/gen.h"

#include <errno.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/err.h"
#include "bench/gen/gen_way.h"

/* A slower rate than this is no work for a core of its own. */
#define SLOW_STEP_NS (WEIR_NS_PER_S / 1000)

typedef int way_open_fn(struct weir_gen **out,
                        const struct weir_gen_config *config,
                        struct weir_err *err);

static const struct {
    const char *name;
    way_open_fn *open;
} ways[] = {
    [WEIR_GEN_AUTO] = {"auto", NULL},
    [WEIR_GEN_XDP] = {"xdp", weir_gen_xdp_open},
    [WEIR_GEN_TXRING] = {"txring", weir_gen_txring_open},
    [WEIR_GEN_MMSG] = {"mmsg", weir_gen_mmsg_open},
};

#define WAYS (sizeof ways / sizeof ways[0])

const char *weir_gen_way_name(enum weir_gen_way way)
{
    return ways[way].name;
}

enum weir_gen_way weir_gen_way_of(const struct weir_gen *gen)
{
    return gen->way;
}

/* The first of these that works. */
static int open_fastest(struct weir_gen **out,
                        const struct weir_gen_config *config,
                        struct weir_err *err)
{
    static const enum weir_gen_way order[] = {WEIR_GEN_XDP, WEIR_GEN_TXRING,
                                              WEIR_GEN_MMSG};
    bool slow = config->plan->forms[0].step_ns > SLOW_STEP_NS;
    int ret = -EOPNOTSUPP;
    for (size_t i = slow ? 2 : 0; i < 3 && ret != 0; i++)
        ret = ways[order[i]].open(out, config, err);
    return ret;
}

int weir_gen_open(struct weir_gen **out, const struct weir_gen_config *config,
                  struct weir_err *err)
{
    WEIR_ASSERT(config->burst >= 1 && config->way < WAYS);
    int ret = weir_gen_device_check(config->device, err);
    if (ret != 0)
        return ret;
    if (config->way != WEIR_GEN_AUTO)
        return ways[config->way].open(out, config, err);
    return open_fastest(out, config, err);
}

int weir_gen_run(struct weir_gen *gen, struct weir_gen_counts *counts,
                 struct weir_err *err)
{
    return gen->run(gen, counts, err);
}

void weir_gen_close(struct weir_gen *gen)
{
    if (gen != NULL)
        gen->close(gen);
}
