/* A batch's chunk: its lease, lent or turned, or its frames, encoded. */

#include <string.h>

#include "base/assert.h"
#include "pipeline/account_impl.h"
#include "sink/encode_lease.h"

bool account_is_verbatim(const struct weir_account_config *config,
                         const struct weir_batch *batch)
{
    enum weir_records records = batch->lease.records;
    bool same =
        (records == WEIR_RECORDS_PCAP && config->format == WEIR_FORMAT_PCAP) ||
        (records == WEIR_RECORDS_PCAP_NS &&
         config->format == WEIR_FORMAT_PCAP_NS);
    return same && batch->ifaces_count == 1 && account_is_whole(config, batch);
}

void account_lend(const struct weir_lease *lease, struct weir_chunk *chunk)
{
    chunk->bytes = lease->base;
    chunk->len = lease->bytes;
    chunk->preface = lease->preface;
    chunk->frames = lease->frames;
}

void account_copy(const struct weir_lease *lease, struct weir_chunk *chunk)
{
    WEIR_ASSERT(lease->bytes <= chunk->capacity);
    account_lend(lease, chunk);
    chunk->bytes = memcpy(chunk->buf, lease->base, lease->bytes);
}

/* A lease of few frames costs nothing to copy, but turned in place it takes
 * a whole number of pages. */
#define IN_PLACE_BYTES_MIN 16384

bool account_is_worth_turning(const struct weir_account_config *config,
                              const struct weir_lease *lease)
{
    return lease->in_place != NULL && config->format == WEIR_FORMAT_PCAPNG &&
           config->in_place_min > 0 && lease->bytes > IN_PLACE_BYTES_MIN &&
           lease->bytes >= (uint64_t)lease->frames * config->in_place_min;
}

void account_encode(const struct weir_account_config *config,
                    const struct weir_batch *batch, struct weir_chunk *chunk,
                    const struct weir_frame *v, uint32_t n)
{
    if (batch->lease.lost_before > 0 && chunk->frames == 0)
        weir_encode_first(config->format, batch->ifaces, &batch->lease, chunk,
                          v, n);
    else
        weir_encode(config->format, batch->ifaces, chunk, v, n);
}

void account_turn(const struct weir_account_config *config,
                  struct weir_batch *batch, struct weir_chunk *chunk,
                  const struct weir_account *found)
{
    struct weir_lease *lease = &batch->lease;
    if (found->passed == lease->frames && found->cut == 0 &&
        lease->in_place(lease)) {
        account_lend(lease, chunk);
        return;
    }
    weir_account_encode(config, batch, UINT32_MAX, chunk);
}

void weir_account_encode(const struct weir_account_config *config,
                         const struct weir_batch *batch, uint32_t frames,
                         struct weir_chunk *chunk)
{
    struct weir_frame v[ACCOUNT_VECTOR];
    struct account_again again = {.shown = 0};
    struct weir_account excluded;
    uint32_t n;
    account_clear(&excluded);
    while (chunk->frames < frames &&
           (n = account_again(config, batch, &again, v, &excluded)) > 0) {
        uint32_t left = frames - chunk->frames;
        account_encode(config, batch, chunk, v, n < left ? n : left);
    }
}
