#include "sink/dump.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "tests/sink/dump_rig.h"
#include "tests/sink/frames.h"

#define PCAP WEIR_FORMAT_PCAP
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

TestSuite(dump_lengths, .init = setup, .fini = teardown);

Test(dump_lengths, lengths_that_no_frame_has)
{
    static const uint8_t zeros[600 * 1024];
    struct weir_frame frame = {.data = zeros, .caplen = 262144, .len = 262144};
    for (enum weir_format format = PCAP; format <= NG; format++) {
        dump_rig_start(&rig, "x", format);
        frame.caplen = frame.len = 262144;
        dump_rig_put(&rig, &frame, NULL);
        frame.caplen = frame.len = 262145;
        cr_assert_eq(dump_rig_try(&rig, &frame, NULL), -EMSGSIZE);
        frame.caplen = frame.len = UINT32_MAX;
        cr_assert_eq(dump_rig_try(&rig, &frame, NULL), -EMSGSIZE);
        frame.caplen = 100;
        frame.len = 99;
        cr_assert_eq(dump_rig_try(&rig, &frame, NULL), -EINVAL);
        frame.caplen = 0;
        frame.len = UINT32_MAX;
        dump_rig_put(&rig, &frame, NULL);
        cr_assert_eq(weir_dump_bytes(&rig.dump, zeros, 262145, NULL, &rig.err),
                     -EMSGSIZE);
        cr_assert_eq(
            weir_dump_bytes(&rig.dump, zeros, (size_t)1 << 32, NULL, &rig.err),
            -EMSGSIZE);
        dump_rig_end(&rig);
        struct test_file file = dump_rig_read("x");
        cr_assert_eq(file.records_count, 2);
        test_file_free(&file);
    }
}

/* What a file holds is written as it is. */
Test(dump_lengths, lengths_as_read)
{
    static const uint8_t zeros[600 * 1024];
    struct weir_frame frame = {.data = zeros, .caplen = 100, .len = 99};
    rig.dump.owner.as_read = true;
    rig.dump.owner.snaplen = 64;
    dump_rig_start(&rig, "x", NG);
    dump_rig_put(&rig, &frame, NULL);
    frame.caplen = frame.len = 327680;
    dump_rig_put(&rig, &frame, NULL);
    frame.caplen = frame.len = UINT32_MAX;
    cr_assert_eq(dump_rig_try(&rig, &frame, NULL), -EMSGSIZE);
    dump_rig_end(&rig);
    struct test_file file = dump_rig_read("x");
    cr_assert_eq(file.records_count, 2);
    cr_assert_eq(file.records[0].caplen, 100);
    cr_assert_eq(file.records[0].len, 99);
    test_file_free(&file);
    dump_rig_start(&rig, "x", PCAP);
    frame.caplen = frame.len = 262145;
    cr_assert_eq(dump_rig_try(&rig, &frame, NULL), -EMSGSIZE,
                 "libpcap would not read on");
    dump_rig_end(&rig);
    const struct weir_dump_config less = {.snaplen = 50};
    cr_assert_eq(weir_dump_open(&rig.dump, test_path("x"), &less, &rig.err), 0);
    frame.caplen = 51;
    cr_assert_eq(dump_rig_try(&rig, &frame, NULL), -EMSGSIZE);
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
    dump_rig_end(&rig);
    struct test_file file = dump_rig_read("x");
    const uint32_t snaplen = file.snaplen;
    test_file_free(&file);
    return snaplen;
}

Test(dump_lengths, the_snapshot_length_is_in_the_header)
{
    cr_assert_eq(snaplen_in_file(0, 0, 0), 262144);
    cr_assert_eq(snaplen_in_file(96, 0, 0), 96);
    cr_assert_eq(snaplen_in_file(0, 96, 0), 96);
    cr_assert_eq(snaplen_in_file(0, 0, 96), 96);
    cr_assert_eq(snaplen_in_file(200, 100, 96), 96);
    cr_assert_eq(snaplen_in_file(96, 100, 200), 96);
}
