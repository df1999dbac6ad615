#include "capture/live_screen.h"

#include <criterion/criterion.h>

#define RING 1048576u

static struct weir_live_screen screen;

Test(live_screen, before_any_put_none_is_certain)
{
    cr_assert_eq(weir_live_screened(&screen, 0), 0);
    weir_live_screen_empty(&screen, 10);
    cr_assert_eq(weir_live_screened(&screen, UINT64_MAX), 0);
}

Test(live_screen, an_empty_ring_counts_with_frames_in_between)
{
    weir_live_screen_put(&screen, 3, true, 100, RING);
    weir_live_screen_empty(&screen, 100);
    weir_live_screen_empty(&screen, 100);
    weir_live_screen_empty(&screen, 100);
    cr_assert_eq(weir_live_screened(&screen, 100), 0);
    weir_live_screen_empty(&screen, 101);
    weir_live_screen_empty(&screen, 101);
    cr_assert_eq(weir_live_screened(&screen, 101), 0);
    weir_live_screen_empty(&screen, 102);
    cr_assert_eq(weir_live_screened(&screen, 102), 3);
}

Test(live_screen, two_rings_full_do_as_well)
{
    weir_live_screen_put(&screen, 1, true, 100, RING);
    cr_assert_eq(weir_live_screened(&screen, 100 + 2 * RING / 68), 0);
    cr_assert_eq(weir_live_screened(&screen, 100 + 4 * RING / 68), 1);
}

Test(live_screen, another_put_starts_again)
{
    weir_live_screen_put(&screen, 1, true, 0, RING);
    for (uint64_t i = 0; i < 4; i++)
        weir_live_screen_empty(&screen, i);
    cr_assert_eq(weir_live_screened(&screen, 4), 1);
    weir_live_screen_put(&screen, 2, true, 4, RING);
    cr_assert_eq(weir_live_screened(&screen, 4), 0);
}

Test(live_screen, what_the_kernel_does_not_test_is_never_certain)
{
    weir_live_screen_put(&screen, 1, false, 0, RING);
    for (uint64_t i = 0; i < 9; i++)
        weir_live_screen_empty(&screen, i);
    cr_assert_eq(weir_live_screened(&screen, UINT64_MAX - 1), 0);
}
