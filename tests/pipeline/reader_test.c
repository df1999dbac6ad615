#include "pipeline/reader.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/pipeline/reader_rig.h"
#include "tests/sink/frames.h"

#define MANY 20000

static struct reader_rig rig;
static struct made made;

static void teardown(void)
{
    made_free(&made);
}

TestSuite(reader, .fini = teardown);

static void open_all(struct weir_reader_config config)
{
    cr_assert_eq(reader_rig_open(&rig, &made, made.n, config), 0, "%s",
                 rig.err.text);
}

static void open_plain(void)
{
    open_all((struct weir_reader_config){.path = NULL});
}

static uint64_t filtered(void)
{
    uint64_t n;
    cr_assert_eq(weir_reader_count(rig.reader, NULL, &n, NULL), 0);
    return n;
}

Test(reader, next_gives_each_frame_and_then_the_end)
{
    reader_rig_pcap(&made, MANY);
    open_plain();
    for (uint32_t i = 0; i < MANY; i++) {
        const struct weir_frame *frame = reader_rig_frame(&rig, i, 60);
        cr_assert_eq(frame->time_ns, i * WEIR_NS_PER_S);
        cr_assert_eq(frame->len, 60);
        cr_assert_eq(frame->iface, 0);
    }
    for (int i = 0; i < 3; i++)
        reader_rig_expect(&rig, WEIR_NEXT_END);
    uint64_t given;
    cr_assert_eq(weir_reader_count(rig.reader, &given, NULL, NULL), 0);
    cr_assert_eq(given, MANY);
    reader_rig_close(&rig);
    cr_assert_eq(weir_reader_close(&rig.reader, NULL), 0, "twice");
}

/* In any turn with next, which gives the rest of a batch one by one. */
Test(reader, batches)
{
    const struct weir_frame *frames;
    uint32_t count;
    uint32_t number = 0;
    reader_rig_pcap(&made, MANY);
    open_plain();
    while (number < MANY) {
        if (number % 3 == 0 && number + 5 < MANY)
            for (int i = 0; i < 5; i++)
                (void)reader_rig_frame(&rig, number++, 60);
        cr_assert_eq(
            weir_reader_next_batch(rig.reader, &frames, &count, &rig.err),
            WEIR_NEXT_FRAME);
        cr_assert(count >= 1 && count <= WEIR_READER_BATCH_MAX);
        /* They lie as they were read. */
        if (count > 1)
            cr_assert_eq(frames[1].data - frames[0].data, 76);
        for (uint32_t i = 0; i < count; i++, number++)
            cr_assert(memcmp(frames[i].data, made_frame(number, 60), 60) == 0);
    }
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(weir_reader_next_batch(rig.reader, &frames, &count, NULL),
                     WEIR_NEXT_END);
        cr_assert(frames == NULL && count == 0);
    }
    reader_rig_close(&rig);
}

/* Two link types, two sections, and a frame without a time. */
static void make_mixed(void)
{
    struct made name = {0};
    const uint8_t nanoseconds = 9;
    made_option(&name, 2, "eth7", 4);
    made_option(&name, 9, &nanoseconds, 1);
    made_shb(&made);
    made_idb(&made, 1, 96, &name);
    made_epb(&made, 0, 1000000007, made_frame(0, 60), 60, 70, NULL);
    made_idb(&made, 101, 0, NULL);
    made_epb(&made, 1, 5, made_frame(1, 50), 50, 50, NULL);
    made_spb(&made, made_frame(2, 40), 40, 40);
    made_shb(&made);
    made_idb(&made, 228, 0, NULL);
    made_epb(&made, 0, 6, made_frame(3, 30), 30, 30, NULL);
    made_free(&name);
}

Test(reader, interfaces_of_a_pcapng)
{
    struct weir_reader_iface iface;
    make_mixed();
    open_plain();
    cr_assert_eq(weir_reader_ifaces(rig.reader, NULL), 1);
    cr_assert_eq(weir_reader_iface(rig.reader, 0, &iface, NULL), 0);
    cr_assert_str_eq(iface.name, "eth7");
    cr_assert_eq(iface.linktype, 1);
    cr_assert_eq(iface.snaplen, 96);
    cr_assert_eq(iface.tsresol, 9);
    const struct weir_frame *frame = reader_rig_frame(&rig, 0, 60);
    cr_assert_eq(frame->time_ns, 1000000007);
    cr_assert_eq(frame->len, 70);
    frame = reader_rig_frame(&rig, 1, 50);
    cr_assert_eq(frame->iface, 1);
    cr_assert_eq(frame->time_ns, 5000);
    cr_assert_eq(weir_reader_iface(rig.reader, 1, &iface, NULL), 0);
    cr_assert_eq(iface.linktype, 101);
    cr_assert_eq(iface.tsresol, 6);
    cr_assert_str_eq(iface.name, "");
    frame = reader_rig_frame(&rig, 2, 40);
    cr_assert_eq(frame->flags, WEIR_FRAME_NO_TIME);
    frame = reader_rig_frame(&rig, 3, 30);
    cr_assert_eq(frame->iface, 2);
    reader_rig_expect(&rig, WEIR_NEXT_END);
    cr_assert_eq(weir_reader_ifaces(rig.reader, NULL), 3);
    cr_assert_eq(weir_reader_iface(rig.reader, 3, &iface, &rig.err), -ENOENT);
    cr_assert(strstr(rig.err.text, "interface 3: 3 are known") != NULL);
    reader_rig_close(&rig);
}

