/* Arithmetic in registers: what the cores themselves are worth.
 *
 * No memory and no lock takes part, so two workers of this are twice as fast
 * as one, unless the two share an execution core: a virtual machine may see
 * hyperthreads as cores, and its host may put two virtual CPUs on one for a
 * while.  No other stage can scale better than this one does. */

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/err.h"
#include "bench/stages/stage.h"

/* Steps of a "frame": about as many cycles as a worker's frame takes. */
#define STEPS 16

struct cores_state {
    uint64_t expected; /* 0: nothing was run */
    bool wrong;
};

static int cores_open(void **out, const struct weir_stage_setup *setup,
                      struct weir_err *err)
{
    (void)setup;
    struct cores_state *s = calloc(1, sizeof *s);
    if (s == NULL)
        return weir_err_sys(err, -ENOMEM, "cores");
    *out = s;
    return 0;
}

/* Four of Knuth's linear congruences at a time keep the multiplier busy in
 * every cycle, so that a core that is shared shows. */
static int64_t cores_run(void *state, struct weir_err *err)
{
    (void)err;
    static const uint64_t factor = UINT64_C(6364136223846793005);
    struct cores_state *s = state;
    uint64_t a = 1, b = 2, c = 3, d = 4;
    for (uint32_t i = 0; i < WEIR_STAGE_RUN * STEPS; i++) {
        a = a * factor + 1;
        b = b * factor + 3;
        c = c * factor + 5;
        d = d * factor + 7;
    }
    uint64_t sum = a ^ b ^ c ^ d;
    s->wrong = s->wrong || (s->expected != 0 && s->expected != sum);
    s->expected = sum;
    return WEIR_STAGE_RUN;
}

static int cores_check(void *state, struct weir_err *err)
{
    const struct cores_state *s = state;
    if (!s->wrong)
        return 0;
    return weir_err_set(err, -EBADMSG, "arithmetic that is not the same twice");
}

const struct weir_stage weir_stage_cores = {
    .name = "cores",
    .text = "arithmetic alone: what cores bring side by side",
    .scales = true,
    .open = cores_open,
    .run = cores_run,
    .check = cores_check,
    .close = free,
};
