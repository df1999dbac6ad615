/* The samples are what the programs of Debian 12 printed. */

#include <criterion/criterion.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "bench/peers/peer.h"
#include "bench/peers/says.h"

static const struct weir_peer *peer_of(enum weir_peer_task task,
                                       const char *name)
{
    for (size_t i = 0; i < weir_peers_count; i++)
        if (weir_peers[i].task == task && strcmp(weir_peers[i].name, name) == 0)
            return &weir_peers[i];
    cr_assert_fail("no peer %s", name);
    return NULL;
}

static const struct sample {
    enum weir_peer_task task;
    const char *peer;
    const char *text;
    int64_t frames;
    int64_t lost; /* -1: it says nothing of it */
} samples[] = {
    {WEIR_PEER_LIVE, "tcpdump",
     "tcpdump: listening on weir0, link-type EN10MB (Ethernet), snapshot "
     "length 262144 bytes\n"
     "47252 packets captured\n"
     "47260 packets received by filter\n"
     "8 packets dropped by kernel\n",
     47252, 8},
    {WEIR_PEER_LIVE, "dumpcap",
     "Capturing on 'weir0'\n"
     "File: live/x3.pcapng\n"
     "Packets: 6075 Packets: 48003 Packets: 85179 Packets captured: 85179\n"
     "Packets received/dropped on interface 'weir0': 85179/14821 "
     "(pcap:821/dumpcap:14000/flushed:0/ps_ifdrop:0) (85.2%)\n",
     85179, 821},
    {WEIR_PEER_LIVE, "netsniff-ng",
     "Running! Hang up with ^C!\n\n"
     "      100000  packets incoming (0 unread on exit)\n"
     "       99990  packets passed filter\n"
     "          10  packets failed filter (out of space)\n"
     "      0.0100% packet droprate\n"
     "           4  sec, 854443 usec in total\n",
     100000, 10},
    {WEIR_PEER_LIVE, "weir",
     "weir: listening on weir0, link-type EN10MB (Ethernet)\n"
     "100000 packets captured\n"
     "100003 packets received by filter\n"
     "3 packets dropped by kernel\n\n"
     "Ledger of weir0, in frames\n"
     "    received        100,000\n",
     100000, 3},
    {WEIR_PEER_COUNT, "tracestats",
     "filter                        \t       count\t       bytes\t      %\n"
     "                         Total:\t      500000\t    32000000\n"
     "pcapfile:in.pcap:\n"
     "              Filtered packets:\t           0\n"
     "              Accepted Packets:\t      500000\n",
     500000, -1},
    {WEIR_PEER_COUNT, "tcpstat", "frames=500000\n", 500000, -1},
    {WEIR_PEER_COUNT, "capinfos",
     "File name:           in.pcap\nNumber of packets:   500000\n", 500000, -1},
    {WEIR_PEER_COUNT, "weir",
     "weir: reading from in.pcap, link-type EN10MB (Ethernet)\n"
     "500000 packets captured\n\nLedger of in.pcap, in frames\n",
     500000, -1},
    {WEIR_PEER_FLOWS, "softflowd",
     "Number of active flows: 0\nPackets processed: 500000\nFragments: 0\n"
     "Ignored packets: 0 (0 non-IP, 0 too short)\n",
     500000, -1},
    {WEIR_PEER_FLOWS, "ndpiReader",
     "\tDiscarded bytes:       0            \n"
     "\tIP packets:            500000        of 500000 packets total\n"
     "\tUnique flows:          10000        \n",
     500000, -1},
};

Test(says, numbers_of_what_programs_print)
{
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        const struct sample *s = &samples[i];
        const struct weir_peer *peer = peer_of(s->task, s->peer);
        uint64_t number = 0;
        cr_assert(
            weir_says_number(s->text, peer->says, peer->says_before, &number),
            "%s", s->peer);
        cr_assert_eq(number, (uint64_t)s->frames, "%s: %llu", s->peer,
                     (unsigned long long)number);
        if (s->lost < 0)
            continue;
        cr_assert(
            weir_says_number(s->text, peer->lost, peer->lost_before, &number),
            "%s", s->peer);
        cr_assert_eq(number, (uint64_t)s->lost, "%s: %llu", s->peer,
                     (unsigned long long)number);
    }
}

Test(says, every_peer_that_shall_say_something_has_a_sample)
{
    for (size_t i = 0; i < weir_peers_count; i++) {
        bool found = weir_peers[i].says == NULL;
        for (size_t k = 0; k < sizeof samples / sizeof samples[0]; k++)
            found = found || (samples[k].task == weir_peers[i].task &&
                              strcmp(samples[k].peer, weir_peers[i].name) == 0);
        /* weir says in all tasks the same. */
        cr_assert(found || weir_peer_is_weir(&weir_peers[i]), "%s",
                  weir_peers[i].name);
    }
}

Test(says, no_number_is_no_number)
{
    uint64_t number = 7;
    cr_assert_not(weir_says_number("", "key", true, &number));
    cr_assert_not(weir_says_number("key", "key", true, &number));
    cr_assert_not(weir_says_number("key", "key", false, &number));
    cr_assert_not(weir_says_number("key x1", "key", true, &number));
    cr_assert_not(weir_says_number("1 key", "key", false, &number));
    cr_assert_not(
        weir_says_number("key 18446744073709551616", "key", true, &number));
    cr_assert_eq(number, 7);
    cr_assert(
        weir_says_number("key 18446744073709551615", "key", true, &number));
    cr_assert_eq(number, UINT64_MAX);
}

