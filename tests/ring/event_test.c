#include "ring/event.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>

#include "base/err.h"

static bool readable(int fd)
{
    struct pollfd set = {.fd = fd, .events = POLLIN};
    return poll(&set, 1, 0) == 1;
}

Test(event, is_set_once_and_stays)
{
    struct weir_event *event = NULL;
    cr_assert_eq(weir_event_open(&event, NULL), 0);
    cr_assert_eq(weir_event_open(&event, NULL), -EBUSY);
    cr_assert_eq(weir_event_is_set(event), 0);
    cr_assert(!readable(weir_event_fd(event)));
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(weir_event_set(event), 0);
        cr_assert_eq(weir_event_is_set(event), 1);
        cr_assert(readable(weir_event_fd(event)));
    }
    weir_event_close(&event);
    cr_assert_null(event);
    weir_event_close(&event);
}

Test(event, misuse_is_an_error)
{
    struct weir_err err = {.text = ""};
    cr_assert_eq(weir_event_open(NULL, &err), -EINVAL);
    cr_assert_str_eq(err.text, "event: nowhere to put it");
    cr_assert_eq(weir_event_set(NULL), -EINVAL);
    cr_assert_eq(weir_event_is_set(NULL), -EINVAL);
    cr_assert_eq(weir_event_fd(NULL), -EINVAL);
    weir_event_close(NULL);
}
