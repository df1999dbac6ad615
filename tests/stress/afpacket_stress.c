/* afpacket_stress: the pipeline in its threads over the afpacket source, and a
 * thread that plays the kernel.
 *
 * Blocks are all that orders a frame's bytes, here as in the kernel: under
 * ThreadSanitizer nothing may race, in branches that borrow them neither.  A
 * stop comes in the middle; what the kernel counted must be what was given.
 * Usage: afpacket_stress [FIRST_SEED [SEEDS]]. */

#include <stdatomic.h>
#include <unistd.h>

#include "base/err.h"
#include "pipeline/runner.h"
#include "tests/pipeline/afpacket_play.h"
#include "tests/pipeline/sim_branches.h"
#include "tests/stress/played.h"
#include "tests/support/seeds.h"

#define STEPS      20000
#define FRAMES_MAX (UINT64_C(1) << 22)

struct stress {
    struct play play;
    struct sim_branches branches;
    struct weir_runner *runner;
    atomic_bool over;
    uint64_t notices; /* by the stats thread */
};

static void on_notice(void *context, const char *text)
{
    struct stress *s = context;
    (void)text;
    s->notices++;
}

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

static const char *stress(uint64_t seed, struct sim_branches_seen *seen)
{
    struct stress s = {.over = false};
    struct weir_err err;
    struct weir_progress progress;
    if (!play_open(&s.play, seed))
        return "does not open";
    sim_branches_choose(&s.branches, &s.play.random.state, true, FRAMES_MAX,
                        &s.play.config);
    const struct weir_runner_config config = {
        .assembly = s.play.config, .on_notice = on_notice, .context = &s};
    if (weir_runner_open(&s.runner, &config, &err) != 0)
        return "no pipeline";
    struct weir_assembly *a = weir_runner_assembly(s.runner);
    if (s.branches.count > 0) {
        s.branches.watches[0].outlet = weir_assembly_outlet(a, 0);
        s.play.sink.on_record = sim_branches_note;
        s.play.sink.record_context = &s.branches.watches[0];
    }
    weir_assembly_set_sink(a, 0, &s.play.sink.sink);
    const char *fault = played_run(s.runner, play_the_kernel, &s, &s.over);
    if (fault != NULL)
        return fault;
    weir_assembly_progress(a, &progress);
    fault = play_wrong(&s.play, &progress, false);
    if (fault == NULL)
        fault = sim_branches_wrong_end(&s.branches, a, false, &s.notices);
    sim_branches_add(&s.branches, a, seen);
    weir_runner_close(s.runner);
    sim_branches_close(&s.branches);
    play_close(&s.play);
    return fault;
}

int main(int argc, char **argv)
{
    struct seeds seeds = seeds_start(argc, argv, 12, 1);
    struct sim_branches_seen seen = {0};
    while (seeds_next(&seeds))
        seeds_told(&seeds, stress(seeds.seed, &seen));
    (void)sim_branches_saw_all(&seen);
    return seeds_end(&seeds);
}
