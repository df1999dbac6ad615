#include "bench/gen/gen_xdp.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "base/err.h"
#include "bench/gen/gen_way.h"
#include "bench/gen/gen_xdp_object.h"
#include "bench/gen/gen_xdp_watch.h"

/* linux/bpf.h of Debian 12 has it; that of an older system does not. */
#ifndef BPF_F_TEST_XDP_LIVE_FRAMES
#define BPF_F_TEST_XDP_LIVE_FRAMES (1U << 1)
#endif

/* Frames of one call, sent or not: two minutes of waiting, at the least. */
#define REPEAT_MOST 2000000000u

struct gen_xdp {
    struct weir_gen gen;
    struct weir_gen_config config;
    struct bpf_object *object;
    int program_fd;
    uint32_t ifindex;
    struct weir_gen_xdp_state *state; /* the map itself */
    bool paced;
};

/* libbpf's own words: it has one place for all who print. */
static char words[256];

__attribute__((format(printf, 2, 0))) static int
keep_words(enum libbpf_print_level level, const char *format, va_list args)
{
    if (level != LIBBPF_WARN || words[0] != '\0')
        return 0;
    int n = vsnprintf(words, sizeof words, format, args);
    words[strcspn(words, "\n")] = '\0';
    return n;
}

static int complain(const struct gen_xdp *xdp, int code, const char *what,
                    struct weir_err *err)
{
    const char *device = xdp->config.device;
    if (code == -EPERM || code == -EACCES)
        return weir_err_sys(err, code,
                            "%s: %s (CAP_BPF and CAP_NET_ADMIN are needed)",
                            device, what);
    if (words[0] != '\0')
        return weir_err_sys(err, code, "%s: %s: %s", device, what, words);
    return weir_err_sys(err, code, "%s: %s", device, what);
}

/* Before it is loaded: what is constant to the program, and that its state
 * can be mapped, which libbpf does not do for an object without BTF. */
static int set_config(struct gen_xdp *xdp, struct weir_err *err)
{
    const struct weir_plan *plan = xdp->config.plan;
    const struct weir_gen_xdp_config config = {
        .at = plan->layout,
        .size_max = plan->size_max,
        .rows_count = plan->rows_count,
        .burst = xdp->config.burst,
        .paced = xdp->paced,
        .frames_max = xdp->config.frames_max,
        .duration_ns = (uint64_t)xdp->config.duration_ns,
    };
    struct bpf_map *map = bpf_object__find_map_by_name(xdp->object, ".rodata");
    struct bpf_map *state = bpf_object__find_map_by_name(xdp->object, ".bss");
    int ret = map == NULL || state == NULL
                  ? -ENOENT
                  : bpf_map__set_initial_value(map, &config, sizeof config);
    if (ret == 0)
        ret = bpf_map__set_map_flags(state, bpf_map__map_flags(state) |
                                                BPF_F_MMAPABLE);
    return ret == 0 ? 0 : complain(xdp, ret, "BPF constants", err);
}

/* After it: the state, which is shared with the program from then on. */
static int map_state(struct gen_xdp *xdp, struct weir_err *err)
{
    const struct weir_plan *plan = xdp->config.plan;
    struct bpf_map *map = bpf_object__find_map_by_name(xdp->object, ".bss");
    if (map == NULL || bpf_map__value_size(map) < sizeof *xdp->state)
        return complain(xdp, -ENOENT, "BPF state", err);
    void *state = mmap(NULL, sizeof *xdp->state, PROT_READ | PROT_WRITE,
                       MAP_SHARED, bpf_map__fd(map), 0);
    if (state == MAP_FAILED)
        return complain(xdp, -errno, "map the BPF state", err);
    xdp->state = state;
    memcpy(xdp->state->rows, plan->rows, sizeof plan->rows);
    memcpy(xdp->state->forms, plan->forms, sizeof plan->forms);
    return 0;
}

static int load(struct gen_xdp *xdp, struct weir_err *err)
{
    const struct bpf_object_open_opts opts = {
        .sz = sizeof opts,
        .object_name = "weir_gen",
    };
    xdp->object = bpf_object__open_mem(weir_gen_xdp_object,
                                       weir_gen_xdp_object_bytes, &opts);
    if (xdp->object == NULL)
        return complain(xdp, -errno, "BPF program", err);
    int ret = set_config(xdp, err);
    if (ret != 0)
        return ret;
    ret = bpf_object__load(xdp->object);
    if (ret != 0)
        return complain(xdp, ret, "load the BPF program", err);
    xdp->program_fd = bpf_program__fd(
        bpf_object__find_program_by_name(xdp->object, "weir_gen"));
    return map_state(xdp, err);
}

/* Runs the program on `repeat` frames of `size` bytes; -EINTR for a signal. */
static int test_run(const struct gen_xdp *xdp, uint32_t size, uint32_t repeat)
{
    struct xdp_md context = {
        .data_end = size,
        .ingress_ifindex = xdp->ifindex,
    };
    struct bpf_test_run_opts opts = {
        .sz = sizeof opts,
        .data_in = xdp->config.plan->longest,
        .data_size_in = size,
        .ctx_in = &context,
        .ctx_size_in = sizeof context,
        .repeat = (int)repeat,
        .flags = BPF_F_TEST_XDP_LIVE_FRAMES,
    };
    return bpf_prog_test_run_opts(xdp->program_fd, &opts);
}

