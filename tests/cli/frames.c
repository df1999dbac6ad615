#include "tests/cli/frames.h"

#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

/* Addresses: 02:00:00:00:00:01 and 10.0.0.1 or 2001:db8::1 talk to those that
 * end in 2.  Checksums are right where the frame is whole. */
#define MACS "020000000002020000000001"
#define ETH_ANY                                                                \
    "{'name':'eth','src':'02:00:00:00:00:01','dst':'02:00:00:00:00:02',"
#define ETH(type)    ETH_ANY "'type':'" type "'}"
#define ETH_LEN(len) ETH_ANY "'len':" len "}"
#define IP(proto)                                                              \
    "{'name':'ip','src':'10.0.0.1','dst':'10.0.0.2','proto':" proto            \
    ",'ttl':64,'id':1}"
#define IP6(nxt)                                                               \
    "{'name':'ipv6','src':'2001:db8::1','dst':'2001:db8::2','nxt':" nxt        \
    ",'hlim':64}"
#define PORTS(name, src, dst)                                                  \
    "{'name':'" name "','srcport':" src ",'dstport':" dst "}"

/* clang-format off */
const struct test_frame test_frames[] = {
    {"udp", 1, 60, 60,
     MACS "08004500002800010000401166c20a0000010a000002003504d20014aabc6865"
     "6c6c6f2c207765697221",
     "IP 10.0.0.1.53 > 10.0.0.2.1234: UDP, length 12",
     "'layers':["
     ETH("0x0800") ","
     IP("17") ","
     PORTS("udp", "53", "1234")
     "]}"},
    {"tcp_syn", 1, 74, 74,
     MACS "08004500003c00010000400666b90a0000010a0000029c400050000003e80000"
     "0000a002faf098930000020405b40402080a000000010000000001030307",
     "IP 10.0.0.1.40000 > 10.0.0.2.80: Flags [S], seq 1000, win 64240, "
     "options [mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7], length 0",
     "'layers':["
     ETH("0x0800") ","
     IP("6") ","
     "{'name':'tcp','srcport':40000,'dstport':80,'seq':1000,'ack':0,"
     "'flags':2,'window_size_value':64240}]}"},
    {"tcp_syn_ack", 1, 60, 60,
     MACS "08004500002c00010000400666c90a0000010a00000200509c40000013880000"
     "03e96012fe88d1890000020405b4",
     "IP 10.0.0.1.80 > 10.0.0.2.40000: Flags [S.], seq 5000, ack 1001, win "
     "65160, options [mss 1460], length 0",
     "'layers':["
     ETH("0x0800") ","
     IP("6") ","
     "{'name':'tcp','srcport':80,'dstport':40000,'seq':5000,'ack':1001,"
     "'flags':18,'window_size_value':65160}]}"},
    {"tcp_data", 1, 73, 73,
     MACS "08004500003b00010000400666ba0a0000010a0000029c400050000003e90000"
     "1389801801f6d83d00000101080a0000000200000001474554202f0d0a",
     "IP 10.0.0.1.40000 > 10.0.0.2.80: Flags [P.], seq 1001:1008, ack 5001, "
     "win 502, options [nop,nop,TS val 2 ecr 1], length 7",
     "'layers':["
     ETH("0x0800") ","
     IP("6") ","
     "{'name':'tcp','srcport':40000,'dstport':80,'seq':1001,'ack':5001,"
     "'flags':24,'window_size_value':502}]}"},
    {"tcp_ack", 1, 60, 60,
     MACS "08004500002800010000400666cd0a0000010a00000200509c40000013890000"
     "03f0501001fde5cb",
     "IP 10.0.0.1.80 > 10.0.0.2.40000: Flags [.], ack 1008, win 509, length "
     "0",
     "'layers':["
     ETH("0x0800") ","
     IP("6") ","
     "{'name':'tcp','srcport':80,'dstport':40000,'seq':5001,'ack':1008,"
     "'flags':16,'window_size_value':509}]}"},
    {"tcp_sack_urg_ece", 1, 66, 66,
     MACS "08004500003400010000400666c10a0000010a00000200010002000000070000"
     "000880f0000164b900090101050a0000000100000005",
     "IP 10.0.0.1.1 > 10.0.0.2.2: Flags [.UEW], ack 8, win 1, urg 9, "
     "options [nop,nop,sack 1 {1:5}], length 0",
     "'layers':["
     ETH("0x0800") ","
     IP("6") ","
     "{'name':'tcp','srcport':1,'dstport':2,'seq':7,'ack':8,'flags':240,"
     "'window_size_value':1}]}"},
    {"tcp_rst", 1, 60, 60,
     MACS "08004500002800010000400666cd0a0000010a00000200010002000000070000"
     "0000500400009bd4",
     "IP 10.0.0.1.1 > 10.0.0.2.2: Flags [R], seq 7, win 0, length 0",
     "'layers':["
     ETH("0x0800") ","
     IP("6") ","
     "{'name':'tcp','srcport':1,'dstport':2,'seq':7,'ack':0,'flags':4,"
     "'window_size_value':0}]}"},
    {"tcp_none_odd_option", 1, 62, 62,
     MACS "08004500003000010000400666c50a0000010a00000200010002000000070000"
     "000070000000843d0000fd06f9890102",
     "IP 10.0.0.1.1 > 10.0.0.2.2: Flags [none], win 0, options [unknown-253 "
     "0xf9890102,eol], length 0",
     "'layers':["
     ETH("0x0800") ","
     IP("6") ","
     "{'name':'tcp','srcport':1,'dstport':2,'seq':7,'ack':0,'flags':0,"
     "'window_size_value':0}]}"},
    {"ip_options", 1, 60, 60,
     MACS "080046000020000100004011d1c50a0000010a00000294040000000100020008"
     "ebd8",
     "IP 10.0.0.1.1 > 10.0.0.2.2: UDP, length 0",
     "'layers':["
     ETH("0x0800") ","
     IP("17") ","
     PORTS("udp", "1", "2")
     "]}"},
    {"frag_first", 1, 66, 66,
     MACS "08004500003400072000401146b00a0000010a00000200050006003000007878"
     "78787878787878787878787878787878787878787878",
     "IP 10.0.0.1.5 > 10.0.0.2.6: UDP, length 40 (frag 7:32@0+)",
     "'layers':["
     ETH("0x0800") ","
     "{'name':'ip','src':'10.0.0.1','dst':'10.0.0.2','proto':17,'ttl':64,"
     "'id':7,'frag_offset':0,'flags.mf':1},"
     PORTS("udp", "5", "6")
     "]}"},
    {"frag_last", 1, 60, 60,
     MACS "08004500002400070004401166bc0a0000010a00000279797979797979797979"
     "797979797979",
     "IP 10.0.0.1 > 10.0.0.2: ip-proto-17, length 16 (frag 7:16@32)",
     "'layers':["
     ETH("0x0800") ","
     "{'name':'ip','src':'10.0.0.1','dst':'10.0.0.2','proto':17,'ttl':64,"
     "'id':7,'frag_offset':4,'flags.mf':0}]}"},
    {"icmp_echo", 1, 98, 98,
     MACS "08004500005400010000400166a60a0000010a0000020800abb0000100027070"
     "7070707070707070707070707070707070707070707070707070707070707070"
     "70707070707070707070707070707070707070707070",
     "IP 10.0.0.1 > 10.0.0.2: ICMP echo request, id 1, seq 2, length 64",
     "'layers':["
     ETH("0x0800") ","
     IP("1") ","
     "{'name':'icmp','type':'0x08','code':0}]}"},
    {"icmp_reply", 1, 98, 98,
     MACS "08004500005400010000400166a60a0000010a0000020000b3b0000100027070"
     "7070707070707070707070707070707070707070707070707070707070707070"
     "70707070707070707070707070707070707070707070",
     "IP 10.0.0.1 > 10.0.0.2: ICMP echo reply, id 1, seq 2, length 64",
     "'layers':["
     ETH("0x0800") ","
     IP("1") ","
     "{'name':'icmp','type':'0x00','code':0}]}"},
    {"icmp_port_unreachable", 1, 70, 70,
     MACS "08004500003800010000400166c20a0000010a00000203031119000000004500"
     "001c00010000401166c60a0000020a0000099c41000900084f91",
     "IP 10.0.0.1 > 10.0.0.2: ICMP 10.0.0.9 udp port 9 unreachable, length "
     "36",
     "'layers':["
     ETH("0x0800") ","
     IP("1") ","
     "{'name':'icmp','type':'0x03','code':3}]}"},
    {"icmp_need_to_frag", 1, 70, 70,
     MACS "08004500003800010000400166c20a0000010a00000203040ba0000005784500"
     "001c00010000401166c60a0000020a0000099c41000900084f91",
     "IP 10.0.0.1 > 10.0.0.2: ICMP 10.0.0.9 unreachable - need to frag (mtu "
     "1400), length 36",
     "'layers':["
     ETH("0x0800") ","
     IP("1") ","
     "{'name':'icmp','type':'0x03','code':4}]}"},
    {"icmp_redirect", 1, 70, 70,
     MACS "08004500003800010000400166c20a0000010a0000020501041d0a0000fe4500"
     "001c00010000401166c60a0000020a0000099c41000900084f91",
     "IP 10.0.0.1 > 10.0.0.2: ICMP redirect 10.0.0.9 to host 10.0.0.254, "
     "length 36",
     "'layers':["
     ETH("0x0800") ","
     IP("1") ","
     "{'name':'icmp','type':'0x05','code':1}]}"},
    {"icmp_time_exceeded", 1, 70, 70,
     MACS "08004500003800010000400166c20a0000010a0000020b00091c000000004500"
     "001c00010000401166c60a0000020a0000099c41000900084f91",
     "IP 10.0.0.1 > 10.0.0.2: ICMP time exceeded in-transit, length 36",
     "'layers':["
     ETH("0x0800") ","
     IP("1") ","
     "{'name':'icmp','type':'0x0b','code':0}]}"},
    {"icmp_unknown", 1, 60, 60,
     MACS "08004500001c00010000400166de0a0000010a0000022a00d5ff",
     "IP 10.0.0.1 > 10.0.0.2: ICMP type-#42, length 8",
     "'layers':["
     ETH("0x0800") ","
     IP("1") ","
     "{'name':'icmp','type':'0x2a','code':0}]}"},
    {"gre", 1, 60, 60,
     MACS "08004500002c00010000402f66a00a0000010a000002000008007a7a7a7a7a7a"
     "7a7a7a7a7a7a7a7a7a7a7a7a7a7a",
     "IP 10.0.0.1 > 10.0.0.2: GRE, length 24",
     "'layers':["
     ETH("0x0800") ","
     IP("47")
     "]}"},
    {"ip_proto_200", 1, 64, 64,
     MACS "0800450000320001000040c866010a0000010a0000027a7a7a7a7a7a7a7a7a7a"
     "7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a",
     "IP 10.0.0.1 > 10.0.0.2: ip-proto-200, length 30",
     "'layers':["
     ETH("0x0800") ","
     IP("200")
     "]}"},
    {"ip_in_ip", 1, 65, 65,
     MACS "08004500003300010000400466c40a0000010a0000024500001f000100004011"
     "f979c0a80001c0a8000200010002000b2770616263",
     "IP 10.0.0.1 > 10.0.0.2: IP 192.168.0.1.1 > 192.168.0.2.2: UDP, length "
     "3",
     "'layers':["
     ETH("0x0800") ","
     IP("4") ","
     "{'name':'ip','src':'192.168.0.1','dst':'192.168.0.2','proto':17,"
     "'ttl':64,'id':1},"
     PORTS("udp", "1", "2")
     "]}"},
    {"sctp_init", 1, 66, 66,
     MACS "08004500003400010000408466430a0000010a00000213881389000000010000"
     "000001000014",
     "IP 10.0.0.1.5000 > 10.0.0.2.5001: sctp (1) [INIT], length 32",
     "'layers':["
     ETH("0x0800") ","
     IP("132") ","
     PORTS("sctp", "5000", "5001")
     "]}"},
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
    {"ipv6_udp", 1, 65, 65,
     MACS "86dd60000000000b114020010db800000000000000000000000120010db80000"
     "00000000000000000002003504d2000bdaf9616263",
     "IP6 2001:db8::1.53 > 2001:db8::2.1234: UDP, length 3",
     "'layers':["
     ETH("0x86dd") ","
     IP6("17") ","
     PORTS("udp", "53", "1234")
     "]}"},
    {"ipv6_tcp", 1, 74, 74,
     MACS "86dd600000000014064020010db800000000000000000000000120010db80000"
     "0000000000000000000201bbc3500000000100000002501100038f4d",
     "IP6 2001:db8::1.443 > 2001:db8::2.50000: Flags [F.], seq 1, ack 2, "
     "win 3, length 0",
     "'layers':["
     ETH("0x86dd") ","
     IP6("6") ","
     "{'name':'tcp','srcport':443,'dstport':50000,'seq':1,'ack':2,"
     "'flags':17,'window_size_value':3}]}"},
    {"icmpv6_echo", 1, 118, 118,
     MACS "86dd6000000000403a4020010db800000000000000000000000120010db80000"
     "000000000000000000028000bba0000300047171717171717171717171717171"
     "7171717171717171717171717171717171717171717171717171717171717171"
     "71717171717171717171",
     "IP6 2001:db8::1 > 2001:db8::2: ICMP6, echo request, id 3, seq 4, "
     "length 64",
     "'layers':["
     ETH("0x86dd") ","
     IP6("58") ","
     "{'name':'icmpv6','type':'0x80','code':0}]}"},
    {"icmpv6_solicitation", 1, 86, 86,
     MACS "86dd6000000000203aff20010db800000000000000000000000120010db80000"
     "000000000000000000028700ec720000000020010db800000000000000000000"
     "00020101020000000001",
     "IP6 2001:db8::1 > 2001:db8::2: ICMP6, neighbor solicitation, who has "
     "2001:db8::2, length 32",
     "'layers':["
     ETH("0x86dd") ","
     "{'name':'ipv6','src':'2001:db8::1','dst':'2001:db8::2','nxt':58,"
     "'hlim':255},{'name':'icmpv6','type':'0x87','code':0}]}"},
    {"icmpv6_advertisement", 1, 78, 78,
     MACS "86dd6000000000183aff20010db800000000000000000000000120010db80000"
     "0000000000000000000288008e7d6000000020010db800000000000000000000"
     "0001",
     "IP6 2001:db8::1 > 2001:db8::2: ICMP6, neighbor advertisement, tgt is "
     "2001:db8::1, length 24",
     "'layers':["
     ETH("0x86dd") ","
     "{'name':'ipv6','src':'2001:db8::1','dst':'2001:db8::2','nxt':58,"
     "'hlim':255},{'name':'icmpv6','type':'0x88','code':0}]}"},
    {"icmpv6_too_big", 1, 102, 102,
     MACS "86dd6000000000303a4020010db800000000000000000000000120010db80000"
     "00000000000000000002020047cb000005007777777777777777777777777777"
     "7777777777777777777777777777777777777777777777777777",
     "IP6 2001:db8::1 > 2001:db8::2: ICMP6, packet too big, mtu 1280, "
     "length 48",
     "'layers':["
     ETH("0x86dd") ","
     IP6("58") ","
     "{'name':'icmpv6','type':'0x02','code':0}]}"},
    {"icmpv6_unreachable", 1, 102, 102,
     MACS "86dd6000000000303a4020010db800000000000000000000000120010db80000"
     "0000000000000000000201044dc7000000007777777777777777777777777777"
     "7777777777777777777777777777777777777777777777777777",
     "IP6 2001:db8::1 > 2001:db8::2: ICMP6, destination unreachable, "
     "unreachable port, length 48",
     "'layers':["
     ETH("0x86dd") ","
     IP6("58") ","
     "{'name':'icmpv6','type':'0x01','code':4}]}"},
    {"ipv6_hop_by_hop", 1, 90, 90,
     MACS "86dd600000000024000120010db800000000000000000000000120010db80000"
     "000000000000000000023a000502000001008f00153300000001",
     "IP6 2001:db8::1 > 2001:db8::2: HBH ICMP6, multicast listener report "
     "v2, length 28",
     "'layers':["
     ETH("0x86dd") ","
     "{'name':'ipv6','src':'2001:db8::1','dst':'2001:db8::2','nxt':0,"
     "'hlim':1},{'name':'icmpv6','type':'0x8f','code':0}]}"},
    {"ipv6_frag_first", 1, 94, 94,
     MACS "86dd6000000000282c4020010db800000000000000000000000120010db80000"
     "0000000000000000000211000001000000630005000600301111787878787878"
     "787878787878787878787878787878787878",
     "IP6 2001:db8::1.5 > 2001:db8::2.6: frag (0|32) UDP, length 40",
     "'layers':["
     ETH("0x86dd") ","
     "{'name':'ipv6','src':'2001:db8::1','dst':'2001:db8::2','nxt':44,"
     "'hlim':64,'fraghdr.offset':0,'fraghdr.more':1},"
     PORTS("udp", "5", "6")
     "]}"},
    {"ipv6_frag_last", 1, 78, 78,
     MACS "86dd6000000000182c4020010db800000000000000000000000120010db80000"
     "0000000000000000000211000020000000637979797979797979797979797979"
     "7979",
     "IP6 2001:db8::1 > 2001:db8::2: frag (32|16) ip-proto-17, length 16",
     "'layers':["
     ETH("0x86dd") ","
     "{'name':'ipv6','src':'2001:db8::1','dst':'2001:db8::2','nxt':44,"
     "'hlim':64,'fraghdr.offset':4,'fraghdr.more':0}]}"},
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
    {"cut_nothing", 1, 0, 60,
     "",
     "[|ether]",
     "'layers':[],'truncated':true}"},
    {"cut_eth", 1, 10, 60,
     "02000000000202",
     "[|ether]",
     "'layers':[],'truncated':true}"},
    {"cut_ip", 1, 30, 60,
     MACS "08004500002800010000401166c20a000001",
     "IP [|ip]",
     "'layers':["
     ETH("0x0800")
     "],'truncated':true}"},
    {"cut_udp", 1, 40, 60,
     MACS "08004500002800010000401166c20a0000010a000002003504d20014",
     "IP 10.0.0.1 > 10.0.0.2: [|udp]",
     "'layers':["
     ETH("0x0800") ","
     IP("17")
     "],'truncated':true}"},
    {"cut_payload", 1, 46, 60,
     MACS "08004500002800010000401166c20a0000010a000002003504d20014aabc6865"
     "6c6c",
     "IP 10.0.0.1.53 > 10.0.0.2.1234: UDP, length 12",
     "'layers':["
     ETH("0x0800") ","
     IP("17") ","
     PORTS("udp", "53", "1234")
     "]}"},
    {"cut_tcp_options", 1, 60, 74,
     MACS "08004500003c00010000400666b90a0000010a0000029c400050000003e80000"
     "0000a002faf098930000020405b40402",
     "IP 10.0.0.1.40000 > 10.0.0.2.80: Flags [S], seq 1000, win 64240, "
     "options [mss 1460,sackOK], length 0 [|tcp]",
     "'layers':["
     ETH("0x0800") ","
     IP("6") ","
     "{'name':'tcp','srcport':40000,'dstport':80,'seq':1000,'ack':0,"
     "'flags':2,'window_size_value':64240}],'truncated':true}"},
    {"bad_version", 1, 60, 60,
     MACS "08005000002800010000401166c20a0000010a000002",
     "IP [malformed: bad_version]",
     "'layers':["
     ETH("0x0800")
     "],'malformed':'bad_version'}"},
    {"bad_header_length", 1, 60, 60,
     MACS "08004300002800010000401166c20a0000010a000002",
     "IP [malformed: bad_header_length]",
     "'layers':["
     ETH("0x0800")
     "],'malformed':'bad_header_length'}"},
    {"bad_total_length", 1, 60, 60,
     MACS "08004500010000010000401166c20a0000010a000002003504d20014aabc6865"
     "6c6c6f2c207765697221",
     "IP 10.0.0.1.53 > 10.0.0.2.1234: UDP, length 12 [malformed: "
     "bad_total_length]",
     "'layers':["
     ETH("0x0800") ","
     IP("17") ","
     PORTS("udp", "53", "1234")
     "],'malformed':'bad_total_length'}"},
    {"bad_tcp_option", 1, 60, 60,
     MACS "08004500002c00010000400666c90a0000010a00000200010002000000070000"
     "00006002000089cd00000205",
     "IP 10.0.0.1.1 > 10.0.0.2.2: Flags [S], seq 7, win 0, options [...], "
     "length 0 [malformed: bad_option]",
     "'layers':["
     ETH("0x0800") ","
     IP("6") ","
     "{'name':'tcp','srcport':1,'dstport':2,'seq':7,'ack':0,'flags':2,"
     "'window_size_value':0}],'malformed':'bad_option'}"},
    {"short", 1, 9, 9,
     "02000000000202",
     "[malformed: short_header]",
     "'layers':[],'malformed':'short_header'}"},
    {"no_time", 1, 60, 60,
     MACS "08004500002800010000401166c20a0000010a000002003504d20014aabc6865"
     "6c6c6f2c207765697221",
     "IP 10.0.0.1.53 > 10.0.0.2.1234: UDP, length 12",
     "'layers':["
     ETH("0x0800") ","
     IP("17") ","
     PORTS("udp", "53", "1234")
     "]}"},
};

/* clang-format on */

const size_t test_frames_count = sizeof test_frames / sizeof test_frames[0];

static uint8_t nibble(char c)
{
    return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

uint8_t *test_frame_bytes(const struct test_frame *test, uint32_t caplen)
{
    uint8_t *data = calloc(caplen > 0 ? caplen : 1, 1);
    cr_assert_not_null(data);
    size_t n = strlen(test->hex) / 2;
    for (size_t i = 0; i < n && i < caplen; i++)
        data[i] = (uint8_t)(nibble(test->hex[2 * i]) << 4 |
                            nibble(test->hex[2 * i + 1]));
    return data;
}
