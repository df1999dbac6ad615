/* A sender that is misused, or where it may not be, says so. */

#include "sink/sender.h"

#include <criterion/criterion.h>

#include <errno.h>
#include <string.h>

#include "base/err.h"

static void refuses(struct weir_sender_config config, int code,
                    const char *words)
{
    struct weir_sender *sender = NULL;
    struct weir_err err = {0};
    cr_assert_eq(weir_sender_open(&sender, &config, &err), code, "%s",
                 err.text);
    cr_assert_null(sender);
    cr_assert_not_null(strstr(err.text, words), "%s", err.text);
    cr_assert_eq(weir_sender_open(&sender, &config, NULL), code);
}

Test(sender, a_wrong_configuration_is_refused)
{
    refuses((struct weir_sender_config){0}, -EINVAL, "no device");
    refuses((struct weir_sender_config){.device = "lo", .ring_bytes = 1},
            -EINVAL, "a ring of 1 bytes: from 65536");
    refuses((struct weir_sender_config){.device = "lo", .patience_ns = -1},
            -EINVAL, "negative patience");
    refuses((struct weir_sender_config){.device = "lo",
                                        .way = (enum weir_sender_way)7},
            -EINVAL, "no such way");
    refuses((struct weir_sender_config){.device = ""}, -ENODEV,
            "': an interface's name has 1 to 15 bytes");
    refuses((struct weir_sender_config){.device = "nowhere"}, -ENODEV,
            "nowhere: no such interface");
    refuses(
        (struct weir_sender_config){.device = "a-name-that-is-far-too-long"},
        -ENODEV, "': an interface's name has 1 to 15 bytes");
}

Test(sender, one_that_is_open_is_not_opened_again)
{
    char other;
    struct weir_sender *open = (struct weir_sender *)(void *)&other;
    struct weir_err err = {0};
    const struct weir_sender_config config = {.device = "lo"};
    cr_assert_eq(weir_sender_open(&open, &config, &err), -EBUSY);
    cr_assert_str_eq(err.text, "sender: it is open already");
    cr_assert_eq((void *)open, (void *)&other);
}

Test(sender, nothing_crashes_without_a_sender)
{
    struct weir_sender *none = NULL;
    struct weir_err err = {0};
    struct weir_sender_counts stats;
    const struct weir_frame frame = {0};
    const struct weir_sender_config config = {.device = "lo"};
    cr_assert_eq(weir_sender_open(NULL, &config, &err), -EINVAL);
    cr_assert_eq(weir_sender_open(&none, NULL, &err), -EINVAL);
    cr_assert_eq(weir_sender_open(NULL, NULL, NULL), -EINVAL);
    cr_assert_eq(weir_sender_send(NULL, "x", 1, &err), -EINVAL);
    cr_assert_str_eq(err.text, "sender: none is given");
    cr_assert_eq(weir_sender_send_batch(NULL, &frame, 1, NULL, NULL), -EINVAL);
    cr_assert_eq(weir_sender_kick(NULL, NULL), -EINVAL);
    cr_assert_eq(weir_sender_flush(NULL, NULL), -EINVAL);
    cr_assert_eq(weir_sender_stats(NULL, &stats, NULL), -EINVAL);
    cr_assert_eq(weir_sender_linktype(NULL), -EINVAL);
    cr_assert_eq(weir_sender_way_of(NULL), -EINVAL);
    cr_assert_eq(weir_sender_close(NULL, NULL), 0);
    cr_assert_eq(weir_sender_close(&none, NULL), 0);
}

Test(sender, names_end_where_they_end)
{
    cr_assert_str_eq(weir_sender_way_name(WEIR_SENDER_AUTO), "auto");
    cr_assert_str_eq(weir_sender_way_name(WEIR_SENDER_MMSG), "mmsg");
    cr_assert_null(weir_sender_way_name(-1));
    cr_assert_null(weir_sender_way_name(3));
    for (int i = 0; i < WEIR_SENDER_REFUSALS; i++)
        cr_assert_not_null(weir_sender_refusal_name(i));
    cr_assert_null(weir_sender_refusal_name(-1));
    cr_assert_null(weir_sender_refusal_name(WEIR_SENDER_REFUSALS));
}
