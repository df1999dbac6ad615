#include "bench/stages/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"

/* Programs that the bench ran end with it, but perhaps a moment later, and
 * may still make files. */
#define TRIES  50
#define NAP_NS 20000000

static int remove_one(const char *path, const struct stat *st, int type,
                      struct FTW *place)
{
    (void)st;
    (void)type;
    (void)place;
    (void)remove(path);
    return 0;
}

static void remove_all(const char *path)
{
    const struct timespec nap = {.tv_nsec = NAP_NS};
    for (int i = 0; i < TRIES; i++) {
        (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
        if (access(path, F_OK) != 0)
            return;
        (void)nanosleep(&nap, NULL);
    }
}

/* A session of its own, so that Ctrl-C at the terminal does not reach it; no
 * other descriptor, so that it holds nothing open for anybody. */
static void guard_main(const char *path, int fd)
{
    (void)setsid();
    (void)signal(SIGTERM, SIG_IGN);
    (void)signal(SIGHUP, SIG_IGN);
    (void)dup2(fd, 0);
    closefrom(1);
    char byte;
    while (read(0, &byte, 1) < 0 && errno == EINTR)
        ;
    remove_all(path);
    _exit(0);
}

static int guard_start(struct weir_scratch *out, struct weir_err *err)
{
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) != 0)
        return weir_err_sys(err, -errno, "pipe");
    pid_t pid = fork();
    if (pid < 0) {
        int code = -errno;
        close(fds[0]);
        close(fds[1]);
        return weir_err_sys(err, code, "fork");
    }
    if (pid == 0) {
        close(fds[1]);
        guard_main(out->path, fds[0]);
    }
    close(fds[0]);
    out->guard = pid;
    out->pipe_fd = fds[1];
    return 0;
}

static int check_room(const char *folder, uint64_t room_bytes,
                      struct weir_err *err)
{
    struct statvfs fs;
    if (statvfs(folder, &fs) != 0)
        return weir_err_sys(err, -errno, "folder '%s'", folder);
    uint64_t room = (uint64_t)fs.f_bavail * fs.f_frsize;
    if (room >= room_bytes)
        return 0;
    return weir_err_set(err, -ENOSPC, "%s has %llu MiB free, %llu are needed",
                        folder, (unsigned long long)(room >> 20),
                        (unsigned long long)(room_bytes >> 20));
}

int weir_scratch_open(struct weir_scratch *out, const char *folder,
                      uint64_t room_bytes, struct weir_err *err)
{
    int n =
        snprintf(out->path, sizeof out->path, "%s/weir-bench-XXXXXX", folder);
    if (n < 0 || (size_t)n >= sizeof out->path)
        return weir_err_sys(err, -ENAMETOOLONG, "%.64s...", folder);
    int ret = check_room(folder, room_bytes, err);
    if (ret != 0)
        return ret;
    if (mkdtemp(out->path) == NULL)
        return weir_err_sys(err, -errno, "folder '%s'", folder);
    ret = guard_start(out, err);
    if (ret != 0)
        (void)rmdir(out->path);
    return ret;
}

void weir_scratch_close(struct weir_scratch *scratch)
{
    close(scratch->pipe_fd);
    while (waitpid(scratch->guard, NULL, 0) < 0 && errno == EINTR)
        ;
}

const char *weir_scratch_folder(void)
{
    const char *const folders[] = {getenv("TMPDIR"), "/tmp", "/dev/shm"};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        if (folders[i] != NULL && access(folders[i], W_OK | X_OK) == 0)
            return folders[i];
    return ".";
}
