#ifndef WEIR_BENCH_PEERS_PROOF_H
#define WEIR_BENCH_PEERS_PROOF_H

/* proof: that a peer did with a file what it was to do, by what it left
 * behind; not by its exit status alone.
 *
 * Threads   one.
 * Errors    -EBADMSG: it did not, and how; else -errno with a name. */

#include <stdint.h>

struct weir_err;
struct weir_peer;

/* The flows that a peer found; all 0 of one that does not tell. */
struct weir_proof_flows {
    uint64_t flows;
    uint64_t frames;
    uint64_t bytes; /* of IP */
};

/* weir_proof: of `frames` frames in the file `input`, with what the peer said
 * and the folder that it wrote to.  *found is all 0 before. */
int weir_proof(const struct weir_peer *peer, uint64_t frames, const char *input,
               const char *said, const char *folder,
               struct weir_proof_flows *found, struct weir_err *err);

/* weir_proof_same: that two files are the same to the byte. */
int weir_proof_same(const char *a, const char *b, struct weir_err *err);

#endif
