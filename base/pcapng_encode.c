#include "base/pcapng_encode.h"

/* What a block's writer has behind it; `to` stays NULL when only lengths are
 * wanted. */
struct block {
    uint8_t *to;
    uint32_t bytes;
};

static void put_32(struct block *block, uint32_t value)
{
    if (block->to != NULL)
        weir_store_32(block->to + block->bytes, value);
    block->bytes += 4;
}

static void put_16(struct block *block, uint16_t value)
{
    if (block->to != NULL)
        weir_store_16(block->to + block->bytes, value);
    block->bytes += 2;
}

static void put_time(struct block *block, int64_t time_ns)
{
    if (block->to != NULL)
        weir_pcapng_put_time(block->to + block->bytes, time_ns);
    block->bytes += 8;
}

static void put_bytes(struct block *block, const void *from, uint32_t bytes)
{
    if (block->to != NULL)
        weir_pcapng_put_frame(block->to + block->bytes, from, bytes);
    block->bytes += weir_pcapng_pad(bytes);
}

static void option_head(struct block *block, uint16_t code, uint32_t bytes)
{
    put_16(block, code);
    put_16(block, (uint16_t)bytes);
}

static void option_text(struct block *block, uint16_t code, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return;
    uint32_t bytes = (uint32_t)strnlen(text, WEIR_PCAPNG_TEXT_MAX);
    option_head(block, code, bytes);
    put_bytes(block, text, bytes);
}

static void option_8(struct block *block, uint16_t code, uint8_t value)
{
    option_head(block, code, 1);
    put_bytes(block, &value, 1);
}

static void option_count(struct block *block, uint16_t code, uint64_t value)
{
    if (value == WEIR_PCAPNG_UNKNOWN)
        return;
    option_head(block, code, 8);
    put_bytes(block, &value, 8);
}

static void option_time(struct block *block, uint16_t code, int64_t time_ns)
{
    option_head(block, code, 8);
    put_time(block, time_ns);
}

/* The total length stands at both ends of a block. */
static struct block begin(uint8_t *to, uint32_t type)
{
    struct block block = {.to = to};
    put_32(&block, type);
    put_32(&block, 0);
    return block;
}

static uint32_t end(struct block *block)
{
    uint32_t total = block->bytes + 4;
    put_32(block, total);
    if (block->to != NULL)
        weir_store_32(block->to + 4, total);
    return total;
}

static void options_end(struct block *block)
{
    option_head(block, WEIR_PCAPNG_OPT_END, 0);
}

uint32_t weir_pcapng_encode_shb(uint8_t *to, const struct weir_pcapng_shb *shb)
{
    struct block block = begin(to, WEIR_PCAPNG_SHB);
    put_32(&block, WEIR_PCAPNG_BYTE_ORDER_MAGIC);
    put_16(&block, 1);
    put_16(&block, 0);
    /* Section length -1: not known, for it is still being written. */
    put_32(&block, UINT32_MAX);
    put_32(&block, UINT32_MAX);
    option_text(&block, WEIR_PCAPNG_SHB_OS, shb->os);
    option_text(&block, WEIR_PCAPNG_SHB_USERAPPL, shb->userappl);
    options_end(&block);
    return end(&block);
}

/* if_filter: a first byte of 0 says that libpcap's language follows. */
static void option_filter(struct block *block, const char *filter)
{
    if (filter == NULL || filter[0] == '\0')
        return;
    uint32_t bytes = (uint32_t)strnlen(filter, WEIR_PCAPNG_TEXT_MAX);
    option_head(block, WEIR_PCAPNG_IF_FILTER, bytes + 1);
    uint32_t padded = weir_pcapng_pad(bytes + 1);
    if (block->to != NULL) {
        uint8_t *value = block->to + block->bytes;
        weir_store_32(value + padded - 4, 0);
        value[0] = 0;
        memcpy(value + 1, filter, bytes);
    }
    block->bytes += padded;
}

uint32_t weir_pcapng_encode_idb(uint8_t *to, const struct weir_pcapng_idb *idb)
{
    struct block block = begin(to, WEIR_PCAPNG_IDB);
    put_16(&block, idb->linktype);
    put_16(&block, 0);
    put_32(&block, idb->snaplen);
    option_text(&block, WEIR_PCAPNG_IF_NAME, idb->name);
    option_8(&block, WEIR_PCAPNG_IF_TSRESOL, 9);
    option_filter(&block, idb->filter);
    option_text(&block, WEIR_PCAPNG_IF_OS, idb->os);
    if (idb->offset_s != 0)
        option_count(&block, WEIR_PCAPNG_IF_TSOFFSET, (uint64_t)idb->offset_s);
    if (idb->fcs_bytes > 0)
        option_8(&block, WEIR_PCAPNG_IF_FCSLEN, idb->fcs_bytes);
    options_end(&block);
    return end(&block);
}

uint32_t weir_pcapng_encode_isb(uint8_t *to, const struct weir_pcapng_isb *isb)
{
    struct block block = begin(to, WEIR_PCAPNG_ISB);
    put_32(&block, isb->iface);
    put_time(&block, isb->time_ns);
    if (isb->has_span) {
        option_time(&block, WEIR_PCAPNG_ISB_STARTTIME, isb->start_ns);
        option_time(&block, WEIR_PCAPNG_ISB_ENDTIME, isb->end_ns);
    }
    option_count(&block, WEIR_PCAPNG_ISB_IFRECV, isb->ifrecv);
    option_count(&block, WEIR_PCAPNG_ISB_IFDROP, isb->ifdrop);
    option_count(&block, WEIR_PCAPNG_ISB_FILTERACCEPT, isb->filteraccept);
    option_count(&block, WEIR_PCAPNG_ISB_OSDROP, isb->osdrop);
    option_count(&block, WEIR_PCAPNG_ISB_USRDELIV, isb->usrdeliv);
    options_end(&block);
    return end(&block);
}

uint32_t weir_pcapng_encode_epb_long(uint8_t *to,
                                     const struct weir_pcapng_epb *epb)
{
    struct block block = begin(to, WEIR_PCAPNG_EPB);
    put_32(&block, epb->iface);
    put_time(&block, epb->time_ns);
    put_32(&block, epb->caplen);
    put_32(&block, epb->len);
    put_bytes(&block, epb->data, epb->caplen);
    if (epb->direction != 0) {
        option_head(&block, WEIR_PCAPNG_EPB_FLAGS, 4);
        put_32(&block, epb->direction);
    }
    if (epb->dropcount != 0)
        option_count(&block, WEIR_PCAPNG_EPB_DROPCOUNT, epb->dropcount);
    if (epb->direction != 0 || epb->dropcount != 0)
        options_end(&block);
    return end(&block);
}
