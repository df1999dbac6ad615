#include "tests/capture/live_verdict.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/linktype.h"
#include "capture/filter.h"
#include "tests/capture/live_rig.h"
#include "tests/capture/net_rig.h"

/* Without tags on `any`: there the kernel has taken the tag out of a frame
 * that comes in before it asks the filter, and libpcap has no filter for
 * what it does then. */
static void send_mix(bool tags)
{
    uint8_t frame[600];
    for (uint32_t i = 0; i < 20; i++) {
        rig_udp(frame, 60 + 10 * i, 53, i, 0);
        rig_send(RIG_LEFT, frame, 60 + 10 * i);
        rig_tcp(frame, 60 + 20 * i, i % 2 == 0 ? 80 : 81, i);
        rig_send(RIG_RIGHT, frame, 60 + 20 * i);
        rig_arp(frame);
        rig_send(RIG_LEFT, frame, 60);
        rig_udp(frame, 100, 53, i, (uint16_t)(tags ? 5 + i % 2 : 0));
        rig_send(RIG_LEFT, frame, 100);
    }
    rig_datagrams(10);
}

void live_compare_verdicts(const char *device, const char *text, bool in_kernel,
                           bool some)
{
    struct weir_source *all = live_open(device, NULL);
    struct weir_source *some_of = live_open(device, text);
    const uint16_t linktype = all->ifaces->at[0].linktype;
    cr_assert_eq(some_of->filter == NULL, in_kernel, "%s", text);
    cr_assert_eq(some_of->notice == NULL, in_kernel, "%s", text);
    send_mix(linktype == WEIR_LINKTYPE_ETHERNET);
    got_count = 0;
    live_cut(all);
    const uint32_t all_count = got_count;
    struct live_got *want = calloc(all_count, sizeof *want);
    cr_assert_not_null(want);
    struct weir_filter *filter = NULL;
    struct weir_err err = {""};
    cr_assert_eq(weir_filter_compile(&filter, text, linktype, 0, &err), 0, "%s",
                 err.text);
    uint32_t count = 0;
    for (uint32_t i = 0; i < all_count; i++)
        if (weir_filter_match(filter, got[i].data,
                              got[i].caplen < LIVE_KEEP ? got[i].caplen
                                                        : LIVE_KEEP,
                              got[i].len))
            want[count++] = got[i];
    got_count = 0;
    live_cut(some_of);
    if (!in_kernel) {
        cr_assert_eq(got_count, all_count, "%s", text);
    } else {
        cr_assert_eq(got_count, count, "%s on %s: %u, not %u", text, device,
                     got_count, count);
        cr_assert_eq(count > 0 && count < all_count, some, "%s: %u", text,
                     count);
        for (uint32_t i = 0; i < count; i++)
            cr_assert_arr_eq(got[i].data, want[i].data,
                             want[i].caplen < LIVE_KEEP ? want[i].caplen
                                                        : LIVE_KEEP);
    }
    weir_filter_free(filter);
    free(want);
}

void live_check_snaplen(const char *device, uint32_t len)
{
    struct weir_pcap_config config = live_config(device, NULL);
    config.source.snaplen = 64;
    config.buffer_bytes = 1u << 20;
    config.timeout_ms = 200;
    got_count = 0;
    struct weir_source *source = live_open_config(&config);
    rig_send_udp(1000, 1400);
    const struct weir_source_stats stats = live_cut(source);
    cr_assert_eq(stats.kernel_dropped, 0);
    cr_assert_geq(got_count, 1000);
    for (uint32_t i = 0; i < got_count; i++) {
        cr_assert_eq(got[i].len, len);
        cr_assert_eq(got[i].caplen, 64);
    }
}
