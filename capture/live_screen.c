#include "capture/live_screen.h"

/* The least that a frame takes of the ring: a tpacket3_hdr, a sockaddr_ll. */
#define FRAME_BYTES_MIN 68U

/* libpcap rounds the ring up to whole blocks, of this size. */
#define BLOCK_BYTES 262144U

#define EMPTIED_MIN 3

void weir_live_screen_put(struct weir_live_screen *screen, uint64_t generation,
                          bool tests, uint64_t received, uint64_t ring_bytes)
{
    const uint64_t frames = (ring_bytes + BLOCK_BYTES) / FRAME_BYTES_MIN;
    *screen = (struct weir_live_screen){
        .generation = generation,
        .tests = tests,
        .certain_at = received + 2 * frames,
    };
}

void weir_live_screen_empty(struct weir_live_screen *screen, uint64_t received)
{
    if (screen->emptied > 0 && received == screen->empty_at)
        return;
    screen->emptied++;
    screen->empty_at = received;
}

uint64_t weir_live_screened(const struct weir_live_screen *screen,
                            uint64_t received)
{
    const bool certain =
        screen->emptied >= EMPTIED_MIN || received >= screen->certain_at;
    return screen->tests && certain ? screen->generation : 0;
}
