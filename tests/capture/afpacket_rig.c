#include "tests/capture/afpacket_rig.h"

#include <linux/if_packet.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/clock.h"

#define ADDRESSES 12U
#define TAG       4U

static struct rig_sent *grow(struct rig_list *list)
{
    if (list->count == list->room) {
        list->room = list->room == 0 ? 256 : 2 * list->room;
        list->at = realloc(list->at, list->room * sizeof *list->at);
        WEIR_ASSERT(list->at != NULL);
    }
    return &list->at[list->count++];
}

static void keep(struct rig_list *list, const uint8_t *wire, uint32_t len,
                 uint32_t snaplen, int64_t time_ns, uint16_t flags)
{
    struct rig_sent *sent = grow(list);
    *sent = (struct rig_sent){
        .len = len,
        .caplen = len < snaplen ? len : snaplen,
        .time_ns = time_ns,
        .flags = flags,
        .data = malloc(len + 1),
    };
    WEIR_ASSERT(sent->data != NULL);
    memcpy(sent->data, wire, len);
}

bool rig_receive(struct fake_kernel *k, struct random *random,
                 const struct rig_mix *mix, struct rig_list *list)
{
    uint8_t wire[RIG_LEN_MAX] = {0};
    uint8_t bare[RIG_LEN_MAX];
    const uint32_t len =
        mix->len_min + random_below(random, mix->len_max - mix->len_min + 1);
    const bool tagged = random_below(random, 100) < mix->vlan_percent;
    const bool sent = random_below(random, 100) < mix->sent_percent;
    /* Beyond what a signed number of 32 bits holds, in seconds. */
    struct fake_frame frame = {
        .data = wire,
        .len = len,
        .time_ns = INT64_C(3000000000) * WEIR_NS_PER_S +
                   (int64_t)random_next(random) % WEIR_NS_PER_S,
        .pkttype = sent ? PACKET_OUTGOING : PACKET_MULTICAST,
    };
    for (uint32_t i = 0; i < len; i++)
        wire[i] = (uint8_t)random_next(random);
    if (tagged) {
        frame.vlan_tpid = weir_load_be16(wire + ADDRESSES);
        frame.vlan_tci = weir_load_be16(wire + ADDRESSES + 2);
        frame.vlan_tpid |= 1; /* 0 means none */
        wire[ADDRESSES + 1] |= 1;
        memcpy(bare, wire, ADDRESSES);
        memcpy(bare + ADDRESSES, wire + ADDRESSES + TAG, len - ADDRESSES - TAG);
        frame.data = bare;
        frame.len = len - TAG;
    }
    if (!fake_kernel_receive(k, &frame))
        return false;
    uint16_t flags = sent ? WEIR_FRAME_OUTBOUND : WEIR_FRAME_INBOUND;
    if (sent && mix->copies)
        flags |= WEIR_FRAME_COPY;
    if (tagged)
        flags |= WEIR_FRAME_RETAGGED;
    if (list != NULL)
        keep(list, wire, len, k->snaplen, frame.time_ns, flags);
    return true;
}

void rig_list_free(struct rig_list *list)
{
    for (uint32_t i = 0; i < list->count; i++)
        free(list->at[i].data);
    free(list->at);
    *list = (struct rig_list){0};
}

struct weir_lease rig_lease(const struct fake_kernel *k,
                            const struct weir_afpacket_device *device)
{
    struct weir_afpacket_block block;
    bool losing;
    WEIR_ASSERT(weir_afpacket_block_retired(k->memory, &losing));
    WEIR_ASSERT(weir_afpacket_block_read(k->memory, k->block_bytes, &block));
    return (struct weir_lease){
        .walk = weir_afpacket_block_walk,
        .walk_context = device,
        .base = k->memory,
        .bytes = block.bytes,
        .frames = block.frames,
        .room = k->block_bytes,
        .in_place = weir_afpacket_block_in_place,
        .begin_ns = block.begin_ns,
    };
}

static const char *frame_differs(const struct weir_frame *frame,
                                 const struct rig_sent *sent, bool in_place)
{
    const uint16_t flags =
        in_place ? sent->flags & (uint16_t)~WEIR_FRAME_RETAGGED : sent->flags;
    if (frame->len != sent->len || frame->caplen != sent->caplen)
        return "another length";
    if (frame->time_ns != sent->time_ns)
        return "another time";
    if (frame->flags != flags)
        return "other flags";
    if (memcmp(frame->data, sent->data, sent->caplen) != 0)
        return "other bytes";
    return NULL;
}

const char *rig_differs(const struct weir_lease *lease,
                        const struct rig_list *list, uint32_t first,
                        uint32_t vector)
{
    struct weir_frame frames[64];
    struct weir_walk walk = {0};
    uint32_t count = 0;
    uint32_t n;
    WEIR_ASSERT(vector >= 1 && vector <= 64);
    while ((n = lease->walk(lease, &walk, frames, vector)) > 0)
        for (uint32_t i = 0; i < n; i++, count++) {
            if (count == lease->frames || first + count >= list->count)
                return "too many frames";
            const char *fault =
                frame_differs(&frames[i], &list->at[first + count],
                              lease->records == WEIR_RECORDS_PCAPNG);
            if (fault != NULL)
                return fault;
        }
    if (count != lease->frames || walk.frames != count)
        return "too few frames";
    return NULL;
}
