#include "cli/record_lanes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/linktype.h"
#include "base/pages.h"
#include "base/pcap.h"
#include "base/topology.h"
#include "capture/source_file.h"
#include "capture/source_synth.h"
#include "cli/linktypes.h"
#include "cli/record_options.h"
#include "pipeline/lane.h"
#include "pipeline/placement.h"
#include "sink/printable.h"

/* One read() and one write() each.  A frame of the longest snapshot length
 * has room; much larger blocks leave the cache between the threads
 * (docs/architecture.md). */
#define BLOCK_BYTES 327680u

static const char *device_of(const struct record_options *o, uint32_t lane)
{
    return o->devices_count > 0 ? o->devices[lane / o->lanes] : NULL;
}

/* Each thread on a CPU, each lane in a memory node: as asked for. */
static void place(struct record_lanes *l, const struct record_options *o)
{
    int cpus[WEIR_THREADS_MAX];
    struct weir_topology topology;
    struct weir_placement placement = {
        .lanes = l->count,
        .workers = o->workers,
        .outlets = o->lane_files ? l->count : 1,
        .nodes = l->nodes,
    };
    uint32_t threads = l->count * (1 + o->workers) + placement.outlets + 1;
    for (uint32_t i = 0; i < l->count; i++) {
        const char *device = device_of(o, i);
        l->nodes[i] =
            device != NULL ? weir_topology_device_node("/sys", device) : -1;
    }
    l->cpus_count = o->cpus_count;
    memcpy(l->cpus, o->cpus, sizeof l->cpus);
    if (!o->cpus_auto) {
        for (uint32_t i = 0; i < l->count; i++)
            l->nodes[i] = -1;
        return;
    }
    weir_topology_read(&topology, "/sys", NULL);
    if (weir_placement_make(&placement, &topology, cpus) &&
        threads <= WEIR_CPUS_MAX) {
        memcpy(l->cpus, cpus, threads * sizeof cpus[0]);
        l->cpus_count = threads;
    }
    int nodes[WEIR_LANES_MAX];
    for (uint32_t i = 0; i < l->count; i++)
        nodes[i] = weir_placement_lane_node(&placement, &topology, cpus, i);
    memcpy(l->nodes, nodes, sizeof nodes);
}

static int plan_devices(struct record_lanes *l, const struct record_options *o,
                        struct weir_err *err)
{
    l->block_bytes = BLOCK_BYTES;
    for (uint32_t i = 0; i < o->devices_count; i++) {
        struct record_device *device = &l->devices[i];
        int ret = record_device_plan(device, o, o->devices[i],
                                     weir_lane_batches(o->workers, true), err);
        if (ret < 0)
            return ret;
        if (device->block_bytes > l->block_bytes || i == 0)
            l->block_bytes = device->block_bytes;
    }
    return 0;
}

/* "eth0" or, of several lanes of it, "eth0 1". */
static void name_lane(struct record_lanes *l, const struct record_options *o,
                      uint32_t lane, const char *source)
{
    char *out = l->names[lane];
    size_t size = sizeof l->names[lane];
    int n = snprintf(out, size, "%.*s", WEIR_IFACE_NAME_MAX, source);
    if (o->lanes > 1)
        snprintf(out + n, size - (size_t)n, " %u", lane % o->lanes);
}

static int open_lane(struct record_lanes *l, const struct record_options *o,
                     uint32_t lane, struct weir_err *err)
{
    struct weir_source **out = &l->sources[lane];
    struct weir_source_config config = {
        .leases = weir_lane_batches(o->workers, o->devices_count > 0),
        .block_bytes = l->block_bytes,
        .snaplen = o->snaplen,
        .filter = o->filter,
        .ifaces = l->ifaces,
    };
    if (o->input != NULL)
        return weir_file_source_open(out, o->input, &config, err);
    if (o->synth != NULL) {
        struct weir_synth_config synth = o->synth_config;
        synth.lane = lane;
        synth.lanes = o->lanes;
        return weir_synth_source_open(out, &synth, &config, err);
    }
    const struct record_device *device = &l->devices[lane / o->lanes];
    struct record_device_lane of = {.name = device_of(o, lane),
                                    .number = lane % o->lanes};
    name_lane(l, o, lane, of.name);
    config.label = l->names[lane];
    if (of.number > 0)
        of.first = l->sources[lane - of.number];
    config.block_bytes = device->block_bytes;
    return record_device_open(out, device, o, &of, &config, err);
}

/* "eth0, eth1", as far as there is room. */
static void name_source(struct record_lanes *l)
{
    size_t len = 0;
    for (uint32_t i = 0; i < l->count && len < sizeof l->source; i += l->each)
        len += (size_t)snprintf(l->source + len, sizeof l->source - len, "%s%s",
                                i == 0 ? "" : ", ", l->sources[i]->name);
}

