/* A socket gives back what it takes, also where it fails, by both ways. */

#include <errno.h>
#include <stdlib.h>

#include "base/err.h"
#include "pipeline/socket.h"
#include "tests/capture/net_rig.h"
#include "tests/check/check.h"

static const enum weir_socket_way ways[] = {WEIR_SOCKET_AFPACKET,
                                            WEIR_SOCKET_LIBPCAP};

static struct weir_socket *open_socket(const char *device, const char *filter,
                                       enum weir_socket_way way)
{
    struct weir_socket *socket = NULL;
    const struct weir_socket_config config = {
        .device = device,
        .filter = filter,
        .snaplen = 100,
        .timeout_ms = 5,
        .buffer_bytes = 1048576,
        .way = way,
    };
    (void)weir_socket_open(&socket, &config, NULL);
    return socket;
}

static uint32_t take(struct weir_socket *socket, uint32_t want)
{
    const struct weir_frame *frame;
    uint32_t n = 0;
    for (int i = 0; i < 1000 && n < want; i++)
        n += weir_socket_next(socket, &frame, NULL) == WEIR_NEXT_FRAME;
    return n;
}

/* Everything that takes something, and a close in the middle of a batch. */
static void use(struct weir_socket *socket)
{
    uint8_t bytes[60] = {0};
    struct weir_network *list = NULL;
    uint32_t count;
    rig_send_udp(10, 60);
    check(take(socket, 3) == 3, "three of ten frames");
    check(weir_socket_fd(socket, NULL) >= 0, "a descriptor");
    check(weir_socket_filter(socket, "udp or vlan 7", NULL) == 0, "a filter");
    check(weir_socket_filter(socket, "port banana", NULL) == -EINVAL,
          "a wrong filter");
    check(weir_socket_set_snaplen(socket, 70, NULL) == 0, "a length");
    check(weir_socket_send(socket, bytes, sizeof bytes, NULL) == 0, "a send");
    check(weir_socket_networks(socket, &list, &count, NULL) == 0, "a list");
    weir_network_free(list);
    check(weir_dump_open(weir_socket_dump(socket), "/dev/null", NULL, NULL) ==
              0,
          "a dump");
    check(take(socket, 2) == 2, "two more");
    check(weir_socket_close(&socket, NULL) == 0, "a close");
    check(weir_socket_close(&socket, NULL) == 0, "a second close");
}

int main(void)
{
    const char *reason = NULL;
    if (!rig_open(&reason))
        return check_skip(reason);
    rig_send_udp(1, 60); /* by a socket that it keeps */
    const unsigned files = check_files_open();
    for (int i = 0; i < 2; i++) {
        struct weir_socket *socket = open_socket(RIG_RIGHT, "udp", ways[i]);
        check(socket != NULL, "a socket");
        if (socket != NULL)
            use(socket);
        socket = open_socket(RIG_RIGHT, NULL, ways[i]);
        check(weir_socket_close(&socket, NULL) == 0, "a close at once");
        check(open_socket("nosuch0", NULL, ways[i]) == NULL, "no device");
        check(open_socket(RIG_RIGHT, "port banana", ways[i]) == NULL,
              "no filter");
    }
    check(check_files_open() == files, "files that are left open");
    return check_end();
}
