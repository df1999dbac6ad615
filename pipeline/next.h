#ifndef WEIR_PIPELINE_NEXT_H
#define WEIR_PIPELINE_NEXT_H

/* next: what the next frame of a socket or a reader may be.
 *
 * A negative answer is -errno, with a text.
 * Threads   any; constants. */

/* The answers of weir_socket_next, weir_reader_next and their batch forms. */
enum weir_next {
    /* The timeout passed, or nobody may wait and nothing is there. */
    WEIR_NEXT_NOTHING = 0,
    WEIR_NEXT_FRAME = 1,   /* a frame, or at least one */
    WEIR_NEXT_STOPPED = 2, /* the stop event is set */
    WEIR_NEXT_END = 3,     /* there will be no more */
};

#endif
