/* The embedded pipeline over interfaces, in a network namespace of its own. */

#include <criterion/criterion.h>
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "pipeline/pipeline.h"
#include "ring/ledger.h"
#include "tests/capture/net_rig.h"
#include "tests/pipeline/embed_rig.h"

static void need(void)
{
    const char *reason = NULL;
    if (!rig_open(&reason))
        cr_skip_test("SKIPPED: %s", reason);
}

static void pause_ms(long ms)
{
    const struct timespec moment = {.tv_nsec = ms * 1000000};
    nanosleep(&moment, NULL);
}

static void wait_for(struct weir_pipeline *p, uint64_t received)
{
    struct weir_progress progress = {.delivered_bytes = 0};
    for (int i = 0; i < 5000 && (progress.ledger.received < received ||
                                 progress.ledger.in_flight > 0);
         i++) {
        pause_ms(1);
        cr_assert_eq(weir_pipeline_progress(p, &progress), 0);
    }
    cr_assert_geq(progress.ledger.received, received);
}

static void finish(struct weir_pipeline *p, struct weir_progress *progress)
{
    cr_assert_eq(weir_pipeline_stop(p), 0);
    cr_assert_eq(weir_pipeline_join(p, &embed_err), 0, "%s", embed_err.text);
    cr_assert_eq(weir_pipeline_progress(p, progress), 0);
    cr_assert(weir_ledger_balanced(&progress->ledger));
    cr_assert_eq(weir_pipeline_close(&p, NULL), 0);
}

/* Numbers of all frames, by lane. */
struct seen {
    uint64_t bits[4][64];
    uint32_t lanes;
};

static int create(void *context, uint32_t lane, uint32_t worker, void **state,
                  struct weir_err *err)
{
    struct seen *seen = context;
    (void)err;
    cr_assert_eq(worker, 0);
    seen->lanes++;
    *state = seen->bits[lane];
    return 0;
}

static uint64_t note(void *state, const struct weir_tap_vector *v)
{
    uint64_t *bits = state;
    for (uint32_t i = 0; i < v->count; i++) {
        const uint32_t number = rig_number(v->frames[i].data, 14) % 4096;
        bits[number / 64] |= UINT64_C(1) << number % 64;
    }
    return 0;
}

Test(pipeline_live, lanes_share_an_interface_and_a_tap_sees_all)
{
    need();
    static struct seen seen;
    struct weir_progress progress;
    const struct weir_pipeline_source source = {.device = RIG_RIGHT,
                                                .lanes = 2};
    const struct weir_tap_config tap = {
        .name = "note", .context = &seen, .create = create, .tap = note};
    struct weir_pipeline *p =
        embed_open((struct weir_pipeline_config){.sources = &source,
                                                 .sources_count = 1,
                                                 .workers = 1,
                                                 .timeout_ms = 10,
                                                 .taps = &tap,
                                                 .taps_count = 1},
                   NULL);
    cr_assert_eq(weir_pipeline_start(p, &embed_err), 0, "%s", embed_err.text);
    cr_assert_str_eq(weir_pipeline_iface_name(p, 0), RIG_RIGHT);
    rig_send_udp(1000, 60);
    finish(p, &progress);
    cr_assert_eq(progress.ledger.kernel_seen, 1000);
    cr_assert_eq(progress.ledger.delivered, 1000);
    cr_assert_eq(seen.lanes, 2);
    for (uint32_t i = 0; i < 1000; i++) {
        const uint64_t bit = UINT64_C(1) << i % 64;
        cr_assert_eq(((seen.bits[0][i / 64] & bit) != 0) +
                         ((seen.bits[1][i / 64] & bit) != 0),
                     1, "frame %u is in one lane", i);
    }
}

Test(pipeline_live, a_filter_is_changed_under_traffic)
{
    need();
    struct weir_progress progress;
    uint8_t frame[60];
    const struct weir_pipeline_source source = {.device = RIG_RIGHT};
    embed_begin();
    struct weir_pipeline *p = embed_open(
        (struct weir_pipeline_config){
            .sources = &source,
            .sources_count = 1,
            .timeout_ms = 10,
            .file = {.path = embed_path("out.pcapng")},
        },
        NULL);
    cr_assert_eq(weir_pipeline_start(p, &embed_err), 0, "%s", embed_err.text);
    for (uint32_t i = 0; i < 600; i++) {
        rig_udp(frame, sizeof frame, i % 2 == 0 ? 1000 : 2000, i, 0);
        rig_send(RIG_LEFT, frame, sizeof frame);
        /* Port 1000 passes both. */
        if (i % 30 == 29)
            cr_assert_eq(
                weir_pipeline_set_filter(
                    p, i % 60 == 59 ? "udp" : "udp port 1000", &embed_err),
                i / 30 + 1, "%s", embed_err.text);
    }
    embed_err.text[0] = '\0';
    cr_assert_eq(weir_pipeline_set_filter(p, "inbound", &embed_err), 21);
    cr_assert_str_eq(embed_err.text, "");
    cr_assert_eq(weir_pipeline_set_filter(p, "ifindex 1", &embed_err),
                 -ENOTSUP);
    cr_assert_eq(weir_pipeline_set_timeout(p, 1, &embed_err), -ENOTSUP);
    finish(p, &progress);
    cr_assert_eq(progress.filter_generation, 21);
    cr_assert_geq(progress.ledger.delivered, 300);
    cr_assert_eq(progress.ledger.received,
                 progress.ledger.delivered +
                     progress.ledger.excluded[WEIR_EXCLUDED_FILTER]);
    cr_assert_eq(progress.ledger.kernel_dropped, 0);
    embed_end();
}

