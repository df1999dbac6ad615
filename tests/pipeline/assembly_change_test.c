#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>

#include "base/err.h"
#include "base/linktype.h"
#include "base/pcap.h"
#include "pipeline/assembly.h"
#include "pipeline/lane.h"
#include "pipeline/outlet.h"
#include "pipeline/stats.h"
#include "ring/bell.h"
#include "ring/stop.h"
#include "sink/null_sink.h"
#include "tests/pipeline/fake_source.h"

#define LANES  2
#define FRAMES UINT64_C(1000)

static struct weir_stop stop, abandon;
static struct weir_source *sources[LANES];
static struct weir_sink *sink;
static struct weir_assembly *a;
static struct weir_err err;
static int64_t now_ns;

static void begin(void)
{
    now_ns = 0;
    cr_assert_eq(weir_null_sink_open(&sink, &err), 0);
    cr_assert_eq(weir_stop_open(&stop, &err), 0);
    cr_assert_eq(weir_stop_open(&abandon, &err), 0);
}

static void close_all(void)
{
    weir_assembly_close(a);
    a = NULL;
    for (int i = 0; i < LANES; i++)
        fake_source_close(sources[i]);
}

static void end(void)
{
    close_all();
    sink->ops->close(sink);
    weir_stop_close(&abandon);
    weir_stop_close(&stop);
}

TestSuite(assembly_change, .init = begin, .fini = end);

static void open_with(bool second_iface, enum weir_format format,
                      uint32_t snaplen)
{
    for (uint8_t i = 0; i < LANES; i++)
        sources[i] = fake_source_open(&(struct fake_source_config){
            .seed = i,
            .lane = i,
            .leases = weir_lane_batches(1, false),
            .block_bytes = 16384,
            .frames = FRAMES,
            .fail_at = UINT64_MAX,
            .frames_per_lease_max = 40,
            .second_iface = second_iface,
        });
    const struct weir_assembly_config config = {
        .sources = sources,
        .lanes = LANES,
        .stop = &stop,
        .abandon = &abandon,
        .workers = 1,
        .block_bytes = 16384,
        .account = {.format = format},
        .snaplen = snaplen,
        .talkers = 64,
    };
    cr_assert_eq(weir_assembly_open(&a, &config, &err), 0);
    weir_assembly_set_sink(a, 0, sink);
}

static int64_t change(const char *filter, uint32_t snaplen)
{
    err.text[0] = '\0';
    const int64_t ret = weir_assembly_change(
        a, &(struct weir_change){.filter = filter, .snaplen = snaplen}, &err);
    cr_assert(ret < 0 || err.text[0] == '\0', "%s", err.text);
    return ret;
}

static enum weir_step capture(uint32_t lane)
{
    return weir_lane_capture(weir_assembly_lane(a, lane), now_ns, now_ns);
}

static void run_to_the_end(void)
{
    for (bool ended = false; !ended;) {
        ended = true;
        for (uint32_t i = 0; i < LANES; i++) {
            ended &= capture(i) == WEIR_STEP_ENDED;
            weir_lane_work(weir_assembly_lane(a, i), 0, now_ns);
        }
        weir_outlet_step(weir_assembly_outlet(a, 0), now_ns);
        weir_stats_step(weir_assembly_stats(a));
        cr_assert_lt(now_ns++, 1000000);
    }
    while (weir_outlet_step(weir_assembly_outlet(a, 0), 0) != WEIR_STEP_ENDED ||
           weir_stats_step(weir_assembly_stats(a)) != WEIR_STEP_ENDED)
        for (uint32_t i = 0; i < LANES; i++)
            weir_lane_work(weir_assembly_lane(a, i), 0, now_ns);
}

static void expect_refused(int64_t ret, int code, const char *text)
{
    cr_assert_eq(ret, code, "%ld: %s", (long)ret, err.text);
    cr_assert_str_eq(err.text, text);
}

Test(assembly_change, what_cannot_be_changes_nothing)
{
    open_with(false, WEIR_FORMAT_PCAPNG, 100);
    expect_refused(change(NULL, 0), -EINVAL, "nothing is to be changed");
    expect_refused(change("tcp prot 80", 0), -EINVAL,
                   "filter 'tcp prot 80': syntax error");
    expect_refused(change("inbound", 0), -ENOTSUP,
                   "filter 'inbound': inbound, outbound and ifindex: only the "
                   "kernel knows them, as it captures");
    expect_refused(change("udp", 101), -EINVAL,
                   "a snapshot length of 101: the file says that no frame is "
                   "longer than 100");
    capture(0);
    capture(1);
    cr_assert_eq(weir_assembly_generation(a), 0);
    cr_assert_eq(change("udp", 100), 1);
    run_to_the_end();
}

