/* Dissection of frames whose headers the walk has just brought near. */

#include <errno.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/linktype.h"
#include "bench/stages/input.h"
#include "bench/stages/stage.h"
#include "dissect/dissect.h"

struct dissect_state {
    const struct weir_input *input;
    struct weir_input_place place;
    uint64_t frames;
    uint64_t good; /* Ethernet, IPv4 and UDP were found, and their payload */
    uint32_t n;
    struct weir_frame v[WEIR_STAGE_RUN];
};

static int dissect_open(void **out, const struct weir_stage_setup *setup,
                        struct weir_err *err)
{
    struct dissect_state *s = calloc(1, sizeof *s);
    if (s == NULL)
        return weir_err_sys(err, -ENOMEM, "dissect");
    s->input = setup->input;
    *out = s;
    return 0;
}

static int dissect_prepare(void *state, struct weir_err *err)
{
    (void)err;
    struct dissect_state *s = state;
    s->n = weir_input_take(s->input, &s->place, s->v, WEIR_STAGE_RUN);
    return 0;
}

static int64_t dissect_run(void *state, struct weir_err *err)
{
    (void)err;
    static const uint64_t path =
        WEIR_PROTO_ETH | WEIR_PROTO_IP << 8 | WEIR_PROTO_UDP << 16;
    struct dissect_state *s = state;
    uint64_t good = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        const struct weir_frame *f = &s->v[i];
        struct weir_dissection d;
        weir_dissect(&d, f->data, f->caplen, f->len, WEIR_LINKTYPE_ETHERNET);
        good += d.path == path && d.outcome == WEIR_OUTCOME_OK &&
                d.payload_offset == 42 && d.payload_end == f->len;
    }
    s->frames += s->n;
    s->good += good;
    return s->n;
}

static int dissect_check(void *state, struct weir_err *err)
{
    const struct dissect_state *s = state;
    if (s->good == s->frames)
        return 0;
    return weir_err_set(err, -EBADMSG, "%llu frames were not recognised",
                        (unsigned long long)(s->frames - s->good));
}

const struct weir_stage weir_stage_dissect = {
    .name = "dissect",
    .text = "find the layers of each frame",
    .floor = "touch_near",
    .open = dissect_open,
    .prepare = dissect_prepare,
    .run = dissect_run,
    .check = dissect_check,
    .close = free,
};
