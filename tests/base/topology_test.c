#include "base/topology.h"
#include "tests/support/tree.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static char sys[] = "/tmp/weir_topology_XXXXXX";
static struct weir_topology t;

static void put(const char *path, const char *text)
{
    tree_put(sys, path, text);
}

static void begin(void)
{
    cr_assert_not_null(mkdtemp(sys));
}

static void end(void)
{
    tree_remove(sys);
}

static void read_of(uint32_t cpus)
{
    cpu_set_t usable;
    CPU_ZERO(&usable);
    for (uint32_t i = 0; i < cpus; i++)
        CPU_SET(i, &usable);
    weir_topology_read(&t, sys, &usable);
}

static void cpu_is(uint32_t place, unsigned cpu, unsigned node, bool shares)
{
    cr_assert_eq(t.at[place].cpu, cpu);
    cr_assert_eq(t.at[place].node, node);
    cr_assert_eq(t.at[place].shares, shares);
}

Test(topology, without_a_word_of_the_system_each_cpu_is_a_core_of_one_node,
     .init = begin, .fini = end)
{
    read_of(3);
    cr_assert_eq(t.cpus, 3);
    cr_assert_eq(t.nodes, 1);
    cpu_is(0, 2, 0, false);
    cpu_is(1, 1, 0, false);
    cpu_is(2, 0, 0, false);
}

Test(topology, nodes_and_threads_of_a_core_are_told, .init = begin, .fini = end)
{
    put("devices/system/node/online", "0-1\n");
    put("devices/system/node/node0/cpulist", "0,2,4,6\n");
    put("devices/system/node/node1/cpulist", "1,3,5,7\n");
    for (unsigned cpu = 0; cpu < 8; cpu++) {
        char path[128], list[32];
        snprintf(path, sizeof path,
                 "devices/system/cpu/cpu%u/topology/thread_siblings_list", cpu);
        snprintf(list, sizeof list, "%u,%u\n", cpu % 4, cpu % 4 + 4);
        put(path, list);
    }
    read_of(8);
    cr_assert_eq(t.cpus, 8);
    cr_assert_eq(t.nodes, 2);
    cpu_is(0, 3, 1, false);
    cpu_is(3, 0, 0, false);
    cpu_is(4, 7, 1, true);
    cpu_is(7, 4, 0, true);
    /* Of a core with one usable thread, that has it to itself. */
    cpu_set_t usable;
    CPU_ZERO(&usable);
    CPU_SET(6, &usable);
    weir_topology_read(&t, sys, &usable);
    cr_assert_eq(t.cpus, 1);
    cpu_is(0, 6, 0, false);
}

/* Whether a CPU comes behind another of its core, by the kernel's list of
 * these, where those that are 1 may be used. */
static bool shares(uint16_t cpu, const char *siblings, const char *bits)
{
    char path[128];
    cpu_set_t usable;
    CPU_ZERO(&usable);
    for (size_t i = 0; bits[i] != '\0'; i++)
        if (bits[i] == '1')
            CPU_SET(i, &usable);
    snprintf(path, sizeof path,
             "devices/system/cpu/cpu%u/topology/thread_siblings_list", cpu);
    put(path, siblings);
    weir_topology_read(&t, sys, &usable);
    for (uint32_t i = 0; i < t.cpus; i++)
        if (t.at[i].cpu == cpu)
            return t.at[i].shares;
    cr_assert_fail("cpu %u is not there", cpu);
    return false;
}

Test(topology, the_lowest_usable_thread_of_a_core_is_the_first, .init = begin,
     .fini = end)
{
    static const char all[] = "1111111111";
    cr_assert_not(shares(0, "0,8\n", all));
    cr_assert(shares(8, "0,8\n", all));
    cr_assert_not(shares(2, "2-3\n", all));
    cr_assert(shares(3, "2-3\n", all));
    cr_assert(shares(9, "0-3,8-9\n", all));
    cr_assert_not(shares(5, "5\n", all));
}

Test(topology, threads_that_may_not_be_used_do_not_count, .init = begin,
     .fini = end)
{
    static const char some[] = "0011000011";
    cr_assert_not(shares(8, "0,8\n", some));
    cr_assert_not(shares(2, "0-2\n", some));
    cr_assert(shares(3, "0-3\n", some));
}

Test(topology, a_list_that_says_nothing_is_a_core, .init = begin, .fini = end)
{
    static const char all[] = "1111";
    cr_assert_not(shares(3, "", all));
    cr_assert_not(shares(3, "\n", all));
    cr_assert_not(shares(3, "x", all));
    cr_assert_not(shares(3, "3-1", all));
}

Test(topology, what_is_no_list_names_no_cpu, .init = begin, .fini = end)
{
    put("devices/system/node/online", "0,1");
    put("devices/system/node/node0/cpulist", "");
    put("devices/system/node/node1/cpulist", "1-x,,99999999999999999999");
    put("devices/system/cpu/cpu1/topology/thread_siblings_list", "0-");
    read_of(2);
    cr_assert_eq(t.cpus, 2);
}

Test(topology, a_device_has_a_node_or_not, .init = begin, .fini = end)
{
    put("class/net/eth0/device/numa_node", "1\n");
    put("class/net/eth1/device/numa_node", "-1\n");
    put("class/net/eth2/device/numa_node", "\n");
    cr_assert_eq(weir_topology_device_node(sys, "eth0"), 1);
    cr_assert_eq(weir_topology_device_node(sys, "eth1"), -1);
    cr_assert_eq(weir_topology_device_node(sys, "eth2"), -1);
    cr_assert_eq(weir_topology_device_node(sys, "any"), -1);
    cr_assert_eq(weir_topology_device_node(sys, "../net/eth0"), -1);
}

Test(topology, of_this_host_is_what_may_be_used)
{
    cpu_set_t usable;
    cr_assert_eq(sched_getaffinity(0, sizeof usable, &usable), 0);
    weir_topology_read(&t, "/sys", NULL);
    cr_assert_eq(t.cpus, (uint32_t)CPU_COUNT(&usable));
    cr_assert_geq(t.nodes, 1);
    for (uint32_t i = 0; i < t.cpus; i++) {
        cr_assert(CPU_ISSET(t.at[i].cpu, &usable));
        CPU_CLR(t.at[i].cpu, &usable);
    }
}
