#ifndef WEIR_TESTS_CAPTURE_AFXDP_FAKE_H
#define WEIR_TESTS_CAPTURE_AFXDP_FAKE_H

/* afxdp_fake: a kernel that is played, at the other end of an AF_XDP source's
 * rings.
 *
 * It does what net/xdp/xsk.c does: it takes a chunk from the fill ring for
 * each frame, counts what it has none for, and shows frames, and then what it
 * took, at the end of a batch only.
 *
 * Threads   the test's one; or one that sends frames, each batch of them and
 * its flush under `lock`, and one that has the source. */

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "capture/afxdp_port.h"
#include "capture/afxdp_umem.h"

#define FAKE_DATA_OFFSET 256u

struct fake {
    struct weir_afxdp_port port; /* first: what the source sees */
    struct weir_afxdp_umem *umem;
    struct weir_afxdp_layout layout;

    pthread_mutex_t lock;

    /* The shared words and entries, of exact size. */
    uint32_t words[8];
    uint64_t *fill;
    struct xdp_desc *rx;

    /* What the kernel keeps for itself. */
    uint32_t fill_taken;
    uint32_t rx_made;

    bool intake;
    bool unstamped;
    uint32_t wakes;
    uint32_t settled;
    bool closed;
    enum weir_netif_state state;
    uint64_t missed;
    struct weir_afxdp_program_facts facts;
    struct weir_afxdp_losses losses;
    uint64_t number; /* of the next frame; its stamp is twice that */
};

/* fake_open: a UMEM of so many chunks of 2048 bytes, offered already. */
struct fake *fake_open(uint32_t chunks, uint32_t loans, uint32_t loan_bytes);

/* fake_frame: one frame of len bytes arrives, number in its first eight. */
void fake_frame(struct fake *fake, uint32_t len);

/* fake_flush: the end of a batch. */
void fake_flush(struct fake *fake);

/* fake_free: closes the UMEM too if no source has taken it. */
void fake_free(struct fake *fake);

#endif
