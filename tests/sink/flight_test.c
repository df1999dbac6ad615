#include "sink/flight.h"

#include <criterion/criterion.h>
#include <errno.h>

#include "base/pcapng_encode.h"
#include "sink/direct.h"

/* As the plain disk: what it is given is over at once, and no descriptor
 * tells of it.  It says "again" to the first writes. */
struct stubborn {
    struct weir_disk disk;
    uint32_t again; /* to so many more */
    uint32_t ended;
    uint32_t reaped;
    struct weir_disk_op *ops[WEIR_DISK_DEPTH];
};

static void start(struct weir_disk *disk, struct weir_disk_op *const *chain,
                  uint32_t n)
{
    struct stubborn *stubborn = (struct stubborn *)disk;
    cr_assert_eq(stubborn->reaped, stubborn->ended, "more than one chain");
    stubborn->reaped = stubborn->ended = 0;
    for (uint32_t i = 0; i < n; i++) {
        chain[i]->result = (int32_t)chain[i]->len;
        if (chain[i]->kind == WEIR_DISK_ALLOCATE)
            chain[i]->result = 0;
        else if (stubborn->again > 0 && stubborn->again-- > 0)
            chain[i]->result = -EAGAIN;
        stubborn->ops[stubborn->ended++] = chain[i];
    }
}

static struct weir_disk_op *reap(struct weir_disk *disk, bool wait)
{
    struct stubborn *stubborn = (struct stubborn *)disk;
    (void)wait;
    if (stubborn->reaped == stubborn->ended)
        return NULL;
    return stubborn->ops[stubborn->reaped++];
}

static void close_nothing(struct weir_disk *disk)
{
    (void)disk;
}

static const struct weir_disk_ops ops = {
    .start = start,
    .reap = reap,
    .close = close_nothing,
};

static _Alignas(WEIR_LEASE_ALIGN) uint8_t buf[4 * WEIR_LEASE_ALIGN];
static struct weir_outfile out = {.fd = -1, .name = "out"};
static struct weir_counter written;
static struct weir_flight flight;

/* One frame, padded to a page. */
static struct weir_batch make_batch(void)
{
    static const uint8_t frame[60];
    struct weir_batch batch = {.passed = 1};
    uint32_t len =
        weir_pcapng_encode_epb(buf, 0, 0, 0, frame, sizeof frame, sizeof frame);
    batch.chunk.bytes = batch.chunk.buf = buf;
    batch.chunk.len = weir_direct_pad(buf, len);
    batch.chunk.frames = 1;
    return batch;
}

/* The one poll that a writer makes before it sleeps on a descriptor that this
 * disk has not got: it would never be woken. */
Test(flight, a_disk_without_a_descriptor_leaves_nothing_behind_a_poll)
{
    struct stubborn disk = {.disk = {.ops = &ops, .fd = -1}, .again = 5};
    struct weir_batch batch = make_batch();
    struct weir_err err;
    uint32_t frames = 0;
    weir_flight_open(&flight, &disk.disk, &written, 0);
    weir_flight_begin(&flight, &out);
    cr_assert_eq(weir_flight_add(&flight, &batch, &err), 0);
    weir_flight_poll(&flight);
    cr_assert_eq(weir_flight_take(&flight, &frames), &batch);
    cr_assert_eq(frames, 1);
    cr_assert_eq(weir_counter_read(&written), batch.chunk.len);
    weir_flight_close(&flight);
}

Test(flight, a_disk_that_will_not_do_it_has_failed)
{
    struct stubborn disk = {.disk = {.ops = &ops, .fd = -1}, .again = 1000};
    struct weir_batch batch = make_batch();
    struct weir_err err;
    uint32_t frames = 9;
    weir_flight_open(&flight, &disk.disk, &written, 0);
    weir_flight_begin(&flight, &out);
    cr_assert_eq(weir_flight_add(&flight, &batch, &err), 0);
    weir_flight_poll(&flight);
    cr_assert_eq(weir_flight_take(&flight, &frames), &batch);
    cr_assert_eq(frames, 0, "it is not in the file");
    cr_assert_eq(weir_counter_read(&written), 0);
    cr_assert_eq(weir_flight_drain(&flight, &err), -EAGAIN);
    cr_assert_eq(out.bytes, 4096, "no file to cut");
    weir_flight_close(&flight);
}
