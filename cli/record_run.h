#ifndef WEIR_CLI_RECORD_RUN_H
#define WEIR_CLI_RECORD_RUN_H

/* record_run: one recording, from opening its source to its summary. */

struct record_options;

/* record_run: returns the exit status; has printed why if it is not 0. */
int record_run(const struct record_options *options);

#endif
