/* stop_loop: a thread that captures, and another that ends it.
 *
 *     stop_loop DEVICE SECONDS
 *
 * Nothing that the kernel had accepted before the event was set is lost. */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <weir.h>

struct capture {
    struct weir_socket *socket;
    unsigned long frames;
    unsigned long long bytes;
    int rc;
    struct weir_err err;
};

static void *loop(void *argument)
{
    struct capture *c = argument;
    const struct weir_frame *frames;
    uint32_t count;

    do {
        c->rc = weir_socket_next_batch(c->socket, &frames, &count, &c->err);
        for (uint32_t i = 0; c->rc == WEIR_NEXT_FRAME && i < count; i++) {
            c->frames++;
            c->bytes += frames[i].len;
        }
    } while (c->rc == WEIR_NEXT_FRAME || c->rc == WEIR_NEXT_NOTHING);
    return NULL;
}

static int run(struct capture *c, struct weir_event *stop, unsigned seconds)
{
    pthread_t thread;

    int rc = pthread_create(&thread, NULL, loop, c);
    if (rc != 0)
        return weir_err_sys(&c->err, -rc, "a thread");
    sleep(seconds);
    weir_event_set(stop);
    pthread_join(thread, NULL);
    return c->rc;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: stop_loop DEVICE SECONDS\n");
        return 2;
    }
    struct capture c = {0};
    struct weir_event *stop = NULL;
    int rc = weir_event_open(&stop, &c.err);

    const struct weir_socket_config config = {.device = argv[1], .stop = stop};
    rc = rc < 0 ? rc : weir_socket_open(&c.socket, &config, &c.err);
    rc = rc < 0 ? rc : run(&c, stop, (unsigned)strtoul(argv[2], NULL, 10));
    weir_socket_close(&c.socket, NULL);
    weir_event_close(&stop);
    if (rc == WEIR_NEXT_STOPPED)
        printf("%lu frames, %llu bytes\n", c.frames, c.bytes);
    else
        fprintf(stderr, "stop_loop: %s\n", c.err.text);
    return rc != WEIR_NEXT_STOPPED;
}
