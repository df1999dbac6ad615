#include "tests/sink/sender_rig.h"

#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "base/assert.h"
#include "base/bytes.h"

int sender_ear_open(const char *interface)
{
    const int bytes = 64 << 20;
    const struct sockaddr_ll address = {
        .sll_family = AF_PACKET,
        .sll_protocol = htobe16(ETH_P_ALL),
        .sll_ifindex = (int)if_nametoindex(interface),
    };
    int ear = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    WEIR_ASSERT(ear >= 0);
    if (setsockopt(ear, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
        (void)setsockopt(ear, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    WEIR_ASSERT(bind(ear, (const struct sockaddr *)&address, sizeof address) ==
                0);
    return ear;
}

size_t sender_ear_take(int ear, uint8_t *frame, size_t room)
{
    struct pollfd wait = {.fd = ear, .events = POLLIN};
    if (poll(&wait, 1, 2000) != 1)
        return 0;
    ssize_t n = recv(ear, frame, room, MSG_DONTWAIT);
    return n > 0 ? (size_t)n : 0;
}

bool sender_ear_silent(int ear)
{
    uint8_t byte;
    return recv(ear, &byte, sizeof byte, MSG_DONTWAIT) < 0;
}

void sender_frame(uint8_t *frame, size_t len, uint32_t number)
{
    static const uint8_t head[14] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2,
                                     0,    0,    0,    0,    1,    0x88, 0xb5};
    for (size_t i = 0; i < len; i++)
        frame[i] = i < sizeof head ? head[i]
                                   : (uint8_t)(number * 31 + (uint32_t)i * 7);
    if (len >= 18)
        memcpy(frame + 14, &number, sizeof number);
}
