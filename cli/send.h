#ifndef WEIR_CLI_SEND_H
#define WEIR_CLI_SEND_H

/* weir_cmd_send: `weir send`; argv[0] is the command's name.  Returns the
 * process's exit status. */
int weir_cmd_send(int argc, char **argv);

#endif
