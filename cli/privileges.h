#ifndef WEIR_CLI_PRIVILEGES_H
#define WEIR_CLI_PRIVILEGES_H

/* privileges: becoming another user for good. */

struct weir_err;

/* weir_privileges_drop: to the user's ids and groups, in a process without
 * other threads.  The user is looked up by name.  Returns 0 or -errno. */
int weir_privileges_drop(const char *user, struct weir_err *err);

#endif
