#include "bench/peers/input.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/linktype.h"
#include "base/pcap_encode.h"
#include "bench/host/job.h"
#include "bench/peers/bench.h"
#include "bench/stages/chunks.h"
#include "bench/stages/input.h"
#include "capture/source_synth.h"

#define PATIENCE_NS (300 * WEIR_NS_PER_S)

/* Of different frames of a mix; then they come again, later. */
#define MIX_BYTES (UINT64_C(64) << 20)

static int synth_make(const struct weir_peers_row *row, const char *path,
                      const char *weir, struct weir_err *err)
{
    char spec[128];
    struct weir_job_end *end = calloc(1, sizeof *end);
    if (end == NULL)
        return weir_err_sys(err, -ENOMEM, "the input");
    snprintf(spec, sizeof spec, "frames=%" PRIu64 ",size=%u,flows=%d,seed=1",
             row->frames, row->size, WEIR_PEERS_FLOWS);
    const char *const argv[] = {weir, "record",  "-q", "-w",
                                path, "--synth", spec, NULL};
    const struct weir_job_config config = {
        .argv = argv, .netns_fd = -1, .input_fd = -1};
    int ret = weir_job_run(&config, PATIENCE_NS, end, err);
    if (ret == 0 && end->status != 0)
        ret = weir_err_set(err, -EIO, "making the input: %.200s", end->words);
    free(end);
    return ret;
}

static int head_write(int fd, const char *path, struct weir_err *err)
{
    uint8_t head[WEIR_PCAP_FILE_HEADER_BYTES];
    weir_pcap_encode_header(head, WEIR_PCAP_MAGIC_US, WEIR_SNAPLEN_MAX,
                            WEIR_LINKTYPE_ETHERNET, 0);
    return weir_chunks_write_all(fd, head, sizeof head, path, err);
}

static int mix_write(const struct weir_input *input, uint64_t frames, int fd,
                     const char *path, struct weir_err *err)
{
    struct weir_chunk chunk = {.capacity = weir_input_chunk_bytes()};
    struct weir_input_place place = {0};
    struct weir_frame v[WEIR_INPUT_VECTOR];
    uint64_t n = 0;
    chunk.buf = malloc(chunk.capacity);
    if (chunk.buf == NULL)
        return weir_err_sys(err, -ENOMEM, "the input");
    int ret = head_write(fd, path, err);
    while (ret == 0 && n < frames) {
        const uint64_t left = frames - n;
        uint32_t got = weir_input_take(
            input, &place, v,
            left < WEIR_INPUT_VECTOR ? (uint32_t)left : WEIR_INPUT_VECTOR);
        for (uint32_t i = 0; i < got; i++)
            v[i].time_ns =
                WEIR_SYNTH_EPOCH_NS + (int64_t)(n + i) * WEIR_SYNTH_SPACE_NS;
        n += got;
        chunk.len = 0;
        chunk.frames = 0;
        weir_encode(WEIR_FORMAT_PCAP, input->ifaces, &chunk, v, got);
        ret = weir_chunks_write_all(fd, chunk.bytes, chunk.len, path, err);
    }
    free(chunk.buf);
    return ret;
}

static int mix_make(const struct weir_peers_row *row, const char *path,
                    struct weir_err *err)
{
    const struct weir_input_config config = {
        .frame = row->frame, .flows = WEIR_PEERS_FLOWS, .bytes = MIX_BYTES};
    struct weir_input *input = NULL;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return weir_err_sys(err, -errno, "%s", path);
    int ret = weir_input_open(&input, &config, err);
    if (ret == 0)
        ret = mix_write(input, row->frames, fd, path, err);
    weir_input_close(input);
    (void)close(fd);
    return ret;
}

int weir_peers_input_make(const struct weir_peers_row *row, const char *path,
                          const char *weir, struct weir_err *err)
{
    return strcmp(row->frame, "imix") == 0 ? mix_make(row, path, err)
                                           : synth_make(row, path, weir, err);
}
