#include "bench/host/job.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

/* The first line of a thread's file, without its line feed; false if the
 * thread has just ended. */
static bool line_of(pid_t job, pid_t thread, const char *name, char *out,
                    int size)
{
    char path[96];
    snprintf(path, sizeof path, "/proc/%d/task/%d/%s", (int)job, (int)thread,
             name);
    FILE *file = fopen(path, "re");
    bool got = file != NULL && fgets(out, size, file) != NULL;
    if (file != NULL)
        (void)fclose(file);
    if (got)
        out[strcspn(out, "\n")] = '\0';
    return got;
}

/* schedstat: time on a CPU, time waiting for one, time slices
 * (Documentation/scheduler/sched-stats.rst). */
static bool thread_read(pid_t job, struct weir_job_thread *out)
{
    char line[128];
    char *rest = line;
    if (!line_of(job, out->id, "comm", out->name, (int)sizeof out->name) ||
        !line_of(job, out->id, "schedstat", line, (int)sizeof line))
        return false;
    out->busy_ns = strtoll(line, &rest, 10);
    out->waiting_ns = strtoll(rest, NULL, 10);
    return true;
}

size_t weir_job_threads(const struct weir_job *job, struct weir_job_thread *out,
                        size_t max)
{
    char path[64];
    size_t n = 0;
    const pid_t pid = weir_job_pid(job);
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *folder = opendir(path);
    if (folder == NULL)
        return 0;
    const struct dirent *entry = NULL;
    while (n < max && (entry = readdir(folder)) != NULL) {
        out[n].id = (pid_t)strtol(entry->d_name, NULL, 10);
        n += out[n].id > 0 && thread_read(pid, &out[n]);
    }
    (void)closedir(folder);
    return n;
}

int64_t weir_job_cpu_ns(const struct weir_job *job)
{
    clockid_t clock;
    struct timespec time;
    const pid_t pid = weir_job_pid(job);
    if (pid == 0 || clock_getcpuclockid(pid, &clock) != 0 ||
        clock_gettime(clock, &time) != 0)
        return 0;
    return (int64_t)time.tv_sec * WEIR_NS_PER_S + time.tv_nsec;
}
