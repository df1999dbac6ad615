#include "tests/pipeline/sim_branches.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "capture/source.h"
#include "pipeline/lane.h"
#include "pipeline/outlet_impl.h"

static void choose_one(struct sim_branches *b, uint32_t i, uint64_t *random,
                       bool sleeps)
{
    static const char *const names[SIM_BRANCHES_MAX] = {"one", "two", "three"};
    struct fake_branch *fake = &b->fakes[i];
    *fake = (struct fake_branch){.files = b->files, .fail_at = UINT64_MAX};
    if (fake_random(random) % 4 == 0)
        fake->fail_at = fake_random(random) % 3000;
    fake->fails_at_end = fake_random(random) % 8 == 0;
    if (sleeps && fake_random(random) % 2 == 0)
        fake->sleep_us = (uint32_t)(fake_random(random) % 1000);
    b->configs[i] = (struct weir_branch_config){
        .name = names[i],
        .take = fake_branch_take,
        .finish = fake_branch_finish,
        .context = fake,
        .when_full =
            fake_random(random) % 2 ? WEIR_BRANCH_SKIP : WEIR_BRANCH_WAIT,
        .ends_all = fake_random(random) % 4 == 0,
        .parcels = (uint32_t)(fake_random(random) % 12),
        .leases_percent =
            (uint32_t)(fake_random(random) %
                       (WEIR_BRANCH_LEASES_PERCENT_MAX / b->count)),
    };
}

void sim_branches_choose(struct sim_branches *b, uint64_t *random, bool sleeps,
                         uint64_t frames_max,
                         struct weir_assembly_config *config)
{
    memset(b, 0, sizeof *b);
    if (fake_random(random) % 3 == 0)
        return;
    b->count = 1 + (uint32_t)(fake_random(random) % SIM_BRANCHES_MAX);
    b->files_count = config->outlets_apart ? config->lanes : 1;
    for (uint32_t i = 0; i < b->files_count; i++) {
        fake_file_open(&b->files[i], frames_max);
        b->watches[i] = (struct sim_watch){.branches = b, .file = &b->files[i]};
    }
    for (uint32_t i = 0; i < b->count; i++)
        choose_one(b, i, random, sleeps);
    config->branches = b->configs;
    config->branches_count = b->count;
}

void sim_branches_keep_up(const struct sim_branches *b, struct weir_assembly *a)
{
    for (uint32_t i = 0; b->prompt && i < b->count; i++)
        while (weir_branch_step(weir_assembly_branch(a, i)) == WEIR_STEP_WORKED)
            continue;
}

void sim_branches_close(struct sim_branches *b)
{
    for (uint32_t i = 0; i < b->files_count; i++)
        fake_file_close(&b->files[i]);
}

/* The leases that each branch may hold of a lane; returns their sum. */
static uint32_t marks_of(const struct sim_branches *b,
                         const struct weir_lane *lane,
                         uint32_t marks[SIM_BRANCHES_MAX])
{
    uint32_t batches = weir_lane_batches(weir_lane_workers(lane),
                                         weir_lane_source(lane)->live);
    uint32_t sum = 0;
    bool none[SIM_BRANCHES_MAX];
    for (uint32_t i = 0; i < b->count; i++) {
        uint32_t percent = b->configs[i].leases_percent;
        none[i] = weir_lane_source(lane)->in_turn &&
                  b->configs[i].when_full == WEIR_BRANCH_SKIP;
        marks[i] = percent != 0
                       ? batches * percent / 100
                       : batches * WEIR_BRANCH_LEASES_PERCENT / 100 / b->count;
        if (none[i])
            marks[i] = 0;
        sum += marks[i];
    }
    for (uint32_t turn = 0; turn < 2 * b->count; turn++) {
        uint32_t i = turn % b->count;
        bool more = marks[i] < 1 + turn / b->count && sum + 2 < batches;
        marks[i] += more && !none[i];
        sum += more && !none[i];
    }
    return sum;
}

static bool hold_too_many(const struct sim_branches *b,
                          const struct weir_outlet *outlet, uint32_t in_hand)
{
    uint64_t held = 0, may = 0;
    uint32_t marks[SIM_BRANCHES_MAX];
    for (uint32_t i = 0; i < outlet->inlets_count; i++) {
        const struct inlet *in = &outlet->inlets[i];
        held += in->taken - in->home - (in->head != NULL);
        may += marks_of(b, in->lane, marks);
    }
    return held > may + outlet->kept + (outlet->last != NULL) + in_hand;
}

