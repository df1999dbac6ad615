#ifndef WEIR_BENCH_TRIAL_RECONCILE_H
#define WEIR_BENCH_TRIAL_RECONCILE_H

/* reconcile: do four independent counts of one trial agree?
 *
 *   sent        = kernel_seen + before{qdisc, device, backlog}
 *   kernel_seen = received + kernel_dropped + discards
 *   received    = accounted + excluded + lost
 *   accounted   = distinct numbers in the file
 *
 * Four parties count: the generator, the kernel, the recorder, and an
 * independent reader of the file.  Without a file the last equation is left
 * out.  A recorder that tells less than weir has fewer equations: with
 * weir_reconcile_distinct, sent is at least distinct, and whatever it says
 * it has captured is what is in its file.
 *
 * Threads   any; pure functions.
 * Units     frames.
 * Errors    false, and the equation that broke, with each of its numbers. */

#include <stdbool.h>
#include <stdint.h>

#include "bench/trial/trial.h"
#include "bench/trial/verify.h"

struct weir_err;

struct weir_reconcile {
    uint64_t sent;
    struct weir_trial_before before;
    uint64_t kernel_seen;
    uint64_t kernel_dropped;
    uint64_t discards;
    uint64_t received;
    uint64_t accounted; /* the ledger's "written" */
    uint64_t excluded;
    uint64_t lost;
    bool has_file;
    struct weir_verify_counts file;
};

/* weir_reconcile: all of the equations above, and a file that holds nothing
 * but whole records of ours, each once and in order. */
bool weir_reconcile(const struct weir_reconcile *r, struct weir_err *why);

/* weir_reconcile_distinct: for a recorder without a ledger: what is in its
 * file is ours, each once, and no more than was sent. */
bool weir_reconcile_distinct(uint64_t sent,
                             const struct weir_verify_counts *file,
                             struct weir_err *why);

/* weir_reconcile_lost: what was sent and is neither in the file (or, without
 * one, accounted) nor excluded on purpose. */
uint64_t weir_reconcile_lost(const struct weir_reconcile *r);

#endif
