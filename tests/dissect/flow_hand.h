#ifndef WEIR_TESTS_DISSECT_FLOW_HAND_H
#define WEIR_TESTS_DISSECT_FLOW_HAND_H

/* flow_hand: frames of numbered flows, as a flow table takes them.
 *
 * Every second flow is over IPv6, every third has a tag; in some the end that
 * begins is the lesser one, in some the greater. */

#include <stdbool.h>
#include <stdint.h>

#include "dissect/flow_table.h"

struct flow_hand {
    uint8_t bytes[96]; /* of the frame; what is made of it borrows them */
};

/* What a frame of flow number `flow` is. */
struct flow_hand_frame {
    uint32_t flow;
    bool back; /* from the other end */
    uint8_t tcp_flags;
    uint16_t payload; /* at most 60,000; there is room for the headers only */
    int64_t time_ns;
};

void flow_hand_make(struct flow_hand *hand, const struct weir_flow_hash *hash,
                    const struct flow_hand_frame *what,
                    struct weir_flow_frame *out);

/* flow_hand_count_all: counts n frames, at most WEIR_FLOW_VECTOR; answers as
 * weir_flow_table_add. */
uint64_t flow_hand_count_all(struct weir_flow_table *table,
                             const struct weir_flow_frame *frames, uint32_t n);

/* flow_hand_count: makes and counts one frame; false: it found no room. */
bool flow_hand_count(struct weir_flow_table *table,
                     const struct flow_hand_frame *what);

/* flow_hand_number: which flow it is; *back: it began at the other end. */
uint32_t flow_hand_number(const struct weir_flow *flow, bool *back);

/* flow_hand_sums: what one frame adds. */
struct weir_flow_sums flow_hand_sums(const struct flow_hand_frame *what);

#endif
