/* A frame's flow, once it is dissected: its key and hash, and what it adds in
 * a table that has room for all; as workers do it, who know most frames by
 * their paths (dissect/usual.h). */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/err.h"
#include "base/linktype.h"
#include "bench/stages/input.h"
#include "bench/stages/stage.h"
#include "dissect/dissect.h"
#include "dissect/flow_table.h"
#include "dissect/usual.h"
#include "pipeline/flow_count.h"
#include "ring/summary.h"

/* Nothing ends while the same frames come again. */
#define IDLE_NS   INT64_C(60000000000)
#define ACTIVE_NS INT64_C(1800000000000)

/* A table is never quite full. */
#define ROOM_TIMES 2
#define ROOM_LEAST 65536u

#define VECTORS ((WEIR_STAGE_RUN + WEIR_FLOW_VECTOR - 1) / WEIR_FLOW_VECTOR)

struct table_state {
    const struct weir_input *input;
    struct weir_input_place place;
    struct weir_flow_table *table;
    uint64_t frames;
    uint64_t refused;
    uint32_t n;
    struct weir_frame v[WEIR_STAGE_RUN];
    struct weir_dissection d[WEIR_STAGE_RUN];
    struct weir_tally tallies[WEIR_STAGE_RUN];
    uint64_t others[VECTORS]; /* frames that are not usual, a bit for each */
};

static int table_open(void **out, const struct weir_stage_setup *setup,
                      struct weir_err *err)
{
    struct table_state *s = calloc(1, sizeof *s);
    if (s == NULL)
        return weir_err_sys(err, -ENOMEM, "flow_table");
    s->input = setup->input;
    const uint32_t flows = ROOM_TIMES * s->input->flows;
    const struct weir_flow_table_config config = {
        .flows = flows > ROOM_LEAST ? flows : ROOM_LEAST,
        .idle_ns = IDLE_NS,
        .active_ns = ACTIVE_NS,
        .seed = 1,
    };
    int ret = weir_flow_table_open(&s->table, &config, err);
    if (ret != 0) {
        free(s);
        return ret;
    }
    *out = s;
    return 0;
}

static int table_prepare(void *state, struct weir_err *err)
{
    (void)err;
    struct table_state *s = state;
    s->n = weir_input_take(s->input, &s->place, s->v, WEIR_STAGE_RUN);
    memset(s->others, 0, sizeof s->others);
    for (uint32_t i = 0; i < s->n; i++) {
        const struct weir_frame *f = &s->v[i];
        struct weir_usual usual;
        weir_dissect(&s->d[i], f->data, f->caplen, f->len,
                     WEIR_LINKTYPE_ETHERNET);
        s->tallies[i].path = s->d[i].path;
        if (!weir_usual_find(&usual, f->data, f->caplen, f->len))
            s->others[i / WEIR_FLOW_VECTOR] |= UINT64_C(1)
                                               << i % WEIR_FLOW_VECTOR;
    }
    return 0;
}

static int64_t table_run(void *state, struct weir_err *err)
{
    (void)err;
    struct table_state *s = state;
    struct weir_flow_count count;
    WEIR_ASSERT(s->table != NULL);
    weir_flow_count_begin(&count, s->table);
    for (uint32_t at = 0; at < s->n; at += WEIR_FLOW_VECTOR) {
        const uint32_t left = s->n - at;
        const uint32_t n = left < WEIR_FLOW_VECTOR ? left : WEIR_FLOW_VECTOR;
        const uint64_t others = s->others[at / WEIR_FLOW_VECTOR];
        for (uint64_t rest = others; rest != 0; rest &= rest - 1) {
            const uint32_t i = at + (uint32_t)__builtin_ctzll(rest);
            (void)weir_flow_count_add(&count, &s->d[i], &s->v[i]);
        }
        weir_flow_count_usual(&count, s->v + at, s->tallies + at, n, others);
        weir_flow_count_turn(&count);
    }
    weir_flow_count_end(&count);
    s->refused += count.kinds.frames[WEIR_FLOW_UNTRACKED];
    s->frames += count.kinds.frames[WEIR_FLOW_TRACKED] +
                 count.kinds.frames[WEIR_FLOW_UNTRACKED];
    return s->n;
}

static int table_check(void *state, struct weir_err *err)
{
    const struct table_state *s = state;
    const uint32_t flows = weir_flow_table_flows(s->table);
    uint64_t frames = s->refused;
    for (uint32_t i = 0; i < flows; i++) {
        struct weir_flow flow;
        weir_flow_table_get(s->table, i, &flow);
        frames += flow.sent[0].frames + flow.sent[1].frames;
    }
    if (frames != s->frames || flows > s->input->flows)
        return weir_err_set(err, -EBADMSG, "frames are missing");
    if (s->refused != 0)
        return weir_err_set(err, -EBADMSG, "%llu frames found no room",
                            (unsigned long long)s->refused);
    return 0;
}

static void table_close(void *state)
{
    struct table_state *s = state;
    weir_flow_table_close(s->table);
    free(s);
}

const struct weir_stage weir_stage_flow_table = {
    .name = "flow_table",
    .text = "find each frame's flow, and count it there",
    .floor = "touch_near",
    .flows = true,
    .open = table_open,
    .prepare = table_prepare,
    .run = table_run,
    .check = table_check,
    .close = table_close,
};
