#include "bench/stages/chunks.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "base/linktype.h"
#include "base/pcap_encode.h"
#include "base/pcapng_encode.h"
#include "bench/stages/input.h"

#define VECTOR WEIR_INPUT_VECTOR

static void make_head(struct weir_chunks *chunks, enum weir_format format)
{
    uint8_t *to = chunks->head;
    if (format != WEIR_FORMAT_PCAPNG) {
        weir_pcap_encode_header(to, WEIR_PCAP_MAGIC_US, WEIR_SNAPLEN_MAX,
                                WEIR_LINKTYPE_ETHERNET, 0);
        chunks->head_bytes = WEIR_PCAP_FILE_HEADER_BYTES;
        return;
    }
    to += weir_pcapng_encode_shb(to, &(struct weir_pcapng_shb){0});
    to += weir_pcapng_encode_idb(
        to, &(struct weir_pcapng_idb){.linktype = WEIR_LINKTYPE_ETHERNET,
                                      .snaplen = WEIR_SNAPLEN_MAX,
                                      .name = "bench"});
    chunks->head_bytes = (uint32_t)(to - chunks->head);
}

static int encode(struct weir_batch *batch, enum weir_format format,
                  struct weir_err *err)
{
    struct weir_chunk *chunk = &batch->chunk;
    chunk->capacity = weir_input_chunk_bytes();
    chunk->buf = malloc(chunk->capacity);
    if (chunk->buf == NULL)
        return weir_err_sys(err, -ENOMEM, "chunks");
    struct weir_frame v[VECTOR];
    struct weir_walk walk = {0};
    uint32_t n;
    while ((n = batch->lease.walk(&batch->lease, &walk, v, VECTOR)) > 0) {
        if (walk.frames == n) {
            batch->time_min_ns = v[0].time_ns;
            batch->time_max_ns = v[0].time_ns;
        }
        batch->time_max_ns = v[n - 1].time_ns;
        weir_encode(format, batch->ifaces, chunk, v, n);
    }
    return 0;
}

int weir_chunks_open(struct weir_chunks *out, const struct weir_input *input,
                     enum weir_format format, uint64_t bytes_max,
                     struct weir_err *err)
{
    *out = (struct weir_chunks){.input = input};
    make_head(out, format);
    out->batches = calloc(input->count, sizeof *out->batches);
    if (out->batches == NULL)
        return weir_err_sys(err, -ENOMEM, "chunks");
    while (out->count < input->count &&
           (out->count == 0 ||
            out->bytes + out->bytes / out->count <= bytes_max)) {
        struct weir_batch *batch = &out->batches[out->count++];
        *batch = input->batches[out->count - 1];
        int ret = encode(batch, format, err);
        if (ret != 0) {
            weir_chunks_close(out);
            return ret;
        }
        out->frames += batch->chunk.frames;
        out->bytes += batch->chunk.len;
    }
    return 0;
}

void weir_chunks_close(struct weir_chunks *chunks)
{
    for (uint32_t i = 0; i < chunks->count; i++)
        free(chunks->batches[i].chunk.buf);
    free(chunks->batches);
    *chunks = (struct weir_chunks){0};
}

int weir_chunks_write_all(int fd, const uint8_t *bytes, uint32_t len,
                          const char *name, struct weir_err *err)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return weir_err_sys(err, n < 0 ? -errno : -EIO, "%s: write", name);
        bytes += n;
        len -= (uint32_t)n;
    }
    return 0;
}

int weir_chunks_write(const struct weir_chunks *chunks, int fd, bool head,
                      const char *name, struct weir_err *err)
{
    int ret = 0;
    if (head)
        ret = weir_chunks_write_all(fd, chunks->head, chunks->head_bytes, name,
                                    err);
    for (uint32_t i = 0; i < chunks->count && ret == 0; i++)
        ret = weir_chunks_write_all(fd, chunks->batches[i].chunk.bytes,
                                    chunks->batches[i].chunk.len, name, err);
    return ret;
}
