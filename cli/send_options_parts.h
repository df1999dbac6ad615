#ifndef WEIR_CLI_SEND_OPTIONS_PARTS_H
#define WEIR_CLI_SEND_OPTIONS_PARTS_H

/* What the files of send_options share. */

#include <stdint.h>

struct send_options;
struct weir_args;

/* send_options_layer: one option with a long name alone.  0 or -EINVAL. */
int send_options_layer(struct send_options *o, struct weir_args *args,
                       int option);

/* send_options_payload: those of the payload, and --len. */
int send_options_payload(struct send_options *o, struct weir_args *args,
                         int option);

/* send_options_settle: whether all of them go together. */
int send_options_settle(const struct send_options *o, struct weir_args *args);

/* send_option_name: "eth-src". */
const char *send_option_name(int option);

/* send_hex: pairs of hexadecimal digits, with colons or blanks between them if
 * that is easier to read. */
int send_hex(struct weir_args *args, const char *text, uint8_t *out,
             uint32_t most, uint32_t *count);

/* send_number: decimal, or hexadecimal with 0x. */
int send_number(struct weir_args *args, const char *text, uint64_t most,
                uint64_t *out);

#endif
