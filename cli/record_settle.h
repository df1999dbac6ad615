#ifndef WEIR_CLI_RECORD_SETTLE_H
#define WEIR_CLI_RECORD_SETTLE_H

/* record_settle: what the options of `weir record` mean together. */

struct record_options;
struct weir_args;

/* record_options_settle: refuses what does not go together, and fills in what
 * was not said: the filter of the last words, the format, the workers.
 * Returns 0, or -EINVAL or -ENOMEM with a text in args->err. */
int record_options_settle(struct record_options *o, struct weir_args *args);

#endif
