#include "capture/kernel_view.h"

#include <criterion/criterion.h>
#include <linux/if_packet.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "tests/support/random.h"

#define LEN    128U
#define RUNS   200000U
#define INSNS  24U
#define VALUES 12U

static const struct weir_kernel_filter_config plain = {.marked = true};

static bool match(const struct weir_kernel_filter *filter,
                  const struct weir_kernel_filter_config *config,
                  const uint8_t *data, uint32_t caplen, uint32_t len,
                  uint16_t flags)
{
    /* An exact copy, so that a read behind caplen is seen. */
    uint8_t *copy = malloc(caplen > 0 ? caplen : 1);
    cr_assert_not_null(copy);
    memcpy(copy, data, caplen);
    const struct weir_frame frame = {
        .data = copy,
        .caplen = caplen,
        .len = len,
        .flags = flags,
    };
    const bool matches = weir_kernel_view_match(filter, config, &frame);
    free(copy);
    return matches;
}

/* An instruction that the kernel would take at this place. */
static struct sock_filter any_insn(struct random *random, uint32_t left)
{
    static const uint16_t codes[] = {
        BPF_LD | BPF_B | BPF_ABS,
        BPF_LD | BPF_H | BPF_ABS,
        BPF_LD | BPF_W | BPF_ABS,
        BPF_LD | BPF_B | BPF_IND,
        BPF_LD | BPF_H | BPF_IND,
        BPF_LD | BPF_W | BPF_IND,
        BPF_LD | BPF_W | BPF_LEN,
        BPF_LD | BPF_IMM,
        BPF_LD | BPF_MEM,
        BPF_LDX | BPF_B | BPF_MSH,
        BPF_LDX | BPF_W | BPF_LEN,
        BPF_LDX | BPF_IMM,
        BPF_LDX | BPF_MEM,
        BPF_ST,
        BPF_STX,
        BPF_ALU | BPF_ADD | BPF_K,
        BPF_ALU | BPF_ADD | BPF_X,
        BPF_ALU | BPF_SUB | BPF_K,
        BPF_ALU | BPF_SUB | BPF_X,
        BPF_ALU | BPF_MUL | BPF_K,
        BPF_ALU | BPF_DIV | BPF_X,
        BPF_ALU | BPF_MOD | BPF_X,
        BPF_ALU | BPF_AND | BPF_K,
        BPF_ALU | BPF_AND | BPF_X,
        BPF_ALU | BPF_OR | BPF_K,
        BPF_ALU | BPF_XOR | BPF_X,
        BPF_ALU | BPF_LSH | BPF_K,
        BPF_ALU | BPF_RSH | BPF_K,
        BPF_ALU | BPF_NEG,
        BPF_JMP | BPF_JA,
        BPF_JMP | BPF_JEQ | BPF_K,
        BPF_JMP | BPF_JEQ | BPF_X,
        BPF_JMP | BPF_JGT | BPF_K,
        BPF_JMP | BPF_JGE | BPF_X,
        BPF_JMP | BPF_JSET | BPF_K,
        BPF_MISC | BPF_TAX,
        BPF_MISC | BPF_TXA,
        BPF_RET | BPF_A,
        BPF_RET | BPF_K,
    };
    static const uint32_t values[VALUES] = {0, 1,  2,  4,  12,   13,
                                            8, 16, 31, 96, 0x80, 0x5a5a};
    struct sock_filter insn = {
        .code = codes[random_below(random, sizeof codes / sizeof codes[0])],
        .k = values[random_below(random, VALUES)],
        .jt = (uint8_t)random_below(random, left),
        .jf = (uint8_t)random_below(random, left),
    };
    const uint16_t class = BPF_CLASS(insn.code);
    if (insn.code == (BPF_JMP | BPF_JA))
        insn.k = random_below(random, left);
    if (class == BPF_ST || class == BPF_STX || BPF_MODE(insn.code) == BPF_MEM)
        insn.k %= 2;
    if (class == BPF_ALU && insn.k > 31)
        insn.k = 31;
    return insn;
}

