#ifndef WEIR_TESTS_CLI_COMMAND_H
#define WEIR_TESTS_CLI_COMMAND_H

/* command: the built command in a folder of the test's own, as a user's shell
 * runs it, and what it left there by independent readers (libpcap, jansson).
 *
 * The folder is made by the first call and is the working folder of every
 * script; names of files are relative to it.  The test needs //cli:weir in
 * its data. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a script wrote, and its status. */
struct command_result {
    int status;
    char out[65536];
    char err[16384];
};

/* command_run: `weir` is the command under test.  The result is good until
 * the next call. */
__attribute__((format(printf, 1, 2))) const struct command_result *
command_run(const char *format, ...);

/* command_path: where the file is; good until the next call. */
const char *command_path(const char *name);

/* command_lines: how many lines a text has. */
int command_lines(const char *text);

/* command_complains: the script ends with `status`, and says nothing on
 * stdout, and on stderr one line that has both texts in it. */
void command_complains(const char *script, int status, const char *a,
                       const char *b);

/* command_frames: how many frames libpcap finds in the file, or -1 if it is
 * not whole. */
long command_frames(const char *name);

/* command_number: a number of the JSON report in the file, "ledger.lost.write".
 * Asserts that it is there. */
uint64_t command_number(const char *report, const char *path);

/* command_balances: the report's ledger does, by its own word and when its
 * parts are added up. */
void command_balances(const char *report);

/* command_sums: the statistics of the report are about exactly this many
 * frames: totals, roots of the protocols, sizes, talkers. */
void command_sums(const char *report, uint64_t frames);

#endif
