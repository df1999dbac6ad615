#ifndef WEIR_CLI_SEND_FRAME_H
#define WEIR_CLI_SEND_FRAME_H

/* send_frame: the bytes of the packet that a command line asks for. */

#include <stdint.h>

#include "sink/build.h"

struct send_options;
struct weir_err;

struct send_frame {
    uint16_t linktype;
    uint32_t bytes;
    uint8_t data[WEIR_BUILD_BYTES_MAX];
};

/* send_frame_make: asks the device, if there is one, for what the options do
 * not tell.  0 or -errno. */
int send_frame_make(struct send_frame *out, const struct send_options *o,
                    struct weir_err *err);

#endif
