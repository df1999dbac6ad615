/* afpacket_stress: the pipeline in its threads over the afpacket source, and a
 * thread that plays the kernel.
 *
 * Blocks are all that orders a frame's bytes, here as in the kernel: under
 * ThreadSanitizer nothing may race.  A stop comes in the middle; what the
 * kernel counted must be what was given.
 * Usage: afpacket_stress [FIRST_SEED [SEEDS]]. */

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/err.h"
#include "pipeline/pipeline.h"
#include "tests/pipeline/afpacket_play.h"
#include "tests/support/seeds.h"

#define STEPS 20000

struct stress {
    struct play play;
    struct weir_pipeline *pipeline;
    atomic_bool over;
};

static void *play_the_kernel(void *context)
{
    struct stress *s = context;
    for (uint32_t i = 0; !atomic_load(&s->over); i++) {
        play_kernel(&s->play);
        if (random_below(&s->play.kernel_random, 50) == 0)
            (void)usleep(random_below(&s->play.kernel_random, 500));
        if (i == STEPS / 2)
            weir_stop_set(&s->play.stop);
        if (i > STEPS)
            (void)usleep(100);
    }
    return NULL;
}

static const char *stress(uint64_t seed)
{
    struct stress s = {.over = false};
    struct weir_err err;
    struct weir_progress progress;
    pthread_t kernel;
    if (!play_open(&s.play, seed))
        return "does not open";
    const struct weir_pipeline_config config = {.assembly = s.play.config};
    if (weir_pipeline_open(&s.pipeline, &config, &err) != 0)
        return "no pipeline";
    weir_assembly_set_sink(weir_pipeline_assembly(s.pipeline), 0,
                           &s.play.sink.sink);
    if (weir_pipeline_start(s.pipeline, &err) != 0 ||
        pthread_create(&kernel, NULL, play_the_kernel, &s) != 0)
        return "no threads";
    struct pollfd done = {.fd = weir_pipeline_done_fd(s.pipeline),
                          .events = POLLIN};
    if (poll(&done, 1, 60000) != 1)
        return "does not end";
    weir_pipeline_join(s.pipeline);
    atomic_store(&s.over, true);
    pthread_join(kernel, NULL);
    weir_assembly_progress(weir_pipeline_assembly(s.pipeline), &progress);
    const char *fault = play_wrong(&s.play, &progress, false);
    weir_pipeline_close(s.pipeline);
    play_close(&s.play);
    return fault;
}

int main(int argc, char **argv)
{
    struct seeds seeds = seeds_start(argc, argv, 12, 1);
    while (seeds_next(&seeds))
        seeds_told(&seeds, stress(seeds.seed));
    return seeds_end(&seeds);
}
