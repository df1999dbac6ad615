#ifndef WEIR_CAPTURE_AFXDP_UMEM_H
#define WEIR_CAPTURE_AFXDP_UMEM_H

/* afxdp_umem: the memory that the kernel lays frames into, and who has each
 * piece of it.
 *
 *        offer             kernel              take               lend
 *   umem ─────► fill ring ───────► receive ring ─────► loan, open ────► lease
 *                   ▲                                                     │
 *                   └─────────────────────── reclaim ◄────────────────────┘
 *
 * It is cut into chunks, of one frame each.  A loan is a list of frames: that
 * is what a lease lends, so leases come home in any order, and none holds up
 * another.  The fill ring has room for every chunk, and so has the receive
 * ring: frames are lost in one place, where the kernel finds no free chunk.
 *
 * This knows no socket.  The rings are libxdp's, over memory that is the
 * kernel's or, in a test, anybody's.
 *
 * Units     bytes; ns.
 * Owner     one source.
 * Threads   [c] the capture thread; open and close: [1].  A lease is walked
 *           by whoever holds it.
 * Order     the rings' acquire and release order the chunks' bytes.
 * Progress  nothing is allocated after open; take is bounded by a loan. */

#include <stdbool.h>
#include <stdint.h>

#include <xdp/xsk.h>

#include "ring/lease.h"

struct weir_afxdp_umem;
struct weir_err;

/* What the kernel keeps free in front of a frame: XDP_PACKET_HEADROOM. */
#define WEIR_AFXDP_HEADROOM 256u

/* The most that one frame may have: a chunk is no larger than a page. */
#define WEIR_AFXDP_FRAME_MAX (4096u - WEIR_AFXDP_HEADROOM)

struct weir_afxdp_umem_config {
    uint32_t bytes;       /* of all chunks; WEIR_AFXDP_UMEM_BYTES_MIN or more */
    uint32_t chunk_bytes; /* 2048 or 4096 */
    uint32_t loans;       /* that may be lent at a time */
    uint32_t loan_bytes;  /* of one loan at most, each frame counted as
                             lease.h says; room for a whole chunk at least */
};

#define WEIR_AFXDP_UMEM_BYTES_MIN 131072u

/* weir_afxdp_umem_open: returns 0, -EINVAL or -ENOMEM; *out is set only on
 * 0. */
int weir_afxdp_umem_open(struct weir_afxdp_umem **out,
                         const struct weir_afxdp_umem_config *config,
                         struct weir_err *err);

/* weir_afxdp_umem_close: accepts NULL; asserts that every lease is home. */
void weir_afxdp_umem_close(struct weir_afxdp_umem *umem);

/* What a socket is made with: the memory, how many entries both of its rings
 * have, and the rings, which the caller fills in before the first offer. */
struct weir_afxdp_layout {
    uint8_t *area;
    uint64_t bytes;
    uint32_t chunks;
    uint32_t chunk_bytes;
    uint32_t ring_size; /* a power of two, at least 2 * chunks */
    struct xsk_ring_prod *fill;
    struct xsk_ring_cons *rx;
};

void weir_afxdp_umem_layout(struct weir_afxdp_umem *umem,
                            struct weir_afxdp_layout *out);

/* weir_afxdp_umem_offer: puts every chunk into the fill ring, which is empty;
 * before the first take. */
void weir_afxdp_umem_offer(struct weir_afxdp_umem *umem);

/* weir_afxdp_umem_take: moves what the receive ring has into the open loan,
 * until that is full; now_ns (CLOCK_MONOTONIC) is the time of frames without
 * a stamp.  Returns how many, or -EIO if a ring says what cannot be: a frame
 * outside its chunk, or a chunk that nobody had.  Then nothing more is
 * taken. */
int weir_afxdp_umem_take(struct weir_afxdp_umem *umem, int64_t now_ns,
                         struct weir_err *err);

/* weir_afxdp_umem_open_frames: of the open loan; _full: it takes no more. */
uint32_t weir_afxdp_umem_open_frames(const struct weir_afxdp_umem *umem);
bool weir_afxdp_umem_full(const struct weir_afxdp_umem *umem);

/* weir_afxdp_umem_free: chunks that the kernel has, filled or not. */
uint32_t weir_afxdp_umem_free(const struct weir_afxdp_umem *umem);

/* weir_afxdp_umem_tight: the kernel has less than half of them. */
bool weir_afxdp_umem_tight(const struct weir_afxdp_umem *umem);

/* What the frames of a lease have in common. */
struct weir_afxdp_terms {
    uint16_t iface;
    bool stamped; /* each has a weir_afxdp_stamp in front of it */
    int64_t real_less_mono_ns;
};

/* weir_afxdp_umem_lend: the open loan, which holds a frame at least, becomes
 * *out.  Frames' times are CLOCK_MONOTONIC's and real_less_mono_ns. */
void weir_afxdp_umem_lend(struct weir_afxdp_umem *umem,
                          const struct weir_afxdp_terms *terms,
                          struct weir_lease *out);

/* weir_afxdp_umem_reclaim: gives the lease's chunks to the fill ring. */
void weir_afxdp_umem_reclaim(struct weir_afxdp_umem *umem,
                             struct weir_lease *lease);

#endif
