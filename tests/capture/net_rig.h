#ifndef WEIR_TESTS_CAPTURE_NET_RIG_H
#define WEIR_TESTS_CAPTURE_NET_RIG_H

/* net_rig: a network namespace of the test's own, with a veth pair in it
 * (left and right, up, without ARP and IPv6: nothing is on it but what the
 * test sends), and raw frames to send.
 *
 * The namespace ends with the process.  Threads: the test's one. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RIG_LEFT  "wleft"
#define RIG_RIGHT "wright"

/* rig_open: false, with a reason in words, where it is refused. */
bool rig_open(const char **reason);

/* rig_ip: runs `ip ARGUMENTS`; true if it went well. */
bool rig_ip(const char *arguments);

/* rig_carries: waits, at most 5 s, until what is sent out of the interface
 * goes out.  When the other side of a pair has been down, the kernel drops it
 * without a word for a while that may be a second (net/core/link_watch.c). */
bool rig_carries(const char *interface);

/* rig_tun: a tun device of this kind (ARPHRD_...), up.  What is written to
 * the fd, an IP packet, comes in on it.  -1 if there is no such driver. */
#define RIG_TUN "wtun"
int rig_tun(unsigned short kind);

/* rig_send: one frame out of the interface, as it is.  Asserts success. */
void rig_send(const char *interface, const uint8_t *frame, size_t len);

/* rig_udp: an Ethernet frame of len bytes (at least 60) with IPv4 and UDP in
 * it, to port; number is its first payload word.  rig_tcp, rig_arp: likewise.
 * vlan 1 to 4094: with an 802.1Q tag, so 4 bytes less are for the rest. */
void rig_udp(uint8_t *frame, size_t len, uint16_t port, uint32_t number,
             uint16_t vlan);
void rig_tcp(uint8_t *frame, size_t len, uint16_t port, uint32_t number);
void rig_arp(uint8_t *frame);

/* rig_send_udp: n such frames of len bytes (at most 2048) out of the left
 * side, numbered from 0. */
void rig_send_udp(uint32_t n, size_t len);

/* rig_flood: a child process that sends n such frames of 60 bytes as fast as
 * it can, and ends early if the interface does.  rig_flood_end: kills and
 * waits. */
int rig_flood(const char *interface, uint32_t n);
void rig_flood_end(int child);

/* rig_number: of a frame made above, whose IP header begins at offset. */
uint32_t rig_number(const uint8_t *data, size_t ip_offset);

/* rig_datagrams: sends n UDP datagrams over the loopback interface to a
 * socket that takes them, so that nothing is answered. */
void rig_datagrams(uint32_t n);

#endif
