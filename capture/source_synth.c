#include "capture/source_synth.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/err.h"
#include "base/linktype.h"
#include "base/pcap.h"
#include "capture/blocks.h"
#include "capture/filter.h"
#include "capture/synth_frame.h"

struct synth_source {
    struct weir_source source;
    struct weir_ifaces ifaces;
    uint16_t iface; /* of its frames */
    struct weir_filter *filter;
    struct weir_blocks *blocks;
    uint32_t block_bytes;
    uint32_t caplen;
    uint32_t flows;
    uint32_t flow;   /* of the next frame */
    uint32_t step;   /* from a frame to the next, in numbers */
    uint64_t next;   /* its number */
    uint64_t frames; /* UINT64_MAX: no end */
    bool cut;
    struct synth_frames made;
};

static_assert(offsetof(struct synth_source, source) == 0, "it begins with it");

static int synth_next(struct weir_source *source, struct weir_lease *out,
                      struct weir_err *err)
{
    (void)err;
    struct synth_source *synth = (struct synth_source *)source;
    if (synth->cut || synth->next >= synth->frames)
        return WEIR_SOURCE_END;
    struct weir_fill fill = {
        .base = weir_blocks_get(synth->blocks),
        .capacity = synth->block_bytes,
    };
    WEIR_ASSERT(fill.base != NULL);
    struct weir_frame frame = {
        .time_ns =
            WEIR_SYNTH_EPOCH_NS + (int64_t)synth->next * WEIR_SYNTH_SPACE_NS,
        .caplen = synth->caplen,
        .len = synth->made.size,
        .iface = synth->iface,
    };
    while (synth->next < synth->frames && weir_fill_fits(&fill, frame.caplen)) {
        synth_frame_make(&synth->made, synth->next, synth->flow,
                         weir_fill_add(&fill, &frame), frame.caplen);
        frame.time_ns += synth->step * WEIR_SYNTH_SPACE_NS;
        synth->next += synth->step;
        synth->flow += synth->step;
        while (synth->flow >= synth->flows)
            synth->flow -= synth->flows;
    }
    weir_fill_lease(&fill, out);
    return WEIR_SOURCE_LEASE;
}

static void synth_reclaim(struct weir_source *source, struct weir_lease *lease)
{
    struct synth_source *synth = (struct synth_source *)source;
    weir_blocks_put(synth->blocks, lease->owner);
}

static void synth_cut(struct weir_source *source)
{
    ((struct synth_source *)source)->cut = true;
}

static void synth_close(struct weir_source *source)
{
    struct synth_source *synth = (struct synth_source *)source;
    weir_blocks_close(synth->blocks);
    weir_filter_free(synth->filter);
    free(synth);
}

static const struct weir_source_ops synth_ops = {
    .next = synth_next,
    .reclaim = synth_reclaim,
    .cut = synth_cut,
    .close = synth_close,
};

static int check(const struct weir_synth_config *config, struct weir_err *err)
{
    if (config->proto < 0 || config->proto > WEIR_SYNTH_MIX)
        return weir_err_set(err, -EINVAL, "--synth: no such protocol");
    uint32_t least = synth_size_min(config->proto);
    if (config->size < least)
        return weir_err_set(
            err, -EINVAL,
            "--synth: size=%u is too small: the headers need %u bytes",
            config->size, least);
    if (config->size > WEIR_SYNTH_SIZE_MAX)
        return weir_err_set(err, -EINVAL, "--synth: size=%u is more than %u",
                            config->size, WEIR_SYNTH_SIZE_MAX);
    if (config->flows < 1 || config->flows > WEIR_SYNTH_FLOWS_MAX)
        return weir_err_set(err, -EINVAL,
                            "--synth: flows=%u is not between 1 and %u",
                            config->flows, WEIR_SYNTH_FLOWS_MAX);
    if (config->lanes > 0 ? config->lane >= config->lanes : config->lane > 0)
        return weir_err_set(err, -EINVAL, "--synth: lane %u of %u",
                            config->lane, config->lanes);
    return 0;
}

