#include "capture/kernel_view.h"

#include <linux/if_packet.h>

#include "base/bytes.h"

#define TPID_AT     12U
#define TAG_BYTES   4U
#define TPID_8021Q  0x8100U
#define TPID_8021AD 0x88a8U

/* The frame as the kernel had it: data without `gap` bytes at `at`. */
struct view {
    const uint8_t *data;
    uint32_t at;
    uint32_t gap;
    uint32_t caplen; /* without it */
    uint32_t len;
    bool tagged; /* beside the frame */
    uint16_t tpid;
    uint16_t tci;
    uint32_t type; /* PACKET_* */
    uint32_t protocol;
    uint32_t hatype;
    uint32_t ifindex;
};

static bool is_tpid(uint32_t type)
{
    return type == TPID_8021Q || type == TPID_8021AD;
}

static void leave_out(struct view *v, const struct weir_frame *frame,
                      uint32_t at, uint32_t gap)
{
    v->at = at;
    v->gap = gap;
    v->caplen = frame->caplen > gap ? frame->caplen - gap : 0;
    v->len = frame->len > gap ? frame->len - gap : 0;
}

static void tag(struct view *v, const uint8_t *tpid, const uint8_t *tci)
{
    v->tagged = true;
    v->tpid = weir_load_be16(tpid);
    v->tci = weir_load_be16(tci);
}

static void view_plain(struct view *v, const struct weir_frame *frame,
                       bool marked)
{
    const uint8_t *data = frame->data;
    v->type = (frame->flags & WEIR_FRAME_OUTBOUND) != 0 ? PACKET_OUTGOING
                                                        : PACKET_HOST;
    if (frame->caplen < TPID_AT + TAG_BYTES)
        return;
    if (marked ? (frame->flags & WEIR_FRAME_RETAGGED) == 0
               : !is_tpid(weir_load_be16(data + TPID_AT)))
        return;
    tag(v, data + TPID_AT, data + TPID_AT + 2);
    leave_out(v, frame, TPID_AT, TAG_BYTES);
}

/* https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html and ..._SLL2; a tag
 * lies behind the header, and what was the header's protocol behind that. */
static void view_cooked(struct view *v, const struct weir_frame *frame,
                        enum weir_cooked cooked)
{
    const uint8_t *data = frame->data;
    const bool two = cooked == WEIR_COOKED_SLL2;
    const uint32_t header = two ? 20 : 16;
    const uint8_t *protocol = data + (two ? 0 : 14);
    if (frame->caplen < header) {
        leave_out(v, frame, 0, frame->caplen);
        return;
    }
    v->type = two ? data[10] : weir_load_be16(data);
    v->hatype = weir_load_be16(data + (two ? 8 : 2));
    v->ifindex = two ? weir_load_be32(data + 4) : 0;
    v->protocol = weir_load_be16(protocol);
    uint32_t gap = header;
    if (is_tpid(v->protocol) && frame->caplen >= header + TAG_BYTES) {
        tag(v, protocol, data + header);
        v->protocol = weir_load_be16(data + header + 2);
        gap += TAG_BYTES;
    }
    leave_out(v, frame, 0, gap);
}

static struct view view_of(const struct weir_frame *frame,
                           const struct weir_kernel_filter_config *config)
{
    struct view v = {
        .data = frame->data,
        .caplen = frame->caplen,
        .len = frame->len,
    };
    if (config->cooked == WEIR_COOKED_NOT)
        view_plain(&v, frame, config->marked);
    else
        view_cooked(&v, frame, config->cooked);
    return v;
}

static bool load_bytes(const struct view *v, uint32_t at, uint32_t size,
                       uint32_t *out)
{
    uint32_t value = 0;
    if (size > v->caplen || at > v->caplen - size)
        return false;
    for (uint32_t i = at; i < at + size; i++)
        value = value << 8 | v->data[i < v->at ? i : i + v->gap];
    *out = value;
    return true;
}

static uint32_t ancillary(const struct view *v, uint32_t what)
{
    switch (what) {
    case SKF_AD_PROTOCOL:
        return v->protocol;
    case SKF_AD_PKTTYPE:
        return v->type;
    case SKF_AD_IFINDEX:
        return v->ifindex;
    case SKF_AD_HATYPE:
        return v->hatype;
    case SKF_AD_VLAN_TAG:
        return v->tci;
    case SKF_AD_VLAN_TAG_PRESENT:
        return v->tagged;
    default:
        return v->tpid;
    }
}

static bool knows(const struct weir_kernel_filter_config *config, uint32_t what)
{
    switch (what) {
    case SKF_AD_VLAN_TAG:
    case SKF_AD_VLAN_TAG_PRESENT:
    case SKF_AD_VLAN_TPID:
        return true;
    case SKF_AD_PKTTYPE:
        return config->cooked != WEIR_COOKED_NOT || config->marked;
    case SKF_AD_PROTOCOL:
    case SKF_AD_HATYPE:
        return config->cooked != WEIR_COOKED_NOT;
    case SKF_AD_IFINDEX:
        return config->cooked == WEIR_COOKED_SLL2;
    default:
        return false;
    }
}

