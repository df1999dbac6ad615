#ifndef WEIR_PIPELINE_TAPS_H
#define WEIR_PIPELINE_TAPS_H

/* taps: the taps of one worker, with their states and what they counted.
 *
 * What a tap says of a frame cannot be asked again: it has a state.  So the
 * frames that taps took out are remembered in the batch (ring/batch.h), and who
 * walks its lease once more leaves them out by that.
 *
 * Owner     states are the embedder's (tap.h); the rest is the taps'.
 * Threads   [1] check, open, merge, close: nobody else running.  [k] the
 *           worker.  Unmarked calls: any thread.
 * Order     cells are release-stored.
 * Progress  memory is fixed at open. */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "pipeline/tap.h"

struct weir_iface;
struct weir_taps;

/* weir_taps_check [1]: whether n of these can be together.  Returns 0 or
 * -EINVAL. */
int weir_taps_check(const struct weir_tap_config *configs, uint32_t n,
                    struct weir_err *err);

/* weir_taps_open [1]: with a state of each tap, of configs that were checked
 * and are read at open only; n is 1 or more.  Returns 0, -ENOMEM, or what
 * create returns, with text. */
int weir_taps_open(struct weir_taps **out,
                   const struct weir_tap_config *configs, uint32_t n,
                   uint32_t lane, uint32_t worker, struct weir_err *err);

/* weir_taps_excludes: one of them may take frames out. */
bool weir_taps_excludes(const struct weir_taps *taps);

/* weir_taps_show [k]: the frames to one tap after another; n is 1 to
 * WEIR_TAP_VECTOR.  Returns the bits of those that they took out. */
uint64_t weir_taps_show(struct weir_taps *taps, const struct weir_iface *ifaces,
                        const struct weir_frame *frames, uint32_t n);

/* weir_taps_publish [k]: what was counted since the last time can be read. */
void weir_taps_publish(struct weir_taps *taps);

/* weir_taps_counts: adds those of tap i to *out. */
void weir_taps_counts(const struct weir_taps *taps, uint32_t i,
                      struct weir_tap_counts *out);

/* weir_taps_merge [1]: each state into its context; once. */
void weir_taps_merge(struct weir_taps *taps);

/* weir_taps_close [1]: destroys the states; accepts NULL. */
void weir_taps_close(struct weir_taps *taps);

#endif
