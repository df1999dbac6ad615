#ifndef WEIR_BENCH_GEN_WIRE_H
#define WEIR_BENCH_GEN_WIRE_H

/* wire: how a frame of the plan is put into bytes, for every way of sending;
 * shared with the BPF program, so no more than integers here.
 *
 * All headers of a plan's frames have the same length, and what lies behind
 * the mark is the same in all of them: a frame is the head of its form, with
 * the flow, the number and the stamp put in, over a payload that is there
 * already.  Sums are RFC 1071's, of words in the host's order, which does
 * not matter to them (RFC 1071, 2 B). */

#include <stdint.h>

#include "bench/gen/mark.h"

#define WEIR_WIRE_FORMS_MAX 256
#define WEIR_WIRE_HEAD_MAX  88 /* Ethernet, tag, IPv6, UDP, mark; in words */
#define WEIR_WIRE_ROWS_MAX  65536
#define WEIR_WIRE_LATE_NS   100000
#define WEIR_WIRE_PORT      1024 /* the least source port */

/* Offsets in every frame. */
struct weir_wire_layout {
    uint32_t address;  /* low 16 bits of the source address: the flow */
    uint32_t port;     /* the source port */
    uint32_t ip_sum;   /* the IPv4 header's checksum; 0: IPv6 */
    uint32_t checksum; /* UDP's */
    uint32_t mark;     /* the payload */
    uint32_t head;     /* bytes up to the end of the mark */
};

/* The frames of one size. */
struct weir_wire_form {
    uint64_t step_ns;   /* from this frame's time to the next one's, */
    uint32_t step_part; /* and 2^-32 ns */
    uint32_t size;
    uint32_t ip_sum;   /* of the IPv4 header for flow 0 */
    uint32_t checksum; /* of all that UDP sums, but flow, number and stamp */
    uint8_t head[WEIR_WIRE_HEAD_MAX];
};

/* A row of the plan: which form, and which flow. */
#define WEIR_WIRE_ROW(form, flow) ((uint32_t)(form) << 16 | (uint32_t)(flow))
#define WEIR_WIRE_ROW_FORM(row)   ((row) >> 16)
#define WEIR_WIRE_ROW_FLOW(row)   ((row)&0xffff)

static inline uint16_t weir_wire_port(uint32_t flow)
{
    return (uint16_t)(WEIR_WIRE_PORT + (flow & 0x7fff));
}

/* weir_wire_fold: a sum as the field of a checksum. */
static inline uint16_t weir_wire_fold(uint64_t sum)
{
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

#endif
