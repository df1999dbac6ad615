#include "capture/afxdp_program.h"

#include <assert.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/err.h"
#include "capture/afxdp_object.h"
#include "capture/afxdp_shared.h"

/* Since Linux 6.3; Debian 12's headers are of 6.1. */
#ifndef BPF_F_XDP_DEV_BOUND_ONLY
#define BPF_F_XDP_DEV_BOUND_ONLY (1U << 6)
#endif

struct weir_afxdp_program {
    struct bpf_object *object;
    int link; /* -1: none */
    bool native;
    bool tags;
    uint32_t cpus;
    struct weir_afxdp_state *state;   /* the maps themselves */
    struct weir_afxdp_counts *counts; /* of each CPU */
};

static_assert(sizeof(struct weir_afxdp_counts) == 128, "no false sharing");

/* The ways to run, the best first. */
static const struct way {
    const char *program;
    bool bound;
    uint32_t flags;
} ways[] = {
    {"weir_afxdp_bound", true, XDP_FLAGS_DRV_MODE},
    {"weir_afxdp_plain", false, XDP_FLAGS_DRV_MODE},
    {"weir_afxdp_plain", false, XDP_FLAGS_SKB_MODE},
};

/* What libbpf has to say of a way that does not go is not worth a line. */
__attribute__((format(printf, 2, 0))) static int
print_nothing(enum libbpf_print_level level, const char *format, va_list args)
{
    (void)level;
    (void)format;
    (void)args;
    return 0;
}

static int prepare(struct weir_afxdp_program *program, const struct way *way,
                   uint32_t ifindex, uint32_t queues)
{
    struct bpf_program *each;
    bpf_object__for_each_program(each, program->object)
        bpf_program__set_autoload(each, false);
    struct bpf_program *chosen =
        bpf_object__find_program_by_name(program->object, way->program);
    struct bpf_map *sockets =
        bpf_object__find_map_by_name(program->object, "sockets");
    struct bpf_map *counts =
        bpf_object__find_map_by_name(program->object, "counts");
    if (chosen == NULL || sockets == NULL || counts == NULL)
        return -ENOENT;
    int rc = bpf_program__set_autoload(chosen, true);
    if (rc == 0 && way->bound) {
        bpf_program__set_ifindex(chosen, ifindex);
        rc = bpf_program__set_flags(chosen, BPF_F_XDP_DEV_BOUND_ONLY);
    }
    if (rc == 0)
        rc = bpf_map__set_max_entries(sockets, queues);
    if (rc == 0)
        rc = bpf_map__set_max_entries(counts, program->cpus);
    return rc;
}

/* Debian 12's libbpf cannot ask for the device's driver by its own calls
 * where the program is bound, so the link is made by hand. */
static int attach(struct weir_afxdp_program *program, const struct way *way,
                  uint32_t ifindex)
{
    LIBBPF_OPTS(bpf_link_create_opts, options, .flags = way->flags);
    const int fd = bpf_program__fd(
        bpf_object__find_program_by_name(program->object, way->program));
    const int link = bpf_link_create(fd, (int)ifindex, BPF_XDP, &options);
    if (link < 0)
        return link;
    program->link = link;
    program->native = way->flags == XDP_FLAGS_DRV_MODE;
    program->tags = way->bound;
    return 0;
}

static void *map_memory(const struct weir_afxdp_program *program,
                        const char *name, size_t bytes)
{
    const struct bpf_map *map =
        bpf_object__find_map_by_name(program->object, name);
    if (map == NULL)
        return NULL;
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
                        bpf_map__fd(map), 0);
    return memory != MAP_FAILED ? memory : NULL;
}

static int map_maps(struct weir_afxdp_program *program)
{
    program->state = map_memory(program, ".bss", sizeof *program->state);
    program->counts =
        map_memory(program, "counts", program->cpus * sizeof *program->counts);
    return program->state != NULL && program->counts != NULL ? 0 : -ENOMEM;
}

