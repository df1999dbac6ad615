#include "cli/replay_pace.h"

/* A time that nobody waits for; sums of two fit. */
#define FAR_NS (INT64_MAX / 4)

/* A clock that was set back; less is a frame out of order, and the next one
 * in order has its own time. */
#define SET_BACK_NS UINT64_C(1000000000)

/* a * b / c, at most FAR_NS. */
static uint64_t scale(uint64_t a, uint64_t b, uint64_t c)
{
    __extension__ typedef unsigned __int128 wide;
    wide value = (wide)a * b / c;
    return value < FAR_NS ? (uint64_t)value : FAR_NS;
}

void weir_replay_pace_start(struct weir_replay_pace *pace,
                            const struct weir_replay_pace_config *config,
                            int64_t now_ns)
{
    *pace = (struct weir_replay_pace){
        .config = *config,
        .start_ns = now_ns,
        .due_ns = now_ns,
        .went_ns = now_ns,
        .gap_cut_ns = UINT64_MAX,
    };
    weir_pace_start(&pace->steps, now_ns, 1);
    if (config->mode == WEIR_REPLAY_ORIGINAL && config->gap_max_ns != INT64_MAX)
        pace->gap_cut_ns = scale((uint64_t)config->gap_max_ns, config->speed,
                                 WEIR_REPLAY_SPEED);
}

void weir_replay_pace_pass(struct weir_replay_pace *pace)
{
    pace->pass_begins = true;
}

/* Since the frame before, in the file's time. */
static uint64_t gap_of(struct weir_replay_pace *pace, bool timed,
                       int64_t time_ns)
{
    if (pace->pass_begins) {
        uint64_t gaps = pace->pass_frames - (pace->pass_frames > 0);
        uint64_t span = pace->elapsed_ns - pace->pass_begin_ns;
        pace->pass_begins = false;
        pace->pass_frames = 0;
        pace->known = timed;
        pace->last_ns = time_ns;
        return gaps > 0 ? span / gaps : 0;
    }
    if (!timed)
        return 0;
    if (pace->known && time_ns >= pace->last_ns) {
        /* In two's complement the difference of any two is right. */
        uint64_t gap = (uint64_t)time_ns - (uint64_t)pace->last_ns;
        pace->last_ns = time_ns;
        return gap;
    }
    pace->backwards += pace->known;
    if (!pace->known ||
        (uint64_t)pace->last_ns - (uint64_t)time_ns > SET_BACK_NS)
        pace->last_ns = time_ns;
    pace->known = true;
    return 0;
}

static int64_t original(struct weir_replay_pace *pace, bool timed,
                        int64_t time_ns)
{
    uint64_t gap = gap_of(pace, timed, time_ns);
    if (gap > pace->gap_cut_ns) {
        gap = pace->gap_cut_ns;
        pace->gaps_cut++;
    }
    pace->elapsed_ns = gap > UINT64_MAX - pace->elapsed_ns
                           ? UINT64_MAX
                           : pace->elapsed_ns + gap;
    if (pace->pass_frames++ == 0)
        pace->pass_begin_ns = pace->elapsed_ns;
    return pace->start_ns + (int64_t)scale(pace->elapsed_ns, WEIR_REPLAY_SPEED,
                                           pace->config.speed);
}

/* The step belongs to the frame before: it takes its time on the wire. */
static int64_t by_rate(struct weir_replay_pace *pace, uint32_t bytes)
{
    if (pace->begun)
        weir_pace_next(&pace->steps, pace->step.ns, pace->step.part);
    if (!pace->stepped || bytes != pace->step_bytes)
        pace->step = weir_pace_step_of(&pace->config.rate, bytes);
    pace->stepped = true;
    pace->step_bytes = bytes;
    return pace->steps.due_ns;
}

void weir_replay_pace_frame(struct weir_replay_pace *pace, bool timed,
                            int64_t time_ns, uint32_t bytes)
{
    int64_t due_ns = pace->start_ns;
    if (pace->config.mode == WEIR_REPLAY_ORIGINAL)
        due_ns = original(pace, timed, time_ns);
    else if (pace->config.mode == WEIR_REPLAY_RATE)
        due_ns = by_rate(pace, bytes);
    due_ns += pace->moved_ns;
    pace->gap_ns = due_ns - pace->due_ns;
    pace->due_ns = due_ns;
    pace->begun = true;
}

int64_t weir_replay_pace_at(const struct weir_replay_pace *pace, int64_t now_ns)
{
    if (pace->config.mode == WEIR_REPLAY_TOPSPEED)
        return now_ns;
    int64_t at_ns = pace->went_ns + pace->gap_ns - pace->gap_ns / 4;
    if (at_ns < pace->due_ns)
        at_ns = pace->due_ns;
    int64_t oldest_ns = now_ns - WEIR_REPLAY_TOGETHER_NS;
    return at_ns > oldest_ns ? at_ns : oldest_ns;
}

int64_t weir_replay_pace_sent(struct weir_replay_pace *pace, int64_t now_ns)
{
    if (pace->config.mode == WEIR_REPLAY_TOPSPEED)
        return 0;
    int64_t late_ns = now_ns > pace->due_ns ? now_ns - pace->due_ns : 0;
    pace->went_ns = weir_replay_pace_at(pace, now_ns);
    if (late_ns > WEIR_REPLAY_STALL_NS) {
        pace->moved_ns += late_ns;
        pace->due_ns += late_ns;
        pace->went_ns = now_ns;
        pace->stalls++;
        pace->stalled_ns += late_ns;
    }
    return late_ns;
}

int64_t weir_replay_pace_asked(const struct weir_replay_pace *pace)
{
    return pace->due_ns - pace->moved_ns - pace->start_ns;
}
