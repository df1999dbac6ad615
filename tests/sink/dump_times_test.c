#include "sink/dump.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "tests/sink/dump_rig.h"
#include "tests/sink/frames.h"

#define PCAP WEIR_FORMAT_PCAP
#define NS   WEIR_FORMAT_PCAP_NS
#define NG   WEIR_FORMAT_PCAPNG

static struct dump_rig rig;

static void setup(void)
{
    dump_rig_ethernet(&rig);
}

static void teardown(void)
{
    dump_rig_close(&rig);
    test_dir_remove();
}

TestSuite(dump_times, .init = setup, .fini = teardown);

/* Returns the time that is in the file then, or -errno. */
static int64_t stamped(enum weir_format format, int64_t time_ns,
                       struct weir_dump_time time)
{
    const struct weir_frame frame = {.time_ns = time_ns};
    dump_rig_start(&rig, "t", format);
    const int rc = dump_rig_try(&rig, &frame, &time);
    dump_rig_end(&rig);
    struct test_file file = dump_rig_read("t");
    const int64_t found = rc != 0 ? rc : file.records[0].time_ns;
    cr_assert_eq(file.records_count, rc == 0 ? 1 : 0);
    test_file_free(&file);
    return found;
}

static struct weir_dump_time at(int64_t seconds, uint32_t fraction_ns)
{
    return (struct weir_dump_time){.has_seconds = true,
                                   .has_fraction = true,
                                   .seconds = seconds,
                                   .fraction_ns = fraction_ns};
}

static struct weir_dump_time at_seconds(int64_t seconds)
{
    return (struct weir_dump_time){.has_seconds = true, .seconds = seconds};
}

static struct weir_dump_time at_fraction(uint32_t fraction_ns)
{
    return (struct weir_dump_time){.has_fraction = true,
                                   .fraction_ns = fraction_ns};
}

Test(dump_times, times_are_overridden_apart)
{
    const struct weir_dump_time none = {.seconds = 7, .fraction_ns = 8};
    cr_assert_eq(stamped(NS, 5000000006, none), 5000000006);
    cr_assert_eq(stamped(NS, 5000000006, at(7, 8)), 7000000008);
    cr_assert_eq(stamped(NS, 5000000006, at_seconds(7)), 7000000006);
    cr_assert_eq(stamped(NS, 5000000006, at_fraction(8)), 5000000008);
    cr_assert_eq(stamped(PCAP, 5000000006, at(7, 8999)), 7000008000);
    cr_assert_eq(stamped(NG, 5000000006, at(7, 999999999)), 7999999999);
    /* 0.25 s before 1970 is 0.75 s behind the second before. */
    cr_assert_eq(stamped(NS, -250000000, at_seconds(7)), 7750000000);
    cr_assert_eq(stamped(NG, -250000000, at_fraction(1)), -ERANGE);
}

Test(dump_times, times_that_a_file_cannot_have)
{
    const int64_t last = UINT32_MAX;
    cr_assert_eq(stamped(NS, 0, at(last, 999999999)),
                 last * WEIR_NS_PER_S + 999999999);
    cr_assert_eq(stamped(NS, 0, at(last + 1, 0)), -ERANGE);
    cr_assert_eq(stamped(PCAP, 0, at(-1, 999999999)), -ERANGE);
    cr_assert(strstr(rig.err.text, "no time of -0.000000001 s") != NULL, "%s",
              rig.err.text);
    cr_assert_eq(stamped(PCAP, 0, at(-2, 250000000)), -ERANGE);
    cr_assert(strstr(rig.err.text, "no time of -1.750000000 s") != NULL, "%s",
              rig.err.text);
    cr_assert_eq(stamped(NG, 0, at(last + 1, 0)), (last + 1) * WEIR_NS_PER_S);
    cr_assert_eq(stamped(NG, 0, at(-1, 0)), -ERANGE);
    cr_assert_eq(stamped(NG, 0, at(INT64_MAX, 0)), -ERANGE);
    cr_assert_eq(stamped(NG, 0, at(INT64_MIN, 0)), -ERANGE);
    cr_assert(strstr(rig.err.text,
                     "no time of -9223372036854775808.000000000 s") != NULL,
              "%s", rig.err.text);
    cr_assert_eq(stamped(NG, 0, at(INT64_MAX / WEIR_NS_PER_S, 999999999)),
                 -ERANGE);
    cr_assert_eq(stamped(NG, 0, at(1, 1000000000)), -EINVAL);
    cr_assert_eq(stamped(NG, 0, at(1, UINT32_MAX)), -EINVAL);
}

