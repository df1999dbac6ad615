#ifndef WEIR_DISSECT_LAYER_H
#define WEIR_DISSECT_LAYER_H

/* layer: what a layer's dissector gets, does and answers.  Private to
 * dissect/.
 *
 * A dissector looks at the header at cursor->at, adds its layer, moves the
 * cursor behind the header, perhaps narrows cursor->end to the payload that
 * the header announces, and returns the protocol of what follows, or
 * WEIR_PROTO_NONE to stop.  A fault that leaves no doubt where the next
 * layer begins is recorded and does not stop; the first fault is the
 * frame's outcome.
 *
 * The dissectors are inline functions in a header each, and dissect.c is the
 * one place that has them all: the compiler then keeps the cursor in
 * registers, and a frame takes 7.5 ns where calls between objects took 11.
 *
 * Invariants: at <= end, at <= caplen; bytes are read only after
 * weir_cursor_need or weir_layer_extend has found them captured.
 *
 * Threads   any; a cursor belongs to one call of weir_dissect.
 * Progress  every dissector adds a layer or returns WEIR_PROTO_NONE. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/assert.h"
#include "dissect/dissect.h"

struct weir_cursor {
    const uint8_t *data;
    struct weir_dissection *out;
    uint32_t at;     /* the next header */
    uint32_t caplen; /* bytes that may be read */
    uint32_t end;    /* of the innermost payload on the wire, may lie behind
                        caplen */
    bool partial;    /* within the first of several fragments: a length may
                        reach behind end */
};

/* What a path has room for: one byte a layer. */
#define WEIR_PATH_LAYERS 8

static inline const uint8_t *weir_cursor_bytes(const struct weir_cursor *c)
{
    return c->data + c->at;
}

/* Bytes of the payload on the wire, and those of them that were captured. */
static inline uint32_t weir_cursor_left(const struct weir_cursor *c)
{
    return c->end - c->at;
}

static inline uint32_t weir_cursor_captured(const struct weir_cursor *c)
{
    return (c->caplen < c->end ? c->caplen : c->end) - c->at;
}

/* weir_cursor_fault: records a fault unless there was one before; returns
 * WEIR_PROTO_NONE for those that stop there. */
static inline uint8_t weir_cursor_fault(struct weir_cursor *c, uint8_t outcome)
{
    if (c->out->outcome == WEIR_OUTCOME_OK)
        c->out->outcome = outcome;
    return WEIR_PROTO_NONE;
}

/* Out of line, so that the walk through a whole frame stays small. */
static __attribute__((cold, noinline)) bool
weir_cursor_short(struct weir_cursor *c, uint32_t n, uint8_t outcome)
{
    if (n <= weir_cursor_left(c))
        outcome = WEIR_OUTCOME_TRUNCATED;
    else if (c->partial)
        outcome = WEIR_OUTCOME_BAD_FRAGMENT;
    weir_cursor_fault(c, outcome);
    return false;
}

/* weir_cursor_need: true if the next n bytes were captured.  Else the fault
 * is recorded: the given one if the payload ends before them, bad_fragment
 * if it ends because a first fragment does (RFC 1858, RFC 7112: it should
 * hold the headers), truncated if they were cut off. */
static inline bool weir_cursor_need(struct weir_cursor *c, uint32_t n,
                                    uint8_t outcome)
{
    return n <= weir_cursor_captured(c) || weir_cursor_short(c, n, outcome);
}

/* weir_layer_add: adds a layer whose header has n captured bytes at least,
 * and moves behind them. */
static inline struct weir_layer *weir_layer_add(struct weir_cursor *c,
                                                uint8_t proto, uint16_t n)
{
    struct weir_dissection *out = c->out;
    uint8_t i = out->layers_count;
    struct weir_layer *layer = &out->layers[i];

    WEIR_DCHECK(i < WEIR_LAYERS_MAX && n <= weir_cursor_captured(c));
    *layer = (struct weir_layer){
        .proto = proto,
        .header = n,
        .offset = c->at,
    };
    if (i < WEIR_PATH_LAYERS)
        out->path |= (uint64_t)proto << (8 * i);
    out->layers_count = (uint8_t)(i + 1);
    c->at += n;
    return layer;
}

/* weir_layer_extend: n more bytes of header for the layer that was added
 * last.  If not all of them were captured, those that were are added, the
 * fault is recorded as by weir_cursor_need, and the answer is false: stop. */
static inline bool weir_layer_extend(struct weir_cursor *c,
                                     struct weir_layer *layer, uint32_t n,
                                     uint8_t outcome)
{
    bool whole = weir_cursor_need(c, n, outcome);
    uint32_t more = whole ? n : weir_cursor_captured(c);

    layer->header = (uint16_t)(layer->header + more);
    c->at += more;
    return whole;
}

/* weir_talker_set: an address at an offset, unless an outer layer gave one
 * that counts as much. */
static inline void weir_talker_set(struct weir_cursor *c, uint8_t kind,
                                   uint32_t offset)
{
    uint8_t held = c->out->talker_kind;

    if (held == 0 || (held == 1 && kind != 1)) {
        c->out->talker_kind = kind;
        c->out->talker_offset = offset;
    }
}

#endif
