#ifndef WEIR_BENCH_TRIAL_LAST_WORDS_H
#define WEIR_BENCH_TRIAL_LAST_WORDS_H

/* last_words: how a job ended, in one line.
 *
 * Threads   any; a pure function. */

struct weir_err;
struct weir_job_end;

/* weir_last_words: "NAME: the last line that it wrote to standard error",
 * or that line alone if it begins with the name.
 * Returns -ESRCH if a signal ended it, -ETIMEDOUT if it had to be ended, else
 * -EIO. */
int weir_last_words(const struct weir_job_end *end, const char *name,
                    struct weir_err *err);

#endif
