#ifndef WEIR_TESTS_LIVE_REPLAY_RIG_H
#define WEIR_TESTS_LIVE_REPLAY_RIG_H

/* replay_rig: captures of frames that tell their number, replayed by the
 * command out of net_rig's left side, and what comes in at the right.
 *
 * Files are in command's folder, closed by the test that made them.
 * Threads   the test's one.  What should not be asserts (Criterion's). */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "tests/cli/command.h"

/* replay_rig_open: a namespace with the two, or the test skips aloud. */
void replay_rig_open(void);

/* replay_size: bytes of the frame of that number. */
uint32_t replay_size(uint32_t number);

/* replay_file: a pcap of microseconds without records.  replay_put: words as
 * they are.  replay_record: the frame of that number in len bytes, gap_us
 * times its number after the first. */
FILE *replay_file(const char *name, uint32_t linktype);
void replay_put(FILE *file, const uint32_t *words, size_t count);
void replay_record(FILE *file, uint32_t number, uint32_t len, uint32_t gap_us);

/* replay_make: x.pcap, frames of all sizes, so many microseconds apart. */
void replay_make(uint32_t frames, uint32_t gap_us);

/* replay_run: x.pcap with these arguments; the report is in r.json. */
const struct command_result *replay_run(const char *arguments);

/* replay_expect: the frames 0 to count - 1 come to the ear, in order. */
void replay_expect(int ear, uint32_t count);

/* replay_balanced: in r.json what was asked for is sent, or has a name. */
void replay_balanced(void);

#endif
