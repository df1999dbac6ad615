#ifndef WEIR_TESTS_PIPELINE_SIM_BRANCHES_H
#define WEIR_TESTS_PIPELINE_SIM_BRANCHES_H

/* sim_branches: random branches of a simulated or stressed recording, and
 * what must be true of them.
 *
 * Threads   choose, check: nobody else running, but for sim_branches_wrong,
 *           which is called between steps. */

#include <stdbool.h>
#include <stdint.h>

#include "pipeline/assembly.h"
#include "tests/pipeline/fake.h"
#include "tests/pipeline/fake_branch.h"

#define SIM_BRANCHES_MAX 3

/* What an outlet's sink is told to do with each record. */
struct sim_watch {
    struct sim_branches *branches;
    struct fake_file *file;
    struct weir_outlet *outlet; /* NULL: do not look at it */
    bool held_too_many;         /* leases, at some moment */
};

struct sim_branches {
    uint32_t count;
    bool prompt; /* by the caller: they keep up (sim_branches_keep_up) */
    struct weir_branch_config configs[SIM_BRANCHES_MAX];
    struct fake_branch fakes[SIM_BRANCHES_MAX];
    struct fake_file files[FAKE_OUTLETS_MAX];
    uint32_t files_count;
    struct sim_watch watches[FAKE_OUTLETS_MAX];
};

/* sim_branches_choose: puts them into the assembly's config, of whose outlets
 * none gets more than frames_max.  sleeps: they do, now and then.
 * sim_branches_note: a fake_record_fn for the sink of outlet i, whose context
 * is &watches[i]. */
void sim_branches_choose(struct sim_branches *b, uint64_t *random, bool sleeps,
                         uint64_t frames_max,
                         struct weir_assembly_config *config);
fake_record_fn sim_branches_note;

/* sim_branches_keep_up: if they are prompt: they take all that they have; to be
 * called behind each step of an outlet, whose sink keeps no batch. */
void sim_branches_keep_up(const struct sim_branches *b,
                          struct weir_assembly *a);
void sim_branches_close(struct sim_branches *b);

/* sim_branches_wrong: NULL, or what is.  sim_branches_wrong_end: at the end;
 * notices is made less by those that they have given. */
const char *sim_branches_wrong(struct sim_branches *b, struct weir_assembly *a);
const char *sim_branches_wrong_end(struct sim_branches *b,
                                   struct weir_assembly *a, bool abandoned,
                                   uint64_t *notices);

/* What has happened in all of them so far: a test that never saw it tests
 * nothing. */
struct sim_branches_seen {
    uint64_t taken, skipped, given_up, failed; /* branches, but for `taken` */
    uint64_t lent, copied;                     /* blocks */
    uint64_t prompt; /* recordings in which nothing may have been copied */
};
void sim_branches_add(const struct sim_branches *b, struct weir_assembly *a,
                      struct sim_branches_seen *seen);
bool sim_branches_saw_all(const struct sim_branches_seen *seen);

#endif
