#include "capture/afxdp_umem.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/assert.h"
#include "base/err.h"
#include "capture/afxdp_shared.h"

#define HUGE_PAGE (UINT64_C(1) << 21)

/* How far ahead of a walk the frames' first bytes are asked for. */
#define PREFETCH 8u

/* A loan has at most this part of the chunks, so that the kernel has others
 * to fill while some are out. */
#define LOAN_PART 8u

struct loan {
    const uint8_t *area;
    int64_t begin_ns; /* CLOCK_MONOTONIC, when the first was taken */
    struct weir_afxdp_terms terms;
    uint32_t frames;
    uint32_t bytes;
    /* As the kernel gave them, but for options: ns since begin_ns. */
    struct xdp_desc *frame;
};

struct weir_afxdp_umem {
    uint8_t *area;
    uint64_t bytes;
    uint32_t chunks;
    uint32_t chunk_bytes;
    uint32_t loan_frames;
    uint32_t loan_bytes;
    uint32_t ours; /* chunks */
    bool broken;
    struct xsk_ring_prod fill;
    struct xsk_ring_cons rx;
    uint8_t *taken; /* by chunk: it is ours, not the kernel's */
    struct xdp_desc *frames;
    struct loan *loans;
    struct loan *open;
    uint32_t count;
    uint32_t home;
    uint32_t stack[]; /* indices of loans */
};

static_assert(sizeof(struct xdp_desc) == 16, "no hidden padding");

