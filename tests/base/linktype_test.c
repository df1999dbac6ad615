#include "base/linktype.h"

#include <criterion/criterion.h>
#include <pcap/pcap.h>

Test(linktype, the_numbers_that_differ_are_those_of_libpcap)
{
    cr_assert_eq(weir_linktype_to_dlt(WEIR_LINKTYPE_RAW), DLT_RAW);
    cr_assert_eq(weir_linktype_to_dlt(100), DLT_ATM_RFC1483);
    cr_assert_eq(weir_linktype_to_dlt(102), DLT_SLIP_BSDOS);
    cr_assert_eq(weir_linktype_to_dlt(103), DLT_PPP_BSDOS);
    cr_assert_eq(weir_linktype_to_dlt(106), DLT_ATM_CLIP);
    cr_assert_eq(weir_linktype_from_dlt(DLT_RAW), WEIR_LINKTYPE_RAW);
    cr_assert_eq(weir_linktype_from_dlt(DLT_EN10MB), WEIR_LINKTYPE_ETHERNET);
    cr_assert_eq(weir_linktype_from_dlt(DLT_LINUX_SLL2),
                 WEIR_LINKTYPE_LINUX_SLL2);
    cr_assert_eq(weir_linktype_to_dlt(WEIR_LINKTYPE_IPV4), DLT_IPV4);
}

Test(linktype, there_and_back_is_the_same)
{
    for (int dlt = 0; dlt < 300; dlt++) {
        const int linktype = weir_linktype_from_dlt(dlt);
        /* Numbers that files do not use, as others stand for them. */
        if (dlt == 100 || dlt == 101 || dlt == 102 || dlt == 103 || dlt == 106)
            continue;
        cr_assert_eq(weir_linktype_to_dlt((uint16_t)linktype), dlt);
    }
}