void sim_branches_note(void *context, const uint8_t *record, uint32_t bytes)
{
    struct sim_watch *watch = context;
    fake_file_note(watch->file, record, bytes);
    /* In the sink's write a batch is in the outlet's hand. */
    if (watch->outlet != NULL)
        watch->held_too_many |=
            hold_too_many(watch->branches, watch->outlet, 1);
}

const char *sim_branches_wrong(struct sim_branches *b, struct weir_assembly *a)
{
    for (uint32_t i = 0; i < b->count; i++) {
        struct weir_branch_counts counts;
        weir_branch_counts(weir_assembly_branch(a, i), &counts);
        if (!weir_branch_holds(&counts))
            return "the sum of a branch does not hold";
        if (b->fakes[i].fault != NULL)
            return b->fakes[i].fault;
    }
    for (uint32_t i = 0; b->count > 0 && i < weir_assembly_outlets(a); i++)
        if (b->watches[i].held_too_many ||
            hold_too_many(b, weir_assembly_outlet(a, i), 0))
            return "branches hold more leases than they may";
    return NULL;
}

/* All of them keep up, and may have one lease while they get another. */
static bool need_no_copy(const struct sim_branches *b, struct weir_assembly *a)
{
    uint32_t marks[SIM_BRANCHES_MAX];
    for (uint32_t lane = 0; lane < weir_assembly_lanes(a); lane++) {
        (void)marks_of(b, weir_assembly_lane(a, lane), marks);
        for (uint32_t i = 0; i < b->count; i++)
            if (marks[i] < 2)
                return false;
    }
    return b->prompt;
}

const char *sim_branches_wrong_end(struct sim_branches *b,
                                   struct weir_assembly *a, bool abandoned,
                                   uint64_t *notices)
{
    struct weir_progress p;
    weir_assembly_progress(a, &p);
    for (uint32_t i = 0; i < b->count; i++) {
        const struct weir_branch *branch = weir_assembly_branch(a, i);
        const struct weir_branch_config *config = &b->configs[i];
        const struct fake_branch *fake = &b->fakes[i];
        struct weir_branch_counts counts;
        struct weir_err err;
        int error = weir_branch_error(branch, &err);
        weir_branch_counts(branch, &counts);
        if (!weir_branch_balanced(&counts, p.ledger.delivered) ||
            counts.delivered.bytes != p.delivered_bytes)
            return "a branch does not balance";
        if (counts.taken.frames != fake->frames ||
            counts.taken.bytes != fake->wire_bytes)
            return "what a branch has taken is not what it got";
        if (counts.skipped.frames > 0 && config->when_full == WEIR_BRANCH_WAIT)
            return "a branch that is waited for was skipped";
        if (counts.given_up.frames > 0 && error == 0 && !abandoned)
            return "given up by nobody";
        if ((error != 0) != fake->failed)
            return "an error that nobody hears of, or nobody made";
        if (!fake->finished)
            return "a branch was not finished";
        *notices -= error != 0 && !config->ends_all;
    }
    if (b->count > 0 && p.copied_blocks > 0 && need_no_copy(b, a))
        return "copied, though all branches keep up";
    return sim_branches_wrong(b, a);
}

void sim_branches_add(const struct sim_branches *b, struct weir_assembly *a,
                      struct sim_branches_seen *seen)
{
    struct weir_progress p;
    for (uint32_t i = 0; i < b->count; i++) {
        const struct weir_branch *branch = weir_assembly_branch(a, i);
        struct weir_branch_counts counts;
        struct weir_err err;
        weir_branch_counts(branch, &counts);
        seen->taken += counts.taken.frames;
        seen->skipped += counts.skipped.frames > 0;
        seen->given_up += counts.given_up.frames > 0;
        seen->failed += weir_branch_error(branch, &err) != 0;
    }
    if (b->count == 0)
        return;
    seen->prompt += need_no_copy(b, a);
    weir_assembly_progress(a, &p);
    seen->copied += p.copied_blocks;
    for (uint32_t i = 0; i < weir_assembly_lanes(a); i++)
        seen->lent += weir_lane_lent(weir_assembly_lane(a, i));
}

bool sim_branches_saw_all(const struct sim_branches_seen *seen)
{
    printf("branches took %" PRIu64 " frames; %" PRIu64 " skipped, %" PRIu64
           " gave up, %" PRIu64 " failed; %" PRIu64 " blocks lent, %" PRIu64
           " copied; %" PRIu64 " times none had to be\n",
           seen->taken, seen->skipped, seen->given_up, seen->failed, seen->lent,
           seen->copied, seen->prompt);
    return seen->taken > 0 && seen->skipped > 0 && seen->given_up > 0 &&
           seen->failed > 0 && seen->lent > 0 && seen->copied > 0;
}
