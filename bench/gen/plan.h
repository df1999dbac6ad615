#ifndef WEIR_BENCH_GEN_PLAN_H
#define WEIR_BENCH_GEN_PLAN_H

/* plan: which frames are sent, in which order: the same for the same
 * configuration.
 *
 * Frame n has the form (the size) and the flow of row n modulo rows.  The
 * rows hold each size and each flow as often as their weights say, to one
 * row, in an order made of the seed; flows without skew come in turn.  A flow
 * is a source address and a source port.  The payload behind the mark is a
 * pattern that does not compress, also made of the seed.
 *
 * Owner     the caller closes.
 * Threads   any number of readers.
 * Errors    -EINVAL, -ENOMEM, with words. */

#include <stdbool.h>
#include <stdint.h>

#include "base/args.h"
#include "base/bytes.h"
#include "bench/gen/mix.h"
#include "bench/gen/wire.h"

#define WEIR_PLAN_FLOWS_MAX 65536u

struct weir_err;

struct weir_plan_config {
    bool ipv6;
    bool tagged;
    uint16_t vlan;
    uint32_t flows; /* 1 to WEIR_PLAN_FLOWS_MAX */
    double skew;    /* flow i comes as often as 1/(i+1)^skew says; 0: in
                     * turn.  One that is rarer than one frame in 65536 may
                     * never come. */
    uint64_t seed;
    struct weir_mix mix;
    struct weir_rate rate;
};

struct weir_plan {
    struct weir_wire_layout layout;
    uint32_t rows_count; /* 32768 to WEIR_WIRE_ROWS_MAX */
    uint32_t forms_count;
    uint32_t size_max;
    uint32_t rows[WEIR_WIRE_ROWS_MAX]; /* WEIR_WIRE_ROW */
    struct weir_wire_form forms[WEIR_WIRE_FORMS_MAX];
    uint8_t longest[WEIR_MIX_SIZE_MAX]; /* a frame of size_max bytes */
};

/* weir_plan_size_min: the shortest frame of these headers that has room for
 * the mark. */
uint32_t weir_plan_size_min(const struct weir_plan_config *config);

int weir_plan_open(struct weir_plan **out,
                   const struct weir_plan_config *config, struct weir_err *err);
void weir_plan_close(struct weir_plan *plan);

/* weir_plan_write: makes the frame of a row at `out`, where the plan's longest
 * frame is, or one that this function made of it.  Returns its size. */
static inline uint32_t weir_plan_write(const struct weir_plan *plan,
                                       uint32_t row, uint64_t number,
                                       int64_t stamp_ns, uint8_t *out)
{
    const struct weir_wire_layout *at = &plan->layout;
    const struct weir_wire_form *form = &plan->forms[WEIR_WIRE_ROW_FORM(row)];
    uint32_t flow = WEIR_WIRE_ROW_FLOW(row);
    uint16_t address = htobe16((uint16_t)flow);
    uint16_t port = htobe16(weir_wire_port(flow));
    uint64_t count = htobe64(number);
    uint64_t stamp = htobe64((uint64_t)stamp_ns);

    memcpy(out, form->head, at->head);
    weir_store_16(out + at->address, address);
    weir_store_16(out + at->port, port);
    weir_store_64(out + at->mark + WEIR_MARK_AT_NUMBER, count);
    weir_store_64(out + at->mark + WEIR_MARK_AT_STAMP, stamp);
    if (at->ip_sum != 0)
        weir_store_16(out + at->ip_sum,
                      weir_wire_fold((uint64_t)form->ip_sum + address));
    uint64_t sum = (uint64_t)form->checksum + address + port + (uint32_t)count +
                   (count >> 32) + (uint32_t)stamp + (stamp >> 32);
    uint16_t checksum = weir_wire_fold(sum);
    /* RFC 768: 0 would say that there is none. */
    weir_store_16(out + at->checksum, checksum != 0 ? checksum : UINT16_MAX);
    return form->size;
}

#endif
