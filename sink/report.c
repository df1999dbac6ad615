#include "sink/report.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/err.h"

static_assert(WEIR_TALKER_TEXT_MAX >= INET6_ADDRSTRLEN, "any address must fit");

char *weir_talker_text(char *out, const struct weir_talker *talker)
{
    const uint8_t *a = talker->address;
    if (talker->kind == 4 || talker->kind == 6)
        inet_ntop(talker->kind == 4 ? AF_INET : AF_INET6, a, out,
                  WEIR_TALKER_TEXT_MAX);
    else
        snprintf(out, WEIR_TALKER_TEXT_MAX, "%02x:%02x:%02x:%02x:%02x:%02x",
                 a[0], a[1], a[2], a[3], a[4], a[5]);
    return out;
}

int weir_report_talkers(const struct weir_report *report,
                        struct weir_talker **out, size_t *count,
                        struct weir_sum *other, struct weir_err *err)
{
    size_t max = report->talkers == 0 ? WEIR_REPORT_TALKERS : report->talkers;
    struct weir_talker *talkers = calloc(max, sizeof *talkers);
    if (talkers == NULL)
        return weir_err_set(err, -ENOMEM, "no memory for the talkers");
    *count = weir_summary_talkers(report->summary, talkers, max, other);
    *out = talkers;
    return 0;
}

const char *weir_report_outcome(const struct weir_report *report,
                                uint8_t outcome, char *out)
{
    const char *name = report->outcome_name(outcome);
    if (*name != '\0')
        return name;
    snprintf(out, WEIR_TALKER_TEXT_MAX, "outcome_%u", outcome);
    return out;
}
