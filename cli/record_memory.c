#include "cli/record_memory.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/err.h"
#include "base/memory.h"
#include "base/size.h"
#include "capture/source_afpacket.h"
#include "cli/record_options.h"

#define MIB (UINT64_C(1) << 20)

/* Many workers need more than is usual; they get it, if nothing else was asked
 * for. */
struct weir_flows_config record_flows_config(const struct record_options *o)
{
    const struct flow_options *flows = &o->flows;
    const uint32_t lanes = record_lanes_count(o);
    struct weir_flows_config config = {
        .workers = lanes * o->workers,
        .outlets = o->lane_files ? lanes : 1,
        .idle_ns = flows->idle_ns,
        .active_ns = flows->active_ns,
    };
    uint64_t usual = 2 * weir_flows_memory_min(&config);
    if (usual < WEIR_FLOWS_MEMORY)
        usual = WEIR_FLOWS_MEMORY;
    if (flows->output != NULL)
        config.memory_bytes =
            flows->memory_bytes != 0 ? flows->memory_bytes : usual;
    return config;
}

static int refuse(const char *what, uint64_t asked, const char *each,
                  uint64_t most, uint64_t available, struct weir_err *err)
{
    char size[WEIR_SIZE_TEXT];
    return weir_err_set(err, -EINVAL,
                        "%s: %s%s is too large: at most %" PRIu64
                        " MiB, as %" PRIu64 " MiB are available",
                        what, weir_size_text(size, asked), each, most / MIB,
                        available / MIB);
}

int record_memory_check(const struct record_memory *memory, uint64_t available,
                        struct weir_err *err)
{
    const uint64_t room = available - available / 8;
    char each[32] = "";
    if (memory->lanes > 1)
        snprintf(each, sizeof each, " for each of %u lanes", memory->lanes);
    if (memory->ring > room / memory->lanes)
        return refuse("-B", memory->ring, each, room / memory->lanes, available,
                      err);
    const uint64_t left = room - memory->ring * memory->lanes;
    if (memory->flows > left)
        return refuse("--memory", memory->flows, "", left, available, err);
    return 0;
}

static uint64_t ring_of(const struct record_options *o)
{
    if (o->device == NULL || o->buffer_bytes != 0)
        return o->buffer_bytes;
    return o->source == RECORD_SOURCE_PCAP ? 0 : WEIR_AFPACKET_RING_BYTES;
}

int record_memory_settle(const struct record_options *o, struct weir_err *err)
{
    const struct weir_flows_config flows = record_flows_config(o);
    const uint64_t least = weir_flows_memory_min(&flows);
    char size[WEIR_SIZE_TEXT];
    if (flows.memory_bytes != 0 && flows.memory_bytes < least)
        return weir_err_set(err, -EINVAL,
                            "--memory: %s is too small for %u worker%s: at "
                            "least %" PRIu64 " MiB",
                            weir_size_text(size, flows.memory_bytes),
                            flows.workers, flows.workers == 1 ? "" : "s",
                            (least + MIB - 1) / MIB);
    const struct record_memory memory = {
        .ring = ring_of(o),
        .lanes = record_lanes_count(o),
        .flows = o->device != NULL || o->flows.memory_bytes != 0
                     ? flows.memory_bytes
                     : 0,
    };
    return record_memory_check(&memory, weir_memory_available(""), err);
}
