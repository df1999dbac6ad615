#include "bench/trial/quiet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/host/job.h"

/* proc_pid_stat(5): the state is behind the name, which is in parentheses
 * and may hold any byte.  D: waits for a disk; T: stopped by a signal.  '\0':
 * there is no such thread. */
static char state_of(pid_t pid, pid_t thread)
{
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%d/task/%d/stat", (int)pid, (int)thread);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return '\0';
    size_t n = fread(text, 1, sizeof text - 1, file);
    (void)fclose(file);
    text[n] = '\0';
    const char *name_end = strrchr(text, ')');
    if (name_end == NULL || name_end[1] != ' ')
        return '\0';
    return name_end[2];
}

bool weir_quiet_halted(pid_t pid)
{
    return pid > 0 && state_of(pid, pid) == 'T';
}

uint64_t weir_quiet_written(pid_t pid)
{
    static const char key[] = "write_bytes: ";
    char path[64], line[128];
    uint64_t bytes = 0;
    snprintf(path, sizeof path, "/proc/%d/io", (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    while (fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, key, strlen(key)) == 0)
            bytes = strtoull(line + strlen(key), NULL, 10);
    (void)fclose(file);
    return bytes;
}

bool weir_quiet_look(struct weir_quiet *quiet, const struct weir_job *job,
                     int64_t now_ns)
{
    struct weir_job_thread threads[WEIR_TRIAL_THREADS_MAX];
    pid_t pid = weir_job_pid(job);
    size_t count = weir_job_threads(job, threads, WEIR_TRIAL_THREADS_MAX);
    int64_t spent_ns = 0;
    bool on_disk = false;
    for (size_t i = 0; i < count; i++) {
        spent_ns += threads[i].busy_ns + threads[i].waiting_ns;
        on_disk = on_disk || state_of(pid, threads[i].id) == 'D';
    }
    const uint64_t written = weir_quiet_written(pid);
    on_disk = on_disk || written > quiet->written + WEIR_QUIET_BYTES;
    quiet->written = written;
    return weir_quiet_put(quiet, now_ns, spent_ns, on_disk);
}

bool weir_quiet_put(struct weir_quiet *quiet, int64_t now_ns, int64_t spent_ns,
                    bool on_disk)
{
    double spent = (double)(spent_ns - quiet->spent_ns);
    double passed = (double)(now_ns - quiet->looked_ns);
    bool first = quiet->looked_ns == 0;
    if (first || on_disk || spent > passed * WEIR_QUIET_FRACTION) {
        quiet->since_ns = 0;
        quiet->looks = 0;
    } else {
        if (quiet->looks == 0)
            quiet->since_ns = quiet->looked_ns;
        quiet->looks++;
    }
    quiet->looked_ns = now_ns;
    quiet->spent_ns = spent_ns;
    return quiet->looks >= WEIR_QUIET_LOOKS;
}
