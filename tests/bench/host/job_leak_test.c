/* What a job's start takes, its close gives back, and so does a start that
 * fails: memory by the sanitizer's word, files by a count. */

#include <errno.h>
#include <stddef.h>

#include "base/clock.h"
#include "bench/host/job.h"
#include "tests/check/check.h"

int main(void)
{
    const char *const argv[] = {"true", NULL};
    const char *const missing[] = {"no-such-program", NULL};
    const char *const long_one[] = {"sleep", "600", NULL};
    struct weir_job_config config = {
        .argv = argv, .netns_fd = -1, .input_fd = -1, .output = ""};
    struct weir_job *job = NULL;
    struct weir_job_end end;
    const unsigned before = check_files_open();

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
    check(check_files_open() == before, "files are closed");
    return check_end();
}
