#include "sink/rotation.h"

#include <errno.h>

#include "base/err.h"

int weir_rotation_open(struct weir_rotation *rotation,
                       const struct weir_rotation_limits *limits,
                       struct weir_err *err)
{
    if (limits->duration_ns < 0 || limits->interval_ns < 0)
        return weir_err_set(err, -EINVAL, "rotation: negative time");
    *rotation = (struct weir_rotation){.limits = *limits};
    return 0;
}

static bool has_periods(const struct weir_rotation_limits *limits)
{
    return limits->duration_ns > 0 || limits->interval_ns > 0;
}

bool weir_rotation_rotates(const struct weir_rotation_limits *limits)
{
    return limits->file_bytes > 0 || limits->file_packets > 0 ||
           has_periods(limits);
}

void weir_rotation_begin(struct weir_rotation *rotation, uint64_t bytes)
{
    rotation->files++;
    rotation->bytes = bytes;
    rotation->frames = 0;
}

/* A boundary that no time can reach is INT64_MAX. */
static int64_t plus(int64_t a, int64_t b)
{
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

/* Finds the period that time_ns, not before the anchor, lies in. */
static void enter_period(struct weir_rotation *rotation, int64_t time_ns)
{
    const struct weir_rotation_limits *limits = &rotation->limits;
    rotation->period_ns = INT64_MIN;
    rotation->boundary_ns = INT64_MAX;
    if (limits->duration_ns > 0) {
        int64_t since = time_ns - rotation->anchor_ns;
        int64_t begin = time_ns - since % limits->duration_ns;
        rotation->period_ns = begin;
        rotation->boundary_ns = plus(begin, limits->duration_ns);
    }
    if (limits->interval_ns > 0) {
        int64_t begin = time_ns - time_ns % limits->interval_ns;
        int64_t end = plus(begin, limits->interval_ns);
        if (begin > rotation->period_ns)
            rotation->period_ns = begin;
        if (end < rotation->boundary_ns)
            rotation->boundary_ns = end;
    }
}

void weir_rotation_anchor(struct weir_rotation *rotation, int64_t time_ns)
{
    if (rotation->anchored || !has_periods(&rotation->limits))
        return;
    rotation->anchored = true;
    rotation->anchor_ns = time_ns;
    enter_period(rotation, time_ns);
}

bool weir_rotation_clear(const struct weir_rotation *rotation, uint64_t bytes,
                         uint64_t frames, int64_t time_max_ns)
{
    const struct weir_rotation_limits *limits = &rotation->limits;
    uint64_t after = rotation->bytes + bytes;
    if (limits->file_bytes > 0 && after >= limits->file_bytes)
        return false;
    if (limits->stop_bytes > 0 && after >= limits->stop_bytes)
        return false;
    if (limits->file_packets > 0 &&
        rotation->frames + frames >= limits->file_packets)
        return false;
    if (!has_periods(limits) || time_max_ns == INT64_MIN)
        return true;
    return rotation->anchored && time_max_ns < rotation->boundary_ns;
}

enum weir_cut weir_rotation_before(struct weir_rotation *rotation,
                                   const struct weir_encoded *record)
{
    const struct weir_rotation_limits *limits = &rotation->limits;
    if (!record->no_time) {
        weir_rotation_anchor(rotation, record->time_ns);
        if (rotation->anchored && record->time_ns >= rotation->boundary_ns &&
            rotation->boundary_ns != INT64_MAX)
            return WEIR_CUT_TIME;
    }
    /* A file's first record is in it even if its head is too large. */
    if (limits->file_bytes > 0 &&
        limits->file_bytes_manner == WEIR_SIZE_EXCEEDED &&
        rotation->frames > 0 && rotation->bytes > limits->file_bytes)
        return WEIR_CUT_FULL;
    return WEIR_CUT_NONE;
}

void weir_rotation_add(struct weir_rotation *rotation, uint64_t bytes,
                       uint64_t frames)
{
    rotation->bytes += bytes;
    rotation->frames += frames;
}

enum weir_cut weir_rotation_after(const struct weir_rotation *rotation)
{
    const struct weir_rotation_limits *limits = &rotation->limits;
    if (limits->stop_bytes > 0 && rotation->bytes >= limits->stop_bytes)
        return WEIR_CUT_STOP;
    if (limits->file_bytes > 0 &&
        limits->file_bytes_manner == WEIR_SIZE_REACHED &&
        rotation->bytes >= limits->file_bytes)
        return WEIR_CUT_FULL;
    if (limits->file_packets > 0 && rotation->frames >= limits->file_packets)
        return WEIR_CUT_FULL;
    return WEIR_CUT_NONE;
}

void weir_rotation_cut(struct weir_rotation *rotation, enum weir_cut cut,
                       int64_t time_ns)
{
    if (cut == WEIR_CUT_TIME)
        enter_period(rotation, time_ns);
    else if (!rotation->limits.duration_fixed)
        rotation->anchored = false;
}

bool weir_rotation_last(const struct weir_rotation *rotation)
{
    return rotation->limits.stop_files > 0 &&
           rotation->files >= rotation->limits.stop_files;
}

int64_t weir_rotation_due(const struct weir_rotation *rotation)
{
    return rotation->anchored ? rotation->boundary_ns : INT64_MAX;
}
