#include "sink/null_sink.h"

#include <errno.h>
#include <stdlib.h>

#include "base/err.h"

static int null_write(struct weir_sink *sink, struct weir_batch *batch,
                      uint32_t frames_max, uint32_t *taken,
                      struct weir_err *err)
{
    (void)sink;
    (void)err;
    *taken = batch->passed < frames_max ? batch->passed : frames_max;
    return 0;
}

static int null_tick(struct weir_sink *sink, int64_t real_now_ns,
                     int64_t *next_ns, struct weir_err *err)
{
    (void)sink;
    (void)real_now_ns;
    (void)err;
    *next_ns = INT64_MAX;
    return 0;
}

static int null_nothing(struct weir_sink *sink, struct weir_err *err)
{
    (void)sink;
    (void)err;
    return 0;
}

static void null_close(struct weir_sink *sink)
{
    free(sink);
}

static const struct weir_sink_ops null_ops = {
    .write = null_write,
    .tick = null_tick,
    .rotate = null_nothing,
    .finish = null_nothing,
    .close = null_close,
};

int weir_null_sink_open(struct weir_sink **out, struct weir_err *err)
{
    struct weir_sink *sink = calloc(1, sizeof *sink);
    if (sink == NULL)
        return weir_err_sys(err, -ENOMEM, "sink");
    sink->ops = &null_ops;
    *out = sink;
    return 0;
}
