#include "pipeline/settings.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/err.h"

#define LANES 2

static struct weir_settings *settings;
static struct weir_err err;

static void begin(void)
{
    cr_assert_eq(weir_settings_open(&settings, LANES, 96, &err), 0);
}

static void end(void)
{
    weir_settings_close(settings);
}

TestSuite(settings, .init = begin, .fini = end);

static uint64_t publish(uint32_t snaplen)
{
    struct weir_snapshot *draft = weir_settings_draft(settings);
    cr_assert_not_null(draft);
    draft->snaplen = snaplen;
    return weir_settings_publish(settings, draft);
}

Test(settings, begin_with_what_was_opened)
{
    const struct weir_snapshot *now = weir_settings_read(settings);
    cr_assert_eq(now->generation, 0);
    cr_assert_eq(now->snaplen, 96);
    cr_assert_eq(now->lanes_count, LANES);
    for (int i = 0; i < LANES; i++)
        cr_assert_null(now->lanes[i].screen);
}

Test(settings, a_draft_is_as_it_is_and_is_seen_once_published)
{
    struct weir_snapshot *draft = weir_settings_draft(settings);
    cr_assert_eq(draft->snaplen, 96);
    draft->snaplen = 200;
    cr_assert_eq(weir_settings_read(settings)->snaplen, 96);
    cr_assert_eq(weir_settings_publish(settings, draft), 1);
    cr_assert_eq(weir_settings_read(settings), draft);
    cr_assert_eq(publish(300), 2);
    cr_assert_eq(weir_settings_read(settings)->snaplen, 300);
}

Test(settings, a_draft_may_be_thrown_away)
{
    weir_settings_discard(weir_settings_draft(settings));
    weir_settings_discard(NULL);
    cr_assert_eq(publish(1), 1);
}

Test(settings, what_no_batch_has_is_freed_at_once)
{
    for (uint64_t i = 1; i < 100; i++) {
        cr_assert_eq(publish((uint32_t)i), i);
        cr_assert_eq(weir_settings_waiting(settings), 0);
    }
}

Test(settings, what_a_batch_of_any_lane_has_waits_for_it)
{
    struct weir_snapshot *stamped[3];
    for (uint32_t i = 0; i < 3; i++) {
        stamped[i] = weir_settings_read(settings);
        weir_snapshot_stamp(stamped[i], i % LANES);
        weir_snapshot_stamp(stamped[i], LANES - 1);
        publish(i);
    }
    cr_assert_eq(weir_settings_waiting(settings), 3);
    weir_snapshot_home(stamped[1], 1);
    weir_snapshot_home(stamped[0], 0);
    publish(3);
    cr_assert_eq(weir_settings_waiting(settings), 3, "one of two is home");
    weir_snapshot_home(stamped[1], 1);
    publish(4);
    cr_assert_eq(weir_settings_waiting(settings), 2, "the one in the middle");
    weir_snapshot_home(stamped[0], 1);
    weir_snapshot_home(stamped[2], 0);
    weir_snapshot_home(stamped[2], 1);
    cr_assert_eq(weir_settings_waiting(settings), 2, "nobody has looked yet");
    publish(5);
    cr_assert_eq(weir_settings_waiting(settings), 0);
}

static sem_t entered, go_on;
static atomic_bool quiet;

static void *hold(void *unused)
{
    (void)unused;
    weir_settings_enter(settings, 0);
    struct weir_snapshot *held = weir_settings_read(settings);
    sem_post(&entered);
    sem_wait(&go_on);
    usleep(20000); /* so that who does not wait for us is there before */
    weir_snapshot_stamp(held, 0);
    quiet = true;
    weir_settings_quiet(settings, 0);
    weir_settings_rest(settings, 0);
    sem_wait(&go_on);
    weir_settings_resume(settings, 0);
    weir_snapshot_home(held, 0);
    weir_settings_leave(settings, 0);
    return NULL;
}

/* Between reading and stamping nothing is freed; and who sleeps holds up
 * nobody. */
Test(settings, publishing_waits_for_who_reads_and_not_for_who_rests)
{
    pthread_t reader;
    sem_init(&entered, 0, 0);
    sem_init(&go_on, 0, 0);
    cr_assert_eq(pthread_create(&reader, NULL, hold, NULL), 0);
    sem_wait(&entered);
    sem_post(&go_on);
    publish(1);
    cr_assert(quiet);
    cr_assert_eq(weir_settings_waiting(settings), 1, "a batch was stamped");
    publish(2);
    publish(3);
    sem_post(&go_on);
    pthread_join(reader, NULL);
    publish(4);
    cr_assert_eq(weir_settings_waiting(settings), 0);
}
