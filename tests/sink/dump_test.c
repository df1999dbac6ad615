#include "sink/dump.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/linktype.h"
#include "tests/sink/dump_rig.h"
#include "tests/sink/frames.h"

#define PCAP WEIR_FORMAT_PCAP
#define NS   WEIR_FORMAT_PCAP_NS
#define NG   WEIR_FORMAT_PCAPNG

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

static void assert_bytes(const char *name, const uint8_t *want, size_t n)
{
    struct test_file file = dump_rig_read(name);
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
    dump_rig_start(&rig, "x.pcap", WEIR_FORMAT_NONE);
    dump_rig_put(&rig, &frame, NULL);
    dump_rig_put(&rig, &empty, NULL);
    dump_rig_end(&rig);
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
    dump_rig_start(&rig, "x.pcapng.pcap", WEIR_FORMAT_PCAP_NS);
    dump_rig_put(&rig, &frame, NULL);
    dump_rig_end(&rig);
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
    dump_rig_start(&rig, "x.pcapng", WEIR_FORMAT_NONE);
    dump_rig_put(&rig, &frame, NULL);
    frame = (struct weir_frame){
        .data = data, .caplen = 2, .len = 2, .flags = WEIR_FRAME_NO_TIME};
    dump_rig_put(&rig, &frame, NULL);
    dump_rig_end(&rig);
    struct test_file file = dump_rig_read("x.pcapng");
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
    dump_rig_start(&rig, name, format);
    for (uint32_t i = 0; i < 2000; i++) {
        const struct weir_frame frame = dump_rig_frame(i);
        dump_rig_put(&rig, &frame, NULL);
    }
    cr_assert_eq(weir_dump_count(&rig.dump, &given, &written, &rig.err), 0);
    cr_assert_eq(given, 2000);
    cr_assert(written > 0 && written < 2000);
    dump_rig_end(&rig);
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
    dump_rig_start(&rig, "x.pcap", WEIR_FORMAT_PCAP_NS);
    for (uint32_t i = 0; i < 10; i++) {
        const struct weir_frame frame = dump_rig_frame(i);
        dump_rig_put(&rig, &frame, NULL);
        cr_assert_eq(weir_dump_flush(&rig.dump, &rig.err), 0);
        dump_rig_same(test_path("x.pcap"), i + 1, 1);
    }
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
        dump_rig_end(&rig);
        struct test_file file = dump_rig_read(names[i].name);
        cr_assert_eq(file.pcapng, names[i].pcapng, "%s", names[i].name);
        test_file_free(&file);
        cr_assert_eq(unlink(test_path(names[i].name)), 0);
    }
}

Test(dump, a_pcap_is_of_one_link_type)
{
    const struct weir_iface raw = {.linktype = WEIR_LINKTYPE_RAW};
    const struct weir_iface ether = {.linktype = WEIR_LINKTYPE_ETHERNET};
    (void)dump_rig_iface(&rig, &raw);
    (void)dump_rig_iface(&rig, &ether);
    struct weir_frame frame = {.iface = 1};
    dump_rig_start(&rig, "x", PCAP);
    cr_assert_eq(dump_rig_try(&rig, &frame, NULL), -EINVAL);
    cr_assert(strstr(rig.err.text, "link type 101") != NULL, "%s",
              rig.err.text);
    frame.iface = 2;
    dump_rig_put(&rig, &frame, NULL);
    frame.iface = 3;
    cr_assert_eq(dump_rig_try(&rig, &frame, NULL), -EINVAL);
    dump_rig_end(&rig);
    struct test_file file = dump_rig_read("x");
    cr_assert_eq(file.records_count, 1);
    test_file_free(&file);
}

Test(dump, a_pcapng_declares_interfaces_as_they_come)
{
    const struct weir_iface raw = {.linktype = WEIR_LINKTYPE_RAW};
    struct weir_frame frame = {.time_ns = 1};
    dump_rig_start(&rig, "x", NG);
    dump_rig_put(&rig, &frame, NULL);
    frame.iface = dump_rig_iface(&rig, &raw);
    dump_rig_put(&rig, &frame, NULL);
    frame.iface = 2;
    cr_assert_eq(dump_rig_try(&rig, &frame, NULL), -EINVAL);
    (void)dump_rig_iface(&rig, &raw);
    dump_rig_end(&rig);
    struct test_file file = dump_rig_read("x");
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
    struct test_file file = dump_rig_read("x");
    cr_assert_eq(file.network, 1);
    test_file_free(&file);
    cr_assert_eq(weir_dump_open(&empty.dump, test_path("x"), NULL, NULL), 0);
    (void)dump_rig_iface(&empty,
                         &(struct weir_iface){.linktype = WEIR_LINKTYPE_RAW});
    cr_assert_eq(weir_dump_frame(&empty.dump, &frame, NULL, NULL), 0);
    dump_rig_close(&empty);
    file = dump_rig_read("x");
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
        dump_rig_end(&rig);
    }
    struct stat st;
    cr_assert(lstat("link", &st) == 0 && S_ISLNK(st.st_mode));
    cr_assert_neq(access("new", F_OK), 0);
}

Test(dump, opening_over_an_open_one_harms_nothing)
{
    const struct weir_frame frame = dump_rig_frame(0);
    dump_rig_start(&rig, "x", NS);
    dump_rig_put(&rig, &frame, NULL);
    cr_assert_eq(dump_rig_open_as(&rig, "y", NS), -EBUSY);
    cr_assert(strstr(rig.err.text, "not opened: the dump writes ") != NULL);
    cr_assert_eq(dump_rig_open_as(&rig, "x", NS), -EBUSY);
    cr_assert_neq(access(test_path("y"), F_OK), 0, "nothing was made");
    dump_rig_end(&rig);
    dump_rig_same(test_path("x"), 1, 1);
    dump_rig_start(&rig, "y", NS);
}

Test(dump, files_are_new_and_private)
{
    struct stat st;
    dump_rig_start(&rig, "x", PCAP);
    cr_assert_eq(stat(test_path("x"), &st), 0);
    cr_assert_eq(st.st_mode & 07777, 0600);
    const ino_t first = st.st_ino;
    /* As long as it is open it is ours. */
    struct dump_rig other;
    dump_rig_open(&other, mixed, 1);
    cr_assert_eq(weir_dump_open(&other.dump, test_path("x"), NULL, &other.err),
                 -EBUSY);
    dump_rig_end(&rig);
    cr_assert_eq(weir_dump_open(&other.dump, test_path("x"), NULL, &other.err),
                 0, "%s", other.err.text);
    cr_assert_eq(stat(test_path("x"), &st), 0);
    cr_assert_neq(st.st_ino, first, "it was replaced, not written over");
    dump_rig_close(&other);
}

Test(dump, the_input_is_refused)
{
    struct stat st;
    dump_rig_start(&rig, "x", PCAP);
    dump_rig_end(&rig);
    cr_assert_eq(stat(test_path("x"), &st), 0);
    rig.dump.owner.input = (struct weir_outfile_not){
        .set = true, .dev = st.st_dev, .ino = st.st_ino};
    cr_assert_eq(dump_rig_open_as(&rig, "x", PCAP), -EINVAL);
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
    dump_rig_put(&rig, &frame, NULL);
    dump_rig_end(&rig);
    dump_rig_same(test_path("x.pcapng"), 1, 1);
}
