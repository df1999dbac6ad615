/* Direct files by a disk that does what it likes: recordings cut into batches
 * at random, of which some lie in the source's memory, with limits, writes
 * that come late, in any order, short, or not at all.
 *
 * What the sink says it took is in the files, each whole, in the order of the
 * recording; and while the disk keeps the order of a chain the files are
 * whole at any moment.  Usage: direct_sim [FIRST_SEED [SEEDS]]. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/pcapng_encode.h"
#include "sink/direct.h"
#include "sink/encode.h"
#include "sink/file_sink.h"
#include "tests/sink/fake_disk.h"
#include "tests/sink/frames.h"
#include "tests/support/random.h"
#include "tests/support/seeds.h"

#define FRAMES  3000
#define PENDING 64
#define SPARE   8192

struct sim {
    struct random random;
    struct fake_disk disk;
    struct weir_sink *sink;
    struct weir_ifaces *ifaces;
    struct weir_frame frames[FRAMES];
    uint32_t given;
    uint64_t taken; /* for sure */
    int error;
    bool done;
    bool quiet;     /* little comes at a time */
    uint64_t moved; /* chunks */
    uint32_t pending_count;
    struct weir_batch *pending[PENDING];
    const char *fault;
};

static struct sim sim;
static uint8_t data[FRAMES][4];
static uint8_t filler[2000];

static uint32_t below(uint32_t n)
{
    return random_below(&sim.random, n);
}

static void fault(const char *text)
{
    if (sim.fault == NULL)
        sim.fault = text;
}

static uint32_t walk(const struct weir_lease *lease, struct weir_walk *at,
                     struct weir_frame *out, uint32_t max)
{
    const struct weir_frame *frames = lease->walk_context;
    uint32_t n = 0;
    while (n < max && at->frames < lease->frames)
        out[n++] = frames[at->frames++];
    return n;
}

/* As a kernel's block that was turned in place: blocks before the first
 * record, gaps within the records, the last up to a page's end. */
static void lay(struct weir_batch *batch, uint8_t *base)
{
    const struct weir_frame *frames = batch->lease.walk_context;
    uint32_t len = 16;
    memset(base, 0, 16);
    weir_store_32(base, WEIR_PCAPNG_LOCAL);
    weir_store_32(base + 4, 16);
    weir_store_32(base + 8, WEIR_PCAPNG_PEN);
    weir_store_32(base + 12, 16);
    batch->chunk.preface = len;
    for (uint32_t i = 0; i < batch->passed; i++)
        len += weir_pcapng_encode_epb(base + len, frames[i].iface,
                                      frames[i].time_ns, 0, frames[i].data,
                                      frames[i].caplen, frames[i].len);
    batch->chunk.bytes = base;
    batch->chunk.len = weir_direct_pad(base, len);
}

static struct weir_batch *make_batch(uint32_t n)
{
    const struct weir_frame *frames = sim.frames + sim.given;
    uint32_t kind = below(3);
    struct weir_batch *batch = test_batch_with(
        WEIR_FORMAT_PCAPNG, sim.ifaces, frames, n, kind == 0 ? 0 : SPARE);
    batch->lease =
        (struct weir_lease){.walk = walk, .walk_context = frames, .frames = n};
    if (kind == 2) {
        void *base = NULL;
        if (posix_memalign(&base, WEIR_LEASE_ALIGN,
                           batch->chunk.len + 2 * SPARE) != 0)
            abort();
        batch->lease.base = base;
        lay(batch, base);
    }
    return batch;
}

static void free_batch(struct weir_batch *batch)
{
    free(batch->lease.base);
    test_batch_free(batch);
}

/* Whoever else wants the frames that were taken finds their records in the
 * chunk, unless the sink says that it moved them. */
