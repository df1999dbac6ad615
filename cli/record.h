#ifndef WEIR_CLI_RECORD_H
#define WEIR_CLI_RECORD_H

/* record: the command `weir record`. */

/* weir_cmd_record: argv[0] is "record".  Returns the exit status. */
int weir_cmd_record(int argc, char **argv);

#endif
