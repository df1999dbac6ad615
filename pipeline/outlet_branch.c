#include "pipeline/outlet_branch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/pages.h"
#include "pipeline/branch.h"
#include "sink/encode.h"

/* A parcel, and what stands behind it. */
struct body {
    struct weir_parcel parcel; /* first: branches give back this */
    uint8_t *buf;
    struct weir_batch *batch; /* whose lease it is, or NULL: it is in buf */
    struct inlet *in;
    uint32_t holders;
};

struct branch_view {
    struct weir_branch_feed *feed;
    bool wants; /* the parcel that is made now */
    /* Of each inlet: the leases that it holds, and how many it may. */
    uint32_t held[WEIR_LANES_MAX];
    uint32_t mark[WEIR_LANES_MAX];
};

struct outlet_branches {
    struct weir_account_config account;
    struct weir_pages memory;
    uint32_t chunk_bytes;
    uint32_t bodies_count;
    uint32_t free_count;
    struct body *bodies;
    struct body **free;
    uint32_t count;
    struct branch_view at[];
};

static int open_bodies(struct outlet_branches *b, struct weir_err *err)
{
    size_t stride = ((size_t)b->chunk_bytes + WEIR_LEASE_ALIGN - 1) &
                    ~(size_t)(WEIR_LEASE_ALIGN - 1);
    for (uint32_t i = 0; i < b->count; i++)
        b->bodies_count += weir_branch_feed_parcels(b->at[i].feed);
    b->bodies = calloc(b->bodies_count, sizeof *b->bodies);
    b->free = calloc(b->bodies_count, sizeof(struct body *));
    if (b->bodies == NULL || b->free == NULL ||
        weir_pages_map(&b->memory, b->bodies_count * stride) < 0)
        return weir_err_sys(err, -ENOMEM, "%u parcels for sinks",
                            b->bodies_count);
    for (uint32_t i = 0; i < b->bodies_count; i++) {
        b->bodies[i].buf = b->memory.base + i * stride;
        b->free[b->free_count++] = &b->bodies[i];
    }
    return 0;
}

int outlet_branches_open(struct outlet_branches **out,
                         const struct weir_outlet_config *config,
                         struct weir_bell *bell, struct weir_err *err)
{
    struct outlet_branches *b = calloc(
        1, sizeof *b + config->branches_count * sizeof(struct branch_view));
    if (b == NULL)
        return weir_err_sys(err, -ENOMEM, "sinks");
    b->account = config->account;
    b->chunk_bytes = weir_chunk_bytes(config->block_bytes);
    int ret = 0;
    while (ret == 0 && b->count < config->branches_count) {
        ret = weir_branch_feed_add(config->branches[b->count], bell,
                                   &b->at[b->count].feed, err);
        b->count += ret == 0;
    }
    if (ret == 0)
        ret = open_bodies(b, err);
    if (ret < 0) {
        outlet_branches_close(b);
        return ret;
    }
    *out = b;
    return 0;
}

/* Of few leases the parts are none: then everybody gets one, and then another,
 * as long as there are any to be had. */
static void raise_marks(struct outlet_branches *b, uint32_t inlet,
                        uint32_t left, bool in_turn)
{
    for (uint32_t least = 1; least <= WEIR_BRANCH_LEASES_MIN; least++)
        for (uint32_t i = 0; i < b->count; i++) {
            struct branch_view *view = &b->at[i];
            if (view->mark[inlet] >= least || left <= WEIR_BRANCH_LEASES_LEFT ||
                !weir_branch_feed_borrows(view->feed, in_turn))
                continue;
            view->mark[inlet]++;
            left--;
        }
}

