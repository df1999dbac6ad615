#include "base/pages.h"

#include <criterion/criterion.h>
#include <linux/mempolicy.h>
#include <sys/syscall.h>
#include <unistd.h>

static void maps(size_t bytes)
{
    struct weir_pages pages;
    cr_assert_eq(weir_pages_map(&pages, bytes), 0);
    cr_assert_geq(pages.bytes, bytes);
    cr_assert_lt(pages.bytes - bytes, (size_t)2 << 20);
    cr_assert_eq((uintptr_t)pages.base % 4096, 0);
    if (pages.kind != WEIR_PAGES_SMALL)
        cr_assert_eq((uintptr_t)pages.base % ((size_t)2 << 20), 0);
    for (size_t i = 0; i < bytes; i += 1000)
        cr_assert_eq(pages.base[i], 0);
    pages.base[0] = pages.base[bytes - 1] = 1;
    weir_pages_unmap(&pages);
    cr_assert_null(pages.base);
    weir_pages_unmap(&pages);
}

Test(pages, are_there_aligned_and_zero)
{
    maps(1);
    maps(4096);
    maps(4097);
    maps((2 << 20) - 1);
    maps(2 << 20);
    maps((5 << 20) + 12345);
}

Test(pages, of_less_than_a_huge_page_are_small)
{
    struct weir_pages pages;
    cr_assert_eq(weir_pages_map(&pages, 65536), 0);
    cr_assert_eq(pages.kind, WEIR_PAGES_SMALL);
    cr_assert_eq(pages.bytes, 65536);
    weir_pages_unmap(&pages);
}

Test(pages, that_cannot_be_are_an_error)
{
    struct weir_pages pages = {0};
    cr_assert_eq(weir_pages_map(&pages, (size_t)1 << 60), -ENOMEM);
    cr_assert_null(pages.base);
}

static int policy(void)
{
    int mode = -1;
    if (syscall(SYS_get_mempolicy, &mode, NULL, 0, NULL, 0) != 0)
        return MPOL_DEFAULT;
    return mode;
}

Test(pages, a_node_is_preferred_until_none_is)
{
    weir_pages_prefer(0);
    int preferred = policy();
    cr_assert(preferred == MPOL_PREFERRED || preferred == MPOL_DEFAULT);
    maps(3 << 20);
    weir_pages_prefer(-1);
    cr_assert_eq(policy(), MPOL_DEFAULT);
    /* A node that is not there changes nothing. */
    weir_pages_prefer(1023);
    maps(3 << 20);
    weir_pages_prefer(-1);
}
