#include "bench/gen/gen_options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/args.h"
#include "base/clock.h"
#include "base/err.h"
#include "bench/gen/skew.h"

#define DAY_NS    (INT64_C(24) * 3600 * WEIR_NS_PER_S)
#define BURST_MAX 1000000

enum long_only {
    OPT_WAY = 256,
    OPT_FRAME,
    OPT_FLOWS,
    OPT_SKEW,
    OPT_RATE,
    OPT_BURST,
    OPT_VLAN,
    OPT_IP,
    OPT_SEED,
    OPT_HOLD,
};

static const struct option long_options[] = {
    {"way", required_argument, NULL, OPT_WAY},
    {"frame", required_argument, NULL, OPT_FRAME},
    {"flows", required_argument, NULL, OPT_FLOWS},
    {"skew", required_argument, NULL, OPT_SKEW},
    {"rate", required_argument, NULL, OPT_RATE},
    {"burst", required_argument, NULL, OPT_BURST},
    {"vlan", required_argument, NULL, OPT_VLAN},
    {"ip", required_argument, NULL, OPT_IP},
    {"seed", required_argument, NULL, OPT_SEED},
    {"hold", no_argument, NULL, OPT_HOLD},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

void weir_gen_options_help(void)
{
    printf(
        "usage: weir bench gen -i DEVICE (-c FRAMES | -a duration:SECONDS) "
        "[OPTION...]\n"
        "\n"
        "Sends numbered and stamped UDP frames, and prints what it sent as a\n"
        "line of JSON.\n"
        "\n"
        "  -i DEVICE           where they go out; by xdp, where they come in\n"
        "  --way WAY           xdp (made within the kernel, as if received),\n"
        "                      txring (PACKET_TX_RING past the queueing\n"
        "                      discipline), mmsg (sendmmsg), or auto: the\n"
        "                      fastest that works (the default; below 1000\n"
        "                      frames a second mmsg)\n"
        "  -c FRAMES           end after so many\n"
        "  -a duration:TIME    end after that time\n"
        "  --frame SPEC        size without check sequence, 60 to 9014 (the\n"
        "                      default is the least; by xdp at most 3000),\n"
        "                      imix, or a file of lines \"SIZE WEIGHT\"\n"
        "  --flows N           different 5-tuples, 1 to 65536 (1)\n"
        "  --skew S            their frequency by Zipf's law with that\n"
        "                      exponent; 0: in turn (the default)\n"
        "  --rate RATE         500k, 1.5M: frames a second; 10Gbit: bits a\n"
        "                      second on the wire; none: full speed (the\n"
        "                      default)\n"
        "  --burst N           so many frames back to back (1)\n"
        "  --vlan ID           with an 802.1Q tag\n"
        "  --ip 4|6            IPv4 (the default) or IPv6\n"
        "  --seed N            of orders and payloads (1)\n"
        "  --hold              print \"ready\", then wait for a line (or the\n"
        "                      end) of standard input\n");
}

static int take_number(struct weir_args *args, uint64_t min, uint64_t max,
                       uint32_t *out)
{
    uint64_t n;
    int ret = weir_args_number(args, args->value, min, max, &n);
    if (ret == 0)
        *out = (uint32_t)n;
    return ret;
}

static int take_way(struct weir_args *args, enum weir_gen_way *out)
{
    const char *names[] = {
        [WEIR_GEN_AUTO] = weir_gen_way_name(WEIR_GEN_AUTO),
        [WEIR_GEN_XDP] = weir_gen_way_name(WEIR_GEN_XDP),
        [WEIR_GEN_TXRING] = weir_gen_way_name(WEIR_GEN_TXRING),
        [WEIR_GEN_MMSG] = weir_gen_way_name(WEIR_GEN_MMSG),
        [WEIR_GEN_MMSG + 1] = NULL,
    };
    int way = weir_args_choice(args, args->value, names);
    if (way < 0)
        return way;
    *out = (enum weir_gen_way)way;
    return 0;
}

static int take_duration(struct weir_args *args, int64_t *out)
{
    static const char *const keys[] = {"duration", NULL};
    const char *value;
    if (weir_args_key(args, args->value, keys, &value) < 0)
        return -EINVAL;
    return weir_args_duration(args, value, WEIR_NS_PER_MS, DAY_NS, out);
}

static int take_rate(struct weir_args *args, struct weir_rate *out)
{
    if (strcmp(args->value, "none") != 0)
        return weir_args_rate(args, args->value, out);
    *out = (struct weir_rate){0};
    return 0;
}

/* What the frames are. */
static int take_plan(struct weir_gen_options *o, struct weir_args *args,
                     int option)
{
    uint32_t n = 0;
    int ret = 0;
    switch (option) {
    case OPT_FRAME:
        o->frame = args->value;
        return 0;
    case OPT_FLOWS:
        return take_number(args, 1, WEIR_PLAN_FLOWS_MAX, &o->plan.flows);
    case OPT_SKEW:
        return weir_skew_take(args, &o->plan.skew);
    case OPT_RATE:
        return take_rate(args, &o->plan.rate);
    case OPT_VLAN:
        ret = take_number(args, 0, 4095, &n);
        o->plan.tagged = true;
        o->plan.vlan = (uint16_t)n;
        return ret;
    case OPT_IP:
        ret = weir_args_choice(args, args->value,
                               (const char *const[]){"4", "6", NULL});
        o->plan.ipv6 = ret == 1;
        return ret < 0 ? ret : 0;
    case OPT_SEED:
        return weir_args_number(args, args->value, 0, UINT64_MAX,
                                &o->plan.seed);
    default:
        return -EINVAL;
    }
}

static int take(struct weir_gen_options *o, struct weir_args *args, int option)
{
    switch (option) {
    case 'i':
        o->device = args->value;
        return 0;
    case 'c':
        return weir_args_number(args, args->value, 1, INT64_MAX,
                                &o->frames_max);
    case 'a':
        return take_duration(args, &o->duration_ns);
    case OPT_WAY:
        return take_way(args, &o->way);
    case OPT_BURST:
        return take_number(args, 1, BURST_MAX, &o->burst);
    case OPT_HOLD:
        o->hold = true;
        return 0;
    case 'h':
        o->help = true;
        return 0;
    default:
        return take_plan(o, args, option);
    }
}

/* What depends on more than one option. */
static int settle(struct weir_gen_options *o, struct weir_args *args)
{
    struct weir_err *err = &args->err;
    if (args->words < args->argc)
        return weir_err_set(err, -EINVAL, "'%s': no such word is known",
                            args->argv[args->words]);
    if (o->device == NULL)
        return weir_err_set(err, -EINVAL, "-i DEVICE is needed");
    if (o->frames_max == UINT64_MAX && o->duration_ns == INT64_MAX)
        return weir_err_set(err, -EINVAL,
                            "-c FRAMES or -a duration:SECONDS is needed");
    if (o->burst > 1 && o->plan.rate.frames == 0 && o->plan.rate.bits == 0)
        return weir_err_set(err, -EINVAL, "--burst: needs --rate");
    uint32_t least = weir_plan_size_min(&o->plan);
    char size[16];
    snprintf(size, sizeof size, "%u", least);
    int ret = weir_mix_parse(&o->plan.mix, o->frame != NULL ? o->frame : size,
                             least, err);
    if (ret != 0)
        return weir_err_wrap(err, ret, "--frame");
    for (uint32_t i = 0; i < o->plan.mix.count && o->way == WEIR_GEN_XDP; i++)
        if (o->plan.mix.parts[i].size > WEIR_GEN_XDP_SIZE_MAX)
            return weir_err_set(
                err, -EINVAL, "--frame: xdp sends at most %u bytes, not %u",
                WEIR_GEN_XDP_SIZE_MAX, o->plan.mix.parts[i].size);
    return 0;
}

int weir_gen_options_parse(struct weir_gen_options *out, int argc, char **argv)
{
    struct weir_gen_options o = {
        .frames_max = UINT64_MAX,
        .duration_ns = INT64_MAX,
        .burst = 1,
        .plan = {.flows = 1, .seed = 1},
    };
    struct weir_args args;
    weir_args_start(&args, "weir bench gen", argc, argv, "i:c:a:h",
                    long_options);
    int option;
    while ((option = weir_args_next(&args)) != WEIR_ARGS_END)
        if (option == WEIR_ARGS_BAD || take(&o, &args, option) != 0)
            return weir_args_usage(&args);
    if (!o.help && settle(&o, &args) != 0)
        return weir_args_usage(&args);
    *out = o;
    return WEIR_EXIT_OK;
}
