#ifndef WEIR_CLI_REPLAY_H
#define WEIR_CLI_REPLAY_H

/* replay: the command `weir replay`. */

/* weir_cmd_replay: argv[0] is "replay".  Returns the exit status. */
int weir_cmd_replay(int argc, char **argv);

#endif
