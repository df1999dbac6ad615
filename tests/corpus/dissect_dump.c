/* dissect_dump: what weir_dissect sees in capture files, for comparison.
 *
 *     dissect_dump FOLDER FILE...
 *
 * Reads each file with libpcap, prints a line of tab-separated fields per
 * frame of a link type that is dissected (the first line names the columns),
 * and writes the same frames to FOLDER/LINKTYPE.pcap, so that another
 * program needs to run only once for each link type.  A file that libpcap
 * cannot read, or not to its end, is named on stderr. */

#include <arpa/inet.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/linktype.h"
#include "dissect/dissect.h"
#include "dissect/fields.h"
#include "tests/corpus/dissect_dump_views.h"

#define SNAPLEN 262144

struct output {
    uint16_t linktype;
    pcap_t *pcap;
    pcap_dumper_t *dumper;
    uint64_t frames;
};

static struct output outputs[] = {
    {.linktype = WEIR_LINKTYPE_NULL},
    {.linktype = WEIR_LINKTYPE_ETHERNET},
    {.linktype = WEIR_LINKTYPE_RAW},
    {.linktype = WEIR_LINKTYPE_LOOP},
    {.linktype = WEIR_LINKTYPE_LINUX_SLL},
    {.linktype = WEIR_LINKTYPE_IPV4},
    {.linktype = WEIR_LINKTYPE_IPV6},
    {.linktype = WEIR_LINKTYPE_LINUX_SLL2},
};

static const char columns[] =
    "linktype\tindex\tfile\tnumber\tcaplen\tlen\toutcome\ttotal\tlayers\t"
    "eth.src\teth.dst\tarp.opcode\tarp.src.hw_mac\tarp.src.proto_ipv4\t"
    "arp.dst.hw_mac\tarp.dst.proto_ipv4\tip.src\tip.dst\tip.proto\t"
    "ipv6.src\tipv6.dst\tipv6.nxt\ttcp.srcport\ttcp.dstport\t"
    "udp.srcport\tudp.dstport\tsctp.srcport\tsctp.dstport\tvlan.id\t"
    "mpls.label\ticmp.type\ticmp.code\ticmpv6.type\ticmpv6.code\t";

static struct output *output_find(uint16_t linktype)
{
    for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++) {
        if (outputs[i].linktype == linktype)
            return &outputs[i];
    }
    return NULL;
}

static void output_write(struct output *out, const char *folder,
                         const struct pcap_pkthdr *header, const uint8_t *data)
{
    if (out->dumper == NULL) {
        char path[4096];
        (void)snprintf(path, sizeof path, "%s/%u.pcap", folder, out->linktype);
        out->pcap =
            pcap_open_dead(weir_linktype_to_dlt(out->linktype), SNAPLEN);
        if (out->pcap != NULL)
            out->dumper = pcap_dump_open(out->pcap, path);
        if (out->dumper == NULL) {
            (void)fprintf(stderr, "cannot write %s\n", path);
            exit(1);
        }
    }
    pcap_dump((u_char *)out->dumper, header, data);
    out->frames++;
}

static void mac_print(const uint8_t *p)
{
    if (p != NULL)
        printf("\t%02x:%02x:%02x:%02x:%02x:%02x", p[0], p[1], p[2], p[3], p[4],
               p[5]);
    else
        printf("\t");
}

static void address_print(int family, const uint8_t *p)
{
    char text[INET6_ADDRSTRLEN] = "";

    if (p != NULL)
        (void)inet_ntop(family, p, text, sizeof text);
    printf("\t%s", text);
}

static void link_print(const struct weir_dissection *d, const uint8_t *data)
{
    const struct weir_layer *layer = weir_dissection_find(d, WEIR_PROTO_ETH);
    struct weir_eth_view eth = {.src = NULL};
    if (layer != NULL)
        weir_eth_view_read(&eth, data, layer);
    mac_print(eth.src);
    mac_print(eth.dst);

    layer = weir_dissection_find(d, WEIR_PROTO_ARP);
    struct weir_arp_view arp = {.opcode = 0};
    if (layer != NULL) {
        weir_arp_view_read(&arp, data, layer);
        printf("\t%u", arp.opcode);
    } else {
        printf("\t");
    }
    mac_print(arp.src_hw_mac);
    address_print(AF_INET, arp.src_proto_ipv4);
    mac_print(arp.dst_hw_mac);
    address_print(AF_INET, arp.dst_proto_ipv4);
}

static void ip_print(const struct weir_dissection *d, const uint8_t *data)
{
    const struct weir_layer *layer = weir_dissection_find(d, WEIR_PROTO_IP);
    struct weir_ip_view ip = {.src = NULL};
    if (layer != NULL)
        weir_ip_view_read(&ip, data, layer);
    address_print(AF_INET, ip.src);
    address_print(AF_INET, ip.dst);
    layer != NULL ? printf("\t%u", ip.proto) : printf("\t");

    layer = weir_dissection_find(d, WEIR_PROTO_IPV6);
    struct weir_ipv6_view ipv6 = {.src = NULL};
    if (layer != NULL)
        weir_ipv6_view_read(&ipv6, data, layer);
    address_print(AF_INET6, ipv6.src);
    address_print(AF_INET6, ipv6.dst);
    layer != NULL ? printf("\t%u", ipv6.nxt) : printf("\t");
}

