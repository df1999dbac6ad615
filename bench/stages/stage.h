#ifndef WEIR_BENCH_STAGES_STAGE_H
#define WEIR_BENCH_STAGES_STAGE_H

/* stage: one part of the way of a frame, alone, to be timed.
 *
 *   open -> (prepare -> run)* -> check -> close
 *
 * A run is one sample: it works on a block, or within a worker, where a
 * block is gone through in vectors, on WEIR_STAGE_RUN frames that prepare has
 * brought as near as the step before it does.  Only run is timed.  check
 * compares what all runs made with what must come of it: a stage that did
 * not do its work is an error and never a figure.
 *
 * A floor is a stage too: the least that the same frames could cost.
 *
 * Owner     state belongs to the stage from open to close.
 * Threads   all calls by one thread; a stage may have a partner of its own.
 * Units     a run returns frames, or items where `items` says what they are.
 * Errors    -errno with a text; -EOPNOTSUPP of open: not here (a file system
 *           without O_DIRECT, a second CPU), which skips the stage. */

#include <stdbool.h>
#include <stdint.h>

struct weir_err;
struct weir_input;
struct weir_stage;

#define WEIR_STAGE_RUN 1024

struct weir_stage_setup {
    const struct weir_stage *stage; /* that is opened: its `param` */
    const struct weir_input *input;
    const char *folder;  /* for files; NULL: stages with `files` are left out */
    uint64_t file_bytes; /* no file grows longer; a multiple of 1 MiB */
};

struct weir_stage {
    const char *name;
    const char *text;  /* what it does, for people; "" in a floor */
    const char *floor; /* the name of another stage, or NULL */
    const char *items; /* NULL: frames; "batch", "wake-up": what is counted */
    bool flows;        /* what it costs depends on how many flows there are */
    bool files;        /* it needs a folder */
    bool scales;       /* several at once are told how they scale */
    bool once;         /* a run takes long: few samples are taken */
    int param;         /* of stages that share their functions */

    int (*open)(void **state, const struct weir_stage_setup *setup,
                struct weir_err *err);
    int (*prepare)(void *state, struct weir_err *err); /* may be NULL */
    int64_t (*run)(void *state, struct weir_err *err); /* > 0, or -errno */
    int (*check)(void *state, struct weir_err *err);
    /* Of a bandwidth: the bytes of a frame, all in all; else NULL. */
    double (*bytes)(void *state);
    /* Of what makes records: the bytes that a frame takes in a file, behind
     * check; else NULL. */
    double (*file_bytes)(void *state);
    void (*close)(void *state);
};

/* The stages, a noun each. */
extern const struct weir_stage weir_stage_walk;
extern const struct weir_stage weir_stage_dissect;
extern const struct weir_stage weir_stage_ring_walk;
extern const struct weir_stage weir_stage_in_place;
extern const struct weir_stage weir_stage_flow;
extern const struct weir_stage weir_stage_flow_table;
extern const struct weir_stage weir_stage_encode_pcap;
extern const struct weir_stage weir_stage_encode;
extern const struct weir_stage weir_stage_account; /* a worker, no file */
extern const struct weir_stage weir_stage_account_flows;
extern const struct weir_stage weir_stage_worker; /* a worker, to pcapng */
extern const struct weir_stage weir_stage_worker_copied;
extern const struct weir_stage weir_stage_worker_turned;
extern const struct weir_stage weir_stage_link; /* push and pop, here */
extern const struct weir_stage weir_stage_link_threads;
extern const struct weir_stage weir_stage_bell;
extern const struct weir_stage weir_stage_pool;
extern const struct weir_stage weir_stage_write;
extern const struct weir_stage weir_stage_pcap_parse;
extern const struct weir_stage weir_stage_pcapng_parse;
extern const struct weir_stage weir_stage_file_pcap;
extern const struct weir_stage weir_stage_file_pcapng;

/* Floors. */
extern const struct weir_stage weir_stage_touch; /* a load from each frame */
extern const struct weir_stage weir_stage_touch_near; /* that are in cache */
extern const struct weir_stage weir_stage_read;       /* a block's bytes */
extern const struct weir_stage weir_stage_memcpy;     /* and copied */
extern const struct weir_stage weir_stage_memcpy_near;
extern const struct weir_stage weir_stage_cores; /* arithmetic alone */
extern const struct weir_stage weir_stage_buffered;
extern const struct weir_stage weir_stage_direct;
extern const struct weir_stage weir_stage_cp;
extern const struct weir_stage weir_stage_file_read;

#endif
