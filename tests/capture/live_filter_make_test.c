/* What weir is left with where the kernel cannot take a filter; no device is
 * needed. */

#include <criterion/criterion.h>

#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "capture/live_filter.h"

static struct weir_kernel_filter kernel;
static struct weir_filter *in_weir;
static struct weir_err notice, why;

/* Ethernet for libpcap, and cooked for the kernel: a header of 16 bytes of
 * which it knows a few fields only. */
static int make(const char *text, bool no_kernel)
{
    struct weir_live_filter_config config = {
        .device = "eth0",
        .text = text,
        .snaplen = 96,
        .pcap = pcap_open_dead(DLT_EN10MB, 96),
        .no_kernel = no_kernel,
        .kernel = {.cooked = WEIR_COOKED_SLL},
    };
    cr_assert_not_null(config.pcap);
    notice.text[0] = why.text[0] = '\0';
    int rc = weir_live_filter_make(&config, &kernel, &in_weir, &notice, &why);
    pcap_close(config.pcap);
    return rc;
}

Test(live_filter_make, weir_tests_what_the_kernel_cannot)
{
    cr_assert_eq(make("ether[1] = 3", false), 0, "%s", why.text);
    cr_assert_not_null(in_weir);
    cr_assert_str_eq(notice.text,
                     "eth0: the kernel cannot test this filter, weir does");
    weir_filter_free(in_weir);
}

Test(live_filter_make, the_direction_is_known_to_the_kernel_alone)
{
    cr_assert_eq(make("inbound", false), 0, "%s", why.text);
    cr_assert_null(in_weir);
    cr_assert_eq(make("inbound and ether[1] = 3", false), -ENOTSUP);
    cr_assert_null(in_weir);
    cr_assert_str_empty(notice.text);
    cr_assert_eq(strncmp(why.text,
                         "eth0: the kernel cannot test this filter, and weir "
                         "not all of it: filter 'inbound and ether[1] = 3': ",
                         50),
                 0, "%s", why.text);
    cr_assert_eq(make("outbound", true), -ENOTSUP);
    cr_assert_eq(strncmp(why.text, "eth0: filter 'outbound': ", 25), 0, "%s",
                 why.text);
}
