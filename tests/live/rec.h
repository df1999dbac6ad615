#ifndef WEIR_TESTS_LIVE_REC_H
#define WEIR_TESTS_LIVE_REC_H

/* rec: a recording by the command, on an interface of net_rig's.
 *
 * Its log is in log, its report in r.json.  It is bounded by -a duration, also
 * if a test that failed left it behind.  The source is LIVE_SOURCE of the
 * environment; auto if that is not set.
 *
 * Threads   the test's one.  What should not be asserts. */

/* rec_need: opens net_rig, or skips the test aloud. */
void rec_need(void);

/* rec_wait_until: the script ends with 0.  rec_wait_for_frames: the file has
 * exactly so many.  At most ten seconds each. */
void rec_wait_until(const char *script);
void rec_wait_for_frames(const char *name, long frames);

/* rec_start: of the right side; it is listening.  rec_start_on: of another
 * device. */
void rec_start(const char *options);
void rec_start_on(const char *device, const char *options);

void rec_signal_it(const char *name);
void rec_expect_end(int status);
void rec_expect_in_log(const char *text);

/* rec_expect_all: file and report have exactly so many frames, and the kernel
 * has dropped none. */
void rec_expect_all(const char *file, long frames);

#endif
