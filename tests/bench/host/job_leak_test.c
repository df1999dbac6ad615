/* What a job's start takes, its close gives back, and so does a start that
 * fails: memory by the sanitizer's word, files by a count. */

#include <dirent.h>
#include <errno.h>
#include <stdio.h>

#include "base/clock.h"
#include "bench/host/job.h"

static unsigned passed;
static unsigned failed;

static void check(int ok, const char *what)
{
    passed += ok != 0;
    failed += ok == 0;
    if (!ok)
        printf("failed: %s\n", what);
}

static int files_open(void)
{
    int n = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder != NULL && readdir(folder) != NULL)
        n++;
    if (folder != NULL)
        (void)closedir(folder);
    return n;
}

int main(void)
{
    const char *const argv[] = {"true", NULL};
    const char *const missing[] = {"no-such-program", NULL};
    const char *const long_one[] = {"sleep", "600", NULL};
    struct weir_job_config config = {
        .argv = argv, .netns_fd = -1, .input_fd = -1, .output = ""};
    struct weir_job *job = NULL;
    struct weir_job_end end;
    const int before = files_open();

    check(weir_job_run(&config, 60 * WEIR_NS_PER_S, &end, NULL) == 0 &&
              end.status == 0,
          "run");
    config.argv = missing;
    check(weir_job_start(&job, &config, NULL) == -ENOENT, "a missing one");
    config.argv = argv;
    config.output = "/no/such/file";
    check(weir_job_start(&job, &config, NULL) == -ENOENT, "no output");
    config.argv = long_one;
    config.output = NULL;
    check(weir_job_start(&job, &config, NULL) == 0, "start");
    weir_job_close(job);
    weir_job_close(NULL);
    check(files_open() == before, "files are closed");
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
