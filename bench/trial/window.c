#include "bench/trial/window.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

bool weir_window_fill(struct weir_window *window, size_t n)
{
    size_t left = window->end - window->start;
    memmove(window->buffer, window->buffer + window->start, left);
    window->start = 0;
    window->end = left;
    while (window->end < n && !window->ended) {
        ssize_t got =
            read(window->fd, window->buffer + window->end, WEIR_WINDOW_READ);
        if (got > 0) {
            window->end += (size_t)got;
        } else if (got == 0 || errno != EINTR) {
            window->error = got < 0 ? -errno : 0;
            window->ended = true;
        }
    }
    return window->end >= n;
}

bool weir_window_skip(struct weir_window *window, uint64_t n)
{
    while (n > 0) {
        if (!weir_window_has(window, 1))
            return false;
        size_t there = window->end - window->start;
        size_t step = there < n ? there : (size_t)n;
        window->start += step;
        n -= step;
    }
    return true;
}
