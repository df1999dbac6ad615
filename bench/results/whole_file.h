#ifndef WEIR_BENCH_RESULTS_WHOLE_FILE_H
#define WEIR_BENCH_RESULTS_WHOLE_FILE_H

/* whole_file: texts that are whole files.
 *
 * A file is replaced at once or stays as it was; a device, a pipe or a link
 * is written to, and "-" is standard output.
 *
 * Threads   any.
 * Errors    -errno with the file's name. */

struct weir_err;

int weir_whole_file_write(const char *path, const char *text,
                          struct weir_err *err);

/* weir_whole_file_read: *out is from malloc, the caller frees.  At most
 * 64 MiB; a file with a 0 in it is -EINVAL. */
int weir_whole_file_read(const char *path, char **out, struct weir_err *err);

#endif
