#include "ring/iface.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct weir_ifaces all;

Test(iface, are_numbered_from_0_and_keep_what_they_were)
{
    for (unsigned i = 0; i < WEIR_IFACES_MAX; i++) {
        struct weir_iface iface = {
            .linktype = (uint16_t)(i + 1), .tsresol = 9, .snaplen = i};
        snprintf(iface.name, sizeof iface.name, "if%u", i);
        cr_assert_eq(weir_ifaces_count(&all), i);
        cr_assert_eq(weir_ifaces_add(&all, &iface), (int)i);
    }
    for (unsigned i = 0; i < WEIR_IFACES_MAX; i++) {
        char name[WEIR_IFACE_NAME_MAX];
        snprintf(name, sizeof name, "if%u", i);
        cr_assert_str_eq(all.at[i].name, name);
        cr_assert_eq(all.at[i].linktype, i + 1);
        cr_assert_eq(all.at[i].snaplen, i);
    }
}

Test(iface, a_full_table_takes_no_more_and_stays_whole)
{
    const struct weir_iface one = {.linktype = 1};
    const struct weir_iface surplus = {.linktype = 2};
    while (weir_ifaces_count(&all) < WEIR_IFACES_MAX)
        cr_assert_geq(weir_ifaces_add(&all, &one), 0);
    cr_assert_eq(weir_ifaces_add(&all, &surplus), -1);
    cr_assert_eq(weir_ifaces_add(&all, &surplus), -1);
    cr_assert_eq(weir_ifaces_count(&all), WEIR_IFACES_MAX);
    for (unsigned i = 0; i < WEIR_IFACES_MAX; i++)
        cr_assert_eq(all.at[i].linktype, 1);
}

Test(iface, sources_that_share_a_name_share_a_number)
{
    const struct weir_iface eth0 = {.name = "eth0", .linktype = 1};
    const struct weir_iface eth1 = {.name = "eth1", .linktype = 1};
    cr_assert_eq(weir_ifaces_join(&all, &eth0), 0);
    cr_assert_eq(weir_ifaces_join(&all, &eth1), 1);
    cr_assert_eq(weir_ifaces_join(&all, &eth0), 0);
    cr_assert_eq(weir_ifaces_join(&all, &eth1), 1);
    cr_assert_eq(weir_ifaces_count(&all), 2);
    while (weir_ifaces_count(&all) < WEIR_IFACES_MAX)
        cr_assert_geq(weir_ifaces_add(&all, &eth0), 0);
    const struct weir_iface eth2 = {.name = "eth2", .linktype = 1};
    cr_assert_eq(weir_ifaces_join(&all, &eth2), -1);
    cr_assert_eq(weir_ifaces_join(&all, &eth1), 1);
}

/* What the file says of an interface must be so for all that share it. */
Test(iface, has_a_filter_if_all_that_share_it_have_the_same)
{
    char udp[] = "udp";
    struct weir_iface eth0 = {.name = "eth0", .filter_text = udp};
    struct weir_iface eth1 = {.name = "eth1"};
    weir_ifaces_join(&all, &eth0);
    weir_ifaces_join(&all, &eth1);
    eth0.filter_text = "udp";
    weir_ifaces_join(&all, &eth0);
    weir_ifaces_join(&all, &eth1);
    cr_assert_str_eq(all.at[0].filter_text, "udp");
    cr_assert_null(all.at[1].filter_text);
    eth0.filter_text = NULL;
    eth1.filter_text = "udp";
    for (int i = 0; i < 3; i++) {
        weir_ifaces_join(&all, &eth0);
        weir_ifaces_join(&all, &eth1);
        cr_assert_str_empty(all.at[0].filter_text);
        cr_assert_str_empty(all.at[1].filter_text);
    }
}

Test(iface, says_what_is_so_of_all_that_share_it)
{
    struct weir_iface eth0 = {
        .name = "eth0", .linktype = 1, .snaplen = 96, .frame_max = 1522};
    weir_ifaces_join(&all, &eth0);
    eth0.snaplen = 128;
    eth0.copies = true;
    weir_ifaces_join(&all, &eth0);
    eth0.snaplen = 64;
    eth0.frame_max = 0;
    eth0.copies = false;
    weir_ifaces_join(&all, &eth0);
    cr_assert_eq(weir_ifaces_count(&all), 1);
    cr_assert_eq(all.at[0].snaplen, 128);
    cr_assert_eq(all.at[0].frame_max, 0);
    cr_assert(all.at[0].copies);
    eth0.linktype = 113;
    cr_assert_eq(weir_ifaces_join(&all, &eth0), 1);
}
