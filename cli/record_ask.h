#ifndef WEIR_CLI_RECORD_ASK_H
#define WEIR_CLI_RECORD_ASK_H

/* record_ask: what `weir record` can tell without recording: -D, -L, -d.
 *
 * Each prints to standard output and returns the exit status; it has said on
 * stderr why if that is not 0. */

struct record_options;

/* The devices, one a line, as tcpdump -D numbers and describes them. */
int record_list_devices(void);

/* The link types of the device, as tcpdump -L lists them. */
int record_list_link_types(const char *device);

/* The program that the filter compiles to, as tcpdump -d prints it. */
int record_show_filter(const struct record_options *options);

#endif
