#include "pipeline/merge.h"

/* The lane whose head begins first; -1: there is no head. */
static int first(const struct weir_merge_lane *lanes, uint32_t count)
{
    int least = -1;
    for (uint32_t i = 0; i < count; i++)
        if (lanes[i].has_head &&
            (least < 0 || lanes[i].head_ns < lanes[least].head_ns))
            least = (int)i;
    return least;
}

static bool is_silent(const struct weir_merge_lane *lane, int64_t head_ns)
{
    return !lane->has_head && !lane->ended && lane->mark_ns < head_ns;
}

/* What must come must be waited for, however long. */
static bool must_wait(const struct weir_merge_lane *lanes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct weir_merge_lane *lane = &lanes[i];
        if (!lane->has_head && !lane->ended && (lane->in_flight || !lane->live))
            return true;
    }
    return false;
}

/* What the silent lanes may hold back, at most and at least; false: none is
 * silent. */
static bool silence(const struct weir_merge_lane *lanes, uint32_t count,
                    int64_t head_ns, int64_t *hold_ns, int64_t *quiet_ns)
{
    bool any = false;
    *hold_ns = *quiet_ns = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!is_silent(&lanes[i], head_ns))
            continue;
        any = true;
        if (lanes[i].hold_ns > *hold_ns)
            *hold_ns = lanes[i].hold_ns;
        if (lanes[i].quiet_ns > *quiet_ns)
            *quiet_ns = lanes[i].quiet_ns;
    }
    return any;
}

static bool any_pressed(const struct weir_merge_lane *lanes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (lanes[i].pressed)
            return true;
    return false;
}

/* True while silent lanes are to be waited for. */
static bool wait_for_silent(struct weir_merge *merge,
                            struct weir_merge_lane *lanes, uint32_t count,
                            int64_t head_ns, int64_t now_ns)
{
    int64_t hold_ns, quiet_ns;
    if (!silence(lanes, count, head_ns, &hold_ns, &quiet_ns))
        return false;
    merge->hurried = any_pressed(lanes, count);
    if (merge->hurried)
        return false;
    /* A clock that was set back must not make it longer. */
    if (!merge->waiting || now_ns < merge->since_ns)
        *merge = (struct weir_merge){.waiting = true, .since_ns = now_ns};
    /* Frames may be stamped by another clock, which may be ahead. */
    int64_t begin_ns = head_ns < merge->since_ns ? head_ns : merge->since_ns;
    int64_t ask_ns = begin_ns + quiet_ns;
    merge->until_ns = ask_ns;
    if (now_ns < ask_ns)
        return true;
    /* A stamp that lies far back has waited long enough, but not we. */
    int64_t last_ns = begin_ns + hold_ns;
    if (last_ns < merge->since_ns)
        last_ns = merge->since_ns;
    merge->until_ns = last_ns + WEIR_MERGE_SLACK_NS;
    merge->hurried = now_ns >= merge->until_ns;
    /* Once: an answer that does not do is not going to be better. */
    for (uint32_t i = 0; i < count && !merge->hurried && !merge->asked; i++)
        lanes[i].ask = is_silent(&lanes[i], head_ns);
    merge->asked = true;
    merge->asked_ns = head_ns;
    return !merge->hurried;
}

int weir_merge_pick(struct weir_merge *merge, struct weir_merge_lane *lanes,
                    uint32_t count, int64_t now_ns)
{
    merge->until_ns = INT64_MAX;
    merge->hurried = false;
    for (uint32_t i = 0; i < count; i++)
        lanes[i].ask = false;
    int least = first(lanes, count);
    if (least < 0)
        return -1;
    int64_t head_ns = lanes[least].head_ns;
    if (head_ns != WEIR_MERGE_AT_ONCE &&
        (must_wait(lanes, count) ||
         wait_for_silent(merge, lanes, count, head_ns, now_ns)))
        return -1;
    merge->waiting = false;
    merge->until_ns = INT64_MAX;
    return least;
}
