/* What ring/'s opens take, closes give back, and so do opens that fail. */

#include <errno.h>

#include "ring/link.h"
#include "ring/pool.h"
#include "ring/summary.h"
#include "tests/check/check.h"

int main(void)
{
    struct weir_link *link = NULL;
    check(weir_link_open(&link, 100, NULL, NULL) == 0, "link");
    weir_link_close(link);
    check(weir_link_open(&link, 0, NULL, NULL) == -EINVAL, "link of 0");

    struct weir_pool *pool = NULL;
    check(weir_pool_open(&pool, 10, 4096, NULL) == 0, "pool");
    weir_pool_close(pool);
    check(weir_pool_open(&pool, 10, 0, NULL) == 0, "pool without chunks");
    weir_pool_close(pool);
    check(weir_pool_open(&pool, UINT16_MAX, UINT32_MAX, NULL) == -ENOMEM,
          "pool of too much");

    struct weir_summary *summary = NULL;
    const struct weir_summary_config good = {.talkers = 64};
    const struct weir_summary_config bad = {.talkers = 65};
    check(weir_summary_open(&summary, &good, NULL) == 0, "summary");
    weir_summary_close(summary);
    check(weir_summary_open(&summary, &bad, NULL) == -EINVAL, "summary of 65");

    return check_end();
}
