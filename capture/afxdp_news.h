#ifndef WEIR_CAPTURE_AFXDP_NEWS_H
#define WEIR_CAPTURE_AFXDP_NEWS_H

/* afxdp_news: what an operator should hear of a running AF_XDP source: frames
 * that are lost, left out or not as they should be, for a reason that can be
 * changed.  Each once.
 *
 * Threads   [c]. */

#include <stdbool.h>
#include <stdint.h>

#include "capture/afxdp_program.h"
#include "capture/afxdp_socket.h"

struct weir_err;

/* Start with told_* false, or true for what another source tells. */
struct weir_afxdp_news {
    const char *name;  /* the device's */
    const char *label; /* the source's own, or the device's name */
    uint32_t frame_max;
    bool zero_copy;
    bool takes_tags; /* the device takes VLAN tags out of frames */

    bool told_passed;
    bool told_unstamped;
    bool told_tagless;
    bool told_untagged;
    bool told_long;
};

/* weir_afxdp_news_next: true with the text of one that was not told yet. */
bool weir_afxdp_news_next(struct weir_afxdp_news *news,
                          const struct weir_afxdp_program_facts *facts,
                          const struct weir_afxdp_losses *losses,
                          struct weir_err *text);

/* weir_afxdp_news_last: at the end: true with a text if not all that was
 * dropped was for want of memory. */
bool weir_afxdp_news_last(const struct weir_afxdp_news *news,
                          const struct weir_afxdp_losses *losses,
                          struct weir_err *text);

#endif
