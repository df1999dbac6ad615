#include "bench/trial/listen.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <net/ethernet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char head[] =
    "sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n";

static size_t parse(const char *lines, uint64_t *inodes, size_t max)
{
    char text[2048];
    snprintf(text, sizeof text, "%s%s", head, lines);
    return weir_listen_parse(text, inodes, max);
}

Test(listen, sockets_that_are_bound_and_run_listen)
{
    uint64_t inodes[4];
    cr_assert_eq(parse("", inodes, 4), 0);
    cr_assert_eq(parse("00000000a1b2c3d4 3      3    0003   2     1 0      0   "
                       "   12345 \n"
                       "0000000000000000 3      3    0000   2     1 0      0   "
                       "   12346 \n"
                       "0000000000000000 3      3    0003   0     0 0      0   "
                       "   12347 \n"
                       "0000000000000000 3      2    88cc   0     1 4352   110 "
                       "   18446744073709551615\n",
                       inodes, 4),
                 2);
    cr_expect_eq(inodes[0], 12345);
    cr_expect_eq(inodes[1], UINT64_MAX);
}

Test(listen, no_more_than_there_is_room_for)
{
    uint64_t inodes[2] = {0, 0};
    const char line[] = "0 3 3 0003 2 1 0 0 7\n";
    char lines[3 * sizeof line];
    snprintf(lines, sizeof lines, "%s%s%s", line, line, line);
    cr_expect_eq(parse(lines, inodes, 1), 1);
    cr_expect_eq(inodes[1], 0);
    cr_expect_eq(parse(lines, inodes, 0), 0);
}

Test(listen, lines_that_end_early_are_none)
{
    const char line[] = "0 3 3 0003 2 1 0 0 7";
    for (size_t len = 0; len < sizeof line - 1; len++) {
        uint64_t inode;
        size_t size = sizeof head - 1 + len + 1;
        char *text = malloc(size);
        memcpy(text, head, sizeof head - 1);
        memcpy(text + sizeof head - 1, line, len);
        text[size - 1] = '\0';
        cr_expect_eq(weir_listen_parse(text, &inode, 1), 0, "%zu", len);
        free(text);
    }
    uint64_t inode;
    cr_expect_eq(weir_listen_parse("", &inode, 1), 0);
    cr_expect_eq(weir_listen_parse("no head", &inode, 1), 0);
}

Test(listen, a_process_without_packet_sockets_does_not_listen)
{
    cr_expect_eq(weir_listen_sockets(getpid()), 0);
    cr_expect_eq(weir_listen_sockets(0), 0);
    cr_expect_eq(weir_listen_sockets(-1), 0);
}

Test(listen, a_sender_is_no_listener)
{
    int sender = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (sender < 0) {
        fprintf(stderr,
                "listen: skipped: no packet socket without privilege\n");
        return;
    }
    cr_expect_eq(weir_listen_sockets(getpid()), 0);
    int listener = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));
    cr_assert_geq(listener, 0);
    cr_expect_eq(weir_listen_sockets(getpid()), 1);
    close(listener);
    cr_expect_eq(weir_listen_sockets(getpid()), 0);
    close(sender);
}
