#ifndef WEIR_CAPTURE_LIVE_SCREEN_H
#define WEIR_CAPTURE_LIVE_SCREEN_H

/* live_screen: from when on all frames that libpcap gives have passed the
 * program that was put last; for source_pcap.
 *
 * libpcap does not tell which block of the kernel's ring a frame is from.  But
 * when the ring is empty, all that is left of the old program is in the block
 * that the kernel fills (or gives at once); when frames have come after that
 * and it is empty again, that block has been given.  A frame that was on its
 * way through the old program on another processor may be in the block behind
 * it, and so the same is waited for once more.  If the ring is never empty, as
 * many frames as it can hold twice do as well.
 *
 * Threads   [c] the capture thread alone. */

#include <stdbool.h>
#include <stdint.h>

struct weir_live_screen {
    uint64_t generation; /* 0: none was put */
    bool tests;          /* the kernel does, by that program */
    uint32_t emptied;    /* times that it was empty, with frames in between */
    uint64_t empty_at;   /* frames received until the last of them */
    uint64_t certain_at; /* so many received frames do */
};

/* weir_live_screen_put: the program is the kernel's now, after so many received
 * frames; ring_bytes: of the ring at most. */
void weir_live_screen_put(struct weir_live_screen *screen, uint64_t generation,
                          bool tests, uint64_t received, uint64_t ring_bytes);

/* weir_live_screen_empty: the ring is, after so many received frames. */
void weir_live_screen_empty(struct weir_live_screen *screen, uint64_t received);

/* weir_live_screened: of the frame that comes after so many; see `screened` of
 * struct weir_lease. */
uint64_t weir_live_screened(const struct weir_live_screen *screen,
                            uint64_t received);

#endif
