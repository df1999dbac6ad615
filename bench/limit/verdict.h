#ifndef WEIR_BENCH_LIMIT_VERDICT_H
#define WEIR_BENCH_LIMIT_VERDICT_H

/* verdict: which stage lost the frames of a trial.
 *
 * From what was counted and from the threads' time while frames were sent.
 * The first row that holds decides:
 *
 *   nothing lost, generator below its load       generator
 *   nothing lost                                 (none)
 *   more dropped before the tap than behind it   stack
 *   the ledger lost frames in writing            disk
 *   the pool ran empty (`starved`), and
 *     the writer waits in write, not on a CPU    disk
 *     the writer is busy                         writer
 *     the workers are busy                       workers
 *   the capture thread is busy                   capture
 *   workers or writer are busy                   that stage
 *   the pool ran empty, and the writer was stuck
 *     in write for as long as what was lost
 *     took to come                               disk
 *   none of them                                 ring
 *
 * A stage is busy when its threads run, or would run, for BUSY of the time.
 * If they could not get a CPU for WAITING of it, the limit is "cpu": there
 * are fewer CPUs than threads that want one, and the stage is the one that
 * used them most.  "ring" means that nobody was at its limit on the mean: the
 * kernel's ring is too small for the moments in which the recorder did not
 * keep up; if the pool ran empty in them, the stage is the one behind it that
 * had the most to do.
 *
 * Threads   any; a pure function.
 * Errors    none. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/trial/trial.h"

#define WEIR_VERDICT_BUSY    0.80
#define WEIR_VERDICT_WAITING 0.15
/* Of the time, inside write(), and of that on a CPU. */
#define WEIR_VERDICT_WRITE  0.60
#define WEIR_VERDICT_ON_CPU 0.50
/* Of the time, inside write() and not on a CPU: less is an ordinary wait. */
#define WEIR_VERDICT_STUCK 0.10

enum weir_limit {
    WEIR_LIMIT_NONE,
    WEIR_LIMIT_GENERATOR,
    WEIR_LIMIT_STACK, /* from the wire to the packet socket */
    WEIR_LIMIT_RING,
    WEIR_LIMIT_CAPTURE,
    WEIR_LIMIT_WORKERS,
    WEIR_LIMIT_WRITER,
    WEIR_LIMIT_DISK,
    WEIR_LIMIT_CPU,
    WEIR_LIMIT_COUNT
};

struct weir_verdict_facts {
    uint64_t lost; /* of those that were sent */
    double loss_fraction;
    bool generator_limited;
    struct weir_trial_before before;
    uint64_t kernel_dropped;
    uint64_t lost_in_write;
    uint64_t starved;
    double write_fraction; /* of the time, inside the sink's write */
    const struct weir_trial_thread *threads;
    size_t threads_count;
};

struct weir_verdict {
    enum weir_limit limit;
    enum weir_limit stage; /* for CPU and RING: see above; else limit */
};

struct weir_verdict weir_verdict(const struct weir_verdict_facts *facts);

/* weir_limit_name: as in results; NULL for NONE. */
const char *weir_limit_name(enum weir_limit limit);

/* weir_verdict_text: "workers", "cpu (mostly workers)"; out has
 * WEIR_VERDICT_TEXT_MAX bytes. */
#define WEIR_VERDICT_TEXT_MAX 48
char *weir_verdict_text(char *out, struct weir_verdict verdict);

#endif