static int open_filter(struct synth_source *synth,
                       const struct weir_source_config *config,
                       struct weir_iface *iface, struct weir_err *err)
{
    iface->filter_text = weir_source_filter_text(config);
    return iface->filter_text == NULL
               ? 0
               : weir_filter_compile(&synth->filter, config->filter,
                                     iface->linktype, 0, err);
}

int weir_synth_source_open(struct weir_source **out,
                           const struct weir_synth_config *synth_config,
                           const struct weir_source_config *config,
                           struct weir_err *err)
{
    int ret = check(synth_config, err);
    if (ret != 0)
        return ret;
    struct synth_source *synth = calloc(1, sizeof *synth);
    if (synth == NULL)
        return weir_err_sys(err, -ENOMEM, "synth");
    struct weir_iface iface = {
        .name = "synth",
        .linktype = WEIR_LINKTYPE_ETHERNET,
        .tsresol = 9,
        .snaplen = config->snaplen ? config->snaplen : WEIR_SNAPLEN_MAX,
    };
    ret = open_filter(synth, config, &iface, err);
    if (ret != 0)
        goto err_filter;
    synth->caplen = synth_config->size;
    if (synth->filter == NULL && synth->caplen > iface.snaplen)
        synth->caplen = iface.snaplen;
    const struct weir_fill empty = {.capacity = config->block_bytes};
    if (!weir_fill_fits(&empty, synth->caplen)) {
        ret = weir_err_set(err, -EINVAL, "--synth: no frame fits %u bytes",
                           config->block_bytes);
        goto err_blocks;
    }
    ret = weir_blocks_open(&synth->blocks, config->leases, config->block_bytes,
                           err);
    if (ret != 0)
        goto err_blocks;
    synth->block_bytes = config->block_bytes;
    synth->flows = synth_config->flows;
    synth->step = synth_config->lanes > 1 ? synth_config->lanes : 1;
    synth->next = synth_config->lane;
    synth->flow = synth_config->lane % synth->flows;
    synth->frames = synth_config->frames ? synth_config->frames : UINT64_MAX;
    struct weir_ifaces *ifaces =
        config->ifaces != NULL ? config->ifaces : &synth->ifaces;
    ret = weir_ifaces_join(ifaces, &iface);
    if (ret < 0) {
        ret = weir_err_set(err, -EINVAL, "--synth: one interface too many");
        goto err_ifaces;
    }
    synth->iface = (uint16_t)ret;
    synth_frames_init(&synth->made, synth_config);
    synth->source = (struct weir_source){
        .ops = &synth_ops,
        .ifaces = ifaces,
        .name = "synth",
        .filter = synth->filter,
        .fd = -1,
        .wait_ms = -1,
    };
    *out = &synth->source;
    return 0;

err_ifaces:
    weir_blocks_close(synth->blocks);
err_blocks:
    weir_filter_free(synth->filter);
err_filter:
    free(synth);
    return ret;
}

/* What is left to parse, one KEY=VALUE at a time. */
struct item {
    const char *key;
    const char *value;
    int key_len;
    int value_len;
};

static int next_item(const char **text, struct item *out, struct weir_err *err)
{
    size_t len = strcspn(*text, ",");
    const char *equals = memchr(*text, '=', len);
    if (equals == NULL || len > INT_MAX)
        return weir_err_set(err, -EINVAL, "--synth: '%.*s' is not KEY=VALUE",
                            len > 40 ? 40 : (int)len, *text);
    out->key = *text;
    out->key_len = (int)(equals - *text);
    out->value = equals + 1;
    out->value_len = (int)len - out->key_len - 1;
    *text += len;
    return 0;
}

static bool is(const char *text, int len, const char *word)
{
    return strlen(word) == (size_t)len && strncmp(text, word, (size_t)len) == 0;
}

