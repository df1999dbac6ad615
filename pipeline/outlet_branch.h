#ifndef WEIR_PIPELINE_OUTLET_BRANCH_H
#define WEIR_PIPELINE_OUTLET_BRANCH_H

/* outlet_branch: an outlet's branches and the parcels that it hands them; for
 * the outlet's files only.
 *
 * Several branches get one parcel, whose memory is shared: the outlet counts
 * who has it (a plain number, it alone does) and takes it back from the last.
 * There are as many parcels as all branches together may have, so whenever a
 * branch may have one more there is one.
 *
 * Owner     the outlet.
 * Threads   [1] open, add, close: nobody else running.  [w] the others.
 * Progress  memory is fixed at open. */

#include <stdbool.h>
#include <stdint.h>

#include "pipeline/outlet_impl.h"

/* outlet_branches_open [1]: bell is the outlet's.  outlet_branches_add [1]:
 * one more inlet, whose source lends so many leases; in_turn: it wants them
 * back in turn (capture/source.h).  outlet_branches_close [1]: accepts NULL. */
int outlet_branches_open(struct outlet_branches **out,
                         const struct weir_outlet_config *config,
                         struct weir_bell *bell, struct weir_err *err);
void outlet_branches_add(struct outlet_branches *b, uint32_t inlet,
                         uint32_t leases, bool in_turn);
void outlet_branches_close(struct outlet_branches *b);

/* outlet_branches_ready: what is delivered next need not wait for any. */
bool outlet_branches_ready(const struct outlet_branches *b);

/* outlet_branches_share: hands each branch what was delivered of the batch,
 * its first `taken` frames, of which *kept tells bytes and times.  True:
 * branches hold its lease, and it goes home when they are through. */
bool outlet_branches_share(struct weir_outlet *outlet, struct inlet *in,
                           struct weir_batch *batch, uint32_t taken,
                           const struct weir_account *kept);

/* outlet_branches_collect: takes back what branches are through with. */
bool outlet_branches_collect(struct weir_outlet *outlet);

/* outlet_branches_advise: tells the workers whether they may lend. */
void outlet_branches_advise(struct weir_outlet *outlet);

/* outlet_branches_end: there is no more; ended: all is back. */
void outlet_branches_end(struct outlet_branches *b);
bool outlet_branches_ended(const struct outlet_branches *b);

#endif