/* A frame's own time is the recorder's business: clamped. */
Test(dump_times, times_of_frames_are_clamped)
{
    const int64_t last = UINT32_MAX * WEIR_NS_PER_S + 999999999;
    const struct weir_dump_time none = {.has_seconds = false};
    cr_assert_eq(stamped(NS, -1, none), 0);
    cr_assert_eq(stamped(NS, INT64_MIN, none), 0);
    cr_assert_eq(stamped(NS, INT64_MAX, none), last);
    cr_assert_eq(stamped(NG, -1, none), 0);
    cr_assert_eq(stamped(NG, INT64_MAX, none), INT64_MAX);
}

/* An interface whose times begin before 1970. */
Test(dump_times, early_times)
{
    const struct weir_iface early = {.linktype = 1,
                                     .epoch_ns = -100 * WEIR_NS_PER_S};
    struct weir_frame frame = {.iface = dump_rig_iface(&rig, &early)};
    const struct weir_dump_time before = at(-100, 5);
    const struct weir_dump_time too_early = at(-101, 5);
    dump_rig_start(&rig, "x", NG);
    dump_rig_put(&rig, &frame, &before);
    cr_assert_eq(dump_rig_try(&rig, &frame, &too_early), -ERANGE);
    dump_rig_end(&rig);
    struct test_file file = dump_rig_read("x");
    cr_assert_eq(file.records_count, 1);
    cr_assert_eq(file.records[0].time_ns, 5, "from the interface's epoch on");
    test_file_free(&file);
}

Test(dump_times, a_frame_without_a_time_gets_one)
{
    const struct weir_frame frame = {.flags = WEIR_FRAME_NO_TIME};
    const struct weir_dump_time half = at_fraction(500000000);
    dump_rig_start(&rig, "x", NG);
    dump_rig_put(&rig, &frame, NULL);
    dump_rig_put(&rig, &frame, &half);
    dump_rig_end(&rig);
    struct test_file file = dump_rig_read("x");
    cr_assert(file.records[0].simple);
    cr_assert(!file.records[1].simple);
    cr_assert_eq(file.records[1].time_ns, 500000000);
    test_file_free(&file);
}

Test(dump_times, bytes_have_a_header_of_now)
{
    const uint8_t data[] = {1, 2, 3};
    const struct weir_dump_time half = at_fraction(500000000);
    const struct weir_dump_time then = at(1, 2);
    const int64_t before_ns = weir_clock_real_ns();
    dump_rig_start(&rig, "x", NS);
    cr_assert_eq(weir_dump_bytes(&rig.dump, data, 3, NULL, &rig.err), 0);
    cr_assert_eq(weir_dump_bytes(&rig.dump, data, 3, &half, &rig.err), 0);
    cr_assert_eq(weir_dump_bytes(&rig.dump, data, 3, &then, &rig.err), 0);
    cr_assert_eq(weir_dump_bytes(&rig.dump, NULL, 0, &then, &rig.err), 0);
    dump_rig_end(&rig);
    const int64_t after_ns = weir_clock_real_ns();
    struct test_file file = dump_rig_read("x");
    cr_assert_eq(file.records_count, 4);
    cr_assert(file.records[0].time_ns >= before_ns &&
              file.records[0].time_ns <= after_ns);
    cr_assert_eq(file.records[0].caplen, 3);
    cr_assert_eq(file.records[0].len, 3);
    cr_assert(memcmp(file.records[0].data, data, 3) == 0);
    cr_assert_eq(file.records[1].time_ns % WEIR_NS_PER_S, 500000000);
    cr_assert(file.records[1].time_ns / WEIR_NS_PER_S >=
              before_ns / WEIR_NS_PER_S);
    cr_assert_eq(file.records[2].time_ns, 1000000002);
    cr_assert_eq(file.records[3].len, 0);
    test_file_free(&file);
}
