#ifndef WEIR_PIPELINE_STEP_H
#define WEIR_PIPELINE_STEP_H

/* step: what a stage's step function says of itself.
 *
 * A stage never sleeps and knows of no thread.  A thread is a loop around its
 * step; a test calls it by hand, in any order it likes.
 *
 * Threads   a stage's step is called by one thread at a time; which one may
 *           change, if something orders the calls. */

enum weir_step {
    WEIR_STEP_IDLE = 0, /* nothing to do until the stage's bell rings */
    WEIR_STEP_WORKED = 1,
    WEIR_STEP_ENDED = 2,
};

#endif
