#include "tests/sink/recording.h"

#include <criterion/criterion.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

uint8_t recording_data[256];
struct weir_frame recording_frames[RECORDING_FRAMES];
struct weir_ifaces *recording_ifaces;
struct weir_err recording_err;

void recording_setup(void)
{
    umask(022);
    setenv("TZ", "UTC", 1);
    tzset();
    recording_ifaces = test_ifaces(1, 0);
    for (uint32_t i = 0; i < 256; i++)
        recording_data[i] = (uint8_t)(i * 7);
    for (uint32_t i = 0; i < RECORDING_FRAMES; i++)
        recording_frames[i] = (struct weir_frame){
            .data = recording_data,
            .time_ns = RECORDING_BEGIN + i * INT64_C(1000000),
            .caplen = i % 256,
            .len = i % 256 + i % 3,
        };
}

void recording_teardown(void)
{
    free(recording_ifaces);
    test_dir_remove();
}

struct weir_sink *recording_open(struct weir_file_sink_config config)
{
    struct weir_sink *sink = NULL;
    config.ifaces = recording_ifaces;
    recording_err.text[0] = '\0';
    cr_assert_eq(weir_file_sink_open(&sink, &config, &recording_err), 0, "%s",
                 recording_err.text);
    cr_assert_str_eq(recording_err.text, "");
    return sink;
}

void recording_refused(struct weir_file_sink_config config, int code,
                       const char *text)
{
    struct weir_sink *sink = NULL;
    config.ifaces = recording_ifaces;
    cr_assert_eq(weir_file_sink_open(&sink, &config, &recording_err), code);
    cr_assert_null(sink);
    cr_assert_str_eq(recording_err.text, text);
}

/* Waits for the disk. */
static int settle(struct weir_sink *sink, const struct weir_batch *batch,
                  uint32_t *taken)
{
    for (;;) {
        struct weir_batch *back = NULL;
        int rc = sink->ops->settle(sink, &back, taken, &recording_err);
        if (back != NULL) {
            cr_assert_eq(back, batch);
            return rc;
        }
        struct pollfd wait = {.fd = sink->fd, .events = POLLIN};
        cr_assert_eq(poll(&wait, 1, 10000), 1, "the disk is silent");
    }
}

int recording_try(struct weir_sink *sink, enum weir_format format,
                  uint32_t from, uint32_t to, uint32_t *taken)
{
    struct weir_batch *batch =
        test_batch_with(format, recording_ifaces, recording_frames + from,
                        to - from, WEIR_CHUNK_BYTES_SPARE);
    int rc = sink->ops->write(sink, batch, to - from, taken, &recording_err);
    if (rc == WEIR_SINK_KEPT)
        rc = settle(sink, batch, taken);
    sink->facts.all.delivered += *taken;
    test_batch_free(batch);
    return rc;
}

void recording_write(struct weir_sink *sink, enum weir_format format,
                     uint32_t from, uint32_t to, uint32_t each)
{
    for (uint32_t i = from; i < to; i += each) {
        uint32_t end = to - i < each ? to : i + each;
        uint32_t taken = 0;
        cr_assert_eq(recording_try(sink, format, i, end, &taken), 0, "%s",
                     recording_err.text);
        cr_assert_eq(taken, end - i);
    }
}

void recording_end(struct weir_sink *sink)
{
    cr_assert_eq(sink->ops->finish(sink, &recording_err), 0, "%s",
                 recording_err.text);
    sink->ops->close(sink);
}

void recording_parsed(const struct test_file *file, uint32_t from, uint32_t to)
{
    cr_assert_eq(file->records_count, to - from, "%u records, not %u",
                 file->records_count, to - from);
    for (uint32_t i = from; i < to; i++) {
        const struct test_record *r = &file->records[i - from];
        cr_assert_eq(r->time_ns, recording_frames[i].time_ns);
        cr_assert_eq(r->caplen, recording_frames[i].caplen);
        cr_assert_eq(r->len, recording_frames[i].len);
        cr_assert_arr_eq(r->data, recording_data, r->caplen);
    }
}

void recording_holds(const char *name, uint32_t from, uint32_t to)
{
    struct test_file file;
    cr_assert(test_file_read(&file, test_path(name)), "%s", name);
    recording_parsed(&file, from, to);
    test_file_free(&file);
}

void recording_only(const char *names)
{
    static char found[TEST_NAMES_MAX][256];
    uint32_t n = test_names(found, TEST_NAMES_MAX);
    char text[4096] = "";
    for (uint32_t i = 0; i < n; i++) {
        strncat(text, i > 0 ? " " : "", sizeof text - strlen(text) - 1);
        strncat(text, found[i], sizeof text - strlen(text) - 1);
    }
    cr_assert_str_eq(text, names);
}

void recording_make_other(const char *name)
{
    FILE *f = fopen(test_path(name), "w");
    cr_assert_not_null(f);
    fputs("other", f);
    fclose(f);
}

void recording_is_other(const char *name)
{
    char text[16] = "";
    FILE *f = fopen(test_path(name), "r");
    cr_assert_not_null(f);
    cr_assert_not_null(fgets(text, sizeof text, f));
    cr_assert_str_eq(text, "other");
    fclose(f);
}
