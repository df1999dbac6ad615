#include "pipeline/taps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "ring/counter.h"
#include "ring/iface.h"

_Static_assert(WEIR_TAP_VECTOR == 64, "a bit for each frame");

struct tap_cells {
    struct weir_counter offered;
    struct weir_counter excluded;
};

struct tap {
    struct weir_tap_config config;
    void *state;
    uint64_t offered; /* since it was published */
    uint64_t excluded;
};

struct weir_taps {
    _Alignas(WEIR_CACHE_PAIR) struct tap_cells cells[WEIR_TAPS_MAX];
    _Alignas(WEIR_CACHE_PAIR) uint32_t count;
    uint32_t lane;
    uint32_t worker;
    bool excludes;
    struct tap at[WEIR_TAPS_MAX];
    /* A vector, and which of those that were shown first its frames are. */
    struct weir_frame frames[WEIR_TAP_VECTOR];
    struct weir_dissection dissections[WEIR_TAP_VECTOR];
    uint16_t linktypes[WEIR_TAP_VECTOR];
    uint8_t origins[WEIR_TAP_VECTOR];
};

int weir_taps_check(const struct weir_tap_config *configs, uint32_t n,
                    struct weir_err *err)
{
    if (n > WEIR_TAPS_MAX)
        return weir_err_set(err, -EINVAL, "%u taps: %d are possible", n,
                            WEIR_TAPS_MAX);
    if (n > 0 && configs == NULL)
        return weir_err_set(err, -EINVAL, "%u taps, but none are given", n);
    for (uint32_t i = 0; i < n; i++) {
        if (configs[i].name == NULL || configs[i].name[0] == '\0')
            return weir_err_set(err, -EINVAL, "tap %u has no name", i);
        if (configs[i].tap == NULL)
            return weir_err_set(err, -EINVAL, "tap %s has no function",
                                configs[i].name);
        for (uint32_t j = 0; j < i; j++)
            if (strcmp(configs[i].name, configs[j].name) == 0)
                return weir_err_set(err, -EINVAL, "two taps are named %s",
                                    configs[i].name);
    }
    return 0;
}

static int create(struct tap *tap, uint32_t lane, uint32_t worker,
                  struct weir_err *err)
{
    const struct weir_tap_config *config = &tap->config;
    struct weir_err why = {.text = ""};
    tap->state = config->create == NULL ? config->context : NULL;
    if (config->create == NULL)
        return 0;
    int ret = config->create(config->context, lane, worker, &tap->state, &why);
    if (ret == 0)
        return 0;
    /* Whatever it says, it has failed. */
    ret = ret < 0 ? ret : -EINVAL;
    if (why.text[0] == '\0')
        return weir_err_sys(err, ret, "tap %s", config->name);
    return weir_err_set(err, ret, "tap %s: %s", config->name, why.text);
}

int weir_taps_open(struct weir_taps **out,
                   const struct weir_tap_config *configs, uint32_t n,
                   uint32_t lane, uint32_t worker, struct weir_err *err)
{
    WEIR_ASSERT(n >= 1 && n <= WEIR_TAPS_MAX);
    struct weir_taps *taps =
        aligned_alloc(WEIR_CACHE_PAIR, sizeof(struct weir_taps));
    if (taps == NULL)
        return weir_err_sys(err, -ENOMEM, "taps");
    memset(taps, 0, sizeof *taps);
    taps->lane = lane;
    taps->worker = worker;
    for (uint32_t i = 0; i < n; i++) {
        struct tap *tap = &taps->at[i];
        tap->config = configs[i];
        int ret = create(tap, lane, worker, err);
        if (ret < 0) {
            weir_taps_close(taps);
            return ret;
        }
        taps->excludes |= configs[i].excludes;
        taps->count++;
    }
    *out = taps;
    return 0;
}

bool weir_taps_excludes(const struct weir_taps *taps)
{
    return taps->excludes;
}

static void dissect(struct weir_taps *taps, const struct weir_iface *ifaces,
                    const struct weir_frame *frames, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct weir_frame *f = &frames[i];
        taps->linktypes[i] = ifaces[f->iface].linktype;
        taps->origins[i] = (uint8_t)i;
        weir_dissect(&taps->dissections[i], f->data, f->caplen, f->len,
                     taps->linktypes[i]);
    }
}

/* Closes up what is left of the vector.  Returns the bits of the others, as
 * they were shown first. */
static uint64_t leave_out(struct weir_taps *taps, struct weir_tap_vector *v,
                          uint64_t bits)
{
    uint64_t out = 0;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < v->count; i++) {
        if (bits >> i & 1) {
            out |= UINT64_C(1) << taps->origins[i];
            continue;
        }
        taps->frames[kept] = v->frames[i];
        taps->dissections[kept] = taps->dissections[i];
        taps->linktypes[kept] = taps->linktypes[i];
        taps->origins[kept] = taps->origins[i];
        kept++;
    }
    v->frames = taps->frames;
    v->count = kept;
    return out;
}

uint64_t weir_taps_show(struct weir_taps *taps, const struct weir_iface *ifaces,
                        const struct weir_frame *frames, uint32_t n)
{
    uint64_t out = 0;
    WEIR_DCHECK(n >= 1 && n <= WEIR_TAP_VECTOR);
    dissect(taps, ifaces, frames, n);
    struct weir_tap_vector v = {.frames = frames,
                                .dissections = taps->dissections,
                                .linktypes = taps->linktypes,
                                .count = n,
                                .lane = taps->lane,
                                .worker = taps->worker};
    for (uint32_t i = 0; i < taps->count && v.count > 0; i++) {
        struct tap *tap = &taps->at[i];
        const uint64_t all = UINT64_MAX >> (WEIR_TAP_VECTOR - v.count);
        const uint64_t bits = tap->config.tap(tap->state, &v) & all;
        tap->offered += v.count;
        if (bits == 0 || !tap->config.excludes)
            continue;
        tap->excluded += (uint64_t)__builtin_popcountll(bits);
        out |= leave_out(taps, &v, bits);
    }
    return out;
}

void weir_taps_publish(struct weir_taps *taps)
{
    for (uint32_t i = 0; i < taps->count; i++) {
        struct tap *tap = &taps->at[i];
        weir_counter_add(&taps->cells[i].offered, tap->offered);
        weir_counter_add(&taps->cells[i].excluded, tap->excluded);
        tap->offered = 0;
        tap->excluded = 0;
    }
}

void weir_taps_counts(const struct weir_taps *taps, uint32_t i,
                      struct weir_tap_counts *out)
{
    out->excluded += weir_counter_read(&taps->cells[i].excluded);
    out->offered += weir_counter_read(&taps->cells[i].offered);
}

void weir_taps_merge(struct weir_taps *taps)
{
    for (uint32_t i = 0; i < taps->count; i++) {
        const struct weir_tap_config *config = &taps->at[i].config;
        if (config->create != NULL && config->merge != NULL)
            config->merge(config->context, taps->at[i].state);
    }
}

void weir_taps_close(struct weir_taps *taps)
{
    if (taps == NULL)
        return;
    for (uint32_t i = 0; i < taps->count; i++) {
        const struct weir_tap_config *config = &taps->at[i].config;
        if (config->create != NULL && config->destroy != NULL)
            config->destroy(config->context, taps->at[i].state);
    }
    free(taps);
}
