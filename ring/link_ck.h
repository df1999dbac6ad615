#ifndef WEIR_RING_LINK_CK_H
#define WEIR_RING_LINK_CK_H

/* link_ck: ck_ring's single-producer single-consumer calls, for link.c only.
 *
 * This is the one header that includes ck.  ck's loads and stores are inline
 * assembler that ThreadSanitizer cannot see, so under it the calls are
 * hidden and their meaning (enqueue releases, dequeue acquires) is told.
 * Debian's ck 0.7.1: ck_ring_valid rejects wrapped indices, never use it;
 * ck_ring_t is 136 bytes and not padded, so it is embedded between aligned
 * neighbours.
 *
 * Threads   enqueue: the producer; dequeue: the consumer; size: both. */

#include <ck_ring.h>
#include <stdbool.h>
#include <stdint.h>

#if defined(__SANITIZE_THREAD__)
#define WEIR_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WEIR_TSAN 1
#endif
#endif

#ifdef WEIR_TSAN
void AnnotateIgnoreReadsBegin(const char *file, int line);
void AnnotateIgnoreReadsEnd(const char *file, int line);
void AnnotateIgnoreWritesBegin(const char *file, int line);
void AnnotateIgnoreWritesEnd(const char *file, int line);
void __tsan_acquire(void *address);
void __tsan_release(void *address);

#define WEIR_TSAN_HIDE()                                                       \
    do {                                                                       \
        AnnotateIgnoreReadsBegin(__FILE__, __LINE__);                          \
        AnnotateIgnoreWritesBegin(__FILE__, __LINE__);                         \
    } while (0)
#define WEIR_TSAN_SHOW()                                                       \
    do {                                                                       \
        AnnotateIgnoreWritesEnd(__FILE__, __LINE__);                           \
        AnnotateIgnoreReadsEnd(__FILE__, __LINE__);                            \
    } while (0)
#define WEIR_TSAN_RELEASE(address) __tsan_release(address)
#define WEIR_TSAN_ACQUIRE(address) __tsan_acquire(address)
#else
#define WEIR_TSAN_HIDE()           ((void)0)
#define WEIR_TSAN_SHOW()           ((void)0)
#define WEIR_TSAN_RELEASE(address) ((void)(address))
#define WEIR_TSAN_ACQUIRE(address) ((void)(address))
#endif

static inline void link_ck_start_at(ck_ring_t *ring, uint32_t index)
{
    ring->c_head = index;
    ring->p_tail = index;
    ring->p_head = index;
}

static inline bool link_ck_enqueue(ck_ring_t *ring, ck_ring_buffer_t *buffer,
                                   void *item)
{
    WEIR_TSAN_RELEASE(ring);
    WEIR_TSAN_HIDE();
    bool ok = ck_ring_enqueue_spsc(ring, buffer, item);
    WEIR_TSAN_SHOW();
    return ok;
}

static inline void *link_ck_dequeue(ck_ring_t *ring,
                                    const ck_ring_buffer_t *buffer)
{
    void *item = NULL;
    WEIR_TSAN_HIDE();
    bool ok = ck_ring_dequeue_spsc(ring, buffer, &item);
    WEIR_TSAN_SHOW();
    if (!ok)
        return NULL;
    WEIR_TSAN_ACQUIRE(ring);
    return item;
}

static inline uint32_t link_ck_size(const ck_ring_t *ring)
{
    WEIR_TSAN_HIDE();
    uint32_t n = ck_ring_size(ring);
    WEIR_TSAN_SHOW();
    return n;
}

#endif
