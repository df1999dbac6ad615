#ifndef WEIR_BENCH_TRIAL_LISTEN_H
#define WEIR_BENCH_TRIAL_LISTEN_H

/* listen: whether a program's packet sockets receive already.
 *
 * From /proc/PID/net/packet, the packet sockets of its namespace, and
 * /proc/PID/fd, which of them are its own or its children's.  A socket that
 * is bound to no protocol, as senders' are, does not count.
 *
 * Threads   any.
 * Errors    none: what cannot be read does not listen. */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* weir_listen_sockets: how many listen. */
uint32_t weir_listen_sockets(pid_t pid);

/* weir_listen_parse: pure: of the text of /proc/net/packet, the inodes of the
 * sockets that listen, at most max. */
size_t weir_listen_parse(const char *text, uint64_t *inodes, size_t max);

#endif
