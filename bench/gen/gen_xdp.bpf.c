/* The generator within the kernel: each frame that BPF_PROG_TEST_RUN gives it
 * becomes the plan's next one and goes up the stack, or, while that is not
 * due, is dropped.
 *
 * The kernel uses a frame's memory again after the stack had it, which for a
 * tagged frame has moved the MAC addresses within it: so the whole head is
 * written each time.  Nothing touches the payload. */

#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "bench/gen/gen_xdp.h"

const volatile struct weir_gen_xdp_config config = {0};
struct weir_gen_xdp_state state;

/* Packet bytes at any address, in one store: the verifier refuses that on a
 * machine which cannot (net_ip_align, CONFIG_HAVE_EFFICIENT_UNALIGNED_ACCESS),
 * and a store of a type without alignment becomes one for each byte. */
static __always_inline void put16(uint8_t *to, uint16_t v)
{
    *(uint16_t *)to = v;
}

static __always_inline void put32(uint8_t *to, uint32_t v)
{
    *(uint32_t *)to = v;
}

static __always_inline void put64(uint8_t *to, uint64_t v)
{
    *(uint64_t *)to = v;
}

/* Up to the mark's magic, in whole words; what is too much is written over. */
static __always_inline void copy_head(uint8_t *to,
                                      const struct weir_wire_form *form)
{
    const uint64_t *from = (const uint64_t *)form->head;
    put64(to, from[0]);
    put64(to + 8, from[1]);
    put64(to + 16, from[2]);
    put64(to + 24, from[3]);
    put64(to + 32, from[4]);
    put64(to + 40, from[5]);
    if (config.at.mark + 2 > 48) {
        put64(to + 48, from[6]);
        put64(to + 56, from[7]);
    }
    if (config.at.mark + 2 > 64)
        put32(to + 64, *(const uint32_t *)&from[8]);
}

/* As weir_plan_write does. */
static __always_inline void fill(uint8_t *frame,
                                 const struct weir_wire_form *form,
                                 uint32_t flow, uint64_t now)
{
    uint16_t address = bpf_htons((uint16_t)flow);
    uint16_t port = bpf_htons(weir_wire_port(flow));
    uint64_t count = bpf_cpu_to_be64(state.sent);
    uint64_t stamp = bpf_cpu_to_be64(now);

    copy_head(frame, form);
    put16(frame + config.at.address, address);
    put16(frame + config.at.port, port);
    put64(frame + config.at.mark + WEIR_MARK_AT_NUMBER, count);
    put64(frame + config.at.mark + WEIR_MARK_AT_STAMP, stamp);
    if (config.at.ip_sum != 0)
        put16(frame + config.at.ip_sum,
              weir_wire_fold((uint64_t)form->ip_sum + address));
    uint16_t checksum = weir_wire_fold((uint64_t)form->checksum + address +
                                       port + (uint32_t)count + (count >> 32) +
                                       (uint32_t)stamp + (stamp >> 32));
    put16(frame + config.at.checksum, checksum != 0 ? checksum : 0xffff);
}

/* How late this one is, and when the next is due. */
static __always_inline void pace(const struct weir_wire_form *form,
                                 uint64_t now)
{
    uint64_t late = now - state.due_ns;
    if (late > WEIR_WIRE_LATE_NS)
        state.late_frames++;
    if (late > state.late_most_ns)
        state.late_most_ns = late;
    state.last_due_ns = state.due_ns;
    uint64_t part = (uint64_t)state.own_part + form->step_part;
    state.own_part = (uint32_t)part;
    state.own_ns += form->step_ns + (part >> 32);
    if (--state.left == 0) {
        state.left = config.burst;
        state.due_ns = state.own_ns;
    }
}

/* The clock is a tenth of a frame's cost: it is read if nothing is due by its
 * last reading, or when that is some frames old.  The kernel hands 64 frames
 * at once up the stack, so a stamp is no less exact for it. */
static __always_inline uint64_t look_at_clock(void)
{
    if (state.now_ns < state.due_ns || state.now_frames == 0) {
        state.now_ns = bpf_ktime_get_ns();
        state.now_frames = WEIR_GEN_XDP_STAMP_FRAMES;
    }
    return state.now_ns;
}

static __always_inline void start(uint64_t now)
{
    state.start_ns = now;
    state.due_ns = now;
    state.own_ns = now;
    state.left = config.burst;
}

static __always_inline void finish(void)
{
    state.due_ns = UINT64_MAX;
    state.done = 1;
}

SEC("xdp")
int weir_gen(struct xdp_md *ctx)
{
    uint64_t now = look_at_clock();
    if (now < state.due_ns)
        return XDP_DROP;
    if (state.start_ns == 0)
        start(now);
    if (now - state.start_ns >= config.duration_ns) {
        finish();
        return XDP_DROP;
    }

    uint32_t row = state.rows[state.cursor % WEIR_WIRE_ROWS_MAX];
    const struct weir_wire_form *form =
        &state.forms[WEIR_WIRE_ROW_FORM(row) % WEIR_WIRE_FORMS_MAX];
    uint32_t size = form->size;
    if (size != config.size_max &&
        bpf_xdp_adjust_tail(ctx, (int)size - (int)config.size_max) != 0)
        return XDP_ABORTED;
    uint8_t *frame = (uint8_t *)(long)ctx->data;
    if (frame + config.at.head > (uint8_t *)(long)ctx->data_end)
        return XDP_ABORTED;
    fill(frame, form, WEIR_WIRE_ROW_FLOW(row), now);

    uint32_t next = state.cursor + 1;
    state.cursor = next < config.rows_count ? next : 0;
    state.bytes += size;
    state.last_ns = now;
    state.now_frames--;
    if (config.paced)
        pace(form, now);
    if (++state.sent >= config.frames_max)
        finish();
    return XDP_PASS;
}
