/* A batch out of its pool and home again. */

#include <errno.h>
#include <stdlib.h>

#include "base/err.h"
#include "bench/stages/stage.h"
#include "ring/pool.h"

#define BATCHES 12
#define ROUNDS  256

struct pool_state {
    struct weir_pool *pool;
    uint64_t faults;
};

static void pool_close(void *state)
{
    struct pool_state *s = state;
    weir_pool_close(s->pool);
    free(s);
}

static int pool_open(void **out, const struct weir_stage_setup *setup,
                     struct weir_err *err)
{
    (void)setup;
    struct pool_state *s = calloc(1, sizeof *s);
    if (s == NULL)
        return weir_err_sys(err, -ENOMEM, "pool");
    int ret = weir_pool_open(&s->pool, BATCHES, 4096, err);
    if (ret != 0) {
        free(s);
        return ret;
    }
    *out = s;
    return 0;
}

/* All of them out, in the order of the pool, and home in that order. */
static int64_t pool_run(void *state, struct weir_err *err)
{
    (void)err;
    struct pool_state *s = state;
    struct weir_batch *out[BATCHES];
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < BATCHES; i++)
            out[i] = weir_pool_get(s->pool);
        s->faults += weir_pool_get(s->pool) != NULL;
        for (int i = 0; i < BATCHES; i++)
            weir_pool_put(s->pool, out[i]);
    }
    return (int64_t)BATCHES * ROUNDS;
}

static int pool_check(void *state, struct weir_err *err)
{
    const struct pool_state *s = state;
    if (s->faults == 0 && weir_pool_out(s->pool) == 0)
        return 0;
    return weir_err_set(err, -EBADMSG, "batches were lost");
}

const struct weir_stage weir_stage_pool = {
    .name = "pool",
    .text = "a batch out of its pool and home",
    .items = "batch",
    .open = pool_open,
    .run = pool_run,
    .check = pool_check,
    .close = pool_close,
};
