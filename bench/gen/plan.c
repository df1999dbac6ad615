#include "bench/gen/plan.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/err.h"
#include "sink/pace.h"
#include "sink/template.h"

static_assert(WEIR_MIX_PARTS_MAX == WEIR_WIRE_FORMS_MAX, "a form for each");
static_assert(WEIR_PLAN_FLOWS_MAX == WEIR_WIRE_ROWS_MAX, "a row for each");
static_assert(WEIR_WIRE_HEAD_MAX % 8 == 0, "copied in words");

/* What is the same in all frames.  RFC 2544 benchmarks' own addresses (RFC
 * 2544, C.2.2), of which the low 16 bits are the flow's, talk to TEST-NET-1;
 * locally administered MAC addresses. */
static struct weir_template_config
frame_config(const struct weir_plan_config *config)
{
    struct weir_template_config frame = {
        .mac_dst = {2, 0, 0, 0, 0, 2},
        .mac_src = {2, 0, 0, 0, 0, 1},
        .tagged = config->tagged,
        .vlan = config->vlan,
        .ip_src = {198, 18, 0, 0},
        .ip_dst = {192, 0, 2, 9},
        .upper = WEIR_TEMPLATE_UDP,
        .port_dst = WEIR_MARK_PORT,
    };
    if (config->ipv6) {
        static const uint8_t src[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 1};
        static const uint8_t dst[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 2, [15] = 9};
        frame.ip = WEIR_TEMPLATE_IPV6;
        memcpy(frame.ip_src, src, sizeof src);
        memcpy(frame.ip_dst, dst, sizeof dst);
    }
    return frame;
}

static struct weir_wire_layout layout_of(const struct weir_plan_config *config)
{
    struct weir_template_config frame = frame_config(config);
    struct weir_template form = weir_template_layout(&frame);
    return (struct weir_wire_layout){
        .address = form.ip + (config->ipv6 ? 22u : 14u),
        .port = form.upper,
        .ip_sum = config->ipv6 ? 0 : form.ip + 10u,
        .checksum = form.checksum,
        .mark = form.payload,
        .head = form.payload + WEIR_MARK_BYTES,
    };
}

uint32_t weir_plan_size_min(const struct weir_plan_config *config)
{
    uint32_t head = layout_of(config).head;
    return head < WEIR_MIX_SIZE_MIN ? WEIR_MIX_SIZE_MIN : head;
}

/* Sebastiano Vigna's splitmix64, public domain: any seed is as good. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Each part its share of the rows, rounded so that the sum is right: part i
 * ends where the sum of the weights up to it does. */
static void apportion(const double *weights, uint32_t count, uint16_t *out,
                      uint32_t rows)
{
    double total = 0;
    for (uint32_t i = 0; i < count; i++)
        total += weights[i];
    double sum = 0;
    uint32_t row = 0;
    for (uint32_t i = 0; i < count; i++) {
        sum += weights[i];
        uint32_t end = (uint32_t)lround(sum / total * rows);
        if (i + 1 == count)
            end = rows;
        while (row < end)
            out[row++] = (uint16_t)i;
    }
}

/* Fisher and Yates'. */
static void shuffle(uint16_t *row, uint32_t count, uint64_t *random)
{
    for (uint32_t i = 1; i < count; i++) {
        uint32_t j = (uint32_t)(next_random(random) % (i + 1));
        uint16_t t = row[i];
        row[i] = row[j];
        row[j] = t;
    }
}

static void fill_flows(const struct weir_plan_config *config, uint16_t *out,
                       double *weights, uint32_t rows, uint64_t *random)
{
    if (config->skew <= 0) {
        for (uint32_t i = 0; i < rows; i++)
            out[i] = (uint16_t)(i % config->flows);
        return;
    }
    for (uint32_t i = 0; i < config->flows; i++)
        weights[i] = pow(i + 1.0, -config->skew);
    apportion(weights, config->flows, out, rows);
    shuffle(out, rows, random);
}