Test(assembly_change, no_frame_of_a_file_gets_longer_and_shorter_ones_may)
{
    open_with(false, WEIR_FORMAT_PCAPNG, 0);
    cr_assert_eq(change(NULL, 60), 1);
    cr_assert_eq(change(NULL, 61), 2, "not longer than it was at open");
    cr_assert_eq(change(NULL, UINT32_MAX), 3);
    run_to_the_end();
}

Test(assembly_change, where_nothing_is_written_frames_may_get_longer)
{
    open_with(false, WEIR_FORMAT_NONE, 100);
    cr_assert_eq(change(NULL, 200), 1);
    cr_assert_eq(change("", WEIR_SNAPLEN_MAX + 1), 2);
    weir_stop_set(&abandon);
    run_to_the_end();
}

Test(assembly_change, the_generation_is_what_each_lane_has_taken)
{
    struct weir_progress p;
    open_with(false, WEIR_FORMAT_PCAPNG, 0);
    cr_assert_eq(change("udp", 0), 1);
    capture(0);
    cr_assert_eq(weir_assembly_generation(a), 0);
    weir_assembly_lane_progress(a, 0, &p);
    cr_assert_eq(p.filter_generation, 1);
    weir_assembly_lane_progress(a, 1, &p);
    cr_assert_eq(p.filter_generation, 0);
    cr_assert_eq(change("ip", 0), 2);
    capture(1);
    cr_assert_eq(weir_assembly_generation(a), 1);
    capture(0);
    cr_assert_eq(weir_assembly_generation(a), 2);
    weir_assembly_progress(a, &p);
    cr_assert_eq(p.filter_generation, 2);
    run_to_the_end();
    cr_assert_eq(weir_assembly_generation(a), 2);
    cr_assert_eq(change("tcp", 0), 3);
    cr_assert_eq(weir_assembly_generation(a), 3, "who has ended takes all");
}

/* Or a filter that takes nothing would stay for ever. */
Test(assembly_change, one_wakes_a_capture_thread_that_sleeps)
{
    open_with(false, WEIR_FORMAT_PCAPNG, 0);
    for (uint32_t i = 0; i < LANES; i++) {
        struct weir_bell *bell =
            weir_lane_capture_bell(weir_assembly_lane(a, i));
        struct pollfd fd = {.fd = bell->fd, .events = POLLIN};
        weir_bell_ticket_fd(bell, true);
        cr_assert_eq(poll(&fd, 1, 0), 0);
    }
    cr_assert_eq(change("udp", 0), 1);
    for (uint32_t i = 0; i < LANES; i++) {
        struct weir_bell *bell =
            weir_lane_capture_bell(weir_assembly_lane(a, i));
        struct pollfd fd = {.fd = bell->fd, .events = POLLIN};
        cr_assert_eq(poll(&fd, 1, 0), 1);
        weir_bell_ack(bell);
    }
    run_to_the_end();
}

/* Frames of a file: of a link type that has no such text none pass; who has
 * none at all lets them. */
static uint64_t unwanted(const char *filter)
{
    struct weir_progress p;
    open_with(true, WEIR_FORMAT_PCAPNG, 0);
    cr_assert_eq(change(filter, 0), 1);
    run_to_the_end();
    weir_assembly_progress(a, &p);
    cr_assert(weir_ledger_balanced(&p.ledger));
    cr_assert_eq(p.ledger.received, LANES * FRAMES);
    return p.ledger.excluded[WEIR_EXCLUDED_FILTER];
}

Test(assembly_change, each_link_type_is_tested_by_what_it_has)
{
    uint64_t second = 0;
    for (uint64_t i = 0; i < FRAMES; i++)
        second += fake_is_second(i);
    cr_assert_eq(unwanted("ip"), LANES * second);
    close_all();
    cr_assert_eq(unwanted(""), 0);
    close_all();
    cr_assert_eq(unwanted("tcp"), LANES * FRAMES);
}

Test(assembly_change, a_wait_is_put_at_the_next_batch_and_stays)
{
    open_with(false, WEIR_FORMAT_NONE, 0);
    capture(0);
    cr_assert_eq(
        weir_assembly_change(
            a, &(struct weir_change){.waits = true, .wait_ms = 7}, &err),
        1);
    cr_assert_eq(fake_source_wait(sources[0]), -1);
    capture(0);
    cr_assert_eq(fake_source_wait(sources[0]), 7);
    cr_assert_eq(fake_source_wait(sources[1]), -1);
    cr_assert_eq(change("ip", 0), 2);
    cr_assert_eq(
        weir_assembly_change(a, &(struct weir_change){.waits = true}, &err), 3);
    capture(0);
    capture(1);
    cr_assert_eq(fake_source_wait(sources[0]), 0);
    cr_assert_eq(fake_source_wait(sources[1]), 0);
    run_to_the_end();
}
