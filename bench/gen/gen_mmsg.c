#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/err.h"
#include "bench/gen/gen_loop.h"
#include "bench/gen/gen_way.h"
#include "sink/sender_port.h"

struct gen_mmsg {
    struct weir_gen gen;
    struct weir_gen_config config;
    struct weir_sender_port port;
    struct iovec vectors[WEIR_GEN_BATCH];
    struct mmsghdr messages[WEIR_GEN_BATCH];
    uint8_t frames[WEIR_GEN_BATCH][WEIR_MIX_SIZE_MAX];
};

static uint32_t room(void *self)
{
    (void)self;
    return WEIR_GEN_BATCH;
}

static uint8_t *slot(void *self, uint32_t i)
{
    struct gen_mmsg *mmsg = self;
    return mmsg->frames[i];
}

static int send_some(void *self, const uint32_t *sizes, uint32_t from,
                     uint32_t count, struct weir_err *err)
{
    struct gen_mmsg *mmsg = self;
    for (uint32_t i = from; i < count; i++)
        mmsg->vectors[i].iov_len = sizes[i];
    int taken = sendmmsg(mmsg->port.fd, mmsg->messages + from, count - from, 0);
    if (taken >= 0)
        return taken;
    if (weir_gen_passes(errno))
        return 0;
    return weir_err_sys(err, -errno, "%s: sendmmsg", mmsg->config.device);
}

/* Each batch begins with the first slot. */
static void done(void *self, uint32_t taken)
{
    (void)self;
    (void)taken;
}

static int run(struct weir_gen *gen, struct weir_gen_counts *counts,
               struct weir_err *err)
{
    struct gen_mmsg *mmsg = (struct gen_mmsg *)gen;
    const struct weir_gen_path path = {.self = mmsg,
                                       .room = room,
                                       .slot = slot,
                                       .send = send_some,
                                       .done = done};
    return weir_gen_loop(&path, &mmsg->config, counts, err);
}

static void close_mmsg(struct weir_gen *gen)
{
    struct gen_mmsg *mmsg = (struct gen_mmsg *)gen;
    weir_sender_port_close(&mmsg->port);
    free(mmsg);
}

int weir_gen_mmsg_open(struct weir_gen **out,
                       const struct weir_gen_config *config,
                       struct weir_err *err)
{
    int ret = weir_gen_device_sends(config->device, config->plan, err);
    if (ret != 0)
        return ret;
    struct gen_mmsg *mmsg = calloc(1, sizeof *mmsg);
    if (mmsg == NULL)
        return weir_err_set(err, -ENOMEM, "no memory for frames");
    ret = weir_sender_port_open(&mmsg->port, config->device, err);
    if (ret != 0) {
        free(mmsg);
        return ret;
    }
    mmsg->config = *config;
    mmsg->gen = (struct weir_gen){
        .way = WEIR_GEN_MMSG, .run = run, .close = close_mmsg};
    for (uint32_t i = 0; i < WEIR_GEN_BATCH; i++) {
        memcpy(mmsg->frames[i], config->plan->longest, config->plan->size_max);
        mmsg->vectors[i].iov_base = mmsg->frames[i];
        mmsg->messages[i].msg_hdr.msg_iov = &mmsg->vectors[i];
        mmsg->messages[i].msg_hdr.msg_iovlen = 1;
    }
    *out = &mmsg->gen;
    return 0;
}
