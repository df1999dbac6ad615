#ifndef WEIR_TESTS_CAPTURE_LIVE_RIG_H
#define WEIR_TESTS_CAPTURE_LIVE_RIG_H

/* live_rig: a live source as a capture thread would use it, one step at a
 * time, and what it gave.  For Criterion tests: what should not be asserts.
 *
 * Threads   the test's one. */

#include <stdbool.h>

#include "base/err.h"
#include "capture/source_afpacket.h"
#include "capture/source_afxdp.h"
#include "capture/source_pcap.h"

/* live_is: which source a test is for: "afpacket", "afxdp" or "pcap", as
 * LIVE_SOURCE in the environment says; pcap if it says nothing. */
bool live_is(const char *source);

#define LIVE_KEEP   96
#define LIVE_FRAMES 32768

/* What was received, as far as a test looks at it; the first LIVE_FRAMES, where
 * a test does not know how many will come. */
struct live_got {
    uint32_t caplen;
    uint32_t len;
    int64_t time_ns;
    uint16_t flags;
    uint8_t data[LIVE_KEEP];
};

extern struct live_got *got;
extern uint32_t got_count;

/* live_need: opens net_rig, or skips the test aloud, also where the source is
 * afxdp and no XDP program may be loaded. */
void live_need(void);

/* live_config: what the tests have in common, in the words of source_pcap; for
 * the others it is put into their own.  hold_ms means nothing there.
 * live_try and live_open_shut do not start the source. */
struct weir_pcap_config live_config(const char *device, const char *filter);
int live_try(struct weir_source **out, const struct weir_pcap_config *config,
             struct weir_err *err);
struct weir_source *live_open_shut(const struct weir_pcap_config *config);
struct weir_source *live_open_config(const struct weir_pcap_config *config);
struct weir_source *live_open(const char *device, const char *filter);

/* live_step: one call of next, and what a capture thread does with its
 * answer.  live_receive: until `want` frames are there, at most 5 s. */
int live_step(struct weir_source *source, struct weir_err *err);
void live_receive(struct weir_source *source, uint32_t want);

/* live_finish: until END or an error, which it returns. */
int live_finish(struct weir_source *source, struct weir_source_stats *stats,
                struct weir_err *err);

/* live_cut: ends and closes the source; the equation holds. */
struct weir_source_stats live_cut(struct weir_source *source);

#endif
