#include "pipeline/settings.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <urcu-qsbr.h>

#include "base/assert.h"
#include "capture/screen.h"

/* What a lane's capture thread is to us. */
struct reader {
    /* Sanitizers do not see the barriers of a grace period (liburcu's are
     * assembler), and C knows nothing of them.  So each quiescent state is a
     * release, too, which who frees acquires behind the grace period. */
    _Alignas(WEIR_CACHE_PAIR) struct weir_counter quiet;
    bool entered;
};

struct weir_settings {
    _Alignas(WEIR_CACHE_PAIR) struct weir_snapshot *_Atomic current;
    uint32_t lanes_count;
    /* The control thread's: those that are still to be freed. */
    struct weir_snapshot *waiting;
    uint32_t waiting_count;
    struct reader readers[];
};

static struct weir_snapshot *make(uint32_t lanes, uint32_t snaplen)
{
    size_t bytes = sizeof(struct weir_snapshot) +
                   lanes * sizeof(struct weir_snapshot_lane);
    struct weir_snapshot *snapshot = aligned_alloc(WEIR_CACHE_PAIR, bytes);
    if (snapshot == NULL)
        return NULL;
    memset(snapshot, 0, bytes);
    snapshot->lanes_count = lanes;
    snapshot->snaplen = snaplen;
    return snapshot;
}

int weir_settings_open(struct weir_settings **out, uint32_t lanes,
                       uint32_t snaplen, struct weir_err *err)
{
    size_t bytes = sizeof(struct weir_settings) + lanes * sizeof(struct reader);
    struct weir_settings *settings = aligned_alloc(WEIR_CACHE_PAIR, bytes);
    struct weir_snapshot *first = make(lanes, snaplen);
    if (settings == NULL || first == NULL) {
        free(settings);
        free(first);
        return weir_err_sys(err, -ENOMEM, "settings");
    }
    memset(settings, 0, bytes);
    settings->lanes_count = lanes;
    atomic_init(&settings->current, first);
    *out = settings;
    return 0;
}

void weir_settings_discard(struct weir_snapshot *snapshot)
{
    if (snapshot == NULL)
        return;
    for (uint32_t i = 0; i < snapshot->lanes_count; i++)
        weir_screen_free(snapshot->lanes[i].screen);
    free(snapshot);
}

/* Behind a grace period nobody stamps with it any more. */
static bool is_home(const struct weir_snapshot *snapshot)
{
    for (uint32_t i = 0; i < snapshot->lanes_count; i++) {
        const struct weir_snapshot_lane *lane = &snapshot->lanes[i];
        if (weir_counter_read(&lane->home) != weir_counter_read(&lane->stamped))
            return false;
    }
    return true;
}

void weir_settings_close(struct weir_settings *settings)
{
    if (settings == NULL)
        return;
    struct weir_snapshot *snapshot =
        atomic_load_explicit(&settings->current, memory_order_relaxed);
    snapshot->next = settings->waiting;
    while (snapshot != NULL) {
        struct weir_snapshot *next = snapshot->next;
        WEIR_ASSERT(is_home(snapshot));
        weir_settings_discard(snapshot);
        snapshot = next;
    }
    free(settings);
}

struct weir_snapshot *weir_settings_draft(struct weir_settings *settings)
{
    /* Relaxed: only this thread publishes. */
    const struct weir_snapshot *now =
        atomic_load_explicit(&settings->current, memory_order_relaxed);
    struct weir_snapshot *draft = make(settings->lanes_count, now->snaplen);
    if (draft != NULL) {
        draft->waits = now->waits;
        draft->wait_ms = now->wait_ms;
    }
    return draft;
}

static void reclaim(struct weir_settings *settings)
{
    struct weir_snapshot **at = &settings->waiting;
    urcu_qsbr_synchronize_rcu();
    /* Pairs with the release in weir_settings_quiet. */
    for (uint32_t i = 0; i < settings->lanes_count; i++)
        (void)weir_counter_read(&settings->readers[i].quiet);
    while (*at != NULL) {
        struct weir_snapshot *snapshot = *at;
        if (!is_home(snapshot)) {
            at = &snapshot->next;
            continue;
        }
        *at = snapshot->next;
        settings->waiting_count--;
        weir_settings_discard(snapshot);
    }
}

uint64_t weir_settings_publish(struct weir_settings *settings,
                               struct weir_snapshot *snapshot)
{
    struct weir_snapshot *old =
        atomic_load_explicit(&settings->current, memory_order_relaxed);
    const uint64_t generation = old->generation + 1;
    WEIR_ASSERT(snapshot->lanes_count == settings->lanes_count);
    snapshot->generation = generation;
    /* Pairs with the acquire in weir_settings_read. */
    atomic_store_explicit(&settings->current, snapshot, memory_order_release);
    old->next = settings->waiting;
    settings->waiting = old;
    settings->waiting_count++;
    reclaim(settings);
    return generation;
}

uint32_t weir_settings_waiting(const struct weir_settings *settings)
{
    return settings->waiting_count;
}

struct weir_snapshot *weir_settings_read(const struct weir_settings *settings)
{
    /* Pairs with the release in weir_settings_publish. */
    return atomic_load_explicit(&settings->current, memory_order_acquire);
}

void weir_settings_enter(struct weir_settings *settings, uint32_t lane)
{
    WEIR_ASSERT(!settings->readers[lane].entered);
    settings->readers[lane].entered = true;
    urcu_qsbr_register_thread();
}

void weir_settings_leave(struct weir_settings *settings, uint32_t lane)
{
    weir_counter_add(&settings->readers[lane].quiet, 1);
    settings->readers[lane].entered = false;
    urcu_qsbr_unregister_thread();
}

void weir_settings_quiet(struct weir_settings *settings, uint32_t lane)
{
    struct reader *reader = &settings->readers[lane];
    if (!reader->entered)
        return;
    /* Pairs with the acquire in reclaim. */
    weir_counter_add(&reader->quiet, 1);
    urcu_qsbr_quiescent_state();
}

void weir_settings_rest(struct weir_settings *settings, uint32_t lane)
{
    struct reader *reader = &settings->readers[lane];
    if (!reader->entered)
        return;
    weir_counter_add(&reader->quiet, 1);
    urcu_qsbr_thread_offline();
}

void weir_settings_resume(struct weir_settings *settings, uint32_t lane)
{
    if (settings->readers[lane].entered)
        urcu_qsbr_thread_online();
}