static void check_chunk(const struct weir_batch *batch, uint32_t taken)
{
    const struct weir_frame *frames = batch->lease.walk_context;
    const struct weir_chunk *chunk = &batch->chunk;
    uint32_t offset = chunk->preface;
    sim.moved += chunk->moved;
    for (uint32_t i = 0; i < taken && !chunk->moved; i++) {
        struct weir_encoded record;
        const uint8_t *bytes = chunk->bytes + offset;
        weir_encoded_read(WEIR_FORMAT_PCAPNG, bytes, &record);
        offset += record.bytes;
        if (offset > chunk->len || record.time_ns != frames[i].time_ns ||
            record.len != frames[i].len ||
            memcmp(bytes + 28, frames[i].data, frames[i].caplen) != 0) {
            fault("a chunk that was moved, and the sink does not say so");
            return;
        }
    }
}

static void settle(void)
{
    for (;;) {
        struct weir_batch *batch = NULL;
        struct weir_err err;
        uint32_t taken = 0;
        int rc = sim.sink->ops->settle(sim.sink, &batch, &taken, &err);
        if (rc != 0)
            sim.error = rc;
        if (batch == NULL)
            return;
        if (sim.pending_count == 0 || batch != sim.pending[0])
            fault("a batch that was not next");
        if (taken > batch->passed || (rc == 0 && taken < batch->passed))
            fault("a batch that is neither whole nor failed");
        check_chunk(batch, taken);
        sim.taken += taken;
        sim.pending_count--;
        memmove(sim.pending, sim.pending + 1,
                sim.pending_count * sizeof(struct weir_batch *));
        free_batch(batch);
    }
}

static void give(void)
{
    uint32_t left = FRAMES - sim.given;
    uint32_t most = sim.quiet ? 4 : 120;
    uint32_t n = 1 + below(left < most ? left : most);
    uint32_t max = below(20) == 0 ? 1 + below(n) : n;
    struct weir_batch *batch = make_batch(n);
    struct weir_err err;
    uint32_t taken = 0;
    sim.sink->facts.all.delivered = sim.given;
    int rc = sim.sink->ops->write(sim.sink, batch, max, &taken, &err);
    sim.given += max;
    if (rc == WEIR_SINK_KEPT) {
        if (taken != n || max != n)
            fault("kept, but not whole");
        sim.pending[sim.pending_count++] = batch;
        return;
    }
    check_chunk(batch, taken);
    sim.taken += taken;
    if (rc < 0)
        sim.error = rc;
    else if (taken < max && !sim.sink->done)
        fault("fewer taken for no reason");
    free_batch(batch);
}

/* Every file is whole, and together they hold the first frames. */
static uint64_t read_files(bool ended)
{
    static char names[TEST_NAMES_MAX][256];
    uint32_t n = test_names(names, TEST_NAMES_MAX);
    uint64_t total = 0;
    for (uint32_t i = 0; i < n; i++) {
        struct test_file file;
        if (!test_file_read(&file, test_path(names[i])))
            continue;
        for (uint32_t k = 0; k < file.records_count; k++, total++) {
            const struct test_record *r = &file.records[k];
            const struct weir_frame *f = &sim.frames[total];
            if (r->time_ns != f->time_ns || r->caplen != f->caplen ||
                r->len != f->len || memcmp(r->data, f->data, f->caplen) != 0)
                fault("a frame is not in its place");
        }
        if (sim.error == 0 && file.size % WEIR_LEASE_ALIGN != 0)
            fault("a file whose end is not aligned");
        if (ended && sim.error == 0 && file.trailers != file.ifaces)
            fault("a file without its trailers");
        test_file_free(&file);
        if (ended)
            remove(test_path(names[i]));
    }
    return total;
}

static void make_frames(void)
{
    int64_t now = INT64_C(1700000000000000000);
    uint32_t most = 1 + below(sizeof filler - 4);
    for (uint32_t i = 0; i < FRAMES; i++) {
        now += below(20000000);
        filler[0] = 0;
        weir_store_32(data[i], i);
        sim.frames[i] = (struct weir_frame){
            .data = below(4) == 0 ? data[i] : filler,
            .time_ns = now,
            .len = below(most),
        };
        sim.frames[i].caplen =
            sim.frames[i].data == filler ? sim.frames[i].len : 4;
        if (sim.frames[i].len < sim.frames[i].caplen)
            sim.frames[i].len = sim.frames[i].caplen;
    }
}