static void undo(struct weir_afxdp_program *program)
{
    if (program->state != NULL)
        (void)munmap(program->state, sizeof *program->state);
    if (program->counts != NULL)
        (void)munmap(program->counts, program->cpus * sizeof *program->counts);
    if (program->link >= 0)
        (void)close(program->link);
    bpf_object__close(program->object);
    program->state = NULL;
    program->counts = NULL;
    program->link = -1;
    program->object = NULL;
}

static int go(struct weir_afxdp_program *program, const struct way *way,
              uint32_t ifindex, uint32_t queues)
{
    LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "weir_afxdp");
    program->object = bpf_object__open_mem(weir_afxdp_object,
                                           weir_afxdp_object_bytes, &options);
    if (program->object == NULL)
        return -errno;
    int rc = prepare(program, way, ifindex, queues);
    if (rc == 0)
        rc = bpf_object__load(program->object);
    if (rc == 0)
        rc = map_maps(program);
    if (rc == 0)
        rc = attach(program, way, ifindex);
    if (rc != 0)
        undo(program);
    return rc;
}

static int complain(int code, struct weir_err *err)
{
    if (code == -EPERM || code == -EACCES)
        return weir_err_set(err, -EPERM,
                            "no privilege for AF_XDP: that takes CAP_NET_RAW, "
                            "CAP_NET_ADMIN and CAP_BPF (try sudo)");
    if (code == -EBUSY || code == -EEXIST)
        return weir_err_set(err, -EBUSY,
                            "another XDP program is attached already");
    return weir_err_sys(err, code, "XDP program");
}

int weir_afxdp_program_open(struct weir_afxdp_program **out, uint32_t ifindex,
                            uint32_t queues, struct weir_err *err)
{
    struct weir_afxdp_program *program = calloc(1, sizeof *program);
    if (program == NULL)
        return weir_err_sys(err, -ENOMEM, "XDP program");
    program->link = -1;
    program->cpus = (uint32_t)libbpf_num_possible_cpus();
    int rc = -EOPNOTSUPP;
    libbpf_print_fn_t before = libbpf_set_print(print_nothing);
    for (size_t i = 0; i < sizeof ways / sizeof ways[0] && rc != 0; i++) {
        rc = go(program, &ways[i], ifindex, queues);
        if (rc == -EPERM || rc == -EBUSY || rc == -EEXIST || rc == -ENOMEM)
            break;
    }
    (void)libbpf_set_print(before);
    if (rc != 0) {
        free(program);
        return complain(rc, err);
    }
    *out = program;
    return 0;
}

int weir_afxdp_program_join(struct weir_afxdp_program *program, uint32_t queue,
                            int socket, struct weir_err *err)
{
    const struct bpf_map *sockets =
        bpf_object__find_map_by_name(program->object, "sockets");
    const int rc = bpf_map__update_elem(sockets, &queue, sizeof queue, &socket,
                                        sizeof socket, BPF_ANY);
    return rc == 0 ? 0 : weir_err_sys(err, rc, "XSKMAP");
}

void weir_afxdp_program_intake(struct weir_afxdp_program *program, bool on)
{
    __atomic_store_n(&program->state->intake, on ? 1 : 0, __ATOMIC_RELEASE);
}

void weir_afxdp_program_look(const struct weir_afxdp_program *program,
                             struct weir_afxdp_program_facts *out)
{
    /* The program's store comes before the ring's release. */
    *out = (struct weir_afxdp_program_facts){
        .native = program->native,
        .tags = program->tags && __atomic_load_n(&program->state->tagless,
                                                 __ATOMIC_RELAXED) == 0,
        .stamped =
            __atomic_load_n(&program->state->unstamped, __ATOMIC_RELAXED) == 0,
    };
    for (uint32_t i = 0; i < program->cpus; i++) {
        const struct weir_afxdp_counts *one = &program->counts[i];
        out->redirected += __atomic_load_n(&one->redirected, __ATOMIC_RELAXED);
        out->passed += __atomic_load_n(&one->passed, __ATOMIC_RELAXED);
        out->untagged += __atomic_load_n(&one->untagged, __ATOMIC_RELAXED);
    }
}

void weir_afxdp_program_close(struct weir_afxdp_program *program)
{
    if (program == NULL)
        return;
    undo(program);
    free(program);
}
