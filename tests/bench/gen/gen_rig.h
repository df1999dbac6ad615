#ifndef WEIR_TESTS_BENCH_GEN_GEN_RIG_H
#define WEIR_TESTS_BENCH_GEN_GEN_RIG_H

/* gen_rig: runs `weir-bench gen`, and looks at what comes out of it.
 *
 * The test needs //bench:weir-bench in its data.  Threads: the test's one. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "bench/gen/plan.h"

/* gen_privileged: there are capabilities of the machine, not only of a user
 * namespace: for xdp, and for a listener's buffer of many frames. */
bool gen_privileged(void);

/* A run of the program. */
struct gen_run {
    pid_t pid;
    int in;  /* its standard input; -1: closed */
    int out; /* and output */
    int err;
    int status;      /* by gen_finish: its exit status */
    char text[4096]; /* what it printed */
    char words[4096];
};

/* What the program has to do without. */
enum gen_lack {
    GEN_LACKS_NOTHING,
    GEN_LACKS_CAPABILITIES, /* all of them */
    GEN_LACKS_BPF,          /* all but CAP_NET_RAW */
    GEN_LACKS_LIVE_FRAMES,  /* as on a kernel before Linux 5.18 */
};

/* gen_start: with these arguments, which blanks divide, behind "gen". */
void gen_start(struct gen_run *run, const char *arguments);
void gen_start_without(struct gen_run *run, enum gen_lack lack,
                       const char *arguments);

/* gen_line: waits for a line of its output; false if there is none. */
bool gen_line(struct gen_run *run, char *line, size_t size);

/* gen_finish: closes its input, reads its output and waits for its end. */
void gen_finish(struct gen_run *run);

/* gen_complains: it ends with this status, one line on stderr that has these
 * words, and nothing on stdout. */
void gen_complains(const char *arguments, int status, const char *words);

/* gen_number: of the line of JSON that it printed; gen_is: a text or, with
 * "true" and "false", a truth value there. */
uint64_t gen_number(const struct gen_run *run, const char *key);
bool gen_is(const struct gen_run *run, const char *key, const char *value);

/* A listener on an interface, whatever comes in there. */
struct gen_tap {
    int fd;
    uint64_t frames;   /* so far; also the next number to come */
    uint64_t first_ns; /* stamp of the first and the latest */
    uint64_t stamp_ns;
    uint64_t bytes;
};

void gen_tap_open(struct gen_tap *tap, const char *interface);

/* gen_tap_take: waits up to timeout_ms for a frame and asserts that it is the
 * plan's next one, byte by byte; false if none comes. */
bool gen_tap_take(struct gen_tap *tap, const struct weir_plan *plan,
                  int timeout_ms);

/* gen_tap_drain: those that are there, or come before the program ends, which
 * it then has. */
void gen_tap_drain(struct gen_tap *tap, const struct weir_plan *plan,
                   struct gen_run *run);
void gen_tap_close(struct gen_tap *tap);

#endif
