#include "capture/afpacket_queue.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/assert.h"
#include "base/err.h"

struct weir_afpacket_slot {
    uint64_t lost;  /* dropped before this block */
    uint64_t later; /* before it comes again, while it waits to be lent */
    bool out;       /* lent */
    struct weir_afpacket_device device; /* of the walks of this lease */
};

int weir_afpacket_queue_open(struct weir_afpacket_queue *queue,
                             const struct weir_afpacket_queue_config *config,
                             struct weir_err *err)
{
    WEIR_ASSERT(config->blocks > 0 &&
                config->block_bytes >= WEIR_AFPACKET_BLOCK_BYTES_MIN &&
                config->block_bytes <= WEIR_AFPACKET_BLOCK_BYTES_MAX);
    *queue = (struct weir_afpacket_queue){
        .config = *config,
        .screened_from = UINT64_MAX,
    };
    queue->slots = calloc(config->blocks, sizeof *queue->slots);
    if (queue->slots == NULL)
        return weir_err_sys(err, -ENOMEM, "%u blocks", config->blocks);
    return 0;
}

void weir_afpacket_queue_close(struct weir_afpacket_queue *queue)
{
    WEIR_ASSERT(queue->out == 0);
    free(queue->slots);
}

static uint8_t *block_at(const struct weir_afpacket_queue *queue,
                         uint32_t index)
{
    return queue->config.memory + (size_t)index * queue->config.block_bytes;
}

static uint32_t after(const struct weir_afpacket_queue *queue, uint32_t index)
{
    return index + 1 == queue->config.blocks ? 0 : index + 1;
}

/* The block before which the kernel has dropped what it has not told: the
 * first that is marked, or the one that it fills or would fill.  That is the
 * next one again if all wait to be lent. */
static uint64_t *place_of_loss(struct weir_afpacket_queue *queue)
{
    uint32_t index = queue->turn;
    for (uint32_t i = 0; i < queue->config.blocks; i++) {
        bool losing = false;
        if (queue->slots[index].out ||
            !weir_afpacket_block_retired(block_at(queue, index), &losing) ||
            losing)
            return &queue->slots[index].lost;
        index = after(queue, index);
    }
    return &queue->slots[index].later;
}

void weir_afpacket_queue_count(struct weir_afpacket_queue *queue)
{
    struct weir_afpacket_counts now = {0};
    /* First, because the asking takes the mark from what is closed later. */
    uint64_t *place = place_of_loss(queue);
    queue->config.counts(queue->config.counts_context, &now);
    queue->seen += now.packets;
    queue->dropped += now.drops;
    queue->freezes += now.freezes;
    *place += now.drops;
}

static void lend(struct weir_afpacket_queue *queue,
                 const struct weir_afpacket_block *block,
                 struct weir_lease *out)
{
    struct weir_afpacket_slot *slot = &queue->slots[queue->turn];
    uint8_t *base = block_at(queue, queue->turn);
    const bool screened = queue->taken > queue->screened_from;
    slot->device = *queue->config.device;
    queue->located += slot->lost;
    queue->received += block->frames;
    queue->out++;
    *out = (struct weir_lease){
        .walk = weir_afpacket_block_walk,
        .walk_context = &slot->device,
        .base = base,
        .bytes = block->bytes,
        .frames = block->frames,
        .room = queue->config.block_bytes,
        .records = WEIR_RECORDS_OTHER,
        .in_place = weir_afpacket_block_in_place,
        .owner = slot,
        .begin_ns = block->begin_ns,
        .kernel_dropped = queue->located,
        .lost_before = slot->lost,
        .screened = screened ? queue->screen : 0,
    };
    slot->lost = slot->later;
    slot->later = 0;
    slot->out = true;
    queue->turn = after(queue, queue->turn);
}

/* An empty block is possible (a frame as large as a block makes one) and
 * goes back at once. */
static void skip(struct weir_afpacket_queue *queue)
{
    const uint32_t next = after(queue, queue->turn);
    struct weir_afpacket_slot *slot = &queue->slots[queue->turn];
    queue->slots[next].lost += slot->lost;
    slot->lost = slot->later;
    slot->later = 0;
    weir_afpacket_block_release(block_at(queue, queue->turn));
    queue->turn = next;
}

int weir_afpacket_queue_take(struct weir_afpacket_queue *queue,
                             struct weir_lease *out, struct weir_err *err)
{
    for (uint32_t i = 0; i < queue->config.blocks; i++) {
        const uint8_t *memory = block_at(queue, queue->turn);
        struct weir_afpacket_block block;
        bool losing;
        if (queue->slots[queue->turn].out ||
            !weir_afpacket_block_retired(memory, &losing))
            return 0;
        if (losing)
            weir_afpacket_queue_count(queue);
        if (!weir_afpacket_block_read(memory, queue->config.block_bytes,
                                      &block))
            return weir_err_set(err, -EIO,
                                "block %u of the kernel's ring is malformed",
                                queue->turn);
        if (queue->seq != 0 && block.seq != queue->seq)
            return weir_err_set(err, -EIO,
                                "block %u of the kernel's ring has number "
                                "%" PRIu64 ", but number %" PRIu64
                                " is due: blocks are missing",
                                queue->turn, block.seq, queue->seq);
        queue->seq = block.seq + 1;
        queue->taken++;
        if (block.frames > 0) {
            lend(queue, &block, out);
            return 1;
        }
        skip(queue);
    }
    return 0;
}

bool weir_afpacket_queue_idle(const struct weir_afpacket_queue *queue)
{
    return !queue->slots[queue->turn].out &&
           weir_afpacket_block_pending(block_at(queue, queue->turn)) == 0;
}

bool weir_afpacket_queue_tight(const struct weir_afpacket_queue *queue)
{
    return queue->slots[queue->turn].out ||
           queue->slots[after(queue, queue->turn)].out;
}

void weir_afpacket_queue_give(struct weir_afpacket_queue *queue,
                              const struct weir_lease *lease)
{
    struct weir_afpacket_slot *slot = lease->owner;
    const size_t index = (size_t)(slot - queue->slots);
    WEIR_ASSERT(index < queue->config.blocks && slot->out);
    slot->out = false;
    queue->out--;
    weir_afpacket_block_release(block_at(queue, (uint32_t)index));
}

void weir_afpacket_queue_screen(struct weir_afpacket_queue *queue,
                                uint64_t generation, bool tests)
{
    queue->screen = generation;
    queue->screened_from =
        tests ? queue->taken + 2 * (uint64_t)queue->config.blocks : UINT64_MAX;
}
