/* What assemblies with taps take, they give back; and so do those that taps do
 * not let open. */

#include <errno.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/linktype.h"
#include "pipeline/assembly.h"
#include "pipeline/lane.h"
#include "ring/stop.h"
#include "tests/check/check.h"
#include "tests/pipeline/fake_source.h"

#define WORKERS 3
#define LANES   2

struct context {
    uint32_t room; /* for so many states */
    uint32_t created, merged, destroyed;
};

static int create(void *of, uint32_t lane, uint32_t worker, void **state,
                  struct weir_err *err)
{
    struct context *context = of;
    if (context->created == context->room)
        return weir_err_set(err, -ENOSPC, "no room for %u.%u", lane, worker);
    *state = malloc(100);
    context->created++;
    return *state != NULL ? 0 : -ENOMEM;
}

static uint64_t look(void *state, const struct weir_tap_vector *vector)
{
    (void)state;
    (void)vector;
    return 0;
}

static void merge(void *of, void *state)
{
    struct context *context = of;
    context->merged += state != NULL;
}

static void destroy(void *of, void *state)
{
    struct context *context = of;
    context->destroyed++;
    free(state);
}

static int open_with(struct weir_assembly **a, struct context *context,
                     struct weir_source **sources, struct weir_err *err)
{
    static struct weir_stop stop, abandon;
    const struct weir_tap_config tap = {.name = "t",
                                        .context = context,
                                        .create = create,
                                        .tap = look,
                                        .merge = merge,
                                        .destroy = destroy};
    return weir_assembly_open(a,
                              &(struct weir_assembly_config){
                                  .sources = sources,
                                  .lanes = LANES,
                                  .stop = &stop,
                                  .abandon = &abandon,
                                  .workers = WORKERS,
                                  .block_bytes = 16384,
                                  .account = {.format = WEIR_FORMAT_PCAPNG},
                                  .talkers = 64,
                                  .taps = &tap,
                                  .taps_count = 1,
                              },
                              err);
}

int main(void)
{
    struct weir_source *sources[LANES];
    struct weir_assembly *a = NULL;
    struct weir_err err = {.text = ""};
    for (uint8_t i = 0; i < LANES; i++)
        sources[i] = fake_source_open(&(struct fake_source_config){
            .lane = i,
            .leases = weir_lane_batches(WORKERS, false),
            .block_bytes = 16384,
            .frames = 1,
            .frames_per_lease_max = 1,
        });
    for (uint32_t room = 0; room < LANES * WORKERS; room++) {
        struct context context = {.room = room};
        check(open_with(&a, &context, sources, &err) == -ENOSPC, "refused");
        check(context.created == room && context.destroyed == room,
              "destroyed as many as were created");
        check(context.merged == 0, "nothing to merge");
    }
    struct context context = {.room = LANES * WORKERS};
    check(open_with(&a, &context, sources, &err) == 0, "opened");
    check(context.created == LANES * WORKERS, "one for each worker");
    weir_assembly_close(a);
    check(context.destroyed == LANES * WORKERS, "destroyed unrun");
    check(context.merged == 0, "nothing ran, nothing is merged");
    for (int i = 0; i < LANES; i++)
        fake_source_close(sources[i]);
    return check_end();
}
