#include "tests/pipeline/fake_tap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/linktype.h"
#include "pipeline/tap.h"

#define TAKEN_OUT 0x80

struct state {
    struct fake_tap *tap;
    uint32_t lane;
    uint32_t worker;
    uint64_t offered;
    uint64_t excluded;
    uint64_t next; /* no frame before this one comes */
};

static int create(void *context, uint32_t lane, uint32_t worker, void **out,
                  struct weir_err *err)
{
    struct fake_tap *tap = context;
    struct state *state = calloc(1, sizeof *state);
    (void)err;
    WEIR_ASSERT(state != NULL);
    *state = (struct state){.tap = tap, .lane = lane, .worker = worker};
    tap->created++;
    *out = state;
    return 0;
}

static void merge(void *context, void *from)
{
    struct fake_tap *tap = context;
    const struct state *state = from;
    uint32_t place = state->lane * 64 + state->worker;
    if (place < tap->next_merge)
        tap->all->fault = "states are merged out of order";
    tap->next_merge = place + 1;
    tap->merged++;
    tap->offered += state->offered;
    tap->excluded += state->excluded;
}

static void destroy(void *context, void *state)
{
    struct fake_tap *tap = context;
    tap->destroyed++;
    free(state);
}

static const char *check_frame(const struct fake_taps *all, struct state *state,
                               const struct weir_tap_vector *v, uint32_t i)
{
    const struct weir_frame *f = &v->frames[i];
    const uint64_t mark = weir_load_64(f->data);
    const uint64_t number = mark & (UINT64_MAX >> 8);
    const bool second = all->second_iface && fake_is_second(number);
    struct weir_dissection d;
    if (mark >> 56 != v->lane || number >= all->frames_max)
        return "a frame of another lane, or of none";
    if (number < state->next)
        return "a state's frames are not in their order";
    state->next = number + 1;
    if (all->marks[v->lane][number] & TAKEN_OUT)
        return "a frame that a tap before had taken out";
    if (all->marks[v->lane][number] >> state->tap->number & 1)
        return "a frame that was shown twice";
    const struct fake_fate *fate =
        all->fates != NULL ? fake_fates_of(all->fates, (uint8_t)v->lane, number)
                           : NULL;
    const bool anew = fate != NULL && fate->filter != 0;
    if ((second && all->one_linktype) ||
        (anew ? !fake_filter_takes(fate->filter, second, number)
              : !second && all->filtered && fake_is_unwanted(number)))
        return "a frame that was not selected";
    if (fate != NULL && (!fate->given || f->caplen != fate->caplen))
        return "a frame that was not given, or cut otherwise";
    if (v->linktypes[i] !=
        (second ? FAKE_SECOND_LINKTYPE : WEIR_LINKTYPE_ETHERNET))
        return "a frame of another link type";
    if (fate == NULL && all->snaplen != 0 && f->caplen > all->snaplen)
        return "a frame that is too long";
    weir_dissect(&d, f->data, f->caplen, f->len, v->linktypes[i]);
    if (d.path != v->dissections[i].path ||
        d.payload_offset != v->dissections[i].payload_offset)
        return "a dissection of another frame";
    return NULL;
}

static uint64_t tap(void *context, const struct weir_tap_vector *v)
{
    struct state *state = context;
    struct fake_taps *all = state->tap->all;
    uint64_t bits = 0;
    if (v->count < 1 || v->count > WEIR_TAP_VECTOR || v->lane != state->lane ||
        v->worker != state->worker) {
        all->fault = "a vector of nothing, or for somebody else";
        return 0;
    }
    for (uint32_t i = 0; i < v->count; i++) {
        const char *fault = check_frame(all, state, v, i);
        if (fault != NULL) {
            all->fault = fault;
            return 0;
        }
        const uint64_t number =
            weir_load_64(v->frames[i].data) & (UINT64_MAX >> 8);
        uint8_t *mark = &all->marks[v->lane][number];
        *mark |= (uint8_t)(1u << state->tap->number);
        if (state->tap->every == 0 || ++state->offered % state->tap->every != 0)
            continue;
        bits |= UINT64_C(1) << i;
        if (all->configs[state->tap->number].excludes)
            *mark |= TAKEN_OUT;
    }
    if (state->tap->every == 0)
        state->offered += v->count;
    if (all->configs[state->tap->number].excludes)
        state->excluded += (uint64_t)__builtin_popcountll(bits);
    /* What lies behind the vector means nothing. */
    return bits | (v->count < 64 ? UINT64_MAX << v->count : 0);
}

void fake_taps_choose(struct fake_taps *taps, uint64_t *random,
                      size_t frames_max, struct weir_assembly_config *config)
{
    static const char *const names[FAKE_TAPS_MAX] = {"a", "b", "c"};
    memset(taps, 0, sizeof *taps);
    if (fake_random(random) % 3 == 0)
        return;
    taps->count = 1 + (uint32_t)(fake_random(random) % FAKE_TAPS_MAX);
    taps->frames_max = frames_max;
    for (uint32_t i = 0; i < config->lanes; i++) {
        taps->marks[i] = calloc(frames_max, 1);
        WEIR_ASSERT(taps->marks[i] != NULL);
    }
    for (uint32_t i = 0; i < taps->count; i++) {
        taps->at[i] = (struct fake_tap){
            .all = taps,
            .number = i,
            .every = (uint32_t)(fake_random(random) % 9),
        };
        taps->configs[i] = (struct weir_tap_config){
            .name = names[i],
            .context = &taps->at[i],
            .excludes = fake_random(random) % 2 == 0,
            .create = create,
            .tap = tap,
            .merge = merge,
            .destroy = destroy,
        };
    }
    config->taps = taps->configs;
    config->taps_count = taps->count;
}

void fake_taps_close(struct fake_taps *taps)
{
    for (int i = 0; i < FAKE_LANES; i++)
        free(taps->marks[i]);
}

bool fake_taps_left_out(const struct fake_taps *taps, uint8_t lane,
                        uint64_t number)
{
    return taps->count > 0 && number < taps->frames_max &&
           (taps->marks[lane][number] & TAKEN_OUT) != 0;
}

const char *fake_taps_wrong(const struct fake_taps *taps)
{
    return taps->fault;
}

const char *fake_taps_wrong_end(const struct fake_taps *taps,
                                const struct weir_assembly *a)
{
    struct weir_progress p;
    uint64_t excluded = 0;
    weir_assembly_progress(a, &p);
    if (weir_assembly_taps(a) != taps->count)
        return "other taps than were asked for";
    for (uint32_t i = 0; i < taps->count; i++) {
        const struct fake_tap *tap = &taps->at[i];
        struct weir_tap_counts counts;
        weir_assembly_tap(a, i, &counts);
        if (tap->merged != tap->created || tap->created == 0)
            return "a state was not merged, or twice";
        if (tap->destroyed != 0)
            return "a state was destroyed before the end";
        if (strcmp(counts.name, taps->configs[i].name) != 0 ||
            counts.offered != tap->offered || counts.excluded != tap->excluded)
            return "the counts of a tap are not what it saw";
        excluded += counts.excluded;
    }
    if (excluded != p.ledger.excluded[WEIR_EXCLUDED_TAP])
        return "excluded[tap] is not what the taps took out";
    return taps->fault;
}

bool fake_taps_destroyed(const struct fake_taps *taps)
{
    for (uint32_t i = 0; i < taps->count; i++)
        if (taps->at[i].destroyed != taps->at[i].created)
            return false;
    return true;
}
