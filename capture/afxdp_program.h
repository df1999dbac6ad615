#ifndef WEIR_CAPTURE_AFXDP_PROGRAM_H
#define WEIR_CAPTURE_AFXDP_PROGRAM_H

/* afxdp_program: the XDP program on an interface, for as long as this
 * process has it.
 *
 * It is attached by a link that no name keeps: the kernel takes it off the
 * interface when the process ends, however it ends.
 *
 * Threads   [c] a queue's capture thread; [1] nobody else running.  Unmarked
 *           calls are [c].
 * Progress  only [1] calls call the kernel, so that no privilege
 *           is needed between them.
 * Errors    text without the interface's name. */

#include <stdbool.h>
#include <stdint.h>

struct weir_afxdp_program;
struct weir_err;

/* weir_afxdp_program_open [1]: loads and attaches; the host keeps its frames.
 * queues: how many the interface has.  Returns 0; -EPERM; -EBUSY: another
 * program is there; -EOPNOTSUPP: the kernel is too old; or another -errno.
 * *out is set only on 0. */
int weir_afxdp_program_open(struct weir_afxdp_program **out, uint32_t ifindex,
                            uint32_t queues, struct weir_err *err);

/* weir_afxdp_program_share [1]: for the sockets of several queues; each user
 * closes it. */
struct weir_afxdp_program *
weir_afxdp_program_share(struct weir_afxdp_program *program);

/* weir_afxdp_program_join [1]: frames of the queue are for this socket.
 * Returns 0 or -errno. */
int weir_afxdp_program_join(struct weir_afxdp_program *program, uint32_t queue,
                            int socket, struct weir_err *err);

/* weir_afxdp_program_intake: off, the host gets every frame of the queue.  A
 * frame that the program has in hand may still go the old way. */
void weir_afxdp_program_intake(struct weir_afxdp_program *program,
                               uint32_t queue, bool on);

/* How it runs and what it has done. */
struct weir_afxdp_program_facts {
    bool native;  /* in the driver; else on frames that are sk_buffs already */
    bool tags;    /* the driver gives back what VLAN tags it took out */
    bool stamped; /* every frame so far has a time stamp in front of it */
    uint64_t redirected; /* of the queue */
    uint64_t untagged;   /* of them */
    uint64_t passed;     /* of all queues without a socket */
};

void weir_afxdp_program_look(const struct weir_afxdp_program *program,
                             uint32_t queue,
                             struct weir_afxdp_program_facts *out);

/* weir_afxdp_program_close [1]: with the last user, the interface is as it
 * was.  Accepts NULL. */
void weir_afxdp_program_close(struct weir_afxdp_program *program);

#endif
