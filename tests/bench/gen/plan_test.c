#include "bench/gen/plan.h"

#include <criterion/criterion.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/linktype.h"
#include "base/pcap.h"
#include "dissect/dissect.h"
#include "dissect/fields.h"

static struct weir_plan_config config_of(uint32_t flows, double skew)
{
    struct weir_plan_config config = {.flows = flows, .skew = skew, .seed = 42};
    cr_assert_eq(weir_mix_parse(&config.mix, "imix", 60, NULL), 0);
    return config;
}

static struct weir_plan *plan_of(const struct weir_plan_config *config)
{
    struct weir_plan *plan = NULL;
    cr_assert_eq(weir_plan_open(&plan, config, NULL), 0);
    return plan;
}

static void count_rows(const struct weir_plan *plan, uint32_t *forms,
                       uint32_t *flows)
{
    for (uint32_t i = 0; i < plan->rows_count; i++) {
        forms[WEIR_WIRE_ROW_FORM(plan->rows[i])]++;
        flows[WEIR_WIRE_ROW_FLOW(plan->rows[i])]++;
    }
}

Test(plan, sizes_come_as_often_as_their_weights_say)
{
    static uint32_t flows[WEIR_PLAN_FLOWS_MAX];
    uint32_t forms[WEIR_WIRE_FORMS_MAX] = {0};
    struct weir_plan_config config = config_of(1, 0);
    struct weir_plan *plan = plan_of(&config);
    cr_assert_eq(plan->rows_count, 65536);
    cr_assert_eq(plan->forms_count, 3);
    cr_assert_eq(plan->size_max, 1514);
    count_rows(plan, forms, flows);
    cr_assert_leq(abs((int)forms[0] - 65536 * 7 / 12), 1);
    cr_assert_leq(abs((int)forms[1] - 65536 * 4 / 12), 1);
    cr_assert_leq(abs((int)forms[2] - 65536 * 1 / 12), 1);
    cr_assert_eq(flows[0], 65536);
    /* In no order: the first twelfth is no row of one size. */
    memset(forms, 0, sizeof forms);
    for (uint32_t i = 0; i < 65536 / 12; i++)
        forms[WEIR_WIRE_ROW_FORM(plan->rows[i])]++;
    cr_assert(forms[0] > 2000 && forms[1] > 1000 && forms[2] > 200);
    weir_plan_close(plan);
}

Test(plan, flows_without_skew_come_in_turn)
{
    static const uint32_t counts[] = {1, 2, 3, 1000, 40000, 65535, 65536};
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        struct weir_plan_config config = config_of(counts[c], 0);
        struct weir_plan *plan = plan_of(&config);
        cr_assert_geq(plan->rows_count, 32768);
        cr_assert_leq(plan->rows_count, 65536);
        /* Over the end of the rows as well. */
        for (uint32_t k = 0; k < plan->rows_count * 2; k++)
            cr_assert_eq(WEIR_WIRE_ROW_FLOW(plan->rows[k % plan->rows_count]),
                         k % counts[c]);
        weir_plan_close(plan);
    }
}

Test(plan, skewed_flows_follow_zipf)
{
    static uint32_t flows[WEIR_PLAN_FLOWS_MAX];
    uint32_t forms[WEIR_WIRE_FORMS_MAX] = {0};
    struct weir_plan_config config = config_of(100, 1);
    struct weir_plan *plan = plan_of(&config);
    count_rows(plan, forms, flows);
    double sum = 0;
    for (int i = 1; i <= 100; i++)
        sum += 1.0 / i;
    for (int i = 0; i < 100; i++)
        cr_assert_float_eq(flows[i], plan->rows_count / sum / (i + 1), 1);
    cr_assert_eq(flows[100], 0);
    weir_plan_close(plan);
}

Test(plan, the_seed_decides)
{
    struct weir_plan_config config = config_of(1000, 1.2);
    struct weir_plan *a = plan_of(&config);
    struct weir_plan *b = plan_of(&config);
    cr_assert_arr_eq(a->rows, b->rows, sizeof a->rows);
    cr_assert_arr_eq(a->longest, b->longest, sizeof a->longest);
    weir_plan_close(b);
    config.seed = 43;
    b = plan_of(&config);
    cr_assert_neq(memcmp(a->rows, b->rows, sizeof a->rows), 0);
    cr_assert_neq(memcmp(a->longest, b->longest, sizeof a->longest), 0);
    weir_plan_close(a);
    weir_plan_close(b);
}

static uint32_t sum_of(const uint8_t *bytes, uint32_t len, uint32_t sum)
{
    for (uint32_t i = 0; i < len; i++)
        sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
    while (sum > UINT16_MAX)
        sum = (sum & UINT16_MAX) + (sum >> 16);
    return sum;
}

