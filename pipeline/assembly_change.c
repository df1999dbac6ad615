#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/pcap.h"
#include "capture/screen.h"
#include "capture/source.h"
#include "pipeline/assembly_impl.h"
#include "pipeline/lane.h"
#include "pipeline/settings.h"

/* The text must be one that some link type of the source has, as far as they
 * are known; frames of those that do not have it are not taken. */
static int make_screen(struct weir_screen **out,
                       const struct weir_source *source, const char *text,
                       bool of_open, uint32_t snaplen, struct weir_err *err)
{
    struct weir_screen_config config = {
        .text = text,
        .snaplen = snaplen,
        .source = source,
        /* The kernel has tested by that since, and goes on. */
        .tested = of_open && source->filter == NULL,
    };
    const uint32_t count = source->live ? 0 : weir_ifaces_count(source->ifaces);
    if (count == 0)
        return weir_screen_make(out, &config, err);
    struct weir_err first;
    config.linktypes = &source->ifaces->at[0].linktype;
    config.linktype_count = 1;
    int ret = weir_screen_make(out, &config, &first);
    for (uint32_t i = 1; ret == -EINVAL && i < count; i++) {
        config.linktypes = &source->ifaces->at[i].linktype;
        if (weir_screen_make(out, &config, NULL) == 0)
            ret = 0;
    }
    return ret == 0 ? 0 : weir_err_set(err, ret, "%s", first.text);
}

static int make_screens(const struct weir_assembly *a,
                        struct weir_snapshot *snapshot, const char *filter,
                        uint32_t snaplen, struct weir_err *err)
{
    const bool of_open = filter == NULL && !a->untested;
    /* Filters and kernels as at open, and no frame is longer than there. */
    if (of_open && snaplen <= a->snaplen_max)
        return 0;
    int ret = 0;
    for (uint32_t i = 0; ret == 0 && i < a->lanes_count; i++) {
        const char *text = filter;
        if (text == NULL && a->filters != NULL)
            text = a->filters[i];
        ret = make_screen(&snapshot->lanes[i].screen,
                          weir_lane_source(a->lanes[i]), text, of_open, snaplen,
                          err);
    }
    return ret;
}

static int draft(const struct weir_assembly *a, struct weir_snapshot **out,
                 const struct weir_change *change, const char *filter,
                 uint32_t snaplen, struct weir_err *err)
{
    struct weir_snapshot *snapshot = weir_settings_draft(a->settings);
    if (snapshot == NULL)
        return weir_err_sys(err, -ENOMEM, "settings");
    snapshot->snaplen = snaplen < WEIR_SNAPLEN_MAX ? snaplen : 0;
    if (change->waits) {
        snapshot->waits = true;
        snapshot->wait_ms = change->wait_ms;
    }
    int ret = make_screens(a, snapshot, filter, snaplen, err);
    if (ret < 0) {
        weir_settings_discard(snapshot);
        return ret;
    }
    *out = snapshot;
    return 0;
}

/* Behind these screens the kernels test by the filters of open, as before. */
static bool all_tested(const struct weir_snapshot *snapshot)
{
    bool tested = true;
    for (uint32_t i = 0; i < snapshot->lanes_count; i++) {
        const struct weir_screen *screen = snapshot->lanes[i].screen;
        tested &= screen == NULL || weir_screen_tested(screen);
    }
    return tested;
}

static bool any_waits(const struct weir_assembly *a)
{
    bool any = false;
    for (uint32_t i = 0; i < a->lanes_count; i++)
        any |= weir_lane_source(a->lanes[i])->ops->wait_put != NULL;
    return any;
}

static int check_snaplen(const struct weir_assembly *a, uint32_t snaplen,
                         struct weir_err *err)
{
    if (a->writes && snaplen > a->snaplen_max)
        return weir_err_set(err, -EINVAL,
                            "a snapshot length of %u: the file says that no "
                            "frame is longer than %u",
                            snaplen, a->snaplen_max);
    for (uint32_t i = 0; i < a->lanes_count; i++) {
        const struct weir_source *source = weir_lane_source(a->lanes[i]);
        if (source->snaplen_max != 0 && snaplen > source->snaplen_max)
            return weir_err_set(err, -ENOTSUP,
                                "%s: a snapshot length of %u: it was opened "
                                "for %u, and libpcap gives no more",
                                source->name, snaplen, source->snaplen_max);
    }
    return 0;
}

static int check(const struct weir_assembly *a,
                 const struct weir_change *change, uint32_t snaplen,
                 struct weir_err *err)
{
    if (change->filter == NULL && change->snaplen == 0 && !change->waits)
        return weir_err_set(err, -EINVAL, "nothing is to be changed");
    if (change->waits && !any_waits(a))
        return weir_err_set(err, -ENOTSUP,
                            "frames wait in the kernel alone, whose timer is "
                            "fixed at open");
    return check_snaplen(a, snaplen, err);
}

int64_t weir_assembly_change(struct weir_assembly *a,
                             const struct weir_change *change,
                             struct weir_err *err)
{
    struct weir_snapshot *snapshot = NULL;
    char *filter = NULL;
    uint32_t snaplen = change->snaplen != 0 ? change->snaplen : a->snaplen;
    if (snaplen > WEIR_SNAPLEN_MAX)
        snaplen = WEIR_SNAPLEN_MAX;
    int ret = check(a, change, snaplen, err);
    if (ret < 0)
        return ret;
    if (change->filter != NULL) {
        filter = strdup(change->filter);
        if (filter == NULL)
            return weir_err_sys(err, -ENOMEM, "filter");
    }
    ret = draft(a, &snapshot, change, filter != NULL ? filter : a->filter,
                snaplen, err);
    if (snapshot == NULL) {
        free(filter);
        return ret;
    }
    if (filter != NULL) {
        free(a->filter);
        a->filter = filter;
    }
    a->untested |= a->filter == NULL && !all_tested(snapshot);
    a->snaplen = snaplen;
    const uint64_t generation = weir_settings_publish(a->settings, snapshot);
    atomic_store_explicit(&a->generation, generation, memory_order_relaxed);
    for (uint32_t i = 0; i < a->lanes_count; i++)
        weir_lane_change(a->lanes[i]);
    return (int64_t)generation;
}

uint64_t assembly_generation_of(const struct weir_assembly *a, uint32_t first,
                                uint32_t end)
{
    uint64_t least = UINT64_MAX;
    for (uint32_t i = first; i < end; i++) {
        uint64_t taken = weir_lane_generation(a->lanes[i]);
        least = taken < least ? taken : least;
    }
    /* Relaxed: lanes that have ended take what there is. */
    return least != UINT64_MAX
               ? least
               : atomic_load_explicit(&a->generation, memory_order_relaxed);
}

uint64_t weir_assembly_generation(const struct weir_assembly *a)
{
    return assembly_generation_of(a, 0, a->lanes_count);
}
