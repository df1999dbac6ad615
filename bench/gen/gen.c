#include "bench/gen/gen.h"

#include <errno.h>

#include "base/assert.h"
#include "base/err.h"
#include "bench/gen/gen_way.h"

typedef int way_open_fn(struct weir_gen **out,
                        const struct weir_gen_config *config,
                        struct weir_err *err);

static const struct {
    const char *name;
    way_open_fn *open;
} ways[] = {
    [WEIR_GEN_AUTO] = {"auto", NULL},
    [WEIR_GEN_XDP] = {"xdp", NULL},
    [WEIR_GEN_TXRING] = {"txring", NULL},
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

int weir_gen_open(struct weir_gen **out, const struct weir_gen_config *config,
                  struct weir_err *err)
{
    WEIR_ASSERT(config->burst >= 1 && config->way < WAYS);
    int ret = weir_gen_device_check(config->device, err);
    if (ret != 0)
        return ret;
    if (ways[config->way].open == NULL && config->way != WEIR_GEN_AUTO)
        return weir_err_set(err, -EOPNOTSUPP, "%s: not by %s", config->device,
                            ways[config->way].name);
    if (config->way != WEIR_GEN_AUTO)
        return ways[config->way].open(out, config, err);
    size_t way = WEIR_GEN_MMSG;
    for (ret = -EOPNOTSUPP; way < WAYS && ret != 0; way++)
        ret = ways[way].open(out, config, err);
    return ret;
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
