#include "bench/trial/reconcile.h"

#include <errno.h>
#include <inttypes.h>

#include "base/err.h"

/* left = right, or false and both. */
static bool holds(struct weir_err *why, uint64_t left, uint64_t right,
                  const char *left_text, const char *right_text)
{
    if (left == right)
        return true;
    (void)weir_err_set(why, -EINVAL, "%s %" PRIu64 " is not %s %" PRIu64,
                       left_text, left, right_text, right);
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
    uint64_t before = r->before.qdisc + r->before.device + r->before.backlog;
    if (!holds(why, r->sent, r->kernel_seen + before, "sent",
               "kernel_seen + before") ||
        !holds(why, r->kernel_seen,
               r->received + r->kernel_dropped + r->discards, "kernel_seen",
               "received + kernel_dropped + discards") ||
        !holds(why, r->received, r->accounted + r->excluded + r->lost,
               "received", "accounted + excluded + lost"))
        return false;
    if (!r->has_file)
        return true;
    return file_is_ours(&r->file, why) &&
           is_zero(why, r->file.misplaced, "frames out of order") &&
           holds(why, r->accounted, r->file.distinct, "accounted",
                 "distinct in the file");
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
