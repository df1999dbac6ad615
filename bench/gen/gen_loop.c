#include "bench/gen/gen_loop.h"

#include <errno.h>
#include <sched.h>
#include <time.h>

#include "base/clock.h"
#include "base/err.h"
#include "bench/gen/gen_way.h"
#include "sink/pace.h"

/* A timer wakes some 50 us late: what is left is spun away. */
#define SPIN_NS 100000
/* Who takes nothing for that long will not. */
#define PATIENCE_NS WEIR_NS_PER_S
/* A signal between a look at the flag and a sleep ends no sleep. */
#define SLEEP_MOST_NS 100000000

struct loop {
    const struct weir_gen_path *path;
    const struct weir_gen_config *config;
    struct weir_gen_counts *counts;
    struct weir_pace pace;
    int64_t start_ns;
    int64_t end_ns;
    int64_t full_ns; /* since when there is no room; 0: there is */
    uint32_t cursor; /* row of the next frame */
    uint32_t count;  /* of the batch */
    uint32_t rows[WEIR_GEN_BATCH];
    uint32_t sizes[WEIR_GEN_BATCH];
    int64_t due_ns[WEIR_GEN_BATCH];
};

bool weir_gen_passes(int error)
{
    return error == ENOBUFS || error == EAGAIN || error == EINTR ||
           error == ENOMEM;
}

static bool stopped(const struct loop *loop)
{
    return atomic_load_explicit(loop->config->stop, memory_order_relaxed);
}

static void wait_until(int64_t until_ns, int64_t now_ns)
{
    int64_t left = until_ns - now_ns;
    if (left <= SPIN_NS)
        return;
    int64_t sleep = left - SPIN_NS;
    if (sleep > SLEEP_MOST_NS)
        sleep = SLEEP_MOST_NS;
    const struct timespec time = {
        .tv_sec = sleep / WEIR_NS_PER_S,
        .tv_nsec = sleep % WEIR_NS_PER_S,
    };
    (void)clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL);
}

/* What is due by now, up to a batch. */
static void gather(struct loop *loop, int64_t now_ns)
{
    const struct weir_plan *plan = loop->config->plan;
    uint64_t number = loop->counts->sent;
    uint64_t left = loop->config->frames_max - number;
    uint32_t most = loop->path->room(loop->path->self);
    if (left < most)
        most = (uint32_t)left;
    uint32_t i = 0;
    for (; i < most && loop->pace.due_ns <= now_ns; i++) {
        uint32_t row = plan->rows[loop->cursor];
        const struct weir_wire_form *form =
            &plan->forms[WEIR_WIRE_ROW_FORM(row)];
        loop->rows[i] = row;
        loop->due_ns[i] = loop->pace.due_ns;
        loop->sizes[i] = weir_plan_write(plan, row, number + i, now_ns,
                                         loop->path->slot(loop->path->self, i));
        weir_pace_next(&loop->pace, form->step_ns, form->step_part);
        if (++loop->cursor == plan->rows_count)
            loop->cursor = 0;
    }
    loop->count = i;
}

/* The kernel took `taken` frames behind the first `from` of the batch. */
static void account(struct loop *loop, uint32_t from, uint32_t taken,
                    int64_t stamp_ns)
{
    struct weir_gen_counts *counts = loop->counts;
    bool paced = loop->config->plan->forms[0].step_ns != 0 ||
                 loop->config->plan->forms[0].step_part != 0;
    for (uint32_t i = from; i < from + taken; i++) {
        counts->bytes += loop->sizes[i];
        int64_t late = paced ? stamp_ns - loop->due_ns[i] : 0;
        counts->late_frames += late > WEIR_WIRE_LATE_NS;
        if (late > counts->late_most_ns)
            counts->late_most_ns = late;
    }
    counts->sent += taken;
    if (paced)
        counts->asked_ns = loop->due_ns[from + taken - 1] - loop->start_ns;
}

/* Those that were refused: the same numbers, a new stamp. */
static void write_again(struct loop *loop, uint32_t from, int64_t now_ns)
{
    for (uint32_t i = from; i < loop->count; i++)
        (void)weir_plan_write(loop->config->plan, loop->rows[i],
                              loop->counts->sent + (i - from), now_ns,
                              loop->path->slot(loop->path->self, i));
}

static int takes_no_more(const struct loop *loop, struct weir_err *err)
{
    return weir_err_sys(err, -ENOBUFS, "%s: takes no more frames",
                        loop->config->device);
}

/* Nothing could be gathered: every slot is on its way still. */
static int no_room(struct loop *loop, int64_t now_ns, struct weir_err *err)
{
    if (loop->full_ns == 0)
        loop->full_ns = now_ns;
    if (now_ns - loop->full_ns > PATIENCE_NS)
        return takes_no_more(loop, err);
    (void)sched_yield();
    return 0;
}

/* Offers the batch until all of it is taken, or it is time to end. */
static int offer(struct loop *loop, int64_t now_ns, struct weir_err *err)
{
    const struct weir_gen_path *path = loop->path;
    uint32_t from = 0;
    int64_t taken_ns = now_ns;
    int ret = 0;
    loop->full_ns = 0;
    for (;;) {
        ret = path->send(path->self, loop->sizes, from, loop->count, err);
        if (ret > 0)
            account(loop, from, (uint32_t)ret, now_ns);
        if (ret >= 0)
            from += (uint32_t)ret;
        if (ret < 0 || from == loop->count)
            break;
        loop->counts->refused++;
        /* What empties the queue may need this core. */
        (void)sched_yield();
        now_ns = weir_clock_mono_ns();
        if (stopped(loop) || now_ns >= loop->end_ns)
            break;
        if (ret > 0)
            taken_ns = now_ns;
        if (now_ns - taken_ns > PATIENCE_NS) {
            ret = takes_no_more(loop, err);
            break;
        }
        write_again(loop, from, now_ns);
    }
    path->done(path->self, from);
    if (from > 0)
        loop->counts->duration_ns = weir_clock_mono_ns() - loop->start_ns;
    return ret < 0 ? ret : 0;
}

int weir_gen_loop(const struct weir_gen_path *path,
                  const struct weir_gen_config *config,
                  struct weir_gen_counts *counts, struct weir_err *err)
{
    struct loop loop = {.path = path, .config = config, .counts = counts};
    int ret = 0;
    *counts = (struct weir_gen_counts){0};
    loop.start_ns = weir_clock_mono_ns();
    loop.end_ns = config->duration_ns > INT64_MAX - loop.start_ns
                      ? INT64_MAX
                      : loop.start_ns + config->duration_ns;
    weir_pace_start(&loop.pace, loop.start_ns, config->burst);
    int64_t now_ns = loop.start_ns;
    while (ret == 0 && !stopped(&loop) && counts->sent < config->frames_max &&
           now_ns < loop.end_ns) {
        if (loop.pace.due_ns <= now_ns) {
            gather(&loop, now_ns);
            ret = loop.count > 0 ? offer(&loop, now_ns, err)
                                 : no_room(&loop, now_ns, err);
        } else {
            wait_until(loop.pace.due_ns < loop.end_ns ? loop.pace.due_ns
                                                      : loop.end_ns,
                       now_ns);
        }
        now_ns = weir_clock_mono_ns();
    }
    /* Without a carrier, what is queued is lost and the sender not told
     * (net/sched/sch_generic.c, noop_enqueue): then it was not sent. */
    return ret != 0 ? ret
                    : weir_gen_device_sends(config->device, config->plan, err);
}
