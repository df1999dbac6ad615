#ifndef WEIR_PIPELINE_STATS_H
#define WEIR_PIPELINE_STATS_H

/* stats: merges what the workers of all lanes counted, at its own pace.
 *
 * At the end it takes out again what the outlets did not deliver; then the
 * total counts exactly the delivered frames.  No batch waits for it.  It also
 * passes on what sources and branches have for the operator, and so ends
 * after them.
 *
 * Owner     it borrows lanes, outlets and branches, which outlive its last
 *           step.
 * Threads   [1] open, add, close: nobody else running.  [s] one thread.
 * Progress  memory is fixed at open. */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "pipeline/step.h"

struct weir_bell;
struct weir_branch;
struct weir_flows;
struct weir_lane;
struct weir_outlet;
struct weir_stats;
struct weir_summary;

struct weir_stats_config {
    uint32_t talkers; /* as the lanes' */
    uint64_t seed;
    uint32_t lanes_max; /* and as many outlets */
    uint32_t branches_max;
};

/* weir_stats_open [1]: returns 0, -EINVAL or -ENOMEM. */
int weir_stats_open(struct weir_stats **out,
                    const struct weir_stats_config *config,
                    struct weir_err *err);

/* weir_stats_add_lane, weir_stats_add_outlet, weir_stats_add_branch [1]: their
 * bell is this one's. */
void weir_stats_add_lane(struct weir_stats *stats, struct weir_lane *lane);
void weir_stats_add_outlet(struct weir_stats *stats,
                           struct weir_outlet *outlet);
void weir_stats_add_branch(struct weir_stats *stats,
                           struct weir_branch *branch);

/* weir_stats_set_flows [1]: which it merges, too; they outlive its last step.
 */
void weir_stats_set_flows(struct weir_stats *stats, struct weir_flows *flows);

/* weir_stats_close [1]: accepts NULL. */
void weir_stats_close(struct weir_stats *stats);

enum weir_step weir_stats_step(struct weir_stats *stats);
struct weir_bell *weir_stats_bell(struct weir_stats *stats);

/* weir_stats_notice [s]: moves the next line that a source (its failure, too,
 * if others go on) or a branch has for the operator to text; false if there is
 * none. */
bool weir_stats_notice(struct weir_stats *stats, struct weir_err *text);

/* weir_stats_total [1]: after the end. */
const struct weir_summary *weir_stats_total(const struct weir_stats *stats);

#endif
