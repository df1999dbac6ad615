#include "tests/stress/played.h"

#include <poll.h>
#include <pthread.h>

#include "base/err.h"
#include "pipeline/pipeline.h"

#define PATIENCE_MS 60000

const char *played_run(struct weir_pipeline *pipeline,
                       void *(*kernel)(void *context), void *context,
                       atomic_bool *over)
{
    struct weir_err err;
    pthread_t thread;
    if (weir_pipeline_start(pipeline, &err) != 0 ||
        pthread_create(&thread, NULL, kernel, context) != 0)
        return "no threads";
    struct pollfd done = {.fd = weir_pipeline_done_fd(pipeline),
                          .events = POLLIN};
    if (poll(&done, 1, PATIENCE_MS) != 1)
        return "does not end";
    weir_pipeline_join(pipeline);
    if (over != NULL)
        atomic_store(over, true);
    pthread_join(thread, NULL);
    return NULL;
}
