#include "sink/disk.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/io_uring.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/sink/recording.h"

typedef int open_fn(struct weir_disk **out, struct weir_err *err);

static open_fn *const opens[] = {weir_disk_open_plain, weir_disk_open_uring};

static char x_byte = 'x';
static const struct iovec x_part = {.iov_base = &x_byte, .iov_len = 1};

/* NULL where it may not be used. */
static struct weir_disk *open_disk(size_t which)
{
    struct weir_disk *disk = NULL;
    int rc = opens[which](&disk, &recording_err);
    if (rc != 0 && which == 1) {
        cr_log_warn("SKIPPED: %s\n", recording_err.text);
        return NULL;
    }
    cr_assert_eq(rc, 0);
    cr_assert_eq(disk->fd < 0, which == 0);
    return disk;
}

static int open_file(void)
{
    int fd = open(test_path("x"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    cr_assert_geq(fd, 0);
    return fd;
}

static void reap_all(struct weir_disk *disk, uint32_t n)
{
    while (n-- > 0)
        cr_assert_not_null(disk->ops->reap(disk, true));
    cr_assert_null(disk->ops->reap(disk, false));
    cr_assert_null(disk->ops->reap(disk, true));
}

TestSuite(disk, .init = recording_setup, .fini = recording_teardown);

Test(disk, a_chain_is_written)
{
    static const uint8_t letters[] = "abcdefghijklmnopqrstuvwxyz";
    for (size_t which = 0; which < 2; which++) {
        struct weir_disk *disk = open_disk(which);
        if (disk == NULL)
            continue;
        int fd = open_file();
        struct iovec parts[26];
        struct weir_disk_op ops[26];
        struct weir_disk_op *chain[26];
        for (uint32_t i = 0; i < 26; i++) {
            parts[i] = (struct iovec){(void *)(uintptr_t)(letters + i), 1};
            ops[i] = (struct weir_disk_op){.kind = WEIR_DISK_WRITE,
                                           .fd = fd,
                                           .parts = &parts[i],
                                           .parts_count = 1,
                                           .len = 1,
                                           .offset = i};
            chain[i] = &ops[i];
        }
        disk->ops->start(disk, chain, 26);
        reap_all(disk, 26);
        for (uint32_t i = 0; i < 26; i++)
            cr_assert_eq(ops[i].result, 1);
        char text[32];
        cr_assert_eq(pread(fd, text, sizeof text, 0), 26);
        cr_assert_arr_eq(text, letters, 26);
        disk->ops->close(disk);
        close(fd);
    }
}

Test(disk, parts_are_written_behind_one_another)
{
    char letters[] = "onetwothree";
    const struct iovec parts[] = {
        {.iov_base = letters, .iov_len = 3},
        {.iov_base = letters + 3, .iov_len = 3},
        {.iov_base = letters + 6, .iov_len = 5},
    };
    for (size_t which = 0; which < 2; which++) {
        struct weir_disk *disk = open_disk(which);
        if (disk == NULL)
            continue;
        int fd = open_file();
        struct weir_disk_op op = {
            .kind = WEIR_DISK_WRITE,
            .fd = fd,
            .parts = parts,
            .parts_count = 3,
            .len = 11,
            .offset = 2,
        };
        struct weir_disk_op *const chain[] = {&op};
        disk->ops->start(disk, chain, 1);
        reap_all(disk, 1);
        cr_assert_eq(op.result, 11);
        char text[16];
        cr_assert_eq(pread(fd, text, sizeof text, 0), 13);
        cr_assert_arr_eq(text + 2, letters, 11);
        disk->ops->close(disk);
        close(fd);
    }
}

Test(disk, behind_a_failure_nothing_is_written)
{
    for (size_t which = 0; which < 2; which++) {
        struct weir_disk *disk = open_disk(which);
        if (disk == NULL)
            continue;
        int fd = open_file();
        struct weir_disk_op ops[3];
        struct weir_disk_op *chain[3];
        for (uint32_t i = 0; i < 3; i++) {
            ops[i] = (struct weir_disk_op){.kind = WEIR_DISK_WRITE,
                                           .fd = i == 1 ? 9999 : fd,
                                           .parts = &x_part,
                                           .parts_count = 1,
                                           .len = 1,
                                           .offset = i};
            chain[i] = &ops[i];
        }
        disk->ops->start(disk, chain, 3);
        reap_all(disk, 3);
        cr_assert_eq(ops[0].result, 1);
        cr_assert_eq(ops[1].result, -EBADF);
        cr_assert_eq(ops[2].result, -ECANCELED);
        struct stat st;
        cr_assert_eq(fstat(fd, &st), 0);
        cr_assert_eq(st.st_size, 1);
        disk->ops->close(disk);
        close(fd);
    }
}

Test(disk, room_that_cannot_be_had_holds_up_nothing)
{
    for (size_t which = 0; which < 2; which++) {
        struct weir_disk *disk = open_disk(which);
        if (disk == NULL)
            continue;
        int fd = open_file();
        struct weir_disk_op ops[] = {
            {.kind = WEIR_DISK_ALLOCATE, .fd = 9999, .len = 4096},
            {.kind = WEIR_DISK_ALLOCATE, .fd = fd, .len = 1u << 20},
            {.kind = WEIR_DISK_WRITE,
             .fd = fd,
             .parts = &x_part,
             .parts_count = 1,
             .len = 1},
        };
        struct weir_disk_op *const chain[] = {&ops[0], &ops[1], &ops[2]};
        disk->ops->start(disk, chain, 3);
        reap_all(disk, 3);
        cr_assert_eq(ops[0].result, -EBADF);
        cr_assert_leq(ops[1].result, 0);
        cr_assert_eq(ops[2].result, 1);
        struct stat st;
        cr_assert_eq(fstat(fd, &st), 0);
        cr_assert_eq(st.st_size, 1, "the size shows the room");
        disk->ops->close(disk);
        close(fd);
    }
}

Test(disk, who_waits_is_told)
{
    struct weir_disk *disk = open_disk(1);
    if (disk == NULL)
        return;
    struct pollfd wait = {.fd = disk->fd, .events = POLLIN};
    cr_assert_eq(poll(&wait, 1, 0), 0);
    int fd = open_file();
    struct weir_disk_op op = {.kind = WEIR_DISK_WRITE,
                              .fd = fd,
                              .parts = &x_part,
                              .parts_count = 1,
                              .len = 1};
    struct weir_disk_op *const chain[] = {&op};
    disk->ops->start(disk, chain, 1);
    cr_assert_eq(poll(&wait, 1, 10000), 1);
    cr_assert_eq(disk->ops->reap(disk, false), &op);
    cr_assert_eq(poll(&wait, 1, 0), 0, "still readable");
    disk->ops->close(disk);
    close(fd);
}

static int seccomp(unsigned operation, unsigned flags,
                   const struct sock_fprog *program)
{
    cr_assert_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    return (int)syscall(SYS_seccomp, operation, flags, program);
}

/* Whoever waits for completions waits for the answer of who has the
 * descriptor that is returned: -1 where there is no such thing.  For this
 * thread. */
static int catch_waits(void)
{
    enum { FLAGS = offsetof(struct seccomp_data, args[3]) };
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_enter, 0, 3),
        /* The low half of what is 64 bits, in the host's order. */
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                 FLAGS + (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0)),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, IORING_ENTER_GETEVENTS, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {
        .len = sizeof rules / sizeof rules[0],
        .filter = rules,
    };
    return seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
                   &program);
}

