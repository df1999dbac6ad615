#include "sink/dump.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/linktype.h"
#include "tests/sink/dump_rig.h"
#include "tests/sink/frames.h"

static struct dump_rig rig;
static const uint16_t mixed[] = {WEIR_LINKTYPE_ETHERNET, WEIR_LINKTYPE_RAW,
                                 WEIR_LINKTYPE_ETHERNET};

static void setup(void)
{
    test_dir();
    dump_rig_open(&rig, mixed, 1);
}

static void teardown(void)
{
    dump_rig_close(&rig);
    test_dir_remove();
}

TestSuite(dump, .init = setup, .fini = teardown);

static int open_as(const char *name, enum weir_format format)
{
    const struct weir_dump_config config = {.format = format};
    return weir_dump_open(&rig.dump, test_path(name), &config, &rig.err);
}

static void open_well(const char *name, enum weir_format format)
{
    cr_assert_eq(open_as(name, format), 0, "%s", rig.err.text);
}

static int dump(const struct weir_frame *frame,
                const struct weir_dump_time *time)
{
    return weir_dump_frame(&rig.dump, frame, time, &rig.err);
}

static void dump_well(const struct weir_frame *frame,
                      const struct weir_dump_time *time)
{
    cr_assert_eq(dump(frame, time), 0, "%s", rig.err.text);
}

static void close_well(void)
{
    cr_assert_eq(weir_dump_close(&rig.dump, &rig.err), 0, "%s", rig.err.text);
}

static struct test_file read_well(const char *name)
{
    struct test_file file;
    cr_assert(test_file_read(&file, test_path(name)));
    return file;
}

static void assert_bytes(const char *name, const uint8_t *want, size_t n)
{
    struct test_file file = read_well(name);
    cr_assert_eq(file.size, n);
    cr_assert(memcmp(file.bytes, want, n) == 0);
    test_file_free(&file);
}

/* This machine's byte order is the file's; these are little-endian. */
Test(dump, golden_pcap)
{
    static const uint8_t want[] = {
        0xd4,
        0xc3,
        0xb2,
        0xa1,
        2,
        0,
        4,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        4,
        0,
        1,
        0,
        0,
        0, /* record */
        1,
        0,
        0,
        0,
        3,
        0,
        0,
        0,
        2,
        0,
        0,
        0,
        9,
        0,
        0,
        0,
        7,
        8,
        /* record */
        2,
        0,
        0,
        0,
        0x3f,
        0x42,
        0x0f,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
    };
    const uint8_t data[] = {7, 8};
    const struct weir_frame frame = {
        .data = data, .time_ns = 1000003999, .caplen = 2, .len = 9};
    const struct weir_frame empty = {.time_ns = 2999999999};
    open_well("x.pcap", WEIR_FORMAT_NONE);
    dump_well(&frame, NULL);
    dump_well(&empty, NULL);
    close_well();
    assert_bytes("x.pcap", want, sizeof want);
}

Test(dump, golden_pcap_ns)
{
    static const uint8_t want[] = {
        0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        4,    0,    1,    0,    0, 0, /* record */
        1,    0,    0,    0,    4, 0, 0, 0, 2, 0, 0, 0, 9, 0, 0, 0, 7, 8,
    };
    const uint8_t data[] = {7, 8};
    const struct weir_frame frame = {
        .data = data, .time_ns = 1000000004, .caplen = 2, .len = 9};
    open_well("x.pcapng.pcap", WEIR_FORMAT_PCAP_NS);
    dump_well(&frame, NULL);
    close_well();
    assert_bytes("x.pcapng.pcap", want, sizeof want);
}

/* An Enhanced Packet Block with a direction, and a Simple one; what stands
 * before them is the section's, whose tests these are not. */
