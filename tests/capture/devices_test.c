#include "capture/devices.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "base/linktype.h"
#include "tests/capture/net_rig.h"

static void need_rig(void)
{
    const char *reason = NULL;
    if (!rig_open(&reason))
        cr_skip_test("SKIPPED: %s", reason);
}

static const struct weir_device *find(const struct weir_device *list,
                                      size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    cr_assert_fail("%s is not in the list", name);
    return NULL;
}

Test(devices, the_list_names_what_is_there_and_how_it_is)
{
    need_rig();
    cr_assert(rig_ip("link set " RIG_RIGHT " down"));
    struct weir_device *list = NULL;
    struct weir_err err = {""};
    size_t count = 0;
    cr_assert_eq(weir_devices_list(&list, &count, &err), 0, "%s", err.text);
    const uint32_t up = WEIR_DEVICE_UP | WEIR_DEVICE_RUNNING;
    cr_assert_eq(find(list, count, "lo")->flags & (up | WEIR_DEVICE_LOOPBACK),
                 up | WEIR_DEVICE_LOOPBACK);
    cr_assert_eq(find(list, count, RIG_LEFT)->flags & WEIR_DEVICE_UP,
                 WEIR_DEVICE_UP);
    cr_assert_eq(find(list, count, RIG_RIGHT)->flags & up, 0);
    cr_assert_neq(find(list, count, "any")->description[0], '\0');
    weir_devices_free(list);
}

static void check_first_linktype(const char *device, uint16_t linktype,
                                 const char *name)
{
    struct weir_device_linktype *list = NULL;
    struct weir_err err = {""};
    size_t count = 0;
    cr_assert_eq(weir_device_linktypes(device, &list, &count, &err), 0, "%s",
                 err.text);
    cr_assert_geq(count, 1);
    cr_assert_eq(list[0].linktype, linktype);
    cr_assert_str_eq(list[0].name, name);
    cr_assert_neq(list[0].description[0], '\0');
    for (size_t i = 1; i < count; i++)
        cr_assert_neq(list[i].linktype, linktype);
    weir_device_linktypes_free(list);
}

Test(devices, link_types_begin_with_the_one_that_is_used)
{
    need_rig();
    check_first_linktype(RIG_LEFT, WEIR_LINKTYPE_ETHERNET, "EN10MB");
    check_first_linktype("any", WEIR_LINKTYPE_LINUX_SLL2, "LINUX_SLL2");
}

Test(devices, link_types_of_no_device_are_an_error)
{
    need_rig();
    struct weir_device_linktype *list = NULL;
    struct weir_err err = {""};
    size_t count = 0;
    cr_assert_eq(weir_device_linktypes("nosuch0", &list, &count, &err),
                 -ENODEV);
    cr_assert_str_eq(err.text, "nosuch0: no such device");
}