bool weir_kernel_view_can(const struct weir_kernel_filter *filter,
                          const struct weir_kernel_filter_config *config)
{
    for (uint32_t i = 0; i < filter->count; i++) {
        const struct sock_filter *insn = &filter->program[i];
        const uint16_t class = BPF_CLASS(insn->code);
        if (class == BPF_LD && BPF_MODE(insn->code) == BPF_ABS &&
            insn->k > INT32_MAX &&
            !knows(config, insn->k - (uint32_t)SKF_AD_OFF))
            return false;
    }
    return true;
}

struct machine {
    uint32_t a;
    uint32_t x;
    uint32_t memory[BPF_MEMWORDS];
};

static uint32_t size_of(uint16_t code)
{
    switch (BPF_SIZE(code)) {
    case BPF_B:
        return 1;
    case BPF_H:
        return 2;
    default:
        return 4;
    }
}

/* False: the program ends, and takes nothing. */
static bool load(struct machine *m, const struct view *v,
                 const struct sock_filter *insn)
{
    uint32_t *to = BPF_CLASS(insn->code) == BPF_LD ? &m->a : &m->x;
    switch (BPF_MODE(insn->code)) {
    case BPF_ABS:
        if (insn->k > INT32_MAX) {
            *to = ancillary(v, insn->k - (uint32_t)SKF_AD_OFF);
            return true;
        }
        return load_bytes(v, insn->k, size_of(insn->code), to);
    case BPF_IND:
        return m->x <= UINT32_MAX - insn->k &&
               load_bytes(v, m->x + insn->k, size_of(insn->code), to);
    case BPF_MSH:
        if (!load_bytes(v, insn->k, 1, to))
            return false;
        *to = (*to & 15) * 4;
        return true;
    case BPF_LEN:
        *to = v->len;
        return true;
    case BPF_MEM:
        *to = m->memory[insn->k % BPF_MEMWORDS];
        return true;
    default:
        *to = insn->k;
        return true;
    }
}

static bool alu(struct machine *m, const struct sock_filter *insn)
{
    const uint32_t by = BPF_SRC(insn->code) == BPF_X ? m->x : insn->k;
    const uint16_t op = BPF_OP(insn->code);
    if ((op == BPF_DIV || op == BPF_MOD) && by == 0)
        return false;
    switch (op) {
    case BPF_ADD:
        m->a += by;
        break;
    case BPF_SUB:
        m->a -= by;
        break;
    case BPF_MUL:
        m->a *= by;
        break;
    case BPF_DIV:
        m->a /= by;
        break;
    case BPF_MOD:
        m->a %= by;
        break;
    case BPF_OR:
        m->a |= by;
        break;
    case BPF_AND:
        m->a &= by;
        break;
    case BPF_XOR:
        m->a ^= by;
        break;
    case BPF_LSH:
        m->a <<= by & 31;
        break;
    case BPF_RSH:
        m->a >>= by & 31;
        break;
    default:
        m->a = -m->a;
        break;
    }
    return true;
}

/* How many instructions to leave out. */
static uint32_t jump(const struct machine *m, const struct sock_filter *insn)
{
    const uint32_t with = BPF_SRC(insn->code) == BPF_X ? m->x : insn->k;
    bool yes;
    switch (BPF_OP(insn->code)) {
    case BPF_JA:
        return insn->k;
    case BPF_JEQ:
        yes = m->a == with;
        break;
    case BPF_JGT:
        yes = m->a > with;
        break;
    case BPF_JGE:
        yes = m->a >= with;
        break;
    default:
        yes = (m->a & with) != 0;
        break;
    }
    return yes ? insn->jt : insn->jf;
}

/* The kernel has checked the program (bpf_check_classic): it only jumps
 * forward, ends with a return, and its memory is what there is. */
static bool run(const struct weir_kernel_filter *filter, const struct view *v)
{
    struct machine m = {0};
    for (uint32_t at = 0; at < filter->count; at++) {
        const struct sock_filter *insn = &filter->program[at];
        switch (BPF_CLASS(insn->code)) {
        case BPF_LD:
        case BPF_LDX:
            if (!load(&m, v, insn))
                return false;
            break;
        case BPF_ST:
            m.memory[insn->k % BPF_MEMWORDS] = m.a;
            break;
        case BPF_STX:
            m.memory[insn->k % BPF_MEMWORDS] = m.x;
            break;
        case BPF_ALU:
            if (!alu(&m, insn))
                return false;
            break;
        case BPF_JMP:
            at += jump(&m, insn);
            break;
        case BPF_RET:
            return (BPF_RVAL(insn->code) == BPF_A ? m.a : insn->k) != 0;
        default:
            if (BPF_MISCOP(insn->code) == BPF_TAX)
                m.x = m.a;
            else
                m.a = m.x;
            break;
        }
    }
    return false;
}

bool weir_kernel_view_match(const struct weir_kernel_filter *filter,
                            const struct weir_kernel_filter_config *config,
                            const struct weir_frame *frame)
{
    const struct view v = view_of(frame, config);
    return run(filter, &v);
}
