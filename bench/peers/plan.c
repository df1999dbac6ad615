#include "bench/peers/plan.h"

#include <stdio.h>

#include "base/clock.h"
#include "sink/pace.h"

/* A frame in a pcap, and the most that it takes in any recorder's file:
 * stenotype writes the ring's blocks as they are. */
#define PCAP_MORE 16
#define RING_MORE 96

/* A live trial's start, quiet and end; the check of what it wrote. */
#define TRIAL_NS INT64_C(3000000000)

/* Of a frame at full speed, for estimates. */
#define FULL_SPEED_NS 500

/* On top of its work: start, end, the check of what it did. */
#define RUN_NS INT64_C(150000000)

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The input and one output share the room with what else is there. */
static uint64_t file_frames(const struct weir_peers_options *options,
                            enum weir_peer_task task, uint32_t size,
                            uint64_t room_bytes)
{
    uint64_t bytes = least(WEIR_PEERS_FILE_MAX, room_bytes * 2 / 5);
    uint64_t frames = options->frames;
    if (task == WEIR_PEER_FLOWS && !options->frames_asked)
        frames = frames * 2 / 5;
    frames = least(frames, bytes / (size + PCAP_MORE));
    return frames > 0 ? frames : 1;
}

/* Less than one frame a second is one: 0 is full speed. */
static uint64_t load_of(const struct weir_rate *rate, uint32_t size)
{
    if (rate->frames > 0 || rate->bits == 0)
        return rate->frames;
    const uint64_t pps = rate->bits / 8 / (size + WEIR_PACE_WIRE_BYTES);
    return pps > 0 ? pps : 1;
}

/* A row of frames of that size, of which nothing else is known yet. */
static struct weir_peers_row row_of(enum weir_peer_task task, uint32_t size)
{
    struct weir_peers_row row = {.task = task, .size = size};
    if (size == WEIR_PEERS_IMIX) {
        row.size = WEIR_PEERS_IMIX_BYTES;
        snprintf(row.frame, sizeof row.frame, "imix");
        snprintf(row.title, sizeof row.title, "IMIX");
        return row;
    }
    snprintf(row.frame, sizeof row.frame, "%u", size);
    snprintf(row.title, sizeof row.title, "%u bytes", size);
    return row;
}

/* To a disk the same load is another task than to memory. */
static void live_name(struct weir_peers_row *row,
                      const struct weir_peers_options *options)
{
    const char *to = options->target[0] != '\0' ? ", to " : "";
    if (row->load_pps == 0)
        snprintf(row->name, sizeof row->name, "live, full speed%s%s", to,
                 options->target);
    else
        snprintf(row->name, sizeof row->name, "live, %.*f kpps%s%s",
                 row->load_pps % 1000 == 0 ? 0 : 3, (double)row->load_pps / 1e3,
                 to, options->target);
}

static void live_row(struct weir_peers_row *row,
                     const struct weir_peers_options *options, uint32_t size,
                     const struct weir_rate *rate, uint64_t room_bytes)
{
    *row = row_of(WEIR_PEER_LIVE, size);
    row->load_pps = load_of(rate, row->size);
    /* Longer at full speed: the ring alone takes what comes in a second or
     * two. */
    row->duration_ns =
        row->load_pps > 0 ? options->seconds_ns : options->seconds_ns * 5 / 2;
    row->frames = least(WEIR_PEERS_LIVE_MAX, room_bytes * 4 / 5) /
                  (row->size + RING_MORE);
    if (row->frames == 0)
        row->frames = 1;
    live_name(row, options);
}

static void file_row(struct weir_peers_row *row,
                     const struct weir_peers_options *options,
                     enum weir_peer_task task, uint32_t size,
                     uint64_t room_bytes)
{
    *row = row_of(task, size);
    row->frames = file_frames(options, task, row->size, room_bytes);
    snprintf(row->name, sizeof row->name, "%s", weir_peer_task_names[task]);
}

size_t weir_peers_plan(struct weir_peers_row *out, size_t max,
                       const struct weir_peers_options *o, uint64_t room_bytes)
{
    static const enum weir_peer_task offline[] = {
        WEIR_PEER_COPY, WEIR_PEER_COUNT, WEIR_PEER_FLOWS};
    struct weir_peers_row row;
    size_t n = 0;
    for (size_t s = 0; s < o->sizes_count; s++)
        for (size_t t = 0; t < sizeof offline / sizeof offline[0]; t++) {
            if (!o->tasks[offline[t]])
                continue;
            file_row(&row, o, offline[t], o->sizes[s], room_bytes);
            if (out != NULL && n < max)
                out[n] = row;
            n++;
        }
    for (size_t s = 0; o->tasks[WEIR_PEER_LIVE] && s < o->sizes_count; s++)
        for (size_t r = 0; r < o->rates_count; r++) {
            live_row(&row, o, o->sizes[s], &o->rates[r], room_bytes);
            if (out != NULL && n < max)
                out[n] = row;
            n++;
        }
    return n;
}

/* A byte costs some hundredth of what a small frame does. */
static int64_t run_ns(const struct weir_peer *peer,
                      const struct weir_peers_row *row)
{
    if (row->task == WEIR_PEER_LIVE) {
        int64_t frames_ns = (int64_t)row->frames * FULL_SPEED_NS;
        return TRIAL_NS +
               (frames_ns < row->duration_ns ? frames_ns : row->duration_ns);
    }
    const double frame_ns =
        peer->usual_ns + (row->task == WEIR_PEER_COPY ? 0.5 : 0.1) * row->size;
    return RUN_NS + (int64_t)(frame_ns * (double)row->frames);
}

int64_t weir_peers_plan_ns(const struct weir_peers_options *options,
                           const struct weir_peers_row *row)
{
    int64_t ns = 0;
    for (size_t i = 0; i < weir_peers_count; i++)
        if (weir_peers[i].task == row->task &&
            weir_peers_wanted(options, &weir_peers[i]))
            ns += run_ns(&weir_peers[i], row) *
                  weir_peers_rounds(options, row->task);
    return ns;
}
