#include "tests/pipeline/sim_changes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/pcap.h"
#include "capture/source.h"
#include "tests/pipeline/fake_source.h"

void sim_changes_choose(struct sim_changes *c, uint64_t *random, uint32_t lanes,
                        uint64_t frames_max, uint32_t snaplen_least,
                        uint32_t snaplen_open)
{
    static const uint32_t odds[] = {20, 100, 500, 3000};
    *c = (struct sim_changes){.lanes = lanes,
                              .snaplen_least = snaplen_least,
                              .snaplen_open = snaplen_open,
                              .snaplen = snaplen_open};
    if (fake_random(random) % 2 == 0)
        return;
    c->odds = odds[fake_random(random) % 4];
    c->fates.frames_max = frames_max;
    for (uint32_t i = 0; i < lanes; i++) {
        c->fates.lanes[i] = calloc(frames_max, sizeof(struct fake_fate));
        WEIR_ASSERT(c->fates.lanes[i] != NULL);
    }
}

void sim_changes_close(struct sim_changes *c)
{
    for (int i = 0; i < FAKE_LANES; i++)
        free(c->fates.lanes[i]);
}

/* Nothing changes by these. */
static const char *make_wrong(struct sim_changes *c, uint64_t *random,
                              struct weir_assembly *a)
{
    static const struct weir_change wrong[] = {
        {.filter = "ip[5"}, {.filter = "inbound", .snaplen = 200}, {0}};
    struct weir_change change = wrong[fake_random(random) % 3];
    struct weir_err err = {.text = ""};
    if (c->snaplen_open != 0 && fake_random(random) % 2 == 0)
        change = (struct weir_change){.filter = "tcp",
                                      .snaplen = c->snaplen_open + 1};
    int64_t ret = weir_assembly_change(a, &change, &err);
    c->refused++;
    return ret < 0 && err.text[0] != '\0' ? NULL
                                          : "a change that cannot be was made";
}

const char *sim_changes_make(struct sim_changes *c, uint64_t *random,
                             struct weir_assembly *a)
{
    if (c->odds == 0 || fake_random(random) % c->odds != 0)
        return NULL;
    if (fake_random(random) % 8 == 0)
        return make_wrong(c, random, a);
    const uint32_t longest =
        c->snaplen_open != 0 ? c->snaplen_open : WEIR_SNAPLEN_MAX;
    uint32_t snaplen = c->snaplen_least + (uint32_t)(fake_random(random) % 400);
    uint32_t filter = 1 + (uint32_t)(fake_random(random) % FAKE_FILTERS);
    struct weir_change change = {.snaplen = 0};
    struct weir_err err = {.text = ""};
    if (fake_random(random) % 3 != 0)
        change.filter = fake_filter_text(filter);
    if (change.filter == NULL || fake_random(random) % 3 == 0)
        change.snaplen = snaplen < longest ? snaplen : longest;
    int64_t generation = weir_assembly_change(a, &change, &err);
    if (generation != (int64_t)c->generation + 1)
        return "a change that could be was not made";
    if (change.filter != NULL)
        c->filter = filter;
    if (change.snaplen != 0)
        c->snaplen = change.snaplen;
    c->generation++;
    c->done++;
    return NULL;
}

void sim_changes_note(struct sim_changes *c, uint32_t lane,
                      const struct weir_source *source)
{
    const uint64_t made = fake_source_made(source);
    for (; c->odds != 0 && c->made[lane] < made; c->made[lane]++) {
        struct fake_fate *fate = &c->fates.lanes[lane][c->made[lane]];
        fate->filter = (uint8_t)c->filter;
        if (c->snaplen != 0 && c->snaplen < fate->caplen)
            fate->caplen = c->snaplen;
    }
}

const char *sim_changes_wrong_end(const struct sim_changes *c,
                                  const struct weir_assembly *a)
{
    struct weir_progress p;
    weir_assembly_progress(a, &p);
    if (weir_assembly_generation(a) != c->generation ||
        p.filter_generation != c->generation)
        return "the generation is not that of the last change";
    return NULL;
}
