#ifndef WEIR_TESTS_BENCH_PEERS_FAKES_H
#define WEIR_TESTS_BENCH_PEERS_FAKES_H

/* fakes: peers that are shell scripts, which PATH names first, and the
 * command that runs them beside the real weir; in a folder of the test. */

#include <stdbool.h>
#include <sys/types.h>

extern char fakes_folder[];

/* For the command: its patience and the live load; and whether it is without
 * capabilities. */
extern const char *fakes_patience;
extern const char *fakes_rate;
extern bool fakes_unprivileged;

void fakes_setup(void);
void fakes_teardown(void);

/* A program of that name; --version and -h are answered by all. */
void fakes_make(const char *name, const char *script);

/* The command; its exit status. */
pid_t fakes_start(const char *task, const char *peers);
int fakes_finish(pid_t pid);

/* What it said on its standard output. */
const char *fakes_words(void);

/* How many lines of the results have that type and that text in that key;
 * and the last number under "rounds" in a peer's line, -1 if there is none. */
int fakes_lines(const char *type, const char *key, const char *text);
long long fakes_round_number(const char *peer, const char *key);

/* Whether a folder of the command's own is still there. */
bool fakes_something_is_left(void);

#endif
