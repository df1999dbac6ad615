/* What may be asked of a host that has so much memory. */

#include <criterion/criterion.h>

#include <errno.h>

#include "base/err.h"
#include "cli/record_memory.h"

#define MIB (UINT64_C(1) << 20)

static void fits(struct record_memory memory, uint64_t available)
{
    struct weir_err err = {.text = ""};
    cr_expect_eq(record_memory_check(&memory, available, &err), 0, "%s",
                 err.text);
}

static void refused(struct record_memory memory, uint64_t available,
                    const char *why)
{
    struct weir_err err = {.text = ""};
    cr_expect_eq(record_memory_check(&memory, available, &err), -EINVAL);
    cr_expect_str_eq(err.text, why);
}

Test(record_memory, an_eighth_is_left)
{
    fits((struct record_memory){.ring = 700 * MIB, .lanes = 1}, 800 * MIB);
    refused((struct record_memory){.ring = 701 * MIB, .lanes = 1}, 800 * MIB,
            "-B: 701 MiB is too large: at most 700 MiB, as 800 MiB are "
            "available");
}

Test(record_memory, lanes_have_theirs_each)
{
    fits((struct record_memory){.ring = 175 * MIB, .lanes = 4}, 800 * MIB);
    refused((struct record_memory){.ring = 1024 * MIB, .lanes = 4}, 800 * MIB,
            "-B: 1 GiB for each of 4 lanes is too large: at most 175 MiB, as "
            "800 MiB are available");
    refused((struct record_memory){.ring = UINT64_C(1) << 40, .lanes = 64},
            800 * MIB,
            "-B: 1024 GiB for each of 64 lanes is too large: at most 10 MiB, "
            "as 800 MiB are available");
}

Test(record_memory, flows_have_what_rings_leave)
{
    struct record_memory memory = {
        .ring = 100 * MIB, .lanes = 4, .flows = 300 * MIB};
    fits(memory, 800 * MIB);
    memory.flows += MIB;
    refused(memory, 800 * MIB,
            "--memory: 301 MiB is too large: at most 300 MiB, as 800 MiB are "
            "available");
}

Test(record_memory, where_nothing_is_known_all_fits)
{
    fits((struct record_memory){.ring = UINT64_C(1) << 40,
                                .lanes = 64,
                                .flows = UINT64_C(1) << 40},
         UINT64_MAX);
}
