#ifndef WEIR_TESTS_CAPTURE_SYNTH_RIG_H
#define WEIR_TESTS_CAPTURE_SYNTH_RIG_H

/* synth_rig: a source of made frames, and all that it gives.  For Criterion
 * tests: what should not be asserts.
 *
 * Threads   the test's one. */

#include "capture/source_synth.h"

#define SYNTH_BLOCK_BYTES (512 * 1024)

/* By enum weir_synth_proto: its name, and its shortest frame. */
extern const char *const synth_protos[WEIR_SYNTH_MIX + 1];
extern const uint32_t synth_least[WEIR_SYNTH_MIX + 1];

/* synth_parsed: of a text that is right. */
struct weir_synth_config synth_parsed(const char *text);

struct weir_source *synth_opened(const struct weir_synth_config *synth,
                                 uint32_t block_bytes, uint32_t snaplen,
                                 const char *filter);

typedef void synth_frame_fn(void *context, const struct weir_frame *frame);

/* synth_run: gives every frame to fn, in order, and closes the source; how
 * many there were. */
uint64_t synth_run(struct weir_source *source, synth_frame_fn *fn,
                   void *context);

#endif
