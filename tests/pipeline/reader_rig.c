#include "tests/pipeline/reader_rig.h"

#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

int reader_rig_open(struct reader_rig *rig, const struct made *made, size_t n,
                    struct weir_reader_config config)
{
    memset(rig, 0, sizeof *rig);
    rig->fd = made_memfd(made, n, rig->path);
    config.path = rig->path;
    return weir_reader_open(&rig->reader, &config, &rig->err);
}

void reader_rig_close(struct reader_rig *rig)
{
    cr_assert_eq(weir_reader_close(&rig->reader, &rig->err), 0, "%s",
                 rig->err.text);
    cr_assert_null(rig->reader);
    close(rig->fd);
}

void reader_rig_expect(struct reader_rig *rig, int answer)
{
    const struct weir_frame *frame;
    const int got = weir_reader_next(rig->reader, &frame, &rig->err);
    cr_assert_eq(got, answer, "%d, not %d: %s", got, answer, rig->err.text);
    cr_assert_eq(frame != NULL, got == WEIR_NEXT_FRAME);
}

const struct weir_frame *reader_rig_frame(struct reader_rig *rig,
                                          uint32_t number, uint32_t caplen)
{
    const struct weir_frame *frame;
    const int got = weir_reader_next(rig->reader, &frame, &rig->err);
    cr_assert_eq(got, WEIR_NEXT_FRAME, "%d: %s", got, rig->err.text);
    cr_assert_eq(frame->caplen, caplen);
    cr_assert(memcmp(frame->data, made_frame(number, caplen), caplen) == 0);
    return frame;
}

void reader_rig_pcap(struct made *made, uint32_t n)
{
    made_pcap(made, 0xa1b2c3d4, 4, 0, 1);
    for (uint32_t i = 0; i < n; i++)
        made_record(made, i, 0, made_frame(i, 60), 60, 60);
}
