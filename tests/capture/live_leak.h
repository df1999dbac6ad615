#ifndef WEIR_TESTS_CAPTURE_LIVE_LEAK_H
#define WEIR_TESTS_CAPTURE_LIVE_LEAK_H

/* live_leak: the ways through a live source that its leak test goes.  For
 * plain mains: what should not be counts as failed (tests/check).
 *
 * Each call takes the source and closes it; NULL is one that did not open.
 * Frames come from net_rig.
 *
 * Threads   the test's one. */

#include <stdint.h>

struct weir_source;

/* live_leak_run: ten frames are sent; then what comes until the end of a cut.
 * Returns how many frames came. */
uint64_t live_leak_run(struct weir_source *source);

/* live_leak_close: a close that nothing went before, of a source that was
 * sent something. */
void live_leak_close(struct weir_source *source);

/* live_leak_refused: a source that must not have opened. */
void live_leak_refused(struct weir_source *source, const char *what);

#endif