static bool open_sim(uint64_t seed)
{
    memset(&sim, 0, sizeof sim);
    sim.random = (struct random){seed};
    sim.ifaces = test_ifaces(1, 0);
    make_frames();
    fake_disk_open(&sim.disk, seed + 1);
    sim.disk.unordered = below(2) == 0;
    sim.disk.trouble = below(2) == 0 ? 2 + below(20) : 0;
    if (below(2) == 0)
        sim.disk.room = below(600) * UINT64_C(4096) + below(1000);
    struct weir_file_sink_config config = {
        .path = test_path("out"),
        .format = WEIR_FORMAT_PCAPNG,
        .ifaces = sim.ifaces,
        .live = true,
        .write = WEIR_WRITE_ONLY_DIRECT,
        .disk = &sim.disk.disk,
        .naming = below(4) == 0 ? WEIR_NAMING_SINGLE : WEIR_NAMING_NUMBER_TIME,
    };
    if (config.naming != WEIR_NAMING_SINGLE) {
        config.limits.file_bytes = below(2) == 0 ? 0 : 1 + below(400000);
        config.limits.file_packets = below(2) == 0 ? 0 : 1 + below(500);
        config.limits.stop_files = below(8) == 0 ? 1 + below(6) : 0;
    }
    config.limits.stop_bytes = below(8) == 0 ? below(2000000) : 0;
    struct weir_err err;
    if (weir_file_sink_open(&sim.sink, &config, &err) == 0)
        return true;
    puts(err.text);
    free(sim.ifaces);
    return false;
}

static const char *simulate(void)
{
    while (sim.given < FRAMES && sim.error == 0 && !sim.sink->done &&
           sim.fault == NULL) {
        settle();
        struct weir_err err;
        if (below(50) == 0)
            sim.quiet = !sim.quiet;
        if (sim.error == 0 && below(60) == 0)
            sim.error = sim.sink->ops->rotate(sim.sink, &err);
        if (sim.error == 0 && !sim.sink->done)
            give();
        if (!sim.disk.unordered && !sim.disk.torn && below(20) == 0)
            read_files(false);
    }
    while (sim.pending_count > 0 && sim.fault == NULL)
        settle();
    struct weir_err err;
    if (sim.sink->ops->finish(sim.sink, &err) != 0)
        fault("an error that was not told before");
    sim.done = sim.sink->done;
    sim.sink->ops->close(sim.sink);
    if (read_files(true) != sim.taken)
        fault("what was taken is not what is in the files");
    if (sim.error == 0 && !sim.done && sim.taken != FRAMES)
        fault("frames that nobody missed");
    free(sim.ifaces);
    return sim.fault;
}

int main(int argc, char **argv)
{
    uint64_t joined = 0, moved = 0;
    bool skipped = false;
    /* Where nothing waits for a disk, if there is such a place. */
    if (access("/dev/shm", W_OK) == 0)
        setenv("TEST_TMPDIR", "/dev/shm", 1);
    for (size_t i = 0; i < sizeof filler; i++)
        filler[i] = (uint8_t)(i * 7);
    struct seeds seeds = seeds_start(argc, argv, 200, 10);
    while (!skipped && seeds_next(&seeds)) {
        if (!open_sim(seeds.seed)) {
            puts("SKIPPED: no direct writes here");
            skipped = true;
            continue;
        }
        seeds_told(&seeds, simulate());
        joined += sim.disk.joined;
        moved += sim.moved;
    }
    if (!skipped && (joined == 0 || moved == 0))
        seeds_told(&seeds, "so far no writes were joined, or no chunk moved");
    test_dir_remove();
    return seeds_end(&seeds);
}
