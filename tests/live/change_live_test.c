/* A filter that is swapped 1,000 times under traffic: no frame is lost that
 * both filters take, none comes that neither takes, and the ledger holds.
 *
 * Frames are numbered, and their port is by their number; some have a VLAN tag,
 * which the kernel takes out before it filters.  A tap writes down which of
 * them the workers selected. */

#include <criterion/criterion.h>
#include <errno.h>

#include <linux/if_packet.h>
#include <net/if.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "pipeline/runner.h"
#include "ring/stop.h"
#include "sink/null_sink.h"
#include "tests/capture/live_rig.h"
#include "tests/capture/net_rig.h"

#define SWAPS      1000
#define FRAMES_MAX 4000000u
#define TIME_MAX_S 60
#define PORT       2000 /* and the two or three behind it */

/* Both take PORT, neither takes PORT + 3. */
static const char *const filters[] = {
    "udp dst port 2000 or udp dst port 2001",
    "udp dst port 2000 or udp dst port 2002",
};

static uint16_t port_of(uint32_t number)
{
    return (uint16_t)(PORT + number % 4);
}

static bool is_tagged(uint32_t number)
{
    return number % 5 == 0;
}

static uint8_t *shown;      /* by the frame's number: how often */
static atomic_uint longest; /* as captured; exact with one worker */
static atomic_bool over;
static uint32_t sent; /* by the sender; read once it has ended */

static uint64_t look(void *state, const struct weir_tap_vector *v)
{
    (void)state;
    for (uint32_t i = 0; i < v->count; i++) {
        const uint8_t *data = v->frames[i].data;
        const size_t ip = data[12] == 0x81 ? 18 : 14;
        shown[rig_number(data, ip) % FRAMES_MAX]++;
        if (v->frames[i].caplen > longest)
            longest = v->frames[i].caplen;
    }
    return 0;
}

/* As fast as a capture thread on a host with other work can take them: what
 * the kernel drops tells nothing of filters. */
static void *send_frames(void *unused)
{
    (void)unused;
    const struct sockaddr_ll to = {
        .sll_family = AF_PACKET,
        .sll_ifindex = (int)if_nametoindex(RIG_LEFT),
    };
    const struct timespec pause = {.tv_nsec = 20000};
    const int fd = socket(PF_PACKET, SOCK_RAW, 0);
    const int64_t end_ns = weir_clock_mono_ns() + TIME_MAX_S * WEIR_NS_PER_S;
    uint8_t frame[64];
    while (!over && sent < FRAMES_MAX && weir_clock_mono_ns() < end_ns) {
        for (int i = 0; i < 32 && sent < FRAMES_MAX; i++) {
            rig_udp(frame, sizeof frame, port_of(sent), sent,
                    is_tagged(sent) && !live_is("afxdp") ? 7 : 0);
            if (sendto(fd, frame, sizeof frame, 0, (const struct sockaddr *)&to,
                       sizeof to) > 0)
                sent++;
        }
        nanosleep(&pause, NULL);
    }
    close(fd);
    return NULL;
}

static struct weir_stop stop, abandon;
static struct weir_source *source;
static struct weir_sink *sink;
static struct weir_runner *runner;
static struct weir_err err;

static const char *filter_of_open;

static void open_all(uint32_t workers, const char *filter, uint32_t snaplen)
{
    struct weir_pcap_config config = live_config(RIG_RIGHT, filter);
    filter_of_open = filter;
    config.source.snaplen = snaplen;
    config.source.leases = weir_lane_batches(workers, true);
    config.buffer_bytes = 64u << 20;
    source = live_open_shut(&config);
    static const struct weir_tap_config tap = {.name = "witness", .tap = look};
    const struct weir_runner_config runner_config = {
        .assembly = {.sources = &source,
                     .lanes = 1,
                     .stop = &stop,
                     .abandon = &abandon,
                     .workers = workers,
                     .block_bytes = config.source.block_bytes,
                     .snaplen = snaplen,
                     .filters = &filter_of_open,
                     .taps = &tap,
                     .taps_count = 1,
                     .talkers = 64}};
    cr_assert_eq(weir_stop_open(&stop, &err), 0);
    cr_assert_eq(weir_stop_open(&abandon, &err), 0);
    cr_assert_eq(weir_null_sink_open(&sink, &err), 0);
    cr_assert_eq(weir_runner_open(&runner, &runner_config, &err), 0, "%s",
                 err.text);
    weir_assembly_set_sink(weir_runner_assembly(runner), 0, sink);
    shown = calloc(FRAMES_MAX, 1);
    cr_assert_not_null(shown);
}

static void close_all(void)
{
    weir_runner_close(runner);
    source->ops->close(source);
    sink->ops->close(sink);
    weir_stop_close(&stop);
    weir_stop_close(&abandon);
    free(shown);
}