void outlet_branches_add(struct outlet_branches *b, uint32_t inlet,
                         uint32_t leases, bool in_turn)
{
    uint32_t left = leases;
    for (uint32_t i = 0; i < b->count; i++) {
        struct branch_view *view = &b->at[i];
        if (weir_branch_feed_borrows(view->feed, in_turn))
            view->mark[inlet] = weir_branch_feed_leases(view->feed, leases);
        left -= view->mark[inlet];
    }
    raise_marks(b, inlet, left, in_turn);
}

void outlet_branches_close(struct outlet_branches *b)
{
    if (b == NULL)
        return;
    WEIR_ASSERT(b->free_count == b->bodies_count || b->memory.base == NULL);
    weir_pages_unmap(&b->memory);
    free(b->free);
    free(b->bodies);
    free(b);
}

bool outlet_branches_ready(const struct outlet_branches *b)
{
    for (uint32_t i = 0; i < b->count; i++)
        if (!weir_branch_feed_ready(b->at[i].feed))
            return false;
    return true;
}

/* The bytes of the chunk's first `frames` records, and of what is before. */
static uint32_t bytes_of(enum weir_format format,
                         const struct weir_chunk *chunk, uint32_t frames)
{
    if (frames == chunk->frames)
        return chunk->len;
    uint32_t bytes = chunk->preface;
    while (frames-- > 0) {
        struct weir_encoded record;
        weir_encoded_read(format, chunk->bytes + bytes, &record);
        bytes += record.bytes;
    }
    return bytes;
}

/* A branch that is to have the lease holds as many as it may. */
static bool at_mark(const struct outlet_branches *b, uint32_t inlet)
{
    for (uint32_t i = 0; i < b->count; i++)
        if (b->at[i].wants && b->at[i].held[inlet] >= b->at[i].mark[inlet])
            return true;
    return false;
}

/* What was lent before the workers could know that it should not have been. */
static void copy_lent(struct inlet *in, struct body *body)
{
    struct weir_parcel *parcel = &body->parcel;
    parcel->bytes = memcpy(body->buf, parcel->bytes, parcel->len);
    weir_counter_add(&in->cells.copied_blocks, 1);
    weir_counter_add(&in->cells.copied_frames, parcel->frames);
}

/* The sink has moved what was in the chunk: once more, from the lease. */
static void encode_again(struct outlet_branches *b,
                         const struct weir_batch *batch, struct body *body)
{
    struct weir_chunk chunk = {.buf = body->buf, .capacity = b->chunk_bytes};
    weir_account_encode(&b->account, batch, body->parcel.frames, &chunk);
    body->parcel.bytes = chunk.bytes;
    body->parcel.len = chunk.len;
    body->parcel.preface = chunk.preface;
}

static void swap_buffers(struct outlet_branches *b, struct weir_chunk *chunk,
                         struct body *body)
{
    WEIR_ASSERT(chunk->capacity == b->chunk_bytes);
    uint8_t *empty = body->buf;
    body->buf = chunk->buf;
    chunk->buf = empty;
    chunk->bytes = empty;
}

/* Makes the parcel's bytes: the batch's buffer, or its lease, or a copy. */
static void fill(struct outlet_branches *b, struct inlet *in, uint32_t inlet,
                 struct weir_batch *batch, struct body *body)
{
    struct weir_chunk *chunk = &batch->chunk;
    struct weir_parcel *parcel = &body->parcel;
    body->batch = NULL;
    body->in = in;
    if (chunk->moved) {
        encode_again(b, batch, body);
        return;
    }
    parcel->bytes = chunk->bytes;
    parcel->len = bytes_of(b->account.format, chunk, parcel->frames);
    parcel->preface = chunk->preface;
    if (chunk->bytes == chunk->buf)
        swap_buffers(b, chunk, body);
    else if (at_mark(b, inlet))
        copy_lent(in, body);
    else
        body->batch = batch;
}