static void pair_print(const struct weir_layer *layer, uint32_t a, uint32_t b)
{
    layer != NULL ? printf("\t%u\t%u", a, b) : printf("\t\t");
}

static void upper_print(const struct weir_dissection *d, const uint8_t *data)
{
    const struct weir_layer *layer = weir_dissection_find(d, WEIR_PROTO_TCP);
    struct weir_tcp_view tcp = {.srcport = 0};
    if (layer != NULL)
        weir_tcp_view_read(&tcp, data, layer);
    pair_print(layer, tcp.srcport, tcp.dstport);

    layer = weir_dissection_find(d, WEIR_PROTO_UDP);
    struct weir_udp_view udp = {.srcport = 0};
    if (layer != NULL)
        weir_udp_view_read(&udp, data, layer);
    pair_print(layer, udp.srcport, udp.dstport);

    layer = weir_dissection_find(d, WEIR_PROTO_SCTP);
    struct weir_sctp_view sctp = {.srcport = 0};
    if (layer != NULL)
        weir_sctp_view_read(&sctp, data, layer);
    pair_print(layer, sctp.srcport, sctp.dstport);
}

static void shim_print(const struct weir_dissection *d, const uint8_t *data)
{
    const struct weir_layer *layer = weir_dissection_find(d, WEIR_PROTO_VLAN);
    struct weir_vlan_view vlan;
    if (layer != NULL) {
        weir_vlan_view_read(&vlan, data, layer);
        printf("\t%u", vlan.id);
    } else {
        printf("\t");
    }

    layer = weir_dissection_find(d, WEIR_PROTO_MPLS);
    struct weir_mpls_view mpls;
    if (layer != NULL) {
        weir_mpls_view_read(&mpls, data, layer);
        printf("\t%u", mpls.label);
    } else {
        printf("\t");
    }
}

static void icmp_print(const struct weir_dissection *d, const uint8_t *data,
                       uint8_t proto)
{
    const struct weir_layer *layer = weir_dissection_find(d, proto);
    struct weir_icmp_view icmp = {.type = 0};

    if (layer != NULL)
        weir_icmp_view_read(&icmp, data, layer);
    pair_print(layer, icmp.type, icmp.code);
}

static void frame_print(const struct weir_dissection *d, const uint8_t *data,
                        uint32_t caplen)
{
    struct weir_ip_view ip;
    printf("%s\t", weir_outcome_name(d->outcome));
    weir_ip_view_find(&ip, data, d) ? printf("%u\t", ip.total_length)
                                    : printf("\t");
    for (uint8_t i = 0; i < d->layers_count; i++)
        printf("%s%s", i == 0 ? "" : " ", weir_proto_name(d->layers[i].proto));
    link_print(d, data);
    ip_print(d, data);
    upper_print(d, data);
    shim_print(d, data);
    icmp_print(d, data, WEIR_PROTO_ICMP);
    icmp_print(d, data, WEIR_PROTO_ICMPV6);
    views_print(d, data, caplen);
    printf("\n");
}

static void file_dump(const char *folder, const char *path)
{
    char errbuf[PCAP_ERRBUF_SIZE];
    pcap_t *pcap = pcap_open_offline(path, errbuf);
    if (pcap == NULL) {
        (void)fprintf(stderr, "%s: %s\n", path, errbuf);
        return;
    }

    struct output *out =
        output_find(weir_linktype_from_dlt(pcap_datalink(pcap)));
    struct pcap_pkthdr *header;
    const u_char *data;
    uint64_t number = 0;
    int got = 0;
    while (out != NULL && (got = pcap_next_ex(pcap, &header, &data)) == 1) {
        struct weir_dissection d;
        output_write(out, folder, header, data);
        weir_dissect(&d, data, header->caplen, header->len, out->linktype);
        printf("%u\t%llu\t%s\t%llu\t%u\t%u\t", out->linktype,
               (unsigned long long)out->frames, path,
               (unsigned long long)++number, header->caplen, header->len);
        frame_print(&d, data, header->caplen);
    }
    if (got == PCAP_ERROR)
        (void)fprintf(stderr, "%s: %s\n", path, pcap_geterr(pcap));
    pcap_close(pcap);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        (void)fprintf(stderr, "usage: dissect_dump FOLDER FILE...\n");
        return 2;
    }
    printf("%s%s\n", columns, views_columns);
    for (int i = 2; i < argc; i++)
        file_dump(argv[1], argv[i]);
    for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++) {
        if (outputs[i].dumper != NULL)
            pcap_dump_close(outputs[i].dumper);
        if (outputs[i].pcap != NULL)
            pcap_close(outputs[i].pcap);
    }
    return ferror(stdout) || fflush(stdout) != 0;
}
