#include "tests/capture/net_rig.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/bytes.h"

static bool write_text(const char *path, const char *text)
{
    const int fd = open(path, O_WRONLY);
    if (fd < 0)
        return false;
    const bool ok = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    return close(fd) == 0 && ok;
}

static bool own_namespace(void)
{
    if (unshare(CLONE_NEWNET) == 0)
        return true;
    char map[32];
    const unsigned uid = (unsigned)getuid();
    const unsigned gid = (unsigned)getgid();
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
        return false;
    (void)write_text("/proc/self/setgroups", "deny");
    snprintf(map, sizeof map, "0 %u 1", uid);
    if (!write_text("/proc/self/uid_map", map))
        return false;
    snprintf(map, sizeof map, "0 %u 1", gid);
    return write_text("/proc/self/gid_map", map);
}

bool rig_ip(const char *arguments)
{
    char words[256];
    char *argv[24] = {"ip"};
    size_t n = 1;
    char *rest = words;
    snprintf(words, sizeof words, "%s", arguments);
    while (rest != NULL && n + 1 < sizeof argv / sizeof argv[0])
        argv[n++] = strsep(&rest, " ");
    const int child = fork();
    WEIR_ASSERT(child >= 0);
    if (child == 0) {
        /* Its complaints are the test's to tell. */
        (void)close(STDERR_FILENO);
        (void)setenv("PATH", "/usr/sbin:/sbin:/usr/bin:/bin", 1);
        (void)execvp("ip", argv);
        _exit(127);
    }
    int status = 0;
    return waitpid(child, &status, 0) == child && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
}

