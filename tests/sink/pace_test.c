#include "sink/pace.h"

#include <criterion/criterion.h>

#define FRAMES_RATE(n)                                                         \
    (struct weir_rate)                                                         \
    {                                                                          \
        .frames = (n)                                                          \
    }

__extension__ typedef unsigned __int128 wide;

/* When frame k is due at the latest moment that is exact, in ns. */
static uint64_t exact_ns(uint64_t k, uint64_t units, uint64_t per_s)
{
    return (uint64_t)((wide)k * units / per_s);
}

Test(pace, steps_are_rounded_up)
{
    static const uint64_t rates[] = {
        1, 3, 7, 1000, 1000000, 1488095, 14880952, 999999937, 1000000000};
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        struct weir_rate rate = FRAMES_RATE(rates[i]);
        struct weir_pace_step s = weir_pace_step_of(&rate, 60);
        wide step = ((wide)s.ns << 32) + s.part;
        wide exact = (wide)1000000000 << 32;
        cr_assert(step * rates[i] >= exact);
        cr_assert((step - 1) * rates[i] < exact);
    }
    struct weir_rate none = {0};
    struct weir_pace_step s = weir_pace_step_of(&none, 60);
    cr_assert(s.ns == 0 && s.part == 0);
}

Test(pace, a_rate_in_bits_counts_what_the_wire_takes)
{
    struct weir_rate rate = {.bits = UINT64_C(10000000000)};
    /* 60 bytes, check sequence, preamble and gap: 67.2 ns, 14.88 Mpps. */
    struct weir_pace_step s = weir_pace_step_of(&rate, 60);
    cr_assert_eq(s.ns, 67);
    cr_assert_float_eq(s.part / 4294967296.0, 0.2, 1e-9);
    s = weir_pace_step_of(&rate, 1514);
    cr_assert_eq(s.ns, 1230);
    static const uint64_t rates[] = {1, 1000, 10000000000, 9999999999999,
                                     10000000000000};
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        rate.bits = rates[i];
        for (uint32_t size = 60; size <= 9014; size += 1279) {
            s = weir_pace_step_of(&rate, size);
            wide step = ((wide)s.ns << 32) + s.part;
            wide exact = (wide)(size + 24) * 8 * 1000000000 << 32;
            cr_assert(step * rates[i] >= exact);
            cr_assert((step - 1) * rates[i] < exact);
        }
    }
}

/* Ten million frames, one by one: never early, and not 3 ns late; so a day's
 * are not 300 ns late. */
Test(pace, frames_do_not_drift)
{
    static const uint64_t rates[] = {3, 1488095, 14880952};
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        struct weir_rate rate = FRAMES_RATE(rates[i]);
        struct weir_pace_step s = weir_pace_step_of(&rate, 60);
        struct weir_pace pace;
        weir_pace_start(&pace, 1000, 1);
        for (uint64_t k = 0; k < 10000000; k++) {
            uint64_t exact = 1000 + exact_ns(k, 1000000000, rates[i]);
            if ((uint64_t)pace.due_ns < exact ||
                (uint64_t)pace.due_ns > exact + 3)
                cr_assert_fail("frame %llu", (unsigned long long)k);
            weir_pace_next(&pace, s.ns, s.part);
        }
    }
}

Test(pace, a_burst_is_due_at_once_and_keeps_the_mean)
{
    struct weir_rate rate = FRAMES_RATE(1000);
    struct weir_pace_step s = weir_pace_step_of(&rate, 60);
    struct weir_pace pace;
    weir_pace_start(&pace, 0, 32);
    for (uint64_t k = 0; k < 3200; k++) {
        cr_assert_eq(pace.due_ns, (int64_t)(k / 32 * 32 * 1000000));
        weir_pace_next(&pace, s.ns, s.part);
    }
}

Test(pace, without_a_rate_all_is_due)
{
    struct weir_pace pace;
    weir_pace_start(&pace, 5, 1);
    for (int k = 0; k < 1000; k++) {
        cr_assert_eq(pace.due_ns, 5);
        weir_pace_next(&pace, 0, 0);
    }
}

Test(pace, mixed_sizes_add_up)
{
    struct weir_rate rate = {.bits = UINT64_C(1000000000)};
    struct weir_pace pace;
    uint64_t bits = 0;
    weir_pace_start(&pace, 0, 1);
    for (uint32_t k = 0; k < 100000; k++) {
        uint32_t size = 60 + k * 37 % 1455;
        struct weir_pace_step s = weir_pace_step_of(&rate, size);
        cr_assert_geq(pace.due_ns, (int64_t)bits);
        cr_assert_leq(pace.due_ns, (int64_t)bits + 1);
        bits += UINT64_C(8) * (size + 24);
        weir_pace_next(&pace, s.ns, s.part);
    }
}
