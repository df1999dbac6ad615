#include "bench/host/job.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "bench/host/job_child.h"

#define TERM_PATIENCE_NS (5 * WEIR_NS_PER_S)

/* How often a running job's memory is looked at. */
#define LOOK_NS (50 * WEIR_NS_PER_MS)

/* The end of what a pipe gave. */
struct tail {
    int fd; /* -1: none, or at its end */
    size_t used;
    char bytes[2 * WEIR_JOB_WORDS_MAX];
};

struct weir_job {
    char name[64];
    pid_t pid;
    int pidfd;
    int64_t start_ns;
    uint64_t inherited_bytes; /* see memory_of */
    uint64_t seen_bytes;
    bool ended;
    struct weir_job_end end;
    struct tail words;
    struct tail output;
};

static void tail_append(struct tail *tail, size_t n)
{
    /* Text is wanted: a NUL would hide what is behind it. */
    for (size_t i = tail->used; i < tail->used + n; i++)
        if (tail->bytes[i] == '\0')
            tail->bytes[i] = '?';
    tail->used += n;
    const size_t keep = WEIR_JOB_WORDS_MAX - 1;
    if (tail->used > keep) {
        memmove(tail->bytes, tail->bytes + tail->used - keep, keep);
        tail->used = keep;
    }
    tail->bytes[tail->used] = '\0';
}

/* Takes what the pipe holds; at most a pipe's worth, so that a program that
 * writes without end cannot keep us here. */
static void tail_drain(struct tail *tail)
{
    for (int i = 0; tail->fd >= 0 && i < 64; i++) {
        ssize_t n =
            read(tail->fd, tail->bytes + tail->used, WEIR_JOB_WORDS_MAX);
        if (n > 0) {
            tail_append(tail, (size_t)n);
        } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
            (void)close(tail->fd);
            tail->fd = -1;
        } else {
            return;
        }
    }
}

static void tail_close(struct tail *tail)
{
    if (tail->fd >= 0)
        (void)close(tail->fd);
    tail->fd = -1;
}

/* The high-water mark of a process's resident set; 0 if it has none. */
static uint64_t high_water(pid_t pid)
{
    char path[64];
    char line[256];
    uint64_t kib = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, "VmHWM:", 6) == 0)
            kib = strtoull(line + 6, NULL, 10);
    if (file != NULL)
        (void)fclose(file);
    return kib * 1024;
}

/* What the kernel reports of a program includes what the process was before
 * exec, a copy of the bench (fs/exec.c, exec_mmap: setmax_mm_hiwater_rss).
 * So below the bench's own size only what was seen while it ran counts. */
static uint64_t memory_of(const struct weir_job *job,
                          const struct rusage *usage)
{
    uint64_t reported = (uint64_t)usage->ru_maxrss * 1024;
    return reported > job->inherited_bytes ? reported : job->seen_bytes;
}

static int64_t ns_of(struct timeval time)
{
    return time.tv_sec * WEIR_NS_PER_S + time.tv_usec * WEIR_NS_PER_US;
}

/* The program is dead and not reaped: its number, and so its group's, is
 * nobody else's yet. */
static void reap(struct weir_job *job)
{
    struct weir_job_end *end = &job->end;
    struct rusage usage = {0};
    int status = 0;
    pid_t got = 0;
    end->wall_ns = weir_clock_mono_ns() - job->start_ns;
    (void)kill(-job->pid, SIGKILL);
    do
        got = wait4(job->pid, &status, 0, &usage);
    while (got < 0 && errno == EINTR);
    end->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    end->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    end->user_ns = ns_of(usage.ru_utime);
    end->system_ns = ns_of(usage.ru_stime);
    end->memory_bytes = memory_of(job, &usage);
    job->ended = true;
    tail_drain(&job->words);
    tail_drain(&job->output);
    tail_close(&job->words);
    tail_close(&job->output);
    memcpy(end->words, job->words.bytes, sizeof end->words);
    memcpy(end->output, job->output.bytes, sizeof end->output);
}

/* One look at the job: waits for words or the end until deadline_ns at most
 * (and no longer than LOOK_NS), and takes in what there is. */
static void step(struct weir_job *job, int64_t deadline_ns)
{
    struct pollfd fds[] = {
        {.fd = job->pidfd, .events = POLLIN},
        {.fd = job->words.fd, .events = POLLIN},
        {.fd = job->output.fd, .events = POLLIN},
    };
    int64_t left_ns = deadline_ns - weir_clock_mono_ns();
    if (left_ns > LOOK_NS)
        left_ns = LOOK_NS;
    if (left_ns < 0)
        left_ns = 0;
    const struct timespec pause = {.tv_nsec = left_ns};
    (void)ppoll(fds, 3, &pause, NULL);
    uint64_t memory = high_water(job->pid);
    if (memory > job->seen_bytes)
        job->seen_bytes = memory;
    tail_drain(&job->words);
    tail_drain(&job->output);
    if ((fds[0].revents & POLLIN) != 0)
        reap(job);
}

static void until_end(struct weir_job *job, int64_t deadline_ns)
{
    while (!job->ended &&
           (deadline_ns == INT64_MAX || weir_clock_mono_ns() < deadline_ns))
        step(job, deadline_ns);
}

static int64_t deadline_in(int64_t timeout_ns)
{
    int64_t now = weir_clock_mono_ns();
    return timeout_ns > INT64_MAX - now ? INT64_MAX : now + timeout_ns;
}

