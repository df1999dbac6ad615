#include "tests/dissect/flow_hand.h"

#include <string.h>

#include "base/assert.h"
#include "base/linktype.h"

#define TCP_BYTES 20

static bool is_six(uint32_t flow)
{
    return flow % 2 == 1;
}

static bool is_tagged(uint32_t flow)
{
    return flow % 3 == 2;
}

static uint32_t headers(uint32_t flow)
{
    uint32_t n = 14 + TCP_BYTES;
    n += is_tagged(flow) ? 4 : 0;
    n += is_six(flow) ? 40 : 20;
    return n;
}

static void put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
    put16(p, v >> 16);
    put16(p + 2, v);
}

/* The beginner's address has the number, and is the greater one in every
 * fifth flow; a's and b's ports are 1 and 2. */
static void put_addresses(uint8_t *p, uint32_t flow, bool back, uint32_t size)
{
    uint8_t *a = back ? p + size : p;
    uint8_t *b = back ? p : p + size;
    bool greater = flow % 5 == 0;
    a[0] = greater ? 0xaa : 0x0a;
    b[0] = greater ? 0x0b : 0xbb;
    put32(a + size - 4, (a[0] & 0xffu) << 24 | flow);
    b[size - 1] = 7;
}

static uint8_t *put_ip(uint8_t *p, const struct flow_hand_frame *what)
{
    uint32_t length = TCP_BYTES + what->payload;
    if (is_six(what->flow)) {
        p[0] = 0x60;
        p[6] = 6;
        put16(p + 4, length);
        put_addresses(p + 8, what->flow, what->back, 16);
        return p + 40;
    }
    p[0] = 0x45;
    p[9] = 6;
    put16(p + 2, length + 20);
    put_addresses(p + 12, what->flow, what->back, 4);
    return p + 20;
}

void flow_hand_make(struct flow_hand *hand, const struct weir_flow_hash *hash,
                    const struct flow_hand_frame *what,
                    struct weir_flow_frame *out)
{
    uint8_t *p = hand->bytes + 12;
    memset(hand, 0, sizeof *hand);
    if (is_tagged(what->flow)) {
        put16(p, 0x8100);
        put16(p + 2, 5 + what->flow % 4);
        p += 4;
    }
    put16(p, is_six(what->flow) ? 0x86dd : 0x0800);
    p = put_ip(p + 2, what);
    put16(p, what->back ? 2 : 1);
    put16(p + 2, what->back ? 1 : 2);
    p[12] = 0x50;
    p[13] = what->tcp_flags;
    const struct weir_frame frame = {
        .data = hand->bytes,
        .caplen = headers(what->flow),
        .len = headers(what->flow) + what->payload,
        .time_ns = what->time_ns,
    };
    struct weir_dissection d;
    weir_dissect(&d, frame.data, frame.caplen, frame.len,
                 WEIR_LINKTYPE_ETHERNET);
    WEIR_ASSERT(weir_flow_frame_make(hash, out, &d, &frame) ==
                WEIR_FLOW_TRACKED);
}

uint64_t flow_hand_count_all(struct weir_flow_table *table,
                             const struct weir_flow_frame *frames, uint32_t n)
{
    struct weir_flow_vector vector = {.n = n};
    for (uint32_t i = 0; i < n; i++)
        vector.frames[i] = frames[i];
    weir_flow_table_seek(table, &vector);
    return weir_flow_table_add(table, &vector);
}

bool flow_hand_count(struct weir_flow_table *table,
                     const struct flow_hand_frame *what)
{
    struct flow_hand hand;
    struct weir_flow_frame f;
    flow_hand_make(&hand, &weir_flow_table_aim(table)->hash, what, &f);
    return flow_hand_count_all(table, &f, 1) == 0;
}

uint32_t flow_hand_number(const struct weir_flow *flow, bool *back)
{
    uint32_t size = flow->version == 6 ? 16 : 4;
    *back = flow->ports[0] == 2;
    const uint8_t *p = flow->addresses[*back ? 1 : 0] + size - 3;
    WEIR_ASSERT(flow->ports[0] + flow->ports[1] == 3 && flow->protocol == 6);
    uint32_t number = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
    WEIR_ASSERT((flow->tags[0] != 0) == is_tagged(number) &&
                (flow->version == 6) == is_six(number));
    return number;
}

struct weir_flow_sums flow_hand_sums(const struct flow_hand_frame *what)
{
    uint32_t wire = headers(what->flow) + what->payload;
    return (struct weir_flow_sums){
        .frames = 1,
        .bytes = wire - 14 - (is_tagged(what->flow) ? 4 : 0),
        .wire = wire,
    };
}