static int fill_rows(struct weir_plan *plan,
                     const struct weir_plan_config *config,
                     struct weir_err *err)
{
    struct scratch {
        uint16_t forms[WEIR_WIRE_ROWS_MAX];
        uint16_t flows[WEIR_WIRE_ROWS_MAX];
        double weights[WEIR_WIRE_ROWS_MAX];
    } *scratch = calloc(1, sizeof *scratch);
    if (scratch == NULL)
        return weir_err_set(err, -ENOMEM, "no memory for a plan of frames");
    uint64_t random = config->seed;
    /* Whole turns of the flows. */
    uint32_t rows = WEIR_WIRE_ROWS_MAX / config->flows * config->flows;
    for (uint32_t i = 0; i < config->mix.count; i++)
        scratch->weights[i] = config->mix.parts[i].weight;
    apportion(scratch->weights, config->mix.count, scratch->forms, rows);
    shuffle(scratch->forms, rows, &random);
    fill_flows(config, scratch->flows, scratch->weights, rows, &random);
    for (uint32_t i = 0; i < rows; i++)
        plan->rows[i] = WEIR_WIRE_ROW(scratch->forms[i], scratch->flows[i]);
    plan->rows_count = rows;
    free(scratch);
    return 0;
}

static int fill_form(struct weir_plan *plan, struct weir_wire_form *form,
                     struct weir_template_maker *maker,
                     struct weir_template_config *frame,
                     const struct weir_rate *rate, uint32_t size,
                     struct weir_err *err)
{
    const struct weir_wire_layout *at = &plan->layout;
    uint8_t bytes[WEIR_MIX_SIZE_MAX];
    frame->size = size;
    int ret = weir_template_make(maker, frame, bytes, sizeof bytes, NULL, err);
    if (ret != 0)
        return ret;
    struct weir_pace_step step = weir_pace_step_of(rate, size);
    form->size = size;
    form->step_ns = step.ns;
    form->step_part = step.part;
    /* Flow, port, number and stamp of the template are 0: the complement of
     * its checksum is the sum of everything else. */
    form->checksum = (uint16_t)~weir_load_16(bytes + at->checksum);
    if (at->ip_sum != 0)
        form->ip_sum = (uint16_t)~weir_load_16(bytes + at->ip_sum);
    memcpy(form->head, bytes, at->head);
    if (size > plan->size_max) {
        plan->size_max = size;
        memcpy(plan->longest, bytes, size);
    }
    return 0;
}

static int fill_forms(struct weir_plan *plan,
                      const struct weir_plan_config *config,
                      struct weir_err *err)
{
    uint8_t payload[WEIR_MIX_SIZE_MAX] = {0};
    struct weir_template_config frame = frame_config(config);
    struct weir_template_maker *maker = NULL;
    uint64_t random = ~config->seed;
    for (size_t i = WEIR_MARK_BYTES; i < sizeof payload; i++)
        payload[i] = (uint8_t)next_random(&random);
    weir_store_16(payload, htobe16(WEIR_MARK_MAGIC));
    frame.payload = payload;
    frame.payload_bytes = sizeof payload;
    int ret = weir_template_open(&maker, err);
    for (uint32_t i = 0; i < config->mix.count && ret == 0; i++)
        ret = fill_form(plan, &plan->forms[i], maker, &frame, &config->rate,
                        config->mix.parts[i].size, err);
    plan->forms_count = config->mix.count;
    weir_template_close(maker);
    return ret;
}

int weir_plan_open(struct weir_plan **out,
                   const struct weir_plan_config *config, struct weir_err *err)
{
    if (config->flows < 1 || config->flows > WEIR_PLAN_FLOWS_MAX)
        return weir_err_set(err, -EINVAL, "flows are 1 to %u",
                            WEIR_PLAN_FLOWS_MAX);
    if (config->mix.count < 1)
        return weir_err_set(err, -EINVAL, "no size of frames");
    struct weir_plan *plan = calloc(1, sizeof *plan);
    if (plan == NULL)
        return weir_err_set(err, -ENOMEM, "no memory for a plan of frames");
    plan->layout = layout_of(config);
    WEIR_ASSERT(plan->layout.head <= WEIR_WIRE_HEAD_MAX);
    int ret = fill_forms(plan, config, err);
    if (ret == 0)
        ret = fill_rows(plan, config, err);
    if (ret != 0) {
        weir_plan_close(plan);
        return ret;
    }
    *out = plan;
    return 0;
}

void weir_plan_close(struct weir_plan *plan)
{
    free(plan);
}