int record_lanes_open(struct record_lanes *l, const struct record_options *o,
                      struct weir_err *err)
{
    uint32_t count = record_lanes_count(o);
    int ret = 0;
    l->each = o->lanes;
    l->count = count;
    place(l, o);
    l->count = 0;
    if (o->input == NULL) {
        l->ifaces = calloc(1, sizeof *l->ifaces);
        if (l->ifaces == NULL)
            return weir_err_sys(err, -ENOMEM, "interfaces");
    }
    ret = plan_devices(l, o, err);
    while (ret == 0 && l->count < count) {
        weir_pages_prefer(l->nodes[l->count]);
        ret = open_lane(l, o, l->count, err);
        weir_pages_prefer(-1);
        if (ret == 0) {
            name_lane(l, o, l->count, l->sources[l->count]->name);
            l->count++;
        }
    }
    if (ret == 0)
        name_source(l);
    return ret;
}

void record_lanes_close(struct record_lanes *l)
{
    for (uint32_t i = 0; i < l->count; i++)
        l->sources[i]->ops->close(l->sources[i]);
    l->count = 0;
    free(l->ifaces);
    l->ifaces = NULL;
}

int record_lanes_check_pcap(const struct record_lanes *l, struct weir_err *err)
{
    const struct weir_iface *first, *other;
    char a[WEIR_LINKTYPE_TEXT_MAX], b[WEIR_LINKTYPE_TEXT_MAX];
    if (l->ifaces == NULL)
        return 0;
    first = &l->ifaces->at[0];
    for (uint32_t i = 1; i < weir_ifaces_count(l->ifaces); i++) {
        other = &l->ifaces->at[i];
        if (other->linktype == first->linktype)
            continue;
        return weir_err_set(err, -EINVAL,
                            "a pcap holds one link type, and %s has %s, %s %s; "
                            "--format pcapng holds any",
                            first->name, weir_linktype_text(a, first->linktype),
                            other->name,
                            weir_linktype_text(b, other->linktype));
    }
    return 0;
}

static void hello(const struct record_lanes *l, const struct record_options *o,
                  const struct weir_source *source)
{
    const struct weir_iface *iface = &source->ifaces->at[source->iface];
    char type[WEIR_LINKTYPE_TEXT_MAX], name[WEIR_ERR_TEXT_MAX], lanes[32] = "";
    weir_linktype_text(type, iface->linktype);
    weir_printable(name, sizeof name, source->name);
    if (l->each > 1)
        snprintf(lanes, sizeof lanes, ", %u lanes", l->each);
    if (source->live)
        fprintf(stderr,
                "weir: listening on %s, link-type %s, snapshot length %u "
                "bytes%s\n",
                name, type, o->snaplen != 0 ? o->snaplen : WEIR_SNAPLEN_MAX,
                lanes);
    else
        fprintf(stderr, "weir: reading from %s, link-type %s%s\n", name, type,
                lanes);
}

/* libpcap's name for all of them, the others among them. */
static void warn_of_any(const struct record_options *o)
{
    for (uint32_t i = 0; i < o->devices_count && o->devices_count > 1; i++)
        if (strcmp(o->devices[i], "any") == 0)
            fputs("weir: -i any has the frames of the other interfaces, too: "
                  "they are recorded twice\n",
                  stderr);
}

void record_lanes_hello(const struct record_lanes *l,
                        const struct record_options *o)
{
    warn_of_any(o);
    for (uint32_t i = 0; i < l->count && o->devices_count > 0; i++)
        record_device_warn(&l->devices[i / l->each], l->sources[i]);
    for (uint32_t i = 0; i < l->count; i += l->each) {
        if (weir_ifaces_count(l->sources[i]->ifaces) > 0)
            hello(l, o, l->sources[i]);
    }
}

void record_lanes_show(const struct record_lanes *l,
                       const struct record_options *o)
{
    static const char *const fanout[] = {
        [WEIR_FANOUT_NONE] = "",
        [WEIR_FANOUT_HASH] = ", by flow",
        [WEIR_FANOUT_CPU] = ", by CPU",
        [WEIR_FANOUT_QM] = ", by queue",
    };
    const char *by = o->source == RECORD_SOURCE_AFXDP ? fanout[WEIR_FANOUT_QM]
                                                      : fanout[o->fanout];
    for (uint32_t i = 0; i < l->count; i += l->each) {
        printf("source   %s%s\n", l->sources[i]->name,
               l->sources[i]->live ? " (live)" : "");
        if (o->devices_count > 0)
            record_device_show(&l->devices[i / l->each], o, l->sources[i]);
    }
    if (l->count > 1)
        printf("lanes    %u, %u of each source%s; %s\n", l->count, l->each,
               l->each > 1 && o->device != NULL ? by : "",
               o->lane_files ? "a file for each" : "one file");
}
