#include "base/clock.h"

#include <criterion/criterion.h>
#include <time.h>

Test(clock, mono_never_goes_back)
{
    int64_t last = weir_clock_mono_ns();
    cr_assert_gt(last, 0);
    for (int i = 0; i < 1000; i++) {
        int64_t now = weir_clock_mono_ns();
        cr_assert_geq(now, last);
        last = now;
    }
}

Test(clock, real_is_in_nanoseconds_since_1970)
{
    time_t before = time(NULL);
    int64_t now = weir_clock_real_ns();
    /* time() may lag behind by a tick. */
    cr_assert_geq(now / WEIR_NS_PER_S, before);
    cr_assert_leq(now / WEIR_NS_PER_S, time(NULL) + 1);
}
