/* sniff_icmp: who sends ICMP messages to whom, and which: 16 of them.
 *
 *     sniff_icmp DEVICE */

#include <arpa/inet.h>
#include <stdio.h>

#include <weir.h>

/* False of a fragment but the first: ICMP to the filter, but without header. */
static bool show(const struct weir_frame *frame, uint16_t linktype)
{
    char src[INET_ADDRSTRLEN];
    char dst[INET_ADDRSTRLEN];
    struct weir_dissection dissection;
    struct weir_ip_view ip;
    struct weir_icmp_view icmp;

    weir_dissect(&dissection, frame->data, frame->caplen, frame->len, linktype);
    if (!weir_ip_view_find(&ip, frame->data, &dissection) ||
        !weir_icmp_view_find(&icmp, frame->data, &dissection))
        return false;
    inet_ntop(AF_INET, ip.src, src, sizeof src);
    inet_ntop(AF_INET, ip.dst, dst, sizeof dst);
    printf("type %u code %u  %s > %s\n", icmp.type, icmp.code, src, dst);
    return true;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: sniff_icmp DEVICE\n");
        return 2;
    }
    const struct weir_socket_config config = {
        .device = argv[1],
        .filter = "icmp",
        .timeout_ms = -1, /* wait for ever */
    };
    struct weir_socket *socket = NULL;
    struct weir_socket_info info;
    const struct weir_frame *frame;
    struct weir_err err;

    int rc = weir_socket_open(&socket, &config, &err);
    if (rc >= 0)
        rc = weir_socket_info(socket, &info, &err);
    for (int shown = 0; shown < 16 && rc >= 0;) {
        rc = weir_socket_next(socket, &frame, &err);
        if (rc == WEIR_NEXT_FRAME && show(frame, info.linktype))
            shown++;
    }
    weir_socket_close(&socket, NULL);
    if (rc < 0)
        fprintf(stderr, "sniff_icmp: %s\n", err.text);
    return rc < 0;
}
