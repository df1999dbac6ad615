#include "pipeline/inputs.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pcap.h"
#include "capture/source_afpacket.h"
#include "capture/source_file.h"
#include "capture/source_pcap.h"
#include "pipeline/placement.h"
#include "ring/event_stop.h"

/* Why these: cli/record_lanes.c's and docs/architecture.md's. */
#define FILE_BLOCK_BYTES 327680u
#define PCAP_BLOCK_BYTES 1048576u
#define PCAP_HOLD_MS     50u

/* Of any use, and far from what libpcap takes for never. */
#define TIMEOUT_MS_MAX 60000u

static int check_source(const struct weir_pipeline_config *config, uint32_t i,
                        struct weir_err *err)
{
    const struct weir_pipeline_source *source = &config->sources[i];
    if ((source->device == NULL) == (source->file == NULL))
        return weir_err_set(err, -EINVAL,
                            "source %u: a device or a file, one of them", i);
    if (source->device != NULL && source->device[0] == '\0')
        return weir_err_set(err, -EINVAL, "source %u: its device has no name",
                            i);
    if (source->file != NULL && config->sources_count > 1)
        return weir_err_set(err, -EINVAL, "%s: a file is the only source",
                            source->file);
    if (source->file != NULL && source->lanes > 1)
        return weir_err_set(err, -EINVAL, "%s: a file has one lane",
                            source->file);
    for (uint32_t k = 0; k < i; k++)
        if (strcmp(config->sources[k].device, source->device) == 0)
            return weir_err_set(err, -EINVAL, "%s: is a source already",
                                source->device);
    return 0;
}

static uint32_t lanes_of(const struct weir_pipeline_source *source)
{
    return source->lanes == 0 ? 1 : source->lanes;
}

static int check(const struct weir_pipeline_config *config, uint32_t *lanes,
                 struct weir_err *err)
{
    uint64_t all = 0;
    if (config->sources == NULL || config->sources_count == 0)
        return weir_err_set(err, -EINVAL, "no source");
    if (config->sources_count > WEIR_LANES_MAX)
        return weir_err_set(err, -EINVAL, "%u sources: %d are possible",
                            config->sources_count, WEIR_LANES_MAX);
    for (uint32_t i = 0; i < config->sources_count; i++) {
        const int ret = check_source(config, i, err);
        if (ret < 0)
            return ret;
        all += lanes_of(&config->sources[i]);
    }
    if (all > WEIR_LANES_MAX)
        return weir_err_set(err, -EINVAL, "%llu lanes: %d are possible",
                            (unsigned long long)all, WEIR_LANES_MAX);
    if (config->snaplen > WEIR_SNAPLEN_MAX)
        return weir_err_set(err, -EINVAL, "snapshot length %u: %u at most",
                            config->snaplen, WEIR_SNAPLEN_MAX);
    if (config->timeout_ms > TIMEOUT_MS_MAX)
        return weir_err_set(err, -EINVAL, "a timeout of %u ms: %u at most",
                            config->timeout_ms, TIMEOUT_MS_MAX);
    *lanes = (uint32_t)all;
    return 0;
}

static int open_file(struct weir_inputs *in,
                     const struct weir_pipeline_config *config,
                     struct weir_err *err)
{
    const struct weir_source_config source = {
        .leases = weir_lane_batches(in->workers, false),
        .block_bytes = FILE_BLOCK_BYTES,
        .snaplen = config->snaplen,
        .filter = in->filter,
        .stop = config->stop != NULL ? &config->stop->stop : NULL,
    };
    in->block_bytes = FILE_BLOCK_BYTES;
    const int ret = weir_file_source_open(
        &in->sources[0], config->sources[0].file, &source, err);
    in->count = ret == 0;
    return ret;
}

static uint32_t timeout_ms(const struct weir_pipeline_config *config)
{
    return config->timeout_ms != 0 ? config->timeout_ms
                                   : WEIR_AFPACKET_RETIRE_MS;
}

static int open_pcap(struct weir_inputs *in,
                     const struct weir_pipeline_config *config,
                     struct weir_source_config *source, struct weir_err *err)
{
    const uint32_t half_ms = (timeout_ms(config) + 1) / 2;
    if (config->buffer_bytes > INT32_MAX)
        return weir_err_set(err, -EINVAL,
                            "%s: libpcap's buffer is less than 2 GiB",
                            source->label);
    in->kernel_ms = half_ms;
    source->block_bytes = PCAP_BLOCK_BYTES;
    const struct weir_pcap_config pcap = {
        .source = *source,
        .device = source->label,
        .promisc = !config->no_promisc,
        .buffer_bytes = (uint32_t)config->buffer_bytes,
        .timeout_ms = half_ms,
        .hold_ms = half_ms < PCAP_HOLD_MS ? half_ms : PCAP_HOLD_MS,
    };
    return weir_pcap_source_open(&in->sources[in->count], &pcap, err);
}

