#include "pipeline/placement.h"

#include <criterion/criterion.h>

#include "base/topology.h"

static struct weir_topology t;
static int cpus[64];

/* `cores` in each of two nodes; the even ones are in node 0. */
static void two_nodes(uint32_t cores)
{
    t = (struct weir_topology){.nodes = 2};
    while (t.cpus < 2 * cores) {
        t.at[t.cpus] = (struct weir_topology_cpu){.cpu = (uint16_t)t.cpus,
                                                  .node = t.cpus % 2};
        t.cpus++;
    }
}

static void each_once(uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < i; k++)
            cr_assert_neq(cpus[i], cpus[k]);
}

Test(placement, with_fewer_cpus_than_threads_nothing_is_placed)
{
    two_nodes(2);
    struct weir_placement p = {.lanes = 1, .workers = 2, .outlets = 1};
    cr_assert_not(weir_placement_make(&p, &t, cpus));
    for (int i = 0; i < 5; i++)
        cr_assert_eq(cpus[i], -1);
    p.workers = 1;
    cr_assert(weir_placement_make(&p, &t, cpus));
    each_once(4);
}

Test(placement, a_lane_is_in_the_node_of_its_device)
{
    const int nodes[] = {1, 0};
    two_nodes(4);
    struct weir_placement p = {
        .lanes = 2, .workers = 2, .outlets = 1, .nodes = nodes};
    cr_assert(weir_placement_make(&p, &t, cpus));
    each_once(8);
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(cpus[i] % 2, 1);
        cr_assert_eq(cpus[3 + i] % 2, 0);
    }
    cr_assert_eq(cpus[6] % 2, 1, "the writer is near the first lane");
    cr_assert_eq(weir_placement_lane_node(&p, &t, cpus, 0), 1);
    cr_assert_eq(weir_placement_lane_node(&p, &t, cpus, 1), 0);
}

Test(placement, lanes_without_a_node_go_where_there_is_room)
{
    two_nodes(4);
    struct weir_placement p = {.lanes = 2, .workers = 1, .outlets = 2};
    cr_assert(weir_placement_make(&p, &t, cpus));
    each_once(7);
    cr_assert_eq(cpus[0] % 2, cpus[1] % 2);
    cr_assert_eq(cpus[2] % 2, cpus[3] % 2);
    cr_assert_neq(cpus[0] % 2, cpus[2] % 2);
    cr_assert_eq(cpus[4] % 2, cpus[0] % 2);
    cr_assert_eq(cpus[5] % 2, cpus[2] % 2);
}

Test(placement, what_does_not_fit_in_its_node_goes_to_another)
{
    const int nodes[] = {1};
    two_nodes(3);
    struct weir_placement p = {
        .lanes = 1, .workers = 3, .outlets = 1, .nodes = nodes};
    cr_assert(weir_placement_make(&p, &t, cpus));
    each_once(6);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(cpus[i] % 2, 1);
}

Test(placement, unplaced_a_lane_is_near_its_device_if_there_are_nodes)
{
    const int nodes[] = {1};
    two_nodes(1);
    struct weir_placement p = {
        .lanes = 1, .workers = 1, .outlets = 1, .nodes = nodes};
    cr_assert_not(weir_placement_make(&p, &t, cpus));
    cr_assert_eq(weir_placement_lane_node(&p, &t, cpus, 0), 1);
    t.nodes = 1;
    cr_assert_eq(weir_placement_lane_node(&p, &t, cpus, 0), -1);
}
