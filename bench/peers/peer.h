#ifndef WEIR_BENCH_PEERS_PEER_H
#define WEIR_BENCH_PEERS_PEER_H

/* peer: a program that does some of what weir does, as data: how it is run
 * at its best, how it stops, and where it says what it did.
 *
 * The words of a command line may hold these, in braces:
 *
 *   {weir}    the recorder that is measured
 *   {device}  the interface to record
 *   {in}      the file to read; it is on the standard input as well
 *   {out}     the file or folder to write, within the working folder, which
 *             is new for each run and is removed with all that is in it
 *
 * Threads   any; constants, and pure functions of them.
 * Units     nanoseconds. */

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct weir_err;

enum weir_peer_task {
    WEIR_PEER_LIVE,  /* record an interface */
    WEIR_PEER_COPY,  /* read a file and write it */
    WEIR_PEER_COUNT, /* read a file and count its frames */
    WEIR_PEER_FLOWS, /* read a file and find its flows */
    WEIR_PEER_TASKS,
};

/* Where a run's number of frames is told. */
enum weir_peer_proof {
    WEIR_PEER_SAME,    /* out is the same as in, to the byte */
    WEIR_PEER_RECORDS, /* as many records are in out as in in */
    WEIR_PEER_SAYS,    /* a number behind `says` in its words */
    WEIR_PEER_ARGUS,   /* the sum over the flow records in out */
    WEIR_PEER_NFDUMP,  /* what nfdump reads of the flows in out */
    WEIR_PEER_TOTALS,  /* those of weir's flows, JSON in out or its words */
    WEIR_PEER_MARKS,   /* of live frames: distinct numbers in out */
};

#define WEIR_PEER_WORDS_MAX 24
#define WEIR_PEER_OUT       "out"

struct weir_peer {
    const char *name; /* and the program, unless `program` is set */
    enum weir_peer_task task;
    const char *argv[WEIR_PEER_WORDS_MAX];
    const char *small;   /* one word more, where frames are small */
    bool by_name;        /* it runs only if --peer names it */
    const char *over;    /* of weir: whom it is compared with, names with
                          * commas between; NULL: all others */
    const char *program; /* that must be there, if argv[0] is another's */
    const char *package; /* Debian's, that has it */
    const char *does;    /* for the frames, in the results' words */
    const char *flags;   /* why these; what no flag can give it */
    enum weir_peer_proof proof;
    const char *says;       /* before the number of frames that it took */
    bool says_before;       /* no: behind that number */
    const char *lost;       /* before the number that it says it dropped */
    bool lost_before;       /* no: behind that number */
    const char *asked[4];   /* how its version is asked for; none: of the
                             * package */
    const char *needs[4];   /* a command that fails where it may not do its
                             * work; none: it may anywhere */
    const char *lacks;      /* what is missing then */
    const char *folders[3]; /* within out, that it expects there */
    int stop_signal;        /* that ends a recording; 0: SIGINT */
    bool ends_badly;        /* that end has no exit status 0 */
    uint32_t usual_ns;      /* for one small frame, about: for estimates */
};

/* All of them, by task; weir's own is the last of each task. */
#define WEIR_PEERS_MAX 40

extern const struct weir_peer weir_peers[];
extern const size_t weir_peers_count;

#define WEIR_PEER_SELF "weir"

/* weir_peer_is_self: weir as it is by itself; weir_peer_is_weir: or with other
 * options ("weir-pcap"). */
bool weir_peer_is_self(const struct weir_peer *peer);
bool weir_peer_is_weir(const struct weir_peer *peer);

/* weir_peer_in: whether a name is in a list with commas between. */
bool weir_peer_in(const char *list, const char *name);

/* weir_peer_program: the program that must be there; NULL for weir's. */
const char *weir_peer_program(const struct weir_peer *peer);

/* weir_peer_task_name: "live", "copy", ...; ends with NULL. */
extern const char *const weir_peer_task_names[WEIR_PEER_TASKS + 1];

/* What stands for the words in braces; a NULL one may not occur. */
struct weir_peer_fill {
    const char *weir;
    const char *device;
    const char *in;
    const char *out;
};

/* argv: a command line, filled in.
 * Owner     it holds its words itself. */
struct weir_peer_argv {
    const char *words[WEIR_PEER_WORDS_MAX + 1]; /* ends with NULL */
    char bytes[4 * PATH_MAX];
};

/* weir_peer_argv_make: of a template that ends with NULL or at
 * WEIR_PEER_WORDS_MAX.  Returns 0 or -ENAMETOOLONG. */
int weir_peer_argv_make(struct weir_peer_argv *out, const char *const *words,
                        const struct weir_peer_fill *fill,
                        struct weir_err *err);

/* weir_peer_argv_of: of a peer's template, for frames of that size. */
#define WEIR_PEER_SMALL_MAX 512

int weir_peer_argv_of(struct weir_peer_argv *out, const struct weir_peer *peer,
                      uint32_t size, const struct weir_peer_fill *fill,
                      struct weir_err *err);

/* weir_peer_argv_text: the line as people would type it, cut off if it is
 * too long. */
char *weir_peer_argv_text(char *out, size_t size,
                          const struct weir_peer_argv *argv);

#endif