/* A run of which no frame is due shows what would be refused. */
static int probe(const struct gen_xdp *xdp, struct weir_err *err)
{
    uint32_t size = xdp->config.plan->size_max;
    xdp->state->due_ns = UINT64_MAX;
    int ret = test_run(xdp, size, 1);
    if (ret == -EINVAL && test_run(xdp, WEIR_MIX_SIZE_MIN, 1) == 0)
        return weir_err_set(err, -EMSGSIZE,
                            "%s: this kernel makes no XDP frames of %u bytes",
                            xdp->config.device, size);
    if (ret == -EINVAL || ret == -EOPNOTSUPP)
        return weir_err_set(err, -EOPNOTSUPP,
                            "%s: this kernel makes no live XDP frames "
                            "(Linux 5.18 does)",
                            xdp->config.device);
    xdp->state->due_ns = 0;
    /* The first frame's time is the run's start, which may be much later. */
    xdp->state->now_frames = 0;
    return ret == 0 ? 0 : complain(xdp, ret, "BPF_PROG_TEST_RUN", err);
}

static bool at_end(const struct gen_xdp *xdp)
{
    return atomic_load_explicit(xdp->config.stop, memory_order_relaxed) ||
           weir_gen_xdp_over(xdp->state, xdp->config.duration_ns);
}

static void fill_counts(const struct gen_xdp *xdp,
                        struct weir_gen_counts *counts)
{
    const struct weir_gen_xdp_state *state = xdp->state;
    *counts = (struct weir_gen_counts){
        .sent = state->sent,
        .bytes = state->bytes,
        .duration_ns = (int64_t)(state->last_ns - state->start_ns),
        .late_frames = state->late_frames,
        .late_most_ns = (int64_t)state->late_most_ns,
    };
    if (state->sent != 0 && xdp->paced)
        counts->asked_ns = (int64_t)(state->last_due_ns - state->start_ns);
}

/* A call keeps hold of the device it began with, and is not told if that is
 * taken away or down meanwhile: then nobody has seen its frames. */
static int still_there(const struct gen_xdp *xdp, struct weir_err *err)
{
    const char *device = xdp->config.device;
    if (if_nametoindex(device) != xdp->ifindex)
        return weir_err_set(err, -ENODEV,
                            "%s: the interface has gone away while frames "
                            "were sent",
                            device);
    return weir_gen_device_check(device, err);
}

/* Without a rate each frame of a call is sent, so calls can end with the last
 * one; with a rate the watch ends them. */
static int run(struct weir_gen *gen, struct weir_gen_counts *counts,
               struct weir_err *err)
{
    const struct gen_xdp *xdp = (struct gen_xdp *)gen;
    struct weir_gen_xdp_watch watch;
    int ret = weir_gen_xdp_watch_start(
        &watch, xdp->state, xdp->config.duration_ns, xdp->config.stop, err);
    if (ret != 0)
        return ret;
    while (ret == 0 && !at_end(xdp)) {
        uint64_t sent = xdp->state->sent;
        uint64_t left = xdp->config.frames_max - sent;
        uint32_t repeat = REPEAT_MOST;
        if (!xdp->paced && left < REPEAT_MOST)
            repeat = (uint32_t)left;
        ret = test_run(xdp, xdp->config.plan->size_max, repeat);
        /* Not one more, and that without an error: it would go on so. */
        if (ret == 0 && !xdp->paced && xdp->state->sent == sent && !at_end(xdp))
            ret = -EIO;
        if (ret == -EINTR)
            ret = 0;
    }
    weir_gen_xdp_watch_end(&watch);
    fill_counts(xdp, counts);
    int gone = still_there(xdp, err);
    if (gone != 0 || ret == 0)
        return gone;
    return complain(xdp, ret, "BPF_PROG_TEST_RUN", err);
}

static void close_xdp(struct weir_gen *gen)
{
    struct gen_xdp *xdp = (struct gen_xdp *)gen;
    if (xdp->state != NULL)
        (void)munmap(xdp->state, sizeof *xdp->state);
    bpf_object__close(xdp->object);
    free(xdp);
}

int weir_gen_xdp_open(struct weir_gen **out,
                      const struct weir_gen_config *config,
                      struct weir_err *err)
{
    const struct weir_plan *plan = config->plan;
    if (plan->size_max > WEIR_GEN_XDP_SIZE_MAX)
        return weir_err_set(
            err, -EMSGSIZE, "%s: xdp sends at most %u bytes, not %u",
            config->device, WEIR_GEN_XDP_SIZE_MAX, plan->size_max);
    struct gen_xdp *xdp = calloc(1, sizeof *xdp);
    if (xdp == NULL)
        return weir_err_set(err, -ENOMEM, "no memory");
    xdp->config = *config;
    /* 0 would be the loopback interface. */
    xdp->ifindex = if_nametoindex(config->device);
    if (xdp->ifindex == 0) {
        free(xdp);
        return weir_err_set(err, -ENODEV, "%s: no such interface",
                            config->device);
    }
    xdp->paced = plan->forms[0].step_ns != 0 || plan->forms[0].step_part != 0;
    xdp->gen =
        (struct weir_gen){.way = WEIR_GEN_XDP, .run = run, .close = close_xdp};
    words[0] = '\0';
    libbpf_print_fn_t before = libbpf_set_print(keep_words);
    int ret = load(xdp, err);
    if (ret == 0)
        ret = probe(xdp, err);
    (void)libbpf_set_print(before);
    if (ret != 0) {
        close_xdp(&xdp->gen);
        return ret;
    }
    *out = &xdp->gen;
    return 0;
}
