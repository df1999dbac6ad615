/* A frame's flow, once it is dissected: its key and hash, and what it adds in
 * a table that has room for all. */

#include <errno.h>
#include <stdlib.h>

#include "base/assert.h"
#include "base/err.h"
#include "base/linktype.h"
#include "bench/stages/input.h"
#include "bench/stages/stage.h"
#include "dissect/dissect.h"
#include "dissect/flow_table.h"
#include "pipeline/flow_count.h"

/* Nothing ends while the same frames come again. */
#define IDLE_NS   INT64_C(60000000000)
#define ACTIVE_NS INT64_C(1800000000000)

/* A table is never quite full. */
#define ROOM_TIMES 2
#define ROOM_LEAST 65536u

struct table_state {
    const struct weir_input *input;
    struct weir_input_place place;
    struct weir_flow_table *table;
    uint64_t frames;
    uint64_t refused;
    uint32_t n;
    struct weir_frame v[WEIR_STAGE_RUN];
    struct weir_dissection d[WEIR_STAGE_RUN];
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
    for (uint32_t i = 0; i < s->n; i++)
        weir_dissect(&s->d[i], s->v[i].data, s->v[i].caplen, s->v[i].len,
                     WEIR_LINKTYPE_ETHERNET);
    return 0;
}

static int64_t table_run(void *state, struct weir_err *err)
{
    (void)err;
    struct table_state *s = state;
    struct weir_flow_count count;
    WEIR_ASSERT(s->table != NULL);
    weir_flow_count_begin(&count, s->table);
    for (uint32_t i = 0; i < s->n; i++) {
        weir_flow_count_add(&count, &s->d[i], &s->v[i]);
        if ((i + 1) % WEIR_FLOW_VECTOR == 0)
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