Test(says, the_last_of_several_holds)
{
    uint64_t number = 0;
    cr_assert(weir_says_number("n=1 n=2\nn=3x", "n=", true, &number));
    cr_assert_eq(number, 3);
    cr_assert(weir_says_number("1 got, 22 got", " got", false, &number));
    cr_assert_eq(number, 22);
}

Test(says, versions)
{
    static const struct {
        const char *text, *version;
    } cases[] = {
        {"tcpdump version 4.99.3\nlibpcap version 1.10.3", "4.99.3"},
        {"Dumpcap (Wireshark) 4.0.17 (Git v4.0.17 packaged", "4.0.17"},
        {"netsniff-ng 0.6.8 (Flutternozzle), Git id: (none)", "0.6.8"},
        {"\n-*> DaemonLogger <*-\nVersion 1.2.1\nBy Martin", "1.2.1"},
        {"This is softflowd version 1.1.0. Valid commandline", "1.1.0"},
        {"3.0.22-0.1\n", "3.0.22"},
        {"2:3.0.8.2-2.2\n", "3.0.8.2"},
        {"nfpcapd: Version: 1.7.1\n", "1.7.1"},
        {"weir 0.1.0\n", "0.1.0"},
        {"v1 of x2.5, release 7, 12...", NULL},
        {"", NULL},
    };
    char out[16];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool found = weir_says_version(cases[i].text, out, sizeof out);
        cr_assert_eq(found, cases[i].version != NULL, "%s", cases[i].text);
        cr_assert_str_eq(out, found ? cases[i].version : "");
    }
    cr_assert(weir_says_version("1.2.3.4.5.6.7.8.9", out, 6));
    cr_assert_str_eq(out, "1.2.3");
}

Test(says, the_last_line)
{
    char out[16];
    cr_assert_str_eq(weir_says_last_line("", out, sizeof out), "");
    cr_assert_str_eq(weir_says_last_line("\n \n", out, sizeof out), "");
    cr_assert_str_eq(weir_says_last_line("a\nb\x1b[1m\r\n\n", out, sizeof out),
                     "b?[1m");
}

/* A flow of 4 frames and one of 6 as argus 3.0.8 writes them, the latter
 * with wider numbers, and a record of its own state. */
static const uint8_t argus_file[] = {
    0x83, 0x10, 0x00, 0x02, 0,    0,    0,    0,                /* its state */
    0x13, 0x10, 0x00, 0x09,                                     /* a flow */
    0x01, 0x03, 0x00, 0x03, 0,    0,    0,    0,    0, 0, 0, 1, /* */
    0x10, 0x01, 0x06, 0x02, 0x00, 0x04, 0x00, 0xf0,             /* */
    0x30, 0x00, 0x00, 0x01, 0x20, 0x00, 0x00, 0x02, 0, 0, 0, 2, /* */
    0x13, 0x10, 0x00, 0x05,                                     /* a flow */
    0x90, 0xff, 0xff, 0xff,                                     /* one word */
    0x10, 0x01, 0x07, 0x03, 0,    0,    0,    6,    0, 0, 1, 0x68, /* */
};

static int argus_read(struct weir_says_argus *out, const uint8_t *bytes,
                      size_t len)
{
    char path[] = "/tmp/weir-argus-XXXXXX";
    struct weir_err err = {0};
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, bytes, len), (ssize_t)len);
    close(fd);
    int ret = weir_says_argus(out, path, &err);
    unlink(path);
    cr_assert(ret == 0 || err.text[0] != '\0');
    return ret;
}

Test(says, argus_frames_are_summed_over_flows)
{
    struct weir_says_argus got;
    cr_assert_eq(argus_read(&got, argus_file, sizeof argus_file), 0);
    cr_assert_eq(got.flows, 2);
    cr_assert_eq(got.frames, 10);
}

Test(says, argus_file_cut_anywhere)
{
    for (size_t len = 0; len < sizeof argus_file; len++) {
        struct weir_says_argus got;
        int ret = argus_read(&got, argus_file, len);
        /* Less than a record's first word is no record. */
        bool whole =
            len < 4 || (len >= 8 && len < 12) || (len >= 44 && len < 48);
        cr_assert_eq(ret, whole ? 0 : -EBADMSG, "%zu: %d", len, ret);
    }
}

Test(says, argus_part_that_does_not_fit_ends_the_record)
{
    uint8_t record[] = {0x13, 0x10, 0, 3, 0x10, 1, 6, 3, 0, 4, 0, 0};
    struct weir_says_argus got;
    cr_assert_eq(argus_read(&got, record, sizeof record), 0);
    cr_assert_eq(got.flows, 1);
    cr_assert_eq(got.frames, 0);
    record[3] = 0;
    cr_assert_eq(argus_read(&got, record, sizeof record), -EBADMSG);
    struct weir_err err;
    cr_assert_eq(weir_says_argus(&got, "/nonexistent/x", &err), -ENOENT);
}
