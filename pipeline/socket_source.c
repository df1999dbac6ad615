#include <errno.h>
#include <net/if.h>

#include "capture/source_afpacket.h"
#include "capture/source_pcap.h"
#include "pipeline/socket_impl.h"

#define TIMEOUT_RETIRE_MAX_MS 100

/* A ring of a few blocks that a frame of 64 KiB fits in; libpcap's size is an
 * int. */
#define BUFFER_BYTES_MIN UINT64_C(1048576)

/* A wake-up costs as much as some hundred frames, so blocks are as large as may
 * be.  But each may go with a frame in it when the retire timer fires: if
 * nobody takes any for this long, there must still be one to fill. */
#define SLACK_MS   1000
#define BLOCKS_MIN 8

/* What libpcap's frames are copied to, the least that there may be. */
#define COPY_BYTES 524288U

static uint32_t retire_ms(int32_t timeout_ms)
{
    if (timeout_ms <= 0 || timeout_ms > TIMEOUT_RETIRE_MAX_MS)
        return TIMEOUT_RETIRE_MAX_MS;
    return (uint32_t)timeout_ms;
}

static uint32_t block_bytes(const struct weir_socket_info *info)
{
    uint32_t bytes = WEIR_AFPACKET_BLOCK_BYTES_MAX;
    while (bytes > WEIR_AFPACKET_BLOCK_BYTES_MIN &&
           (info->buffer_bytes / bytes < BLOCKS_MIN ||
            info->buffer_bytes / bytes * info->retire_ms < SLACK_MS))
        bytes /= 2;
    return bytes;
}

static int open_afpacket(struct weir_socket *socket,
                         const struct weir_socket_config *config,
                         const struct weir_source_config *common,
                         struct weir_err *err)
{
    struct weir_afpacket_layout layout;
    int rc = weir_afpacket_layout_make(&layout, socket->info.buffer_bytes,
                                       block_bytes(&socket->info),
                                       common->leases, err);
    if (rc != 0)
        return rc;
    struct weir_afpacket_config live = {
        .source = *common,
        .device = socket->device,
        .blocks = layout.blocks,
        .retire_ms = socket->info.retire_ms,
        .promisc = !config->no_promisc,
        .waits_home = true,
        .stamp = config->adapter_stamps ? WEIR_STAMP_ADAPTER : WEIR_STAMP_HOST,
    };
    live.source.block_bytes = layout.block_bytes;
    return weir_afpacket_source_open(&socket->source, &live, err);
}

static int open_pcap(struct weir_socket *socket,
                     const struct weir_socket_config *config,
                     const struct weir_source_config *common,
                     struct weir_err *err)
{
    struct weir_pcap_config live = {
        .source = *common,
        .device = socket->device,
        .promisc = !config->no_promisc,
        .adapter_stamps = config->adapter_stamps,
        .buffer_bytes = (uint32_t)socket->info.buffer_bytes,
        .timeout_ms = socket->info.retire_ms,
    };
    live.source.block_bytes = COPY_BYTES;
    return weir_pcap_source_open(&socket->source, &live, err);
}

static int check_buffer(const struct weir_socket *socket, struct weir_err *err)
{
    const uint64_t bytes = socket->info.buffer_bytes;
    if (bytes >= BUFFER_BYTES_MIN && bytes <= INT32_MAX)
        return 0;
    return weir_err_set(err, -EINVAL,
                        "%s: a buffer of %llu bytes: it has 1 MiB at least, "
                        "and less than 2 GiB",
                        socket->device, (unsigned long long)bytes);
}

int socket_source_open(struct weir_socket *socket,
                       const struct weir_socket_config *config,
                       struct weir_err *err)
{
    struct weir_socket_info *info = &socket->info;
    const struct weir_source_config common = {
        .leases = 1,
        .filter = socket->first_text,
        .ifaces = &socket->ifaces,
    };
    const bool suits = weir_afpacket_source_suits(socket->device);
    if (info->way == WEIR_SOCKET_AUTO)
        info->way = suits ? WEIR_SOCKET_AFPACKET : WEIR_SOCKET_LIBPCAP;
    info->retire_ms = retire_ms(info->timeout_ms);
    int rc = check_buffer(socket, err);
    if (rc != 0)
        return rc;
    if (info->way == WEIR_SOCKET_LIBPCAP)
        rc = open_pcap(socket, config, &common, err);
    else if (suits || socket->ifindex == 0)
        rc = open_afpacket(socket, config, &common, err);
    else
        return weir_err_set(
            err, -EOPNOTSUPP,
            "%s: not an Ethernet device, nor loopback: afpacket "
            "takes no others",
            socket->device);
    return rc;
}
