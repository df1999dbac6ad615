#ifndef WEIR_CLI_REPLAY_INPUT_H
#define WEIR_CLI_REPLAY_INPUT_H

/* replay_input: the frames of a file, vector by vector, as often as wanted.
 *
 * A file that is to be held is read once, at open, and copied to memory;
 * another is read block by block, a few blocks ahead where there is time for
 * it, and again for each pass.
 *
 * Owner     the caller closes.
 * Threads   one.
 * Errors    -errno with text; every frame before a fault in the file has been
 *           given. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ring/frame.h"

struct weir_err;
struct weir_event;
struct weir_iface;
struct weir_replay_input;

struct weir_replay_input_config {
    const char *path;
    const char *filter;            /* NULL: all frames; outlives the input */
    bool again;                    /* there may be more than one pass */
    bool preload;                  /* hold it, whatever its size */
    const struct weir_event *stop; /* ends the waits of open; not NULL */
};

int weir_replay_input_open(struct weir_replay_input **out,
                           const struct weir_replay_input_config *config,
                           struct weir_err *err);

/* Answers of next. */
enum {
    WEIR_REPLAY_INPUT_FRAMES = 1, /* 1 to 64, good until the next call */
    WEIR_REPLAY_INPUT_WAIT = 2,   /* a stream has nothing now: poll its fd */
    WEIR_REPLAY_INPUT_END = 3,    /* of the pass */
};

/* weir_replay_input_next: only frames that pass the filter. */
int weir_replay_input_next(struct weir_replay_input *input,
                           const struct weir_frame **frames, uint32_t *count,
                           struct weir_err *err);

/* weir_replay_input_again: after END: the first frame is next. */
int weir_replay_input_again(struct weir_replay_input *input,
                            struct weir_err *err);

/* weir_replay_input_ahead: reads a block ahead, if one is free and it takes no
 * waiting for a stream; false if not.  What goes wrong is told by next. */
bool weir_replay_input_ahead(struct weir_replay_input *input);

/* weir_replay_input_fd: of a stream; -1 of what never waits. */
int weir_replay_input_fd(const struct weir_replay_input *input);

/* weir_replay_input_iface: that a frame is of.  weir_replay_input_plain: all
 * that are known so far are of this link type, and none has a check sequence
 * behind its frames. */
const struct weir_iface *
weir_replay_input_iface(const struct weir_replay_input *input,
                        const struct weir_frame *frame);
bool weir_replay_input_plain(const struct weir_replay_input *input,
                             uint16_t linktype);

/* weir_replay_input_read, _excluded: frames read from the file, and of those
 * what the filter did not want; _held: it is in memory. */
uint64_t weir_replay_input_read(const struct weir_replay_input *input);
uint64_t weir_replay_input_excluded(const struct weir_replay_input *input);
bool weir_replay_input_held(const struct weir_replay_input *input);

/* weir_replay_input_all: all frames of a pass, if they are known: those of a
 * file that was held to its end.  Good until close. */
bool weir_replay_input_all(const struct weir_replay_input *input,
                           const struct weir_frame **frames, size_t *count);

/* weir_replay_input_close: accepts NULL. */
void weir_replay_input_close(struct weir_replay_input *input);

#endif