Test(pipeline_live, what_libpcap_alone_takes_and_an_interface_that_is_removed)
{
    need();
    struct weir_progress progress;
    const struct weir_pipeline_source any = {.device = "any"};
    struct weir_pipeline *p =
        embed_open((struct weir_pipeline_config){.sources = &any,
                                                 .sources_count = 1,
                                                 .timeout_ms = 10,
                                                 .filter = "udp"},
                   NULL);
    cr_assert_eq(weir_pipeline_start(p, &embed_err), 0, "%s", embed_err.text);
    cr_assert_eq(weir_pipeline_set_timeout(p, 1, &embed_err), 1, "%s",
                 embed_err.text);
    rig_send_udp(10, 60);
    wait_for(p, 20);
    finish(p, &progress);
    cr_assert_eq(progress.ledger.delivered, 20, "sent, and received");

    const struct weir_pipeline_source right = {.device = RIG_RIGHT};
    p = embed_open((struct weir_pipeline_config){.sources = &right,
                                                 .sources_count = 1,
                                                 .timeout_ms = 10},
                   NULL);
    cr_assert_eq(weir_pipeline_start(p, &embed_err), 0, "%s", embed_err.text);
    rig_send_udp(10, 60);
    wait_for(p, 10);
    cr_assert(rig_ip("link delete " RIG_RIGHT));
    cr_assert_eq(weir_pipeline_join(p, &embed_err), -ENODEV);
    cr_assert_not_null(strstr(embed_err.text, RIG_RIGHT));
    cr_assert_eq(weir_pipeline_progress(p, &progress), 0);
    cr_assert_eq(progress.ledger.delivered, 10);
    cr_assert_eq(weir_pipeline_close(&p, NULL), 0);
}

/* The kernel is given a text about tags anew only with the privilege; without,
 * it takes all, and the workers test. */
Test(pipeline_live, a_filter_outlives_a_loss_of_privilege)
{
    need();
    const struct weir_pipeline_source source = {.device = RIG_RIGHT};
    struct weir_pipeline *p = embed_open(
        (struct weir_pipeline_config){
            .sources = &source,
            .sources_count = 1,
            .filter = "vlan 7",
            .snaplen = 60,
        },
        NULL);
    struct weir_progress progress;
    cr_assert_eq(weir_pipeline_start(p, &embed_err), 0, "%s", embed_err.text);
    cr_assert_eq(seteuid(65534), 0);
    cr_assert_eq(weir_pipeline_set_snaplen(p, 500, NULL), 1);
    cr_assert_eq(seteuid(0), 0);
    rig_send_udp(5, 100);
    wait_for(p, 5);
    cr_assert_eq(weir_pipeline_set_snaplen(p, 60, NULL), 2);
    rig_send_udp(5, 100);
    finish(p, &progress);
    cr_assert_eq(progress.ledger.delivered, 0);
    cr_assert_geq(progress.ledger.excluded[WEIR_EXCLUDED_FILTER], 5);
}

/* What libpcap was opened for is the most that it gives. */
Test(pipeline_live, a_snapshot_length_that_libpcap_cannot_give_is_refused)
{
    need();
    const struct weir_pipeline_source source = {.device = "any"};
    struct weir_pipeline *p = embed_open(
        (struct weir_pipeline_config){
            .sources = &source, .sources_count = 1, .snaplen = 60},
        NULL);
    cr_assert_eq(weir_pipeline_set_snaplen(p, 61, &embed_err), -ENOTSUP);
    cr_assert_str_eq(embed_err.text, "any: a snapshot length of 61: it was "
                                     "opened for 60, and libpcap gives no "
                                     "more");
    cr_assert_eq(weir_pipeline_set_snaplen(p, 0, NULL), -ENOTSUP);
    cr_assert_eq(weir_pipeline_set_snaplen(p, 50, NULL), 1);
    cr_assert_eq(weir_pipeline_set_snaplen(p, 60, NULL), 2);
    cr_assert_eq(weir_pipeline_set_filter(p, "udp", NULL), 3);
    cr_assert_eq(weir_pipeline_close(&p, NULL), 0);
}

Test(pipeline_live, what_is_not_there_is_refused)
{
    need();
    struct weir_pipeline *p = NULL;
    const struct weir_pipeline_source none = {.device = "none0"};
    const struct weir_pipeline_source any = {.device = "any", .lanes = 2};
    struct weir_pipeline_config config = {.sources = &none, .sources_count = 1};
    cr_assert_eq(weir_pipeline_open(&p, &config, &embed_err), -ENODEV);
    cr_assert_not_null(strstr(embed_err.text, "none0"), "%s", embed_err.text);
    config.sources = &any;
    cr_assert_eq(weir_pipeline_open(&p, &config, &embed_err), -EINVAL);
    cr_assert_not_null(strstr(embed_err.text, "any: only Ethernet"), "%s",
                       embed_err.text);
    const struct weir_pipeline_source right = {.device = RIG_RIGHT};
    config.sources = &right;
    config.buffer_bytes = 100000;
    cr_assert_eq(weir_pipeline_open(&p, &config, &embed_err), -EINVAL);
    cr_assert_not_null(strstr(embed_err.text, RIG_RIGHT ": a ring of"), "%s",
                       embed_err.text);
    cr_assert_null(strstr(embed_err.text, "-B"), "%s", embed_err.text);
}
