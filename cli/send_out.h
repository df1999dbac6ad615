#ifndef WEIR_CLI_SEND_OUT_H
#define WEIR_CLI_SEND_OUT_H

/* send_out: a frame onto an interface or into a file, as often as was asked
 * for. */

#include <stdint.h>

struct send_frame;
struct send_options;
struct weir_err;

struct send_result {
    uint64_t frames;
    int64_t first_ns; /* of the monotonic clock, of what was sent */
    int64_t last_ns;
};

/* send_out_device: until INT, TERM or HUP.  *result is of what was sent, also
 * after an error.  send_out_file: with the times at which they would be. */
int send_out_device(const struct send_options *o,
                    const struct send_frame *frame, struct send_result *result,
                    struct weir_err *err);
int send_out_file(const struct send_options *o, const struct send_frame *frame,
                  struct send_result *result, struct weir_err *err);

#endif