/* A frame is whole: lengths, checksums, flow, mark. */
static void check_frame(const struct weir_plan_config *config,
                        const uint8_t *frame, uint32_t size, uint32_t flow,
                        uint64_t number, uint64_t stamp)
{
    struct weir_dissection d;
    struct weir_udp_view udp;
    weir_dissect(&d, frame, size, size, WEIR_LINKTYPE_ETHERNET);
    cr_assert_eq(d.outcome, WEIR_OUTCOME_OK);
    cr_assert_eq(d.layers_count, config->tagged ? 4 : 3);
    cr_assert_eq(d.payload_end, size);
    const struct weir_layer *l4 = &d.layers[d.layers_count - 1];
    const uint8_t *ip = frame + l4[-1].offset;
    cr_assert_eq(l4->proto, WEIR_PROTO_UDP);
    weir_udp_view_read(&udp, frame, l4);
    cr_assert_eq(udp.dstport, WEIR_MARK_PORT);
    cr_assert_eq(udp.srcport, 1024 + flow % 32768);
    cr_assert_eq(udp.length, size - l4->offset);
    uint32_t pseudo = 17u + udp.length;
    const uint8_t *source = ip + (config->ipv6 ? 8 : 12);
    uint32_t address_bytes = config->ipv6 ? 16 : 4;
    pseudo = sum_of(source, 2 * address_bytes, pseudo);
    cr_assert_eq(weir_load_be16(source + address_bytes - 2), flow);
    cr_assert_neq(udp.checksum, 0);
    cr_assert_eq(sum_of(frame + l4->offset, udp.length, pseudo), 0xffff);
    if (!config->ipv6)
        cr_assert_eq(sum_of(ip, 20, 0), 0xffff);
    const uint8_t *mark = frame + d.payload_offset;
    cr_assert_eq(weir_load_be16(mark), WEIR_MARK_MAGIC);
    cr_assert_eq(be64toh(weir_load_64(mark + WEIR_MARK_AT_NUMBER)), number);
    cr_assert_eq(be64toh(weir_load_64(mark + WEIR_MARK_AT_STAMP)), stamp);
}

/* One slot is written again and again, with all sizes, as a ring's is. */
Test(plan, frames_are_right_wherever_they_are_written)
{
    for (int kind = 0; kind < 4; kind++) {
        struct weir_plan_config config = config_of(65536, 0.5);
        config.ipv6 = kind % 2 != 0;
        config.tagged = kind / 2 != 0;
        config.vlan = 5;
        cr_assert_eq(weir_mix_parse(&config.mix, "imix",
                                    weir_plan_size_min(&config), NULL),
                     0);
        struct weir_plan *plan = plan_of(&config);
        uint8_t *slot = malloc(plan->size_max);
        cr_assert_not_null(slot);
        memcpy(slot, plan->longest, plan->size_max);
        for (uint32_t k = 0; k < 3000; k++) {
            uint64_t number = k * UINT64_C(0x123456789abcdef1);
            uint64_t stamp = k * UINT64_C(0x00fedcba98765432);
            uint32_t row = plan->rows[k];
            uint32_t size =
                weir_plan_write(plan, row, number, (int64_t)stamp, slot);
            cr_assert_eq(size, config.mix.parts[WEIR_WIRE_ROW_FORM(row)].size);
            check_frame(&config, slot, size, WEIR_WIRE_ROW_FLOW(row), number,
                        stamp);
        }
        free(slot);
        weir_plan_close(plan);
    }
}

Test(plan, the_least_sizes_hold_the_mark)
{
    struct weir_plan_config config = config_of(1, 0);
    cr_assert_eq(weir_plan_size_min(&config), 60);
    config.tagged = true;
    cr_assert_eq(weir_plan_size_min(&config), 64);
    config.ipv6 = true;
    cr_assert_eq(weir_plan_size_min(&config), 84);
    config.tagged = false;
    cr_assert_eq(weir_plan_size_min(&config), 80);
}

Test(plan, the_payload_does_not_compress)
{
    struct weir_plan_config config = config_of(1, 0);
    struct weir_plan *plan = plan_of(&config);
    uint32_t seen[256] = {0};
    for (uint32_t i = 60; i < plan->size_max; i++)
        seen[plan->longest[i]]++;
    for (int i = 0; i < 256; i++)
        cr_assert_lt(seen[i], 30);
    weir_plan_close(plan);
}

Test(plan, bad_configurations_are_refused)
{
    struct weir_plan *plan = NULL;
    struct weir_err err;
    struct weir_plan_config config = config_of(0, 0);
    cr_assert_eq(weir_plan_open(&plan, &config, &err), -EINVAL);
    config.flows = 65537;
    cr_assert_eq(weir_plan_open(&plan, &config, &err), -EINVAL);
    config = config_of(1, 0);
    config.mix.count = 0;
    cr_assert_eq(weir_plan_open(&plan, &config, &err), -EINVAL);
    config = config_of(1, 0);
    config.mix.parts[0].size = 20;
    cr_assert_eq(weir_plan_open(&plan, &config, &err), -EMSGSIZE);
    cr_assert_null(plan);
    weir_plan_close(NULL);
}
