#include "pipeline/writer.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "tests/sink/frames.h"

static struct weir_err err;

static void setup(void)
{
    test_dir();
}

TestSuite(writer, .init = setup, .fini = test_dir_remove);

static struct weir_writer *open_well(const struct weir_writer_config *config)
{
    struct weir_writer *writer = NULL;
    cr_assert_eq(weir_writer_open(&writer, config, &err), 0, "%s", err.text);
    cr_assert_not_null(writer);
    return writer;
}

static void close_well(struct weir_writer **writer)
{
    cr_assert_eq(weir_writer_close(writer, &err), 0, "%s", err.text);
    cr_assert_null(*writer);
    cr_assert_eq(weir_writer_close(writer, &err), 0, "twice");
}

Test(writer, a_file_without_a_device)
{
    const struct weir_dump_time time = {.has_seconds = true,
                                        .has_fraction = true,
                                        .seconds = 3,
                                        .fraction_ns = 4000};
    const struct weir_writer_config config = {
        .linktype = 147, .snaplen = 100, .path = test_path("x.pcap")};
    struct weir_writer *writer = open_well(&config);
    struct weir_dump *dump = weir_writer_dump(writer);
    cr_assert_eq(weir_dump_is_open(dump, NULL), 1);
    cr_assert_eq(weir_dump_bytes(dump, "abc", 3, &time, &err), 0);
    close_well(&writer);
    struct test_file file;
    cr_assert(test_file_read(&file, test_path("x.pcap")));
    cr_assert_eq(file.network, 147);
    cr_assert_eq(file.snaplen, 100);
    cr_assert_eq(file.records_count, 1);
    cr_assert_eq(file.records[0].time_ns, 3000004000);
    cr_assert(memcmp(file.records[0].data, "abc", 3) == 0);
    test_file_free(&file);
}

Test(writer, any_link_type)
{
    static const uint16_t linktypes[] = {0, 1, 105, 276, 65535};
    for (size_t i = 0; i < sizeof linktypes / sizeof linktypes[0]; i++) {
        struct weir_writer_config config = {
            .linktype = linktypes[i],
            .name = "tap0",
            .path = test_path("x"),
            .dump = {.format = WEIR_FORMAT_PCAPNG},
        };
        struct test_file file;
        struct weir_writer *writer = open_well(&config);
        close_well(&writer);
        cr_assert(test_file_read(&file, test_path("x")));
        cr_assert_str_eq(file.name, "tap0");
        test_file_free(&file);
        config.dump.format = WEIR_FORMAT_PCAP_NS;
        writer = open_well(&config);
        close_well(&writer);
        cr_assert(test_file_read(&file, test_path("x")));
        cr_assert_eq(file.network, linktypes[i]);
        test_file_free(&file);
    }
}

Test(writer, several_files_one_after_the_other)
{
    const struct weir_writer_config config = {.linktype = 1};
    struct weir_writer *writer = open_well(&config);
    struct weir_dump *dump = weir_writer_dump(writer);
    cr_assert_eq(weir_dump_is_open(dump, NULL), 0, "no path was given");
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(weir_dump_open(dump, test_path("x"), NULL, &err), 0);
        cr_assert_eq(weir_dump_bytes(dump, "abc", 3, NULL, &err), 0);
        cr_assert_eq(weir_dump_close(dump, &err), 0);
    }
    close_well(&writer);
}

Test(writer, open_over_an_open_one)
{
    const struct weir_writer_config config = {.linktype = 1,
                                              .path = test_path("x")};
    struct weir_writer *writer = open_well(&config);
    const struct weir_writer *before = writer;
    cr_assert_eq(weir_writer_open(&writer, &config, &err), -EBUSY);
    cr_assert_eq(writer, before);
    cr_assert_eq(
        weir_dump_open(weir_writer_dump(writer), test_path("y"), NULL, &err),
        -EBUSY);
    cr_assert_eq(
        weir_dump_bytes(weir_writer_dump(writer), "abc", 3, NULL, &err), 0);
    close_well(&writer);
}

Test(writer, misuse)
{
    const struct weir_writer_config nowhere = {.linktype = 1,
                                               .path = test_path("no/x")};
    const struct weir_writer_config long_name = {
        .linktype = 1,
        .name = "0123456789012345678901234567890123456789012345678901234567890"
                "123",
    };
    struct weir_writer *writer = NULL;
    cr_assert_eq(weir_writer_open(NULL, &nowhere, &err), -EINVAL);
    cr_assert_eq(weir_writer_open(&writer, NULL, &err), -EINVAL);
    cr_assert_eq(weir_writer_open(&writer, &nowhere, &err), -ENOENT);
    cr_assert_eq(weir_writer_open(&writer, &long_name, &err), -ENAMETOOLONG);
    cr_assert_not_null(strstr(err.text, "name has at most 63 bytes: "));
    cr_assert_null(writer);
    cr_assert_null(weir_writer_dump(NULL));
    cr_assert_eq(weir_writer_close(NULL, NULL), 0);
    cr_assert_eq(weir_writer_close(&writer, NULL), 0);
}
