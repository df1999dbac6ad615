/* branch_file_sim: real files, and branches beside them.
 *
 * The afpacket source over a kernel that is played, and the files of a
 * recording: written directly, from the ring and from copies, or through the
 * page cache; they end within a batch, at limits, by the clock or when the
 * operator asks.  A
 * branch that is waited for must get what the files have, frame by frame and
 * in their order, and one that is not a part of it.
 * Usage: branch_file_sim [FIRST_SEED [SEEDS]]. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/err.h"
#include "capture/source.h"
#include "pipeline/branch.h"
#include "pipeline/lane.h"
#include "pipeline/outlet.h"
#include "pipeline/stats.h"
#include "sink/file_sink.h"
#include "tests/pipeline/afpacket_play.h"
#include "tests/sink/frames.h"
#include "tests/support/seeds.h"

#define FRAMES_MAX 200000
#define BRANCHES   2

/* What is compared of a frame. */
struct seen {
    int64_t time_ns;
    uint32_t caplen;
    uint64_t sum; /* of all its bytes */
};

struct taker {
    uint32_t count;
    struct seen frames[FRAMES_MAX];
};

struct sim {
    struct play play;
    struct weir_assembly *assembly;
    struct weir_sink *sink;
    struct taker takers[BRANCHES];
    struct weir_branch_config branches[BRANCHES];
};

static struct sim sim;
static struct seen in_files[FRAMES_MAX];

static struct seen see(int64_t time_ns, const uint8_t *data, uint32_t caplen)
{
    struct seen s = {.time_ns = time_ns, .caplen = caplen};
    for (uint32_t i = 0; i < caplen; i++)
        s.sum = s.sum * 31 + data[i];
    return s;
}

static bool is_same(const struct seen *a, const struct seen *b)
{
    return a->time_ns == b->time_ns && a->caplen == b->caplen &&
           a->sum == b->sum;
}

static int take(void *context, const struct weir_parcel *parcel,
                struct weir_err *err)
{
    struct taker *t = context;
    uint32_t offset = parcel->preface;
    for (uint32_t i = 0; i < parcel->frames; i++) {
        const uint8_t *bytes = parcel->bytes + offset;
        struct weir_encoded record;
        weir_encoded_read(parcel->format, bytes, &record);
        if (record.bytes > parcel->len - offset || t->count == FRAMES_MAX)
            return weir_err_set(err, -1, "no such record");
        t->frames[t->count++] =
            see(record.time_ns, bytes + 28, weir_load_32(bytes + 20));
        offset += record.bytes;
    }
    return 0;
}

static bool open_files(uint64_t seed)
{
    struct random random = {seed + 7};
    struct weir_file_sink_config config = {
        .path = test_path("out"),
        .format = WEIR_FORMAT_PCAPNG,
        .ifaces = sim.play.source->ifaces,
        .live = true,
        .naming = WEIR_NAMING_NUMBER_TIME,
        .write = random_below(&random, 3) == 0 ? WEIR_WRITE_ONLY_CACHED
                                               : WEIR_WRITE_ONLY_DIRECT,
        .limits.file_packets = 100 + random_below(&random, 5000),
    };
    if (random_below(&random, 2) == 0)
        config.limits.file_bytes = 100000 + random_below(&random, 4000000);
    if (random_below(&random, 3) == 0)
        config.limits.duration_ns = 100000 + random_below(&random, 3000000);
    struct weir_err err;
    if (weir_file_sink_open(&sim.sink, &config, &err) == 0)
        return true;
    puts(err.text);
    return false;
}

static bool open_sim(uint64_t seed)
{
    struct weir_err err;
    if (!play_open(&sim.play, seed))
        return false;
    if (!open_files(seed))
        return false;
    for (uint32_t i = 0; i < BRANCHES; i++) {
        sim.takers[i].count = 0;
        sim.branches[i] = (struct weir_branch_config){
            .name = i == 0 ? "all" : "some",
            .take = take,
            .context = &sim.takers[i],
            .when_full = i == 0 ? WEIR_BRANCH_WAIT : WEIR_BRANCH_SKIP,
            .parcels = 1 + random_below(&sim.play.random, 10),
        };
    }
    sim.play.config.branches = sim.branches;
    /* Now and then only the one that may hold the kernel's blocks. */
    sim.play.config.branches_count = 1 + random_below(&sim.play.random, 2);
    if (random_below(&sim.play.random, 4) == 0)
        sim.play.config.frames_max =
            1 + random_below(&sim.play.random, FRAMES_MAX / 10);
    if (weir_assembly_open(&sim.assembly, &sim.play.config, &err) != 0)
        return false;
    weir_assembly_set_sink(sim.assembly, 0, sim.sink);
    return weir_assembly_start(sim.assembly, &err) == 0;
}

