#ifndef WEIR_SINK_OUTFILE_IMPL_H
#define WEIR_SINK_OUTFILE_IMPL_H

/* outfile_impl: what the files of outfile.h have in common. */

#include "sink/outfile.h"

/* outfile_wait_pipe: sleeps until the pipe may take bytes, or for
 * timeout_ms. */
int outfile_wait_pipe(struct weir_outfile *out, int timeout_ms,
                      struct weir_err *err);

#endif
