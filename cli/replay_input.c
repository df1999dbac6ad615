#include "cli/replay_input.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/memory.h"
#include "base/pcap.h"
#include "base/size.h"
#include "capture/filter.h"
#include "capture/source_file.h"
#include "ring/event_stop.h"

/* The least that a source takes.  A block is read at once: a longer one would
 * hold up the frames that are due meanwhile. */
#define BLOCK_BYTES (320u << 10)
#define BLOCKS      16u

#define HOLD_BYTES       (UINT64_C(64) << 20)
#define HOLD_BYTES_AGAIN (UINT64_C(256) << 20)

/* Frames that are held: 4 MiB of bytes at a time. */
#define CHUNK_BYTES (4u << 20)

#define VECTOR 64u

struct chunk {
    struct chunk *next;
    uint8_t bytes[];
};

struct weir_replay_input {
    struct weir_replay_input_config config;
    struct weir_source *source;
    uint64_t read;
    uint64_t excluded;

    /* Read ahead: leases that were not walked to their end, the first one
     * partly.  ended: what next said then. */
    struct weir_lease leases[BLOCKS];
    uint32_t first;
    uint32_t count;
    int ended;
    struct weir_err ended_text;
    struct weir_walk walk;
    struct weir_frame vector[VECTOR];

    /* Held. */
    bool held;
    bool whole; /* nothing stopped it */
    struct weir_frame *frames;
    size_t frames_count;
    size_t frames_room;
    size_t at;
    struct chunk *chunks;
    uint32_t chunk_left;
    uint64_t held_bytes;
    uint64_t held_max;
    int fault; /* of the file, behind its last frame */
};

static int source_open(struct weir_replay_input *input, struct weir_err *err)
{
    const struct weir_source_config config = {
        .leases = BLOCKS,
        .block_bytes = BLOCK_BYTES,
        .filter = input->config.filter,
        .stop = &input->config.stop->stop,
    };
    input->ended = 0;
    input->first = input->count = 0;
    input->walk = (struct weir_walk){0};
    return weir_file_source_open(&input->source, input->config.path, &config,
                                 err);
}

static void lease_home(struct weir_replay_input *input)
{
    struct weir_source *source = input->source;
    source->ops->reclaim(source, &input->leases[input->first]);
    input->first = (input->first + 1) % BLOCKS;
    input->count--;
    input->walk = (struct weir_walk){0};
}

static void source_close(struct weir_replay_input *input)
{
    if (input->source == NULL)
        return;
    while (input->count > 0)
        lease_home(input);
    input->source->ops->close(input->source);
    input->source = NULL;
}

/* One more lease: what the source says. */
static int lease_take(struct weir_replay_input *input)
{
    struct weir_source *source = input->source;
    uint32_t at = (input->first + input->count) % BLOCKS;
    int ret = source->ops->next(source, &input->leases[at], &input->ended_text);
    if (ret == WEIR_SOURCE_LEASE)
        input->count++;
    else if (ret != WEIR_SOURCE_WAIT)
        input->ended = ret;
    return ret;
}

bool weir_replay_input_ahead(struct weir_replay_input *input)
{
    return input->source != NULL && input->ended == 0 &&
           input->count < BLOCKS && lease_take(input) == WEIR_SOURCE_LEASE;
}

static uint32_t keep_wanted(struct weir_replay_input *input, uint32_t count)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct weir_frame *frame = &input->vector[i];
        const struct weir_filter *filter =
            weir_replay_input_iface(input, frame)->filter;
        if (filter == NULL ||
            weir_filter_match(filter, frame->data, frame->caplen, frame->len))
            input->vector[kept++] = *frame;
    }
    input->read += count;
    input->excluded += count - kept;
    return kept;
}

static int next_read(struct weir_replay_input *input, uint32_t *count,
                     struct weir_err *err)
{
    for (;;) {
        while (input->count > 0) {
            const struct weir_lease *lease = &input->leases[input->first];
            uint32_t n =
                lease->walk(lease, &input->walk, input->vector, VECTOR);
            if (n == 0)
                lease_home(input);
            else if ((*count = keep_wanted(input, n)) > 0)
                return WEIR_REPLAY_INPUT_FRAMES;
        }
        int ret = input->ended != 0 ? input->ended : lease_take(input);
        if (ret == WEIR_SOURCE_END)
            return WEIR_REPLAY_INPUT_END;
        if (ret == WEIR_SOURCE_WAIT)
            return WEIR_REPLAY_INPUT_WAIT;
        if (ret < 0)
            return weir_err_set(err, ret, "%s", input->ended_text.text);
    }
}

int weir_replay_input_next(struct weir_replay_input *input,
                           const struct weir_frame **frames, uint32_t *count,
                           struct weir_err *err)
{
    if (!input->held) {
        *frames = input->vector;
        return next_read(input, count, err);
    }
    size_t left = input->frames_count - input->at;
    if (left == 0 && input->fault != 0)
        return weir_err_set(err, input->fault, "%s", input->ended_text.text);
    if (left == 0)
        return WEIR_REPLAY_INPUT_END;
    *frames = input->frames + input->at;
    *count = left < VECTOR ? (uint32_t)left : VECTOR;
    input->at += *count;
    return WEIR_REPLAY_INPUT_FRAMES;
}

int weir_replay_input_again(struct weir_replay_input *input,
                            struct weir_err *err)
{
    input->at = 0;
    if (input->held)
        return 0;
    source_close(input);
    return source_open(input, err);
}

