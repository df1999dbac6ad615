#ifndef WEIR_TESTS_PIPELINE_EMBED_RIG_H
#define WEIR_TESTS_PIPELINE_EMBED_RIG_H

/* embed_rig: a folder of a test's own, captures of numbered UDP frames in it,
 * and pipelines over them, as an embedder has them.
 *
 * Frame i is of 10.0.0.1 to 10.0.0.2, to port 53 if i is a multiple of 3, else
 * 80; its payload is i in four bytes, the highest first; its time EMBED_BEGIN
 * and i milliseconds.
 *
 * Threads   one, unless said otherwise.
 * Errors    whatever should not be prints a line and aborts. */

#include <stddef.h>
#include <stdint.h>

#include "pipeline/pipeline.h"

#define EMBED_BEGIN       INT64_C(1700000000000000000)
#define EMBED_FRAME_BYTES 46u

extern struct weir_err embed_err;

void embed_begin(void);
void embed_end(void);

/* embed_path: of a name in the folder; valid until the 64th call from now.
 */
const char *embed_path(const char *name);

/* embed_make: a pcap of frames [0 .. n), microseconds.  embed_bytes: of such a
 * file, the header with frame 0; to be freed. */
void embed_make(const char *name, uint32_t n);
uint8_t *embed_bytes(uint32_t first, uint32_t n, size_t *bytes);

/* embed_read: the file's bytes; to be freed. */
uint8_t *embed_read(const char *name, size_t *bytes);
void embed_same(const char *name, const uint8_t *bytes, size_t n);

/* embed_number: of a frame of ours; any thread. */
uint32_t embed_number(const struct weir_frame *frame);

/* embed_open, embed_run: a pipeline over the config, with that file as its
 * source if it names none; run: to its end, which must be without error, with
 * its ledger in *progress; it is still open. */
struct weir_pipeline *embed_open(struct weir_pipeline_config config,
                                 const char *file);
void embed_run(struct weir_pipeline *p, struct weir_progress *progress);

#endif
