/* What lies below IP, or beside it. */

#include "tests/cli/frame_parts.h"

/* clang-format off */
const struct test_frame test_frames_link[] = {
    {"arp_request", 1, 60, 60,
     MACS "080600010800060400010200000000010a0000010000000000000a000002",
     "ARP, Request who-has 10.0.0.2 tell 10.0.0.1, length 46",
     "'layers':["
     ETH("0x0806") ","
     "{'name':'arp','opcode':1,'src.hw_mac':'02:00:00:00:00:01',"
     "'src.proto_ipv4':'10.0.0.1','dst.hw_mac':'00:00:00:00:00:00',"
     "'dst.proto_ipv4':'10.0.0.2'}]}"},
    {"arp_reply", 1, 42, 42,
     MACS "080600010800060400020200000000020a0000020200000000010a000001",
     "ARP, Reply 10.0.0.2 is-at 02:00:00:00:00:02, length 28",
     "'layers':["
     ETH("0x0806") ","
     "{'name':'arp','opcode':2,'src.hw_mac':'02:00:00:00:00:02',"
     "'src.proto_ipv4':'10.0.0.2','dst.hw_mac':'02:00:00:00:00:01',"
     "'dst.proto_ipv4':'10.0.0.1'}]}"},
    {"rarp_request", 1, 60, 60,
     MACS "8035000108000604000302000000000100000000020000000001",
     "ARP, Reverse Request who-is 02:00:00:00:00:01 tell 02:00:00:00:00:01, "
     "length 46",
     "'layers':["
     ETH("0x8035") ","
     "{'name':'arp','opcode':3,'src.hw_mac':'02:00:00:00:00:01',"
     "'src.proto_ipv4':'0.0.0.0','dst.hw_mac':'02:00:00:00:00:01',"
     "'dst.proto_ipv4':'0.0.0.0'}]}"},
    {"arp_odd", 1, 60, 60,
     MACS "08060025080002040001",
     "ARP, Request who-has 0.0.0.0 tell 0.0.0.0, length 46",
     "'layers':["
     ETH("0x0806") ","
     "{'name':'arp','opcode':1,'src.proto_ipv4':'0.0.0.0',"
     "'dst.proto_ipv4':'0.0.0.0'}]}"},
    {"vlan", 1, 60, 60,
     MACS "8100600508004500001f00010000401166cb0a0000010a00000200010002000b"
     "2770616263",
     "vlan 5, p 3, IP 10.0.0.1.1 > 10.0.0.2.2: UDP, length 3",
     "'layers':["
     ETH("0x8100") ","
     "{'name':'vlan','id':5,'priority':3,'dei':0,'etype':'0x0800'},"
     IP("17") ","
     PORTS("udp", "1", "2")
     "]}"},
    {"qinq", 1, 60, 60,
     MACS "88a8000a8100e01408004500001f00010000401166cb0a0000010a0000020001"
     "0002000b2770616263",
     "vlan 10, p 0, vlan 20, p 7, IP 10.0.0.1.1 > 10.0.0.2.2: UDP, length 3",
     "'layers':["
     ETH("0x88a8") ","
     "{'name':'vlan','id':10,'priority':0,'dei':0,'etype':'0x8100'},"
     "{'name':'vlan','id':20,'priority':7,'dei':0,'etype':'0x0800'},"
     IP("17") ","
     PORTS("udp", "1", "2")
     "]}"},
    {"vlan_unknown", 1, 68, 68,
     MACS "8100000588b5",
     "vlan 5, p 0, 02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype Unknown "
     "(0x88b5), length 68",
     "'layers':["
     ETH("0x8100") ","
     "{'name':'vlan','id':5,'priority':0,'dei':0,'etype':'0x88b5'}]}"},
    {"mpls", 1, 60, 60,
     MACS "884718960c3f000101404500001f00010000401166cb0a0000010a0000020001"
     "0002000b2770616263",
     "MPLS (label 100704, tc 6, ttl 63) (label 16, tc 0, [S], ttl 64) IP "
     "10.0.0.1.1 > 10.0.0.2.2: UDP, length 3",
     "'layers':["
     ETH("0x8847") ","
     "{'name':'mpls','label':100704,'exp':6,'bottom':0,'ttl':63},"
     "{'name':'mpls','label':16,'exp':0,'bottom':1,'ttl':64},"
     IP("17") ","
     PORTS("udp", "1", "2")
     "]}"},
    {"mpls_unknown", 1, 68, 68,
     MACS "884700011140",
     "MPLS (label 17, tc 0, [S], ttl 64) 02:00:00:00:00:01 > "
     "02:00:00:00:00:02, payload, length 68",
     "'layers':["
     ETH("0x8847") ","
     "{'name':'mpls','label':17,'exp':0,'bottom':1,'ttl':64}]}"},
    {"llc_stp", 1, 60, 60,
     MACS "0026424203",
     "02:00:00:00:00:01 > 02:00:00:00:00:02, LLC, dsap STP (0x42), ssap STP "
     "(0x42), ctrl 0x03, length 60",
     "'layers':["
     ETH_LEN("38") ","
     "{'name':'llc','dsap':66,'ssap':66,'control':3}]}"},
    {"snap_ip", 1, 60, 60,
     MACS "0027aaaa0300000008004500001f00010000401166cb0a0000010a0000020001"
     "0002000b2770616263",
     "IP 10.0.0.1.1 > 10.0.0.2.2: UDP, length 3",
     "'layers':["
     ETH_LEN("39") ","
     "{'name':'llc','dsap':170,'ssap':170,'control':3,'oui':0,"
     "'type':'0x0800'},"
     IP("17") ","
     PORTS("udp", "1", "2")
     "]}"},
    {"snap_cisco", 1, 74, 74,
     MACS "003caaaa0300000c20",
     "02:00:00:00:00:01 > 02:00:00:00:00:02, SNAP, oui 0x00000c, pid 0x2000,"
     " length 74",
     "'layers':["
     ETH_LEN("60") ","
     "{'name':'llc','dsap':170,'ssap':170,'control':3,'oui':12,"
     "'type':'0x2000'}]}"},
    {"unknown_type", 1, 60, 60,
     MACS "88b5",
     "02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype Unknown (0x88b5), "
     "length 60",
     "'layers':["
     ETH("0x88b5")
     "]}"},
    {"lldp", 1, 60, 60,
     MACS "88cc",
     "02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype LLDP (0x88cc), "
     "length 60",
     "'layers':["
     ETH("0x88cc")
     "]}"},
    {"sll", 113, 47, 47,
     "000400010006020000000001000008004500001f00010000401166cb0a000001"
     "0a00000200010002000b2770616263",
     "IP 10.0.0.1.1 > 10.0.0.2.2: UDP, length 3",
     "'layers':[{'name':'sll','pkttype':4,'hatype':1,"
     "'src.eth':'02:00:00:00:00:01','etype':'0x0800'},"
     IP("17") ","
     PORTS("udp", "1", "2")
     "]}"},
    {"sll2", 276, 71, 71,
     "86dd00000000000300010006020000000001000060000000000b114020010db8"
     "00000000000000000000000120010db800000000000000000000000200010002"
     "000bdffd616263",
     "ifindex 3 In IP6 2001:db8::1.1 > 2001:db8::2.2: UDP, length 3",
     "'layers':[{'name':'sll','ifindex':3,'pkttype':0,'hatype':1,"
     "'src.eth':'02:00:00:00:00:01','etype':'0x86dd'},"
     IP6("17") ","
     PORTS("udp", "1", "2")
     "]}"},
    {"null", 0, 35, 35,
     "020000004500001f00010000401166cb0a0000010a00000200010002000b2770"
     "616263",
     "IP 10.0.0.1.1 > 10.0.0.2.2: UDP, length 3",
     "'layers':[{'name':'null','family':2},"
     IP("17") ","
     PORTS("udp", "1", "2")
     "]}"},
    {"null_other", 0, 24, 24,
     "4d",
     "AF 77, length 24",
     "'layers':[{'name':'null','family':77}]}"},
    {"loop", 108, 55, 55,
     "0000001860000000000b114020010db800000000000000000000000120010db8"
     "00000000000000000000000200010002000bdffd616263",
     "IP6 2001:db8::1.1 > 2001:db8::2.2: UDP, length 3",
     "'layers':[{'name':'null','family':24},"
     IP6("17") ","
     PORTS("udp", "1", "2")
     "]}"},
    {"raw4", 101, 31, 31,
     "4500001f00010000401166cb0a0000010a00000200010002000b2770616263",
     "IP 10.0.0.1.1 > 10.0.0.2.2: UDP, length 3",
     "'layers':["
     IP("17") ","
     PORTS("udp", "1", "2")
     "]}"},
    {"raw6", 101, 51, 51,
     "60000000000b114020010db800000000000000000000000120010db800000000"
     "000000000000000200010002000bdffd616263",
     "IP6 2001:db8::1.1 > 2001:db8::2.2: UDP, length 3",
     "'layers':["
     IP6("17") ","
     PORTS("udp", "1", "2")
     "]}"},
    {"ipv4", 228, 31, 31,
     "4500001f00010000401166cb0a0000010a00000200010002000b2770616263",
     "IP 10.0.0.1.1 > 10.0.0.2.2: UDP, length 3",
     "'layers':["
     IP("17") ","
     PORTS("udp", "1", "2")
     "]}"},
    {"ipv6", 229, 51, 51,
     "60000000000b114020010db800000000000000000000000120010db800000000"
     "000000000000000200010002000bdffd616263",
     "IP6 2001:db8::1.1 > 2001:db8::2.2: UDP, length 3",
     "'layers':["
     IP6("17") ","
     PORTS("udp", "1", "2")
     "]}"},
    {"unknown_link", 127, 16, 16,
     "",
     "link-type 127, caplen 16, length 16",
     "'linktype':127,'layers':[]}"},
    {0},
};
/* clang-format on */
