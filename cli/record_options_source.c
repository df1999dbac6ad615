#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/args.h"
#include "cli/record_options.h"
#include "cli/record_options_parts.h"
#include "pipeline/lane.h"

#define BUFFER_MAX (UINT64_C(1) << 40)

/* "auto", "none", or "0,2-3": numbers and ranges. */
int record_set_cpus(struct record_options *o, struct weir_args *args)
{
    const char *at = args->value;
    o->cpus_count = 0;
    o->cpus_auto = strcmp(at, "auto") == 0;
    if (o->cpus_auto || strcmp(at, "none") == 0)
        return 0;
    for (;;) {
        char *end;
        unsigned long first = strtoul(at, &end, 10), last = first;
        bool digits = end != at && *at != '-' && *at != '+' && *at != ' ';
        if (digits && *end == '-') {
            at = end + 1;
            last = strtoul(at, &end, 10);
            digits = end != at && *at != '-' && *at != '+' && *at != ' ';
        }
        if (!digits || last < first || last > UINT16_MAX ||
            (*end != ',' && *end != '\0'))
            return weir_err_set(&args->err, -EINVAL,
                                "%s: '%s' is not auto, none or a list of "
                                "CPUs like 0,2-3",
                                args->option, args->value);
        for (unsigned long cpu = first; cpu <= last; cpu++) {
            if (o->cpus_count == WEIR_CPUS_MAX)
                return weir_err_set(&args->err, -EINVAL,
                                    "%s: more than %d CPUs", args->option,
                                    WEIR_CPUS_MAX);
            o->cpus[o->cpus_count++] = (int)cpu;
        }
        if (*end == '\0')
            return 0;
        at = end + 1;
    }
}

/* As dumpcap, each -i adds one. */
static int add_device(struct record_options *o, struct weir_args *args)
{
    const char *name = NULL;
    if (weir_args_name(args, &name) < 0)
        return -EINVAL;
    for (uint32_t i = 0; i < o->devices_count; i++)
        if (strcmp(o->devices[i], name) == 0)
            return weir_err_set(&args->err, -EINVAL,
                                "-i %s: named twice; --lanes makes several "
                                "lanes of one interface",
                                name);
    if (o->devices_count == WEIR_LANES_MAX)
        return weir_err_set(&args->err, -EINVAL, "-i: more than %d interfaces",
                            WEIR_LANES_MAX);
    if (o->devices_count == 0)
        o->device = name;
    o->devices[o->devices_count++] = name;
    return 0;
}

static int set_lanes(struct record_options *o, struct weir_args *args)
{
    uint64_t n;
    int ret = weir_args_number(args, args->value, 1, WEIR_LANES_MAX, &n);
    if (ret == 0)
        o->lanes = (uint32_t)n;
    return ret;
}

static int set_fanout(struct record_options *o, struct weir_args *args)
{
    static const char *const names[] = {"hash", "cpu", "queue", NULL};
    int n = weir_args_choice(args, args->value, names);
    if (n < 0)
        return n;
    o->fanout = (enum weir_fanout_mode)(WEIR_FANOUT_HASH + n);
    return 0;
}

static int set_source(struct record_options *o, struct weir_args *args)
{
    static const char *const names[] = {"auto", "afpacket", "pcap", "afxdp",
                                        NULL};
    int n = weir_args_choice(args, args->value, names);
    if (n < 0)
        return n;
    o->source = (enum record_source)n;
    return 0;
}

static int set_queue(struct record_options *o, struct weir_args *args)
{
    uint64_t n;
    int ret = weir_args_number(args, args->value, 0, UINT16_MAX, &n);
    if (ret < 0)
        return ret;
    o->queue = (uint32_t)n;
    o->has_queue = true;
    return 0;
}

static int set_stamp(struct record_options *o, struct weir_args *args)
{
    static const char *const names[] = {"host", "adapter", NULL};
    int n = weir_args_choice(args, args->value, names);
    if (n < 0)
        return n;
    o->stamp = (enum weir_stamp)n;
    return 0;
}

static int set_block_size(struct record_options *o, struct weir_args *args)
{
    uint64_t bytes;
    int ret = weir_args_size(args, args->value, WEIR_ARGS_KIB,
                             WEIR_AFPACKET_BLOCK_BYTES_MIN,
                             WEIR_AFPACKET_BLOCK_BYTES_MAX, &bytes);
    if (ret < 0)
        return ret;
    if ((bytes & (bytes - 1)) != 0)
        return weir_err_set(&args->err, -EINVAL,
                            "%s: '%s' is not 128, 256, 512 or 1024 (KiB)",
                            args->option, args->value);
    o->block_bytes = (uint32_t)bytes;
    return 0;
}

static int set_retire_timeout(struct record_options *o, struct weir_args *args)
{
    uint64_t ms;
    int ret = weir_args_number(args, args->value, 1, 10000, &ms);
    if (ret == 0)
        o->retire_ms = (uint32_t)ms;
    return ret;
}

/* What is enough for one source is not for another, and only when it is opened
 * is it known which it is: they tell themselves.  Nothing is for none. */
static int set_buffer(struct record_options *o, struct weir_args *args)
{
    const uint64_t block = WEIR_AFPACKET_BLOCK_BYTES_MIN;
    const uint32_t one = weir_lane_batches(1, true);
    uint64_t bytes;
    int ret =
        weir_args_size(args, args->value, WEIR_ARGS_MIB, 0, BUFFER_MAX, &bytes);
    if (ret < 0)
        return ret;
    if (bytes == 0)
        return weir_err_set(
            &args->err, -EINVAL,
            "%s: '%s' is too small: afpacket takes at least %llu KiB, and %llu "
            "KiB more for each worker beyond one",
            args->option, args->value, (one + 1) * block / 1024ULL,
            (weir_lane_batches(2, true) - one) * block / 1024ULL);
    o->buffer_bytes = bytes;
    return 0;
}

int record_set_source(struct record_options *o, struct weir_args *args,
                      int option)
{
    switch (option) {
    case 'i':
        return add_device(o, args);
    case OPT_LANES:
        return set_lanes(o, args);
    case OPT_FANOUT:
        return set_fanout(o, args);
    case OPT_LANE_FILES:
        o->lane_files = true;
        return 0;
    case 'p':
        o->no_promisc = true;
        return 0;
    case 'B':
        return set_buffer(o, args);
    case 'j':
        return set_stamp(o, args);
    case OPT_SOURCE:
        return set_source(o, args);
    case OPT_QUEUE:
        return set_queue(o, args);
    case OPT_BLOCK_SIZE:
        return set_block_size(o, args);
    case OPT_RETIRE_TIMEOUT:
        return set_retire_timeout(o, args);
    default:
        return 1;
    }
}