static int parse_number(const struct item *item, uint64_t max, uint64_t *out,
                        struct weir_err *err)
{
    uint64_t v = 0;
    bool good = item->value_len > 0;
    for (int i = 0; i < item->value_len && good; i++) {
        uint64_t digit = (uint64_t)(item->value[i] - '0');
        good = item->value[i] >= '0' && item->value[i] <= '9';
        if (good && v > (UINT64_MAX - digit) / 10)
            return weir_err_set(err, -EINVAL, "--synth: %.*s=%.*s is too great",
                                item->key_len, item->key, item->value_len,
                                item->value);
        v = v * 10 + digit;
    }
    if (!good)
        return weir_err_set(
            err, -EINVAL, "--synth: %.*s='%.*s' is not a number", item->key_len,
            item->key, item->value_len, item->value);
    if (v > max)
        return weir_err_set(
            err, -EINVAL, "--synth: %.*s=%.*s is more than %llu", item->key_len,
            item->key, item->value_len, item->value, (unsigned long long)max);
    *out = v;
    return 0;
}

static int parse_proto(const struct item *item, enum weir_synth_proto *out,
                       struct weir_err *err)
{
    static const char *const names[WEIR_SYNTH_MIX + 1] = {
        "udp", "tcp", "icmp", "sctp", "udp6", "tcp6", "icmp6", "mix",
    };
    for (unsigned i = 0; i <= WEIR_SYNTH_MIX; i++)
        if (is(item->value, item->value_len, names[i])) {
            *out = (enum weir_synth_proto)i;
            return 0;
        }
    return weir_err_set(
        err, -EINVAL,
        "--synth: proto='%.*s' is none of udp, tcp, icmp, sctp, "
        "udp6, tcp6, icmp6, mix",
        item->value_len, item->value);
}

enum { KEY_FRAMES, KEY_SIZE, KEY_FLOWS, KEY_SEED, KEY_PROTO, KEY_COUNT };

static const char *const key_names[KEY_COUNT] = {
    "frames", "size", "flows", "seed", "proto",
};

/* The greatest frame number has a time that fits 64 bits. */
static const uint64_t key_max[KEY_COUNT] = {
    (uint64_t)(INT64_MAX - WEIR_SYNTH_EPOCH_NS) / WEIR_SYNTH_SPACE_NS,
    WEIR_SYNTH_SIZE_MAX,
    WEIR_SYNTH_FLOWS_MAX,
    UINT64_MAX,
    0,
};

int weir_synth_parse(const char *text, struct weir_synth_config *out,
                     struct weir_err *err)
{
    uint64_t values[KEY_COUNT] = {[KEY_FLOWS] = 1000, [KEY_SEED] = 1};
    bool given[KEY_COUNT] = {false};
    struct weir_synth_config config = {.proto = WEIR_SYNTH_UDP};
    while (*text != '\0') {
        struct item item = {0};
        int ret = next_item(&text, &item, err);
        if (ret != 0)
            return ret;
        unsigned k = 0;
        while (k < KEY_COUNT && !is(item.key, item.key_len, key_names[k]))
            k++;
        if (k == KEY_COUNT)
            return weir_err_set(err, -EINVAL,
                                "--synth: no key '%.*s': there are frames, "
                                "size, flows, seed, proto",
                                item.key_len, item.key);
        if (given[k])
            return weir_err_set(err, -EINVAL, "--synth: %s is there twice",
                                key_names[k]);
        given[k] = true;
        ret = k == KEY_PROTO ? parse_proto(&item, &config.proto, err)
                             : parse_number(&item, key_max[k], &values[k], err);
        if (ret != 0)
            return ret;
        if (*text == ',' && *++text == '\0')
            return weir_err_set(err, -EINVAL,
                                "--synth: nothing behind the ','");
    }
    if (given[KEY_FRAMES] && values[KEY_FRAMES] == 0)
        return weir_err_set(err, -EINVAL,
                            "--synth: frames=0 is too small: at least 1; "
                            "without frames= there is no end");
    uint32_t least = synth_size_min(config.proto);
    if (!given[KEY_SIZE])
        values[KEY_SIZE] = least > 60 ? least : 60;
    config.frames = values[KEY_FRAMES];
    config.size = (uint32_t)values[KEY_SIZE];
    config.flows = (uint32_t)values[KEY_FLOWS];
    config.seed = values[KEY_SEED];
    int ret = check(&config, err);
    if (ret == 0)
        *out = config;
    return ret;
}
