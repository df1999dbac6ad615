/* What a worker counts of each frame once it is dissected: totals, sizes,
 * paths and talkers, in its own summary. */

#include <errno.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/linktype.h"
#include "bench/stages/input.h"
#include "bench/stages/stage.h"
#include "dissect/dissect.h"
#include "ring/summary.h"

/* As `weir record` has it. */
#define TALKERS 262144

struct flow_state {
    const struct weir_input *input;
    struct weir_input_place place;
    struct weir_summary *summary;
    struct weir_sum expected;
    uint32_t n;
    struct weir_frame v[WEIR_STAGE_RUN];
    struct weir_tally tallies[WEIR_STAGE_RUN];
};

static int flow_open(void **out, const struct weir_stage_setup *setup,
                     struct weir_err *err)
{
    struct flow_state *s = calloc(1, sizeof *s);
    if (s == NULL)
        return weir_err_sys(err, -ENOMEM, "flow");
    s->input = setup->input;
    const struct weir_summary_config config = {.talkers = TALKERS, .seed = 1};
    int ret = weir_summary_open(&s->summary, &config, err);
    if (ret != 0) {
        free(s);
        return ret;
    }
    *out = s;
    return 0;
}

static int flow_prepare(void *state, struct weir_err *err)
{
    (void)err;
    struct flow_state *s = state;
    s->n = weir_input_take(s->input, &s->place, s->v, WEIR_STAGE_RUN);
    for (uint32_t i = 0; i < s->n; i++) {
        const struct weir_frame *f = &s->v[i];
        struct weir_dissection d;
        weir_dissect(&d, f->data, f->caplen, f->len, WEIR_LINKTYPE_ETHERNET);
        s->tallies[i] = (struct weir_tally){
            .path = d.path,
            .address = f->data + d.talker_offset,
            .len = f->len,
            .kind = d.talker_kind,
            .outcome = d.outcome,
        };
        s->expected.frames++;
        s->expected.bytes += f->len;
    }
    return 0;
}

static int64_t flow_run(void *state, struct weir_err *err)
{
    (void)err;
    struct flow_state *s = state;
    for (uint32_t i = 0; i < s->n; i += WEIR_INPUT_VECTOR) {
        uint32_t left = s->n - i;
        weir_summary_count(s->summary, &s->tallies[i],
                           left < WEIR_INPUT_VECTOR ? left : WEIR_INPUT_VECTOR);
    }
    return s->n;
}

static int flow_check(void *state, struct weir_err *err)
{
    const struct flow_state *s = state;
    struct weir_sum total = weir_summary_total(s->summary);
    struct weir_talker top;
    struct weir_sum other;
    if (total.frames != s->expected.frames || total.bytes != s->expected.bytes)
        return weir_err_set(err, -EBADMSG, "frames are missing");
    if (weir_summary_talkers(s->summary, &top, 1, &other) != 1 ||
        top.sum.frames + other.frames != s->expected.frames)
        return weir_err_set(err, -EBADMSG, "talkers are missing");
    return 0;
}

static void flow_close(void *state)
{
    struct flow_state *s = state;
    weir_summary_close(s->summary);
    free(s);
}

const struct weir_stage weir_stage_flow = {
    .name = "flow",
    .text = "count each frame, its path and its talker",
    .floor = "touch_near",
    .flows = true,
    .open = flow_open,
    .prepare = flow_prepare,
    .run = flow_run,
    .check = flow_check,
    .close = flow_close,
};