Test(dump, golden_pcapng)
{
    static const uint8_t want[] = {
        6, 0, 0, 0, 48, 0, 0,  0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0,  0, 2, 0,  0,
        0, 9, 0, 0, 0,  7, 8,  0, 0, 2, 0, 4, 0, 1, 0, 0, 0, 0, 0,  0, 0, 48, 0,
        0, 0, 3, 0, 0,  0, 20, 0, 0, 0, 2, 0, 0, 0, 7, 8, 0, 0, 20, 0, 0, 0,
    };
    const uint8_t data[] = {7, 8};
    struct weir_frame frame = {.data = data,
                               .time_ns = 4,
                               .caplen = 2,
                               .len = 9,
                               .flags = WEIR_FRAME_INBOUND};
    open_well("x.pcapng", WEIR_FORMAT_NONE);
    dump_well(&frame, NULL);
    frame = (struct weir_frame){
        .data = data, .caplen = 2, .len = 2, .flags = WEIR_FRAME_NO_TIME};
    dump_well(&frame, NULL);
    close_well();
    struct test_file file = read_well("x.pcapng");
    cr_assert(file.pcapng);
    cr_assert_eq(file.ifaces, 1);
    cr_assert_eq(file.records_count, 2);
    cr_assert_eq(file.size, file.records[0].offset + sizeof want);
    cr_assert(memcmp(file.bytes + file.records[0].offset, want, sizeof want) ==
              0);
    test_file_free(&file);
}

/* More than the buffer holds, so that it is written in between. */
static void assert_all(const char *name, enum weir_format format,
                       int64_t unit_ns)
{
    uint64_t given = 0;
    uint64_t written = 0;
    open_well(name, format);
    for (uint32_t i = 0; i < 2000; i++) {
        const struct weir_frame frame = dump_rig_frame(i);
        dump_well(&frame, NULL);
    }
    cr_assert_eq(weir_dump_count(&rig.dump, &given, &written, &rig.err), 0);
    cr_assert_eq(given, 2000);
    cr_assert(written > 0 && written < 2000);
    close_well();
    cr_assert_eq(weir_dump_count(&rig.dump, &given, &written, &rig.err), 0);
    cr_assert_eq(written, 2000);
    dump_rig_same(test_path(name), 2000, unit_ns);
}

Test(dump, libpcap_reads_what_was_given)
{
    assert_all("x.pcap", WEIR_FORMAT_PCAP, 1000);
    assert_all("x.pcap", WEIR_FORMAT_PCAP_NS, 1);
    assert_all("x.pcap", WEIR_FORMAT_PCAPNG, 1);
}

Test(dump, flush_brings_all_to_the_file)
{
    open_well("x.pcap", WEIR_FORMAT_PCAP_NS);
    for (uint32_t i = 0; i < 10; i++) {
        const struct weir_frame frame = dump_rig_frame(i);
        dump_well(&frame, NULL);
        cr_assert_eq(weir_dump_flush(&rig.dump, &rig.err), 0);
        dump_rig_same(test_path("x.pcap"), i + 1, 1);
    }
}

/* Returns the time that is in the file then, or -errno. */
static int64_t stamped(enum weir_format format, int64_t time_ns,
                       struct weir_dump_time time)
{
    const struct weir_frame frame = {.time_ns = time_ns};
    open_well("t", format);
    const int rc = dump(&frame, &time);
    close_well();
    struct test_file file = read_well("t");
    const int64_t found = rc != 0 ? rc : file.records[0].time_ns;
    cr_assert_eq(file.records_count, rc == 0 ? 1 : 0);
    test_file_free(&file);
    return found;
}

#define PCAP WEIR_FORMAT_PCAP
#define NS   WEIR_FORMAT_PCAP_NS
#define NG   WEIR_FORMAT_PCAPNG

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

Test(dump, times_are_overridden_apart)
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

Test(dump, times_that_a_file_cannot_have)
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
Test(dump, times_of_frames_are_clamped)
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
Test(dump, early_times)
{
    const struct weir_iface early = {.linktype = 1,
                                     .epoch_ns = -100 * WEIR_NS_PER_S};
    struct weir_frame frame = {.iface = dump_rig_iface(&rig, &early)};
    const struct weir_dump_time before = at(-100, 5);
    const struct weir_dump_time too_early = at(-101, 5);
    open_well("x", NG);
    dump_well(&frame, &before);
    cr_assert_eq(dump(&frame, &too_early), -ERANGE);
    close_well();
    struct test_file file = read_well("x");
    cr_assert_eq(file.records_count, 1);
    cr_assert_eq(file.records[0].time_ns, 5, "from the interface's epoch on");
    test_file_free(&file);
}

