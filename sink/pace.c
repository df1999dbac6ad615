#include "sink/pace.h"

#include "base/clock.h"

struct weir_pace_step weir_pace_step_of(const struct weir_rate *rate,
                                        uint32_t size)
{
    uint64_t units = WEIR_NS_PER_S;
    uint64_t per_s = rate->frames;
    if (rate->bits != 0) {
        units *= UINT64_C(8) * (size + WEIR_PACE_WIRE_BYTES);
        per_s = rate->bits;
    }
    if (per_s == 0)
        return (struct weir_pace_step){0};
    /* The rest is less than 2^44 (10^13 bit/s): in two halves of 2^16. */
    uint64_t high = (units % per_s) << 16;
    uint64_t low = (high % per_s) << 16;
    uint64_t part = (high / per_s << 16) + low / per_s + (low % per_s != 0);
    return (struct weir_pace_step){
        .ns = units / per_s + (part >> 32),
        .part = (uint32_t)part,
    };
}

void weir_pace_start(struct weir_pace *pace, int64_t start_ns, uint32_t burst)
{
    *pace = (struct weir_pace){
        .due_ns = start_ns,
        .own_ns = start_ns,
        .burst = burst,
        .left = burst,
    };
}
