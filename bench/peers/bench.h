#ifndef WEIR_BENCH_PEERS_BENCH_H
#define WEIR_BENCH_PEERS_BENCH_H

/* bench: what the runs of `weir bench peers` share.
 *
 *   a row     one task at one frame size (and one load): all of its peers
 *             do the same work in turn, round after round
 *   a rival   a peer in a row, with what its rounds gave
 *
 * Owner     the command.
 * Threads   one. */

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/args.h"
#include "base/err.h"
#include "bench/host/bench_args.h"
#include "bench/peers/peer.h"
#include "bench/peers/rounds.h"
#include "ring/stop.h"

struct weir_peers_tally;
struct weir_results;

#define WEIR_PEERS_LIST_MAX 16

/* Instead of a size: 60, 590 and 1514 bytes at 7:4:1. */
#define WEIR_PEERS_IMIX       UINT32_C(0)
#define WEIR_PEERS_IMIX_BYTES UINT32_C(358)

struct weir_peers_options {
    struct weir_bench_args bench;
    bool tasks[WEIR_PEER_TASKS];
    const char *peers;   /* names with commas between; NULL: all */
    const char *folder;  /* -w; NULL: in memory */
    char target[16];     /* its file system's type; "": it is in memory */
    const char *way;     /* of the generator */
    uint64_t frames;     /* of a file of small frames */
    bool frames_asked;   /* and no fewer of those that flows are found in */
    uint32_t rounds;     /* 0: each task's default */
    int64_t seconds_ns;  /* of a live load; at full speed 2.5 times that */
    int64_t patience_ns; /* with a program that reads a file */
    uint32_t sizes[WEIR_PEERS_LIST_MAX]; /* or WEIR_PEERS_IMIX */
    size_t sizes_count;
    struct weir_rate rates[WEIR_PEERS_LIST_MAX];
    size_t rates_count;
    bool help;
};

struct weir_peers_bench {
    const struct weir_peers_options *options;
    struct weir_results *results; /* NULL: none */
    FILE *out;                    /* for people */
    struct weir_peers_tally *tally;
    struct weir_stop stop;      /* Ctrl-C */
    char folder[PATH_MAX];      /* ours, absolute */
    uint64_t room_bytes;        /* that files may take in it */
    struct weir_bench_cpus all; /* of the recorder and the generator */
};

struct weir_peers_row {
    enum weir_peer_task task;
    char name[64];        /* the results' "task" */
    uint32_t size;        /* of the frames, on the mean */
    char frame[12];       /* the generator's word for it: "60", "imix" */
    char title[24];       /* and people's: "60 bytes", "IMIX" */
    char input[PATH_MAX]; /* of offline tasks: the file, absolute */
    uint64_t frames;      /* in it; live: at most to be sent */
    int64_t duration_ns;  /* live */
    uint64_t load_pps;    /* live; 0: full speed */
    const void *place;    /* live: struct weir_trial_place */
};

struct weir_peers_rival {
    const struct weir_peer *peer;
    char version[32];
    char command[1024];
    bool out; /* it will not run in the rounds to come */
    struct weir_rounds rounds;
};

/* What a round came to, if it is no valid one. */
struct weir_peers_void {
    struct weir_err why; /* "" for a valid round */
    bool for_good;       /* another try would only take time */
};

/* weir_peers_folder_fresh: makes an empty working folder for a run of the
 * peer, with what the peer expects in it; weir_peers_folder_remove: what is
 * there goes.  path: PATH_MAX bytes. */
int weir_peers_folder_fresh(const struct weir_peers_bench *bench,
                            const struct weir_peer *peer, char *path,
                            struct weir_err *err);
int weir_peers_folder_remove(const char *path, struct weir_err *err);

/* weir_peers_offline, weir_peers_live: one round of one rival.  Returns 0,
 * and a valid round or why it is void; or -errno if the bench itself cannot
 * go on (-ECANCELED: the stop was set). */
int weir_peers_offline(const struct weir_peers_bench *bench,
                       const struct weir_peers_row *row,
                       struct weir_peers_rival *rival, struct weir_round *out,
                       struct weir_peers_void *why, struct weir_err *err);
int weir_peers_live(const struct weir_peers_bench *bench,
                    const struct weir_peers_row *row,
                    struct weir_peers_rival *rival, struct weir_round *out,
                    struct weir_peers_void *why, struct weir_err *err);

/* weir_peers_row: all rounds of a row; prints and adds to the results and to
 * the tally what was found.  Returns as above. */
int weir_peers_row(const struct weir_peers_bench *bench,
                   const struct weir_peers_row *row, struct weir_err *err);

/* weir_peers_wanted: by --task and --peer. */
bool weir_peers_wanted(const struct weir_peers_options *options,
                       const struct weir_peer *peer);

/* weir_peers_rounds: of a task. */
uint32_t weir_peers_rounds(const struct weir_peers_options *options,
                           enum weir_peer_task task);

#endif
