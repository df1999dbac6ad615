#include "ring/link.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>

#include "base/err.h"
#include "ring/bell.h"
#include "ring/link_start.h"
#include "tests/support/random.h"

static struct weir_link *opened(uint32_t items)
{
    struct weir_link *link = NULL;
    cr_assert_eq(weir_link_open(&link, items, NULL, NULL), 0);
    cr_assert_not_null(link);
    return link;
}

Test(link, open_refuses_sizes_out_of_range)
{
    static const uint32_t bad[] = {0, WEIR_LINK_DEPTH_MAX, UINT32_MAX};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct weir_err err = {{0}};
        struct weir_link *link = NULL;
        cr_assert_eq(weir_link_open(&link, bad[i], NULL, &err), -EINVAL);
        cr_assert_null(link);
        cr_assert_neq(err.text[0], '\0');
    }
}

Test(link, close_accepts_null)
{
    weir_link_close(NULL);
}

Test(link, pop_on_empty_returns_null)
{
    struct weir_link *link = opened(1);
    cr_assert_null(weir_link_pop(link));
    cr_assert(weir_link_empty(link));
    cr_assert(!weir_link_ended(link));
    weir_link_close(link);
}

Test(link, carries_what_was_asked_for)
{
    static const uint32_t sizes[] = {1, 2, 3, 4,   5,
                                     7, 8, 9, 100, WEIR_LINK_DEPTH_MAX - 1};
    static char items[WEIR_LINK_DEPTH_MAX];
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        struct weir_link *link = opened(sizes[s]);
        for (uint32_t i = 0; i < sizes[s]; i++)
            weir_link_push(link, &items[i]);
        for (uint32_t i = 0; i < sizes[s]; i++)
            cr_assert_eq(weir_link_pop(link), &items[i]);
        cr_assert_null(weir_link_pop(link));
        weir_link_close(link);
    }
}

Test(link, keeps_order_where_the_indices_wrap)
{
    struct random random = random_start("link", 1);
    static char items[64];
    for (uint32_t start = UINT32_MAX - 20; start != 4; start++) {
        struct weir_link *link = opened(5);
        weir_link_start_at(link, start);
        uint32_t pushed = 0;
        uint32_t popped = 0;
        while (popped < 64) {
            if (pushed < 64 && pushed - popped < 5 &&
                random_below(&random, 2) == 0) {
                weir_link_push(link, &items[pushed++]);
            } else if (pushed > popped) {
                cr_assert(!weir_link_empty(link));
                cr_assert_eq(weir_link_pop(link), &items[popped++]);
            } else {
                cr_assert(weir_link_empty(link));
                cr_assert_null(weir_link_pop(link));
            }
        }
        weir_link_close(link);
    }
}

Test(link, holds_a_whole_link_across_the_wrap)
{
    static char items[8];
    for (uint32_t back = 0; back <= 8; back++) {
        struct weir_link *link = opened(7);
        weir_link_start_at(link, UINT32_MAX - back);
        for (int i = 0; i < 7; i++)
            weir_link_push(link, &items[i]);
        for (int i = 0; i < 7; i++)
            cr_assert_eq(weir_link_pop(link), &items[i]);
        cr_assert(weir_link_empty(link));
        weir_link_close(link);
    }
}

Test(link, end_comes_behind_the_last_item_and_is_sticky)
{
    char item;
    struct weir_link *link = opened(4);
    weir_link_push(link, &item);
    weir_link_end(link);
    weir_link_end(link);
    cr_assert(!weir_link_ended(link));
    cr_assert_eq(weir_link_pop(link), &item);
    cr_assert(weir_link_ended(link));
    cr_assert_null(weir_link_pop(link));
    cr_assert(weir_link_ended(link));
    weir_link_close(link);
}

Test(link, push_and_end_ring_the_consumers_bell)
{
    char item;
    struct weir_bell bell;
    struct weir_link *link = NULL;
    cr_assert_eq(weir_bell_open(&bell, false, NULL), 0);
    cr_assert_eq(weir_link_open(&link, 1, &bell, NULL), 0);
    uint32_t ticket = weir_bell_ticket(&bell);
    weir_link_push(link, &item);
    /* Sleeping on an old ticket returns at once, or this never ends. */
    weir_bell_wait(&bell, ticket, -1);
    ticket = weir_bell_ticket(&bell);
    weir_link_end(link);
    weir_bell_wait(&bell, ticket, -1);
    cr_assert_eq(weir_link_pop(link), &item);
    weir_link_close(link);
    weir_bell_close(&bell);
}

Test(link, push_of_null_aborts, .signal = SIGABRT)
{
    weir_link_push(opened(1), NULL);
}

Test(link, push_behind_the_end_aborts, .signal = SIGABRT)
{
    char item;
    struct weir_link *link = opened(1);
    weir_link_end(link);
    weir_link_push(link, &item);
}

Test(link, push_into_a_full_link_aborts, .signal = SIGABRT)
{
    char item;
    struct weir_link *link = opened(3);
    for (int i = 0; i < 4; i++)
        weir_link_push(link, &item);
}

Test(link, close_of_a_link_with_items_aborts, .signal = SIGABRT)
{
    char item;
    struct weir_link *link = opened(1);
    weir_link_push(link, &item);
    weir_link_close(link);
}

Test(link, start_of_a_used_link_aborts, .signal = SIGABRT)
{
    char item;
    struct weir_link *link = opened(1);
    weir_link_push(link, &item);
    weir_link_start_at(link, 7);
}
