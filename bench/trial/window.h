#ifndef WEIR_BENCH_TRIAL_WINDOW_H
#define WEIR_BENCH_TRIAL_WINDOW_H

/* window: a file read from front to back, a part of it at a time.
 *
 * Owner     the caller; the bytes at weir_window_at are good until the next
 *           call.
 * Threads   one.
 * Units     bytes.
 * Errors    a read that fails looks like the end of the file, and window.error
 *           has -errno. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for what is left of one read and another one. */
#define WEIR_WINDOW_READ  ((size_t)1 << 20)
#define WEIR_WINDOW_BYTES (2 * WEIR_WINDOW_READ)

struct weir_window {
    int fd;
    int error;    /* 0 or -errno */
    bool ended;   /* nothing more comes */
    size_t start; /* of what is there and not yet taken */
    size_t end;
    uint8_t *buffer; /* WEIR_WINDOW_BYTES */
};

/* weir_window_fill: reads until there are n bytes (at most WEIR_WINDOW_READ)
 * or no more come. */
bool weir_window_fill(struct weir_window *window, size_t n);

static inline bool weir_window_has(struct weir_window *window, size_t n)
{
    return window->end - window->start >= n || weir_window_fill(window, n);
}

static inline const uint8_t *weir_window_at(const struct weir_window *window)
{
    return window->buffer + window->start;
}

/* weir_window_take: n bytes, which are there, have been seen. */
static inline void weir_window_take(struct weir_window *window, size_t n)
{
    window->start += n;
}

/* weir_window_skip: any number of bytes; false if there are fewer. */
bool weir_window_skip(struct weir_window *window, uint64_t n);

#endif
