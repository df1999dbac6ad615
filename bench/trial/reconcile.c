#include "bench/trial/reconcile.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/err.h"

struct term {
    const char *name;
    uint64_t frames;
};

#define TERMS_MAX 3

/* left = the sum of the others, up to one without a name; or false and all
 * of them. */
static bool holds(struct weir_err *why, struct term left,
                  const struct term right[TERMS_MAX])
{
    char text[256] = "";
    size_t used = 0;
    uint64_t sum = 0;
    for (size_t i = 0; i < TERMS_MAX && right[i].name != NULL; i++) {
        sum += right[i].frames;
        used += (size_t)snprintf(text + used, sizeof text - used,
                                 "%s%s %" PRIu64, i > 0 ? " + " : "",
                                 right[i].name, right[i].frames);
    }
    if (left.frames == sum)
        return true;
    (void)weir_err_set(why, -EINVAL, "%s %" PRIu64 " is not %s", left.name,
                       left.frames, text);
    return false;
}

static bool is_zero(struct weir_err *why, uint64_t frames, const char *text)
{
    if (frames == 0)
        return true;
    (void)weir_err_set(why, -EINVAL, "the file has %" PRIu64 " %s", frames,
                       text);
    return false;
}

static bool file_is_ours(const struct weir_verify_counts *file,
                         struct weir_err *why)
{
    return is_zero(why, file->torn, "records that are not whole") &&
           is_zero(why, file->repeated, "frames twice") &&
           is_zero(why, file->beyond, "frames that were never sent") &&
           is_zero(why, file->foreign, "frames of others");
}

bool weir_reconcile(const struct weir_reconcile *r, struct weir_err *why)
{
    const uint64_t before =
        r->before.qdisc + r->before.device + r->before.backlog;
    const struct term sent = {"sent", r->sent};
    const struct term seen = {"kernel_seen", r->kernel_seen};
    const struct term received = {"received", r->received};
    const struct term accounted = {"accounted", r->accounted};
    const struct term of_sent[TERMS_MAX] = {seen, {"before", before}};
    const struct term of_seen[TERMS_MAX] = {
        received,
        {"kernel_dropped", r->kernel_dropped},
        {"discards", r->discards},
    };
    const struct term of_received[TERMS_MAX] = {
        accounted, {"excluded", r->excluded}, {"lost", r->lost}};
    const struct term in_file[TERMS_MAX] = {
        {"distinct in the file", r->file.distinct}};
    if (!holds(why, sent, of_sent) || !holds(why, seen, of_seen) ||
        !holds(why, received, of_received))
        return false;
    if (!r->has_file)
        return true;
    return file_is_ours(&r->file, why) &&
           is_zero(why, r->file.misplaced, "frames out of order") &&
           holds(why, accounted, in_file);
}

bool weir_reconcile_distinct(uint64_t sent,
                             const struct weir_verify_counts *file,
                             struct weir_err *why)
{
    if (!file_is_ours(file, why))
        return false;
    if (file->distinct <= sent)
        return true;
    (void)weir_err_set(why, -EINVAL,
                       "distinct in the file %" PRIu64
                       " is more than sent %" PRIu64,
                       file->distinct, sent);
    return false;
}

uint64_t weir_reconcile_lost(const struct weir_reconcile *r)
{
    uint64_t there =
        (r->has_file ? r->file.distinct : r->accounted) + r->excluded;
    return r->sent > there ? r->sent - there : 0;
}
