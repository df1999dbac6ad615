/* A sender gives back its memory and sockets, also after a failure; misuse of
 * one that is open harms nothing; two threads at once get an error. */

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/err.h"
#include "ring/event.h"
#include "sink/sender.h"
#include "tests/capture/net_rig.h"
#include "tests/check/check.h"

#define CALLS 20000

static void misuse(struct weir_sender *sender)
{
    struct weir_err err = {0};
    const struct weir_frame nothing = {.caplen = 60};
    uint32_t taken = 1;
    check(weir_sender_send(sender, NULL, 60, &err) == -EINVAL, "no bytes");
    check(strstr(err.text, "a frame without bytes") != NULL, err.text);
    check(weir_sender_send_batch(sender, NULL, 1, &taken, &err) == -EINVAL,
          "no frames");
    check(taken == 0, "none was taken");
    check(weir_sender_send_batch(sender, &nothing, 1, &taken, &err) == -EINVAL,
          "a frame of no bytes");
    check(weir_sender_send_batch(sender, NULL, 0, NULL, NULL) == 0,
          "none is fine");
    check(weir_sender_stats(sender, NULL, &err) == -EINVAL, "no place");
    struct weir_sender_counts stats;
    check(weir_sender_stats(sender, &stats, NULL) == 0 && stats.offered == 0,
          "nothing was offered");
}

struct user {
    struct weir_sender *sender;
    atomic_uint took;
    atomic_uint busy;
    atomic_uint other;
};

static void *use(void *context)
{
    struct user *user = context;
    const uint8_t frame[60] = {0xff};
    for (int i = 0; i < CALLS; i++) {
        int ret = weir_sender_send(user->sender, frame, sizeof frame, NULL);
        atomic_fetch_add(ret == 0        ? &user->took
                         : ret == -EBUSY ? &user->busy
                                         : &user->other,
                         1);
    }
    return NULL;
}

static void use_twice(struct weir_sender *sender)
{
    struct user user = {.sender = sender};
    struct weir_sender_counts stats;
    pthread_t other;
    check(pthread_create(&other, NULL, use, &user) == 0, "thread");
    (void)use(&user);
    (void)pthread_join(other, NULL);
    check(atomic_load(&user.other) == 0, "nothing but busy");
    check(atomic_load(&user.took) + atomic_load(&user.busy) == 2 * CALLS,
          "each call had an answer");
    check(weir_sender_flush(sender, NULL) == 0, "flush");
    check(weir_sender_stats(sender, &stats, NULL) == 0, "stats");
    check(stats.offered == atomic_load(&user.took), "each was counted once");
    check(stats.sent == stats.offered, "and sent");
}

int main(void)
{
    const char *reason;
    if (!rig_open(&reason))
        return check_skip(reason);
    unsigned before = check_files_open();
    for (int way = WEIR_SENDER_AUTO; way <= WEIR_SENDER_MMSG; way++) {
        struct weir_sender *sender = NULL;
        struct weir_err err = {0};
        struct weir_sender_config config = {.device = RIG_LEFT,
                                            .way = (enum weir_sender_way)way};
        check(weir_sender_open(&sender, &config, &err) == 0, err.text);
        struct weir_sender *same = sender;
        check(weir_sender_open(&sender, &config, &err) == -EBUSY, "over one");
        check(sender == same, "it goes on");
        misuse(sender);
        use_twice(sender);
        const uint8_t frame[60] = {0};
        /* Queued, and never sent. */
        check(weir_sender_send(sender, frame, sizeof frame, NULL) == 0, "send");
        check(weir_sender_close(&sender, &err) == 0, err.text);
        check(sender == NULL, "closed");
        check(weir_sender_close(&sender, &err) == 0, "twice");
        config.ring_bytes = 1u << 30;
        config.device = "nowhere";
        check(weir_sender_open(&sender, &config, NULL) < 0, "no device");
    }
    check(rig_ip("link set " RIG_LEFT " down"), "ip");
    struct weir_sender *sender = NULL;
    struct weir_err err = {0};
    const struct weir_sender_config config = {.device = RIG_LEFT};
    check(weir_sender_open(&sender, &config, &err) == -ENETDOWN, err.text);
    check(check_files_open() == before, "no file is left open");
    return check_end();
}
