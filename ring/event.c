#include "ring/event.h"

#include <errno.h>
#include <stdlib.h>

#include "base/err.h"
#include "ring/event_stop.h"

int weir_event_open(struct weir_event **out, struct weir_err *err)
{
    if (out == NULL)
        return weir_err_set(err, -EINVAL, "event: nowhere to put it");
    if (*out != NULL)
        return weir_err_set(err, -EBUSY, "event: it is open already");
    struct weir_event *event = malloc(sizeof *event);
    if (event == NULL)
        return weir_err_sys(err, -ENOMEM, "event");
    int ret = weir_stop_open(&event->stop, err);
    if (ret < 0) {
        free(event);
        return ret;
    }
    *out = event;
    return 0;
}

int weir_event_set(struct weir_event *event)
{
    if (event == NULL)
        return -EINVAL;
    weir_stop_set(&event->stop);
    return 0;
}

int weir_event_is_set(const struct weir_event *event)
{
    return event == NULL ? -EINVAL : weir_stop_is_set(&event->stop);
}

int weir_event_fd(const struct weir_event *event)
{
    return event == NULL ? -EINVAL : event->stop.fd;
}

void weir_event_close(struct weir_event **event)
{
    if (event == NULL || *event == NULL)
        return;
    weir_stop_close(&(*event)->stop);
    free(*event);
    *event = NULL;
}