/* Who waits is told that this cannot be; then what is waited for ends. */
struct refusal {
    pthread_t thread;
    int ready[2]; /* a pipe that brings the descriptor */
    int full;     /* a pipe's end to be read from */
};

static void *refuse_waits(void *context)
{
    const struct refusal *refusal = context;
    char bytes[4096];
    int listener = -1;
    struct seccomp_notif call = {0};
    if (read(refusal->ready[0], &listener, sizeof listener) !=
            sizeof listener ||
        ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0)
        return NULL;
    struct seccomp_notif_resp answer = {.id = call.id, .error = -EIO};
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) == 0 &&
        read(refusal->full, bytes, sizeof bytes) > 0)
        return context;
    return NULL;
}

/* A pipe that has no room. */
static void fill_pipe(int fds[2])
{
    static const char zeros[4096];
    cr_assert_eq(pipe2(fds, O_CLOEXEC), 0);
    cr_assert_eq(fcntl(fds[1], F_SETPIPE_SZ, sizeof zeros), sizeof zeros);
    cr_assert_eq(write(fds[1], zeros, sizeof zeros), sizeof zeros);
}

/* What the kernel has taken it still reads: that is over when it says so,
 * whether it can be waited for or not.  It gets no more. */
Test(disk, a_ring_that_cannot_be_waited_for_takes_no_more, .timeout = 30)
{
    struct weir_disk *disk = open_disk(1);
    if (disk == NULL)
        return;
    int full[2];
    fill_pipe(full);
    struct refusal refusal = {.full = full[0]};
    cr_assert_eq(pipe2(refusal.ready, O_CLOEXEC), 0);
    cr_assert_eq(pthread_create(&refusal.thread, NULL, refuse_waits, &refusal),
                 0);
    int listener = catch_waits();
    if (listener < 0)
        cr_skip("system calls cannot be caught here");
    cr_assert_eq(write(refusal.ready[1], &listener, sizeof listener),
                 sizeof listener);
    struct weir_disk_op op = {.kind = WEIR_DISK_WRITE,
                              .fd = full[1],
                              .parts = &x_part,
                              .parts_count = 1,
                              .len = 1};
    struct weir_disk_op *const chain[] = {&op};
    disk->ops->start(disk, chain, 1);
    cr_assert_eq(disk->ops->reap(disk, true), &op, "not waited for");
    void *refused = NULL;
    cr_assert_eq(pthread_join(refusal.thread, &refused), 0);
    cr_assert_eq(refused, &refusal);
    cr_assert_eq(op.result, 1, "it is written");
    disk->ops->start(disk, chain, 1);
    cr_assert_eq(disk->ops->reap(disk, true), &op);
    cr_assert_eq(op.result, -EIO);
    cr_assert_null(disk->ops->reap(disk, true));
    disk->ops->close(disk);
}

/* As in a container whose rules do not know io_uring. */
static void forbid_uring(void)
{
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {
        .len = sizeof rules / sizeof rules[0],
        .filter = rules,
    };
    cr_assert_eq(seccomp(SECCOMP_SET_MODE_FILTER, 0, &program), 0);
}

Test(disk, without_io_uring_writes_are_waited_for)
{
    forbid_uring();
    struct weir_disk *disk = NULL;
    cr_assert_eq(weir_disk_open_uring(&disk, NULL), -EPERM);
    cr_assert_eq(weir_disk_open(&disk, &recording_err), 0);
    cr_assert_str_eq(recording_err.text, "");
    cr_assert_lt(disk->fd, 0);
    disk->ops->close(disk);
    struct weir_sink *sink = recording_open((struct weir_file_sink_config){
        .path = test_path("out"), .format = WEIR_FORMAT_PCAPNG, .live = true});
    recording_write(sink, WEIR_FORMAT_PCAPNG, 0, 1000, 300);
    recording_end(sink);
    recording_holds("out", 0, 1000);
}