/* It is in the kernel on return. */
static void make(struct weir_change change, uint64_t generation)
{
    struct weir_assembly *a = weir_runner_assembly(runner);
    const int64_t end_ns = weir_clock_mono_ns() + 5 * WEIR_NS_PER_S;
    cr_assert_eq(weir_assembly_change(a, &change, &err), (int64_t)generation,
                 "%s", err.text);
    while (weir_assembly_generation(a) < generation) {
        cr_assert_lt(weir_clock_mono_ns(), end_ns, "not taken");
        usleep(50);
    }
}

static void change_to(const char *filter, uint64_t generation)
{
    make((struct weir_change){.filter = filter}, generation);
}

static void swap_filters(void)
{
    for (uint64_t n = 1; n <= SWAPS; n++)
        change_to(filters[(n + 1) % 2], n);
}

/* What has come by now goes by the filter of now: it is taken within the
 * timeout, and workers are quick. */
static void let_settle(void)
{
    usleep(200000);
}

/* Nothing wakes the capture thread but the change. */
Test(change_live, a_filter_that_takes_nothing_can_be_changed)
{
    struct weir_progress p;
    live_need();
    open_all(1, filters[1], 0);
    cr_assert_eq(weir_runner_start(runner, &err), 0, "%s", err.text);
    rig_send_udp(10, 60); /* to PORT, which the filter of open takes */
    let_settle();
    change_to("tcp", 1);
    rig_send_udp(10, 60);
    let_settle();
    change_to("udp dst port 2000", 2);
    rig_send_udp(10, 60);
    weir_stop_set(&stop);
    weir_runner_join(runner);
    weir_assembly_progress(weir_runner_assembly(runner), &p);
    cr_assert(weir_ledger_balanced(&p.ledger));
    cr_assert_eq(p.ledger.delivered, 20);
    for (uint32_t i = 0; i < 10; i++)
        cr_assert_eq(shown[i], 2);
    close_all();
}

/* Weir itself cannot test every such text, and need not. */
Test(change_live, frames_get_longer_by_the_filter_of_open)
{
    struct weir_progress p;
    live_need();
    if (live_is("afxdp"))
        cr_skip_test("SKIPPED: no kernel filters for it");
    open_all(1, "inbound and ifindex 1000000 or udp", 60);
    cr_assert_eq(weir_runner_start(runner, &err), 0, "%s", err.text);
    rig_send_udp(10, 1000);
    let_settle();
    /* libpcap cuts to what it was at open, and a change says so. */
    const bool longer = live_is("afpacket");
    const struct weir_change all = {.snaplen = UINT32_MAX};
    if (longer)
        make(all, 1);
    else
        cr_assert_eq(
            weir_assembly_change(weir_runner_assembly(runner), &all, &err),
            -ENOTSUP);
    rig_send_udp(10, 1000);
    weir_stop_set(&stop);
    weir_runner_join(runner);
    weir_assembly_progress(weir_runner_assembly(runner), &p);
    cr_assert(weir_ledger_balanced(&p.ledger));
    cr_assert_eq(p.ledger.delivered, 20);
    cr_assert_eq(p.ledger.excluded[WEIR_EXCLUDED_FILTER], 0);
    cr_assert_eq(longest, longer ? 1000 : 60);
    close_all();
}

Test(change_live, a_thousand_swaps_lose_no_frame_that_both_filters_take)
{
    pthread_t sender;
    live_need();
    open_all(2, filters[1], 0);
    cr_assert_eq(weir_runner_start(runner, &err), 0, "%s", err.text);
    cr_assert_eq(pthread_create(&sender, NULL, send_frames, NULL), 0);
    swap_filters();
    over = true;
    pthread_join(sender, NULL);
    usleep(100000);
    weir_stop_set(&stop);
    weir_runner_join(runner);

    struct weir_progress p;
    uint64_t lost = 0, wrong = 0, some = 0;
    weir_assembly_progress(weir_runner_assembly(runner), &p);
    cr_assert(weir_ledger_balanced(&p.ledger));
    cr_assert_eq(p.filter_generation, SWAPS);
    for (uint32_t i = 0; i < sent; i++) {
        cr_assert_leq(shown[i], 1, "frame %u came twice", i);
        lost += i % 4 == 0 && shown[i] == 0;
        some += (i % 4 == 1 || i % 4 == 2) && shown[i] != 0;
        wrong += i % 4 == 3 && shown[i] != 0;
    }
    fprintf(stderr,
            "%u frames sent, %llu delivered, %llu tested in weir, %llu dropped "
            "by the kernel\n",
            sent, (unsigned long long)p.ledger.delivered,
            (unsigned long long)p.ledger.excluded[WEIR_EXCLUDED_FILTER],
            (unsigned long long)p.ledger.kernel_dropped);
    cr_assert_eq(wrong, 0);
    cr_assert_gt(some, 0);
    cr_assert_gt(sent, 2 * SWAPS);
    cr_assert_leq(lost, p.ledger.kernel_dropped, "%d lost", (int)lost);
    close_all();
}
