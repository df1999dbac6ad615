#include "bench/host/interrupt.h"

#include <signal.h>
#include <stddef.h>

#include "ring/stop.h"

static struct weir_stop *interrupted;

static void on_signal(int number)
{
    (void)number;
    weir_stop_set(interrupted);
}

int weir_interrupt_open(struct weir_stop *stop, bool once, struct weir_err *err)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    const struct sigaction action = {.sa_handler = on_signal,
                                     .sa_flags = once ? (int)SA_RESETHAND : 0};
    int ret = weir_stop_open(stop, err);
    if (ret != 0)
        return ret;
    interrupted = stop;
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        (void)sigaction(signals[i], &action, NULL);
    return 0;
}