/* On a frame without a tag it is libpcap's machine. */
Test(kernel_view, runs_programs_as_libpcap_does)
{
    struct random random = random_start("kernel_view", 17);
    struct weir_kernel_filter filter = {.count = INSNS};
    uint8_t data[LEN];
    uint32_t taken = 0;
    for (uint32_t run = 0; run < RUNS; run++) {
        /* What is read has been written, as the kernel checks. */
        for (uint32_t i = 0; i < 2; i++)
            filter.program[i] = (struct sock_filter){.code = BPF_ST, .k = i};
        for (uint32_t i = 2; i + 1 < INSNS; i++)
            filter.program[i] = any_insn(&random, INSNS - i - 1);
        filter.program[INSNS - 1] =
            (struct sock_filter){.code = BPF_RET | BPF_A};
        for (uint32_t i = 0; i < LEN; i++)
            data[i] = (uint8_t)random_next(&random);
        const uint32_t caplen = random_below(&random, LEN + 1);
        const uint32_t len = caplen + random_below(&random, 3);
        const bool is = bpf_filter((const struct bpf_insn *)filter.program,
                                   data, len, caplen) != 0;
        cr_assert(weir_kernel_view_can(&filter, &plain));
        cr_assert_eq(match(&filter, &plain, data, caplen, len, 0), is, "%u",
                     run);
        taken += is;
    }
    cr_assert(taken > RUNS / 20 && taken < RUNS - RUNS / 20, "%u", taken);
}

static void compile(struct weir_kernel_filter *out, const char *text,
                    int linktype,
                    const struct weir_kernel_filter_config *config)
{
    struct bpf_program program;
    pcap_t *dead = pcap_open_dead(linktype, 65535);
    cr_assert_eq(pcap_compile(dead, &program, text, 1, PCAP_NETMASK_UNKNOWN),
                 0);
    cr_assert_eq(
        weir_kernel_filter_make(out, program.bf_insns, program.bf_len, config),
        0);
    pcap_freecode(&program);
    pcap_close(dead);
}

/* 802.1Q tag 5, IPv4, UDP. */
static const uint8_t tagged[46] = {
    2, 0, 0,    0, 0, 2,  2, 0,  0, 0, 0,  1,  0x81, 0, 0,  5,
    8, 0, 0x45, 0, 0, 28, 0, 1,  0, 0, 64, 17, 0,    0, 10, 0,
    0, 1, 10,   0, 0, 2,  0, 53, 0, 7, 0,  8,  0,    0,
};

Test(kernel_view, a_tag_that_was_beside_the_frame_is_no_part_of_it)
{
    static struct weir_kernel_filter ip;
    static struct weir_kernel_filter port;
    const struct weir_kernel_filter_config unmarked = {0};
    compile(&ip, "ip", DLT_EN10MB, &plain);
    compile(&port, "udp port 53", DLT_EN10MB, &plain);
    for (int i = 0; i < 2; i++) {
        const struct weir_kernel_filter *filter = i == 0 ? &ip : &port;
        cr_assert(match(filter, &plain, tagged, 46, 46, WEIR_FRAME_RETAGGED));
        cr_assert_not(match(filter, &plain, tagged, 46, 46, 0));
        cr_assert(match(filter, &unmarked, tagged, 46, 46, 0));
    }
    for (uint32_t caplen = 0; caplen <= 46; caplen++)
        cr_assert_eq(
            match(&port, &plain, tagged, caplen, 46, WEIR_FRAME_RETAGGED),
            caplen >= 40, "%u", caplen);
}

Test(kernel_view, tags_and_directions_are_told)
{
    static const uint32_t asks[] = {SKF_AD_VLAN_TAG_PRESENT, SKF_AD_VLAN_TAG,
                                    SKF_AD_VLAN_TPID, SKF_AD_PKTTYPE};
    static const uint32_t with[] = {1, 5, 0x8100, PACKET_OUTGOING};
    const struct weir_kernel_filter_config unmarked = {0};
    for (size_t i = 0; i < 4; i++) {
        const struct weir_kernel_filter filter = {
            .count = 4,
            .program = {{.code = BPF_LD | BPF_W | BPF_ABS,
                         .k = (uint32_t)SKF_AD_OFF + asks[i]},
                        {.code = BPF_JMP | BPF_JEQ | BPF_K,
                         .k = with[i],
                         .jf = 1},
                        {.code = BPF_RET | BPF_K, .k = 1},
                        {.code = BPF_RET | BPF_K}},
        };
        cr_assert(weir_kernel_view_can(&filter, &plain));
        cr_assert_eq(weir_kernel_view_can(&filter, &unmarked), i < 3);
        cr_assert(match(&filter, &plain, tagged, 46, 46,
                        WEIR_FRAME_RETAGGED | WEIR_FRAME_OUTBOUND));
        cr_assert_not(match(&filter, &plain, tagged, 46, 46, 0));
    }
}

