/* Gives the frames of each queue that has an intake to the AF_XDP socket that
 * is in the map under the queue's number, each with the time in front of it,
 * and counts them.
 *
 * There are two programs in it, of which one is loaded: weir_afxdp_bound is
 * bound to its device, which a program must be that asks the driver for the
 * VLAN tag that the hardware has taken out of a frame
 * (Documentation/networking/xdp-rx-metadata.rst). */

#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "capture/afxdp_shared.h"

/* The kernel lends such functions as the one below only to programs that say
 * so of themselves. */
char terms[] SEC("license") = "Dual MIT/GPL";

#define NOT_SUPPORTED 95 /* EOPNOTSUPP */

#define MACS_BYTES 12
#define TAG_BYTES  4

/* Since Linux 6.8, in some drivers. */
extern int bpf_xdp_metadata_rx_vlan_tag(const struct xdp_md *ctx,
                                        __be16 *vlan_proto,
                                        __u16 *vlan_tci) __ksym __weak;

struct weir_afxdp_state state;

/* Keyed by queue; the process says how many there are. */
struct {
    __uint(type, BPF_MAP_TYPE_XSKMAP);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u32);
} sockets SEC(".maps");

/* Not a per-CPU map: that cannot be mapped by the process, which would need
 * privileges for every look at it. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct weir_afxdp_cell);
} cells SEC(".maps");

static __always_inline void put16(__u8 *to, __u16 v)
{
    *(__u16 *)to = v;
}

/* The tag goes back where it was on the wire, behind the addresses. */
static __always_inline int put_tag(struct xdp_md *ctx, __be16 proto, __u16 tci)
{
    if (bpf_xdp_adjust_head(ctx, -TAG_BYTES) != 0)
        return -1;
    __u8 *data = (__u8 *)(long)ctx->data;
    if (data + MACS_BYTES + TAG_BYTES > (__u8 *)(long)ctx->data_end)
        return -1;
    __builtin_memmove(data, data + TAG_BYTES, MACS_BYTES);
    put16(data + MACS_BYTES, proto);
    put16(data + MACS_BYTES + 2, bpf_htons(tci));
    return 0;
}

static __always_inline int restore_tag(struct xdp_md *ctx)
{
    __be16 proto = 0;
    __u16 tci = 0;
    int answer = bpf_xdp_metadata_rx_vlan_tag(ctx, &proto, &tci);
    if (answer == -NOT_SUPPORTED)
        state.tagless = 1;
    return answer == 0 ? put_tag(ctx, proto, tci) : 0;
}

static __always_inline void put_stamp(struct xdp_md *ctx)
{
    if (bpf_xdp_adjust_meta(ctx, -(int)sizeof(weir_afxdp_stamp)) == 0) {
        weir_afxdp_stamp *stamp = (weir_afxdp_stamp *)(long)ctx->data_meta;
        if ((__u8 *)(stamp + 1) <= (__u8 *)(long)ctx->data) {
            *stamp = bpf_ktime_get_ns();
            return;
        }
    }
    state.unstamped = 1;
}

static __always_inline int take(struct xdp_md *ctx, int bound)
{
    __u32 queue = ctx->rx_queue_index;
    __u32 at = queue * state.cpus + bpf_get_smp_processor_id();
    struct weir_afxdp_cell *cell = bpf_map_lookup_elem(&cells, &at);
    if (cell == 0)
        return XDP_PASS;
    if (*(volatile __u64 *)&cell->intake == 0 ||
        bpf_map_lookup_elem(&sockets, &queue) == 0) {
        cell->passed++;
        return XDP_PASS;
    }
    if (bound && restore_tag(ctx) != 0)
        cell->untagged++;
    put_stamp(ctx);
    /* There is a socket, as that was seen above and no program is under way
     * when it goes.  Counted behind the call, this and `passed` would become
     * one addition at a varying address, which the kernel refuses to a process
     * without CAP_PERFMON. */
    cell->redirected++;
    return (int)bpf_redirect_map(&sockets, queue, XDP_PASS);
}

SEC("xdp")
int weir_afxdp_bound(struct xdp_md *ctx)
{
    return take(ctx, 1);
}

SEC("xdp")
int weir_afxdp_plain(struct xdp_md *ctx)
{
    return take(ctx, 0);
}