/* Each stage now and then, until all have ended. */
static const char *run(void)
{
    const uint32_t workers = sim.play.config.workers;
    const uint32_t branches = sim.play.config.branches_count;
    struct weir_lane *lane = weir_assembly_lane(sim.assembly, 0);
    const uint64_t stop = 2000 + random_below(&sim.play.random, 20000);
    enum weir_step step = WEIR_STEP_IDLE;
    for (uint64_t n = 0;; n++) {
        if (n > 40000000)
            return "does not end";
        const int64_t now_ns = (int64_t)sim.play.sent * 1000; /* as frames */
        const uint32_t stages = workers + branches + 4;
        const uint32_t stage = random_below(&sim.play.random, stages);
        if (n == stop)
            weir_stop_set(&sim.play.stop);
        if (random_below(&sim.play.random, 3000) == 0)
            weir_assembly_rotate(sim.assembly);
        if (stage == 0)
            step = weir_lane_capture(lane, now_ns, now_ns);
        else if (stage <= workers)
            step = weir_lane_work(lane, stage - 1, now_ns);
        else if (stage == workers + 1)
            step =
                weir_outlet_step(weir_assembly_outlet(sim.assembly, 0), now_ns);
        else if (stage == workers + 2)
            step = weir_stats_step(weir_assembly_stats(sim.assembly));
        if (stage == workers + 2 && step == WEIR_STEP_ENDED)
            break;
        if (stage == workers + 3)
            play_kernel(&sim.play);
        else if (stage > workers + 3)
            step = weir_branch_step(
                weir_assembly_branch(sim.assembly, stage - workers - 4));
    }
    /* What is left is to come home. */
    struct weir_outlet *outlet = weir_assembly_outlet(sim.assembly, 0);
    while (weir_outlet_step(outlet, 0) != WEIR_STEP_ENDED ||
           weir_lane_capture(lane, 0, 0) != WEIR_STEP_ENDED)
        continue;
    return NULL;
}

static uint32_t read_files(void)
{
    static char names[TEST_NAMES_MAX][256];
    uint32_t files = test_names(names, TEST_NAMES_MAX);
    uint32_t count = 0;
    for (uint32_t i = 0; i < files; i++) {
        struct test_file file;
        if (!test_file_read(&file, test_path(names[i])))
            abort();
        for (uint32_t k = 0; k < file.records_count; k++)
            in_files[count++] =
                see(file.records[k].time_ns, file.records[k].data,
                    file.records[k].caplen);
        test_file_free(&file);
        remove(test_path(names[i]));
    }
    return count;
}

/* What the taker got is in the files, in this order. */
static bool is_part(const struct taker *t, uint32_t count)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < t->count; i++, at++) {
        while (at < count && !is_same(&in_files[at], &t->frames[i]))
            at++;
        if (at == count)
            return false;
    }
    return true;
}

static const char *check(uint32_t count)
{
    struct weir_progress p;
    weir_assembly_progress(sim.assembly, &p);
    if (!weir_ledger_balanced(&p.ledger) || p.ledger.delivered != count)
        return "the files have not what was delivered";
    for (uint32_t i = 0; i < sim.play.config.branches_count; i++) {
        const struct taker *t = &sim.takers[i];
        struct weir_branch_counts c;
        struct weir_err err;
        const struct weir_branch *branch =
            weir_assembly_branch(sim.assembly, i);
        weir_branch_counts(branch, &c);
        if (weir_branch_error(branch, &err) != 0 ||
            !weir_branch_balanced(&c, count) || c.taken.frames != t->count)
            return "a branch does not balance";
        if (!is_part(t, count))
            return "a branch got what the files have not";
    }
    return sim.takers[0].count == count
               ? NULL
               : "the one that is waited for has not all";
}

/* What many runs came to. */
struct sums {
    uint64_t frames, in_place, copied, moved, lent;
};

static const char *simulate(struct sums *sums)
{
    struct weir_file_sink_report report;
    struct weir_progress p;
    const char *fault = run();
    if (fault != NULL)
        return fault;
    weir_file_sink_report(sim.sink, &report);
    weir_assembly_progress(sim.assembly, &p);
    fault = check(read_files());
    sums->frames += p.ledger.delivered;
    sums->in_place += report.in_place;
    sums->moved += report.copied;
    sums->copied += p.copied_blocks;
    sums->lent += weir_lane_lent(weir_assembly_lane(sim.assembly, 0));
    return fault;
}

int main(int argc, char **argv)
{
    struct sums sums = {0};
    bool skipped = false;
    if (access("/dev/shm", W_OK) == 0)
        setenv("TEST_TMPDIR", "/dev/shm", 1);
    struct seeds seeds = seeds_start(argc, argv, 25, 1);
    while (!skipped && seeds_next(&seeds)) {
        if (!open_sim(seeds.seed)) {
            puts("SKIPPED: no direct writes here");
            skipped = true;
            continue;
        }
        seeds_told(&seeds, simulate(&sums));
        weir_assembly_close(sim.assembly);
        sim.sink->ops->close(sim.sink);
        play_close(&sim.play);
    }
    printf("%" PRIu64 " frames; blocks: %" PRIu64 " in place, %" PRIu64
           " moved, %" PRIu64 " lent, %" PRIu64 " copied\n",
           sums.frames, sums.in_place, sums.moved, sums.lent, sums.copied);
    if (!skipped && seeds.count >= 25 &&
        (sums.in_place == 0 || sums.moved == 0 || sums.lent == 0 ||
         sums.copied == 0))
        seeds_told(&seeds, "so far one of these has not been");
    test_dir_remove();
    return seeds_end(&seeds);
}
