#include "capture/kernel_filter.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* pcap/bpf.h and linux/filter.h mean the same by these. */
#define STMT(c, value)                                                         \
    {                                                                          \
        .code = (c), .k = (value)                                              \
    }
#define JUMP(c, value, yes, no)                                                \
    {                                                                          \
        .code = (c), .jt = (yes), .jf = (no), .k = (value)                     \
    }

#define LD_B   (BPF_LD | BPF_B | BPF_ABS)
#define LD_H   (BPF_LD | BPF_H | BPF_ABS)
#define LD_W   (BPF_LD | BPF_W | BPF_ABS)
#define LD_LEN (BPF_LD | BPF_W | BPF_LEN)
#define JEQ    (BPF_JMP | BPF_JEQ | BPF_K)
#define RET    (BPF_RET | BPF_K)

static struct weir_kernel_filter made;

static int make(const struct bpf_insn *insns, uint32_t count,
                enum weir_cooked cooked, bool no_copies)
{
    const struct weir_kernel_filter_config config = {
        .cooked = cooked,
        .no_copies = no_copies,
    };
    return weir_kernel_filter_make(&made, insns, count, &config);
}

static uint32_t ancillary(uint32_t what)
{
    return (uint32_t)SKF_AD_OFF + what;
}

/* The kernel checks a program when it is attached, to any socket. */
static void expect_valid(void)
{
    int fds[2];
    cr_assert_eq(socketpair(AF_UNIX, SOCK_DGRAM, 0, fds), 0);
    cr_assert_eq(weir_kernel_filter_attach(fds[0], &made), 0);
    close(fds[0]);
    close(fds[1]);
}

Test(kernel_filter, a_raw_program_is_left_as_it_is)
{
    const struct bpf_insn insns[] = {
        STMT(LD_H, 12),
        JUMP(JEQ, 0x800, 0, 1),
        STMT(RET, 262144),
        STMT(RET, 0),
    };
    cr_assert_eq(make(insns, 4, WEIR_COOKED_NOT, false), 0);
    cr_assert_eq(made.count, 4);
    for (uint32_t i = 0; i < 4; i++) {
        cr_assert_eq(made.program[i].code, insns[i].code);
        cr_assert_eq(made.program[i].jt, insns[i].jt);
        cr_assert_eq(made.program[i].jf, insns[i].jf);
        cr_assert_eq(made.program[i].k, insns[i].k);
    }
    expect_valid();
}

Test(kernel_filter, header_fields_become_ancillary_data)
{
    const struct bpf_insn sll2[] = {
        STMT(LD_H, 0),  STMT(LD_W, 4), STMT(LD_H, 8),
        STMT(LD_B, 10), STMT(RET, 1),
    };
    cr_assert_eq(make(sll2, 5, WEIR_COOKED_SLL2, false), 0);
    cr_assert_eq(made.program[0].k, ancillary(SKF_AD_PROTOCOL));
    cr_assert_eq(made.program[1].k, ancillary(SKF_AD_IFINDEX));
    cr_assert_eq(made.program[2].k, ancillary(SKF_AD_HATYPE));
    cr_assert_eq(made.program[3].k, ancillary(SKF_AD_PKTTYPE));
    expect_valid();
    const struct bpf_insn sll[] = {
        STMT(LD_H, 0),
        STMT(LD_H, 2),
        STMT(LD_H, 14),
        STMT(RET, 1),
    };
    cr_assert_eq(make(sll, 4, WEIR_COOKED_SLL, false), 0);
    cr_assert_eq(made.program[0].k, ancillary(SKF_AD_PKTTYPE));
    cr_assert_eq(made.program[1].k, ancillary(SKF_AD_HATYPE));
    cr_assert_eq(made.program[2].k, ancillary(SKF_AD_PROTOCOL));
    expect_valid();
}

Test(kernel_filter, offsets_and_answers_lose_the_header)
{
    const struct bpf_insn insns[] = {
        STMT(LD_B, 29),
        STMT(LD_B, ancillary(SKF_AD_PKTTYPE)),
        STMT(BPF_LDX | BPF_B | BPF_MSH, 20),
        STMT(BPF_LD | BPF_H | BPF_IND, 22),
        JUMP(JEQ, 80, 0, 1),
        STMT(RET, 100),
        JUMP(JEQ, 81, 0, 1),
        STMT(RET, 20),
        STMT(RET, 0),
    };
    cr_assert_eq(make(insns, 9, WEIR_COOKED_SLL2, false), 0);
    cr_assert_eq(made.program[0].k, 9);
    cr_assert_eq(made.program[1].k, ancillary(SKF_AD_PKTTYPE));
    cr_assert_eq(made.program[2].k, 0);
    cr_assert_eq(made.program[3].k, 2);
    cr_assert_eq(made.program[5].k, 80);
    cr_assert_eq(made.program[7].k, 1, "0 would reject");
    cr_assert_eq(made.program[8].k, 0);
    expect_valid();
}

