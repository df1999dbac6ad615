#include "capture/netif_missed.h"

#include <criterion/criterion.h>
#include <net/if.h>
#include <unistd.h>

Test(netif_missed, answers_for_an_interface_and_for_none)
{
    const int fd = weir_netif_missed_open();
    cr_assert_geq(fd, 0);
    /* The loopback device misses nothing; the last one is not there. */
    cr_assert_eq(weir_netif_missed(fd, if_nametoindex("lo")), 0);
    cr_assert_eq(weir_netif_missed(fd, 0x7ffffff0), 0);
    /* Each call has had the answer to its own question. */
    for (int i = 0; i < 100; i++)
        cr_assert_eq(weir_netif_missed(fd, 1), 0);
    (void)close(fd);
}
