#include "tests/stress/played.h"

#include <poll.h>
#include <pthread.h>

#include "base/err.h"
#include "pipeline/runner.h"

#define PATIENCE_MS 60000

const char *played_run(struct weir_runner *runner,
                       void *(*kernel)(void *context), void *context,
                       atomic_bool *over)
{
    struct weir_err err;
    pthread_t thread;
    if (weir_runner_start(runner, &err) != 0 ||
        pthread_create(&thread, NULL, kernel, context) != 0)
        return "no threads";
    struct pollfd done = {.fd = weir_runner_done_fd(runner), .events = POLLIN};
    if (poll(&done, 1, PATIENCE_MS) != 1)
        return "does not end";
    weir_runner_join(runner);
    if (over != NULL)
        atomic_store(over, true);
    pthread_join(thread, NULL);
    return NULL;
}