Test(reader, an_empty_pcapng_ends_at_once)
{
    made_shb(&made);
    open_plain();
    cr_assert_eq(weir_reader_ifaces(rig.reader, NULL), 0);
    reader_rig_expect(&rig, WEIR_NEXT_END);
    cr_assert_eq(weir_reader_filter(rig.reader, "tcp port 80", &rig.err), 0);
    cr_assert_eq(weir_reader_filter(rig.reader, "tcp prot 80", &rig.err),
                 -EINVAL);
    reader_rig_close(&rig);
}

/* The frame at byte 60 of every third is an ARP frame, all are broadcasts. */
static void make_filterable(uint32_t n)
{
    uint8_t data[60] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    made_pcap(&made, 0xa1b2c3d4, 4, 0, 1);
    for (uint32_t i = 0; i < n; i++) {
        data[12] = 0x08;
        data[13] = i % 3 == 0 ? 0x06 : 0x00;
        made_record(&made, i, 0, data, 60, 60);
    }
}

static int64_t next_second(void)
{
    const struct weir_frame *frame;
    const int rc = weir_reader_next(rig.reader, &frame, &rig.err);
    if (rc != WEIR_NEXT_FRAME)
        return -rc;
    return frame->time_ns / WEIR_NS_PER_S;
}

Test(reader, a_filter_holds_from_the_next_frame_on)
{
    make_filterable(1000);
    open_plain();
    cr_assert_eq(next_second(), 0);
    cr_assert_eq(next_second(), 1);
    cr_assert_eq(weir_reader_filter(rig.reader, "arp", &rig.err), 0, "%s",
                 rig.err.text);
    for (uint32_t i = 3; i < 600; i += 3)
        cr_assert_eq(next_second(), i);
    cr_assert_eq(weir_reader_filter(rig.reader, "not arp", &rig.err), 0);
    cr_assert_eq(next_second(), 598);
    cr_assert_eq(next_second(), 599);
    cr_assert_eq(weir_reader_filter(rig.reader, NULL, &rig.err), 0);
    cr_assert_eq(next_second(), 600);
    cr_assert_eq(next_second(), 601);
    const uint64_t before = filtered();
    cr_assert_eq(weir_reader_filter(rig.reader, "tcp port 7", &rig.err), 0);
    cr_assert_eq(next_second(), -WEIR_NEXT_END);
    cr_assert_eq(filtered() - before, 398);
    reader_rig_close(&rig);
}

Test(reader, a_filter_at_open_and_in_batches)
{
    const struct weir_frame *frames;
    uint32_t count;
    uint32_t i = 0;
    int rc;
    make_filterable(1000);
    open_all((struct weir_reader_config){.filter = "arp"});
    while ((rc = weir_reader_next_batch(rig.reader, &frames, &count, NULL)) ==
           WEIR_NEXT_FRAME)
        for (uint32_t k = 0; k < count; k++, i += 3)
            cr_assert_eq(frames[k].time_ns, i * WEIR_NS_PER_S);
    cr_assert_eq(rc, WEIR_NEXT_END);
    cr_assert_eq(i, 1002);
    cr_assert_eq(filtered(), 666);
    reader_rig_close(&rig);
}

Test(reader, a_wrong_filter_changes_nothing)
{
    make_filterable(10);
    open_all((struct weir_reader_config){.filter = "arp"});
    cr_assert_eq(weir_reader_filter(rig.reader, "tcp prot 80", &rig.err),
                 -EINVAL);
    cr_assert(strstr(rig.err.text, "filter 'tcp prot 80': ") != NULL, "%s",
              rig.err.text);
    cr_assert_eq(weir_reader_filter(rig.reader, "inbound", &rig.err), -ENOTSUP,
                 "%s", rig.err.text);
    cr_assert_eq(next_second(), 0);
    cr_assert_eq(next_second(), 3);
    reader_rig_close(&rig);
    cr_assert_eq(reader_rig_open(&rig, &made, made.n,
                                 (struct weir_reader_config){.filter = "(("}),
                 -EINVAL);
    cr_assert_null(rig.reader);
    close(rig.fd);
}

/* Each link type has its own program; one that comes later and has none takes
 * no frame, and is no error. */