/* SIGKILL alone cannot be ignored, so the last wait needs no limit. */
static void finish(struct weir_job *job)
{
    (void)kill(-job->pid, SIGTERM);
    until_end(job, deadline_in(TERM_PATIENCE_NS));
    if (job->ended)
        return;
    (void)kill(-job->pid, SIGKILL);
    until_end(job, INT64_MAX);
}

static int pipe_open(int out[2], bool wanted)
{
    out[0] = out[1] = -1;
    if (!wanted)
        return 0;
    if (pipe2(out, O_CLOEXEC) != 0)
        return -errno;
    return fcntl(out[0], F_SETFL, O_NONBLOCK) == 0 ? 0 : -errno;
}

static void fd_close(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

/* Opens what the child shall have as 0, 1 and 2, and our ends. */
static int files_open(struct weir_job *job,
                      const struct weir_job_config *config, int files[3],
                      struct weir_err *err)
{
    const char *output = config->output != NULL ? config->output : "/dev/null";
    int words[2];
    int kept[2];
    int ret = pipe_open(words, true);
    job->words.fd = words[0];
    files[2] = words[1];
    if (ret == 0)
        ret = pipe_open(kept, output[0] == '\0');
    else
        kept[0] = kept[1] = -1;
    job->output.fd = kept[0];
    files[1] = kept[1];
    if (ret != 0)
        return weir_err_sys(err, ret, "%s: pipe", job->name);
    if (output[0] != '\0')
        files[1] = open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (files[1] < 0)
        return weir_err_sys(err, -errno, "%s: %s", job->name, output);
    files[0] = config->input_fd >= 0
                   ? fcntl(config->input_fd, F_DUPFD_CLOEXEC, 3)
                   : open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (files[0] < 0)
        return weir_err_sys(err, -errno, "%s: standard input", job->name);
    return 0;
}

/* The child cannot be left unwatched, so no pidfd means no job. */
static int watch(struct weir_job *job, struct weir_err *err)
{
    job->pidfd = (int)syscall(SYS_pidfd_open, job->pid, 0);
    if (job->pidfd >= 0)
        return 0;
    int ret = -errno;
    (void)kill(job->pid, SIGKILL);
    (void)waitpid(job->pid, NULL, 0);
    return weir_err_sys(err, ret, "%s: pidfd_open", job->name);
}

int weir_job_start(struct weir_job **out, const struct weir_job_config *config,
                   struct weir_err *err)
{
    int files[3] = {-1, -1, -1};
    struct weir_job *job = calloc(1, sizeof *job);
    if (job == NULL) {
        (void)weir_err_sys(err, -ENOMEM, "%s", config->argv[0]);
        return -ENOMEM;
    }
    snprintf(job->name, sizeof job->name, "%s", config->argv[0]);
    job->pidfd = job->words.fd = job->output.fd = -1;
    int ret = files_open(job, config, files, err);
    if (ret == 0) {
        job->inherited_bytes = high_water(getpid());
        job->start_ns = weir_clock_mono_ns();
        ret = weir_job_child_start(config, files, &job->pid, err);
    }
    if (ret == 0)
        ret = watch(job, err);
    for (int i = 0; i < 3; i++)
        fd_close(&files[i]);
    if (ret != 0) {
        fd_close(&job->words.fd);
        fd_close(&job->output.fd);
        free(job);
        return ret;
    }
    *out = job;
    return 0;
}

pid_t weir_job_pid(const struct weir_job *job)
{
    return job->ended ? 0 : job->pid;
}

void weir_job_signal(struct weir_job *job, int signal)
{
    if (!job->ended)
        (void)kill(job->pid, signal);
}

bool weir_job_running(struct weir_job *job)
{
    if (!job->ended)
        step(job, 0);
    return !job->ended;
}

static bool has_said(const struct weir_job *job, const char *text)
{
    return strstr(job->words.bytes, text) != NULL ||
           strstr(job->output.bytes, text) != NULL;
}

int weir_job_expect(struct weir_job *job, const char *text, int64_t timeout_ns,
                    struct weir_err *err)
{
    const int64_t deadline_ns = deadline_in(timeout_ns);
    while (!has_said(job, text)) {
        if (job->ended)
            return weir_err_set(err, -ESRCH, "%s: ended before it said '%s'",
                                job->name, text);
        if (weir_clock_mono_ns() >= deadline_ns)
            return weir_err_set(err, -ETIMEDOUT, "%s: did not say '%s' in time",
                                job->name, text);
        step(job, deadline_ns);
    }
    return 0;
}

int weir_job_wait(struct weir_job *job, int64_t timeout_ns,
                  struct weir_job_end *end, struct weir_err *err)
{
    (void)err;
    until_end(job, deadline_in(timeout_ns));
    if (!job->ended) {
        job->end.timed_out = true;
        finish(job);
    }
    *end = job->end;
    return 0;
}

void weir_job_close(struct weir_job *job)
{
    if (job == NULL)
        return;
    if (!job->ended)
        finish(job);
    fd_close(&job->pidfd);
    free(job);
}

int weir_job_run(const struct weir_job_config *config, int64_t timeout_ns,
                 struct weir_job_end *end, struct weir_err *err)
{
    struct weir_job *job;
    int ret = weir_job_start(&job, config, err);
    if (ret != 0)
        return ret;
    ret = weir_job_wait(job, timeout_ns, end, err);
    weir_job_close(job);
    return ret;
}