/* What a frame of so many bytes counts of its loan's. */
static uint32_t loan_part(uint32_t len)
{
    return WEIR_LEASE_RECORD_BYTES_MIN + ((len + 3u) & ~3u);
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static int map_area(struct weir_afxdp_umem *umem)
{
    /* The kernel pins these pages one by one and asks for no huge ones, but
     * the walk has fewer TLB misses with them. */
    void *area = mmap(NULL, umem->bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (area == MAP_FAILED)
        return -ENOMEM;
    umem->area = area;
    if (umem->bytes >= HUGE_PAGE)
        (void)madvise(area, umem->bytes, MADV_HUGEPAGE);
    memset(area, 0, umem->bytes);
    return 0;
}

static void release(struct weir_afxdp_umem *umem)
{
    if (umem->area != NULL)
        munmap(umem->area, umem->bytes);
    free(umem->frames);
    free(umem->loans);
    free(umem->taken);
    free(umem);
}

int weir_afxdp_umem_open(struct weir_afxdp_umem **out,
                         const struct weir_afxdp_umem_config *config,
                         struct weir_err *err)
{
    const uint32_t chunk = config->chunk_bytes;
    const uint32_t count = config->loans + 1; /* and the open one */
    if ((chunk != 2048 && chunk != 4096) ||
        config->loan_bytes < loan_part(chunk) ||
        config->bytes < WEIR_AFXDP_UMEM_BYTES_MIN ||
        config->bytes > INT32_MAX || config->loans == 0 ||
        config->loans > UINT16_MAX)
        return weir_err_set(
            err, -EINVAL, "UMEM: %u bytes in chunks of %u, %u loans of %u",
            config->bytes, chunk, config->loans, config->loan_bytes);
    struct weir_afxdp_umem *umem =
        calloc(1, sizeof *umem + count * sizeof umem->stack[0]);
    if (umem == NULL)
        return weir_err_sys(err, -ENOMEM, "UMEM");
    umem->chunks = config->bytes / chunk;
    umem->bytes = (uint64_t)umem->chunks * chunk;
    umem->chunk_bytes = chunk;
    umem->loan_bytes = config->loan_bytes;
    umem->loan_frames =
        smaller(umem->chunks / LOAN_PART, WEIR_LEASE_FRAMES_MAX);
    umem->count = count;
    umem->taken = calloc(umem->chunks, 1);
    umem->loans = calloc(count, sizeof umem->loans[0]);
    umem->frames =
        calloc((size_t)count * umem->loan_frames, sizeof umem->frames[0]);
    if (umem->taken == NULL || umem->loans == NULL || umem->frames == NULL ||
        map_area(umem) != 0) {
        const uint64_t bytes = umem->bytes;
        release(umem);
        return weir_err_sys(err, -ENOMEM, "UMEM of %llu bytes",
                            (unsigned long long)bytes);
    }
    memset(umem->taken, 1, umem->chunks);
    umem->ours = umem->chunks;
    for (uint32_t i = 0; i < count; i++) {
        umem->loans[i].area = umem->area;
        umem->loans[i].frame = umem->frames + (size_t)i * umem->loan_frames;
        umem->stack[umem->home++] = i;
    }
    *out = umem;
    return 0;
}

void weir_afxdp_umem_close(struct weir_afxdp_umem *umem)
{
    if (umem == NULL)
        return;
    WEIR_ASSERT(umem->home + (umem->open != NULL ? 1 : 0) == umem->count);
    release(umem);
}

void weir_afxdp_umem_layout(struct weir_afxdp_umem *umem,
                            struct weir_afxdp_layout *out)
{
    /* The kernel says that it took entries of the fill ring after it has
     * said which frames they became (net/xdp/xsk.c, __xsk_map_flush): a chunk
     * may be home before its old entry is free. */
    uint32_t size = 1;
    while (size < 2 * umem->chunks)
        size *= 2;
    *out = (struct weir_afxdp_layout){
        .area = umem->area,
        .bytes = umem->bytes,
        .chunks = umem->chunks,
        .chunk_bytes = umem->chunk_bytes,
        .ring_size = size,
        .fill = &umem->fill,
        .rx = &umem->rx,
    };
}

static void give(struct weir_afxdp_umem *umem, uint32_t at, uint64_t chunk)
{
    umem->taken[chunk] = 0;
    umem->ours--;
    *xsk_ring_prod__fill_addr(&umem->fill, at) = chunk * umem->chunk_bytes;
}

void weir_afxdp_umem_offer(struct weir_afxdp_umem *umem)
{
    uint32_t at = 0;
    const uint32_t n = umem->chunks;
    WEIR_ASSERT(xsk_ring_prod__reserve(&umem->fill, n, &at) == n);
    umem->ours = n;
    for (uint32_t i = 0; i < n; i++)
        give(umem, at + i, i);
    xsk_ring_prod__submit(&umem->fill, n);
}

/* What the kernel says of a frame is checked before anybody reads by it. */
static bool keep(struct weir_afxdp_umem *umem, const struct xdp_desc *said,
                 int64_t now_ns)
{
    struct loan *open = umem->open;
    const uint64_t chunk = said->addr / umem->chunk_bytes;
    const uint64_t offset = said->addr % umem->chunk_bytes;
    if (chunk >= umem->chunks || umem->taken[chunk] != 0 ||
        offset < sizeof(weir_afxdp_stamp) ||
        said->len > umem->chunk_bytes - offset)
        return false;
    umem->taken[chunk] = 1;
    umem->ours++;
    if (open->frames == 0)
        open->begin_ns = now_ns;
    const int64_t later_ns = now_ns - open->begin_ns;
    open->frame[open->frames++] = (struct xdp_desc){
        .addr = said->addr,
        .len = said->len,
        .options = later_ns < UINT32_MAX ? (uint32_t)later_ns : UINT32_MAX,
    };
    open->bytes += loan_part(said->len);
    return true;
}

/* How many frames the open loan takes, however long they are. */
static uint32_t open_room(const struct weir_afxdp_umem *umem)
{
    return smaller(umem->loan_frames - umem->open->frames,
                   (umem->loan_bytes - umem->open->bytes) /
                       loan_part(umem->chunk_bytes));
}

int weir_afxdp_umem_take(struct weir_afxdp_umem *umem, int64_t now_ns,
                         struct weir_err *err)
{
    if (umem->open == NULL) {
        /* There is one to fill beside those that are lent. */
        WEIR_ASSERT(umem->home > 0);
        umem->open = &umem->loans[umem->stack[--umem->home]];
        umem->open->frames = 0;
        umem->open->bytes = 0;
    }
    uint32_t taken = 0;
    uint32_t at = 0;
    uint32_t n = 0;
    while (!umem->broken && (n = open_room(umem)) > 0 &&
           (n = xsk_ring_cons__peek(&umem->rx, n, &at)) > 0) {
        uint32_t good = 0;
        while (good < n &&
               keep(umem, xsk_ring_cons__rx_desc(&umem->rx, at + good), now_ns))
            good++;
        xsk_ring_cons__release(&umem->rx, n);
        umem->broken = good < n;
        taken += good;
    }
    if (umem->broken)
        return weir_err_set(err, -EIO, "the kernel's rings say what cannot be");
    return (int)taken;
}

uint32_t weir_afxdp_umem_open_frames(const struct weir_afxdp_umem *umem)
{
    return umem->open != NULL ? umem->open->frames : 0;
}

bool weir_afxdp_umem_full(const struct weir_afxdp_umem *umem)
{
    return umem->open != NULL && open_room(umem) == 0;
}

uint32_t weir_afxdp_umem_free(const struct weir_afxdp_umem *umem)
{
    return umem->chunks - umem->ours;
}

bool weir_afxdp_umem_tight(const struct weir_afxdp_umem *umem)
{
    return umem->ours > umem->chunks / 2;
}

static int64_t frame_time(const struct loan *loan, const struct xdp_desc *frame)
{
    weir_afxdp_stamp stamp;
    if (!loan->terms.stamped)
        return loan->begin_ns + frame->options + loan->terms.real_less_mono_ns;
    memcpy(&stamp, loan->area + frame->addr - sizeof stamp, sizeof stamp);
    return (int64_t)stamp + loan->terms.real_less_mono_ns;
}

static uint32_t loan_walk(const struct weir_lease *lease,
                          struct weir_walk *walk, struct weir_frame *out,
                          uint32_t max)
{
    const struct loan *loan = lease->walk_context;
    const uint32_t n = smaller(loan->frames - walk->frames, max);
    for (uint32_t i = 0; i < n; i++) {
        const struct xdp_desc *frame = &loan->frame[walk->frames + i];
        if (walk->frames + i + PREFETCH < loan->frames) {
            const uint8_t *soon = loan->area + frame[PREFETCH].addr;
            __builtin_prefetch(soon - sizeof(weir_afxdp_stamp));
            __builtin_prefetch(soon);
        }
        out[i] = (struct weir_frame){
            .data = loan->area + frame->addr,
            .time_ns = frame_time(loan, frame),
            .caplen = frame->len,
            .len = frame->len,
            .iface = loan->terms.iface,
            .flags = WEIR_FRAME_INBOUND,
        };
    }
    walk->frames += n;
    return n;
}

void weir_afxdp_umem_lend(struct weir_afxdp_umem *umem,
                          const struct weir_afxdp_terms *terms,
                          struct weir_lease *out)
{
    struct loan *loan = umem->open;
    WEIR_ASSERT(loan != NULL && loan->frames > 0);
    umem->open = NULL;
    loan->terms = *terms;
    *out = (struct weir_lease){
        .walk = loan_walk,
        .walk_context = loan,
        .base = umem->area,
        .bytes = loan->bytes,
        .frames = loan->frames,
        .owner = loan,
        .begin_ns = frame_time(loan, &loan->frame[0]),
    };
}

void weir_afxdp_umem_reclaim(struct weir_afxdp_umem *umem,
                             struct weir_lease *lease)
{
    struct loan *loan = lease->owner;
    WEIR_ASSERT(umem->home < umem->count);
    umem->stack[umem->home++] = (uint32_t)(loan - umem->loans);
    uint32_t at = 0;
    const uint32_t n = loan->frames;
    if (xsk_ring_prod__reserve(&umem->fill, n, &at) != n) {
        umem->broken = true;
        return;
    }
    for (uint32_t i = 0; i < n; i++)
        give(umem, at + i, loan->frame[i].addr / umem->chunk_bytes);
    xsk_ring_prod__submit(&umem->fill, n);
}
