#ifndef WEIR_CAPTURE_SOURCE_FILE_H
#define WEIR_CAPTURE_SOURCE_FILE_H

/* source_file: frames from a pcap or pcapng file, or from a stream of one.
 *
 * The file is read(), not mapped: a file that shrinks cannot kill us, and
 * it is as fast.  The capture thread walks record headers only, to find
 * where a lease of whole records ends and to keep track of pcapng's sections
 * and interfaces; the frames are taken out of the same bytes by whoever
 * walks the lease.
 *
 * Leases    hold the file's own records.  One is cut where its block is
 *           full, at WEIR_LEASE_FRAMES_MAX frames, before a section header
 *           or interface description, and where a stream has nothing more
 *           for now.  Several leases may lie in one block.
 * Interfaces  are numbered for the whole file.  One that a later section
 *           declares again (same name, link type, snapshot length, time
 *           resolution, FCS length) keeps its number; two of one section
 *           never share one.  snaplen is what the file says.
 * Accepts   all that libpcap reads, pcapng with sections and interfaces of
 *           any mix, and frames longer than the file's snapshot length.
 * Threads   as in source.h.
 * Progress  all memory is taken at open, but for the compiled filter of a
 *           link type that is first declared later on.  For a regular file
 *           next never waits; for anything else it polls before it reads.
 * Errors    of content are -EBADMSG and name the file, the offset and the
 *           frame; every whole frame before the fault has been given. */

#include <sys/types.h>

#include "capture/source.h"

/* weir_file_source_open: path "-" is standard input, which stays open at
 * close.  The header has been read when this returns, of pcapng as far as
 * the first interface (a file without any is valid and empty); on a pipe
 * that may wait: config->stop ends it with -ECANCELED, and where there is none
 * a signal may, with -EINTR.  config->block_bytes is a multiple of 4096; a
 * record that does not fit a block is an error.  config->snaplen is the
 * worker's business.  Returns 0 or -errno; *out is
 * set only on 0. */
int weir_file_source_open(struct weir_source **out, const char *path,
                          const struct weir_source_config *config,
                          struct weir_err *err);

/* weir_file_source_frames: instead of next, for who reads in one thread: the
 * next frames, at most max, to out.  They are valid until the next call.
 * Returns WEIR_SOURCE_LEASE (*count is at least 1), WAIT, END, or -errno, as
 * next; the source must have no lease out. */
int weir_file_source_frames(struct weir_source *source, struct weir_frame *out,
                            uint32_t max, uint32_t *count,
                            struct weir_err *err);

/* weir_file_source_identity: which file it is, so that an output can be
 * kept from being the input. */
void weir_file_source_identity(const struct weir_source *source, dev_t *device,
                               ino_t *inode);

#endif
