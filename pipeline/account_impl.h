#ifndef WEIR_PIPELINE_ACCOUNT_IMPL_H
#define WEIR_PIPELINE_ACCOUNT_IMPL_H

/* account_impl: the steps of which account is made; for account*.c only.
 *
 *   walk > account_select > account_tap > account_count > account_encode
 *
 * and, where a batch is walked once more, account_again for the first three.
 *
 * Threads   as account.h. */

#include <string.h>

#include "pipeline/account.h"
#include "pipeline/ahead.h"

/* Frames and tallies of a vector take some 5 KiB: they stay in the first
 * cache beside the frames' own headers. */
#define ACCOUNT_VECTOR 64

static inline void account_clear(struct weir_account *account)
{
    memset(account, 0, sizeof *account);
    account->time_min_ns = INT64_MAX;
    account->time_max_ns = INT64_MIN;
}

/* account_is_whole: every frame of the batch is delivered as it is: nothing is
 * to be selected, which saves 1 ns a frame.  account_select: takes out of
 * v[0 .. n) what is not to be delivered, cuts the rest, and returns how many
 * remain, in their order. */
bool account_is_whole(const struct weir_account_config *config,
                      const struct weir_batch *batch);
uint32_t account_select(const struct weir_account_config *config,
                        const struct weir_batch *batch, struct weir_frame *v,
                        uint32_t n, struct weir_account *out);

/* account_tap: shows the n frames that were selected to the taps, takes out of
 * v what they take out, and returns how many remain; *shown counts those of the
 * batch that were shown before. */
uint32_t account_tap(struct weir_taps *taps, struct weir_batch *batch,
                     uint32_t *shown, struct weir_frame *v, uint32_t n,
                     struct weir_account *out);

/* account_again: the next of the batch's passed frames, at least one, to
 * v[ACCOUNT_VECTOR]; returns how many, and 0 at the end.  Begins at all
 * zero. */
struct account_again {
    struct weir_walk walk;
    uint32_t shown;
};
uint32_t account_again(const struct weir_account_config *config,
                       const struct weir_batch *batch,
                       struct account_again *again, struct weir_frame *v,
                       struct weir_account *out);

/* What the links of a batch have in common. */
struct account_links {
    const struct weir_ifaces *ifaces;
    bool ethernet;      /* all of them */
    uint32_t frame_max; /* the least of them; 0: none is known */
};

struct account_links account_links_of(const struct weir_batch *batch);

/* account_note: sums and times alone.  Returns the longest's length on the
 * wire.  account_count: all that is counted, and into flows, whose table may
 * be NULL. */
uint32_t account_note(struct weir_account *out, const struct weir_frame *v,
                      uint32_t n);
void account_count(const struct account_links *links,
                   const struct weir_frame *v, uint32_t n, struct ahead ahead,
                   struct weir_summary *summary, struct weir_flow_count *flows,
                   struct weir_account *out);

/* account_is_verbatim: the lease's records are the file's, and every frame
 * stays as it is.  account_lend: they are the chunk.  account_copy: a copy of
 * them is. */
bool account_is_verbatim(const struct weir_account_config *config,
                         const struct weir_batch *batch);
void account_lend(const struct weir_lease *lease, struct weir_chunk *chunk);
void account_copy(const struct weir_lease *lease, struct weir_chunk *chunk);

/* account_is_worth_turning: large frames cost more to copy than the bytes that
 * a kernel's block has between them cost to write; with small ones it is the
 * other way round.  account_turn: the lease becomes the chunk; where a frame
 * was taken out or cut, or the lease cannot be turned, the frames are walked
 * once more. */
bool account_is_worth_turning(const struct weir_account_config *config,
                              const struct weir_lease *lease);
void account_turn(const struct weir_account_config *config,
                  struct weir_batch *batch, struct weir_chunk *chunk,
                  const struct weir_account *found);

/* account_encode: n frames, behind what the chunk has. */
void account_encode(const struct weir_account_config *config,
                    const struct weir_batch *batch, struct weir_chunk *chunk,
                    const struct weir_frame *v, uint32_t n);

#endif
