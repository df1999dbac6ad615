/* Frames that are cut off, and frames that are wrong. */

#include "tests/cli/frame_parts.h"

/* clang-format off */
const struct test_frame test_frames_bad[] = {
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
    {0},
};
/* clang-format on */
