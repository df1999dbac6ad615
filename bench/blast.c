/* blast: sends numbered 60-byte frames, and more of them than a receiver
 * can take unless it is paced.
 *
 * The frames are UDP over IPv4 to an address that is nobody's; the first 8
 * bytes of the payload count the frames in network order.  They leave by
 * sendmmsg on a packet socket, which is bound to protocol 0 so that it never
 * listens: a sender that does is a second tap on the interface. */

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/clock.h"

enum {
    VECTOR = 64, /* frames of one sendmmsg */
    FRAME_MIN = 60,
    FRAME_MAX = 1514,
    AT_IP = 14,
    AT_UDP = AT_IP + 20,
    AT_PAYLOAD = AT_UDP + 8,
    PORT_FIRST = 1024,
    FLOWS_MAX = 60000,
};

struct plan {
    const char *device;
    uint64_t frames;
    uint64_t rate; /* frames a second; 0 is full speed */
    uint32_t size;
    uint32_t flows; /* source ports that the frames go round */
};

static uint8_t frame_bytes[VECTOR][FRAME_MAX];

static _Noreturn void usage(void)
{
    (void)fputs("usage: blast [-n FRAMES] [-s SIZE] [-r FRAMES_PER_SECOND]"
                " [-f FLOWS] INTERFACE\n",
                stderr);
    exit(2);
}

static uint64_t number_parse(const char *text, uint64_t min, uint64_t max)
{
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || *text == '-' ||
        value < min || value > max)
        usage();
    return value;
}

static struct plan plan_parse(int argc, char **argv)
{
    struct plan plan = {.frames = 1000000, .size = FRAME_MIN, .flows = 1};
    int option;
    while ((option = getopt(argc, argv, "n:s:r:f:")) != -1) {
        switch (option) {
        case 'n':
            plan.frames = number_parse(optarg, 1, UINT64_C(1) << 40);
            break;
        case 's':
            plan.size = (uint32_t)number_parse(optarg, FRAME_MIN, FRAME_MAX);
            break;
        case 'r':
            plan.rate = number_parse(optarg, 0, UINT64_C(1) << 30);
            break;
        case 'f':
            plan.flows = (uint32_t)number_parse(optarg, 1, FLOWS_MAX);
            break;
        default:
            usage();
        }
    }
    if (optind + 1 != argc)
        usage();
    plan.device = argv[optind];
    return plan;
}

static void store_be16(uint8_t *to, uint32_t value)
{
    weir_store_16(to, htons((uint16_t)value));
}

/* RFC 1071: the checksum of a header whose own field is zero. */
static uint16_t header_checksum(const uint8_t *header, size_t len)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < len; i += 2)
        sum += weir_load_be16(header + i);
    while (sum > UINT16_MAX)
        sum = (sum & UINT16_MAX) + (sum >> 16);
    return (uint16_t)~sum;
}

/* Everything but the source port and the number. */
static void frame_fill(uint8_t *frame, uint32_t size)
{
    static const uint8_t ethernet[AT_IP] = {2, 0, 0, 0, 0, 2, /* to nobody */
                                            2, 0, 0, 0, 0, 1, 8, 0};
    static const uint8_t addresses[] = {192, 0, 2, 1, 192, 0, 2, 99};

    memset(frame, 0, size);
    memcpy(frame, ethernet, sizeof ethernet);
    uint8_t *ip = frame + AT_IP;
    ip[0] = 0x45;
    store_be16(ip + 2, size - AT_IP);
    ip[8] = 64;
    ip[9] = 17; /* UDP */
    memcpy(ip + 12, addresses, sizeof addresses);
    store_be16(ip + 10, header_checksum(ip, 20));
    store_be16(frame + AT_UDP + 2, 9); /* discard, RFC 863 */
    store_be16(frame + AT_UDP + 4, size - AT_UDP);
}

static int socket_open(const char *device)
{
    struct sockaddr_ll to = {.sll_family = AF_PACKET,
                             .sll_ifindex = (int)if_nametoindex(device)};
    if (to.sll_ifindex == 0) {
        perror(device);
        return -1;
    }
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&to, sizeof to) != 0) {
        perror("packet socket");
        if (fd >= 0)
            (void)close(fd);
        return -1;
    }
    return fd;
}

static void pace(const struct plan *plan, int64_t start_ns, uint64_t sent)
{
    if (plan->rate == 0)
        return;
    uint64_t due = (uint64_t)start_ns +
                   (uint64_t)((double)sent / (double)plan->rate * 1e9);
    struct timespec until = {.tv_sec = (time_t)(due / WEIR_NS_PER_S),
                             .tv_nsec = (long)(due % WEIR_NS_PER_S)};
    (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

/* Returns how many left; fewer than planned is an error, told on stderr. */
static uint64_t blast(int fd, const struct plan *plan, int64_t start_ns)
{
    struct iovec vector[VECTOR];
    struct mmsghdr messages[VECTOR];
    memset(messages, 0, sizeof messages);
    for (int i = 0; i < VECTOR; i++) {
        frame_fill(frame_bytes[i], plan->size);
        vector[i] = (struct iovec){frame_bytes[i], plan->size};
        messages[i].msg_hdr.msg_iov = &vector[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }

    uint64_t sent = 0;
    while (sent < plan->frames) {
        uint64_t left = plan->frames - sent;
        unsigned int count = left < VECTOR ? (unsigned int)left : VECTOR;
        for (unsigned int i = 0; i < count; i++) {
            uint64_t number = sent + i;
            store_be16(frame_bytes[i] + AT_UDP,
                       PORT_FIRST + (uint32_t)(number % plan->flows));
            weir_store_64(frame_bytes[i] + AT_PAYLOAD, htobe64(number));
        }
        pace(plan, start_ns, sent);
        int done = sendmmsg(fd, messages, count, 0);
        if (done > 0) {
            sent += (uint64_t)done; /* the rest is numbered anew */
        } else if (errno != EINTR && errno != ENOBUFS && errno != EAGAIN) {
            perror("sendmmsg");
            break;
        }
    }
    return sent;
}

int main(int argc, char **argv)
{
    struct plan plan = plan_parse(argc, argv);
    int fd = socket_open(plan.device);
    if (fd < 0)
        return 1;
    int64_t start_ns = weir_clock_mono_ns();
    uint64_t sent = blast(fd, &plan, start_ns);
    double seconds = (double)(weir_clock_mono_ns() - start_ns) / 1e9;
    (void)close(fd);
    printf("sent %" PRIu64 " frames of %u bytes in %.3f s, %.0f a second\n",
           sent, plan.size, seconds, (double)sent / seconds);
    return sent == plan.frames ? 0 : 1;
}