Test(reader, filters_of_several_link_types)
{
    make_mixed();
    open_all((struct weir_reader_config){.filter = "ether host 1:2:3:4:5:6"});
    reader_rig_expect(&rig, WEIR_NEXT_END);
    cr_assert_eq(filtered(), 4);
    cr_assert_eq(
        weir_reader_filter(rig.reader, "ether host 1:2:3:4:5:6", &rig.err),
        -EINVAL, "a link type that is known does not have it");
    reader_rig_close(&rig);
    open_all((struct weir_reader_config){.filter = "len >= 0"});
    for (int i = 0; i < 4; i++)
        reader_rig_expect(&rig, WEIR_NEXT_FRAME);
    reader_rig_expect(&rig, WEIR_NEXT_END);
    reader_rig_close(&rig);
}

/* At every length: all whole frames, then the end or an error that stays. */
Test(reader, files_that_are_cut_off)
{
    char want[160];
    reader_rig_pcap(&made, 3);
    for (size_t n = 24; n < made.n; n++) {
        const uint32_t whole = (uint32_t)(n - 24) / 76;
        const size_t offset = 24 + whole * (size_t)76;
        cr_assert_eq(reader_rig_open(&rig, &made, n,
                                     (struct weir_reader_config){.path = NULL}),
                     0);
        for (uint32_t i = 0; i < whole; i++)
            (void)reader_rig_frame(&rig, i, 60);
        snprintf(want, sizeof want,
                 "%s: cut off in the record at offset %zu (frame %u)", rig.path,
                 offset, whole + 1);
        for (int i = 0; i < 3; i++) {
            reader_rig_expect(&rig, n == offset ? WEIR_NEXT_END : -EBADMSG);
            if (n != offset)
                cr_assert(strncmp(rig.err.text, want, strlen(want)) == 0, "%s",
                          rig.err.text);
        }
        reader_rig_close(&rig);
    }
    for (size_t n = 0; n < 24; n++) {
        cr_assert_eq(reader_rig_open(&rig, &made, n,
                                     (struct weir_reader_config){.path = NULL}),
                     -EBADMSG);
        close(rig.fd);
    }
}

static void assert_copied(const char *name, enum weir_format format)
{
    const struct weir_frame *frame;
    const struct weir_dump_config config = {.format = format};
    open_plain();
    struct weir_dump *dump = weir_reader_dump(rig.reader);
    cr_assert_eq(weir_dump_open(dump, test_path(name), &config, &rig.err), 0,
                 "%s", rig.err.text);
    while (weir_reader_next(rig.reader, &frame, NULL) == WEIR_NEXT_FRAME)
        cr_assert_eq(weir_dump_frame(dump, frame, NULL, &rig.err), 0, "%s",
                     rig.err.text);
    /* The reader's close is the dump's. */
    reader_rig_close(&rig);
}

Test(reader, a_dumped_pcap_is_the_same_file)
{
    struct test_file file;
    test_dir();
    made_pcap(&made, 0xa1b2c3d4, 4, 262144, 1);
    for (uint32_t i = 0; i < MANY; i++)
        made_record(&made, i, i % 1000000, made_frame(i, i % 300), i % 300,
                    i % 300 + i % 2);
    assert_copied("x", WEIR_FORMAT_PCAP);
    cr_assert(test_file_read(&file, test_path("x")));
    cr_assert_eq(file.size, made.n);
    cr_assert(memcmp(file.bytes, made.bytes, made.n) == 0);
    test_file_free(&file);
    test_dir_remove();
}

Test(reader, a_dumped_pcapng_has_its_interfaces)
{
    struct test_file file;
    test_dir();
    make_mixed();
    assert_copied("x", WEIR_FORMAT_PCAPNG);
    cr_assert(test_file_read(&file, test_path("x")));
    cr_assert_eq(file.records_count, 4);
    cr_assert_eq(file.ifaces, 3);
    cr_assert_str_eq(file.name, "eth7");
    cr_assert_eq(file.snaplen, 96);
    cr_assert_eq(file.records[0].time_ns, 1000000007);
    cr_assert_eq(file.records[1].iface, 1);
    cr_assert(file.records[2].simple);
    cr_assert_eq(file.records[3].iface, 2);
    test_file_free(&file);
    test_dir_remove();
}

/* What one file holds may be written over another, but not over itself. */
Test(reader, its_own_file_is_refused)
{
    struct weir_reader *reader = NULL;
    test_dir();
    reader_rig_pcap(&made, 3);
    int fd = open(test_path("in"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    cr_assert_eq(write(fd, made.bytes, made.n), (ssize_t)made.n);
    close(fd);
    cr_assert_eq(symlink(test_path("in"), test_path("link")), 0);
    const struct weir_reader_config config = {.path = test_path("in")};
    cr_assert_eq(weir_reader_open(&reader, &config, &rig.err), 0);
    struct weir_dump *dump = weir_reader_dump(reader);
    cr_assert_eq(weir_dump_open(dump, test_path("in"), NULL, &rig.err),
                 -EINVAL);
    cr_assert_eq(weir_dump_open(dump, test_path("link"), NULL, &rig.err),
                 -EINVAL);
    cr_assert_eq(weir_reader_close(&reader, NULL), 0);
    struct test_file file;
    cr_assert(test_file_read(&file, test_path("in")));
    cr_assert_eq(file.size, made.n);
    test_file_free(&file);
    test_dir_remove();
}
