#ifndef WEIR_TESTS_CLI_FRAME_PARTS_H
#define WEIR_TESTS_CLI_FRAME_PARTS_H

/* frame_parts: what the tables of tests/cli/frames.h are made of.
 *
 * Addresses: 02:00:00:00:00:01 and 10.0.0.1 or 2001:db8::1 talk to those that
 * end in 2.  Checksums are right where the frame is whole. */

#include "tests/cli/frames.h"

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

/* The tables; each ends with a frame without a name. */
extern const struct test_frame test_frames_ip[];
extern const struct test_frame test_frames_ip6[];
extern const struct test_frame test_frames_link[];
extern const struct test_frame test_frames_bad[];

#endif