static int hold_bytes(struct weir_replay_input *input, struct weir_frame *frame)
{
    if (input->chunks == NULL || frame->caplen > input->chunk_left) {
        uint32_t bytes =
            frame->caplen > CHUNK_BYTES ? frame->caplen : CHUNK_BYTES;
        struct chunk *chunk = malloc(sizeof *chunk + bytes);
        if (chunk == NULL)
            return -ENOMEM;
        chunk->next = input->chunks;
        input->chunks = chunk;
        input->chunk_left = bytes;
    }
    /* A chunk is filled from its end. */
    input->chunk_left -= frame->caplen;
    uint8_t *to = input->chunks->bytes + input->chunk_left;
    memcpy(to, frame->data, frame->caplen);
    frame->data = to;
    return 0;
}

static int hold_frame(struct weir_replay_input *input,
                      const struct weir_frame *frame)
{
    if (input->frames_count == input->frames_room) {
        size_t room = input->frames_room == 0 ? 4096 : input->frames_room * 2;
        struct weir_frame *frames =
            reallocarray(input->frames, room, sizeof *frames);
        if (frames == NULL)
            return -ENOMEM;
        input->frames = frames;
        input->frames_room = room;
    }
    input->frames[input->frames_count] = *frame;
    int ret = hold_bytes(input, &input->frames[input->frames_count]);
    if (ret != 0)
        return ret;
    input->frames_count++;
    input->held_bytes += sizeof *frame + frame->caplen;
    return 0;
}

static int too_large(const struct weir_replay_input *input,
                     struct weir_err *err)
{
    char size[WEIR_SIZE_TEXT];
    return weir_err_set(
        err, -ENOMEM, "%s: its frames take more than %s of memory%s",
        input->source->name, weir_size_text(size, input->held_max),
        input->config.preload ? "" : " (see --preload)");
}

static bool stopped(const struct weir_replay_input *input)
{
    return weir_event_is_set(input->config.stop) > 0;
}

static void await_stream(const struct weir_replay_input *input)
{
    struct pollfd fds[2] = {
        {.fd = input->source->fd, .events = POLLIN},
        {.fd = weir_event_fd(input->config.stop), .events = POLLIN},
    };
    (void)poll(fds, 2, -1);
}

static int hold_all(struct weir_replay_input *input, struct weir_err *err)
{
    uint32_t count = 0;
    int ret = 0;
    while (!stopped(input) && (ret = next_read(input, &count, err)) > 0 &&
           ret != WEIR_REPLAY_INPUT_END) {
        if (ret == WEIR_REPLAY_INPUT_WAIT) {
            await_stream(input);
            continue;
        }
        for (uint32_t i = 0; i < count; i++) {
            ret = hold_frame(input, &input->vector[i]);
            if (ret != 0)
                return weir_err_sys(err, ret, "%s", input->source->name);
        }
        if (input->held_bytes > input->held_max)
            return too_large(input, err);
    }
    /* What was read before it will be sent. */
    input->fault = ret < 0 ? ret : 0;
    input->whole = ret == WEIR_REPLAY_INPUT_END || ret < 0;
    return 0;
}

/* In memory the shortest frames take less than four times what they take in a
 * file.  A stream has no size, and no second pass unless it is held; nor has
 * the standard input one, which cannot be opened anew even where it is a file.
 */
static bool is_held(struct weir_replay_input *input)
{
    struct stat stat_of;
    bool stream =
        input->source->fd >= 0 || strcmp(input->config.path, "-") == 0;
    uint64_t usual = input->config.again ? HOLD_BYTES_AGAIN : HOLD_BYTES;
    input->held_max = 4 * usual;
    if (input->config.preload) {
        input->held_max = weir_memory_available("") / 2;
        return true;
    }
    if (stream)
        return input->config.again;
    return stat(input->config.path, &stat_of) == 0 &&
           (uint64_t)stat_of.st_size <= usual;
}

int weir_replay_input_open(struct weir_replay_input **out,
                           const struct weir_replay_input_config *config,
                           struct weir_err *err)
{
    struct weir_replay_input *input = calloc(1, sizeof *input);
    if (input == NULL)
        return weir_err_sys(err, -ENOMEM, "%s", config->path);
    input->config = *config;
    int ret = source_open(input, err);
    if (ret == 0 && is_held(input)) {
        ret = hold_all(input, err);
        input->held = ret == 0;
    }
    if (ret != 0) {
        weir_replay_input_close(input);
        return ret;
    }
    *out = input;
    return 0;
}

int weir_replay_input_fd(const struct weir_replay_input *input)
{
    return input->held ? -1 : input->source->fd;
}

const struct weir_iface *
weir_replay_input_iface(const struct weir_replay_input *input,
                        const struct weir_frame *frame)
{
    return &input->source->ifaces->at[frame->iface];
}

bool weir_replay_input_plain(const struct weir_replay_input *input,
                             uint16_t linktype)
{
    const struct weir_ifaces *ifaces = input->source->ifaces;
    uint32_t count = weir_ifaces_count(ifaces);
    for (uint32_t i = 0; i < count; i++)
        if (ifaces->at[i].linktype != linktype || ifaces->at[i].fcs_bytes != 0)
            return false;
    return true;
}

uint64_t weir_replay_input_read(const struct weir_replay_input *input)
{
    return input->read;
}

uint64_t weir_replay_input_excluded(const struct weir_replay_input *input)
{
    return input->excluded;
}

bool weir_replay_input_held(const struct weir_replay_input *input)
{
    return input->held;
}

bool weir_replay_input_all(const struct weir_replay_input *input,
                           const struct weir_frame **frames, size_t *count)
{
    *frames = input->frames;
    *count = input->frames_count;
    return input->whole;
}

void weir_replay_input_close(struct weir_replay_input *input)
{
    if (input == NULL)
        return;
    source_close(input);
    for (struct chunk *chunk = input->chunks; chunk != NULL;) {
        struct chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
    free(input->frames);
    free(input);
}