static int open_afpacket(struct weir_inputs *in,
                         const struct weir_pipeline_config *config,
                         struct weir_source_config *source, uint16_t group,
                         bool shared, struct weir_err *err)
{
    struct weir_afpacket_layout layout;
    const int ret = weir_afpacket_layout_make(&layout, config->buffer_bytes, 0,
                                              source->leases, err);
    if (ret < 0)
        return weir_err_wrap(err, ret, "%s", source->label);
    source->block_bytes = layout.block_bytes;
    const struct weir_afpacket_config afpacket = {
        .source = *source,
        .device = source->label,
        .blocks = layout.blocks,
        .retire_ms = timeout_ms(config),
        .promisc = !config->no_promisc,
        .fanout = {.mode = shared ? WEIR_FANOUT_HASH : WEIR_FANOUT_NONE,
                   .group = group},
    };
    return weir_afpacket_source_open(&in->sources[in->count], &afpacket, err);
}

static int open_lane(struct weir_inputs *in,
                     const struct weir_pipeline_config *config,
                     const struct weir_pipeline_source *of, uint16_t group,
                     struct weir_err *err)
{
    struct weir_source_config source = {
        .leases = weir_lane_batches(in->workers, true),
        .snaplen = config->snaplen,
        .filter = in->filter,
        .ifaces = in->ifaces,
    };
    in->labels[in->count] = strdup(of->device);
    source.label = in->labels[in->count];
    if (source.label == NULL)
        return weir_err_sys(err, -ENOMEM, "%s", of->device);
    const bool suits = weir_afpacket_source_suits(of->device);
    if (!suits && lanes_of(of) > 1)
        return weir_err_set(err, -EINVAL,
                            "%s: only Ethernet devices and loopback have "
                            "several lanes",
                            of->device);
    const int ret =
        suits ? open_afpacket(in, config, &source, group, lanes_of(of) > 1, err)
              : open_pcap(in, config, &source, err);
    if (ret < 0)
        return ret;
    if (source.block_bytes > in->block_bytes)
        in->block_bytes = source.block_bytes;
    in->count++;
    return 0;
}

static int open_device(struct weir_inputs *in,
                       const struct weir_pipeline_config *config,
                       const struct weir_pipeline_source *of,
                       struct weir_err *err)
{
    uint16_t group = 0;
    for (uint32_t i = 0; i < lanes_of(of); i++) {
        const int ret = open_lane(in, config, of, group, err);
        if (ret < 0)
            return ret;
        if (lanes_of(of) > 1)
            group = weir_afpacket_source_fanout(in->sources[in->count - 1]);
    }
    return 0;
}

int weir_inputs_open(struct weir_inputs *in,
                     const struct weir_pipeline_config *config,
                     struct weir_err *err)
{
    uint32_t lanes = 0;
    int ret = check(config, &lanes, err);
    if (ret < 0)
        return ret;
    in->live = config->sources[0].device != NULL;
    in->workers =
        config->workers != 0
            ? config->workers
            : weir_placement_workers(lanes, config->file.path != NULL);
    if (in->workers > WEIR_WORKERS_MAX)
        return weir_err_set(err, -EINVAL, "%u workers: %d are possible",
                            in->workers, WEIR_WORKERS_MAX);
    if (config->filter != NULL && config->filter[0] != '\0') {
        in->filter = strdup(config->filter);
        if (in->filter == NULL)
            return weir_err_sys(err, -ENOMEM, "filter");
    }
    for (uint32_t i = 0; i < lanes; i++)
        in->filters[i] = in->filter;
    if (!in->live)
        return open_file(in, config, err);
    in->ifaces = calloc(1, sizeof *in->ifaces);
    if (in->ifaces == NULL)
        return weir_err_sys(err, -ENOMEM, "interfaces");
    for (uint32_t i = 0; ret == 0 && i < config->sources_count; i++)
        ret = open_device(in, config, &config->sources[i], err);
    return ret;
}

void weir_inputs_close(struct weir_inputs *in)
{
    for (uint32_t i = 0; i < in->count; i++)
        in->sources[i]->ops->close(in->sources[i]);
    for (uint32_t i = 0; i < WEIR_LANES_MAX; i++)
        free(in->labels[i]);
    free(in->ifaces);
    free(in->filter);
    *in = (struct weir_inputs){0};
}

const struct weir_ifaces *weir_inputs_ifaces(const struct weir_inputs *in)
{
    return in->sources[0]->ifaces;
}
