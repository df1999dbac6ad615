#ifndef WEIR_TESTS_CHECK_CHECK_H
#define WEIR_TESTS_CHECK_CHECK_H

/* check: what a test counts that is a plain main, as the leak tests are: the
 * sanitizer's leak check does not see through Criterion.
 *
 * Threads   one. */

#include <stdbool.h>

/* check: prints `what` if it is not ok.  check_failed: how many were not. */
void check(bool ok, const char *what);
unsigned check_failed(void);

/* check_files_open: a figure that is greater if more files are open. */
unsigned check_files_open(void);

/* check_end: prints "N passed, N failed"; the exit status.  check_skip: the
 * same of a test that cannot be run here. */
int check_end(void);
int check_skip(const char *why);

#endif
