#include "tests/capture/afxdp_rig.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <criterion/criterion.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>

#include "base/err.h"
#include "tests/capture/net_rig.h"

struct weir_afxdp_config afxdp_config(void)
{
    return (struct weir_afxdp_config){
        .source = {.leases = 4, .block_bytes = 524288},
        .device = RIG_RIGHT,
        .promisc = true,
        .buffer_bytes = 16u << 20,
    };
}

struct weir_source *afxdp_open_config(const struct weir_afxdp_config *config)
{
    struct weir_err err = {""};
    struct weir_source *source = NULL;
    int rc = weir_afxdp_source_open(&source, config, &err);
    if (rc == 0)
        rc = weir_source_start(source, &err);
    cr_assert_eq(rc, 0, "%s", err.text);
    cr_assert(source->live && source->fd >= 0);
    cr_assert_eq(weir_ifaces_count(source->ifaces), 1);
    return source;
}

struct weir_source *afxdp_open(void)
{
    const struct weir_afxdp_config config = afxdp_config();
    return afxdp_open_config(&config);
}

int afxdp_tap(void)
{
    const int tap = socket(PF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);
    const struct sockaddr_ll address = {
        .sll_family = AF_PACKET,
        .sll_protocol = htons(ETH_P_ALL),
        .sll_ifindex = (int)if_nametoindex(RIG_RIGHT),
    };
    cr_assert_geq(tap, 0);
    cr_assert_eq(bind(tap, (const struct sockaddr *)&address, sizeof address),
                 0);
    return tap;
}

uint32_t afxdp_tapped(int tap)
{
    uint8_t frame[2048];
    uint32_t n = 0;
    while (recv(tap, frame, sizeof frame, 0) > 0)
        n++;
    return n;
}

bool afxdp_push_tags(uint16_t vlan)
{
    /* bpf_skb_vlan_push(skb, ETH_P_8021Q, vlan); TC_ACT_OK */
    const struct bpf_insn program[] = {
        {.code = BPF_ALU64 | BPF_MOV | BPF_K,
         .dst_reg = BPF_REG_2,
         .imm = htons(ETH_P_8021Q)},
        {.code = BPF_ALU64 | BPF_MOV | BPF_K,
         .dst_reg = BPF_REG_3,
         .imm = vlan},
        {.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_skb_vlan_push},
        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
        {.code = BPF_JMP | BPF_EXIT},
    };
    struct bpf_tc_hook hook = {
        .sz = sizeof hook,
        .ifindex = (int)if_nametoindex(RIG_LEFT),
        .attach_point = BPF_TC_EGRESS,
    };
    const int fd =
        bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "push", "GPL", program,
                      sizeof program / sizeof program[0], NULL);
    struct bpf_tc_opts options = {.sz = sizeof options, .prog_fd = fd};
    return fd >= 0 && bpf_tc_hook_create(&hook) == 0 &&
           bpf_tc_attach(&hook, &options) == 0;
}
