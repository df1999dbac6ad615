#ifndef WEIR_TESTS_PIPELINE_FAKE_TAP_H
#define WEIR_TESTS_PIPELINE_FAKE_TAP_H

/* fake_tap: taps that know a fake source's frames, and write down which they
 * were shown and which they took out.
 *
 * What a tap takes out depends on how many frames its state has seen: nobody
 * could ask it again.  Sinks look up here what they should not get.
 *
 * Threads   choose, open, end, close: nobody else running.  Frames are written
 *           down by their workers, each by one, and read by who gets them or
 *           what comes behind them. */

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pipeline/assembly.h"
#include "tests/pipeline/fake.h"

#define FAKE_TAPS_MAX 3

struct fake_taps;

struct fake_tap {
    struct fake_taps *all;
    uint32_t number;
    uint32_t every; /* takes out every so many-th frame that a state sees; 0:
                       none */
    uint32_t created, merged, destroyed;
    uint32_t next_merge; /* lane * 64 + worker: not before */
    uint64_t offered;    /* of states that were merged */
    uint64_t excluded;
};

struct fake_taps {
    uint32_t count; /* 0: there are none */
    bool filtered;  /* as the source's; and what is not to be shown */
    bool second_iface;
    bool one_linktype;
    uint32_t snaplen;
    const struct fake_fates *fates; /* as the sink's */
    struct weir_tap_config configs[FAKE_TAPS_MAX];
    struct fake_tap at[FAKE_TAPS_MAX];
    size_t frames_max;
    uint8_t *marks[FAKE_LANES]; /* of each frame: by whom it was seen, and
                                   whether it was taken out */
    _Atomic(const char *) fault;
};

/* fake_taps_choose: two seeds of three get some, of a recording whose lanes
 * have less than frames_max frames each.  fake_taps_close: accepts all zero. */
void fake_taps_choose(struct fake_taps *taps, uint64_t *random,
                      size_t frames_max, struct weir_assembly_config *config);
void fake_taps_close(struct fake_taps *taps);

/* fake_taps_left_out: this frame was taken out. */
bool fake_taps_left_out(const struct fake_taps *taps, uint8_t lane,
                        uint64_t number);

/* fake_taps_wrong: NULL, or what is, at any moment.  fake_taps_wrong_end: when
 * all has ended and the states were merged; not yet closed. */
const char *fake_taps_wrong(const struct fake_taps *taps);
const char *fake_taps_wrong_end(const struct fake_taps *taps,
                                const struct weir_assembly *a);

/* fake_taps_destroyed: behind the close of the assembly, each state was. */
bool fake_taps_destroyed(const struct fake_taps *taps);

#endif
