/* What memory can be had, as files of the kernel's say that the test makes. */

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "tests/support/tree.h"

#define MIB (UINT64_C(1) << 20)

static char root[] = "/tmp/weir_memory_XXXXXX";

static void put(const char *path, const char *text)
{
    tree_put(root, path, text);
}

static void begin(void)
{
    cr_assert_not_null(mkdtemp(root));
}

static void end(void)
{
    tree_remove(root);
}

TestSuite(memory, .init = begin, .fini = end);

static void expect_mib(uint64_t mib)
{
    cr_expect_eq(weir_memory_available(root), mib * MIB, "%llu",
                 (unsigned long long)weir_memory_available(root));
}

static void put_host(void)
{
    put("proc/meminfo", "MemTotal:        8388608 kB\n"
                        "MemFree:          102400 kB\n"
                        "MemAvailable:    4194304 kB\n");
}

Test(memory, nothing_is_known)
{
    cr_expect_eq(weir_memory_available(root), UINT64_MAX);
    put("proc/meminfo", "MemTotal: 1 kB\n");
    put("proc/self/cgroup", "no line of a kernel's\n0::/a\n");
    cr_expect_eq(weir_memory_available(root), UINT64_MAX);
}

Test(memory, of_the_host)
{
    put_host();
    expect_mib(4096);
}

Test(memory, a_group_leaves_less)
{
    put_host();
    put("proc/self/cgroup", "0::/a/b\n");
    put("sys/fs/cgroup/a/b/memory.max", "max\n");
    put("sys/fs/cgroup/a/b/memory.current", "1048576\n");
    expect_mib(4096);
    put("sys/fs/cgroup/a/memory.max", "1073741824\n");
    put("sys/fs/cgroup/a/memory.current", "536870912\n");
    expect_mib(512);
    put("sys/fs/cgroup/a/memory.stat", "anon 1\ninactive_file 104857600\n"
                                       "active_file 104857600\n");
    expect_mib(712);
}

Test(memory, a_group_that_is_full_leaves_nothing)
{
    put_host();
    put("proc/self/cgroup", "0::/\n");
    put("sys/fs/cgroup/memory.max", "1048576\n");
    put("sys/fs/cgroup/memory.current", "2097152\n");
    expect_mib(0);
}

Test(memory, groups_of_the_first_version)
{
    put_host();
    put("proc/self/cgroup", "9:name=systemd:/\n5:cpu,memory:/a\n0::/\n");
    put("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "268435456\n");
    put("sys/fs/cgroup/memory/a/memory.usage_in_bytes", "157286400\n");
    put("sys/fs/cgroup/memory/a/memory.stat",
        "cache 52428800\nactive_file 7\ntotal_inactive_file 52428800\n");
    expect_mib(156);
}

Test(memory, this_host_has_some)
{
    cr_expect_gt(weir_memory_available(""), 0);
}