Test(kernel_view, what_a_frame_does_not_tell_is_refused)
{
    static const uint32_t asks[] = {(uint32_t)SKF_AD_OFF + SKF_AD_MARK,
                                    (uint32_t)SKF_AD_OFF + SKF_AD_IFINDEX,
                                    (uint32_t)SKF_AD_OFF + SKF_AD_HATYPE,
                                    (uint32_t)SKF_AD_OFF + SKF_AD_PROTOCOL,
                                    (uint32_t)SKF_NET_OFF,
                                    (uint32_t)SKF_LL_OFF};
    for (size_t i = 0; i < sizeof asks / sizeof asks[0]; i++) {
        const struct weir_kernel_filter filter = {
            .count = 2,
            .program = {{.code = BPF_LD | BPF_W | BPF_ABS, .k = asks[i]},
                        {.code = BPF_RET | BPF_A}},
        };
        cr_assert_not(weir_kernel_view_can(&filter, &plain), "%zu", i);
    }
}

static void check_cooked(int linktype, enum weir_cooked cooked,
                         const uint8_t *header, uint32_t bytes)
{
    static struct weir_kernel_filter filter;
    static const char *const yes[] = {"udp port 53", "ip", "outbound",
                                      "greater 40", "ip[9] = 17"};
    static const char *const no[] = {"udp port 54", "arp", "inbound",
                                     "greater 100", "ip6"};
    const struct weir_kernel_filter_config config = {.cooked = cooked};
    uint8_t frame[64];
    memcpy(frame, header, bytes);
    memcpy(frame + bytes, tagged + 18, 28);
    for (size_t i = 0; i < 5; i++) {
        compile(&filter, yes[i], linktype, &config);
        cr_assert(weir_kernel_view_can(&filter, &config));
        cr_assert(match(&filter, &config, frame, bytes + 28, bytes + 28, 0),
                  "%s", yes[i]);
        for (uint32_t caplen = 0; caplen < bytes + 28; caplen++)
            (void)match(&filter, &config, frame, caplen, bytes + 28, 0);
        compile(&filter, no[i], linktype, &config);
        cr_assert_not(match(&filter, &config, frame, bytes + 28, bytes + 28, 0),
                      "%s", no[i]);
    }
}

Test(kernel_view, a_cooked_header_is_beside_the_frame)
{
    static const uint8_t sll[16] = {0, 4, 0, 1, 0, 6, 2, 0,
                                    0, 0, 0, 1, 0, 0, 8, 0};
    static const uint8_t sll2[20] = {8, 0, 0, 0, 0, 0, 0, 3, 0, 1,
                                     4, 6, 2, 0, 0, 0, 0, 1, 0, 0};
    static const uint8_t sll_tagged[20] = {0, 4, 0, 1, 0,    6, 2, 0, 0, 0,
                                           0, 1, 0, 0, 0x81, 0, 0, 5, 8, 0};
    static const uint8_t sll2_tagged[24] = {0x81, 0, 0, 0, 0, 0, 0, 3,
                                            0,    1, 4, 6, 2, 0, 0, 0,
                                            0,    1, 0, 0, 0, 5, 8, 0};
    check_cooked(DLT_LINUX_SLL, WEIR_COOKED_SLL, sll, sizeof sll);
    check_cooked(DLT_LINUX_SLL2, WEIR_COOKED_SLL2, sll2, sizeof sll2);
    check_cooked(DLT_LINUX_SLL, WEIR_COOKED_SLL, sll_tagged, sizeof sll_tagged);
    check_cooked(DLT_LINUX_SLL2, WEIR_COOKED_SLL2, sll2_tagged,
                 sizeof sll2_tagged);
}
