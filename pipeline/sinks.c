#include "pipeline/sinks.h"

#include <errno.h>
#include <stdlib.h>

#include "sink/head.h"

struct one_sink {
    struct weir_sinks *all;
    struct weir_pipeline_sink config;
    uint32_t *declared; /* interfaces, of each outlet's file; UINT32_MAX: a
                           pcap's header is behind us */
    uint8_t *head;
    uint32_t head_bytes;
    uint32_t head_room;
};

struct weir_sinks {
    struct weir_sinks_config config;
    struct one_sink at[WEIR_BRANCHES_MAX];
    struct weir_branch_config branches[WEIR_BRANCHES_MAX];
};

/* Room for one more block, or NULL. */
static uint8_t *head_room(struct one_sink *sink, uint32_t bytes)
{
    const uint32_t needed = sink->head_bytes + bytes;
    if (needed > sink->head_room) {
        uint8_t *more = realloc(sink->head, needed);
        if (more == NULL)
            return NULL;
        sink->head = more;
        sink->head_room = needed;
    }
    uint8_t *at = sink->head + sink->head_bytes;
    sink->head_bytes = needed;
    return at;
}

static int head_ifaces(struct one_sink *sink, const struct weir_head *head,
                       uint32_t *declared, uint32_t count)
{
    for (; *declared < count; (*declared)++) {
        uint8_t *at =
            head_room(sink, weir_head_encode_iface(NULL, head, *declared));
        if (at == NULL)
            return -ENOMEM;
        weir_head_encode_iface(at, head, *declared);
    }
    return 0;
}

/* Whatever the parcel's file needs before it. */
static int make_head(struct one_sink *sink, const struct weir_parcel *parcel)
{
    const struct weir_sinks_config *config = &sink->all->config;
    uint32_t *declared = &sink->declared[parcel->outlet];
    struct weir_head head;
    sink->head_bytes = 0;
    if (*declared == UINT32_MAX || *declared == parcel->ifaces_count)
        return 0;
    weir_head_fill(&head, parcel->format, parcel->ifaces, config->snaplen,
                   config->live);
    if (parcel->format == WEIR_FORMAT_PCAPNG && *declared == 0) {
        uint8_t *at = head_room(sink, weir_head_encode_section(NULL, &head));
        if (at == NULL)
            return -ENOMEM;
        weir_head_encode_section(at, &head);
    }
    if (parcel->format == WEIR_FORMAT_PCAPNG)
        return head_ifaces(sink, &head, declared, parcel->ifaces_count);
    const uint32_t bytes = weir_head_encode_pcap(NULL, &head, 1);
    uint8_t *at = head_room(sink, bytes);
    if (at == NULL)
        return -ENOMEM;
    weir_head_encode_pcap(at, &head, parcel->ifaces_count);
    *declared = UINT32_MAX;
    return 0;
}

static int take(void *context, const struct weir_parcel *parcel,
                struct weir_err *err)
{
    struct one_sink *sink = context;
    const int ret = make_head(sink, parcel);
    if (ret < 0)
        return weir_err_sys(err, ret, "sink %s", sink->config.name);
    const struct weir_delivery delivery = {
        .head = sink->head,
        .head_bytes = sink->head_bytes,
        .bytes = parcel->bytes,
        .bytes_count = parcel->len,
        .frames = parcel->frames,
        .format = parcel->format,
        .file = parcel->outlet,
        .wire_bytes = parcel->wire_bytes,
        .time_min_ns = parcel->time_min_ns,
        .time_max_ns = parcel->time_max_ns,
        .parcel = parcel,
    };
    return sink->config.take(sink->config.context, &delivery, err);
}

static int finish(void *context, struct weir_err *err)
{
    struct one_sink *sink = context;
    return sink->config.finish != NULL
               ? sink->config.finish(sink->config.context, err)
               : 0;
}

/* In the embedder's words; a branch has others. */
static int check_one(const struct weir_pipeline_sink *config, uint32_t i,
                     struct weir_err *err)
{
    if (config->name == NULL || config->take == NULL)
        return weir_err_set(err, -EINVAL, "sink %u has no name or no function",
                            i);
    if (config->when_full > WEIR_PIPELINE_SKIP)
        return weir_err_set(err, -EINVAL,
                            "sink %s: there is no when_full of %u",
                            config->name, (uint32_t)config->when_full);
    if (config->blocks > WEIR_BRANCH_PARCELS_MAX)
        return weir_err_set(err, -EINVAL, "sink %s: %u blocks: %d are possible",
                            config->name, config->blocks,
                            WEIR_BRANCH_PARCELS_MAX);
    return 0;
}

static int open_one(struct weir_sinks *sinks, uint32_t i, struct weir_err *err)
{
    const struct weir_pipeline_sink *config = &sinks->config.sinks[i];
    struct one_sink *sink = &sinks->at[i];
    *sink = (struct one_sink){
        .all = sinks,
        .config = *config,
        .declared = calloc(sinks->config.outlets, sizeof(uint32_t)),
    };
    sinks->branches[i] = (struct weir_branch_config){
        .name = config->name,
        .take = config->take != NULL ? take : NULL,
        .finish = finish,
        .context = sink,
        .when_full = config->when_full == WEIR_PIPELINE_SKIP ? WEIR_BRANCH_SKIP
                                                             : WEIR_BRANCH_WAIT,
        .ends_all = config->ends_all,
        .parcels = config->blocks,
    };
    return sink->declared != NULL ? 0 : weir_err_sys(err, -ENOMEM, "sinks");
}

int weir_sinks_open(struct weir_sinks **out,
                    const struct weir_sinks_config *config,
                    struct weir_err *err)
{
    struct weir_sinks *sinks = calloc(1, sizeof *sinks);
    if (sinks == NULL)
        return weir_err_sys(err, -ENOMEM, "sinks");
    sinks->config = *config;
    int ret = 0;
    for (uint32_t i = 0; ret == 0 && i < config->count && i < WEIR_BRANCHES_MAX;
         i++) {
        ret = check_one(&config->sinks[i], i, err);
        if (ret == 0)
            ret = open_one(sinks, i, err);
    }
    if (ret == 0)
        ret = weir_branch_check(sinks->branches, config->count, err);
    if (ret < 0) {
        weir_sinks_close(sinks);
        return ret;
    }
    *out = sinks;
    return 0;
}

const struct weir_branch_config *
weir_sinks_branches(const struct weir_sinks *sinks)
{
    return sinks->branches;
}

void weir_sinks_close(struct weir_sinks *sinks)
{
    if (sinks == NULL)
        return;
    for (uint32_t i = 0; i < WEIR_BRANCHES_MAX; i++) {
        free(sinks->at[i].declared);
        free(sinks->at[i].head);
    }
    free(sinks);
}