Test(dump, a_frame_without_a_time_gets_one)
{
    const struct weir_frame frame = {.flags = WEIR_FRAME_NO_TIME};
    const struct weir_dump_time half = at_fraction(500000000);
    open_well("x", NG);
    dump_well(&frame, NULL);
    dump_well(&frame, &half);
    close_well();
    struct test_file file = read_well("x");
    cr_assert(file.records[0].simple);
    cr_assert(!file.records[1].simple);
    cr_assert_eq(file.records[1].time_ns, 500000000);
    test_file_free(&file);
}

Test(dump, bytes_have_a_header_of_now)
{
    const uint8_t data[] = {1, 2, 3};
    const struct weir_dump_time half = at_fraction(500000000);
    const struct weir_dump_time then = at(1, 2);
    const int64_t before_ns = weir_clock_real_ns();
    open_well("x", NS);
    cr_assert_eq(weir_dump_bytes(&rig.dump, data, 3, NULL, &rig.err), 0);
    cr_assert_eq(weir_dump_bytes(&rig.dump, data, 3, &half, &rig.err), 0);
    cr_assert_eq(weir_dump_bytes(&rig.dump, data, 3, &then, &rig.err), 0);
    cr_assert_eq(weir_dump_bytes(&rig.dump, NULL, 0, &then, &rig.err), 0);
    close_well();
    const int64_t after_ns = weir_clock_real_ns();
    struct test_file file = read_well("x");
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

Test(dump, the_format_goes_by_the_name)
{
    static const struct {
        const char *name;
        bool pcapng;
    } names[] = {{"a.pcapng", true},
                 {".pcapng", true},
                 {"pcapng", false},
                 {"a.pcapng.1", false},
                 {"a", false}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        cr_assert_eq(
            weir_dump_open(&rig.dump, test_path(names[i].name), NULL, NULL), 0);
        close_well();
        struct test_file file = read_well(names[i].name);
        cr_assert_eq(file.pcapng, names[i].pcapng, "%s", names[i].name);
        test_file_free(&file);
        cr_assert_eq(unlink(test_path(names[i].name)), 0);
    }
}

Test(dump, lengths_that_no_frame_has)
{
    static const uint8_t zeros[600 * 1024];
    struct weir_frame frame = {.data = zeros, .caplen = 262144, .len = 262144};
    for (enum weir_format format = PCAP; format <= NG; format++) {
        open_well("x", format);
        frame.caplen = frame.len = 262144;
        dump_well(&frame, NULL);
        frame.caplen = frame.len = 262145;
        cr_assert_eq(dump(&frame, NULL), -EMSGSIZE);
        frame.caplen = frame.len = UINT32_MAX;
        cr_assert_eq(dump(&frame, NULL), -EMSGSIZE);
        frame.caplen = 100;
        frame.len = 99;
        cr_assert_eq(dump(&frame, NULL), -EINVAL);
        frame.caplen = 0;
        frame.len = UINT32_MAX;
        dump_well(&frame, NULL);
        cr_assert_eq(weir_dump_bytes(&rig.dump, zeros, 262145, NULL, &rig.err),
                     -EMSGSIZE);
        cr_assert_eq(
            weir_dump_bytes(&rig.dump, zeros, (size_t)1 << 32, NULL, &rig.err),
            -EMSGSIZE);
        close_well();
        struct test_file file = read_well("x");
        cr_assert_eq(file.records_count, 2);
        test_file_free(&file);
    }
}

/* What a file holds is written as it is. */
Test(dump, lengths_as_read)
{
    static const uint8_t zeros[600 * 1024];
    struct weir_frame frame = {.data = zeros, .caplen = 100, .len = 99};
    rig.dump.owner.as_read = true;
    rig.dump.owner.snaplen = 64;
    open_well("x", NG);
    dump_well(&frame, NULL);
    frame.caplen = frame.len = 327680;
    dump_well(&frame, NULL);
    frame.caplen = frame.len = UINT32_MAX;
    cr_assert_eq(dump(&frame, NULL), -EMSGSIZE);
    close_well();
    struct test_file file = read_well("x");
    cr_assert_eq(file.records_count, 2);
    cr_assert_eq(file.records[0].caplen, 100);
    cr_assert_eq(file.records[0].len, 99);
    test_file_free(&file);
    open_well("x", PCAP);
    frame.caplen = frame.len = 262145;
    cr_assert_eq(dump(&frame, NULL), -EMSGSIZE, "libpcap would not read on");
    close_well();
    const struct weir_dump_config less = {.snaplen = 50};
    cr_assert_eq(weir_dump_open(&rig.dump, test_path("x"), &less, &rig.err), 0);
    frame.caplen = 51;
    cr_assert_eq(dump(&frame, NULL), -EMSGSIZE);
}

static uint32_t snaplen_in_file(uint32_t of_iface, uint32_t of_handle,
                                uint32_t asked)
{
    const struct weir_dump_config config = {.snaplen = asked};
    rig.ifaces->at[0].snaplen = of_iface;
    rig.dump.owner.snaplen = of_handle;
    cr_assert_eq(weir_dump_open(&rig.dump, test_path("x"), &config, &rig.err),
                 0);
    static const uint8_t zeros[200];
    if (of_iface + of_handle + asked > 0) {
        cr_assert_eq(weir_dump_bytes(&rig.dump, zeros, 96, NULL, NULL), 0);
        cr_assert_eq(weir_dump_bytes(&rig.dump, zeros, 97, NULL, &rig.err),
                     -EMSGSIZE);
        cr_assert(strstr(rig.err.text, "snapshot length is 96") != NULL);
    }
    close_well();
    struct test_file file = read_well("x");
    const uint32_t snaplen = file.snaplen;
    test_file_free(&file);
    return snaplen;
}

Test(dump, the_snapshot_length_is_in_the_header)
{
    cr_assert_eq(snaplen_in_file(0, 0, 0), 262144);
    cr_assert_eq(snaplen_in_file(96, 0, 0), 96);
    cr_assert_eq(snaplen_in_file(0, 96, 0), 96);
    cr_assert_eq(snaplen_in_file(0, 0, 96), 96);
    cr_assert_eq(snaplen_in_file(200, 100, 96), 96);
    cr_assert_eq(snaplen_in_file(96, 100, 200), 96);
}

Test(dump, a_pcap_is_of_one_link_type)
{
    const struct weir_iface raw = {.linktype = WEIR_LINKTYPE_RAW};
    const struct weir_iface ether = {.linktype = WEIR_LINKTYPE_ETHERNET};
    (void)dump_rig_iface(&rig, &raw);
    (void)dump_rig_iface(&rig, &ether);
    struct weir_frame frame = {.iface = 1};
    open_well("x", PCAP);
    cr_assert_eq(dump(&frame, NULL), -EINVAL);
    cr_assert(strstr(rig.err.text, "link type 101") != NULL, "%s",
              rig.err.text);
    frame.iface = 2;
    dump_well(&frame, NULL);
    frame.iface = 3;
    cr_assert_eq(dump(&frame, NULL), -EINVAL);
    close_well();
    struct test_file file = read_well("x");
    cr_assert_eq(file.records_count, 1);
    test_file_free(&file);
}

Test(dump, a_pcapng_declares_interfaces_as_they_come)
{
    const struct weir_iface raw = {.linktype = WEIR_LINKTYPE_RAW};
    struct weir_frame frame = {.time_ns = 1};
    open_well("x", NG);
    dump_well(&frame, NULL);
    frame.iface = dump_rig_iface(&rig, &raw);
    dump_well(&frame, NULL);
    frame.iface = 2;
    cr_assert_eq(dump(&frame, NULL), -EINVAL);
    (void)dump_rig_iface(&rig, &raw);
    close_well();
    struct test_file file = read_well("x");
    cr_assert_eq(file.ifaces, 3, "also that of which no frame came");
    cr_assert_eq(file.records_count, 2);
    cr_assert_eq(file.records[0].iface, 0);
    cr_assert_eq(file.records[1].iface, 1);
    test_file_free(&file);
}

/* A handle that does not know its interface yet. */
Test(dump, no_interface_at_open)
{
    const struct weir_frame frame = {.time_ns = 1};
    struct dump_rig empty;
    dump_rig_open(&empty, NULL, 0);
    cr_assert_eq(weir_dump_open(&empty.dump, test_path("x"), NULL, NULL), 0);
    cr_assert_eq(weir_dump_frame(&empty.dump, &frame, NULL, NULL), -EINVAL);
    cr_assert_eq(weir_dump_close(&empty.dump, NULL), 0);
    struct test_file file = read_well("x");
    cr_assert_eq(file.network, 1);
    test_file_free(&file);
    cr_assert_eq(weir_dump_open(&empty.dump, test_path("x"), NULL, NULL), 0);
    (void)dump_rig_iface(&empty,
                         &(struct weir_iface){.linktype = WEIR_LINKTYPE_RAW});
    cr_assert_eq(weir_dump_frame(&empty.dump, &frame, NULL, NULL), 0);
    dump_rig_close(&empty);
    file = read_well("x");
    cr_assert_eq(file.network, 101);
    cr_assert_eq(file.records_count, 1);
    test_file_free(&file);
}

/* By its name as it was given, be it there already or not; and through a link
 * by that of the file. */
Test(dump, a_file_is_named_as_it_was_given)
{
    char text[256];
    cr_assert_eq(chdir(test_path("")), 0);
    cr_assert_eq(symlink("old", "link"), 0);
    static const char *const paths[] = {"old", "old", "./old", "link"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        cr_assert_eq(weir_dump_open(&rig.dump, paths[i], NULL, &rig.err), 0,
                     "%s", rig.err.text);
        cr_assert_eq(weir_dump_open(&rig.dump, "new", NULL, &rig.err), -EBUSY);
        snprintf(text, sizeof text, "new: not opened: the dump writes %s",
                 i < 3 ? paths[i] : "/");
        cr_assert_eq(strncmp(rig.err.text, text, strlen(text)), 0, "%s",
                     rig.err.text);
        close_well();
    }
    struct stat st;
    cr_assert(lstat("link", &st) == 0 && S_ISLNK(st.st_mode));
    cr_assert_neq(access("new", F_OK), 0);
}

Test(dump, opening_over_an_open_one_harms_nothing)
{
    const struct weir_frame frame = dump_rig_frame(0);
    open_well("x", NS);
    dump_well(&frame, NULL);
    cr_assert_eq(open_as("y", NS), -EBUSY);
    cr_assert(strstr(rig.err.text, "not opened: the dump writes ") != NULL);
    cr_assert_eq(open_as("x", NS), -EBUSY);
    cr_assert_neq(access(test_path("y"), F_OK), 0, "nothing was made");
    close_well();
    dump_rig_same(test_path("x"), 1, 1);
    open_well("y", NS);
}

Test(dump, files_are_new_and_private)
{
    struct stat st;
    open_well("x", PCAP);
    cr_assert_eq(stat(test_path("x"), &st), 0);
    cr_assert_eq(st.st_mode & 07777, 0600);
    const ino_t first = st.st_ino;
    /* As long as it is open it is ours. */
    struct dump_rig other;
    dump_rig_open(&other, mixed, 1);
    cr_assert_eq(weir_dump_open(&other.dump, test_path("x"), NULL, &other.err),
                 -EBUSY);
    close_well();
    cr_assert_eq(weir_dump_open(&other.dump, test_path("x"), NULL, &other.err),
                 0, "%s", other.err.text);
    cr_assert_eq(stat(test_path("x"), &st), 0);
    cr_assert_neq(st.st_ino, first, "it was replaced, not written over");
    dump_rig_close(&other);
}

Test(dump, the_input_is_refused)
{
    struct stat st;
    open_well("x", PCAP);
    close_well();
    cr_assert_eq(stat(test_path("x"), &st), 0);
    rig.dump.owner.input = (struct weir_outfile_not){
        .set = true, .dev = st.st_dev, .ino = st.st_ino};
    cr_assert_eq(open_as("x", PCAP), -EINVAL);
    cr_assert(strstr(rig.err.text, "is the input file") != NULL);
    cr_assert_eq(access(test_path("x"), F_OK), 0);
    cr_assert_eq(weir_dump_is_open(&rig.dump, NULL), 0);
}

Test(dump, sync_and_live)
{
    const struct weir_dump_config config = {.sync = true};
    rig.dump.owner.live = true;
    cr_assert_eq(
        weir_dump_open(&rig.dump, test_path("x.pcapng"), &config, &rig.err), 0);
    const struct weir_frame frame = dump_rig_frame(0);
    dump_well(&frame, NULL);
    close_well();
    dump_rig_same(test_path("x.pcapng"), 1, 1);
}
