#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "bench/gen/gen_loop.h"
#include "bench/gen/gen_way.h"
#include "sink/sender_port.h"
#include "sink/sender_ring.h"

/* Enough for what a network card has not told to be sent yet.  A receiver on
 * the same machine needs none: the kernel copies a frame for it before the
 * call returns, and fewer stay in the core's cache. */
#define SLOTS_CARD 2048u
#define SLOTS_MIN  (2 * WEIR_GEN_BATCH)

struct gen_txring {
    struct weir_gen gen;
    struct weir_gen_config config;
    struct weir_sender_port port;
    struct weir_sender_ring *ring;
};

static uint8_t *slot(void *self, uint32_t i)
{
    const struct gen_txring *txring = self;
    return weir_sender_ring_slot(txring->ring, i);
}

static uint32_t room(void *self)
{
    const struct gen_txring *txring = self;
    return weir_sender_ring_room(txring->ring, WEIR_GEN_BATCH);
}

static int send_some(void *self, const uint32_t *sizes, uint32_t from,
                     uint32_t count, struct weir_err *err)
{
    struct gen_txring *txring = self;
    struct weir_sender_ring_answer answer =
        weir_sender_ring_offer(txring->ring, sizes, from, count);
    if (answer.wrong && answer.taken == 0)
        return weir_err_set(err, -EMSGSIZE,
                            "%s: the kernel refuses a frame of %u bytes",
                            txring->config.device, sizes[from]);
    if (answer.error != 0 && !answer.wrong && !weir_gen_passes(-answer.error))
        return weir_err_sys(err, answer.error, "%s: send",
                            txring->config.device);
    return (int)answer.taken;
}

static void done(void *self, uint32_t taken)
{
    struct gen_txring *txring = self;
    weir_sender_ring_done(txring->ring, taken);
}

static int run(struct weir_gen *gen, struct weir_gen_counts *counts,
               struct weir_err *err)
{
    struct gen_txring *txring = (struct gen_txring *)gen;
    const struct weir_gen_path path = {.self = txring,
                                       .room = room,
                                       .slot = slot,
                                       .send = send_some,
                                       .done = done};
    return weir_gen_loop(&path, &txring->config, counts, err);
}

static void close_txring(struct weir_gen *gen)
{
    struct gen_txring *txring = (struct gen_txring *)gen;
    weir_sender_ring_close(txring->ring);
    weir_sender_port_close(&txring->port);
    free(txring);
}

static int open_ring(struct gen_txring *txring, struct weir_err *err)
{
    const struct weir_plan *plan = txring->config.plan;
    const struct weir_sender_ring_config config = {
        .frame_max = plan->size_max,
        .slots_min =
            weir_sender_port_is_card(&txring->port) ? SLOTS_CARD : SLOTS_MIN,
    };
    int ret = weir_sender_port_bypass(&txring->port, err);
    if (ret == 0)
        ret = weir_sender_ring_open(&txring->ring, &txring->port, &config, err);
    if (ret != 0)
        return ret;
    for (uint32_t i = 0; i < weir_sender_ring_slots(txring->ring); i++)
        memcpy(weir_sender_ring_slot(txring->ring, i), plan->longest,
               plan->size_max);
    return 0;
}

int weir_gen_txring_open(struct weir_gen **out,
                         const struct weir_gen_config *config,
                         struct weir_err *err)
{
    int ret = weir_gen_device_sends(config->device, config->plan, err);
    if (ret != 0)
        return ret;
    struct gen_txring *txring = calloc(1, sizeof *txring);
    if (txring == NULL)
        return weir_err_set(err, -ENOMEM, "no memory for frames");
    txring->config = *config;
    txring->gen = (struct weir_gen){
        .way = WEIR_GEN_TXRING, .run = run, .close = close_txring};
    ret = weir_sender_port_open(&txring->port, config->device, err);
    if (ret == 0)
        ret = open_ring(txring, err);
    if (ret != 0) {
        close_txring(&txring->gen);
        return ret;
    }
    *out = &txring->gen;
    return 0;
}
