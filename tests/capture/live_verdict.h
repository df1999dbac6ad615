#ifndef WEIR_TESTS_CAPTURE_LIVE_VERDICT_H
#define WEIR_TESTS_CAPTURE_LIVE_VERDICT_H

/* live_verdict: checks of a live source's filter, for Criterion tests.
 *
 * Threads   the test's one. */

#include <stdbool.h>
#include <stdint.h>

/* live_compare_verdicts: the kernel's verdict on live frames against weir's on
 * the same frames, taken by a second source without a filter.  in_kernel: the
 * kernel can test it; some: it takes some of the frames, but not all. */
void live_compare_verdicts(const char *device, const char *text, bool in_kernel,
                           bool some);

/* live_check_snaplen: frames of 1400 bytes, which the source gives as len,
 * come cut to 64. */
void live_check_snaplen(const char *device, uint32_t len);

#endif
