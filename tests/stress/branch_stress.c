/* branch_stress: a sink that is slower than the frames come, beside a file
 * that is not to feel it.
 *
 * The afpacket source over a kernel that is played, large frames, which the
 * writer takes as they lie in the ring.  The kernel waits for the file, never
 * for the branches: so it has always a block to fill, unless somebody holds
 * one for long.  Not a frame may be lost; those that the slow one did not get
 * are counted, and so are the copies that it cost.
 * Usage: branch_stress [FIRST_SEED [SEEDS]]. */

#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/err.h"
#include "pipeline/runner.h"
#include "tests/pipeline/afpacket_play.h"
#include "tests/pipeline/fake_branch.h"
#include "tests/stress/played.h"
#include "tests/support/seeds.h"

#define STEPS      2000
#define FRAMES_MAX (UINT64_C(1) << 20)
#define SLEEP_US   5000
#define BRANCHES   2

struct stress {
    struct play play;
    struct weir_runner *runner;
    struct fake_file file;
    struct fake_branch fakes[BRANCHES];
    struct weir_branch_config configs[BRANCHES];
    atomic_bool over;
};

/* Until all that the kernel took is in the file. */
static void wait_for_file(struct stress *s)
{
    struct weir_progress p;
    fake_kernel_tick(&s->play.kernel);
    for (;;) {
        weir_assembly_progress(weir_runner_assembly(s->runner), &p);
        if (p.ledger.received == s->play.kernel.accepted &&
            p.ledger.in_flight == 0)
            return;
        (void)usleep(20);
    }
}

static void *play_the_kernel(void *context)
{
    struct stress *s = context;
    uint64_t seq = s->play.kernel.seq;
    for (uint32_t i = 0; i < STEPS; i++) {
        play_kernel(&s->play);
        if (s->play.kernel.seq != seq)
            wait_for_file(s);
        seq = s->play.kernel.seq;
    }
    weir_stop_set(&s->play.stop);
    while (!atomic_load(&s->over)) {
        fake_kernel_tick(&s->play.kernel);
        (void)usleep(100);
    }
    return NULL;
}

static bool open_stress(struct stress *s, uint64_t seed)
{
    if (!play_open(&s->play, seed))
        return false;
    s->play.sink.sink.in_place_min = 1;
    s->play.sink.on_record = fake_file_note;
    s->play.sink.record_context = &s->file;
    fake_file_open(&s->file, FRAMES_MAX);
    for (int i = 0; i < BRANCHES; i++) {
        s->fakes[i] = (struct fake_branch){.files = &s->file,
                                           .fail_at = UINT64_MAX,
                                           .sleep_us = i == 0 ? SLEEP_US : 0};
        s->configs[i] = (struct weir_branch_config){
            .name = i == 0 ? "slow" : "quick",
            .take = fake_branch_take,
            .finish = fake_branch_finish,
            .context = &s->fakes[i],
            .when_full = WEIR_BRANCH_SKIP,
            .parcels = 4,
            .leases_percent = 25,
        };
    }
    s->play.config.branches = s->configs;
    s->play.config.branches_count = BRANCHES;
    const struct weir_runner_config config = {.assembly = s->play.config};
    struct weir_err err;
    if (weir_runner_open(&s->runner, &config, &err) != 0)
        return false;
    weir_assembly_set_sink(weir_runner_assembly(s->runner), 0,
                           &s->play.sink.sink);
    return true;
}

static const char *check(struct stress *s)
{
    struct weir_assembly *a = weir_runner_assembly(s->runner);
    struct weir_progress p;
    struct weir_branch_counts slow;
    weir_assembly_progress(a, &p);
    const char *fault = play_wrong(&s->play, &p, false);
    if (fault != NULL)
        return fault;
    if (p.ledger.kernel_dropped != 0 || p.freezes != 0)
        return "the kernel had no block to fill";
    if (p.starved != 0)
        return "no batch was home";
    /* A lease with a copy of a frame is no chunk. */
    if (p.copied_blocks == 0 && !s->play.sink.copies)
        return "nothing was copied for a sink that is slow";
    for (uint32_t i = 0; i < BRANCHES; i++) {
        struct weir_branch_counts c;
        weir_branch_counts(weir_assembly_branch(a, i), &c);
        if (!weir_branch_balanced(&c, p.ledger.delivered))
            return "a branch does not balance";
        if (c.taken.frames != s->fakes[i].frames || c.given_up.frames != 0)
            return "a branch has not got what it has taken";
        if (s->fakes[i].fault != NULL)
            return s->fakes[i].fault;
    }
    weir_branch_counts(weir_assembly_branch(a, 0), &slow);
    return slow.skipped.frames > 0 ? NULL : "the slow one was not too slow";
}

static const char *stress(uint64_t seed)
{
    struct stress s = {0};
    if (!open_stress(&s, seed))
        return "does not open";
    const char *fault = played_run(s.runner, play_the_kernel, &s, &s.over);
    if (fault != NULL)
        return fault;
    fault = check(&s);
    weir_runner_close(s.runner);
    play_close(&s.play);
    fake_file_close(&s.file);
    return fault;
}

int main(int argc, char **argv)
{
    struct seeds seeds = seeds_start(argc, argv, 8, 1);
    while (seeds_next(&seeds))
        seeds_told(&seeds, stress(seeds.seed));
    return seeds_end(&seeds);
}
