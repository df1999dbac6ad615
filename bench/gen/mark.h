#ifndef WEIR_BENCH_GEN_MARK_H
#define WEIR_BENCH_GEN_MARK_H

/* mark: how a frame of the generator says which one it is.
 *
 * The first 18 bytes of the UDP payload, in network order:
 *
 *   0   magic    16 bits  WEIR_MARK_MAGIC
 *   2   number   64 bits  from 0, without a gap, in the order of sending
 *   10  stamp    64 bits  CLOCK_MONOTONIC in ns just before it was sent
 *
 * In a 60-byte frame (Ethernet, IPv4, UDP: 42 bytes) the mark is the whole
 * payload.  Included by the BPF program too: no more than integers here. */

#define WEIR_MARK_MAGIC     0x5745
#define WEIR_MARK_AT_NUMBER 2
#define WEIR_MARK_AT_STAMP  10
#define WEIR_MARK_BYTES     18

/* Destination port of every frame: discard (RFC 863).  The destination
 * address is of TEST-NET-1 (RFC 5737) or 2001:db8::/32 (RFC 3849), the MAC
 * addresses are locally administered and nobody's. */
#define WEIR_MARK_PORT 9

#endif
