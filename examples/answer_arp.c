/* answer_arp: tells who asks that ADDRESS is at 02:00:00:00:00:01, until INT.
 *
 *     answer_arp DEVICE ADDRESS */

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <weir.h>

static struct weir_event *stop;
static void on_signal(int number)
{
    (void)number;
    weir_event_set(stop);
}

/* The reply to what asks for the address; 0: this does not. */
static int reply(uint8_t *to, size_t size, const struct weir_frame *frame,
                 const uint8_t *address, struct weir_err *err)
{
    struct weir_dissection dissection;
    struct weir_arp_view asked;
    weir_dissect(&dissection, frame->data, frame->caplen, frame->len,
                 WEIR_LINKTYPE_ETHERNET);
    if (!weir_arp_view_find(&asked, frame->data, &dissection) ||
        asked.opcode != 1 || asked.src_hw_mac == NULL ||
        asked.dst_proto_ipv4 == NULL ||
        memcmp(asked.dst_proto_ipv4, address, 4) != 0)
        return 0;

    struct weir_build_eth eth = {.src = {2, 0, 0, 0, 0, 1}};
    struct weir_build_arp arp = {.opcode = 2, .src_hw_mac = {2, 0, 0, 0, 0, 1}};
    memcpy(eth.dst, asked.src_hw_mac, 6);
    memcpy(arp.src_proto_ipv4, address, 4);
    memcpy(arp.dst_hw_mac, asked.src_hw_mac, 6);
    memcpy(arp.dst_proto_ipv4, asked.src_proto_ipv4, 4);
    struct weir_build *build = NULL;
    int rc = weir_build_open(&build, err);
    rc = rc < 0 ? rc : weir_build_add_eth(build, &eth, err);
    rc = rc < 0 ? rc : weir_build_add_arp(build, &arp, err);
    rc = rc < 0 ? rc : weir_build_bytes(build, to, size, err);
    weir_build_close(&build, NULL);
    return rc;
}

int main(int argc, char **argv)
{
    uint8_t address[4];
    if (argc != 3 || inet_pton(AF_INET, argv[2], address) != 1) {
        fprintf(stderr, "usage: answer_arp DEVICE ADDRESS\n");
        return 2;
    }
    struct weir_socket *socket = NULL;
    const struct weir_frame *frame;
    struct weir_err err;
    int rc = weir_event_open(&stop, &err);
    const struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);

    const struct weir_socket_config config = {
        .device = argv[1], .filter = "arp", .stop = stop, .timeout_ms = 10};
    rc = rc < 0 ? rc : weir_socket_open(&socket, &config, &err);
    while (rc >= 0 && rc != WEIR_NEXT_STOPPED) {
        rc = weir_socket_next(socket, &frame, &err);
        if (rc != WEIR_NEXT_FRAME)
            continue;
        uint8_t bytes[64];
        rc = reply(bytes, sizeof bytes, frame, address, &err);
        if (rc > 0)
            rc = weir_socket_send(socket, bytes, (size_t)rc, &err);
    }
    weir_socket_close(&socket, NULL);
    weir_event_close(&stop);
    if (rc < 0)
        fprintf(stderr, "answer_arp: %s\n", err.text);
    return rc < 0;
}