bool rig_open(const char **reason)
{
    *reason = "no network namespace of our own is allowed here";
    if (!own_namespace())
        return false;
    *reason = "no packet socket is allowed here";
    const int fd = socket(PF_PACKET, SOCK_RAW, 0);
    if (fd < 0)
        return false;
    (void)close(fd);
    /* Absent where the kernel has no IPv6 at all. */
    (void)write_text("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
    (void)write_text("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
    *reason = "no veth pair could be made by ip";
    return rig_ip("link add " RIG_LEFT " type veth peer name " RIG_RIGHT) &&
           rig_ip("link set lo up") &&
           rig_ip("link set " RIG_LEFT " arp off up") &&
           rig_ip("link set " RIG_RIGHT " arp off up");
}

bool rig_carries(const char *interface)
{
    struct ifreq request = {0};
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    WEIR_ASSERT(fd >= 0);
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", interface);
    bool running = false;
    for (int i = 0; i < 2500 && !running; i++) {
        /* RUNNING is set right before the queue is put in place. */
        (void)usleep(2000);
        running = ioctl(fd, SIOCGIFFLAGS, &request) == 0 &&
                  (request.ifr_flags & IFF_RUNNING) != 0;
    }
    (void)usleep(2000);
    (void)close(fd);
    return running;
}

int rig_tun(unsigned short kind)
{
    const int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return -1;
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    snprintf(request.ifr_name, sizeof request.ifr_name, RIG_TUN);
    if (ioctl(fd, TUNSETIFF, &request) != 0 ||
        ioctl(fd, TUNSETLINK, (unsigned long)kind) != 0 ||
        !rig_ip("link set " RIG_TUN " up")) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

void rig_send(const char *interface, const uint8_t *frame, size_t len)
{
    /* Protocol 0: the sender is not a tap itself. */
    static int fd = -1;
    if (fd < 0)
        fd = socket(PF_PACKET, SOCK_RAW, 0);
    WEIR_ASSERT(fd >= 0);
    const struct sockaddr_ll to = {
        .sll_family = AF_PACKET,
        .sll_ifindex = (int)if_nametoindex(interface),
        .sll_halen = 6,
        .sll_addr = {2, 0, 0, 0, 0, 2},
    };
    ssize_t n = 0;
    do
        n = sendto(fd, frame, len, 0, (const struct sockaddr *)&to, sizeof to);
    while (n < 0 && errno == ENOBUFS);
    WEIR_ASSERT(n == (ssize_t)len);
}

void rig_send_udp(uint32_t n, size_t len)
{
    uint8_t frame[2048];
    for (uint32_t i = 0; i < n; i++) {
        rig_udp(frame, len, 2000, i, 0);
        rig_send(RIG_LEFT, frame, len);
    }
}

int rig_flood(const char *interface, uint32_t n)
{
    const struct sockaddr_ll to = {
        .sll_family = AF_PACKET,
        .sll_ifindex = (int)if_nametoindex(interface),
    };
    const int child = fork();
    WEIR_ASSERT(child >= 0);
    if (child > 0)
        return child;
    uint8_t frame[60];
    const int fd = socket(PF_PACKET, SOCK_RAW, 0);
    for (uint32_t i = 0; i < n; i++) {
        rig_udp(frame, sizeof frame, 2000, i, 0);
        if (sendto(fd, frame, sizeof frame, 0, (const struct sockaddr *)&to,
                   sizeof to) < 0 &&
            errno != ENOBUFS && errno != ENETDOWN)
            break;
    }
    _exit(0);
}

void rig_flood_end(int child)
{
    (void)kill(child, SIGKILL);
    (void)waitpid(child, NULL, 0);
}

static void store_be16(uint8_t *to, size_t v)
{
    weir_store_16(to, htobe16((uint16_t)v));
}

/* Ethernet and IPv4; returns where the transport header goes. */
static uint8_t *headers(uint8_t *frame, size_t len, uint8_t protocol,
                        uint16_t vlan)
{
    static const uint8_t addresses[12] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1};
    memset(frame, 0x5a, len);
    memcpy(frame, addresses, sizeof addresses);
    uint8_t *p = frame + sizeof addresses;
    if (vlan != 0) {
        store_be16(p, 0x8100);
        store_be16(p + 2, vlan);
        p += 4;
    }
    store_be16(p, 0x0800);
    p += 2;
    memset(p, 0, 20);
    p[0] = 0x45;
    store_be16(p + 2, len - (size_t)(p - frame));
    p[8] = 64;
    p[9] = protocol;
    weir_store_32(p + 12, htobe32(0x0a000001));
    weir_store_32(p + 16, htobe32(0x0a000002));
    return p + 20;
}

void rig_udp(uint8_t *frame, size_t len, uint16_t port, uint32_t number,
             uint16_t vlan)
{
    uint8_t *udp = headers(frame, len, IPPROTO_UDP, vlan);
    store_be16(udp, 1000);
    store_be16(udp + 2, port);
    store_be16(udp + 4, len - (size_t)(udp - frame));
    store_be16(udp + 6, 0);
    weir_store_32(udp + 8, number);
}

void rig_tcp(uint8_t *frame, size_t len, uint16_t port, uint32_t number)
{
    uint8_t *tcp = headers(frame, len, IPPROTO_TCP, 0);
    memset(tcp, 0, 20);
    store_be16(tcp, 1000);
    store_be16(tcp + 2, port);
    weir_store_32(tcp + 8, number);
    tcp[12] = 5 << 4;
}

void rig_arp(uint8_t *frame)
{
    static const uint8_t request[42] = {
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0,
        1,    8,    6,    0,    1,    8,    0, 6, 4, 0, 1,
    };
    memset(frame, 0, 60);
    memcpy(frame, request, sizeof request);
}

uint32_t rig_number(const uint8_t *data, size_t ip_offset)
{
    return weir_load_32(data + ip_offset + 28);
}

void rig_datagrams(uint32_t n)
{
    const int from = socket(AF_INET, SOCK_DGRAM, 0);
    const int to = socket(AF_INET, SOCK_DGRAM, 0);
    WEIR_ASSERT(from >= 0 && to >= 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htobe32(INADDR_LOOPBACK),
    };
    socklen_t size = sizeof address;
    WEIR_ASSERT(bind(to, (struct sockaddr *)&address, size) == 0);
    WEIR_ASSERT(getsockname(to, (struct sockaddr *)&address, &size) == 0);
    for (uint32_t i = 0; i < n; i++)
        WEIR_ASSERT(sendto(from, &i, sizeof i, 0, (struct sockaddr *)&address,
                           size) == (ssize_t)sizeof i);
    (void)close(from);
    (void)close(to);
}
