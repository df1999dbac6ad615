#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "base/linktype.h"
#include "base/pcap.h"
#include "base/size.h"
#include "capture/afpacket_kernel.h"
#include "capture/afpacket_ring.h"
#include "capture/live_filter.h"
#include "capture/pcap_handle.h"
#include "capture/source_afpacket.h"

static int refuse_ring(uint64_t bytes, uint32_t block, uint32_t leases,
                       struct weir_err *err)
{
    char ring[WEIR_SIZE_TEXT], of[WEIR_SIZE_TEXT], least[WEIR_SIZE_TEXT];
    return weir_err_set(
        err, -EINVAL,
        "a ring of %s is %llu blocks of %s, and %u of them may be lent "
        "out: %s at least",
        weir_size_text(ring, bytes), (unsigned long long)bytes / block,
        weir_size_text(of, block), leases,
        weir_size_text(least, ((uint64_t)leases + 1) * block));
}

int weir_afpacket_layout_make(struct weir_afpacket_layout *out,
                              uint64_t ring_bytes, uint32_t block_bytes,
                              uint32_t leases, struct weir_err *err)
{
    uint32_t block = block_bytes;
    if (ring_bytes == 0)
        ring_bytes = WEIR_AFPACKET_RING_BYTES;
    if (block == 0) {
        block = WEIR_AFPACKET_BLOCK_BYTES_MAX;
        while (block > WEIR_AFPACKET_BLOCK_BYTES_MIN &&
               ring_bytes / block < 2 * (uint64_t)leases)
            block /= 2;
    }
    if (block < WEIR_AFPACKET_BLOCK_BYTES_MIN ||
        block > WEIR_AFPACKET_BLOCK_BYTES_MAX || (block & (block - 1)) != 0)
        return weir_err_set(err, -EINVAL,
                            "blocks of %u KiB: 128, 256, 512 and 1024 are "
                            "possible",
                            block / 1024);
    const uint64_t blocks = ring_bytes / block;
    /* One more than can be lent, or the kernel has none to fill. */
    if (blocks <= leases)
        return refuse_ring(ring_bytes, block, leases, err);
    /* The kernel counts frames of 2 KiB, in 32 bits. */
    if (blocks > UINT32_MAX / (block / 2048))
        return weir_err_set(err, -EINVAL, "a ring of %llu MiB is too large",
                            (unsigned long long)ring_bytes >> 20);
    *out = (struct weir_afpacket_layout){
        .block_bytes = block,
        .blocks = (uint32_t)blocks,
    };
    return 0;
}

bool weir_afpacket_source_suits(const char *device)
{
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    const bool suits = weir_netif_is_ethernet(fd, device);
    (void)close(fd);
    return suits;
}

/* libpcap compiles for a live handle what it would not for a link type: VLAN
 * tags, which the kernel has beside the frame.  Nobody reads that handle, and
 * it is gone before our socket lets frames in. */
static int make_filter(const struct weir_afpacket_config *config,
                       uint32_t snaplen, struct weir_kernel_filter *out,
                       struct weir_filter **in_weir, struct weir_err *notice,
                       struct weir_err *err)
{
    const struct weir_pcap_handle_config handle = {
        .device = config->device,
        .snaplen = snaplen,
        .buffer_bytes = 1,
        .timeout_ms = WEIR_AFPACKET_RETIRE_MS,
    };
    struct weir_live_filter_config filter = {
        .device = config->device,
        .text = config->source.filter,
        .snaplen = snaplen,
    };
    struct weir_err ignored;
    int rc = weir_pcap_handle_open(&filter.pcap, &handle, &ignored, err);
    if (rc != 0)
        return rc;
    rc = weir_live_filter_make(&filter, out, in_weir, notice, err);
    pcap_close(filter.pcap);
    return rc;
}

static int prepare(struct weir_afpacket_ring *ring,
                   const struct weir_afpacket_config *config, uint32_t snaplen,
                   struct weir_filter **in_weir, struct weir_err *notice,
                   struct weir_err *err)
{
    const char *text = config->source.filter;
    struct weir_kernel_filter filter = {
        .count = 1,
        .program = {{.code = BPF_RET | BPF_K, .k = snaplen}},
    };
    int rc = 0;
    if (text != NULL && text[0] != '\0')
        rc = make_filter(config, snaplen, &filter, in_weir, notice, err);
    weir_afpacket_ring_keep(ring, &filter, *in_weir);
    return rc == 0 ? weir_afpacket_ring_join(ring, &config->fanout, err) : rc;
}

/* libpcap's name for all of them is no device's, and who gives it knows that
 * it works elsewhere. */
static int check_name(const char *device, struct weir_err *err)
{
    if (strcmp(device, "any") != 0 || if_nametoindex(device) != 0)
        return 0;
    return weir_err_set(err, -EOPNOTSUPP,
                        "%s: afpacket takes Ethernet devices and loopback; "
                        "libpcap takes %s",
                        device, device);
}

static int check_layout(const struct weir_afpacket_config *config,
                        struct weir_err *err)
{
    struct weir_afpacket_layout layout;
    return weir_afpacket_layout_make(
        &layout, (uint64_t)config->blocks * config->source.block_bytes,
        config->source.block_bytes, config->source.leases, err);
}

int weir_afpacket_source_open(struct weir_source **out,
                              const struct weir_afpacket_config *config,
                              struct weir_err *err)
{
    struct weir_afpacket_ring *ring = NULL;
    struct weir_err notice = {.text = ""};
    const uint32_t asked = config->source.snaplen;
    const uint32_t snaplen =
        asked == 0 || asked > WEIR_SNAPLEN_MAX ? WEIR_SNAPLEN_MAX : asked;
    int rc = check_name(config->device, err);
    if (rc == 0)
        rc = check_layout(config, err);
    if (rc != 0)
        return rc;
    rc = weir_afpacket_ring_open(&ring, config, err);
    if (rc != 0)
        return rc;
    const int fd = weir_afpacket_ring_fd(ring);
    struct weir_filter *in_weir = NULL;
    rc = prepare(ring, config, snaplen, &in_weir, &notice, err);
    if (rc != 0) {
        weir_afpacket_ring_close(ring);
        return rc;
    }
    struct weir_afpacket_origin origin = {
        .name = config->device,
        .label = config->source.label,
        .beside = config->fanout.group != 0,
        .filter = in_weir,
        .ifaces = config->source.ifaces,
        .iface = {.linktype = WEIR_LINKTYPE_ETHERNET,
                  .tsresol = 9,
                  .snaplen = snaplen,
                  .frame_max = weir_netif_frame_max(fd, config->device),
                  .filter_text = weir_source_filter_text(&config->source),
                  .copies = weir_netif_copies(fd, config->device)},
        .notice = notice.text[0] != '\0' ? notice.text : NULL,
    };
    snprintf(origin.iface.name, sizeof origin.iface.name, "%s", config->device);
    const struct weir_afpacket_kernel kernel = weir_afpacket_ring_kernel(ring);
    return weir_afpacket_source_over(out, &kernel, &origin, err);
}