Test(kernel_filter, jumps_lead_over_what_is_put_in)
{
    const struct bpf_insn insns[] = {
        JUMP(JEQ, 1, 3, 1),        /* 0: to 4 or 2 */
        STMT(LD_LEN, 0),           /* 1 */
        STMT(LD_LEN, 0),           /* 2 */
        STMT(LD_LEN, 0),           /* 3 */
        STMT(BPF_JMP | BPF_JA, 1), /* 4: to 6 */
        STMT(LD_LEN, 0),           /* 5 */
        STMT(RET, 30),             /* 6 */
    };
    cr_assert_eq(make(insns, 7, WEIR_COOKED_SLL2, false), 0);
    cr_assert_eq(made.count, 11);
    cr_assert_eq(made.program[0].jt, 6);
    cr_assert_eq(made.program[0].jf, 2);
    cr_assert_eq(made.program[2].code, BPF_ALU | BPF_ADD | BPF_K);
    cr_assert_eq(made.program[2].k, 20);
    cr_assert_eq(made.program[7].k, 2);
    expect_valid();
}

Test(kernel_filter, outgoing_copies_are_rejected_before_anything_else)
{
    const struct bpf_insn all[] = {STMT(RET, 262144)};
    cr_assert_eq(make(all, 1, WEIR_COOKED_NOT, true), 0);
    cr_assert_eq(made.program[0].k, ancillary(SKF_AD_PKTTYPE));
    cr_assert_eq(made.program[1].k, PACKET_OUTGOING);
    /* Where the jumps lead: to the rejection, or to what was compiled. */
    const uint32_t last = made.count - 1;
    cr_assert_eq(made.program[last].k, 262144);
    cr_assert_eq(made.program[last - 1].code, RET);
    cr_assert_eq(made.program[last - 1].k, 0);
    cr_assert_eq(1u + 1 + made.program[1].jf, last);
    expect_valid();
}

static void expect_refused(uint16_t code, uint32_t k)
{
    const struct bpf_insn insns[] = {STMT(code, k), STMT(RET, 1)};
    cr_assert_eq(make(insns, 2, WEIR_COOKED_SLL2, false), -ENOTSUP, "%u %u",
                 code, k);
}

Test(kernel_filter, what_the_kernel_does_not_know_is_refused)
{
    expect_refused(LD_H, 2);  /* reserved */
    expect_refused(LD_B, 0);  /* half a field */
    expect_refused(LD_W, 0);  /* more than the field */
    expect_refused(LD_W, 12); /* the address */
    expect_refused(LD_B, 19);
    expect_refused(BPF_LD | BPF_H | BPF_IND, 19);
    expect_refused(BPF_LD | BPF_H | BPF_IND, UINT32_MAX);
    expect_refused(BPF_LDX | BPF_B | BPF_MSH, 0);
    expect_refused(BPF_LDX | BPF_W | BPF_LEN, 0);
    expect_refused(BPF_RET | BPF_A, 0);
}

Test(kernel_filter, jumps_that_lead_out_are_refused)
{
    const struct bpf_insn far[] = {JUMP(JEQ, 1, 1, 0), STMT(RET, 1)};
    cr_assert_eq(make(far, 2, WEIR_COOKED_NOT, false), -ENOTSUP);
    const struct bpf_insn always[] = {STMT(BPF_JMP | BPF_JA, UINT32_MAX),
                                      STMT(RET, 1)};
    cr_assert_eq(make(always, 2, WEIR_COOKED_NOT, false), -ENOTSUP);
}

Test(kernel_filter, a_program_that_grows_too_long_is_refused)
{
    struct bpf_insn *insns = calloc(BPF_MAXINSNS, sizeof *insns);
    cr_assert_not_null(insns);
    for (uint32_t i = 0; i + 1 < BPF_MAXINSNS; i++)
        insns[i].code = LD_LEN;
    insns[BPF_MAXINSNS - 1].code = RET;
    cr_assert_eq(make(insns, BPF_MAXINSNS, WEIR_COOKED_SLL2, false), -ENOTSUP);
    /* A jump over 200 lengths leads over 400 instructions afterwards. */
    insns[0] = (struct bpf_insn)JUMP(JEQ, 1, 200, 0);
    insns[300].code = RET;
    cr_assert_eq(make(insns, 301, WEIR_COOKED_SLL2, false), -ENOTSUP);
    cr_assert_eq(make(insns, 301, WEIR_COOKED_NOT, false), 0);
    free(insns);
}
