#ifndef WEIR_BENCH_STAGES_SESSION_H
#define WEIR_BENCH_STAGES_SESSION_H

/* session: what is around the work of a command: its results from the run
 * line on, and how it ends.
 *
 * Owner     texts are borrowed.
 * Threads   the main thread.
 * Errors    one line on stderr, and an exit status of base/args.h. */

struct weir_err;
struct weir_results;

struct weir_session {
    const char *command; /* "weir bench self" */
    const char *name;    /* of the run line: "self" */
    const char *results; /* --results, or NULL */
    int argc;
    char **argv;
};

/* weir_session_run: opens the results, if there are any, and writes the run
 * line; does the work, with NULL where there are none; and closes them. */
int weir_session_run(const struct weir_session *session,
                     int (*work)(void *context, struct weir_results *results,
                                 struct weir_err *err),
                     void *context);

#endif