bool outlet_branches_share(struct weir_outlet *outlet, struct inlet *in,
                           struct weir_batch *batch, uint32_t taken,
                           const struct weir_account *kept)
{
    struct outlet_branches *b = outlet->branches;
    const struct weir_sum sum = {.frames = taken, .bytes = kept->passed_bytes};
    uint32_t inlet = (uint32_t)(in - outlet->inlets);
    uint32_t holders = 0;
    in->lent += batch->lent;
    if (taken == 0)
        return false;
    for (uint32_t i = 0; i < b->count; i++) {
        b->at[i].wants = weir_branch_feed_offer(b->at[i].feed, sum);
        holders += b->at[i].wants;
    }
    if (holders == 0)
        return false;
    WEIR_ASSERT(b->free_count > 0);
    struct body *body = b->free[--b->free_count];
    body->holders = holders;
    body->parcel = (struct weir_parcel){
        .frames = taken,
        .format = b->account.format,
        .ifaces = batch->ifaces,
        .ifaces_count = batch->ifaces_count,
        .outlet = outlet->config.number,
        .wire_bytes = kept->passed_bytes,
        .time_min_ns = kept->time_min_ns,
        .time_max_ns = kept->time_max_ns,
    };
    fill(b, in, inlet, batch, body);
    bool held = body->batch != NULL;
    for (uint32_t i = 0; i < b->count; i++) {
        if (!b->at[i].wants)
            continue;
        b->at[i].held[inlet] += held;
        weir_branch_feed_put(b->at[i].feed, &body->parcel);
    }
    return held;
}

/* One branch is through with it. */
static void let_go(struct weir_outlet *outlet, struct branch_view *view,
                   struct body *body)
{
    struct outlet_branches *b = outlet->branches;
    if (body->batch != NULL)
        view->held[body->in - outlet->inlets]--;
    if (--body->holders > 0)
        return;
    if (body->batch != NULL)
        outlet_send_home(body->in, body->batch);
    b->free[b->free_count++] = body;
}

bool outlet_branches_collect(struct weir_outlet *outlet)
{
    struct outlet_branches *b = outlet->branches;
    bool any = false;
    for (uint32_t i = 0; i < b->count; i++) {
        struct weir_parcel *parcel;
        while ((parcel = weir_branch_feed_back(b->at[i].feed)) != NULL) {
            let_go(outlet, &b->at[i], (struct body *)parcel);
            any = true;
        }
    }
    return any;
}

/* A branch is slow when it holds half of its mark, and more than the one that
 * it may just be at.  Then what is lent on the way to it counts, too: it would
 * come to the mark before anybody could copy it but the writer.  One that keeps
 * up is no reason to copy, however much of what is lent waits for the disk. */
static bool is_near_mark(const struct branch_view *view, uint32_t inlet,
                         uint64_t coming)
{
    uint32_t held = view->held[inlet];
    uint32_t mark = view->mark[inlet];
    bool slow = held >= mark || (held > 1 && 2 * held >= mark);
    return slow && held + coming >= mark && !weir_branch_feed_over(view->feed);
}

void outlet_branches_advise(struct weir_outlet *outlet)
{
    const struct outlet_branches *b = outlet->branches;
    for (uint32_t inlet = 0; inlet < outlet->inlets_count; inlet++) {
        struct inlet *in = &outlet->inlets[inlet];
        uint64_t coming = weir_lane_lent(in->lane) - in->lent;
        bool lends = true;
        for (uint32_t i = 0; lends && i < b->count; i++)
            lends = !is_near_mark(&b->at[i], inlet, coming);
        if (lends != in->lends)
            weir_lane_lend(in->lane, lends);
        in->lends = lends;
    }
}

void outlet_branches_end(struct outlet_branches *b)
{
    for (uint32_t i = 0; i < b->count; i++)
        weir_branch_feed_end(b->at[i].feed);
}

bool outlet_branches_ended(const struct outlet_branches *b)
{
    for (uint32_t i = 0; i < b->count; i++)
        if (!weir_branch_feed_ended(b->at[i].feed))
            return false;
    return true;
}
