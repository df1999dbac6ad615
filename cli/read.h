#ifndef WEIR_CLI_READ_H
#define WEIR_CLI_READ_H

/* read: the command `weir read`. */

/* weir_cmd_read: argv[0] is "read".  Returns the exit status. */
int weir_cmd_read(int argc, char **argv);

#endif
