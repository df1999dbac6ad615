#ifndef WEIR_SINK_OUTFILE_IMPL_H
#define WEIR_SINK_OUTFILE_IMPL_H

/* outfile_impl: what the files of outfile.h have in common.
 *
 * Threads   as in outfile.h: one at a time for each file.
 * Errors    -errno with a text; a bool is no error. */

#include <sys/stat.h>

#include "sink/outfile.h"

/* outfile_wait_pipe: sleeps until the pipe may take bytes, or for
 * timeout_ms. */
int outfile_wait_pipe(struct weir_outfile *out, int timeout_ms,
                      struct weir_err *err);

/* outfile_displace: unlinks the regular file of that name, a real one, unless
 * a recording writes it: -EBUSY, with a text that begins with path.  What *held
 * has then is closed by the caller once the new file is claimed; it may be
 * -1.
 * outfile_claim: the file, which was just made under its name, is ours alone
 * as long as it is open; -EBUSY: another recording was faster, and what has
 * the name is not ours. */
int outfile_displace(const char *real, const char *path, int *held,
                     struct weir_err *err);
int outfile_claim(struct weir_outfile *out, struct weir_err *err);

/* outfile_check_idle: -EBUSY, with a text that begins with path, if a recording
 * writes the regular file of that name.  Its lock is ours for an instant. */
int outfile_check_idle(const char *real, const char *path,
                       struct weir_err *err);

/* outfile_refuse_input: -EINVAL if that is the input. */
int outfile_refuse_input(const struct weir_outfile_not *input,
                         const struct stat *st, const char *name,
                         struct weir_err *err);

/* outfile_is_at: the name is that of fd's file. */
bool outfile_is_at(int fd, const char *name);

#endif
